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
  public func completion(at index: Int) -> Completion {
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
    let entries = unsafe ring.pointee.cq.cqes!
    let mask = unsafe ring.pointee.cq.ring_mask
    let tail = unsafe sluice_cq_tail(ring)
    var head = unsafe ring.pointee.cq.khead.pointee
    var isWoken = false
    var swallowed = false
    while head != tail, completionsCount < completionsMax {
      let entry = unsafe entries + Int(head & mask)
      head &+= 1
      let token = unsafe Token(rawValue: entry.pointee.user_data)
      let result = unsafe entry.pointee.res
      let flags = unsafe entry.pointee.flags
      var isMore = flags & IORING_CQE_F_MORE != 0
      if _slowPath(token.operation >= Ring.ownOperations) {
        swallowed = true
        if token == .wake {
          isWoken = true
          if !isMore { armWaker() }
        }
        continue
      }
      var buffer = BufferIndex.none
      if flags & IORING_CQE_F_BUFFER != 0 {
        buffer = BufferIndex(
          rawValue: Int32(truncatingIfNeeded: flags >> UInt32(IORING_CQE_BUFFER_SHIFT)))
        pool.lease(buffer)
        if result <= 0 {
          // Some kernels take a buffer for the end of the stream too.
          pool.giveBack(buffer)
          buffer = .none
        }
      }
      if _slowPath(!countsBytes) && (result <= 0 || buffer != .none) {
        isMore = isMore || continuesReceive(token, result: result)
      }
      unsafe completions[completionsCount] = Completion(
        token: token, result: result, buffer: buffer, isMore: isMore)
      completionsCount &+= 1
    }
    unsafe sluice_cq_set_head(ring, head)
    if isWoken { noteWake() }
    return swallowed
  }

  /// Counts what a receive delivered, and starts its next piece or forgets it.
  ///
  /// - Returns: whether it goes on.
  private mutating func continuesReceive(_ token: Token, result: Int32) -> Bool {
    guard let place = receives.find(token) else { return false }
    var receive = receives[place]
    let bytesLeft = receive.bytesLeft &- Int(result)
    if result <= 0 || bytesLeft <= 0 || receive.isCancelled {
      receives.remove(at: place)
      return false
    }
    receive.bytesLeft = bytesLeft
    receives[place] = receive
    continueReceive(receive)
    return true
  }

  /// One completion for all wake-ups so far. They are taken back only now, so that whatever was
  /// put down before a wake-up is seen after this completion.
  private mutating func noteWake() {
    SystemCall.drainEvents(of: waker.descriptor)
    // There is always one place more than `completionsMax`.
    unsafe completions[completionsCount] = Completion(token: .wake, result: 0, isMore: true)
    completionsCount &+= 1
  }

  /// Operations from here on are the kernel's own; see `Token`.
  private static let ownOperations: UInt8 = 240
}
