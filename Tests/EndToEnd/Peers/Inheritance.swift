import Glibc
import Synchronization

/// Keeps descriptors of the tests out of the programs they start.
///
/// Glibc's module shows no accept4(2) or pipe2(2), so a descriptor lives a moment without
/// FD_CLOEXEC; a program started in that moment would hold the other end of a connection and no
/// FIN would ever leave. Opening and spawning therefore take turns.
enum Inheritance {
  private static let turn = Mutex(())

  /// What the test runner itself was given stays with it.
  private static let sealed: Void = {
    for descriptor in Int32(3)..<1024 { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
  }()

  static func seal() { _ = sealed }

  private typealias CloseFrom =
    @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32

  /// Lets a program that is to be started close what belongs to the tests before its exec.
  ///
  /// FD_CLOEXEC alone acts a moment after posix_spawn(3) has returned, and until then a listener
  /// that a test closes keeps its port.
  static func closeEverythingElse(
    _ actions: inout posix_spawn_file_actions_t, keeping kept: [Int32]
  ) throws {
    // glibc 2.34; its module does not show it.
    guard let symbol = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np") else {
      throw PeerFailure("no posix_spawn_file_actions_addclosefrom_np in libc")
    }
    let end = max(2, kept.max() ?? 2) + 1
    for number in 3..<end where !kept.contains(number) {
      posix_spawn_file_actions_addclose(&actions, number)
    }
    _ = unsafeBitCast(symbol, to: CloseFrom.self)(&actions, end)
  }

  static func exclusively<Result>(_ body: () throws -> sending Result) rethrows -> sending Result {
    try turn.withLock { _ in try body() }
  }

  /// Accepts a connection that no child inherits; negative with `errno` set when there is none.
  static func accept(_ listener: Int32) -> Int32 {
    exclusively {
      let descriptor = Glibc.accept(listener, nil, nil)
      let error = errno
      if descriptor >= 0 { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
      errno = error
      return descriptor
    }
  }

  /// A pipe that no child inherits.
  static func pipe() throws -> (reader: Int32, writer: Int32) {
    try exclusively {
      var ends: [Int32] = [-1, -1]
      try checked("pipe", Glibc.pipe(&ends))
      for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
      return (ends[0], ends[1])
    }
  }
}
