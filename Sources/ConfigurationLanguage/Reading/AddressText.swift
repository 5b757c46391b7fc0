public import Basics

/// An address as it is written in `bind`, `server`, `source` and `log` lines, read by the rules of
/// HAProxy's manual, section 11, but not resolved: host names stay names, descriptors numbers.
public struct AddressText: Hashable, Sendable {
  /// Where a socket is bound or connected to.
  public enum Place: Hashable, Sendable {
    /// An IP address; no host and `*` are the "any" address of the family.
    case address(IPAddress)
    /// A host name that is still to be resolved, in one family when one was prescribed.
    case host(String, family: IPAddress.Family?)
    /// The path of a unix socket, without `unix-bind prefix`.
    case unix(path: String)
    /// A name in the abstract name space; padded with zeros to the whole `sun_path` (`abns@`) or
    /// not (`abnsz@`).
    case abstract(name: String, isPadded: Bool)
    /// An inherited descriptor: `fd@N`.
    case descriptor(Int32)
    /// An inherited pair of sockets: `sockpair@N`.
    case socketPair(Int32)
  }

  /// What stands behind the last colon.
  public enum Port: Hashable, Sendable {
    /// Nothing, `:` alone or a port of zero.
    case none
    /// One port or `low-high`.
    case range(ClosedRange<UInt16>)
    /// `+N` or `-N`: relative to the port of the client's destination.
    case offset(Int)

    /// The port when there is exactly one; nil otherwise.
    public var single: UInt16? {
      guard case .range(let range) = self, range.count == 1 else { return nil }
      return range.lowerBound
    }
  }

  /// The protocol above IP or unix sockets.
  public enum Transport: Hashable, Sendable {
    /// TCP or a unix stream socket.
    case stream
    /// UDP or a unix datagram socket.
    case datagram
    /// Multipath TCP.
    case multipath
    /// QUIC.
    case quic
  }

  /// What a line accepts as an address.
  public struct Options: OptionSet, Sendable {
    /// One bit an option.
    public var rawValue: UInt16
    /// - Parameter rawValue: one bit an option.
    public init(rawValue: UInt16) { self.rawValue = rawValue }
    /// Names are resolved when the line is read, so a name that cannot be one is an error at once.
    public static let resolve = Options(rawValue: 1 << 0)
    /// A name is kept for later, whatever it looks like.
    public static let keepName = Options(rawValue: 1 << 1)
    /// A port may follow.
    public static let port = Options(rawValue: 1 << 2)
    /// A port must follow.
    public static let portMandatory = Options(rawValue: 1 << 3)
    /// A range of ports may follow.
    public static let portRange = Options(rawValue: 1 << 4)
    /// A port offset may follow.
    public static let portOffset = Options(rawValue: 1 << 5)
    /// An inherited socket: `fd@`.
    public static let socketDescriptor = Options(rawValue: 1 << 6)
    /// Any inherited descriptor: `fd@`.
    public static let rawDescriptor = Options(rawValue: 1 << 7)
    /// Datagram sockets.
    public static let datagram = Options(rawValue: 1 << 8)
    /// Stream sockets.
    public static let stream = Options(rawValue: 1 << 9)
    /// Datagram unless the address says something else.
    public static let datagramByDefault = Options(rawValue: 1 << 10)
    /// The protocol must exist when the line is read.
    public static let protocolNeeded = Options(rawValue: 1 << 11)

    /// One address of a `bind` line.
    public static let bind: Options = [
      .resolve, .port, .portMandatory, .portRange, .socketDescriptor, .stream, .protocolNeeded,
    ]
    /// The address of a `server` line.
    public static let server: Options = [.keepName, .port, .portOffset, .stream, .datagram]
    /// The target of a `log` line.
    public static let log: Options = [
      .resolve, .port, .rawDescriptor, .datagram, .stream, .datagramByDefault, .protocolNeeded,
    ]
    /// `source` of a proxy.
    public static let proxySource: Options = [.resolve, .port, .stream, .protocolNeeded]
    /// `source` of a server.
    public static let serverSource: Options = [
      .resolve, .port, .portRange, .stream, .protocolNeeded,
    ]
    /// `dispatch`
    public static let dispatch: Options = [
      .resolve, .port, .portMandatory, .stream, .protocolNeeded,
    ]
    /// `addr` of a server: where its health checks go.
    public static let check: Options = [.resolve, .port, .stream, .protocolNeeded]
  }

  /// Where.
  public var place: Place
  /// The port; `none` for anything but IP addresses and host names.
  public var port: Port
  /// The protocol.
  public var transport: Transport

  /// - Parameters:
  ///   - place: where.
  ///   - port: the port.
  ///   - transport: the protocol.
  public init(place: Place, port: Port = .none, transport: Transport = .stream) {
    self.place = place
    self.port = port
    self.transport = transport
  }

  /// Reads one address.
  ///
  /// - Parameters:
  ///   - text: one address, no comma-separated list.
  ///   - environment: `$NAME` and `${NAME}` are expanded from it, inside quotes or not.
  ///   - options: what the line accepts; `.bind`, `.server` and so on.
  ///   - unixPrefix: `unix-bind prefix`, which takes its part of the longest path.
  /// - Returns: the address.
  /// - Throws: why it is none; `AddressError.description` is HAProxy's message.
  public static func parse(
    _ text: String, environment: Environment, options: Options, unixPrefix: String = ""
  ) throws(AddressError) -> AddressText {
    let expanded = environment.expanding(text)
    guard !expanded.isEmpty else { throw .empty(text: text) }
    var reader = AddressReader(
      text: text, rest: Array(expanded.utf8), options: options, unixPrefix: unixPrefix)
    return try reader.read()
  }

  /// Takes a comma-separated list of addresses apart, as `bind` does: it ends at a final comma, and
  /// an empty address between two commas is an error when it is read.
  public static func list(_ text: String) -> [String] {
    var parts = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    if parts.last == "" { parts.removeLast() }
    return parts
  }
}

/// Where a `log` line sends to.
public enum LogTargetText: Hashable, Sendable {
  /// `ring@name`
  case ring(String)
  /// `backend@name`
  case backend(String)
  /// An address, a unix path or a descriptor; `stdout` and `stderr` are descriptors 1 and 2.
  case address(AddressText)

  /// Reads the target of a `log` line.
  ///
  /// - Throws: why it is none.
  public static func parse(
    _ text: String, environment: Environment
  ) throws(AddressError) -> LogTargetText {
    switch text {
    case "stdout":
      return .address(AddressText(place: .descriptor(1), transport: .datagram))
    case "stderr":
      return .address(AddressText(place: .descriptor(2), transport: .datagram))
    default: break
    }
    if text.hasPrefix("ring@") { return .ring(String(text.dropFirst(5))) }
    if text.hasPrefix("backend@") { return .backend(String(text.dropFirst(8))) }
    return .address(try AddressText.parse(text, environment: environment, options: .log))
  }
}
