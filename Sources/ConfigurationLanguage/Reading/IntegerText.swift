/// Integers as C's `strtol` and `atol` read them, which is how HAProxy reads most of its integer
/// arguments: optional white space, an optional sign, as many digits as there are.
public enum IntegerText {
  /// The number that a text begins with, as `atol` sees it: 0 when there is none. `maxconn x` is 0
  /// by this rule.
  public static func leading(_ text: String) -> Int { scan(Array(text.utf8)[...]).value }

  /// The number when the whole text is one (`strtol` whose end pointer is at the end); nil when
  /// anything follows it. The empty text is 0, as it is for `strtol`.
  public static func whole(_ text: String) -> Int? {
    let (value, end) = scan(Array(text.utf8)[...])
    return end == text.utf8.count ? value : nil
  }

  /// Reads a decimal number at the start of some bytes.
  ///
  /// - Returns: the number, saturated at the bounds of Int, and the index of the first byte behind
  ///   it; the start and 0 when there is no digit.
  static func scan(_ bytes: ArraySlice<UInt8>) -> (value: Int, end: Int) {
    var index = bytes.startIndex
    while index < bytes.endIndex, bytes[index].isSpace { index += 1 }
    var isNegative = false
    if index < bytes.endIndex,
      bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "+")
    {
      isNegative = bytes[index] == UInt8(ascii: "-")
      index += 1
    }
    guard index < bytes.endIndex, bytes[index].isDigit else { return (0, bytes.startIndex) }
    var value = 0
    while index < bytes.endIndex, bytes[index].isDigit {
      let digit = Int(bytes[index] - UInt8(ascii: "0"))
      let (product, tooLarge) = value.multipliedReportingOverflow(by: 10)
      let (sum, overflow) =
        isNegative
        ? product.subtractingReportingOverflow(digit) : product.addingReportingOverflow(digit)
      value = tooLarge || overflow ? (isNegative ? .min : .max) : sum
      if tooLarge || overflow {
        while index < bytes.endIndex, bytes[index].isDigit { index += 1 }
        break
      }
      index += 1
    }
    return (value, index)
  }
}
