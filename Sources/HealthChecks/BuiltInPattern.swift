/// Patterns of the protocol checks, each what a regular expression of HAProxy says.
public enum BuiltInPattern: Hashable, Sendable {
  /// Begins with one of these bytes.
  case firstByte(in: ClosedRange<UInt8>)
  /// PostgreSQL asks for an authentication it knows, or for none.
  case pgsqlAuthentication
  /// Three digits, then a space or the end of the line.
  case smtpLine
  /// The same with 2 as the first digit.
  case smtpSuccess
  /// Any number of `2xx-` lines, then one of `smtpSuccess`.
  case smtpMultilineSuccess
  /// `2xx`, then a dash, a space or the end of the line.
  case smtpFarewell

  func matches(_ bytes: [UInt8]) -> Bool {
    switch self {
    case .firstByte(let range): bytes.first.map(range.contains) ?? false
    case .pgsqlAuthentication: BuiltInPattern.isPgsqlAuthentication(bytes)
    case .smtpLine: BuiltInPattern.isReply(bytes[...], first: nil, endings: " \r")
    case .smtpSuccess: BuiltInPattern.isReply(bytes[...], first: 2, endings: " \r")
    case .smtpFarewell: BuiltInPattern.isReply(bytes[...], first: 2, endings: "- \r")
    case .smtpMultilineSuccess: BuiltInPattern.isMultilineReply(bytes)
    }
  }

  private static func isPgsqlAuthentication(_ bytes: [UInt8]) -> Bool {
    guard bytes.count >= 9, bytes.starts(with: [0x52, 0, 0, 0]),
      bytes[5..<8].allSatisfy({ $0 == 0 })
    else { return false }
    return [0, 2, 3, 4, 5, 6, 7, 9, 10].contains(bytes[8])
  }

  private static func isReply(
    _ bytes: ArraySlice<UInt8>, first: UInt8?, endings: String
  ) -> Bool {
    guard bytes.count >= 4 else { return false }
    let start = bytes.startIndex
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    guard bytes[start..<start + 3].allSatisfy(digits.contains) else { return false }
    if let first, bytes[start] != UInt8(ascii: "0") + first { return false }
    return endings.utf8.contains(bytes[start + 3])
  }

  private static func isMultilineReply(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    while isReply(rest, first: 2, endings: "-") {
      guard let end = rest.firstIndex(of: UInt8(ascii: "\r")), end + 1 < rest.endIndex,
        rest[end + 1] == UInt8(ascii: "\n")
      else { return false }
      rest = rest[(end + 2)...]
    }
    return isReply(rest, first: 2, endings: " \r")
  }
}
