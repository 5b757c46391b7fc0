import Glibc
import Peers
import Testing

@Suite("Clients go where the algorithm says")
struct BalancingTests {
  @Test(
    "the sequences of HAProxy, at two threads", arguments: ProgramUnderTest.engines,
    [("roundrobin", "ACABAC"), ("static-rr", "AACABC")])
  func weightedSequences(engine: EngineChoice, expected: (String, String)) throws {
    let farm = try Farm(engine)
    try farm.start("balance \(expected.0)", ["weight 3", "weight 1", "weight 2"])
    let names = try farm.names(12)
    #expect(names == expected.1 + expected.1)
  }

  @Test("first fills one server after another", arguments: ProgramUnderTest.engines)
  func firstFills(engine: EngineChoice) throws {
    let farm = try Farm(engine)
    try farm.start("balance first", Array(repeating: "maxconn 1", count: 3))
    var clients: [Connection] = []
    for wanted in ["A", "B", "C"] {
      let client = try farm.stage.client()
      #expect(try client.receiveText(1) == wanted)
      clients.append(client)
    }
    clients[0].close()
    _ = try farm.stage.log.next(within: .seconds(5))
    #expect(try farm.names(1) == "A")
  }

  @Test("source keeps a client with its server", arguments: ProgramUnderTest.engines)
  func sourceSticks(engine: EngineChoice) throws {
    let farm = try Farm(engine)
    try farm.start("balance source", ["", "", ""])
    // 0x7f000001 modulo three places of the map is 2.
    #expect(try farm.names(6) == "CCCCCC")
  }

  @Test("leastconn serves every server before any twice", arguments: ProgramUnderTest.engines)
  func leastconnSpreads(engine: EngineChoice) throws {
    let farm = try Farm(engine)
    try farm.start("balance leastconn", ["", "", ""])
    let clients = try (0..<6).map { _ in
      let client = try farm.stage.client()
      return (client, try client.receiveText(1))
    }
    #expect(Set(clients.prefix(3).map(\.1)).count == 3)
    #expect(clients.map(\.1).sorted() == ["A", "A", "B", "B", "C", "C"])
  }

  @Test(
    "only the first backup serves when no active server is left",
    arguments: ProgramUnderTest.engines)
  func firstBackupServes(engine: EngineChoice) throws {
    let farm = try Farm(engine)
    try farm.start("balance roundrobin", ["disabled", "backup", "backup"])
    #expect(try farm.names(4) == "BBBB")
  }

  @Test("allbackups shares among the backups", arguments: ProgramUnderTest.engines)
  func allBackupsServe(engine: EngineChoice) throws {
    let farm = try Farm(engine)
    try farm.start(
      "balance roundrobin\n    option allbackups", ["weight 0", "backup", "backup"])
    #expect(try farm.names(4).sorted() == ["B", "B", "C", "C"])
  }

  @Test(
    "a refused connection is retried after a pause, on the same server",
    arguments: ProgramUnderTest.engines)
  func retriesWait(engine: EngineChoice) throws {
    let farm = try Farm(engine)
    farm.servers[0].stop()
    try farm.start("balance roundrobin\n    timeout connect 200ms", ["", "backup", "backup"])
    let watch = Stopwatch()
    let client = try farm.stage.client()
    #expect(try client.ending() == .finished)
    expectDeadline(.milliseconds(600), watch.elapsed)
    let line = try farm.stage.sessionLine(ofClientPort: client.localPort)
    #expect(line.state == "SC" && line.server == "A" && line.retries == "3")
  }

  @Test("option redispatch turns to another server at once", arguments: ProgramUnderTest.engines)
  func redispatchIsImmediate(engine: EngineChoice) throws {
    let farm = try Farm(engine)
    farm.servers[0].stop()
    try farm.start("balance roundrobin\n    option redispatch", ["", "", "weight 0"])
    let watch = Stopwatch()
    let client = try farm.stage.client()
    #expect(try client.receiveText(1) == "B")
    #expect(watch.elapsed < .milliseconds(900))
    let port = client.localPort
    client.close()
    let line = try farm.stage.sessionLine(ofClientPort: port)
    #expect(line.server == "B" && line.retries == "+1")
  }
}

@Suite("A backend without servers")
struct DispatchTests {
  @Test(
    "dispatch goes to one address, and use-server past it", arguments: ProgramUnderTest.engines)
  func dispatch(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let (first, second) = (try EchoServer(greeting: "D"), try EchoServer(greeting: "S"))
    let text =
      stage.preamble(global: "expose-deprecated-directives")
      .split(separator: "\n").filter { !$0.hasPrefix("    balance ") }.joined(separator: "\n")
    let file = try stage.directory.write(
      "dispatch.cfg",
      """
      \(text)
      listen px
          bind 127.0.0.1:\(stage.port)
          dispatch 127.0.0.1:\(first.port)
          use-server s if { src 127.0.0.9 }
          server s 127.0.0.1:\(second.port)

      """)
    let program = try ProgramUnderTest(
      arguments: ["-f", file, "-db"], inheriting: stage.log.inheritance)
    try program.awaitListeners([stage.port])
    #expect(!program.standardError.containsText("deprecated"))
    let client = try stage.client()
    #expect(try client.receiveText(1) == "D")
    try expectEcho(client, "hello")
    let port = client.localPort
    client.close()
    let line = try stage.sessionLine(ofClientPort: port)
    #expect(line.server == "<NOSRV>" && line.backend == "px" && line.state == "--")
    let ruled = try Connection.connecting(
      to: .loopback(port: stage.port), from: .v4(0x7f00_0009, port: 0))
    #expect(try ruled.receiveText(1) == "S")
  }

  @Test(
    "option transparent goes where the client wanted to", arguments: ProgramUnderTest.engines)
  func transparent(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let echo = try EchoServer(greeting: "T")
    for line in ["option transparent", "transparent"] {
      let port = try FreePort.take()
      let text = stage.preamble().split(separator: "\n").filter { !$0.hasPrefix("    balance ") }
      let file = try stage.directory.write(
        "transparent.cfg",
        """
        \(text.joined(separator: "\n"))
        listen px
            bind 127.0.0.1:\(port) accept-proxy
            \(line)

        """)
      let program = try ProgramUnderTest(
        arguments: ["-f", file, "-db"], inheriting: stage.log.inheritance)
      try program.awaitListeners([port])
      #expect(program.standardError.containsText("is deprecated in 3.3"))
      let client = try Connection.connecting(toPort: port)
      try client.send("PROXY TCP4 192.0.2.1 127.0.0.1 1000 \(echo.port)\r\n")
      #expect(try client.receiveText(1) == "T")
      try expectEcho(client, "hello")
      try program.stop()
    }
  }
}

/// Three servers A, B and C that say their names, behind one proxy.
private final class Farm {
  let stage: Stage
  let servers: [EchoServer]

  init(_ engine: EngineChoice) throws {
    stage = try Stage(engine)
    servers = try ["A", "B", "C"].map { try EchoServer(greeting: $0) }
  }

  /// Starts the proxy with the options of each server.
  func start(_ lines: String, _ options: [String]) throws {
    let serverLines = zip(["A", "B", "C"], zip(servers, options)).map { name, server in
      "    server \(name) 127.0.0.1:\(server.0.port) \(server.1)"
    }
    try stage.start(
      """
      listen px
          bind 127.0.0.1:\(stage.port)
          \(lines)
      \(serverLines.joined(separator: "\n"))
      """)
  }

  /// The names that so many clients hear, one after another; each leaves before the next comes.
  func names(_ count: Int) throws -> String {
    try (0..<count).map { _ in
      let client = try stage.client()
      let name = try client.receiveText(1)
      client.close()
      _ = try stage.log.next(within: .seconds(5))
      return name
    }.joined()
  }
}
