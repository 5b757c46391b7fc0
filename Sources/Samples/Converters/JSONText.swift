import Basics

/// How a text becomes part of a JSON string: the converter `json`. HAProxy manual, section 7.3.1.
enum JSONText {
  /// What the input is, and what becomes of bytes that are not.
  enum Input: String, Sendable {
    /// Every byte is a character.
    case ascii
    /// Anything that is not UTF-8 makes the whole converter fail.
    case utf8
    /// What is not UTF-8 is left out.
    case utf8s
    /// As `utf8`, but sequences that are longer than they need to be are taken.
    case utf8p
    /// As `utf8s`, but sequences that are longer than they need to be are taken.
    case utf8ps
  }

  /// - Returns: nil when the input is not what it should be.
  static func escaped(_ bytes: [UInt8], _ input: Input) -> [UInt8]? {
    var text: [UInt8] = []
    var index = 0
    while index < bytes.count {
      guard input != .ascii else {
        append(UInt32(bytes[index]), to: &text)
        index += 1
        continue
      }
      let character = UTF8Character(bytes, at: index)
      index += character.count
      let isPermissive = input == .utf8p || input == .utf8ps
      let isGood =
        isPermissive
        ? character.isWellFormed : character.isWellFormed && character.isShortest
      guard isGood, character.number <= 0xffff else {
        if input == .utf8 || input == .utf8p { return nil }
        continue
      }
      append(character.number, to: &text)
    }
    return text
  }

  private static func append(_ character: UInt32, to text: inout [UInt8]) {
    let escape: Unicode.Scalar? =
      switch character {
      case 0x22, 0x5c, 0x2f: Unicode.Scalar(character)
      case 0x08: "b"
      case 0x0c: "f"
      case 0x0d: "r"
      case 0x0a: "n"
      case 0x09: "t"
      default: nil
      }
    if let escape {
      text.append(UInt8(ascii: "\\"))
      text.append(UInt8(truncatingIfNeeded: escape.value))
    } else if (0x20...0x7e).contains(character) {
      text.append(UInt8(character))
    } else {
      text += "\\u".utf8
      for shift in [UInt32(12), 8, 4, 0] {
        text.append(hexDigit(UInt8(character >> shift & 15)))
      }
    }
  }
}

/// One character of a text that should be UTF-8, in the form of RFC 2279 with up to six bytes.
private struct UTF8Character {
  var number: UInt32
  /// How many bytes it takes; of a sequence that breaks off, those before the break.
  var count: Int
  /// Whether the sequence is complete and stands for a character.
  var isWellFormed = true
  /// Whether no shorter sequence would do.
  var isShortest = true

  init(_ bytes: [UInt8], at start: Int) {
    let first = bytes[start]
    number = UInt32(first)
    count = 1
    guard first >= 0x80 else { return }
    let length = (~first).leadingZeroBitCount
    guard (2...6).contains(length), start + length <= bytes.count else {
      isWellFormed = false
      return
    }
    number = UInt32(first & (0x7f >> UInt8(length)))
    while count < length {
      let byte = bytes[start + count]
      guard byte & 0xc0 == 0x80 else {
        isWellFormed = false
        return
      }
      number = number << 6 | UInt32(byte & 0x3f)
      count += 1
    }
    let needed =
      number <= 0x7f
      ? 1 : number <= 0x7ff ? 2 : number <= 0xffff ? 3 : number <= 0x1f_ffff ? 4 : length
    isShortest = length <= needed
    isWellFormed = !(0xd800...0xdfff).contains(number) && !(0xfffe...0xffff).contains(number)
  }
}
