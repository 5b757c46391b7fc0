import Basics
import CLiburing
import Glibc

/// The submission and the completion queue that the program shares with the kernel, and their end.
@safe struct RingQueues: ~Copyable {
  /// liburing's view of the two queues; the address is stable.
  let ring: UnsafeMutablePointer<io_uring>
  /// How requests are finished.
  let taskWork: RingFeatures.TaskWork
  /// IORING_ENTER_REGISTERED_RING, or 0.
  let enterFlags: UInt32

  /// Walks down the ladder of setup flags until the kernel accepts one.
  init(options: RingOptions) throws(RingError) {
    let (ring, rung) = unsafe try RingQueues.setUp(options)
    unsafe self.ring = ring
    taskWork = rung
    // 1 is the number of descriptors that were registered. A thread can register 16.
    let isRegistered = unsafe options.registersDescriptor && io_uring_register_ring_fd(ring) == 1
    enterFlags = isRegistered ? IORING_ENTER_REGISTERED_RING : 0
  }

  deinit {
    unsafe io_uring_queue_exit(ring)
    unsafe ring.deallocate()
  }

  /// Ends whatever is in flight: afterwards the kernel writes to no memory of the program any more,
  /// while the end of a ring by itself is asynchronous.
  func cancelEverything() {
    // Requests that were started still reach the kernel: a close among them would leak otherwise.
    _ = enter(waits: false, timeout: nil)
    // IORING_REGISTER_SYNC_CANCEL, Linux 6.0; older kernels answer EINVAL and leave it at that.
    var everything = io_uring_sync_cancel_reg()
    everything.fd = -1
    everything.flags = IORING_ASYNC_CANCEL_ANY | IORING_ASYNC_CANCEL_ALL
    everything.timeout.tv_sec = 1
    _ = unsafe io_uring_register_sync_cancel(ring, &everything)
    // With deferred task work a cancelled request holds its socket until this thread has run that work.
    _ = enter(waits: false, timeout: nil)
  }

  /// Bounds the threads that the kernel runs requests on. IORING_REGISTER_IOWQ_MAX_WORKERS,
  /// Linux 5.15
  ///
  /// - Parameter count: at most so many for files and so many for everything else.
  func limitThreads(to count: UInt32) {
    let limits = UnsafeMutablePointer<UInt32>.allocate(capacity: 2)
    unsafe limits.initialize(repeating: count, count: 2)
    // A kernel that refuses keeps its own limit, which is no reason to go without a ring.
    _ = unsafe io_uring_register_iowq_max_workers(ring, limits)
    unsafe limits.deallocate()
  }

  private static func setUp(
    _ options: RingOptions
  ) throws(RingError) -> (UnsafeMutablePointer<io_uring>, RingFeatures.TaskWork) {
    let ring = UnsafeMutablePointer<io_uring>.allocate(capacity: 1)
    unsafe ring.initialize(to: io_uring())
    let ladder = options.taskWork.map { [$0] } ?? RingFeatures.TaskWork.allCases
    var refusal = RingError.setup(.invalidArgument)
    for rung in ladder {
      var parameters = io_uring_params()
      parameters.flags = RingQueues.flags(for: rung)
      parameters.cq_entries = options.completionEntries
      let status = unsafe io_uring_queue_init_params(options.submissionEntries, ring, &parameters)
      if status == 0 {
        guard let lacking = unsafe checkFloor(of: ring) else { return unsafe (ring, rung) }
        unsafe io_uring_queue_exit(ring)
        refusal = lacking
        break
      }
      refusal = .setup(Errno(rawValue: -status))
      // EINVAL alone speaks about the flags.
      if status != -EINVAL { break }
    }
    unsafe ring.deallocate()
    throw refusal
  }

  /// Only flags that liburing 2.3 knows: one that changes the layout of the queues behind its back
  /// (IORING_SETUP_NO_SQARRAY) lets it write over the ring's own heads and tails.
  private static func flags(for rung: RingFeatures.TaskWork) -> UInt32 {
    // SUBMIT_ALL: a refused entry must not hold back those behind it, nor cut a linked pair.
    let always = IORING_SETUP_CQSIZE | IORING_SETUP_SUBMIT_ALL
    return switch rung {
    case .deferred: always | IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN
    case .cooperative: always | IORING_SETUP_COOP_TASKRUN | IORING_SETUP_TASKRUN_FLAG
    case .interrupting: always
    }
  }

  /// Looks for what there is no rung below for, but the epoll kernel.
  ///
  /// - Returns: what is missing; nil when everything is there.
  private static func checkFloor(of ring: UnsafeMutablePointer<io_uring>) -> RingError? {
    let needed: [(UInt32, String)] = [
      (IORING_FEAT_NODROP, "IORING_FEAT_NODROP"),
      (IORING_FEAT_SUBMIT_STABLE, "IORING_FEAT_SUBMIT_STABLE"),
      (IORING_FEAT_EXT_ARG, "IORING_FEAT_EXT_ARG"),
      (IORING_FEAT_CQE_SKIP, "IORING_FEAT_CQE_SKIP"),
    ]
    for (feature, name) in needed where unsafe ring.pointee.features & feature == 0 {
      return .lacks(name)
    }
    guard let probe = unsafe io_uring_get_probe_ring(ring) else { return .memory(.outOfMemory) }
    defer { unsafe io_uring_free_probe(probe) }
    let operations: [(io_uring_op, String)] = [
      (IORING_OP_ACCEPT, "IORING_OP_ACCEPT"), (IORING_OP_CONNECT, "IORING_OP_CONNECT"),
      (IORING_OP_RECV, "IORING_OP_RECV"), (IORING_OP_SEND, "IORING_OP_SEND"),
      (IORING_OP_SENDMSG, "IORING_OP_SENDMSG"), (IORING_OP_POLL_ADD, "IORING_OP_POLL_ADD"),
      (IORING_OP_TIMEOUT, "IORING_OP_TIMEOUT"),
      (IORING_OP_LINK_TIMEOUT, "IORING_OP_LINK_TIMEOUT"),
      (IORING_OP_ASYNC_CANCEL, "IORING_OP_ASYNC_CANCEL"), (IORING_OP_CLOSE, "IORING_OP_CLOSE"),
      // Not used, but as old as multishot accept, which has no flag of its own: Linux 5.19.
      (IORING_OP_SOCKET, "IORING_ACCEPT_MULTISHOT"),
    ]
    for (operation, name) in operations
    where unsafe io_uring_opcode_supported(probe, Int32(operation.rawValue)) == 0 {
      return .lacks(name)
    }
    return nil
  }

  /// Entries that the kernel has not taken yet.
  @inline(__always)
  var pending: UInt32 { unsafe io_uring_sq_ready(ring) }

  /// Whether `count` more entries fit into this submission.
  @inline(__always)
  func hasRoom(for count: UInt32) -> Bool { unsafe io_uring_sq_space_left(ring) >= count }

  /// Whether completions wait to be read.
  @inline(__always)
  var hasCompletions: Bool { unsafe sluice_cq_tail(ring) != ring.pointee.cq.khead.pointee }

  /// The next entry of this submission. There must be room.
  @inline(__always)
  func nextEntry() -> UnsafeMutablePointer<io_uring_sqe> {
    let tail = unsafe ring.pointee.sq.sqe_tail
    unsafe ring.pointee.sq.sqe_tail = tail &+ 1
    return unsafe ring.pointee.sq.sqes + Int(tail & ring.pointee.sq.ring_mask)
  }

  /// Submits what was prepared and waits for a completion.
  ///
  /// - Parameters:
  ///   - waits: whether to wait for one completion at all.
  ///   - timeout: how long; nil for ever.
  /// - Returns: how many entries the kernel took, or a negated error number.
  func enter(waits: Bool, timeout: Duration?) -> Int32 {
    // GETEVENTS even without waiting: only then deferred task work runs and an overflown
    // completion queue is flushed.
    let flags = enterFlags | IORING_ENTER_GETEVENTS
    guard waits, let timeout else {
      return unsafe sluice_ring_enter(ring, flags, waits ? 1 : 0, nil)
    }
    var limit = __kernel_timespec(timeout)
    return unsafe sluice_ring_enter(ring, flags, 1, &limit)
  }
}

extension __kernel_timespec {
  /// A duration; nothing below zero.
  @inline(__always)
  init(_ duration: Duration) {
    self.init(nanoseconds: UInt64(max(duration.nanoseconds, 0)))
  }

  /// Nanoseconds, of a duration or since the clock's origin.
  @inline(__always)
  init(nanoseconds: UInt64) {
    self.init()
    let (seconds, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    tv_sec = Int64(truncatingIfNeeded: seconds)
    tv_nsec = Int64(truncatingIfNeeded: rest)
  }
}
