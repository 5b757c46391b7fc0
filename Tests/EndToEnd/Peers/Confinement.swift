import Glibc

/// Runs work where the kernel denies io_uring, as the default profiles of container engines do.
///
/// A seccomp filter belongs to a thread and to the processes it starts, so the rest of the tests
/// keep their io_uring. io_uring_setup(2) has the same number on every 64-bit architecture.
public enum Confinement {
  private static let ioUringSetup: UInt = 425

  /// Performs the work on a thread of its own on which io_uring_setup(2) answers EPERM.
  public static func withoutIOUring<Value: Sendable>(
    _ work: @escaping @Sendable () throws -> Value
  ) throws -> Value {
    try PeerThread {
      try denyIOUring()
      return try work()
    }.join()
  }

  private typealias FiveWords = @convention(c) (UInt, UInt, UInt, UInt, UInt) -> Int

  /// A variadic function of C, which Swift does not import.
  private static func function(_ name: String) throws -> FiveWords {
    guard let symbol = dlsym(nil, name) else { throw PeerFailure("no \(name) in libc") }
    return unsafeBitCast(symbol, to: FiveWords.self)
  }

  private static func denyIOUring() throws {
    let control = try function("prctl")
    let (setNoNewPrivileges, setSeccomp, filterMode) = (UInt(38), UInt(22), UInt(2))
    guard control(setNoNewPrivileges, 1, 0, 0, 0) & 0xffff_ffff == 0 else {
      throw PeerFailure.call("prctl")
    }
    // Load the number of the call; when it is io_uring_setup answer EPERM, else allow.
    // Each instruction: code, jump when true, jump when false, operand.
    let program: [UInt64] = [
      instruction(0x20, 0, 0, 0),
      instruction(0x15, 0, 1, UInt32(ioUringSetup)),
      instruction(0x06, 0, 0, 0x0005_0000 | UInt32(EPERM)),
      instruction(0x06, 0, 0, 0x7fff_0000),
    ]
    try program.withUnsafeBufferPointer { instructions in
      let header = [UInt(instructions.count), UInt(bitPattern: instructions.baseAddress)]
      let result = header.withUnsafeBufferPointer {
        control(setSeccomp, filterMode, UInt(bitPattern: $0.baseAddress), 0, 0)
      }
      guard result & 0xffff_ffff == 0 else { throw PeerFailure.call("prctl") }
    }
    let call = try function("syscall")
    guard call(ioUringSetup, 0, 0, 0, 0) == -1, errno == EPERM else {
      throw PeerFailure("io_uring is still there")
    }
  }

  private static func instruction(
    _ code: UInt64, _ whenTrue: UInt64, _ whenFalse: UInt64, _ operand: UInt32
  ) -> UInt64 {
    code | whenTrue << 16 | whenFalse << 24 | UInt64(operand) << 32
  }
}
