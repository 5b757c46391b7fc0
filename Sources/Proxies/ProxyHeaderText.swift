import Basics

/// The addresses and ports in a PROXY header of version 1, read where they lie: `IPAddress` reads
/// arrays, and making one for every connection would cost more than the rest of the header.
enum ProxyHeaderText {
  /// A port: one to five digits, at most 65535.
  static func port(_ text: Range<Int>, _ bytes: borrowing Span<UInt8>) -> UInt16? {
    var number = 0
    for index in text { number = number * 10 + Int(bytes[index] - UInt8(ascii: "0")) }
    return UInt16(exactly: number)
  }

  /// An address of one family; its bytes are digits, letters, dots and colons.
  static func address(
    _ text: Range<Int>, _ family: IPAddress.Family, _ bytes: borrowing Span<UInt8>
  ) -> IPAddress? {
    switch family {
    case .v4: v4Number(text, bytes).map { IPAddress(v4: $0) }
    case .v6: v6(text, bytes)
    }
  }

  private static func v4Number(_ text: Range<Int>, _ bytes: borrowing Span<UInt8>) -> UInt32? {
    var number: UInt32 = 0
    var part: UInt32 = 0
    var digits = 0
    var parts = 1
    for index in text {
      let byte = bytes[index]
      if byte == UInt8(ascii: ".") {
        guard digits > 0, parts < 4 else { return nil }
        number = number << 8 | part
        part = 0
        digits = 0
        parts += 1
      } else {
        guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte), digits < 3 else {
          return nil
        }
        part = part * 10 + UInt32(byte - UInt8(ascii: "0"))
        digits += 1
        guard part <= 255 else { return nil }
      }
    }
    return parts == 4 && digits > 0 ? number << 8 | part : nil
  }

  /// RFC 4291, section 2.2: eight groups, one run of which may be `::`, the last two of which may
  /// be an IPv4 address.
  private static func v6(_ text: Range<Int>, _ bytes: borrowing Span<UInt8>) -> IPAddress? {
    var groups = InlineArray<8, UInt16>(repeating: 0)
    var count = 0
    var gap: Int?
    var index = text.lowerBound
    if text.count >= 2, isColon(index, bytes), isColon(index + 1, bytes) {
      gap = 0
      index += 2
    }
    while index < text.upperBound {
      var end = index
      var hasDot = false
      while end < text.upperBound, !isColon(end, bytes) {
        if bytes[end] == UInt8(ascii: ".") { hasDot = true }
        end += 1
      }
      if hasDot {
        guard end == text.upperBound, count <= 6, let number = v4Number(index..<end, bytes) else {
          return nil
        }
        groups[count] = UInt16(number >> 16)
        groups[count + 1] = UInt16(truncatingIfNeeded: number)
        count += 2
      } else {
        guard count < 8, let value = group(index..<end, bytes) else { return nil }
        groups[count] = value
        count += 1
      }
      guard end < text.upperBound else { break }
      index = end + 1
      guard index < text.upperBound else { return nil }
      if isColon(index, bytes) {
        guard gap == nil else { return nil }
        gap = count
        index += 1
      }
    }
    guard gap == nil ? count == 8 : count < 8 else { return nil }
    return combine(groups, count: count, gap: gap ?? count)
  }

  /// The groups as an address: those behind the gap belong at the end.
  private static func combine(_ groups: [8 of UInt16], count: Int, gap: Int) -> IPAddress {
    var high: UInt64 = 0
    var low: UInt64 = 0
    for place in 0..<8 {
      let fromEnd = place - (8 - count)
      let value = place < gap ? groups[place] : fromEnd >= gap ? groups[fromEnd] : 0
      if place < 4 {
        high = high << 16 | UInt64(value)
      } else {
        low = low << 16 | UInt64(value)
      }
    }
    return IPAddress(v6: high, low)
  }

  private static func isColon(_ index: Int, _ bytes: borrowing Span<UInt8>) -> Bool {
    bytes[index] == UInt8(ascii: ":")
  }

  /// One to four hexadecimal digits.
  private static func group(_ text: Range<Int>, _ bytes: borrowing Span<UInt8>) -> UInt16? {
    guard (1...4).contains(text.count) else { return nil }
    var value: UInt16 = 0
    for index in text {
      let byte = bytes[index]
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
      default: return nil
      }
      value = value << 4 | UInt16(digit)
    }
    return value
  }
}
