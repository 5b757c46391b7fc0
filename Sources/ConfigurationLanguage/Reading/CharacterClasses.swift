// The character classes of C's ctype.h in the "C" locale, which is the one HAProxy reads its
// configuration in: no byte above 127 belongs to any of them.
extension UInt8 {
  /// Space, tab, line feed, vertical tab, form feed or carriage return (isspace).
  var isSpace: Bool { self == 0x20 || (0x09...0x0d).contains(self) }

  /// 0 to 9 (isdigit).
  var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

  /// A letter of either case (isalpha).
  var isLetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(lowercased) }

  /// A letter or a digit (isalnum).
  var isAlphanumeric: Bool { isLetter || isDigit }

  /// What an environment variable's name is made of: letters, digits and the underscore.
  var isNameCharacter: Bool { isAlphanumeric || self == UInt8(ascii: "_") }

  /// A character that is seen when printed, the space included (isprint).
  var isPrintable: Bool { (0x20...0x7e).contains(self) }

  /// The lower-case form of an upper-case letter, any other byte as it is (tolower).
  var lowercased: UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) ? self + 0x20 : self
  }

  /// The value of a hexadecimal digit; nil for anything else.
  var hexadecimalValue: UInt8? {
    switch lowercased {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): lowercased - UInt8(ascii: "a") + 10
    default: nil
    }
  }

  /// The byte as a character of a message.
  var text: String { String(decoding: [self], as: UTF8.self) }
}
