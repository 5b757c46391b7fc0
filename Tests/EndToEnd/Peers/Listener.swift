import Glibc

/// A listening socket whose connections the test accepts by hand.
public final class Listener: @unchecked Sendable {
  public let descriptor: Int32
  private var isOpen = true

  public init(_ address: PeerAddress = .loopback(port: 0), backlog: Int32 = 4096) throws {
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    descriptor = try checked("socket", socket(address.family, type, 0))
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    var one: Int32 = 1
    _ = setsockopt(
      descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
    try checked("bind", address.withSocketAddress { bind(descriptor, $0, $1) })
    try checked("listen", listen(descriptor, backlog))
  }

  deinit {
    close()
  }

  /// The port, when it listens on 127.0.0.1.
  public var port: UInt16 {
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    _ = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        getsockname(descriptor, $0, &length)
      }
    }
    return UInt16(bigEndian: address.sin_port)
  }

  /// Accepts one connection.
  public func accept(within limit: Duration = Deadline.patience) throws -> Connection {
    guard let connection = try acceptIfAny(within: limit) else {
      throw PeerFailure("accept: nobody came in \(limit)")
    }
    return connection
  }

  /// Accepts one connection, or nil when none comes in time.
  public func acceptIfAny(within limit: Duration) throws -> Connection? {
    let deadline = Deadline(limit)
    while true {
      let accepted = Inheritance.accept(descriptor)
      if accepted >= 0 { return Connection(adopting: accepted) }
      guard errno == EAGAIN || errno == ECONNABORTED else { throw PeerFailure.call("accept") }
      if try awaitEvents(POLLIN, on: descriptor, until: deadline) == nil { return nil }
    }
  }

  /// Stops listening; connections not yet accepted are reset by the kernel.
  public func close() {
    guard isOpen else { return }
    isOpen = false
    // A program that is being started would hold it, and so keep the port, for a moment longer.
    Inheritance.exclusively { _ = Glibc.close(descriptor) }
  }
}

/// A server that answers no handshake: its backlog is full, so that the kernel drops every SYN.
public final class FullBacklog {
  private let listener: Listener
  private var waiting: [Connection] = []

  public var port: UInt16 { listener.port }

  public init() throws {
    listener = try Listener(backlog: 0)
    // The kernel lets in one connection more than the backlog says.
    waiting.append(try Connection.connecting(toPort: listener.port))
    let probe = try Connection.starting(to: .loopback(port: listener.port))
    guard try !probe.isEstablished(within: .milliseconds(50)) else {
      throw PeerFailure("the backlog is not full")
    }
    waiting.append(probe)
  }

  /// Waits until somebody else than this object tries to connect.
  public func awaitAttempt() throws {
    // proc_net_tcp(5): the remote address as the processor keeps it, and the state SYN_SENT.
    let digits = String(port, radix: 16, uppercase: true)
    let attempt = " 0100007F:\(String(repeating: "0", count: 4 - digits.count))\(digits) 02 "
    try eventually("a connection to the full backlog is tried") {
      let table = contents(ofFile: "/proc/thread-self/net/tcp") ?? ""
      return table.split(separator: "\n").count { $0.contains(attempt) } > 1
    }
  }
}

/// Ports of 127.0.0.1 that nobody uses, outside the range the kernel takes for clients.
public enum FreePort {
  private static let next = Counter(UInt64(getpid()) &* 131)

  /// The first of so many free ports in a row. None is handed out twice, so that a port whose
  /// owner has gone refuses connections and does not belong to another test.
  public static func take(_ count: UInt16 = 1) throws -> UInt16 {
    for _ in 0..<2000 {
      let first = UInt16(10_000 + next.advance(by: UInt64(count)) % 20_000)
      let areFree = (first..<first + count).allSatisfy {
        (try? Listener(.loopback(port: $0))) != nil
      }
      if areFree { return first }
    }
    throw PeerFailure("no free port")
  }
}
