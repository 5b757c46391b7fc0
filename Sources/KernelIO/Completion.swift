/// What became of a request: a trivial value.
public struct Completion: Sendable, BitwiseCopyable {
  /// The token the request was started with.
  public var token: Token
  /// What the request returned when it succeeded, never negative; else the negated `Errno`.
  ///
  /// accept: the new descriptor. connect: 0. receive: the bytes in `buffer`, 0 for the end of the
  /// stream. send: the bytes taken, often fewer than given. poll: the `PollEvents` that are true.
  /// timer: always `Errno.timerExpired` or `Errno.cancelled`.
  public var result: Int32
  /// The received bytes, for a receive with `result` above 0; `.none` otherwise. Whoever handles
  /// the completion owns the lease and gives it back to the kernel exactly once.
  public var buffer: BufferIndex
  /// Whether the same request will complete again. When false, it is over: nothing is in flight
  /// under this token any more.
  public var isMore: Bool

  /// - Parameters:
  ///   - token: names the request.
  ///   - result: what it returned, or a negated error number.
  ///   - buffer: the lease that comes with received bytes.
  ///   - isMore: whether the request will complete again.
  @inlinable public init(
    token: Token, result: Int32, buffer: BufferIndex = .none, isMore: Bool = false
  ) {
    self.token = token
    self.result = result
    self.buffer = buffer
    self.isMore = isMore
  }

  /// The error, or nil when the request succeeded.
  @inlinable public var error: Errno? { result < 0 ? Errno(rawValue: -result) : nil }
}

/// The number of a buffer of the kernel's receive pool.
public struct BufferIndex: Hashable, Sendable, BitwiseCopyable {
  /// 0 to the pool's size less one; -1 for none.
  public var rawValue: Int32
  /// - Parameter rawValue: the number.
  @inlinable public init(rawValue: Int32) { self.rawValue = rawValue }
  /// No buffer.
  @inlinable public static var none: BufferIndex { BufferIndex(rawValue: -1) }
}

/// What a poll waits for, with the values of `<poll.h>`.
public struct PollEvents: OptionSet, Sendable {
  /// The bits.
  public var rawValue: UInt32
  /// - Parameter rawValue: the bits.
  @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }
  /// POLLIN
  @inlinable public static var readable: PollEvents { PollEvents(rawValue: 0x001) }
  /// POLLOUT
  @inlinable public static var writable: PollEvents { PollEvents(rawValue: 0x004) }
  /// POLLERR: always waited for
  @inlinable public static var error: PollEvents { PollEvents(rawValue: 0x008) }
  /// POLLHUP: always waited for
  @inlinable public static var hangUp: PollEvents { PollEvents(rawValue: 0x010) }
  /// POLLRDHUP
  @inlinable public static var readHangUp: PollEvents { PollEvents(rawValue: 0x2000) }
}

/// A piece of memory to send: address and length. Trivial; whoever made it keeps the memory alive
/// until the completion of the send.
@unsafe public struct SendPiece {
  /// The first byte.
  public var base: UnsafePointer<UInt8>
  /// How many bytes, at least 1.
  public var count: Int
  /// - Parameters:
  ///   - base: the first byte.
  ///   - count: how many bytes, at least 1.
  @inlinable public init(base: UnsafePointer<UInt8>, count: Int) {
    unsafe self.base = unsafe base
    unsafe self.count = count
  }
}
