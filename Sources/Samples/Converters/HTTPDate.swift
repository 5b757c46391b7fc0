/// Dates as HTTP writes them: the converters `http_date` and `date`. RFC 9110, section 5.6.7.
enum HTTPDate {
  private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
  private static let longDays = [
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
  ]
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// The seconds since 1970 that a date stands for, in one of the three forms that HTTP has had; nil
  /// for what is none.
  static func seconds(of text: [UInt8]) -> Int64? {
    preferred(DateCursor(text)) ?? hyphenated(DateCursor(text)) ?? yearLast(DateCursor(text))
  }

  /// `Sun, 06 Nov 1994 08:49:37 GMT`
  private static func preferred(_ start: DateCursor) -> Int64? {
    var cursor = start
    guard cursor.name(among: days) != nil, cursor.skip(", "), let day = cursor.number(digits: 2),
      cursor.skip(" "), let month = cursor.name(among: months), cursor.skip(" "),
      let year = cursor.number(digits: 4), cursor.skip(" "), let time = cursor.time(),
      cursor.skip(" GMT")
    else { return nil }
    return seconds(year, month + 1, day, time)
  }

  /// `Sunday, 06-Nov-94 08:49:37 GMT`, also with a year of four digits
  private static func hyphenated(_ start: DateCursor) -> Int64? {
    var cursor = start
    guard cursor.name(among: longDays) != nil, cursor.skip(", "),
      let day = cursor.number(digits: 2), cursor.skip("-"),
      let month = cursor.name(among: months), cursor.skip("-"),
      var year = cursor.number(digits: 2)
    else { return nil }
    if cursor.skip(" ") {
      year += year <= 60 ? 2000 : 1900
    } else {
      guard let rest = cursor.number(digits: 2), cursor.skip(" ") else { return nil }
      year = year * 100 + rest
    }
    guard let time = cursor.time(), cursor.skip(" GMT") else { return nil }
    return seconds(year, month + 1, day, time)
  }

  /// `Sun Nov  6 08:49:37 1994`
  private static func yearLast(_ start: DateCursor) -> Int64? {
    var cursor = start
    guard cursor.name(among: days) != nil, cursor.skip(" "),
      let month = cursor.name(among: months), cursor.skip(" ")
    else { return nil }
    let digits = cursor.skip(" ") ? 1 : 2
    guard let day = cursor.number(digits: digits), cursor.skip(" "), let time = cursor.time(),
      cursor.skip(" "), let year = cursor.number(digits: 4)
    else { return nil }
    return seconds(year, month + 1, day, time)
  }

  /// Howard Hinnant's count of days in the proleptic Gregorian calendar.
  private static func seconds(_ year: Int64, _ month: Int, _ day: Int64, _ time: Int64) -> Int64 {
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let monthFromMarch = Int64((month + 9) % 12)
    let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return (era * 146_097 + dayOfEra - 719_468) * 86400 + time
  }
}

/// What is left of a date while it is read.
private struct DateCursor {
  var rest: ArraySlice<UInt8>

  init(_ text: [UInt8]) { rest = text[...] }

  mutating func skip(_ text: StaticString) -> Bool {
    let bytes = text.bytes
    guard rest.starts(with: bytes) else { return false }
    rest = rest.dropFirst(bytes.count)
    return true
  }

  /// The place of the name that comes next.
  mutating func name(among names: [String]) -> Int? {
    guard let index = names.firstIndex(where: { rest.starts(with: $0.utf8) }) else { return nil }
    rest = rest.dropFirst(names[index].utf8.count)
    return index
  }

  mutating func number(digits: Int) -> Int64? {
    let text = rest.prefix(digits)
    guard text.count == digits, text.allSatisfy(isDigitByte) else { return nil }
    rest = rest.dropFirst(digits)
    return text.reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
  }

  /// `hh:mm:ss` in seconds.
  mutating func time() -> Int64? {
    guard let hour = number(digits: 2), skip(":"), let minute = number(digits: 2), skip(":"),
      let second = number(digits: 2)
    else { return nil }
    return hour * 3600 + minute * 60 + second
  }
}
