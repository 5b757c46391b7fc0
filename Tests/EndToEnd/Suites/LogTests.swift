import Glibc
import Peers
import Testing

@Suite("The log says it HAProxy's way")
struct LogTests {
  /// Serves one session that ends normally and returns the port of its client.
  @discardableResult
  private func serveOne(_ stage: Stage, _ echo: EchoServer) throws -> UInt16 {
    let client = try stage.client()
    let port = client.localPort
    try expectEcho(client, "hello")
    try client.finish()
    #expect(try client.ending() == .finished)
    client.close()
    return port
  }

  @Test("option tcplog has the fields of the manual", arguments: ProgramUnderTest.engines)
  func tcplogFields(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let echo = try EchoServer()
    try stage.startProxy(to: echo.port)
    let port = try serveOne(stage, echo)
    let line = try stage.log.line(containing: " 127.0.0.1:\(port) [")
    let name = ProgramUnderTest.path.split(separator: "/").last ?? ""
    #expect(line.hasPrefix("<134>"))
    #expect(line.containsText(" \(name)[\(stage.program.pid)]: 127.0.0.1:\(port) ["))
    let fields = try #require(TCPLogLine(line))
    #expect(fields.frontend == "px" && fields.backend == "px" && fields.server == "s")
    #expect(fields.bytesRead == 5 && fields.state == "--")
    #expect(fields.connections == [1, 1, 0, 0] && fields.retries == "0")
    #expect(fields.queues == [0, 0])
    #expect(fields.times.count == 3 && fields.times.allSatisfy { $0 >= 0 })
  }

  @Test(
    "without an option the line comes when the client comes",
    arguments: ProgramUnderTest.engines)
  func connectLine(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let echo = try EchoServer()
    try stage.start(proxy(stage, echo), defaults: "")
    let client = try stage.client()
    let line = try stage.log.line(containing: "Connect from")
    #expect(
      line.containsText(
        "Connect from 127.0.0.1:\(client.localPort) to 127.0.0.1:\(stage.port) (px/TCP)"))
  }

  @Test(
    "a format that knows everything early is logged while the session lives",
    arguments: ProgramUnderTest.engines)
  func earlyFormat(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let echo = try EchoServer()
    try stage.start(
      proxy(stage, echo, "log-format \"ci=%ci cp=%cp ft=%ft %[src]:%[src_port] %%\""),
      defaults: "")
    let client = try stage.client()
    let port = client.localPort
    let line = try stage.log.line(containing: "ci=127.0.0.1")
    #expect(line.containsText("ci=127.0.0.1 cp=\(port) ft=px 127.0.0.1:\(port) %"))
    try expectEcho(client, "alive")
  }

  @Test("a format of one's own is written at the end", arguments: ProgramUnderTest.engines)
  func customFormat(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let echo = try EchoServer()
    try stage.start(
      proxy(stage, echo, "log-format \"%{+Q}b %s up=%U down=%B %ts %si:%sp %fi:%fp\""),
      defaults: "")
    try serveOne(stage, echo)
    let line = try stage.log.line(containing: "up=")
    #expect(
      line.containsText(
        "\"px\" s up=5 down=5 -- 127.0.0.1:\(echo.port) 127.0.0.1:\(stage.port)"))
  }

  @Test("logasap writes after the connect, with plus signs", arguments: ProgramUnderTest.engines)
  func logAsSoonAsPossible(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let echo = try EchoServer()
    try stage.start(proxy(stage, echo, "option logasap"))
    let client = try stage.client()
    let line = try stage.log.line(containing: " 127.0.0.1:\(client.localPort) [")
    // How long it took depends on how busy the machine is.
    #expect(line.containsText("/+"), "\(line)")
    #expect(line.containsText(" +0 -- "), "\(line)")
    try expectEcho(client, "alive")
  }

  @Test("dontlognull and dontlog-normal keep silent", arguments: ProgramUnderTest.engines)
  func silence(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let echo = try EchoServer()
    try stage.start(proxy(stage, echo, "option dontlognull"))
    let silent = try stage.client()
    try silent.finish()
    #expect(try silent.ending() == .finished)
    try serveOne(stage, echo)
    #expect(try stage.sessionLinesAfterStop().count == 1)

    let second = try Stage(engine)
    try second.start(proxy(second, echo, "option dontlog-normal"))
    try serveOne(second, echo)
    #expect(try second.sessionLinesAfterStop().isEmpty)
  }

  @Test("formats of the syslog header", arguments: ProgramUnderTest.engines)
  func headerFormats(engine: EngineChoice) throws {
    let name = ProgramUnderTest.path.split(separator: "/").last ?? ""
    for format in ["rfc5424", "raw", "short", "priority", "timed", "iso", "local"] {
      let stage = try Stage(engine)
      let echo = try EchoServer()
      try stage.start(
        """
        listen px
            bind 127.0.0.1:\(stage.port)
            no log
            log \(stage.log.address) format \(format) local0
            server s 127.0.0.1:\(echo.port)
        """)
      let port = try serveOne(stage, echo)
      let line = try stage.log.line(containing: "127.0.0.1:\(port) [")
      let pid = stage.program.pid
      switch format {
      case "raw": #expect(line.hasPrefix("127.0.0.1:"))
      case "short": #expect(line.hasPrefix("<6>127.0.0.1:"))
      case "priority": #expect(line.hasPrefix("<134>127.0.0.1:"))
      case "rfc5424":
        #expect(line.hasPrefix("<134>1 20"))
        #expect(line.containsText(" \(name) \(pid) - - 127.0.0.1:"))
      case "iso":
        #expect(line.hasPrefix("20"))
        #expect(line.containsText(":00 127.0.0.1:"), "\(line)")
      case "timed":
        #expect(line.hasPrefix("<6>20"))
        #expect(line.containsText(":00 127.0.0.1:"), "\(line)")
      default:
        #expect(line.hasPrefix("<134>"))
        #expect(line.containsText(" \(name)[\(pid)]: 127.0.0.1:"))
      }
    }
  }

  @Test(
    "targets: standard output, an inherited descriptor, a unix path, UDP",
    arguments: ProgramUnderTest.engines)
  func targets(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let echo = try EchoServer()
    let local = try SyslogReceiver.onPath("\(stage.directory.path)/log")
    let network = try SyslogReceiver.overUDP()
    let file = try stage.directory.write("inherited", "")
    let descriptor = open(file, O_WRONLY | O_APPEND | O_CLOEXEC)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    try stage.start(
      """
      listen px
          bind 127.0.0.1:\(stage.port)
          log stdout format raw local0
          log fd@5 format raw local0
          log \(local.target) local0
          log \(network.target) local0
          server s 127.0.0.1:\(echo.port)
      """, inheriting: [(descriptor, 5)])
    let port = try serveOne(stage, echo)
    let words = "127.0.0.1:\(port) ["
    try eventually("standard output has the line") {
      stage.program.standardOutput.containsText(words)
    }
    try eventually("the descriptor has the line") {
      contents(ofFile: file)?.containsText(words) == true
    }
    #expect(stage.program.standardOutput.hasSuffix("\n"))
    _ = try local.line(containing: words)
    // A datagram may get lost on its way.
    try eventually("a line comes over UDP") {
      try serveOne(stage, echo)
      return try network.next(within: .seconds(1))?.containsText(": 127.0.0.1:") == true
    }
  }

  @Test("a level filter holds back what is below it", arguments: ProgramUnderTest.engines)
  func levelFilter(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let echo = try EchoServer()
    let strict = try SyslogReceiver.onPath("\(stage.directory.path)/strict")
    try stage.start(proxy(stage, echo, "log \(strict.target) local1 warning"))
    let port = try serveOne(stage, echo)
    _ = try stage.sessionLine(ofClientPort: port)
    try stage.program.stop(SIGTERM)
    #expect(try strict.drain().filter { $0.containsText(":\(port) [") }.isEmpty)
  }

  private func proxy(_ stage: Stage, _ echo: EchoServer, _ more: String = "") -> String {
    """
    listen px
        bind 127.0.0.1:\(stage.port)
        \(more)
        server s 127.0.0.1:\(echo.port)
    """
  }
}
