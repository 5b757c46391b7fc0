/// The numbers of one pattern: `5`, `1:10`, `:7`, `3:`; HAProxy takes a minus sign for a colon.
struct NumberRange: Hashable, Sendable {
  var low = Int64.min
  var high = Int64.max

  func contains(_ number: Int64) -> Bool { low <= number && number <= high }

  init(low: Int64, high: Int64) {
    self.low = low
    self.high = high
  }

  init(_ text: [UInt8]) throws(SampleError) {
    let string = String(decoding: text, as: UTF8.self)
    let failure = SampleError("'\(string)' is not a valid number range")
    guard !text.isEmpty else { throw failure }
    guard let colon = text.firstIndex(where: { $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "-") })
    else {
      guard let number = wholeInteger(text) else {
        throw SampleError("'\(string)' is not a number")
      }
      low = number
      high = number
      return
    }
    guard text.count > 1 else { throw failure }
    if colon > 0 {
      guard let number = wholeInteger(text[..<colon]) else { throw failure }
      low = number
    }
    if colon + 1 < text.count {
      guard let number = wholeInteger(text[(colon + 1)...]) else { throw failure }
      high = number
    }
    guard low <= high else { throw failure }
  }

  /// `3.1`, `3.0:3.3` and so on: two numbers of 16 bits in one.
  static func dotted(_ text: [UInt8]) throws(SampleError) -> NumberRange {
    let string = String(decoding: text, as: UTF8.self)
    let failure = SampleError("'\(string)' is not a valid dotted number range")
    guard !text.isEmpty else { throw failure }
    let parts = text.split(
      separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
    if parts.count == 1 {
      guard let number = dottedNumber(parts[0], isEnd: false) else {
        throw SampleError("'\(string)' is not a dotted number")
      }
      // Without a minor number any will do.
      let high = dottedNumber(parts[0], isEnd: true) ?? number
      return NumberRange(low: number, high: high)
    }
    guard text.count > 1 else { throw failure }
    var range = NumberRange(low: .min, high: .max)
    if !parts[0].isEmpty {
      guard let number = dottedNumber(parts[0], isEnd: false) else { throw failure }
      range.low = number
    }
    if !parts[1].isEmpty {
      guard let number = dottedNumber(parts[1], isEnd: true) else { throw failure }
      range.high = number
    }
    guard range.low <= range.high else { throw failure }
    return range
  }

  private static func dottedNumber(_ text: ArraySlice<UInt8>, isEnd: Bool) -> Int64? {
    let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count <= 2, let major = wholeInteger(parts[0]), (0...0xffff).contains(major) else {
      return nil
    }
    guard parts.count == 2 else { return major << 16 | (isEnd ? 0xffff : 0) }
    guard let minor = wholeInteger(parts[1]), (0...0xffff).contains(minor) else { return nil }
    return major << 16 | minor
  }
}
