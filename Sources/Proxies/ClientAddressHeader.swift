public import Basics

/// The header that a NetScaler puts in front of a connection when it inserts the client's address: a
/// magic number, a length, and the IP and TCP headers of the client's packet. HAProxy manual, section
/// 5.1, `accept-netscaler-cip`
public enum ClientAddressHeader {
  /// What the bytes received so far are.
  public enum Parse: Hashable, Sendable {
    /// The beginning of a header.
    case needMore
    /// A header of `consumed` bytes; what is behind them is the client's first data.
    case header(ProxyHeader.Addresses, consumed: Int)
    /// No header, whatever follows.
    case invalid(ConnectionError)
  }

  /// The longest header that is accepted.
  public static let bytesMax = 16384

  private static let tcp: UInt8 = 6

  /// Looks for a header at the beginning of what a peer has sent so far. Takes a fixed number of
  /// steps; more bytes only ever turn `needMore` into an answer.
  ///
  /// - Parameters:
  ///   - bytes: everything received on the connection.
  ///   - magic: the number that both sides have agreed on.
  public static func parse(_ bytes: borrowing Span<UInt8>, magic: UInt32) -> Parse {
    guard bytes.count >= 12 else { return .needMore }
    guard number(bytes, at: 0, count: 4) == UInt64(magic) else {
      return .invalid(.clientAddressWrongMagic)
    }
    let start: Int
    let length: UInt64
    switch bytes[8] {
    case let kind where kind & 0xd0 == 0x40:
      // The old form: the packet's own headers begin here.
      start = 8
      length = number(bytes, at: 4, count: 4)
    case 0:
      start = 12
      length = number(bytes, at: 10, count: 2)
    default: return .invalid(.clientAddressUnknownProtocol)
    }
    guard length <= UInt64(bytesMax) else { return .invalid(.clientAddressTruncated) }
    guard bytes.count >= start + 20 else { return .needMore }
    let consumed = start + Int(length)
    switch bytes[start] >> 4 {
    case 4: return parseVersionFour(bytes, start, consumed)
    case 6: return parseVersionSix(bytes, start, consumed)
    default: return .invalid(.clientAddressUnknownProtocol)
    }
  }

  private static func parseVersionFour(
    _ bytes: borrowing Span<UInt8>, _ start: Int, _ consumed: Int
  ) -> Parse {
    let ports = start + Int(bytes[start] & 0xf) * 4
    guard bytes[start + 9] == tcp, ports >= start + 20 else {
      return .invalid(.clientAddressUnknownProtocol)
    }
    guard bytes.count >= max(40, consumed, ports + 4) else { return .needMore }
    return .header(
      ProxyHeader.Addresses(
        source: SocketAddress(
          ip: IPAddress(v4: UInt32(number(bytes, at: start + 12, count: 4))),
          port: UInt16(number(bytes, at: ports, count: 2))),
        destination: SocketAddress(
          ip: IPAddress(v4: UInt32(number(bytes, at: start + 16, count: 4))),
          port: UInt16(number(bytes, at: ports + 2, count: 2)))), consumed: consumed)
  }

  private static func parseVersionSix(
    _ bytes: borrowing Span<UInt8>, _ start: Int, _ consumed: Int
  ) -> Parse {
    guard bytes[start + 6] == tcp else { return .invalid(.clientAddressUnknownProtocol) }
    let ports = start + 40
    guard bytes.count >= max(60, consumed, ports + 4) else { return .needMore }
    return .header(
      ProxyHeader.Addresses(
        source: SocketAddress(
          ip: address(bytes, start + 8), port: UInt16(number(bytes, at: ports, count: 2))),
        destination: SocketAddress(
          ip: address(bytes, start + 24), port: UInt16(number(bytes, at: ports + 2, count: 2)))),
      consumed: consumed)
  }

  private static func address(_ bytes: borrowing Span<UInt8>, _ index: Int) -> IPAddress {
    IPAddress(v6: number(bytes, at: index, count: 8), number(bytes, at: index + 8, count: 8))
  }

  /// A big-endian number.
  private static func number(
    _ bytes: borrowing Span<UInt8>, at start: Int, count: Int
  ) -> UInt64 {
    var result: UInt64 = 0
    for index in start..<(start + count) { result = result << 8 | UInt64(bytes[index]) }
    return result
  }
}
