/// A point on the monotonic clock.
///
/// Only differences between instants of one process (or one simulation) mean anything.
public struct Instant: Comparable, Hashable, Sendable, BitwiseCopyable {
  /// Nanoseconds since the clock's own origin.
  public var nanoseconds: UInt64

  /// - Parameter nanoseconds: nanoseconds since the clock's own origin.
  @inlinable public init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

  /// An instant before every other.
  @inlinable public static var origin: Instant { Instant(nanoseconds: 0) }
  /// An instant after every other: a deadline that never comes.
  @inlinable public static var distantFuture: Instant { Instant(nanoseconds: .max) }

  @inlinable public static func < (left: Instant, right: Instant) -> Bool {
    left.nanoseconds < right.nanoseconds
  }

  /// The instant `duration` after this one; saturates at `distantFuture`.
  @inlinable public static func + (instant: Instant, duration: Duration) -> Instant {
    let delta = duration.nanoseconds
    if delta < 0 {
      let back = UInt64(-delta)
      return Instant(nanoseconds: instant.nanoseconds > back ? instant.nanoseconds - back : 0)
    }
    let (sum, overflow) = instant.nanoseconds.addingReportingOverflow(UInt64(delta))
    return overflow ? .distantFuture : Instant(nanoseconds: sum)
  }

  /// The time from `right` to `left`; negative when `left` is the earlier one.
  @inlinable public static func - (left: Instant, right: Instant) -> Duration {
    if left.nanoseconds >= right.nanoseconds {
      return Duration(nanoseconds: Int64(clamping: left.nanoseconds - right.nanoseconds))
    }
    return Duration(nanoseconds: -Int64(clamping: right.nanoseconds - left.nanoseconds))
  }
}

extension Duration {
  /// A duration of so many nanoseconds. What `nanoseconds(_:)` makes, without the library's call.
  @inlinable public init(nanoseconds: Int64) {
    self.init(attoseconds: Int128(nanoseconds) &* 1_000_000_000)
  }

  /// The whole nanoseconds of this duration, rounded towards zero; saturates at ±292 years.
  @inlinable public var nanoseconds: Int64 {
    // 10^9 is 2^9 times 5^9: up to two hours and a half, a division of 64 bits is enough.
    let units = self.attoseconds &>> 9
    if units &>> 64 == 0 {
      return Int64(bitPattern: UInt64(truncatingIfNeeded: units) / 1_953_125)
    }
    let (seconds, attoseconds) = components
    let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    if overflow { return seconds < 0 ? .min : .max }
    let (sum, late) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
    return late ? (seconds < 0 ? .min : .max) : sum
  }

  /// The whole milliseconds of this duration, rounded towards zero: the unit of the log's timers.
  @inlinable public var wholeMilliseconds: Int64 { nanoseconds / 1_000_000 }
}

/// A date, for what people read: log lines and reports. Never used to measure.
public struct WallTime: Comparable, Hashable, Sendable {
  /// Microseconds since 1970-01-01T00:00:00Z.
  public var microseconds: Int64

  /// - Parameter microseconds: microseconds since 1970-01-01T00:00:00Z.
  @inlinable public init(microseconds: Int64) { self.microseconds = microseconds }

  /// Whole seconds since 1970-01-01T00:00:00Z.
  @inlinable public var seconds: Int64 { microseconds / 1_000_000 }

  @inlinable public static func < (left: WallTime, right: WallTime) -> Bool {
    left.microseconds < right.microseconds
  }
}
