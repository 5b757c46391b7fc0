import Glibc

/// Where a peer listens or connects to.
public enum PeerAddress: Hashable, Sendable {
  /// A port of 127.0.0.1; zero lets the kernel choose.
  case loopback(port: UInt16)
  /// A port of any IPv4 address: 127.0.0.1 is 0x7f00_0001.
  case v4(UInt32, port: UInt16)
  /// A path in the file system.
  case unix(path: String)
  /// An abstract name, padded with zeros to the whole length as HAProxy's `abns@` is.
  case abstract(name: String)

  /// The IPv4 address as a number; 0 for a path.
  public var v4Number: UInt32 {
    switch self {
    case .loopback: 0x7f00_0001
    case .v4(let number, _): number
    case .unix, .abstract: 0
    }
  }

  /// The port; 0 for a path.
  public var port: UInt16 {
    switch self {
    case .loopback(let port), .v4(_, let port): port
    case .unix, .abstract: 0
    }
  }

  /// The IPv4 address and the port as logs have them.
  public var text: String {
    let bytes = [24, 16, 8, 0].map { "\(v4Number >> $0 & 0xff)" }
    return "\(bytes.joined(separator: ".")):\(port)"
  }

  var family: Int32 {
    switch self {
    case .loopback, .v4: AF_INET
    case .unix, .abstract: AF_UNIX
    }
  }

  /// Lends the address to a system call.
  func withSocketAddress<Result>(
    _ body: (UnsafePointer<sockaddr>, socklen_t) throws -> Result
  ) rethrows -> Result {
    switch self {
    case .loopback(let port):
      return try PeerAddress.v4(0x7f00_0001, port: port).withSocketAddress(body)
    case .v4(let number, let port):
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = port.bigEndian
      address.sin_addr.s_addr = number.bigEndian
      return try withUnsafePointer(to: &address) {
        try $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          try body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
    case .unix(let path):
      return try Self.withPath(Array(path.utf8), body)
    case .abstract(let name):
      return try Self.withPath([0] + Array(name.utf8), body)
    }
  }

  private static func withPath<Result>(
    _ bytes: [UInt8], _ body: (UnsafePointer<sockaddr>, socklen_t) throws -> Result
  ) rethrows -> Result {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes.prefix(107)) }
    return try withUnsafePointer(to: &address) {
      try $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        try body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }
}
