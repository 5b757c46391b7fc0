import Glibc
import Peers
import Testing

@Suite("Connections tell how they go and what became of them")
struct ConnectionFactTests {
  private func listen(_ stage: Stage, _ serverPort: UInt16, _ lines: String) -> String {
    """
    listen px
        bind 127.0.0.1:\(stage.port)
        server s 127.0.0.1:\(serverPort)
    \(lines.split(separator: "\n").map { "    " + $0 }.joined(separator: "\n"))
    """
  }

  @Test(
    "the kernel's fields reach conditions and the log",
    .enabled(if: !ProgramUnderTest.isReference26), arguments: ProgramUnderTest.engines)
  func transmission(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let echo = try EchoServer()
    try stage.start(
      listen(
        stage, echo.port,
        "tcp-request content reject if { fc_rtt gt 60000 }\n"
          + "log-format \"facts %[fc_rtt(us),mul(0)] %[bc_rtt(us),mul(0)] %[bc_rttvar,mul(0)] "
          + "%[fc_lost] %[fc_sacked] %[fc_reordering] %ts\""), defaults: "")
    let client = try stage.client()
    try expectEcho(client, "x")
    try client.finish()
    let line = try stage.log.line(containing: "facts ")
    // Linux starts from net.ipv4.tcp_reordering, 3, or from more that it remembers of the address.
    let fields = line.split { $0 == " " || $0.isNewline }.suffix(8).map(String.init)
    try #require(fields.count == 8, "\(line)")
    #expect(fields[..<6] == ["facts", "0", "0", "0", "0", "0"] && fields[7] == "--", "\(line)")
    #expect(Int(fields[6]).map { $0 >= 3 } == true, "\(line)")
  }

  @Test(
    "a refused connection has a name", .enabled(if: !ProgramUnderTest.isReference26),
    arguments: ProgramUnderTest.engines)
  func refusedServer(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let port = try FreePort.take()
    try stage.start(
      listen(
        stage, port,
        "retries 0\nlog-format \"end %[bc_err] %[bc_err_name] %[bc_err_str] %[fc_err] %ts\""),
      defaults: "")
    let client = try stage.client()
    #expect(try client.ending() == .finished)
    let line = try stage.log.line(containing: "end ")
    #expect(
      line.containsText("end 47 EREFUSED ECONNREFUSED returned by OS 0 SC")
        // What connect(2) says at once has no number of its own in HAProxy.
        || ProgramUnderTest.isReference && line.containsText("end 6 SOCK_ERR"), "\(line)")
  }

  @Test(
    "a client's reset has a name", .enabled(if: !ProgramUnderTest.isReference26),
    arguments: ProgramUnderTest.engines)
  func resetClient(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let echo = try EchoServer()
    try stage.start(
      listen(
        stage, echo.port, "log-format \"end %[fc_err] %[fc_err_name] %[bc_err_str] %ts\""),
      defaults: "")
    let client = try stage.client()
    try expectEcho(client, "x")
    client.reset()
    let line = try stage.log.line(containing: "end ")
    #expect(line.containsText("end 48 ERESET Success CD"), "\(line)")
  }

  @Test(
    "the PROXY header's additional values are told", .enabled(if: !ProgramUnderTest.isReference26),
    arguments: ProgramUnderTest.engines)
  func proxyValues(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let echo = try EchoServer()
    try stage.start(
      """
      listen px
          bind 127.0.0.1:\(stage.port) accept-proxy
          tcp-request content reject if { fc_pp_tlv(0xE1) bad }
          log-format "end %[fc_pp_authority] %[fc_pp_unique_id] %[fc_pp_tlv(0xE1)] %ts"
          server s 127.0.0.1:\(echo.port)
      """, defaults: "")
    let header = { (last: String) -> [UInt8] in
      let value = { (type: UInt8, text: String) in [type, 0, UInt8(text.utf8.count)] + text.utf8 }
      let values = value(2, "a.example") + value(5, "u-1") + value(0xe1, "good") + value(0xe1, last)
      return [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a, 0x21, 0x11]
        + [0, UInt8(12 + values.count)] + [10, 1, 2, 3, 10, 4, 5, 6, 4, 87, 8, 174] + values
    }
    let client = try stage.client()
    try client.send(header("fine") + Array("hello".utf8))
    #expect(try client.receiveText(5) == "hello")
    try client.finish()
    let line = try stage.log.line(containing: "end ")
    #expect(line.containsText("end a.example u-1 good --"), "\(line)")
    let other = try stage.client()
    try other.send(header("bad"))
    #expect(try other.ending() == .finished)
    #expect(try stage.log.line(containing: " PR").containsText("end a.example u-1 good PR"))
  }
}

@Suite("A NetScaler tells who the client is")
struct ClientAddressTests {
  /// 10.1.2.3:1111 to 10.4.5.6:2222
  private static let header: [UInt8] =
    [0x00, 0x00, 0x30, 0x39, 0, 0, 0, 0, 0, 0, 0, 40]
    + [0x45, 0, 0, 40, 0, 0, 0, 0, 64, 6, 0, 0, 10, 1, 2, 3, 10, 4, 5, 6]
    + [4, 87, 8, 174] + [UInt8](repeating: 0, count: 16)

  @Test("its header names the client, and its payload follows", arguments: ProgramUnderTest.engines)
  func headerIsAccepted(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let echo = try EchoServer()
    try stage.start(
      """
      listen px
          bind 127.0.0.1:\(stage.port) accept-netscaler-cip 12345
          server s 127.0.0.1:\(echo.port)
      """)
    let client = try stage.client()
    try client.send(Self.header + Array("hello".utf8))
    #expect(try client.receiveText(5) == "hello")
    try client.finish()
    #expect(try stage.log.line(containing: "10.1.2.3:1111").containsText(" px px/s "))
  }

  @Test(
    "it may come in pieces, behind a PROXY header, by a rule",
    .enabled(if: !ProgramUnderTest.isReference, "HAProxy wants each header in one piece"),
    arguments: ProgramUnderTest.engines)
  func headerInPieces(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let echo = try EchoServer()
    try stage.start(
      """
      listen px
          bind 127.0.0.1:\(stage.port) accept-proxy accept-netscaler-cip 12345
          tcp-request connection expect-netscaler-cip layer4
          server s 127.0.0.1:\(echo.port)
      """)
    let client = try stage.client()
    for byte in Array("PROXY TCP4 10.7.7.7 10.8.8.8 1 2\r\n".utf8) + Self.header {
      try client.send([byte])
    }
    try client.send("hello")
    #expect(try client.receiveText(5) == "hello")
    try client.finish()
    #expect(try stage.log.line(containing: "10.1.2.3:1111").containsText(" px px/s "))
  }

  @Test("what is none is refused, and the line says why", arguments: ProgramUnderTest.engines)
  func wrongHeader(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let echo = try EchoServer()
    try stage.start(
      """
      listen px
          bind 127.0.0.1:\(stage.port) accept-netscaler-cip 12345
          server s 127.0.0.1:\(echo.port)
      """)
    let client = try stage.client()
    try client.send("this is no header of such a machine")
    _ = try client.ending()
    #expect(
      try stage.log.line(containing: "NetScaler").containsText(
        "Received an invalid NetScaler Client IP magic number"))
    let second = try stage.client()
    try second.finish()
    #expect(
      try stage.log.line(containing: "closed while").containsText(
        "Connection closed while waiting for NetScaler Client IP header"))
    #expect(echo.acceptedCount == 0)
  }
}

@Suite("Protocols are told from each other")
struct ProtocolRoutingTests {
  @Test("HTTP is told from what is none", arguments: ProgramUnderTest.engines)
  func webRequests(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let (web, other) = (try EchoServer(greeting: "w"), try EchoServer(greeting: "o"))
    try stage.start(
      """
      frontend px
          bind 127.0.0.1:\(stage.port)
          tcp-request inspect-delay 5s
          tcp-request content reject if METH_DELETE
          tcp-request content accept if HTTP
          use_backend web if HTTP_1.1
          default_backend other
      backend web
          server s 127.0.0.1:\(web.port)
      backend other
          server s 127.0.0.1:\(other.port)
      """)
    let client = try stage.client()
    try client.send("GET / HTTP/1.1\r\nHo")
    #expect(try client.staysQuiet(for: .milliseconds(200)))
    try client.send("st: a\r\n\r\n")
    #expect(try client.receiveText(1) == "w")
    let second = try stage.client()
    try second.send("SSH-2.0-client\r\n")
    #expect(try second.receiveText(1) == "o")
    let third = try stage.client()
    try third.send("DELETE / HTTP/1.0\r\n\r\n")
    #expect(try third.ending() == .finished)
  }

  private static func packet(user: String) -> [UInt8] {
    let text = { (text: String) in [0, UInt8(text.utf8.count)] + text.utf8 }
    let body = text("MQTT") + [4, 0x82, 0, 60] + text("client") + text(user)
    return [0x10, UInt8(body.count)] + body
  }

  @Test("MQTT clients are routed by their names", arguments: ProgramUnderTest.engines)
  func brokers(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let (alice, bob) = (try EchoServer(greeting: "a"), try EchoServer(greeting: "b"))
    try stage.start(
      """
      frontend px
          bind 127.0.0.1:\(stage.port)
          tcp-request inspect-delay 5s
          tcp-request content reject unless { req.payload(0,0),mqtt_is_valid }
          tcp-request content set-var(txn.user) req.payload(0,0),mqtt_field_value(connect,username)
          use_backend be_%[var(txn.user)]
      backend be_alice
          server s 127.0.0.1:\(alice.port)
      backend be_bob
          server s 127.0.0.1:\(bob.port)
      """)
    for (user, greeting) in [("alice", "a"), ("bob", "b")] {
      let packet = Self.packet(user: user)
      let client = try stage.client()
      try client.send(Array(packet[..<5]))
      #expect(try client.staysQuiet(for: .milliseconds(100)))
      try client.send(Array(packet[5...]))
      #expect(try client.receive(1 + packet.count) == Array(greeting.utf8) + packet)
    }
    let other = try stage.client()
    try other.send("GET / HTTP/1.1\r\n")
    #expect(try other.ending() == .finished)
    let line = try stage.sessionLine(ofClientPort: other.localPort)
    #expect(line.state == "PR")
  }
}

@Suite("What rules keep and say reaches the log")
struct CaptureTests {
  @Test("declared places are filled by both directions", arguments: ProgramUnderTest.engines)
  func declaredCaptures(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let echo = try EchoServer()
    try stage.start(
      """
      listen px
          bind 127.0.0.1:\(stage.port)
          declare capture request len 4
          declare capture request len 9
          declare capture response len 3
          log-format "end %hr %hs %ts"
          tcp-request inspect-delay 5s
          tcp-request content set-var(txn.a) req.payload(0,6),capture-req(0) if { req.len ge 6 }
          tcp-request content accept if { req.len ge 6 }
          tcp-response inspect-delay 5s
          tcp-response content set-var(txn.b) res.payload(0,5),capture-res(0) if { res.len ge 5 }
          tcp-response content accept if { res.len ge 5 }
          server s 127.0.0.1:\(echo.port)
      """, defaults: "")
    let client = try stage.client()
    try expectEcho(client, "abcdefgh")
    try client.finish()
    let line = try stage.log.line(containing: "end ")
    #expect(line.containsText("end {abcd|} {abc} --"), "\(line)")
  }

  @Test(
    "errors have a format of their own", .enabled(if: !ProgramUnderTest.isReference26),
    arguments: ProgramUnderTest.engines)
  func errorFormat(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let echo = try EchoServer()
    try stage.start(
      """
      listen px
          bind 127.0.0.1:\(stage.port) accept-proxy
          log-format "well %ci %ts"
          error-log-format "wrong %ci %ts %[fc_err_name]"
          tcp-request content reject if { src 10.9.9.9 }
          server s 127.0.0.1:\(echo.port)
      """, defaults: "")
    let client = try stage.client()
    try client.send("PROXY TCP4 10.1.1.1 10.2.2.2 1 2\r\nx")
    #expect(try client.receiveText(1) == "x")
    try client.finish()
    #expect(try stage.log.line(containing: "10.1.1.1").containsText("well 10.1.1.1 --"))
    let second = try stage.client()
    try second.send("PROXY TCP4 10.9.9.9 10.2.2.2 1 2\r\n")
    #expect(try second.ending() == .finished)
    #expect(try stage.log.line(containing: "10.9.9.9").containsText("wrong 10.9.9.9 PR"))
    let third = try stage.client()
    try third.send("no header at all, whatever one thinks of it")
    _ = try third.ending()
    #expect(try stage.log.line(containing: "PRX_").containsText("wrong 127.0.0.1 -- PRX_NOT_HDR"))
  }

  @Test(
    "a rule says how often connecting is tried again",
    .enabled(if: !ProgramUnderTest.isReference26), arguments: ProgramUnderTest.engines)
  func retries(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let port = try FreePort.take()
    try stage.start(
      """
      listen px
          bind 127.0.0.1:\(stage.port)
          retries 50
          tcp-request content set-retries int(1)
          server s 127.0.0.1:\(port)
      """)
    let client = try stage.client()
    #expect(try client.ending() == .finished)
    let line = try stage.sessionLine(ofClientPort: client.localPort)
    #expect(line.state == "SC" && line.retries == "1")
  }
}

@Suite("Words about the process")
struct ProcessWordTests {
  @Test("a rate lets nobody in early and loses nobody", arguments: ProgramUnderTest.engines)
  func connectionRate(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let echo = try EchoServer(greeting: "+")
    try stage.startProxy(to: echo.port, global: "maxconnrate 2")
    // The start may have been within a second of the check that it listens.
    let started = ContinuousClock.now
    let clients = try (0..<6).map { _ in try stage.client() }
    for client in clients { #expect(try client.receiveText(1) == "+") }
    let elapsed = ContinuousClock.now - started
    #expect(elapsed >= .milliseconds(1400), "\(elapsed)")
    #expect(elapsed <= .seconds(isEmulated ? 30 : 10), "\(elapsed)")
    for client in clients { try expectEcho(client, "all is well") }
  }

  @Test(
    "threads run where they are told to", .enabled(if: !ProgramUnderTest.isReference),
    arguments: ProgramUnderTest.engines)
  func processors(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let echo = try EchoServer()
    try stage.startProxy(to: echo.port, threads: 2, global: "cpu-map 1/all 0")
    try expectEcho(try stage.client(), "x")
    // The first thread may listen before the second one has begun.
    let deadline = Deadline()
    var lists: [String] = []
    while lists != ["0", "0"], !deadline.hasPassed {
      lists = try statusLines(named: "Cpus_allowed_list", ofThreadsNamed: "sluice/", stage)
    }
    #expect(lists == ["0", "0"])
  }

  @Test(
    "capabilities outlast the change of the user",
    .enabled(if: getuid() == 0 && !ProgramUnderTest.isReference),
    arguments: ProgramUnderTest.engines)
  func capabilities(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let echo = try EchoServer()
    try stage.startProxy(
      to: echo.port, threads: 1, global: "uid 65534\n    setcap cap_net_admin,cap_net_raw")
    try expectEcho(try stage.client(), "x")
    let sets = try statusLines(named: "CapEff", ofThreadsNamed: "sluice/", stage)
    #expect(sets == ["0000000000003000"])
    let users = try statusLines(named: "Uid", ofThreadsNamed: "sluice/", stage)
    #expect(users.count == 1 && users.allSatisfy { $0.hasPrefix("65534") }, "\(users)")
  }

  @Test("files are found beside the configuration", arguments: ProgramUnderTest.engines)
  func defaultPath(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let echo = try EchoServer()
    _ = try stage.directory.write("friends", "127.0.0.0/8\n")
    try stage.startProxy(
      to: echo.port, "tcp-request connection reject unless { src -f friends }",
      global: "default-path config")
    try expectEcho(try stage.client(), "x")
  }

  /// The values of a field of `/proc/<pid>/task/<tid>/status` of the threads of a name.
  private func statusLines(
    named field: String, ofThreadsNamed prefix: String, _ stage: Stage
  ) throws -> [String] {
    let folder = "/proc/\(stage.program.pid)/task"
    guard let directory = opendir(folder) else { throw PeerFailure("no \(folder)") }
    defer { closedir(directory) }
    var values: [String] = []
    while let entry = readdir(directory) {
      let number = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      guard Int(number) != nil, let file = fopen("\(folder)/\(number)/status", "r") else {
        continue
      }
      defer { fclose(file) }
      var bytes = [UInt8](repeating: 0, count: 8192)
      let count = fread(&bytes, 1, bytes.count, file)
      let lines = String(decoding: bytes[..<count], as: UTF8.self).split(separator: "\n")
        .map { $0.split(separator: "\t", maxSplits: 1).map(String.init) }
      guard lines.contains(where: { $0[0] == "Name:" && $0.last?.hasPrefix(prefix) == true })
      else { continue }
      values += lines.filter { $0[0] == "\(field):" }.compactMap(\.last)
    }
    return values
  }
}
