/// What a request is about, in the 64 bits that come back with its completion.
///
/// A token names at most one request in flight: the engine never starts a second request with the
/// token of one that has not completed for the last time. `cancel` finds a request by it.
public struct Token: Hashable, Sendable, BitwiseCopyable {
  /// The bits as the kernel carries them: operation in 63...56, slot in 55...32, generation in
  /// 31...0.
  public var rawValue: UInt64

  /// - Parameter rawValue: bits that came from another token.
  @inlinable public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// - Parameters:
  ///   - operation: what the request does, in the words of the engine; 0 to 127 (128 and above
  ///     belong to the kernels themselves).
  ///   - slot: the place in the engine's table, 0 to 16,777,215.
  ///   - generation: which use of that place; a completion of an earlier use is stale.
  @inlinable public init(operation: UInt8, slot: UInt32, generation: UInt32) {
    rawValue =
      UInt64(operation) << 56 | UInt64(slot & 0xff_ffff) << 32 | UInt64(generation)
  }

  /// What the request does, in the words of the engine.
  @inlinable public var operation: UInt8 { UInt8(truncatingIfNeeded: rawValue >> 56) }
  /// The place in the engine's table.
  @inlinable public var slot: UInt32 { UInt32(truncatingIfNeeded: rawValue >> 32) & 0xff_ffff }
  /// Which use of that place.
  @inlinable public var generation: UInt32 { UInt32(truncatingIfNeeded: rawValue) }

  /// Whether the bits belong to a kernel's own doings and not to the engine.
  var isOwn: Bool { rawValue >> 63 != 0 }
  /// The same request, marked as one that its kernel must help along.
  var helped: Token { Token(rawValue: rawValue | 1 << 63) }
  /// The request as the engine knows it.
  var unhelped: Token { Token(rawValue: rawValue & ~(1 << 63)) }

  /// The largest slot number.
  public static let slotMax: UInt32 = 0xff_ffff
  /// The token of the completion that says another thread called `Waker.wake()`.
  @inlinable public static var wake: Token { Token(operation: 255, slot: 0, generation: 0) }
  /// The token of requests whose completion nobody wants; kernels swallow it.
  @inlinable public static var ignored: Token { Token(operation: 254, slot: 0, generation: 0) }
}
