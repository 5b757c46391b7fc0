import Glibc

/// Receives log datagrams: over UDP on 127.0.0.1 or on a unix path, as /dev/log does.
public final class SyslogReceiver: @unchecked Sendable {
  private let descriptor: Int32
  private let path: String?
  /// What a `log` line of the configuration names.
  public let target: String
  /// Every line received so far.
  public private(set) var lines: [String] = []

  /// Listens on a port of its own.
  public init() throws {
    descriptor = try Self.open(.loopback(port: 0), AF_INET)
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = descriptor
    _ = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        getsockname(descriptor, $0, &length)
      }
    }
    target = "127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
    path = nil
  }

  /// Listens on a path, which must not exist yet; removes it in the end.
  public init(path: String) throws {
    descriptor = try Self.open(.unix(path: path), AF_UNIX)
    chmod(path, 0o666)
    target = path
    self.path = path
  }

  private static func open(_ address: PeerAddress, _ family: Int32) throws -> Int32 {
    let type = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    let descriptor = try checked("socket", socket(family, type, 0))
    try checked("bind", address.withSocketAddress { bind(descriptor, $0, $1) })
    var bytes: Int32 = 4 << 20
    for option in [SO_RCVBUF, SO_RCVBUFFORCE] {
      _ = setsockopt(
        descriptor, SOL_SOCKET, option, &bytes, socklen_t(MemoryLayout<Int32>.size))
    }
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    return descriptor
  }

  deinit {
    _ = close(descriptor)
    if let path { _ = unlink(path) }
  }

  /// The next line, or nil when none comes in time.
  public func next(within limit: Duration) throws -> String? {
    guard try awaitEvents(POLLIN, on: descriptor, until: Deadline(limit)) != nil else {
      return nil
    }
    let bytes = [UInt8](unsafeUninitializedCapacity: 65536) { buffer, count in
      count = max(0, recv(descriptor, buffer.baseAddress, buffer.count, 0))
    }
    let line = String(decoding: bytes, as: UTF8.self)
    lines.append(line)
    return line
  }

  /// The first line that contains the words, among those already received and those to come.
  public func line(
    containing words: String, within limit: Duration = Deadline.patience
  ) throws -> String {
    if let known = lines.first(where: { $0.containsText(words) }) { return known }
    let deadline = Deadline(limit)
    while let line = try next(within: .milliseconds(Int(deadline.milliseconds))) {
      if line.containsText(words) { return line }
    }
    throw PeerFailure("no log line with \"\(words)\" among \(lines)")
  }

  /// Everything that has arrived; nothing is awaited.
  public func drain() throws -> [String] {
    while try next(within: .zero) != nil {}
    return lines
  }
}

extension String {
  /// True when the words occur in the text.
  public func containsText(_ words: String) -> Bool {
    let needle = Array(words.utf8)
    let hay = Array(utf8)
    guard needle.count <= hay.count else { return false }
    return (0...(hay.count - needle.count)).contains { start in
      hay[start..<(start + needle.count)].elementsEqual(needle)
    }
  }
}
