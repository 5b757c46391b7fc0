import Glibc

/// How often a process has allocated and freed memory, as the preloaded `AllocationCounter` counts it.
public final class AllocationCounts {
  private let directory: TemporaryDirectory
  private let numbers: UnsafeMutablePointer<UInt>
  private let path: String

  public init() throws {
    directory = try TemporaryDirectory()
    path = try directory.write("counts", String(repeating: "\0", count: 16))
    let descriptor = try checked("open", open(path, O_RDWR | O_CLOEXEC))
    let memory = mmap(nil, 16, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
    close(descriptor)
    guard let memory, memory != MAP_FAILED else { throw PeerFailure.call("mmap") }
    numbers = memory.bindMemory(to: UInt.self, capacity: 2)
  }

  deinit { munmap(numbers, 16) }

  /// Where the library is: beside the release build of the program.
  public static let library =
    "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
    + "/.build/release/libAllocationCounter.so"

  /// The variables that a process to be counted starts with.
  ///
  /// - Parameter planted: allocations that the library causes at the start.
  public func environment(planting planted: Int = 0) -> [String] {
    [
      "LD_PRELOAD=\(Self.library)", "ALLOCATION_COUNTS=\(path)",
      "ALLOCATIONS_PLANTED=\(planted)",
    ]
  }

  /// How often memory was allocated so far.
  public var allocated: Int { Int(numbers[0]) }
}
