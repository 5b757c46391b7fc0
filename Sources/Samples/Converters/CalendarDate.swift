import Basics

/// A date in the Gregorian calendar, for `ltime` and `utime`. strftime(3), C locale.
struct CalendarDate {
  let seconds: Int64
  let utcOffsetSeconds: Int32
  /// Parts of the second, and how many make one.
  let fraction: (Int64, per: Int64)
  let year: Int64
  let month: Int64
  let day: Int64
  /// From January 1st, which is 0.
  let dayOfYear: Int64
  /// From Sunday, which is 0.
  let weekday: Int64
  let secondOfDay: Int64

  init(seconds: Int64, utcOffsetSeconds: Int32, fraction: (Int64, Int64)) {
    // Dates beyond what a calendar of four digits shows are shown at its ends.
    self.seconds = min(max(seconds, -62_135_596_800), 253_402_300_799)
    self.utcOffsetSeconds = utcOffsetSeconds
    self.fraction = fraction
    let local = self.seconds + Int64(utcOffsetSeconds)
    let days = local >= 0 ? local / 86400 : (local - 86399) / 86400
    secondOfDay = local - days * 86400
    weekday = ((days + 4) % 7 + 7) % 7
    // Years that begin in March, in eras of 400 of them: the day of the leap comes last.
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
    let dayOfMarchYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfMarchYear + 2) / 153
    day = dayOfMarchYear - (153 * shiftedMonth + 2) / 5 + 1
    month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let before: [Int64] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334]
    dayOfYear = before[Int(month - 1)] + day - 1 + (isLeap && month > 2 ? 1 : 0)
  }

  private static let weekdays = [
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
  ]
  private static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
  ]

  /// The date in a format of strftime(3); what it does not know stays as it is.
  func formatted(_ format: [UInt8]) -> [UInt8] {
    var text: [UInt8] = []
    var index = 0
    while index < format.count {
      guard format[index] == UInt8(ascii: "%"), index + 1 < format.count else {
        text.append(format[index])
        index += 1
        continue
      }
      let letter = Character(UnicodeScalar(format[index + 1]))
      if let part = part(letter) {
        text += part
      } else {
        text += format[index...index + 1]
      }
      index += 2
    }
    return text
  }

  private func part(_ letter: Character) -> [UInt8]? {
    let hour = secondOfDay / 3600
    switch letter {
    case "Y": return number(year, 1)
    case "C": return number(year / 100, 2)
    case "y": return number(year % 100, 2)
    case "m": return number(month, 2)
    case "d": return number(day, 2)
    case "e": return number(day, 2, UInt8(ascii: " "))
    case "H": return number(hour, 2)
    case "k": return number(hour, 2, UInt8(ascii: " "))
    case "I": return number((hour + 11) % 12 + 1, 2)
    case "M": return number(secondOfDay / 60 % 60, 2)
    case "S": return number(secondOfDay % 60, 2)
    case "p": return Array((hour < 12 ? "AM" : "PM").utf8)
    case "j": return number(dayOfYear + 1, 3)
    case "a": return Array(Self.weekdays[Int(weekday)].utf8.prefix(3))
    case "A": return Array(Self.weekdays[Int(weekday)].utf8)
    case "b", "h": return Array(Self.months[Int(month - 1)].utf8.prefix(3))
    case "B": return Array(Self.months[Int(month - 1)].utf8)
    case "u": return number(weekday == 0 ? 7 : weekday, 1)
    case "w": return number(weekday, 1)
    case "s": return number(seconds, 1)
    case "U": return number((dayOfYear + 7 - weekday) / 7, 2)
    case "W": return number((dayOfYear + 7 - (weekday + 6) % 7) / 7, 2)
    case "N": return fractionDigits
    case "F": return formatted(Array("%Y-%m-%d".utf8))
    case "T": return formatted(Array("%H:%M:%S".utf8))
    case "D", "x": return formatted(Array("%m/%d/%y".utf8))
    case "R": return formatted(Array("%H:%M".utf8))
    case "X": return formatted(Array("%H:%M:%S".utf8))
    case "r": return formatted(Array("%I:%M:%S %p".utf8))
    case "c": return formatted(Array("%a %b %e %H:%M:%S %Y".utf8))
    case "z":
      let minutes = Int64(utcOffsetSeconds.magnitude) / 60
      return [utcOffsetSeconds < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+")]
        + number(minutes / 60, 2) + number(minutes % 60, 2)
    case "Z": return utcOffsetSeconds == 0 ? Array("GMT".utf8) : part("z")
    case "n": return [UInt8(ascii: "\n")]
    case "t": return [UInt8(ascii: "\t")]
    case "%": return [UInt8(ascii: "%")]
    default: return nil
    }
  }

  /// `%N`: the parts of the second, as many digits as the unit has.
  private var fractionDigits: [UInt8] {
    switch fraction.per {
    case 1000: number(fraction.0, 3)
    case 1_000_000: number(fraction.0, 6)
    default: number(0, 1)
    }
  }

  private func number(
    _ number: Int64, _ width: Int, _ padding: UInt8 = UInt8(ascii: "0")
  ) -> [UInt8] {
    var digits: [UInt8] = []
    digits.append(decimal: number)
    return Array(repeating: padding, count: max(0, width - digits.count)) + digits
  }
}
