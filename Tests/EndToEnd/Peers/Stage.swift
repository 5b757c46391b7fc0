import Glibc

/// Everything a scenario stands on: a directory, a log receiver, a free port and the program.
public final class Stage: @unchecked Sendable {
  public let engine: EngineChoice
  public let directory: TemporaryDirectory
  public let log: SyslogReceiver
  /// The port of the first frontend, for the configuration to name.
  public let port: UInt16
  /// The processes started so far, the newest last.
  public private(set) var programs: [ProgramUnderTest] = []

  public init(_ engine: EngineChoice) throws {
    DescriptorLimit.raise()
    self.engine = engine
    directory = try TemporaryDirectory()
    log = try SyslogReceiver()
    port = try FreePort.take()
  }

  /// The newest process.
  public var program: ProgramUnderTest {
    guard let last = programs.last else { preconditionFailure("nothing was started") }
    return last
  }

  /// The first lines of every configuration: where to log, which engine, how long to wait.
  public func preamble(
    threads: Int = 2, global: String = "", defaults: String = "option tcplog"
  ) -> String {
    return """
      global
          log \(log.target) local0
          nbthread \(threads)
          \(engine.lines)
          \(global)
      defaults
          mode tcp
          log global
          balance roundrobin
          timeout connect 5s
          timeout client 30s
          timeout server 30s
          \(defaults)

      """
  }

  /// Writes the configuration and starts the program with it.
  ///
  /// - Parameters:
  ///   - body: what follows the preamble.
  ///   - ports: what must listen before this returns; the stage's own port when nil.
  public func start(
    _ body: String, threads: Int = 2, global: String = "", defaults: String = "option tcplog",
    arguments: [String] = ["-db"], listening ports: [UInt16]? = nil,
    inheriting: [(descriptor: Int32, number: Int32)] = [], descriptorsMax: Int? = nil,
    environment: [String] = []
  ) throws {
    let text = preamble(threads: threads, global: global, defaults: defaults) + body + "\n"
    let file = try directory.write("\(programs.count).cfg", text)
    let program = try ProgramUnderTest(
      arguments: ["-f", file] + arguments, inheriting: inheriting + log.inheritance,
      descriptorsMax: descriptorsMax,
      environment: environment)
    programs.append(program)
    try program.awaitListeners(ports ?? [port])
  }

  /// Starts one `listen` section named `px` on the stage's port with one server named `s`.
  public func startProxy(
    to serverPort: UInt16, _ more: String = "", threads: Int = 2, global: String = ""
  ) throws {
    try start(
      """
      listen px
          bind 127.0.0.1:\(port)
          server s 127.0.0.1:\(serverPort)
          \(more)
      """, threads: threads, global: global)
  }

  /// Connects a client to the stage's port.
  public func client(receiveBufferBytes: Int32? = nil) throws -> Connection {
    try Connection.connecting(
      to: .loopback(port: port), receiveBufferBytes: receiveBufferBytes)
  }

  /// The line of `option tcplog` that the session of this client left, awaited.
  public func sessionLine(
    ofClientPort clientPort: UInt16, within limit: Duration = Deadline.patience
  ) throws -> TCPLogLine {
    let line = try log.line(containing: " 127.0.0.1:\(clientPort) [", within: limit)
    guard let parsed = TCPLogLine(line) else { throw PeerFailure("not a tcplog line: \(line)") }
    return parsed
  }

  /// Ends the program and returns every session line it has logged.
  public func sessionLinesAfterStop(_ signal: Int32 = SIGTERM) throws -> [TCPLogLine] {
    try program.stop(signal)
    return try log.drain().compactMap { TCPLogLine($0) }
  }
}

/// The limit of open descriptors of the tests, which thousands of peers need.
enum DescriptorLimit {
  private static let raised: Void = {
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    limit.rlim_cur = limit.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }()

  static func raise() { _ = raised }
}
