public import Basics

/// The header of the PROXY protocol that `accept-proxy` expects before anything else.
public struct ProxyHeader: Hashable, Sendable {
  /// Where the connection came from and went to before it was proxied.
  public struct Addresses: Hashable, Sendable {
    /// The client
    public var source: SocketAddress
    /// What the client connected to
    public var destination: SocketAddress

    /// - Parameters:
    ///   - source: the client.
    ///   - destination: what the client connected to.
    public init(source: SocketAddress, destination: SocketAddress) {
      self.source = source
      self.destination = destination
    }
  }

  /// Why there is no header. HAProxy's codes `CO_ER_PRX_*`.
  public enum Failure: Hashable, CaseIterable, Sendable {
    /// The peer closed without a byte.
    case closed
    /// Receiving failed.
    case aborted
    /// The header did not come in time.
    case timeout
    /// The peer closed within the header, or sent something else of less than 16 bytes.
    case truncated
    /// What came is not a header.
    case notHeader
    /// What came is a malformed header.
    case invalidHeader
    /// A header of version 1 for a protocol that is none.
    case unknownProtocol

    /// The error of the connection.
    public var error: ConnectionError {
      switch self {
      case .closed: .proxyEmpty
      case .aborted: .proxyAborted
      case .timeout: .proxyTimeout
      case .truncated: .proxyTruncated
      case .notHeader: .proxyNoHeader
      case .invalidHeader: .proxyInvalid
      case .unknownProtocol: .proxyUnknownProtocol
      }
    }

    /// HAProxy's words for it, for the log.
    public var text: StaticString { error.text }
  }

  /// What the bytes received so far are.
  public enum Parse: Hashable, Sendable {
    /// The beginning of a header.
    case needMore
    /// A header of `consumed` bytes; what is behind them is the client's first data.
    case header(ProxyHeader, consumed: Int)
    /// No header, whatever follows.
    case invalid(Failure)
  }

  /// The longest header of version 1, its line end included.
  public static let versionOneBytesMax = 107
  /// The longest header that is accepted: `tune.bufsize`'s default, as HAProxy's. A longer one is
  /// `truncated`.
  public static let bytesMax = 16384

  /// The addresses to take for the connection's own; nil to keep those it has (`UNKNOWN`, `LOCAL`
  /// and families other than IPv4 and IPv6).
  public var addresses: Addresses?

  /// - Parameter addresses: the addresses to take for the connection's own; nil to keep them.
  public init(_ addresses: Addresses? = nil) { self.addresses = addresses }

  /// Looks for a header at the beginning of what a peer has sent so far.
  ///
  /// Called again with more bytes it comes to the same verdict, except that something which is no
  /// header is `truncated` below 16 bytes and `notHeader` from there on, as in HAProxy.
  /// It reads at most `bytesMax` bytes. Linear in the length of the header.
  ///
  /// - Parameter bytes: everything received on the connection.
  public static func parse(_ bytes: borrowing Span<UInt8>) -> Parse {
    guard bytes.count > 0 else { return .needMore }
    if bytes[0] == UInt8(ascii: "P") {
      var parser = ProxyHeaderLine(count: bytes.count)
      return parser.parse(bytes)
    }
    return parseVersionTwo(bytes)
  }

  /// Where the additional values of a header of version 2 lie; nil when it has none. proxy-protocol.txt,
  /// section 2.2
  ///
  /// - Parameters:
  ///   - bytes: everything received on the connection, a header at its beginning.
  ///   - consumed: the length of the header, as `parse` told it.
  public static func values(in bytes: borrowing Span<UInt8>, consumed: Int) -> Range<Int>? {
    guard consumed > ProxyHeaderBlock.fixedBytes, consumed <= bytes.count,
      bytes[0] == ProxyHeaderBlock.signature[0]
    else { return nil }
    let start: Int
    switch (bytes[12] & 0xf, bytes[13]) {
    case (0, _): start = ProxyHeaderBlock.fixedBytes
    case (_, 0x11): start = ProxyHeaderBlock.fixedBytes + 12
    case (_, 0x21): start = ProxyHeaderBlock.fixedBytes + 36
    default: return nil
    }
    return start < consumed ? start..<consumed : nil
  }

  /// What it means that a peer closed before its header was complete.
  ///
  /// - Parameter count: how many bytes it had sent.
  public static func failure(atEndOf count: Int) -> Failure { count == 0 ? .closed : .truncated }

  /// The verdict on bytes that are no header of either version.
  static func mismatch(_ bytes: borrowing Span<UInt8>) -> Parse {
    .invalid(bytes.count < ProxyHeaderBlock.fixedBytes ? .truncated : .notHeader)
  }

  private static func parseVersionTwo(_ bytes: borrowing Span<UInt8>) -> Parse {
    for index in 0..<min(bytes.count, ProxyHeaderBlock.signature.count)
    where bytes[index] != ProxyHeaderBlock.signature[index] {
      return mismatch(bytes)
    }
    guard bytes.count >= ProxyHeaderBlock.fixedBytes else { return .needMore }
    guard bytes[12] >> 4 == 2 else { return .invalid(.notHeader) }
    let length = Int(bytes[14]) << 8 | Int(bytes[15])
    let total = ProxyHeaderBlock.fixedBytes + length
    guard total <= bytesMax else { return .invalid(.truncated) }
    guard bytes.count >= total else { return .needMore }
    switch bytes[12] & 0xf {
    case 0:
      // LOCAL: the sender speaks for itself. Whatever it says about addresses does not count.
      return .header(ProxyHeader(), consumed: total)
    case 1:
      return ProxyHeaderBlock.parse(bytes, total: total)
    default:
      return .invalid(.invalidHeader)
    }
  }
}
