/// How many events happened in a period: those of the present period, and of the last one the share
/// that still lies within. Wrapping milliseconds of 32 bits and their rounding are HAProxy's, so that
/// the rates are too.
struct StickTableRate: Hashable, Sendable {
  /// When the present period began, in milliseconds.
  var start: UInt32 = 0
  /// Events of the present period.
  var present: UInt32 = 0
  /// Events of the period before.
  var previous: UInt32 = 0

  /// How far the clock of one worker may be behind that of another, in milliseconds.
  private static let lagMax: UInt32 = 2_000

  /// Counts events.
  ///
  /// - Parameters:
  ///   - events: how many.
  ///   - period: in milliseconds, below 2^31.
  ///   - now: milliseconds of the clock.
  mutating func count(_ events: UInt32, period: UInt32, now: UInt32) {
    // Another worker, whose turn began later, may have begun the period that counts.
    let now = start &- now <= StickTableRate.lagMax ? start : now
    if now &- start < period {
      present &+= events
      return
    }
    previous = present
    present = events
    start &+= period
    if now &- start >= period {
      previous = 0
      start = now
    }
    // HAProxy locks the counter by this bit.
    start &= ~1
  }

  /// Events in a period; 0 when the period is 0.
  ///
  /// - Parameters:
  ///   - period: in milliseconds, the same as for `count`.
  ///   - now: milliseconds of the clock.
  func events(in period: UInt32, now: UInt32) -> UInt32 {
    guard period > 0 else { return 0 }
    var current = UInt64(present)
    var past = UInt64(previous)
    var remaining = Int64(Int32(bitPattern: start &+ period &- now))
    if remaining < 0 {
      remaining += Int64(period)
      past = remaining >= 0 ? current : 0
      current = 0
    }
    // A rare event must not flicker between 1 and 0 while its period runs out.
    if current == 0, past <= 1 { return UInt32(truncatingIfNeeded: past) }
    let total = past &* UInt64(bitPattern: remaining) &+ current &* UInt64(period)
    return UInt32(truncatingIfNeeded: total / UInt64(period))
  }
}
