import Basics
import CLiburing
import Glibc

/// The receive buffers of a ring: the kernel takes one when bytes have come, the program gives it
/// back when they have left. IORING_REGISTER_PBUF_RING, Linux 5.19
@safe struct BufferPool: ~Copyable {
  /// How many buffers there are.
  let count: Int
  /// The size of one in bytes.
  let bufferBytes: Int
  /// How many are leased to the program.
  private(set) var leased = 0

  /// The buffers, one behind the other.
  private let memory: UnsafeMutablePointer<UInt8>
  /// The ring of free buffers, shared with the kernel.
  private let ring: UnsafeMutablePointer<io_uring_buf_ring>
  /// The same memory as its entries.
  private let entries: UnsafeMutablePointer<io_uring_buf>
  private let entriesCount: Int
  /// Behind the last buffer given back.
  private var tail: UInt16 = 0
  /// The tail that the kernel knows.
  private var published: UInt16 = 0
  /// Whether each buffer is leased: giving one back twice would hand it to two sessions.
  private let leases: UnsafeMutablePointer<Bool>

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
    let memory: UnsafeMutableRawPointer
    do throws(RingError) {
      unsafe memory = try BufferPool.map(bytes: count * bufferBytes)
    } catch {
      unsafe munmap(entries, entriesBytes)
      throw error
    }
    self.count = count
    self.bufferBytes = bufferBytes
    self.entriesCount = entriesCount
    unsafe self.memory = memory.assumingMemoryBound(to: UInt8.self)
    unsafe ring = entries.assumingMemoryBound(to: io_uring_buf_ring.self)
    unsafe self.entries = entries.assumingMemoryBound(to: io_uring_buf.self)
    unsafe leases = .allocate(capacity: count)
    unsafe leases.initialize(repeating: false, count: count)
    for index in 0..<count { add(index) }
  }

  deinit {
    unsafe munmap(memory, count * bufferBytes)
    unsafe munmap(entries, entriesCount * MemoryLayout<io_uring_buf>.size)
    unsafe leases.deallocate()
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
    unsafe memory + Int(buffer.rawValue) &* bufferBytes
  }

  /// Notes that a completion brought this buffer.
  @inline(__always)
  mutating func lease(_ buffer: BufferIndex) {
    let index = Int(buffer.rawValue)
    invariant(index < count, "the kernel filled a buffer of the pool")
    invariant(unsafe !leases[index], "the kernel filled a buffer that was not leased")
    unsafe leases[index] = true
    leased &+= 1
  }

  /// Ends the lease of a buffer; the kernel sees it with the next `publish`.
  @inline(__always)
  mutating func giveBack(_ buffer: BufferIndex) {
    let index = Int(buffer.rawValue)
    invariant(index >= 0 && index < count, "a buffer that is given back is one of the pool")
    invariant(unsafe leases[index], "a buffer is given back once")
    unsafe leases[index] = false
    leased &-= 1
    add(index)
  }

  /// Shows the kernel every buffer given back since the last time.
  @inline(__always)
  mutating func publish() {
    if tail == published { return }
    published = tail
    unsafe sluice_buf_ring_set_tail(ring, tail)
  }

  @inline(__always)
  private mutating func add(_ index: Int) {
    let place = unsafe entries + (Int(tail) & (entriesCount &- 1))
    // Field by field: the last two bytes of entry 0 are the ring's tail.
    unsafe place.pointee.addr = UInt64(UInt(bitPattern: memory + index &* bufferBytes))
    unsafe place.pointee.len = UInt32(truncatingIfNeeded: bufferBytes)
    unsafe place.pointee.bid = UInt16(truncatingIfNeeded: index)
    tail &+= 1
  }
}
