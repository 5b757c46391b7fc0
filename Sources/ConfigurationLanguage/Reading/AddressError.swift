/// Why a text is not an address. `text` is what was written, before variables were expanded.
public enum AddressError: Error, Hashable, Sendable {
  /// Nothing is left after variables were expanded.
  case empty(text: String)
  case missingPort(text: String)
  case portNotPermitted(text: String)
  case portRangeNotPermitted(text: String)
  case portOffsetNotPermitted(text: String)
  /// A port outside 0 to 65535, or 0 where there must be one.
  case invalidPort(port: String)
  case invalidPortRange(low: Int, high: Int)
  case invalidPortCharacter(character: String, port: String, text: String)
  /// Not an IP address of the family, and no name that could be resolved to one. Also what a
  /// caller reports that failed to resolve a name.
  case invalidAddress(host: String, text: String)
  case invalidDescriptor(descriptor: String, text: String)
  case descriptorNotAcceptable(text: String)
  case pathTooLong(text: String, bytesMax: Int)
  case streamNotAcceptable(text: String)
  case datagramNotAcceptable(text: String)
  /// A combination of address family and protocol that does not exist.
  case unsupportedProtocol(transport: AddressText.Transport, family: Int, text: String)
  /// An address that only exists with `expose-experimental-directives`.
  case experimental(address: String)
}

extension AddressError: CustomStringConvertible {
  /// HAProxy's message, without the prefix that names file, line and keyword.
  public var description: String {
    switch self {
    case .empty(let text):
      return "'\(text)' resolves to an empty address (environment variable missing?)"
    case .missingPort(let text): return "missing port specification in '\(text)'"
    case .portNotPermitted(let text): return "port specification not permitted here in '\(text)'"
    case .portRangeNotPermitted(let text): return "port range not permitted here in '\(text)'"
    case .portOffsetNotPermitted(let text): return "port offset not permitted here in '\(text)'"
    case .invalidPort(let port): return "invalid port '\(port)'"
    case .invalidPortRange(let low, let high): return "invalid port range '\(low)-\(high)'"
    case .invalidPortCharacter(let character, let port, let text):
      return "invalid character '\(character)' in port number '\(port)' in '\(text)'"
    case .invalidAddress(let host, let text): return "invalid address: '\(host)' in '\(text)'"
    case .invalidDescriptor(let descriptor, let text):
      return "file descriptor '\(descriptor)' is not a valid integer in '\(text)'"
    case .descriptorNotAcceptable(let text):
      return "a file descriptor is not acceptable here in '\(text)'"
    case .pathTooLong(let text, let bytesMax):
      return "socket path '\(text)' too long (max \(bytesMax))"
    case .streamNotAcceptable(let text): return "stream-type address not acceptable in '\(text)'"
    case .datagramNotAcceptable(let text): return "dgram-type address not acceptable in '\(text)'"
    case .unsupportedProtocol(let transport, let family, let text):
      let isQUIC = transport == .quic
      return "unsupported \(transport == .datagram ? "datagram" : "stream") protocol for "
        + "\(isQUIC || transport == .datagram ? "datagram" : "stream") family \(family) address "
        + "'\(text)'"
        + (isQUIC ? "; QUIC is not compiled in if this is what you were looking for." : "")
    case .experimental(let address):
      return "Address '\(address)' is experimental, must be allowed via a global "
        + "'expose-experimental-directives'"
    }
  }
}
