import Basics
import CLiburing
import Glibc

// Splicing by the kernel's own threads: linked requests that need no word of the program between
// them. Linux runs IORING_OP_SPLICE on worker threads always (io_uring/splice.c), so that a chain
// costs thread switches where splice(2) costs none; `docs/decisions` tells when it is worth it.
extension Ring {
  /// Yes.
  public static var splicesInChains: Bool { true }

  /// Waits for bytes, splices them into a pipe and out of it. IORING_OP_POLL_ADD,
  /// IORING_OP_LINK_TIMEOUT, IORING_OP_SPLICE
  public mutating func spliceChain(
    from source: Descriptor, through pipe: Pipe, to target: Descriptor, bytesMax: Int,
    timeout: Duration?, tokens: (wait: Token, fill: Token, empty: Token)
  ) {
    reserve(4)
    unsafe wait(on: source, timeout: timeout, token: tokens.wait)
    let fill = unsafe prepareSplice(
      from: source, to: pipe.writer, bytesMax: bytesMax, token: tokens.fill)
    // Hard: a splice that moves less than it was asked for would break a soft link.
    unsafe fill.pointee.flags |= UInt8(truncatingIfNeeded: SLUICE_SQE_HARDLINK)
    _ = unsafe prepareSplice(
      from: pipe.reader, to: target, bytesMax: bytesMax, token: tokens.empty)
  }

  /// Splices what is in a pipe. IORING_OP_SPLICE
  public mutating func spliceRest(
    of pipe: Pipe, to target: Descriptor, bytesMax: Int, token: Token
  ) {
    reserve(1)
    _ = unsafe prepareSplice(from: pipe.reader, to: target, bytesMax: bytesMax, token: token)
  }

  /// The head of a chain. Its timeout stands behind it, so that it covers the wait and nothing
  /// else: linked to a splice it would not be armed before the splice has ended.
  @unsafe private mutating func wait(
    on source: Descriptor, timeout: Duration?, token: Token
  ) {
    let entry = unsafe queues.nextEntry()
    let events: PollEvents = [.readable, .readHangUp]
    unsafe io_uring_prep_poll_add(entry, source.rawValue, events.rawValue)
    unsafe entry.pointee.user_data = token.rawValue
    guard let timeout else {
      unsafe entry.pointee.flags |= UInt8(truncatingIfNeeded: SLUICE_SQE_LINK)
      return
    }
    let limit = unsafe link(__kernel_timespec(timeout), flags: 0, to: entry)
    unsafe limit.pointee.flags |= UInt8(truncatingIfNeeded: SLUICE_SQE_LINK)
  }

  @unsafe private func prepareSplice(
    from source: Descriptor, to target: Descriptor, bytesMax: Int, token: Token
  ) -> UnsafeMutablePointer<io_uring_sqe> {
    let entry = unsafe queues.nextEntry()
    unsafe io_uring_prep_splice(
      entry, source.rawValue, -1, target.rawValue, -1, UInt32(clamping: bytesMax),
      UInt32(SLUICE_SPLICE_FLAGS))
    unsafe entry.pointee.user_data = token.rawValue
    return unsafe entry
  }
}
