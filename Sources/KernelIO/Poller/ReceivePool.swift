import Basics
import Glibc

/// The buffers that received bytes are lent out in: one block of memory and a stack of the free
/// ones, the last one used on top because it is still in the caches.
///
/// Safe, because only memory of a lease that is out is shown, and a lease ends once.
@safe struct ReceivePool: ~Copyable {
  let bufferBytes: Int
  let buffersMax: Int
  private(set) var freeCount: Int
  private let memory: UnsafeMutablePointer<UInt8>
  private var free: ZeroedTable<Int32>
  private var isLeased: ZeroedTable<Bool>

  init(bufferBytes: Int, buffersMax: Int) {
    invariant(bufferBytes > 0 && bufferBytes <= Int(Int32.max), "a receive buffer has a size")
    invariant(buffersMax > 0 && buffersMax <= Int(Int32.max), "a receive pool has buffers")
    self.bufferBytes = bufferBytes
    self.buffersMax = buffersMax
    unsafe memory = .allocate(capacity: bufferBytes * buffersMax)
    free = ZeroedTable(capacity: buffersMax)
    isLeased = ZeroedTable(capacity: buffersMax)
    freeCount = buffersMax
    for index in 0..<buffersMax { free[index] = Int32(buffersMax - 1 - index) }
  }

  deinit { unsafe memory.deallocate() }

  /// Lends a buffer out, or `none` when all are out.
  @inline(__always)
  mutating func lease() -> BufferIndex {
    guard freeCount > 0 else { return .none }
    freeCount &-= 1
    let index = free[freeCount]
    isLeased[Int(index)] = true
    return BufferIndex(rawValue: index)
  }

  @inline(__always)
  mutating func giveBack(_ buffer: BufferIndex) {
    invariant(isLeased[Int(buffer.rawValue)], "a receive buffer is given back once")
    isLeased[Int(buffer.rawValue)] = false
    free[freeCount] = buffer.rawValue
    freeCount &+= 1
  }

  @inline(__always)
  @unsafe func memory(of buffer: BufferIndex) -> UnsafeMutablePointer<UInt8> {
    invariant(isLeased[Int(buffer.rawValue)], "only a leased receive buffer has memory")
    return unsafe memory + Int(buffer.rawValue) * bufferBytes
  }
}
