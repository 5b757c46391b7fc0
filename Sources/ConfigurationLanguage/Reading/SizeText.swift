/// Sizes as HAProxy reads them: digits and at most one of the units k, m, g (times 1024 each).
public enum SizeText {
  /// The character at which reading stopped: a wrong one, or the one where the number became too
  /// large. Empty at the end of the text.
  public struct Problem: Error, Hashable, Sendable {
    /// The offending character, as HAProxy prints it with %c.
    public let character: String
    /// The text from that character on, as HAProxy prints it with %s.
    public let rest: String
  }

  /// Reads a size of at most 32 bits.
  ///
  /// - Parameter text: the argument, such as `16k`.
  /// - Returns: the size in bytes (or whatever is counted).
  /// - Throws: where reading stopped.
  public static func parse(_ text: String) throws(Problem) -> UInt32 {
    // The bound holds, so the conversion cannot lose anything.
    UInt32(truncatingIfNeeded: try parse(text, max: UInt64(UInt32.max), units: "kmg"))
  }

  /// Reads a size of at most 64 bits; the units t and p are known too.
  public static func parseLong(_ text: String) throws(Problem) -> UInt64 {
    try parse(text, max: .max, units: "kmgtp")
  }

  private static func parse(
    _ text: String, max: UInt64, units: String
  ) throws(Problem) -> UInt64 {
    let bytes = Array(text.utf8)
    guard let first = bytes.first, first.isDigit else { throw problem(bytes, at: 0) }
    var value: UInt64 = 0
    var index = 0
    while index < bytes.count, bytes[index].isDigit {
      let digit = UInt64(bytes[index] - UInt8(ascii: "0"))
      guard value <= max / 10, value * 10 <= max - digit else { throw problem(bytes, at: index) }
      value = value * 10 + digit
      index += 1
    }
    guard index < bytes.count else { return value }
    guard let power = Array(units.utf8).firstIndex(of: bytes[index].lowercased) else {
      throw problem(bytes, at: index)
    }
    let shift = UInt64(10 * (power + 1))
    guard value <= max >> shift else { throw problem(bytes, at: index) }
    guard index + 1 == bytes.count else { throw problem(bytes, at: index + 1) }
    return value << shift
  }

  private static func problem(_ bytes: [UInt8], at index: Int) -> Problem {
    Problem(
      character: index < bytes.count ? bytes[index].text : "",
      rest: String(decoding: bytes[index...], as: UTF8.self))
  }
}
