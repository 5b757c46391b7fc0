/// Times as HAProxy reads them: digits and one of the units us, ms, s, m, h, d.
public enum TimeText {
  /// The unit of a number without one, and the unit a time is rounded up to.
  public enum Unit: Sendable {
    case microseconds, milliseconds, seconds, minutes, hours, days

    /// `count` of this unit.
    public func duration(_ count: UInt32) -> Duration {
      switch self {
      case .microseconds: .microseconds(Int64(count))
      case .milliseconds: .milliseconds(Int64(count))
      case .seconds: .seconds(Int64(count))
      case .minutes: .seconds(Int64(count) * 60)
      case .hours: .seconds(Int64(count) * 3600)
      case .days: .seconds(Int64(count) * 86400)
      }
    }

    /// How many of this unit make a second, and how many seconds make one of this unit.
    fileprivate var scale: (multiplier: UInt64, divisor: UInt64) {
      switch self {
      case .microseconds: (1_000_000, 1)
      case .milliseconds: (1000, 1)
      case .seconds: (1, 1)
      case .minutes: (1, 60)
      case .hours: (1, 3600)
      case .days: (1, 86400)
      }
    }
  }

  /// Why a text is not a time; each message of HAProxy names one of them.
  public enum Problem: Error, Hashable, Sendable {
    /// 2^31 or more of the unit: "timer overflow".
    case overflow
    /// Not zero, but less than one of the unit: "timer underflow".
    case underflow
    /// A character that cannot stand there, as HAProxy prints it with %c; empty at the end of the
    /// text (HAProxy prints a zero byte there).
    case unexpected(String)
  }

  /// The outcome of reading a time.
  public struct Reading: Hashable, Sendable {
    /// The time in whole units, rounded up; below 2^31.
    public var count: UInt32
    /// The unit of `count`.
    public var unit: Unit
    /// A warning that HAProxy gives while it still accepts the text: characters behind the unit.
    public var warning: String?

    /// The time as a duration.
    public var duration: Duration { unit.duration(count) }
  }

  /// Reads a time and puts a warning about characters behind the unit into the diagnostics.
  ///
  /// - Parameters:
  ///   - text: the argument, such as `30s`.
  ///   - unit: the unit of a number without one, and the unit the result is rounded up to.
  ///   - diagnostics: takes the warning, if there is one.
  /// - Returns: the time.
  /// - Throws: why the text is not a time.
  public static func parse(
    _ text: String, unit: Unit, _ diagnostics: inout Diagnostics
  ) throws(Problem) -> Duration {
    let reading = try read(text, unit: unit)
    if let warning = reading.warning { diagnostics.warning("config : " + warning) }
    return reading.duration
  }

  /// As `parse`, for a caller that shows the warning itself.
  public static func read(_ text: String, unit: Unit) throws(Problem) -> Reading {
    let bytes = Array(text.utf8)
    guard let first = bytes.first else { throw .unexpected("") }
    guard first.isDigit else { throw .unexpected(first.text) }
    var value: UInt64 = 0
    var index = 0
    while index < bytes.count, bytes[index].isDigit {
      // HAProxy lets a number of more than 19 digits wrap; saturating reports it as an overflow.
      let (product, tooLarge) = value.multipliedReportingOverflow(by: 10)
      let (sum, overflow) = product.addingReportingOverflow(UInt64(bytes[index] - 0x30))
      value = tooLarge || overflow ? .max : sum
      index += 1
    }
    var warning: String?
    let (seconds, fraction) = try inputScale(bytes, &index)
    if seconds > 0, index < bytes.count {
      warning =
        "unexpected character '\(bytes[index].text)' after the timer value '\(text)', only "
        + "(us=microseconds,ms=milliseconds,s=seconds,m=minutes,h=hours,d=days) are supported. "
        + "This will be reported as an error in next versions."
    }
    let scale = seconds > 0 ? unit.scale : (multiplier: 1, divisor: 1)
    let (multiplied, overflow) = value.multipliedReportingOverflow(
      by: max(seconds, 1) * scale.multiplier)
    if overflow { throw .overflow }
    let divisor = fraction * scale.divisor
    let count = multiplied / divisor + (multiplied % divisor > 0 ? 1 : 0)
    guard count < 0x8000_0000 else { throw .overflow }
    if count == 0, value > 0 { throw .underflow }
    return Reading(count: UInt32(count), unit: unit, warning: warning)
  }

  /// The unit behind the digits: how many seconds it has, or into how many it divides a second.
  /// No unit at all is (0, 1).
  private static func inputScale(
    _ bytes: [UInt8], _ index: inout Int
  ) throws(Problem) -> (seconds: UInt64, fraction: UInt64) {
    guard index < bytes.count else { return (0, 1) }
    let next = index + 1 < bytes.count ? bytes[index + 1] : 0
    let unit = bytes[index]
    switch unit {
    case UInt8(ascii: "s"):
      index += 1
      return (1, 1)
    case UInt8(ascii: "u") where next == UInt8(ascii: "s"):
      index += 2
      return (1, 1_000_000)
    case UInt8(ascii: "m") where next == UInt8(ascii: "s"):
      index += 2
      return (1, 1000)
    case UInt8(ascii: "m"):
      index += 1
      return (60, 1)
    case UInt8(ascii: "h"):
      index += 1
      return (3600, 1)
    case UInt8(ascii: "d"):
      index += 1
      return (86400, 1)
    default:
      throw .unexpected(unit.text)
    }
  }
}
