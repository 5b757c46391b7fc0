public import Basics
import CLiburing
import Glibc

/// The kernel on plain epoll(7): what Sluice runs on where io_uring is not permitted, and what its
/// benchmarks compare with.
///
/// Every descriptor is registered once, edge-triggered, when a request first needs to wait for it.
/// What epoll reports is remembered, so that a request which can be answered from memory makes its
/// system call without another wait. Sends go out when they are started; their completions, like
/// all others, wait in a queue for the next `turn`.
///
/// A descriptor used here is closed by `close` or `closeWithReset` alone: the tables remember it.
public struct Poller: ~Copyable, HostKernel {
  /// The key of the eventfd of `waker`: no descriptor has the number -1.
  static let wakeKey = UInt64(UInt32.max)

  private let anchor = Anchor()
  let options: PollerOptions
  var events: EventSet
  let wakeDescriptor: Descriptor
  var descriptors: DescriptorTable
  var requests: RequestSlab
  var deadlines: DeadlineHeap
  var pool: ReceivePool
  /// Completions that were not read yet, those of the current turn first.
  var completions: FirstInFirstOut<Completion>
  /// Descriptors with a request that may find its descriptor ready.
  var runnable: FirstInFirstOut<Int32>
  /// Whether the last turn came back with what was queued, without asking epoll.
  var skippedWait = false

  /// The monotonic clock, read once a turn (and at the kernel's start): CLOCK_MONOTONIC.
  public internal(set) var now: Instant

  /// Makes a kernel for the calling thread. epoll_create1(2), eventfd(2).
  ///
  /// - Parameter options: how it is measured out.
  /// - Throws: `processDescriptorLimit`, `systemDescriptorLimit` or `outOfMemory`.
  public init(options: PollerOptions) throws(Errno) {
    let events = try EventSet(eventsMax: options.eventsPerTurnMax)
    let wakeDescriptor = try SystemCall.makeEventDescriptor().get()
    if let error = events.register(
      wakeDescriptor.rawValue, key: Poller.wakeKey, events: EventSet.eventDescriptorEvents)
    {
      SystemCall.close(wakeDescriptor)
      throw error
    }
    self.options = options
    self.events = events
    self.wakeDescriptor = wakeDescriptor
    let capacity = options.descriptorsMax ?? Poller.descriptorLimit()
    descriptors = DescriptorTable(capacity: capacity)
    requests = RequestSlab(capacity: Poller.powerOfTwo(atLeast: capacity * 2))
    deadlines = DeadlineHeap(capacity: capacity * 2)
    pool = ReceivePool(bufferBytes: options.bufferBytes, buffersMax: options.buffersMax)
    completions = FirstInFirstOut(
      capacity: Poller.powerOfTwo(atLeast: options.eventsPerTurnMax * 2))
    runnable = FirstInFirstOut(capacity: 1_024)
    now = SystemCall.now()
  }

  deinit { SystemCall.close(wakeDescriptor) }

  /// Wakes this kernel's `turn` from another thread.
  public var waker: Waker { Waker(descriptor: wakeDescriptor) }

  // MARK: The turn

  /// Waits until at least one completion is there; see `Kernel.turn(deadline:)`.
  public mutating func turn(deadline: Instant?) -> Int {
    while true {
      // What was put into the run queue before the wait runs in this turn; what does not finish
      // then comes after everything else in the next.
      let runnableBefore = runnable.count
      var isInterrupted = false
      if completions.count > 0, runnableBefore == 0, !skippedWait {
        // Completions of sends alone: hand them out first. The engine often answers them with
        // requests that the next wait then covers too. Every other turn asks epoll nevertheless.
        skippedWait = true
      } else {
        skippedWait = false
        let isBusy = completions.count + runnableBefore > 0
        isInterrupted = waitForEvents(until: deadline, isBusy: isBusy)
      }
      now = SystemCall.now()
      run(runnableBefore)
      expireDeadlines()
      if completions.count > 0 { return completions.count }
      if isInterrupted { return 0 }
      if let deadline, deadline <= now { return 0 }
    }
  }

  /// One of the completions of this turn; see `Kernel.completion(at:)`.
  public func completion(at index: Int) -> Completion { completions[index] }

  /// Ends the turn; see `Kernel.finishTurn(_:)`.
  public mutating func finishTurn(_ count: Int) { completions.removeFirst(count) }

  /// - Returns: whether a signal came instead of events.
  private mutating func waitForEvents(until deadline: Instant?, isBusy: Bool) -> Bool {
    var patience: UInt64?
    if isBusy {
      patience = 0
    } else {
      let end = min(deadline ?? .distantFuture, deadlines.earliest)
      // `now` is as old as the last turn, so a sleep is measured from a fresh reading.
      if end != .distantFuture { patience = UInt64(max(0, (end - SystemCall.now()).nanoseconds)) }
    }
    switch events.wait(nanoseconds: patience) {
    case .success(let found):
      for index in 0..<found {
        let (mask, key) = events.event(at: index)
        take(mask, key: key)
      }
      return false
    case .failure(let error):
      invariant(error == .interrupted, "waiting for events fails only because of a signal")
      return true
    }
  }

  private mutating func take(_ mask: UInt32, key: UInt64) {
    guard key != Poller.wakeKey else {
      // Edge-triggered: the next write is the next edge, so the counter need not be read.
      completions.append(Completion(token: .wake, result: 0, isMore: true))
      return
    }
    let descriptor = Int32(truncatingIfNeeded: key)
    guard descriptors[descriptor].generation == UInt32(truncatingIfNeeded: key >> 32) else {
      // The number was closed, and perhaps opened again, after epoll noted the event.
      return
    }
    descriptors[descriptor].ready |= mask
    answerPolls(on: descriptor, mask)
    if !descriptors[descriptor].isRunnable { advance(descriptor) }
  }

  private mutating func run(_ count: Int) {
    for _ in 0..<count {
      let descriptor = runnable[0]
      runnable.removeFirst()
      descriptors[descriptor].isRunnable = false
      advance(descriptor)
    }
  }

  private mutating func expireDeadlines() {
    while deadlines.earliest <= now, deadlines.count > 0 {
      let index = deadlines.first
      finish(index, requests[index].kind == .timer ? -ETIME : -ECANCELED)
    }
  }

  // MARK: The receive pool

  /// The size of a buffer of the receive pool in bytes.
  public var bufferBytes: Int { pool.bufferBytes }
  /// How many buffers the pool has.
  public var buffersMax: Int { pool.buffersMax }
  /// How many buffers are not leased.
  public var buffersFree: Int { pool.freeCount }

  /// The memory of a leased buffer; see `Kernel.memory(of:)`.
  @unsafe public func memory(of buffer: BufferIndex) -> UnsafeMutablePointer<UInt8> {
    unsafe pool.memory(of: buffer)
  }

  /// Ends a lease.
  public mutating func giveBack(_ buffer: BufferIndex) { pool.giveBack(buffer) }

  // MARK: Ends

  /// Queues the last completion of a request and forgets it.
  mutating func finish(_ index: RequestIndex, _ result: Int32, buffer: BufferIndex = .none) {
    let token = requests[index].token
    deadlines.remove(index, in: &requests)
    if requests[index].kind != .timer { descriptors.unlink(index, in: &requests) }
    requests.remove(index)
    complete(token, result, buffer: buffer)
  }

  /// Queues a completion, unless nobody wants it.
  @inline(__always)
  mutating func complete(
    _ token: Token, _ result: Int32, buffer: BufferIndex = .none, isMore: Bool = false
  ) {
    guard token != .ignored else { return }
    completions.append(Completion(token: token, result: result, buffer: buffer, isMore: isMore))
  }

  // MARK: Measures

  private static func powerOfTwo(atLeast number: Int) -> Int {
    1 << (Int.bitWidth - (number - 1).leadingZeroBitCount)
  }

  /// The soft RLIMIT_NOFILE within bounds: some systems set it to a billion.
  private static func descriptorLimit() -> Int {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
      return 1_024
    }
    return Int(min(max(limit.rlim_cur, 64), 65_536))
  }
}
