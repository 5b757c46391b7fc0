import Glibc
import Peers
import Testing

@Suite("Rules on connections and sessions")
struct RuleTests {
  private func proxy(_ stage: Stage, _ echo: EchoServer, _ rules: String) -> String {
    """
    listen px
        bind 127.0.0.1:\(stage.port)
        server s 127.0.0.1:\(echo.port)
    \(rules.split(separator: "\n").map { "    " + $0 }.joined(separator: "\n"))
    """
  }

  @Test("a refused connection is reset and leaves no line", arguments: ProgramUnderTest.engines)
  func connectionReject(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let echo = try EchoServer()
    try stage.start(
      proxy(
        stage, echo,
        "acl bad src 127.0.0.0/8\nacl good src_port lt 1\n"
          + "tcp-request connection reject if bad !good"))
    // The reset may come before the handshake has been noticed here.
    let client = try Connection.starting(to: .loopback(port: stage.port))
    #expect(try client.ending() == .reset)
    #expect(echo.acceptedCount == 0)
    #expect(try stage.sessionLinesAfterStop().isEmpty)
  }

  @Test("a refused session gets a FIN and leaves no line", arguments: ProgramUnderTest.engines)
  func sessionReject(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let echo = try EchoServer()
    try stage.start(
      proxy(stage, echo, "tcp-request session reject if { dst_port \(stage.port) }"))
    let client = try stage.client()
    #expect(try client.ending() == .finished)
    #expect(try stage.sessionLinesAfterStop().isEmpty)
  }

  @Test("a refused content gets a FIN, and the line says PR", arguments: ProgramUnderTest.engines)
  func contentReject(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let echo = try EchoServer()
    try stage.start(
      proxy(
        stage, echo,
        "tcp-request inspect-delay 5s\ntcp-request content reject if { req.payload(0,4) -m str EVIL }"
      ))
    let client = try stage.client()
    try client.send("EV")
    #expect(try client.staysQuiet(for: .milliseconds(200)))
    try client.send("IL")
    _ = try client.receiveToEnd()
    let line = try stage.sessionLine(ofClientPort: client.localPort)
    #expect(line.state == "PR" && line.server == "<NOSRV>" && line.backend == "px")
    let other = try stage.client()
    try expectEcho(other, "GOOD day")
  }

  @Test("a file of networks decides", arguments: ProgramUnderTest.engines)
  func networkFile(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let echo = try EchoServer()
    let file = try stage.directory.write(
      "networks", "# a comment\n10.0.0.0/8\n\n  192.168.0.0/16\n::1\n")
    try stage.start(
      proxy(stage, echo, "tcp-request connection reject unless { src -f \(file) 127.0.0.1 }"))
    try expectEcho(try stage.client(), "inside")
  }

  @Test("a dropped client hears nothing", arguments: ProgramUnderTest.engines)
  func silentDrop(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let echo = try EchoServer()
    try stage.start(
      proxy(stage, echo, "tcp-request content silent-drop if { src 127.0.0.1 }"))
    let client = try stage.client()
    let line = try stage.sessionLine(ofClientPort: client.localPort)
    #expect(line.state == "PR")
    if getuid() == 0 { #expect(try client.staysQuiet(for: .milliseconds(200))) }
  }

  @Test("addresses can be replaced", arguments: ProgramUnderTest.engines)
  func setSource(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let echo = try EchoServer()
    try stage.start(
      proxy(
        stage, echo,
        "log-format \"%ci:%cp %[fc_src] %[dst]:%[dst_port] %ts\"\n"
          + "tcp-request content set-src ipv4(192.0.2.7)\n"
          + "tcp-request content set-src-port int(77)\n"
          + "tcp-request content set-dst-port int(78)"), defaults: "")
    let client = try stage.client()
    try expectEcho(client, "x")
    try client.finish()
    let line = try stage.log.line(containing: "192.0.2.7")
    let fc = ProgramUnderTest.isReference26 ? "-" : "127.0.0.1"
    #expect(
      line.containsText("192.0.2.7:77 127.0.0.1 127.0.0.1:78 --")
        || line.containsText("192.0.2.7:77 \(fc) 127.0.0.1:78 --"), "\(line)")
  }

  @Test("a PROXY header is expected under a condition", arguments: ProgramUnderTest.engines)
  func expectProxy(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let echo = try EchoServer()
    try stage.start(
      proxy(stage, echo, "tcp-request connection expect-proxy layer4 if { src 127.0.0.1 }"))
    let client = try stage.client()
    try client.send("PROXY TCP4 198.51.100.1 198.51.100.2 1111 2222\r\nhello")
    #expect(try client.receiveText(5) == "hello")
    try client.finish()
    #expect(try stage.log.line(containing: "198.51.100.1:1111").containsText(" px px/s "))
  }

  @Test("variables lead to a backend and into the log", arguments: ProgramUnderTest.engines)
  func variables(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let (one, two) = (try EchoServer(greeting: "1"), try EchoServer(greeting: "2"))
    try stage.start(
      """
      frontend px
          bind 127.0.0.1:\(stage.port)
          log-format "%b/%s %[var(txn.which),upper] %hr %ID %ts"
          unique-id-format %{+X}o%ci-%cp
          tcp-request inspect-delay 5s
          tcp-request content set-var(txn.which) req.payload(0,3),lower if { req.len ge 3 }
          tcp-request content capture req.payload(3,2) len 1
          tcp-request content accept if { req.len ge 5 }
          tcp-request content reject if WAIT_END
          use_backend be_%[var(txn.which)]
      backend be_one
          server s1 127.0.0.1:\(one.port)
      backend be_two
          server s2 127.0.0.1:\(two.port)
      """, defaults: "")
    let client = try stage.client()
    try client.send("TWO..")
    #expect(try client.receiveText(6) == "2TWO..")
    try client.finish()
    let line = try stage.log.line(containing: "be_two")
    #expect(line.containsText("be_two/s2 TWO {.} 7F000001-"), "\(line)")
    #expect(line.containsText(" --"), "\(line)")
  }

  @Test("variables of the process outlive sessions", arguments: ProgramUnderTest.engines)
  func processVariables(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let echo = try EchoServer()
    try stage.start(
      proxy(
        stage, echo,
        "log-format \"%[var(proc.count)] %[var(proc.text)] %ts\"\n"
          + "tcp-request connection set-var(proc.count) var(proc.count),add(1)"),
      global: "set-var proc.count int(40)\n    set-var-fmt proc.text \"a-%[int(1),add(1)]\"",
      defaults: "")
    for count in 41...43 {
      let client = try stage.client()
      try expectEcho(client, "x")
      try client.finish()
      #expect(try stage.log.line(containing: "\(count) a-2 --").containsText("\(count) a-2"))
    }
  }

  @Test("use-server takes the place of balancing", arguments: ProgramUnderTest.engines)
  func useServer(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let (one, two) = (try EchoServer(greeting: "1"), try EchoServer(greeting: "2"))
    try stage.start(
      """
      listen px
          bind 127.0.0.1:\(stage.port)
          use-server s2 if { src 127.0.0.1 } { dst_port \(stage.port) }
          server s1 127.0.0.1:\(one.port)
          server s2 127.0.0.1:\(two.port) weight 0
      """)
    for _ in 0..<4 { #expect(try stage.client().receiveText(1) == "2") }
  }

  @Test("a refused response resets the server: PD", arguments: ProgramUnderTest.engines)
  func responseReject(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let listener = try Listener()
    try stage.start(
      """
      listen px
          bind 127.0.0.1:\(stage.port)
          tcp-response inspect-delay 5s
          tcp-response content reject if { res.payload(0,3) -m str BAD }
          server s 127.0.0.1:\(listener.port)
      """)
    let client = try stage.client()
    let server = try listener.accept()
    try client.send("?")
    _ = try server.receive(1)
    try server.send("BA")
    #expect(try client.staysQuiet(for: .milliseconds(200)))
    try server.send("D")
    #expect(try client.ending() == .finished)
    let line = try stage.sessionLine(ofClientPort: client.localPort)
    #expect(line.state == "PD" && line.server == "s")
  }

  @Test("an accepted response is whole", arguments: ProgramUnderTest.engines)
  func responseAccept(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let listener = try Listener()
    try stage.start(
      """
      listen px
          bind 127.0.0.1:\(stage.port)
          tcp-response inspect-delay 5s
          tcp-response content accept if { res.len ge 4 }
          tcp-response content reject
          server s 127.0.0.1:\(listener.port)
      """)
    let client = try stage.client()
    let server = try listener.accept()
    try server.send("ab")
    #expect(try client.staysQuiet(for: .milliseconds(200)))
    try server.send("cd")
    #expect(try client.receiveText(4) == "abcd")
    try server.send("ef")
    #expect(try client.receiveText(2) == "ef")
  }

  @Test("set-log-level silent writes no line", arguments: ProgramUnderTest.engines)
  func silentLog(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let echo = try EchoServer()
    try stage.start(
      proxy(stage, echo, "tcp-request content set-log-level silent if { src 127.0.0.1 }"))
    let client = try stage.client()
    try expectEcho(client, "x")
    try client.finish()
    #expect(try client.ending() == .finished)
    #expect(try stage.sessionLinesAfterStop().isEmpty)
  }
}

@Suite("What clients send is looked at")
struct InspectionTests {
  /// A frontend that routes by SNI, to one of two echoes with a greeting of their own.
  private func start(_ stage: Stage, _ one: EchoServer, _ two: EchoServer) throws {
    try stage.start(
      """
      frontend px
          bind 127.0.0.1:\(stage.port)
          tcp-request inspect-delay 2s
          tcp-request content accept if { req.ssl_hello_type 1 }
          use_backend one if { req.ssl_sni -i one.example }
          use_backend two if { req.ssl_sni -m end .two.example }
          use_backend two if { req.ssl_alpn h2 }
          default_backend one
      backend one
          server s1 127.0.0.1:\(one.port)
      backend two
          server s2 127.0.0.1:\(two.port)
      """)
  }

  private func servers() throws -> (EchoServer, EchoServer) {
    (try EchoServer(greeting: "1"), try EchoServer(greeting: "2"))
  }

  @Test(
    "a hello that comes byte by byte is routed by its name", arguments: ProgramUnderTest.engines)
  func byteByByte(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let (one, two) = try servers()
    try start(stage, one, two)
    let hello = ClientHelloBytes(serverName: "www.two.example").bytes
    let client = try stage.client()
    for byte in hello { try client.send([byte]) }
    #expect(try client.receive(hello.count + 1) == [UInt8(ascii: "2")] + hello)
    try client.finish()
    #expect(try stage.sessionLine(ofClientPort: client.localPort).backend == "two")
  }

  @Test("the name's case does not matter with -i", arguments: ProgramUnderTest.engines)
  func ignoringCase(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let (one, two) = try servers()
    try start(stage, one, two)
    let client = try stage.client()
    try client.send(ClientHelloBytes(serverName: "ONE.example").bytes)
    #expect(try client.receiveText(1) == "1")
  }

  @Test("any of the offered protocols routes", arguments: ProgramUnderTest.engines)
  func protocols(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let (one, two) = try servers()
    try start(stage, one, two)
    var hello = ClientHelloBytes(serverName: nil)
    hello.protocols = ["http/1.1", "h2"]
    let client = try stage.client()
    try client.send(hello.bytes)
    #expect(try client.receiveText(1) == "2")
  }

  @Test(
    "a hello of several KiB in several records is routed",
    .enabled(if: !ProgramUnderTest.isReference26, "HAProxy reads a single record"),
    arguments: ProgramUnderTest.engines)
  func bigHello(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let (one, two) = try servers()
    try start(stage, one, two)
    var hello = ClientHelloBytes(serverName: "big.two.example")
    hello.keyShareBytes = 9000
    hello.recordBytesMax = 1000
    let client = try stage.client()
    let bytes = hello.bytes
    try client.send(Array(bytes[..<5000]))
    #expect(try client.staysQuiet(for: .milliseconds(100)))
    try client.send(Array(bytes[5000...]))
    #expect(try client.receive(bytes.count + 1) == [UInt8(ascii: "2")] + bytes)
  }

  @Test(
    "a silent client waits for the delay and is served then", arguments: ProgramUnderTest.engines)
  func silentClient(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let (one, two) = try servers()
    try start(stage, one, two)
    let watch = Stopwatch()
    let client = try stage.client()
    #expect(try client.receiveText(1) == "1")
    expectDeadline(.seconds(2), watch.elapsed)
    try client.finish()
    let line = try stage.sessionLine(ofClientPort: client.localPort)
    #expect(line.state == "--" && line.times[0] >= 1990)
  }

  @Test("a server is chosen by the name in a hello", arguments: ProgramUnderTest.engines)
  func serverByName(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let (one, two) = try servers()
    try stage.start(
      """
      listen px
          bind 127.0.0.1:\(stage.port)
          tcp-request inspect-delay 5s
          tcp-request content accept if { req.ssl_hello_type 1 }
          use-server s2 if { req.ssl_sni -m reg ^(www|mail)[.]two }
          use-server s1 unless { req.ssl_sni -m found }
          server s1 127.0.0.1:\(one.port)
          server s2 127.0.0.1:\(two.port)
      """)
    for (name, greeting) in [("mail.two.example", "2"), (nil, "1")] {
      let client = try stage.client()
      try client.send(ClientHelloBytes(serverName: name).bytes)
      #expect(try client.receiveText(1) == greeting)
    }
  }

  @Test("what is no hello ends the wait at once", arguments: ProgramUnderTest.engines)
  func notHello(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let (one, two) = try servers()
    try start(stage, one, two)
    let watch = Stopwatch()
    let client = try stage.client()
    try client.send("GET / HTTP/1.0\r\n\r\n")
    #expect(try client.receiveText(19) == "1GET / HTTP/1.0\r\n\r\n")
    #expect(watch.elapsed < .milliseconds(1500))
  }

  @Test("a half-close ends the wait at once", arguments: ProgramUnderTest.engines)
  func halfClose(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let (one, two) = try servers()
    try start(stage, one, two)
    let watch = Stopwatch()
    let client = try stage.client()
    try client.send([0x16, 3, 1])
    try client.finish()
    #expect(try client.receiveToEnd().bytes == [UInt8(ascii: "1"), 0x16, 3, 1])
    #expect(watch.elapsed < .milliseconds(1500))
  }

  @Test("a buffer full of undecided bytes ends the wait", arguments: ProgramUnderTest.engines)
  func fullBuffer(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let (one, two) = try servers()
    try start(stage, one, two)
    // The beginning of a hello that claims to be longer than the buffer.
    let bytes = [0x16, 3, 1, 0x40, 0, 1, 0, 0xff, 0xff] + [UInt8](repeating: 5, count: 40000)
    let watch = Stopwatch()
    let client = try stage.client()
    try client.send(bytes)
    #expect(try client.receive(bytes.count + 1) == [UInt8(ascii: "1")] + bytes)
    #expect(watch.elapsed < .milliseconds(1500))
  }

  @Test("WAIT_END always waits", arguments: ProgramUnderTest.engines)
  func waitEnd(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let echo = try EchoServer()
    try stage.start(
      """
      listen px
          bind 127.0.0.1:\(stage.port)
          tcp-request inspect-delay 300ms
          tcp-request content accept if WAIT_END
          server s 127.0.0.1:\(echo.port)
      """)
    let watch = Stopwatch()
    try expectEcho(try stage.client(), "hello")
    expectDeadline(.milliseconds(300), watch.elapsed)
  }

  @Test(
    "the backend's inspection has its own delay", arguments: ProgramUnderTest.engines,
    [(frontend: "200ms", accepts: "WAIT_END", backend: 600), ("5s", "{ req.len gt 0 }", 400)])
  func delayOfTheBackend(
    engine: EngineChoice, delays: (frontend: String, accepts: String, backend: Int)
  ) throws {
    let stage = try Stage(engine)
    let echo = try EchoServer()
    try stage.start(
      """
      frontend px
          bind 127.0.0.1:\(stage.port)
          tcp-request inspect-delay \(delays.frontend)
          tcp-request content accept if \(delays.accepts)
          default_backend b
      backend b
          tcp-request inspect-delay \(delays.backend)ms
          tcp-request content reject if !{ req.len gt 100 }
          server s 127.0.0.1:\(echo.port)
      """)
    let watch = Stopwatch()
    let client = try stage.client()
    try client.send("hello")
    #expect(try client.receiveToEnd().bytes.isEmpty)
    expectDeadline(.milliseconds(delays.backend), watch.elapsed)
  }

  @Test("an inspection without rules delays nothing", arguments: ProgramUnderTest.engines)
  func delayWithoutRules(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let echo = try EchoServer(greeting: "hello")
    try stage.startProxy(to: echo.port, "tcp-request inspect-delay 5s")
    let watch = Stopwatch()
    #expect(try stage.client().receiveText(5) == "hello")
    #expect(watch.elapsed < .seconds(3))
  }

  @Test("a client that resets while it is looked at: CR", arguments: ProgramUnderTest.engines)
  func resetWhileInspected(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let (one, two) = try servers()
    try start(stage, one, two)
    let client = try stage.client()
    let port = client.localPort
    try client.send([0x16])
    #expect(try client.staysQuiet(for: .milliseconds(200)))
    client.reset()
    #expect(try stage.sessionLine(ofClientPort: port).state == "CR")
  }

  @Test("a client's timeout while it is looked at: cR", arguments: ProgramUnderTest.engines)
  func timeoutWhileInspected(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let echo = try EchoServer()
    try stage.start(
      """
      listen px
          bind 127.0.0.1:\(stage.port)
          timeout client 300ms
          tcp-request inspect-delay 5s
          tcp-request content accept if { req.len ge 100 }
          server s 127.0.0.1:\(echo.port)
      """)
    let client = try stage.client()
    try client.send("some")
    _ = try client.receiveToEnd()
    #expect(try stage.sessionLine(ofClientPort: client.localPort).state == "cR")
  }

  @Test("rules of a backend look too", arguments: ProgramUnderTest.engines)
  func backendRules(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let echo = try EchoServer()
    try stage.start(
      """
      frontend px
          bind 127.0.0.1:\(stage.port)
          default_backend be
      backend be
          tcp-request inspect-delay 5s
          tcp-request content reject if { req.payload(0,1) -m bin 58 }
          server s 127.0.0.1:\(echo.port)
      """)
    let bad = try stage.client()
    try bad.send("X")
    _ = try bad.receiveToEnd()
    let line = try stage.sessionLine(ofClientPort: bad.localPort)
    #expect(line.state == "PR" && line.backend == "be")
    try expectEcho(try stage.client(), "fine")
  }
}
