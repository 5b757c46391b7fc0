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
    // Another worker, whose turn began later, may have begun the period that counts.
    let milliseconds = max(now.nanoseconds / 1_000_000, periodStart)
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

  /// How long the next event has to wait so that there are no more than a number in a second. HAProxy's
  /// rule, which spreads events evenly once the limit is reached.
  ///
  /// - Parameters:
  ///   - limit: events per second, at least 1.
  ///   - pending: events that are about to be counted.
  ///   - now: the present.
  /// - Returns: whole milliseconds, at least one; zero when it need not wait.
  public func wait(limit: UInt64, pending: UInt64, now: Instant) -> Duration {
    let total = (weighted(now: now) + pending * EventRate.periodMilliseconds)
    let (allowed, isBeyond) = limit.multipliedReportingOverflow(by: EventRate.periodMilliseconds)
    guard !isBeyond, total >= allowed else { return .zero }
    return .milliseconds(max(1, (total - allowed) / limit))
  }

  /// Events of a second, times its milliseconds.
  private func weighted(now: Instant) -> UInt64 {
    let period = EventRate.periodMilliseconds
    let milliseconds = now.nanoseconds / 1_000_000
    let end = periodStart &+ period
    if milliseconds <= end { return previous * (end - milliseconds) + present * period }
    return milliseconds <= end &+ period ? present * (end &+ period - milliseconds) : 0
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
