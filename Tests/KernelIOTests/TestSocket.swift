import Basics
import Glibc
import KernelIO

/// Sockets made with plain system calls: the other side of what a kernel does.
enum TestSocket {
  /// Two connected stream sockets, both non-blocking.
  struct Pair {
    let client: Descriptor
    let server: Descriptor

    func close() {
      SystemCall.close(client)
      SystemCall.close(server)
    }
  }

  static let loopback = Endpoint(SocketAddress(ip: IPAddress(v4: 0x7f00_0001), port: 0))

  /// A listening TCP socket on a free port of 127.0.0.1.
  static func listener(backlog: Int32 = 128) -> (socket: Descriptor, endpoint: Endpoint) {
    guard case .success(let socket) = SystemCall.makeSocket(for: loopback),
      SystemCall.bind(socket, to: loopback) == nil, listen(socket.rawValue, backlog) == 0,
      let address = SystemCall.localAddress(of: socket)
    else { fatalError("no listening socket") }
    return (socket, Endpoint(address))
  }

  /// Begins to connect a new socket; on loopback the handshake is over at once.
  static func connect(
    to endpoint: Endpoint, _ prepare: (Descriptor) -> Void = { _ in }
  ) -> Descriptor {
    guard case .success(let socket) = SystemCall.makeSocket(for: endpoint) else {
      fatalError("no socket")
    }
    prepare(socket)
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_port = endpoint.address.port.bigEndian
    name.sin_addr.s_addr = endpoint.address.ip.v4Number.bigEndian
    _ = withUnsafePointer(to: &name) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(socket.rawValue, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    return socket
  }

  /// Two ends of a TCP connection over loopback.
  static func connectedPair() -> Pair {
    let (socket, endpoint) = listener()
    defer { SystemCall.close(socket) }
    let client = connect(to: endpoint)
    _ = wait(on: socket, for: Int16(POLLIN))
    guard case .success(let server) = SystemCall.accept(on: socket) else {
      fatalError("no connection")
    }
    return Pair(client: client, server: server)
  }

  /// Two ends of a unix stream socket.
  static func unixPair() -> Pair {
    var ends: [Int32] = [0, 0]
    let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue)
    guard socketpair(AF_UNIX, type, 0, &ends) == 0 else { fatalError("no socket pair") }
    return Pair(client: Descriptor(rawValue: ends[0]), server: Descriptor(rawValue: ends[1]))
  }

  /// What tells an open socket from every other; nil for a number that is not open.
  static func identity(of socket: Descriptor) -> UInt? {
    var status = stat()
    return fstat(socket.rawValue, &status) == 0 ? UInt(status.st_ino) : nil
  }

  /// Waits with poll(2), five seconds at most.
  @discardableResult
  static func wait(on socket: Descriptor, for events: Int16) -> Int16 {
    var entry = pollfd(fd: socket.rawValue, events: events, revents: 0)
    _ = poll(&entry, 1, 5000)
    return entry.revents
  }

  /// Writes all of it, waiting where the socket is full.
  static func write(_ bytes: [UInt8], to socket: Descriptor) {
    var sent = 0
    while sent < bytes.count {
      let rest = Array(bytes[sent...].prefix(1 << 18))
      let count = send(socket.rawValue, rest, rest.count, Int32(MSG_NOSIGNAL))
      if count > 0 { sent += count } else if errno != EAGAIN { return }
      if count <= 0 { wait(on: socket, for: Int16(POLLOUT)) }
    }
  }

  /// Reads what is there as soon as something is.
  static func readSoon(from socket: Descriptor) -> [UInt8] {
    wait(on: socket, for: Int16(POLLIN))
    return read(from: socket)
  }

  /// Reads what is there now.
  static func read(from socket: Descriptor, max: Int = 1 << 20) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: max)
    let count = recv(socket.rawValue, &bytes, max, Int32(MSG_DONTWAIT))
    return Array(bytes.prefix(Swift.max(count, 0)))
  }
}
