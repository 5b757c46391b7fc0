import Basics
import CLiburing
import Glibc

/// Finds out whether this process may use io_uring, before any worker starts.
public enum RingProbe {
  /// Makes a small ring and ends it again. To be called with the final credentials.
  ///
  /// - Returns: what a worker's ring will be able to do, or why there can be none.
  public static func check(
    options: RingOptions = RingOptions()
  ) -> Result<RingFeatures, RingError> {
    var small = options
    small.buffersMax = 2
    small.bufferBytes = 4096
    small.submissionEntries = 8
    small.completionEntries = 16
    small.completionsPerTurn = 16
    do throws(RingError) {
      return .success(try Ring(options: small).features)
    } catch {
      return .failure(error)
    }
  }
}

extension Ring {
  /// Decides how a receive goes on.
  ///
  /// - Returns: whether the kernel counts its bytes.
  static func chooseReceive(
    _ wanted: RingFeatures.Receive?, queues: borrowing RingQueues, pool: inout BufferPool
  ) throws(RingError) -> Bool {
    switch wanted {
    case .oneshot: return false
    case nil: return tryCountedReceive(queues: queues, pool: &pool)
    case .multishot:
      guard tryCountedReceive(queues: queues, pool: &pool) else {
        throw .lacks("a total length for multishot receives")
      }
      return true
    }
  }

  /// Tries a multishot receive of one byte in all, which no feature flag announces: a kernel that
  /// knows it ends the receive behind the byte, an older one refuses it.
  private static func tryCountedReceive(
    queues: borrowing RingQueues, pool: inout BufferPool
  ) -> Bool {
    var ends: [Int32] = [-1, -1]
    let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
    guard unsafe socketpair(AF_UNIX, type, 0, &ends) == 0 else { return false }
    defer { for end in ends { _ = Glibc.close(end) } }
    // A byte and the end of the stream: the receive ends by itself, whatever the kernel knows.
    var byte: UInt8 = 0
    _ = unsafe write(ends[0], &byte, 1)
    _ = shutdown(ends[0], Int32(SHUT_WR))

    let entry = unsafe queues.nextEntry()
    unsafe io_uring_prep_recv_multishot(entry, ends[1], nil, 0, 0)
    unsafe sluice_sqe_set_total_length(entry, 1)
    unsafe entry.pointee.flags |= UInt8(truncatingIfNeeded: SLUICE_SQE_BUFFER_SELECT)
    unsafe entry.pointee.buf_group = BufferPool.group
    unsafe entry.pointee.user_data = Token.ignored.rawValue

    var isCounted: Bool?
    // The byte, the end of the stream, and interruptions.
    for _ in 0..<8 {
      _ = queues.enter(waits: !queues.hasCompletions, timeout: .seconds(1))
      while queues.hasCompletions {
        let ring = unsafe queues.ring
        let head = unsafe ring.pointee.cq.khead.pointee
        let completion = unsafe ring.pointee.cq.cqes[Int(head & ring.pointee.cq.ring_mask)]
        unsafe sluice_cq_set_head(ring, head &+ 1)
        if completion.flags & IORING_CQE_F_BUFFER != 0 {
          let number = completion.flags >> UInt32(IORING_CQE_BUFFER_SHIFT)
          let buffer = BufferIndex(rawValue: Int32(truncatingIfNeeded: number))
          pool.lease(buffer)
          pool.giveBack(buffer)
        }
        let isOver = completion.flags & IORING_CQE_F_MORE == 0
        isCounted = isCounted ?? (completion.res == 1 && isOver)
        if isOver { return isCounted ?? false }
      }
    }
    return false
  }
}
