import Glibc

/// Receives log lines: through a pipe that the program inherits, over UDP on 127.0.0.1, or on a unix
/// path, as /dev/log does.
///
/// Only the pipe loses nothing. The kernel drops datagrams without a word to anybody, also on
/// loopback, when more than net.core.netdev_max_backlog packets wait for a processor; two thousand
/// connections that close at once can be enough.
public final class SyslogReceiver: @unchecked Sendable {
  /// The number that a program knows the pipe by; what tests inherit otherwise is below.
  private static let pipeNumber: Int32 = 63

  private let descriptor: Int32
  private let path: String?
  /// The end of the pipe that programs write to.
  private let writer: Int32?
  /// What came through the pipe and is no whole line yet.
  private var rest: [UInt8] = []
  /// What a `log` line of the configuration names, for a line that goes on with its own format.
  public let address: String
  /// Every line received so far, each with its newline.
  public private(set) var lines: [String] = []

  /// Makes a pipe, which a program must get by `inheritance`.
  public init() throws {
    let pipe = try Inheritance.pipe()
    // Above every number that a program knows an inherited descriptor by.
    let writer = fcntl(pipe.writer, F_DUPFD_CLOEXEC, Self.pipeNumber + 1)
    _ = close(pipe.writer)
    // Room for thousands of lines that nobody reads yet, as much as anyone may have: pipe(7).
    _ = fcntl(pipe.reader, Self.setPipeSize, 1 << 20)
    for end in [pipe.reader, writer] { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
    descriptor = pipe.reader
    self.writer = try checked("fcntl", writer)
    address = "fd@\(Self.pipeNumber)"
    path = nil
  }

  /// Glibc's module does not show F_SETPIPE_SZ.
  private static let setPipeSize: Int32 = 1031

  /// Listens on a UDP port of its own.
  public static func overUDP() throws -> SyslogReceiver {
    let descriptor = try open(.loopback(port: 0), AF_INET)
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    _ = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        getsockname(descriptor, $0, &length)
      }
    }
    return SyslogReceiver(
      descriptor, address: "127.0.0.1:\(UInt16(bigEndian: address.sin_port))", path: nil)
  }

  /// Listens on a path, which must not exist yet; removes it in the end.
  public static func onPath(_ path: String) throws -> SyslogReceiver {
    let descriptor = try open(.unix(path: path), AF_UNIX)
    chmod(path, 0o666)
    return SyslogReceiver(descriptor, address: path, path: path)
  }

  /// What a `log` line of the configuration names, with the format that sockets get without a word.
  public var target: String { writer == nil ? address : "\(address) format rfc3164" }

  /// What a program that logs there must inherit.
  public var inheritance: [(descriptor: Int32, number: Int32)] {
    writer.map { [($0, Self.pipeNumber)] } ?? []
  }

  private init(_ descriptor: Int32, address: String, path: String?) {
    self.descriptor = descriptor
    self.address = address
    self.path = path
    writer = nil
  }

  private static func open(_ address: PeerAddress, _ family: Int32) throws -> Int32 {
    let type = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    let descriptor = try checked("socket", socket(family, type, 0))
    try checked("bind", address.withSocketAddress { bind(descriptor, $0, $1) })
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    return descriptor
  }

  deinit {
    _ = close(descriptor)
    if let writer { _ = close(writer) }
    if let path { _ = unlink(path) }
  }

  /// The next line, or nil when none comes in time.
  public func next(within limit: Duration) throws -> String? {
    let deadline = Deadline(limit)
    while true {
      if let line = takeLine() {
        lines.append(line)
        return line
      }
      guard try awaitEvents(POLLIN, on: descriptor, until: deadline) != nil else { return nil }
      rest += [UInt8](unsafeUninitializedCapacity: 65536) { buffer, count in
        count = max(0, read(descriptor, buffer.baseAddress, buffer.count))
      }
    }
  }

  /// A datagram is one line, whatever is in it.
  private func takeLine() -> String? {
    let end = writer == nil ? rest.count : rest.firstIndex(of: 0x0a).map { $0 + 1 }
    guard let end, end > 0 else { return nil }
    defer { rest.removeFirst(end) }
    return String(decoding: rest[..<end], as: UTF8.self)
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
