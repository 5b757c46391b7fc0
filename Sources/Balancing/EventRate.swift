public import Basics

/// How many events happened during the last second: the last whole period, weighted by the part of
/// it that still lies within the second, and the present one.
public struct EventRate: Hashable, Sendable {
  private static let periodMilliseconds: UInt64 = 1000

  private var periodStart: UInt64 = 0
  private var present: UInt64 = 0
  private var previous: UInt64 = 0

  /// No event yet.
  public init() {}

  /// Counts one event.
  ///
  /// - Returns: the events of the present period so far.
  @discardableResult
  public mutating func count(now: Instant) -> UInt64 {
    let milliseconds = now.nanoseconds / 1_000_000
    if milliseconds &- periodStart < EventRate.periodMilliseconds {
      present += 1
      return present
    }
    periodStart &+= EventRate.periodMilliseconds
    previous = present
    if milliseconds &- periodStart >= EventRate.periodMilliseconds {
      previous = 0
      periodStart = milliseconds
    }
    present = 1
    return present
  }

  /// Events per second.
  public func perSecond(now: Instant) -> UInt64 {
    let period = EventRate.periodMilliseconds
    let milliseconds = now.nanoseconds / 1_000_000
    var current = present
    var past = previous
    var end = periodStart &+ period
    if milliseconds > end {
      end &+= period
      past = milliseconds <= end ? present : 0
      current = 0
    }
    let remaining = milliseconds <= end ? end - milliseconds : 0
    // A rare event must not flicker between 1 and 0 while its second runs out.
    if current == 0, past <= 1 { return past }
    return (past * remaining + current * period) / period
  }
}
