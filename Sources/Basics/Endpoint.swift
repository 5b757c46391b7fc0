/// An IP address and a port: a trivial value.
public struct SocketAddress: Hashable, Sendable {
  /// The IP address.
  public var ip: IPAddress
  /// The port, 0 to 65535; 0 means none was given.
  public var port: UInt16

  /// - Parameters:
  ///   - ip: the IP address.
  ///   - port: the port, 0 when there is none.
  @inlinable public init(ip: IPAddress, port: UInt16) {
    self.ip = ip
    self.port = port
  }
}

/// Where a socket can be bound or connected to: a trivial value without references, so that the
/// data path may copy it.
public struct Endpoint: Hashable, Sendable {
  /// What the endpoint is made of.
  public enum Kind: UInt8, Sendable {
    /// An IP address and a port.
    case internet
    /// A unix socket in the file system.
    case unix
    /// A unix socket in Linux's abstract name space, its name padded with zeros to the whole
    /// `sun_path` as HAProxy's `abns@` does.
    case abstract
  }

  /// The longest unix path or abstract name: `sun_path` less its final or leading zero byte.
  public static let pathBytesMax = 107

  /// What the endpoint is made of.
  public let kind: Kind
  /// The number of bytes of `path` that count.
  public let pathBytes: UInt8
  /// IP address and port; 0.0.0.0:0 unless `kind` is `internet`.
  public var address: SocketAddress
  /// The unix path or abstract name; zero bytes behind it.
  public var path: InlineArray<108, UInt8>

  /// An IP address and a port.
  public init(_ address: SocketAddress) {
    kind = .internet
    pathBytes = 0
    self.address = address
    path = .init(repeating: 0)
  }

  /// A unix socket.
  ///
  /// - Parameters:
  ///   - kind: `unix` or `abstract`.
  ///   - name: the path or the abstract name, without leading zero byte.
  /// - Returns: nil when the name is empty or longer than `pathBytesMax`.
  public init?(_ kind: Kind, name: [UInt8]) {
    guard kind != .internet, (1...Endpoint.pathBytesMax).contains(name.count) else { return nil }
    self.kind = kind
    pathBytes = UInt8(name.count)
    address = SocketAddress(ip: .anyV4, port: 0)
    path = .init(repeating: 0)
    for index in name.indices { path[index] = name[index] }
  }

  /// The unix path or abstract name; empty for an internet endpoint.
  public var name: [UInt8] { (0..<Int(pathBytes)).map { path[$0] } }

  public static func == (left: Endpoint, right: Endpoint) -> Bool {
    left.kind == right.kind && left.address == right.address && left.name == right.name
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(kind)
    hasher.combine(address)
    hasher.combine(name)
  }
}

extension SocketAddress: CustomStringConvertible {
  /// `1.2.3.4:80`, or `2001:db8::1:80` as HAProxy writes it in its log.
  public var description: String { "\(ip):\(port)" }
}

extension Endpoint: CustomStringConvertible {
  /// The address with its port, the unix path, or `abns@name`.
  public var description: String {
    switch kind {
    case .internet: address.description
    case .unix: String(decoding: name, as: UTF8.self)
    case .abstract: "abns@" + String(decoding: name, as: UTF8.self)
    }
  }
}
