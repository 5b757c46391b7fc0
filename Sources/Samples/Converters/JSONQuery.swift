import Basics

/// A path into a JSON document: `$`, then `.key` and `[index]`; a backslash in a key takes the meaning
/// from what follows it. The converter `json_query`; HAProxy manual, section 7.3.1.
public struct JSONPath: Sendable {
  enum Step: Hashable, Sendable {
    case key([UInt8])
    case index(Int)
  }

  let steps: [Step]

  /// Nothing is found by a path that is none, as in HAProxy: it is no error of the configuration.
  init(_ text: [UInt8]) {
    var steps: [Step] = []
    var index = 1
    guard text.first == UInt8(ascii: "$") else {
      self.steps = [.index(-1)]
      return
    }
    while index < text.count {
      let kind = text[index]
      index += 1
      if kind == UInt8(ascii: ".") {
        var key: [UInt8] = []
        while index < text.count, text[index] != UInt8(ascii: "."), text[index] != UInt8(ascii: "[")
        {
          if text[index] == UInt8(ascii: "\\"), index + 1 < text.count { index += 1 }
          key.append(text[index])
          index += 1
        }
        steps.append(.key(key))
      } else if kind == UInt8(ascii: "["),
        let end = text[index...].firstIndex(of: UInt8(ascii: "]")), end > index,
        let number = Int(String(decoding: text[index..<end], as: UTF8.self))
      {
        steps.append(.index(number))
        index = end + 1
      } else {
        steps.append(.index(-1))
        break
      }
    }
    self.steps = steps
  }

  /// What the path leads to.
  enum Found: Hashable {
    case number(ArraySlice<UInt8>)
    case bool(Bool)
    /// With its escapes taken out.
    case text([UInt8])
    /// With its brackets
    case array(ArraySlice<UInt8>)
  }

  /// Follows the path. Linear in the document, which is read as far as the value; nothing is found in
  /// one that is malformed before that, or nested too deeply.
  func find(in document: [UInt8]) -> Found? {
    var scanner = JSONScanner(document)
    for step in steps {
      switch step {
      case .key(let key):
        guard scanner.enter(key: key) else { return nil }
      case .index(let index):
        guard index >= 0, scanner.enter(index: index) else { return nil }
      }
    }
    let start = scanner.position
    guard let kind = scanner.kind, scanner.skipValue() else { return nil }
    let value = document[start..<scanner.index]
    switch kind {
    case UInt8(ascii: "t"): return .bool(true)
    case UInt8(ascii: "f"): return .bool(false)
    case UInt8(ascii: "n"), UInt8(ascii: "{"): return nil
    case UInt8(ascii: "["): return .array(value)
    case UInt8(ascii: "\""): return unescaped(value.dropFirst().dropLast()).map { .text($0) }
    default: return .number(value)
    }
  }

  /// Only escapes of single bytes are known.
  private func unescaped(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    var result: [UInt8] = []
    var index = text.startIndex
    while index < text.endIndex {
      guard text[index] == UInt8(ascii: "\\"), index + 1 < text.endIndex else {
        result.append(text[index])
        index += 1
        continue
      }
      let letter = text[index + 1]
      if letter == UInt8(ascii: "u") {
        guard index + 5 < text.endIndex, text[index + 2] == UInt8(ascii: "0"),
          text[index + 3] == UInt8(ascii: "0"),
          let byte = UInt8(String(decoding: text[index + 4...index + 5], as: UTF8.self), radix: 16)
        else { return nil }
        result.append(byte)
        index += 6
        continue
      }
      switch letter {
      case UInt8(ascii: "b"): result.append(8)
      case UInt8(ascii: "f"): result.append(12)
      case UInt8(ascii: "n"): result.append(10)
      case UInt8(ascii: "r"): result.append(13)
      case UInt8(ascii: "t"): result.append(9)
      case UInt8(ascii: "\\"), UInt8(ascii: "\""): result.append(letter)
      default: return nil
      }
      index += 2
    }
    return result
  }
}

/// Walks through a JSON document. RFC 8259
private struct JSONScanner {
  private let bytes: [UInt8]
  var index = 0

  /// How deep values may be nested.
  private static let depthMax = 20

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Where the next value begins.
  var position: Int {
    var position = index
    while position < bytes.count, isBlank(bytes[position]) { position += 1 }
    return position
  }

  /// The first byte of the next value.
  var kind: UInt8? { position < bytes.count ? bytes[position] : nil }

  private func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
      || byte == UInt8(ascii: "\n")
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard kind == byte else { return false }
    index = position + 1
    return true
  }

  /// Goes to the value of a key of the object that comes next.
  mutating func enter(key: [UInt8]) -> Bool {
    guard take(UInt8(ascii: "{")) else { return false }
    while kind != UInt8(ascii: "}") {
      let start = position
      guard skipString(), bytes[start] == UInt8(ascii: "\"") else { return false }
      let name = bytes[(start + 1)..<(index - 1)]
      guard take(UInt8(ascii: ":")) else { return false }
      if name.elementsEqual(key) { return true }
      guard skipValue() else { return false }
      guard take(UInt8(ascii: ",")) else { return false }
    }
    return false
  }

  /// Goes to a member of the array that comes next.
  mutating func enter(index wanted: Int) -> Bool {
    guard take(UInt8(ascii: "[")), kind != UInt8(ascii: "]") else { return false }
    for _ in 0..<wanted {
      guard skipValue(), take(UInt8(ascii: ",")) else { return false }
    }
    return true
  }

  private mutating func skipString() -> Bool {
    guard take(UInt8(ascii: "\"")) else { return false }
    while index < bytes.count {
      switch bytes[index] {
      case UInt8(ascii: "\\"): index += 2
      case UInt8(ascii: "\""):
        index += 1
        return true
      case 0: return false
      default: index += 1
      }
    }
    return false
  }

  private mutating func skip(_ word: StaticString) -> Bool {
    let word = word.bytes
    let start = position
    guard bytes[start...].starts(with: word) else { return false }
    index = start + word.count
    return true
  }

  private mutating func skipNumber() -> Bool {
    let start = position
    index = start
    if index < bytes.count, bytes[index] == UInt8(ascii: "-") { index += 1 }
    guard skipDigits() else { return false }
    if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
      index += 1
      guard skipDigits() else { return false }
    }
    if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") {
      index += 1
      if index < bytes.count, bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "+")
      {
        index += 1
      }
      guard skipDigits() else { return false }
    }
    return true
  }

  private mutating func skipDigits() -> Bool {
    let start = index
    while index < bytes.count, isDigitByte(bytes[index]) { index += 1 }
    return index > start
  }

  /// Steps over the next value with everything in it.
  mutating func skipValue() -> Bool {
    // The closing brackets that are due, the innermost last.
    var closings: [UInt8] = []
    while true {
      guard let first = kind else { return false }
      switch first {
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        index = position + 1
        let closing = first + 2
        if !take(closing) {
          guard closings.count < JSONScanner.depthMax else { return false }
          closings.append(closing)
          if first == UInt8(ascii: "{"), !skipKey() { return false }
          continue
        }
      case UInt8(ascii: "\""): guard skipString() else { return false }
      case UInt8(ascii: "t"): guard skip("true") else { return false }
      case UInt8(ascii: "f"): guard skip("false") else { return false }
      case UInt8(ascii: "n"): guard skip("null") else { return false }
      default: guard skipNumber() else { return false }
      }
      // A value is over; so may be what it is in.
      while let closing = closings.last, take(closing) { closings.removeLast() }
      guard let closing = closings.last else { return true }
      guard take(UInt8(ascii: ",")) else { return false }
      if closing == UInt8(ascii: "}"), !skipKey() { return false }
    }
  }

  private mutating func skipKey() -> Bool { skipString() && take(UInt8(ascii: ":")) }
}

/// Numbers as printf(3) writes them with `%g`.
enum ShortNumber {
  /// The number with at most six digits; nil for what is no number.
  static func text(_ digits: ArraySlice<UInt8>) -> [UInt8]? {
    guard let value = Double(String(decoding: digits, as: UTF8.self)) else { return nil }
    guard value.isFinite else { return Array((value < 0 ? "-inf" : "inf").utf8) }
    guard value != 0 else { return Array((value.sign == .minus ? "-0" : "0").utf8) }
    var (mantissa, exponent) = rounded(value.magnitude)
    while mantissa.count > 1, mantissa.last == UInt8(ascii: "0") { mantissa.removeLast() }
    var text: [UInt8] = value < 0 ? [UInt8(ascii: "-")] : []
    let zeros = { (count: Int) in [UInt8](repeating: UInt8(ascii: "0"), count: count) }
    if exponent < -4 || exponent >= 6 {
      text.append(mantissa[0])
      if mantissa.count > 1 { text += [UInt8(ascii: ".")] + mantissa.dropFirst() }
      text += [UInt8(ascii: "e"), UInt8(ascii: exponent < 0 ? "-" : "+")]
      let number = Array(String(exponent.magnitude).utf8)
      text += zeros(max(0, 2 - number.count)) + number
    } else if exponent < 0 {
      text += [UInt8(ascii: "0"), UInt8(ascii: ".")] + zeros(-exponent - 1) + mantissa
    } else {
      let whole = exponent + 1
      text += mantissa.prefix(whole) + zeros(max(0, whole - mantissa.count))
      if mantissa.count > whole { text += [UInt8(ascii: ".")] + mantissa.dropFirst(whole) }
    }
    return text
  }

  /// The first six digits of a positive number, and the power of ten of the first of them.
  private static func rounded(_ value: Double) -> (digits: [UInt8], exponent: Int) {
    // The shortest text that stands for this number and no other.
    let parts = Array("\(value)".utf8).split(separator: UInt8(ascii: "e"))
    var exponent = parts.count > 1 ? Int(String(decoding: parts[1], as: UTF8.self)) ?? 0 : 0
    let point = parts[0].firstIndex(of: UInt8(ascii: ".")) ?? parts[0].endIndex
    exponent += point - parts[0].startIndex - 1
    var digits = parts[0].filter { $0 != UInt8(ascii: ".") }
    while digits.first == UInt8(ascii: "0"), digits.count > 1 {
      digits.removeFirst()
      exponent -= 1
    }
    guard digits.count > 6 else { return (Array(digits), exponent) }
    let rest = digits[6...]
    let isHalf = rest.first == UInt8(ascii: "5") && rest.dropFirst().allSatisfy { $0 == 0x30 }
    let roundsUp = isHalf ? digits[5] & 1 == 1 : rest[6] >= UInt8(ascii: "5")
    var kept = Array(digits[..<6])
    guard roundsUp else { return (kept, exponent) }
    var place = 5
    while place >= 0, kept[place] == UInt8(ascii: "9") {
      kept[place] = UInt8(ascii: "0")
      place -= 1
    }
    if place >= 0 {
      kept[place] += 1
    } else {
      kept = [UInt8(ascii: "1")] + kept.dropLast()
      exponent += 1
    }
    return (kept, exponent)
  }
}
