public import Basics

/// A date on the calendar, in the local time of somebody: what dates in log lines are made of.
///
/// The zone comes in as an offset, so that no more than the offset has to be asked from the
/// system, once a second.
public struct LocalDate: Hashable, Sendable {
  /// 0 to 9999
  public var year: Int32
  /// 1 to 12
  public var month: UInt8
  /// 1 to 31
  public var day: UInt8
  /// 0 to 23
  public var hour: UInt8
  /// 0 to 59
  public var minute: UInt8
  /// 0 to 59
  public var second: UInt8
  /// 0 to 999,999
  public var microsecond: UInt32
  /// How far this date's clock is ahead of UTC
  public var utcOffsetSeconds: Int32

  /// The date of a moment.
  ///
  /// - Parameters:
  ///   - time: the moment, in the years 0 to 9999.
  ///   - utcOffsetSeconds: how far local time is ahead of UTC (`tm_gmtoff`); 0 for UTC.
  public init(_ time: WallTime, utcOffsetSeconds: Int32 = 0) {
    let local = time.microseconds + Int64(utcOffsetSeconds) * 1_000_000
    let (days, microseconds) = LocalDate.divide(local, by: 86_400_000_000)
    let seconds = microseconds / 1_000_000
    hour = UInt8(seconds / 3600)
    minute = UInt8(seconds / 60 % 60)
    second = UInt8(seconds % 60)
    microsecond = UInt32(microseconds % 1_000_000)
    self.utcOffsetSeconds = utcOffsetSeconds
    // Years begin in March, so that the leap day is the last of its year: 400 years are 146,097
    // days, and the months from March on have 31 30 31 30 31 31 30 31 30 31 31 days.
    let (era, dayOfEra) = LocalDate.divide(days + 719_468, by: 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    day = UInt8(dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    month = UInt8(monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9)
    year = Int32(clamping: yearOfEra + era * 400 + (month <= 2 ? 1 : 0))
  }

  /// Division that rounds down, for dates before 1970 too.
  private static func divide(_ number: Int64, by divisor: Int64) -> (quotient: Int64, rest: Int64) {
    let rest = (number % divisor + divisor) % divisor
    return ((number - rest) / divisor, rest)
  }
}

extension [UInt8] {
  /// Appends `22/Nov/2026:21:13:52`.
  mutating func append(logDate date: LocalDate) {
    append(decimal: UInt64(date.day), width: 2)
    append(UInt8(ascii: "/"))
    append(monthNameOf: date)
    append(UInt8(ascii: "/"))
    append(decimal: UInt64(Swift.max(0, date.year)), width: 4)
    append(UInt8(ascii: ":"))
    append(clockOf: date)
  }

  /// Appends `22/Nov/2026:21:13:52.678`.
  mutating func append(logDateWithMilliseconds date: LocalDate) {
    append(logDate: date)
    append(UInt8(ascii: "."))
    append(decimal: UInt64(date.microsecond / 1000), width: 3)
  }

  /// Appends `22/Nov/2026:21:13:52 +0100`.
  mutating func append(logDateWithZone date: LocalDate) {
    append(logDate: date)
    append(UInt8(ascii: " "))
    append(offsetOf: date, colon: false)
  }

  /// Appends `Nov 22 21:13:52`, the day padded with a space. RFC 3164, section 4.1.2.
  mutating func append(syslogDate date: LocalDate) {
    append(monthNameOf: date)
    append(UInt8(ascii: " "))
    if date.day < 10 { append(UInt8(ascii: " ")) }
    append(decimal: UInt64(date.day))
    append(UInt8(ascii: " "))
    append(clockOf: date)
  }

  /// Appends `2026-11-22T21:13:52.678123+01:00`. RFC 5424, section 6.2.3.
  mutating func append(isoDate date: LocalDate) {
    append(decimal: UInt64(Swift.max(0, date.year)), width: 4)
    append(UInt8(ascii: "-"))
    append(decimal: UInt64(date.month), width: 2)
    append(UInt8(ascii: "-"))
    append(decimal: UInt64(date.day), width: 2)
    append(UInt8(ascii: "T"))
    append(clockOf: date)
    append(UInt8(ascii: "."))
    append(decimal: UInt64(date.microsecond), width: 6)
    append(offsetOf: date, colon: true)
  }

  private mutating func append(clockOf date: LocalDate) {
    append(decimal: UInt64(date.hour), width: 2)
    append(UInt8(ascii: ":"))
    append(decimal: UInt64(date.minute), width: 2)
    append(UInt8(ascii: ":"))
    append(decimal: UInt64(date.second), width: 2)
  }

  private mutating func append(offsetOf date: LocalDate, colon: Bool) {
    let minutes = date.utcOffsetSeconds.magnitude / 60
    append(date.utcOffsetSeconds < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+"))
    append(decimal: UInt64(minutes / 60), width: 2)
    if colon { append(UInt8(ascii: ":")) }
    append(decimal: UInt64(minutes % 60), width: 2)
  }

  private mutating func append(monthNameOf date: LocalDate) {
    let name: StaticString =
      switch date.month {
      case 1: "Jan"
      case 2: "Feb"
      case 3: "Mar"
      case 4: "Apr"
      case 5: "May"
      case 6: "Jun"
      case 7: "Jul"
      case 8: "Aug"
      case 9: "Sep"
      case 10: "Oct"
      case 11: "Nov"
      default: "Dec"
      }
    append(text: name)
  }

  /// Appends a constant text without making a `String`.
  mutating func append(text: StaticString) {
    unsafe append(
      contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }
}
