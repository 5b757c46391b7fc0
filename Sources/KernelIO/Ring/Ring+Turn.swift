public import Basics
import CLiburing
import Glibc

extension Ring {
  /// Submits, waits, reads the clock. io_uring_enter(2)
  public mutating func turn(deadline: Instant?) -> Int {
    invariant(completionsCount == 0, "a turn is finished before the next one")
    pool.publish()
    while true {
      var waits = !queues.hasCompletions
      var timeout: Duration?
      if let deadline, waits {
        let clock = SystemCall.now()
        waits = deadline > clock
        timeout = deadline - clock
      }
      let status = queues.enter(waits: waits, timeout: timeout)
      let isSubmitted = queues.pending == 0
      if isSubmitted { arena.reset() }
      let swallowed = drain()
      if completionsCount > 0 || !waits { break }
      // Nobody's completion came: was it the deadline or a signal, or only the ring's own affairs?
      if status == -ETIME || status == -EINTR { break }
      if status < 0 || !isSubmitted {
        Ring.pause(after: min(status, 0))
      } else if !swallowed {
        break
      }
    }
    now = SystemCall.now()
    return completionsCount
  }

  /// One of the completions of this turn.
  @inlinable public func completion(at index: Int) -> Completion {
    invariant(index >= 0 && index < completionsCount, "a completion is one of this turn")
    return unsafe completions[index]
  }

  /// Ends the turn.
  public mutating func finishTurn(_ count: Int) {
    invariant(count == completionsCount, "a turn ends with the count it returned")
    completionsCount = 0
  }

  /// Reads the completion queue into `completions` and makes room in it.
  ///
  /// - Returns: whether there was something that nobody hears of.
  private mutating func drain() -> Bool {
    let ring = unsafe queues.ring
    guard let entries = unsafe ring.pointee.cq.cqes else { stop("a ring has queues") }
    let mask = unsafe ring.pointee.cq.ring_mask
    let tail = unsafe sluice_cq_tail(ring)
    var head = unsafe ring.pointee.cq.khead.pointee
    var hasSwallowed = false
    while head != tail, completionsCount < completionsMax {
      let entry = unsafe entries + Int(head & mask)
      head &+= 1
      let flags = unsafe entry.pointee.flags
      var completion = unsafe Completion(
        token: Token(rawValue: entry.pointee.user_data), result: entry.pointee.res,
        isMore: flags & IORING_CQE_F_MORE != 0)
      if flags & IORING_CQE_F_BUFFER != 0 {
        let buffer = BufferIndex(
          rawValue: Int32(truncatingIfNeeded: flags >> UInt32(IORING_CQE_BUFFER_SHIFT)))
        pool.lease(buffer)
        if completion.result > 0 {
          completion.buffer = buffer
        } else {
          // Some kernels take a buffer for the end of the stream too.
          pool.giveBack(buffer)
        }
      } else if _slowPath(completion.result == -ENOBUFS) {
        pool.ranOut()
      }
      if _slowPath(completion.token.isOwn), !settle(&completion) {
        hasSwallowed = true
        continue
      }
      unsafe completions[completionsCount] = completion
      completionsCount &+= 1
    }
    unsafe sluice_cq_set_head(ring, head)
    if isWoken { noteWake() }
    return hasSwallowed
  }

  /// One completion for all wake-ups so far. They are taken back only now, so that whatever was
  /// put down before a wake-up is seen after this completion.
  private mutating func noteWake() {
    isWoken = false
    SystemCall.drainEvents(of: waker.descriptor)
    // There is always one place more than `completionsMax`.
    unsafe completions[completionsCount] = Completion(token: .wake, result: 0, isMore: true)
    completionsCount &+= 1
  }
}
