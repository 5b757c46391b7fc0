public import Basics

/// The cookie with which a broker of remote desktops sends a client back to its server. HAProxy
/// manual, section 4.2, `persist rdp-cookie`; MS-RDPBCGR, section 2.2.1.2, routing tokens.
public enum RemoteDesktopRoute {
  /// The server that a cookie such as `16777343.15629.0000` names: the IPv4 address and the port as
  /// decimal numbers whose bytes lie in the order of the network on a little-endian machine. What
  /// follows the second point does not matter. Pure, any thread.
  ///
  /// - Returns: nil for a cookie of another form.
  public static func address(of cookie: borrowing Span<UInt8>) -> SocketAddress? {
    var index = 0
    guard let address = number(cookie, &index), let port = number(cookie, &index) else {
      return nil
    }
    return SocketAddress(
      ip: IPAddress(v4: UInt32(truncatingIfNeeded: address).byteSwapped),
      port: UInt16(truncatingIfNeeded: port).byteSwapped)
  }

  /// The number before the next point, which saturates; `index` ends behind the point.
  private static func number(_ cookie: borrowing Span<UInt8>, _ index: inout Int) -> UInt64? {
    var number: UInt64 = 0
    let start = index
    while index < cookie.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(cookie[index]) {
      let (product, isTooLarge) = number.multipliedReportingOverflow(by: 10)
      let (sum, hasOverflown) = product.addingReportingOverflow(
        UInt64(cookie[index] - UInt8(ascii: "0")))
      number = isTooLarge || hasOverflown ? .max : sum
      index += 1
    }
    guard index > start, index < cookie.count, cookie[index] == UInt8(ascii: ".") else {
      return nil
    }
    index += 1
    return number
  }
}
