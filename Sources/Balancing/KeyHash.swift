public import Basics

/// How `balance source`, `balance hash` and `balance rdp-cookie` get from a key to a server. HAProxy
/// manual, section 4.2, `hash-type`.
public struct KeyHash: Hashable, Sendable {
  /// Where a hash is looked up.
  public enum Method: Hashable, Sendable {
    /// A table with one entry a unit of weight: exact shares, but nearly everybody moves when a
    /// server comes or goes.
    case mapBased
    /// A ring: only the clients of the server that goes are moved.
    case consistent
  }

  /// `map-based` or `consistent`
  public var method: Method
  /// What hashes the bytes of a key; nil for `none`: the key is a decimal number in text form.
  public var function: HashFunction?
  /// `avalanche`
  public var isAvalanche: Bool

  /// - Parameters:
  ///   - method: `map-based` or `consistent`.
  ///   - function: nil for `none`.
  ///   - isAvalanche: `avalanche`; it is not set by itself for `consistent`.
  public init(
    _ method: Method = .mapBased, function: HashFunction? = .sdbm, isAvalanche: Bool = false
  ) {
    self.method = method
    self.function = function
    self.isAvalanche = isAvalanche
  }

  /// The hash of a sample or a cookie, for `BalanceRequest.hash`. Any thread.
  ///
  /// - Parameter key: the sample as HAProxy's binary type, or as its string type when `function` is
  ///   nil.
  public func hash(_ key: borrowing Span<UInt8>) -> UInt32 {
    let hash = function?.hash(key) ?? KeyHash.number(key)
    return isAvalanche ? HashFunction.avalanche(hash) : hash
  }

  /// The hash of a client's address: its 32-bit words combined by exclusive or. As in HAProxy the
  /// hash function has no part in it, only `avalanche` has.
  public func hash(_ address: IPAddress) -> UInt32 {
    let folded = address.high ^ address.low
    let hash = UInt32(truncatingIfNeeded: folded &>> 32) ^ UInt32(truncatingIfNeeded: folded)
    return isAvalanche ? HashFunction.avalanche(hash) : hash
  }

  /// The low 32 bits of the decimal number that a text begins with, which saturates at the bounds
  /// of Int64; 0 when it begins with none.
  private static func number(_ text: borrowing Span<UInt8>) -> UInt32 {
    var index = 0
    var isNegative = false
    if !text.isEmpty, text[0] == UInt8(ascii: "-") || text[0] == UInt8(ascii: "+") {
      isNegative = text[0] == UInt8(ascii: "-")
      index = 1
    }
    var value: Int64 = 0
    while index < text.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(text[index]) {
      let digit = Int64(text[index] - UInt8(ascii: "0"))
      let (product, isTooLarge) = value.multipliedReportingOverflow(by: 10)
      let (sum, hasOverflown) =
        isNegative
        ? product.subtractingReportingOverflow(digit) : product.addingReportingOverflow(digit)
      guard !isTooLarge, !hasOverflown else {
        return UInt32(truncatingIfNeeded: isNegative ? Int64.min : Int64.max)
      }
      value = sum
      index += 1
    }
    return UInt32(truncatingIfNeeded: value)
  }
}
