import Basics
import CLiburing
import Glibc

/// The receive buffers of a ring: the kernel takes one when bytes have come, the program gives it
/// back when they have left. IORING_REGISTER_PBUF_RING, Linux 5.19
///
/// The kernel takes them in the order in which they were shown to it. It is shown only about twice as
/// many as it takes in a turn; the others lie on a stack, the one used last on top, so that messages
/// land in memory that is still in the caches.
@safe struct BufferPool: ~Copyable {
  /// How many buffers there are.
  let count: Int
  /// The size of one in bytes.
  let bufferBytes: Int
  /// How many are leased to the program.
  private(set) var leased = 0

  /// The buffers, `spacing` bytes from one to the next.
  private let memory: UnsafeMutablePointer<UInt8>
  /// The ring of free buffers, shared with the kernel.
  private let ring: UnsafeMutablePointer<io_uring_buf_ring>
  /// The same memory as its entries.
  private let entries: UnsafeMutablePointer<io_uring_buf>
  private let entriesCount: Int
  /// Behind the last buffer shown.
  private var tail: UInt16 = 0
  /// How many buffers the kernel may take.
  private var shown = 0
  /// How many it could take when it was last shown some.
  private var shownBefore = 0
  /// How many it is to be shown.
  private var wanted: Int
  /// The buffers that are neither leased nor shown.
  private let stack: UnsafeMutablePointer<UInt16>
  private var stackCount: Int
  /// Whether each buffer is leased: giving one back twice would hand it to two sessions.
  private let leases: UnsafeMutablePointer<Bool>

  /// Between the beginnings of two buffers: a page and a cache line more than a buffer has. Small
  /// messages touch the beginnings only, and multiples of a buffer's size would all fall into the
  /// same few sets of the caches and of the TLB.
  private let spacing: Int

  /// How many buffers the kernel is shown before it is known how many it takes.
  private static var shownMin: Int { 64 }

  /// The group number that requests select this pool by.
  static let group: UInt16 = 0

  /// Maps the memory and fills the pool.
  init(count: Int, bufferBytes: Int) throws(RingError) {
    invariant((1...32_768).contains(count), "a receive pool has 1 to 32768 buffers")
    invariant(
      bufferBytes > 0 && bufferBytes % 4096 == 0 && bufferBytes <= 1 << 30,
      "a receive buffer is a multiple of 4096 bytes")
    var entriesCount = 1
    while entriesCount < count { entriesCount *= 2 }
    let entriesBytes = entriesCount * MemoryLayout<io_uring_buf>.size
    let entries = unsafe try BufferPool.map(bytes: entriesBytes)
    let spacing = bufferBytes + 4096 + 64
    let memory: UnsafeMutableRawPointer
    do throws(RingError) {
      unsafe memory = try BufferPool.map(bytes: count * spacing)
    } catch {
      unsafe munmap(entries, entriesBytes)
      throw error
    }
    self.count = count
    self.bufferBytes = bufferBytes
    self.spacing = spacing
    self.entriesCount = entriesCount
    unsafe self.memory = memory.assumingMemoryBound(to: UInt8.self)
    unsafe ring = entries.assumingMemoryBound(to: io_uring_buf_ring.self)
    unsafe self.entries = entries.assumingMemoryBound(to: io_uring_buf.self)
    unsafe leases = .allocate(capacity: count)
    unsafe leases.initialize(repeating: false, count: count)
    unsafe stack = .allocate(capacity: count)
    for index in 0..<count { unsafe stack[index] = UInt16(count - 1 - index) }
    stackCount = count
    wanted = min(count, BufferPool.shownMin)
  }

  deinit {
    unsafe munmap(memory, count * spacing)
    unsafe munmap(entries, entriesCount * MemoryLayout<io_uring_buf>.size)
    unsafe leases.deallocate()
    unsafe stack.deallocate()
  }

  private static func map(bytes: Int) throws(RingError) -> UnsafeMutableRawPointer {
    let memory = unsafe mmap(
      nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let memory = unsafe memory, unsafe memory != MAP_FAILED else {
      throw .memory(.current)
    }
    return unsafe memory
  }

  /// Makes the pool known to the ring. io_uring_register_buf_ring(3)
  mutating func register(with queues: borrowing RingQueues) throws(RingError) {
    var registration = io_uring_buf_reg()
    registration.ring_addr = unsafe UInt64(UInt(bitPattern: ring))
    registration.ring_entries = UInt32(entriesCount)
    registration.bgid = BufferPool.group
    let status = unsafe io_uring_register_buf_ring(queues.ring, &registration, 0)
    if status != 0 {
      throw status == -EINVAL
        ? .lacks("IORING_REGISTER_PBUF_RING")
        : .bufferRing(
          Errno(rawValue: -status))
    }
    publish()
  }

  /// How many buffers are not leased.
  var free: Int { count - leased }

  /// The memory of a buffer.
  @inline(__always)
  func memory(of buffer: BufferIndex) -> UnsafeMutablePointer<UInt8> {
    unsafe memory + Int(buffer.rawValue) &* spacing
  }

  /// Notes that a completion brought this buffer.
  @inline(__always)
  mutating func lease(_ buffer: BufferIndex) {
    let index = Int(buffer.rawValue)
    invariant(index < count, "the kernel filled a buffer of the pool")
    invariant(unsafe !leases[index], "the kernel filled a buffer that was not leased")
    unsafe leases[index] = true
    leased &+= 1
    shown &-= 1
  }

  /// Ends the lease of a buffer; the next `publish` may show it to the kernel again.
  @inline(__always)
  mutating func giveBack(_ buffer: BufferIndex) {
    let index = Int(buffer.rawValue)
    invariant(index >= 0 && index < count, "a buffer that is given back is one of the pool")
    invariant(unsafe leases[index], "a buffer is given back once")
    unsafe leases[index] = false
    leased &-= 1
    unsafe stack[stackCount] = UInt16(truncatingIfNeeded: index)
    stackCount &+= 1
  }

  /// Notes that the kernel found no buffer: from now on it is shown all there are.
  mutating func ranOut() { wanted = count }

  /// Shows the kernel as many buffers as it may need until the next time.
  @inline(__always)
  mutating func publish() {
    if shown >= wanted || stackCount == 0 { return }
    if (shownBefore &- shown) &* 2 > wanted { wanted = min(wanted &* 2, count) }
    repeat {
      stackCount &-= 1
      add(Int(unsafe stack[stackCount]))
    } while shown < wanted && stackCount > 0
    shownBefore = shown
    unsafe sluice_buf_ring_set_tail(ring, tail)
  }

  @inline(__always)
  private mutating func add(_ index: Int) {
    let place = unsafe entries + (Int(tail) & (entriesCount &- 1))
    // Field by field: the last two bytes of entry 0 are the ring's tail.
    unsafe place.pointee.addr = UInt64(UInt(bitPattern: memory + index &* spacing))
    unsafe place.pointee.len = UInt32(truncatingIfNeeded: bufferBytes)
    unsafe place.pointee.bid = UInt16(truncatingIfNeeded: index)
    tail &+= 1
    shown &+= 1
  }
}
