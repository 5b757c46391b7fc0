import Glibc

/// One end of a stream that a test holds: a client, or what a server has accepted.
///
/// Its descriptor never blocks; every verb waits with a deadline. A connection belongs to one
/// thread at a time, or to one that only sends and one that only receives.
public final class Connection: @unchecked Sendable {
  /// How a stream ended.
  public enum Ending: Sendable {
    case finished
    case reset
  }

  public let descriptor: Int32
  private var isOpen = true

  /// Takes over a descriptor.
  public init(adopting descriptor: Int32) {
    self.descriptor = descriptor
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    var one: Int32 = 1
    _ = setsockopt(
      descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
  }

  deinit {
    close()
  }

  // MARK: Connecting

  /// Starts a connection without waiting for it.
  ///
  /// - Parameter source: where it comes from; nil leaves that to the kernel.
  public static func starting(
    to address: PeerAddress, from source: PeerAddress? = nil, receiveBufferBytes: Int32? = nil
  ) throws -> Connection {
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    let connection = Connection(adopting: try checked("socket", socket(address.family, type, 0)))
    if var bytes = receiveBufferBytes {
      _ = setsockopt(
        connection.descriptor, SOL_SOCKET, SO_RCVBUF, &bytes, socklen_t(MemoryLayout<Int32>.size))
    }
    if let source {
      _ = try checked("bind", source.withSocketAddress { bind(connection.descriptor, $0, $1) })
    }
    let result = address.withSocketAddress { Glibc.connect(connection.descriptor, $0, $1) }
    guard result == 0 || errno == EINPROGRESS else { throw PeerFailure.call("connect") }
    return connection
  }

  /// Connects and waits for the handshake.
  public static func connecting(
    to address: PeerAddress, from source: PeerAddress? = nil, receiveBufferBytes: Int32? = nil,
    within limit: Duration = Deadline.patience
  ) throws -> Connection {
    let connection = try starting(
      to: address, from: source, receiveBufferBytes: receiveBufferBytes)
    guard try connection.isEstablished(within: limit) else {
      throw PeerFailure("connect: no answer in \(limit)")
    }
    return connection
  }

  /// Connects to a port of 127.0.0.1.
  public static func connecting(toPort port: UInt16) throws -> Connection {
    try connecting(to: .loopback(port: port))
  }

  /// True once the handshake is over, false when it was not by the deadline.
  public func isEstablished(within limit: Duration) throws -> Bool {
    guard try awaitEvents(POLLOUT, on: descriptor, until: Deadline(limit)) != nil else {
      return false
    }
    var error: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    _ = getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length)
    guard error == 0 else {
      errno = error
      throw PeerFailure.call("connect")
    }
    return true
  }

  /// The other end's IPv4 address.
  public func peerAddress() throws -> PeerAddress { try address(getpeername) }

  /// This end's IPv4 address.
  public func localAddress() throws -> PeerAddress { try address(getsockname) }

  private func address(
    _ call: (Int32, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
  ) throws -> PeerAddress {
    var name = sockaddr_in()
    var count = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = withUnsafeMutablePointer(to: &name) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { call(descriptor, $0, &count) }
    }
    _ = try checked("getsockname", status)
    return .v4(UInt32(bigEndian: name.sin_addr.s_addr), port: UInt16(bigEndian: name.sin_port))
  }

  /// The port of this end.
  public var localPort: UInt16 {
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    _ = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        getsockname(descriptor, $0, &length)
      }
    }
    return UInt16(bigEndian: address.sin_port)
  }

  // MARK: Sending

  /// Sends everything, waiting for room.
  public func send(_ bytes: [UInt8], within limit: Duration = Deadline.patience) throws {
    let deadline = Deadline(limit)
    var sent = 0
    while sent < bytes.count {
      let count = try sendNow(bytes[sent...])
      sent += count
      if count == 0, try awaitEvents(POLLOUT, on: descriptor, until: deadline) == nil {
        throw PeerFailure("send: no room in \(limit) after \(sent) bytes")
      }
    }
  }

  /// Sends the text as UTF-8.
  public func send(_ text: String) throws {
    try send(Array(text.utf8))
  }

  /// Sends what fits now.
  ///
  /// - Returns: the number of bytes taken by the kernel, zero when there is no room.
  public func sendNow(_ bytes: ArraySlice<UInt8>) throws -> Int {
    let count = bytes.withUnsafeBytes {
      Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
    }
    if count >= 0 { return count }
    guard errno == EAGAIN else { throw PeerFailure.call("send") }
    return 0
  }

  // MARK: Receiving

  /// What one look at the socket found.
  public enum Look {
    case bytes([UInt8])
    case ended(Ending)
    case nothing
  }

  /// Reads what is there, without waiting.
  public func receiveNow(upTo limit: Int = 65536) throws -> Look {
    var result = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
      result = recv(descriptor, buffer.baseAddress, limit, 0)
      count = max(0, result)
    }
    if result > 0 { return .bytes(bytes) }
    if result == 0 { return .ended(.finished) }
    switch errno {
    case EAGAIN: return .nothing
    case ECONNRESET, EPIPE: return .ended(.reset)
    default: throw PeerFailure.call("recv")
    }
  }

  /// Receives exactly so many bytes.
  public func receive(_ count: Int, within limit: Duration = Deadline.patience) throws -> [UInt8] {
    let deadline = Deadline(limit)
    var received: [UInt8] = []
    while received.count < count {
      switch try look(until: deadline, upTo: min(65536, count - received.count)) {
      case .bytes(let more): received += more
      case .ended(let ending):
        throw PeerFailure("\(ending) after \(received.count) of \(count) bytes")
      case .nothing:
        throw PeerFailure("only \(received.count) of \(count) bytes in \(limit)")
      }
    }
    return received
  }

  /// Receives exactly so many bytes of text.
  public func receiveText(
    _ count: Int, within limit: Duration = Deadline.patience
  ) throws -> String {
    String(decoding: try receive(count, within: limit), as: UTF8.self)
  }

  /// Receives all there is until the other side ends the stream.
  public func receiveToEnd(
    within limit: Duration = Deadline.patience
  ) throws -> (bytes: [UInt8], ending: Ending) {
    let deadline = Deadline(limit)
    var received: [UInt8] = []
    while true {
      switch try look(until: deadline) {
      case .bytes(let more): received += more
      case .ended(let ending): return (received, ending)
      case .nothing: throw PeerFailure("no end of stream in \(limit)")
      }
    }
  }

  /// Waits for the end of a stream that carries nothing more.
  public func ending(within limit: Duration = Deadline.patience) throws -> Ending {
    let (bytes, ending) = try receiveToEnd(within: limit)
    guard bytes.isEmpty else { throw PeerFailure("\(bytes.count) unexpected bytes before the end") }
    return ending
  }

  /// True when neither a byte nor an end arrives in that time.
  public func staysQuiet(for duration: Duration) throws -> Bool {
    try awaitEvents(POLLIN, on: descriptor, until: Deadline(duration)) == nil
  }

  /// Reads what is there, waiting for something until the deadline.
  public func look(until deadline: Deadline, upTo limit: Int = 65536) throws -> Look {
    while true {
      let found = try receiveNow(upTo: limit)
      guard case .nothing = found else { return found }
      guard try awaitEvents(POLLIN, on: descriptor, until: deadline) != nil else { return found }
    }
  }

  // MARK: Ending

  /// Sends a FIN; receiving goes on.
  public func finish() throws {
    try checked("shutdown", shutdown(descriptor, Int32(SHUT_WR)))
  }

  /// Closes with a RST.
  public func reset() {
    var option = linger(l_onoff: 1, l_linger: 0)
    _ = setsockopt(
      descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    close()
  }

  /// Closes in the normal way.
  public func close() {
    guard isOpen else { return }
    isOpen = false
    _ = Glibc.close(descriptor)
  }
}
