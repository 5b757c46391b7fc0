import Basics
import CLiburing
import Glibc

/// The memory that prepared entries point to until the kernel has taken them: timeouts, socket
/// names and the vectors of gathered sends.
///
/// The kernel copies all of it at submission (IORING_FEAT_SUBMIT_STABLE), and a send that must not
/// wait is over by then, so one `reset` after a whole submission frees everything at once.
@safe struct SubmissionArena: ~Copyable {
  /// One gathered send. msghdr, iovec
  @safe struct Message {
    var header = unsafe msghdr()
    var vectors = unsafe InlineArray<16, iovec>(repeating: iovec())
  }

  /// How many timeouts fit.
  let timesMax: Int
  /// How many socket names fit, and how many gathered sends.
  static let othersMax = 256

  private let times: UnsafeMutablePointer<__kernel_timespec>
  private let names: UnsafeMutablePointer<sockaddr_storage>
  private let messages: UnsafeMutablePointer<Message>
  private var timesUsed = 0
  private var namesUsed = 0
  private var messagesUsed = 0

  init(timesMax: Int) {
    self.timesMax = timesMax
    unsafe times = .allocate(capacity: timesMax)
    unsafe times.initialize(repeating: __kernel_timespec(), count: timesMax)
    unsafe names = .allocate(capacity: SubmissionArena.othersMax)
    unsafe names.initialize(repeating: sockaddr_storage(), count: SubmissionArena.othersMax)
    unsafe messages = .allocate(capacity: SubmissionArena.othersMax)
    unsafe messages.initialize(repeating: Message(), count: SubmissionArena.othersMax)
  }

  deinit {
    unsafe times.deallocate()
    unsafe names.deallocate()
    unsafe messages.deallocate()
  }

  /// Whether one more timeout, one more name and one more gathered send fit.
  @inline(__always)
  var hasRoom: Bool {
    timesUsed < timesMax && namesUsed < SubmissionArena.othersMax
      && messagesUsed < SubmissionArena.othersMax
  }

  /// Frees everything, once the kernel has taken every entry.
  @inline(__always)
  mutating func reset() {
    timesUsed = 0
    namesUsed = 0
    messagesUsed = 0
  }

  /// Memory for a time. There must be room.
  @inline(__always)
  mutating func add(_ time: __kernel_timespec) -> UnsafeMutablePointer<__kernel_timespec> {
    let place = unsafe times + timesUsed
    timesUsed &+= 1
    unsafe place.pointee = time
    return unsafe place
  }

  /// Memory for the name of an endpoint. There must be room.
  mutating func add(
    _ endpoint: borrowing Endpoint
  ) -> (name: UnsafePointer<sockaddr>, bytes: socklen_t) {
    let place = unsafe UnsafeMutableRawPointer(names + namesUsed)
    namesUsed &+= 1
    let bytes = unsafe SocketName.write(endpoint, to: place)
    return unsafe (UnsafePointer(place.assumingMemoryBound(to: sockaddr.self)), bytes)
  }

  /// Memory for the vectors of a gathered send. There must be room.
  @unsafe mutating func add(
    _ pieces: UnsafeBufferPointer<SendPiece>
  ) -> UnsafePointer<msghdr> {
    let place = unsafe UnsafeMutableRawPointer(messages + messagesUsed)
    messagesUsed &+= 1
    let header = unsafe place.assumingMemoryBound(to: msghdr.self)
    let vectors = unsafe (place + SubmissionArena.vectorsOffset)
      .assumingMemoryBound(to: iovec.self)
    for index in 0..<pieces.count {
      let piece = unsafe pieces[index]
      unsafe vectors[index].iov_base = UnsafeMutableRawPointer(mutating: piece.base)
      unsafe vectors[index].iov_len = piece.count
    }
    unsafe header.pointee.msg_iov = vectors
    unsafe header.pointee.msg_iovlen = pieces.count
    return unsafe UnsafePointer(header)
  }

  /// Where the vectors begin in a `Message`.
  private static let vectorsOffset = unsafe MemoryLayout<msghdr>.size
}
