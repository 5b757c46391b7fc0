public import Basics
import CLiburing
import Glibc

/// The io_uring kernel: requests become entries of a submission queue, and one system call a turn
/// submits them all and waits. io_uring(7)
///
/// It must be made, used and dropped on one thread: with deferred task work the kernel refuses
/// every other one (IORING_SETUP_SINGLE_ISSUER). Only its `waker` may go elsewhere.
///
/// Dropping it cancels whatever is in flight and waits for that before the receive pool goes.
@safe public struct Ring: ~Copyable, HostKernel {
  private let anchor = Anchor()
  /// The two queues.
  let queues: RingQueues
  /// The receive pool.
  var pool: BufferPool
  /// What prepared entries point to.
  var arena: SubmissionArena
  /// The requests that the ring must help along.
  var requests: RenewalTable
  /// The completions of this turn.
  @usableFromInline let completions: UnsafeMutablePointer<Completion>
  /// How many there are at most.
  let completionsMax: Int
  /// How many there are.
  @usableFromInline var completionsCount = 0
  /// Whether another thread has woken this turn.
  var isWoken = false
  /// Whether the kernel counts the bytes of a receive. `features.receive`, as the data path asks.
  let countsBytes: Bool

  /// What the kernel was found able to do.
  public let features: RingFeatures
  /// The monotonic clock as of the end of the last wait.
  public internal(set) var now: Instant
  /// Wakes a `turn` from another thread.
  public let waker: Waker

  /// Makes the ring of the calling thread.
  ///
  /// - Parameter options: sizes, and rungs to insist on.
  /// - Throws: why there can be none; then `Poller` does the same work.
  public init(options: RingOptions = RingOptions()) throws(RingError) {
    let queues = try RingQueues(options: options)
    var pool = try BufferPool(count: options.buffersMax, bufferBytes: options.bufferBytes)
    try pool.register(with: queues)
    let countsBytes = try Ring.chooseReceive(options.receive, queues: queues, pool: &pool)
    if options.kernelThreadsMax > 0 { queues.limitThreads(to: options.kernelThreadsMax) }
    let descriptor: Descriptor
    switch SystemCall.makeEventDescriptor() {
    case .success(let made): descriptor = made
    case .failure(let errno): throw .eventDescriptor(errno)
    }
    features = RingFeatures(
      taskWork: queues.taskWork, receive: countsBytes ? .multishot : .oneshot,
      isDescriptorRegistered: queues.enterFlags != 0)
    waker = Waker(descriptor: descriptor)
    self.countsBytes = countsBytes
    self.queues = queues
    self.pool = pool
    arena = SubmissionArena(timesMax: Int(options.submissionEntries))
    requests = RenewalTable(capacity: 4096)
    completionsMax = options.completionsPerTurn
    // One place more, for the wake-up.
    unsafe completions = .allocate(capacity: options.completionsPerTurn + 1)
    now = SystemCall.now()
    armWaker()
  }

  deinit {
    // Before the pool goes with the other properties.
    queues.cancelEverything()
    SystemCall.close(waker.descriptor)
    unsafe completions.deallocate()
  }

  // MARK: The receive pool

  /// The size of a buffer of the receive pool in bytes.
  public var bufferBytes: Int { pool.bufferBytes }
  /// How many buffers the pool has.
  public var buffersMax: Int { pool.count }
  /// How many buffers are not leased.
  public var buffersFree: Int { pool.free }

  /// The memory of a leased buffer.
  @unsafe public func memory(of buffer: BufferIndex) -> UnsafeMutablePointer<UInt8> {
    unsafe pool.memory(of: buffer)
  }

  /// Ends a lease.
  public mutating func giveBack(_ buffer: BufferIndex) { pool.giveBack(buffer) }
}
