import Glibc
import Peers
import Testing

@Suite("Stick tables")
struct StickTableTests {
  private static let reference = "/usr/sbin/haproxy"
  private static let oneTable = """
    backend t
        stick-table type ip size 1k expire 30s \
    store gpc0,conn_cnt,conn_cur,conn_rate(10s),sess_cnt,bytes_in_cnt,bytes_out_cnt
    """

  @Test(
    "one connection more than the rate allows is refused", arguments: ProgramUnderTest.engines)
  func connectionRate(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let echo = try EchoServer()
    try stage.start(
      """
      \(StickTableTests.oneTable)
      listen px
          bind 127.0.0.1:\(stage.port)
          tcp-request connection track-sc0 src table t
          tcp-request connection reject if { sc0_conn_rate gt 3 }
          server s 127.0.0.1:\(echo.port)
      """)
    for _ in 0..<3 { try expectEcho(try stage.client(), "in time") }
    let refused = try Connection.starting(to: .loopback(port: stage.port))
    #expect(try refused.ending() == .reset)
    // Another address has a rate of its own.
    let other = try Connection.connecting(
      to: .loopback(port: stage.port), from: .v4(0x7f00_0005, port: 0))
    try expectEcho(other, "also in time")
    #expect(echo.acceptedCount == 4)
  }

  @Test(
    "connections that have ended are not counted as present", arguments: ProgramUnderTest.engines)
  func presentConnections(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let echo = try EchoServer()
    try stage.start(
      """
      \(StickTableTests.oneTable)
      listen px
          bind 127.0.0.1:\(stage.port)
          tcp-request connection track-sc0 src table t
          tcp-request connection reject if { sc0_conn_cur gt 2 }
          log-format "counted %[sc0_conn_cur] %[sc0_conn_cnt] %[sc0_trackers] %B"
          server s 127.0.0.1:\(echo.port)
      """, threads: 1, defaults: "")
    let clients = try (0..<2).map { _ in try stage.client() }
    for client in clients { try expectEcho(client, "x") }
    let refused = try Connection.starting(to: .loopback(port: stage.port))
    #expect(try refused.ending() == .reset)
    for (client, line) in zip(clients, ["counted 2 3 2 1", "counted 1 3 1 1"]) {
      try client.finish()
      client.close()
      _ = try stage.log.line(containing: line)
    }
    let last = try stage.client()
    try expectEcho(last, "y")
    try last.finish()
    _ = try stage.log.line(containing: "counted 1 4 1 1")
  }

  @Test("a client that was marked is refused from then on", arguments: ProgramUnderTest.engines)
  func marks(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let echo = try EchoServer()
    try stage.start(
      """
      \(StickTableTests.oneTable)
      listen px
          bind 127.0.0.1:\(stage.port)
          tcp-request connection reject if { src_get_gpc0(t) gt 0 }
          tcp-request inspect-delay 5s
          tcp-request content track-sc0 src table t
          tcp-request content sc-inc-gpc0(0) if { req.payload(0,4) -m str EVIL }
          tcp-request content reject if { sc0_get_gpc0 gt 0 }
          tcp-request content accept if { req.len ge 4 }
          server s 127.0.0.1:\(echo.port)
      """)
    try expectEcho(try stage.client(), "GOOD")
    let evil = try stage.client()
    try evil.send("EVIL")
    #expect(try evil.receiveToEnd().bytes.isEmpty)
    #expect(try stage.sessionLine(ofClientPort: evil.localPort).state == "PR")
    let again = try Connection.starting(to: .loopback(port: stage.port))
    #expect(try again.ending() == .reset)
    let other = try Connection.connecting(
      to: .loopback(port: stage.port), from: .v4(0x7f00_0005, port: 0))
    try expectEcho(other, "GOOD")
  }

  @Test("bytes are those of the log line", arguments: ProgramUnderTest.movers)
  func bytes(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let echo = try EchoServer()
    try stage.start(
      """
      \(StickTableTests.oneTable)
      listen px
          bind 127.0.0.1:\(stage.port)
          tcp-request session track-sc1 src table t
          log-format "moved %[sc1_kbytes_in] %[sc1_kbytes_out] %U %B"
          server s 127.0.0.1:\(echo.port)
      """, defaults: "")
    for sum in [300, 600] {
      let client = try stage.client()
      try expectEcho(client, String(repeating: "0123456789abcdef", count: 300 * 64))
      try client.finish()
      _ = try stage.log.line(containing: "moved \(sum) \(sum) 307200 307200")
    }
  }

  @Test("entries that nobody uses expire", arguments: ProgramUnderTest.engines)
  func expiry(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let echo = try EchoServer()
    try stage.start(
      """
      backend t
          stick-table type ip size 2 nopurge expire 500ms store conn_cnt
      listen px
          bind 127.0.0.1:\(stage.port)
          tcp-request session track-sc0 src table t
          log-format "entries %[table_cnt(t)] of %[table_cnt(t),add(0)]+%[table_avl(t)] %[sc0_tracked] %B"
          server s 127.0.0.1:\(echo.port)
      """, defaults: "")
    func connect(_ host: UInt32) throws {
      let client = try Connection.connecting(
        to: .loopback(port: stage.port), from: .v4(0x7f00_0000 | host, port: 0))
      try expectEcho(client, "x")
      try client.finish()
    }
    try connect(1)
    _ = try stage.log.line(containing: "entries 1 of 1+1 1 ")
    try connect(2)
    _ = try stage.log.line(containing: "entries 2 of 2+0 1 ")
    // A table that may not be purged takes no more.
    try connect(3)
    _ = try stage.log.line(containing: "entries 2 of 2+0 0 ")
    try eventually("room again") {
      try connect(3)
      return try stage.log.drain().contains { $0.containsText("entries 1 of 1+1 1 ") }
    }
  }

  // MARK: Sticking

  @Test("a client keeps its server", arguments: ProgramUnderTest.engines)
  func stickOnSource(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let servers = try ["A", "B", "C"].map { try EchoServer(greeting: $0) }
    try stage.start(
      """
      listen px
          bind 127.0.0.1:\(stage.port)
          balance roundrobin
          stick-table type ip size 1k expire 30s
          stick on src
          log-format "stuck %s %[src,table_server_id(px)] %B"
          server A 127.0.0.1:\(servers[0].port)
          server B 127.0.0.1:\(servers[1].port)
          server C 127.0.0.1:\(servers[2].port)
      """, threads: 1, defaults: "")
    func name(_ host: UInt32) throws -> String {
      let client = try Connection.connecting(
        to: .loopback(port: stage.port), from: .v4(0x7f00_0000 | host, port: 0))
      return try client.receiveText(1)
    }
    #expect(try (1...6).map { try name($0) } == ["A", "B", "C", "A", "B", "C"])
    for _ in 0..<3 {
      #expect(try (1...6).map { try name($0) } == ["A", "B", "C", "A", "B", "C"])
    }
    _ = try stage.log.line(containing: "stuck C 3 ")
    #expect(try name(7) == "A")
  }

  @Test(
    "a server that is down is left, and what comes instead is remembered",
    arguments: ProgramUnderTest.engines)
  func serverDown(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let (one, two) = (try EchoServer(greeting: "1"), try EchoServer(greeting: "2"))
    let check = try Listener()
    let checkPort = check.port
    try stage.start(
      """
      listen px
          bind 127.0.0.1:\(stage.port)
          balance first
          stick-table type string len 8 size 10 srvkey addr
          stick on str(all)
          server s1 127.0.0.1:\(one.port) check inter 100ms fall 1 rise 1 port \(checkPort)
          server s2 127.0.0.1:\(two.port)
      """)
    #expect(try stage.client().receiveText(1) == "1")
    check.close()
    _ = try stage.log.line(containing: "px/s1 is DOWN")
    #expect(try stage.client().receiveText(1) == "2")
    let revived = try Listener(.loopback(port: checkPort))
    _ = try stage.log.line(containing: "px/s1 is UP")
    #expect(try stage.client().receiveText(1) == "2", "it is the one that was remembered last")
    withExtendedLifetime(revived) {}
  }

  @Test("under option persist a server that is down is used", arguments: ProgramUnderTest.engines)
  func persist(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let (one, two) = (try EchoServer(greeting: "1"), try EchoServer(greeting: "2"))
    let check = try Listener()
    let checkPort = check.port
    try stage.start(
      """
      listen px
          bind 127.0.0.1:\(stage.port)
          balance first
          option persist
          stick-table type integer size 10
          stick on int(1)
          server s1 127.0.0.1:\(one.port) check inter 100ms fall 1 rise 1 port \(checkPort)
          server s2 127.0.0.1:\(two.port)
      """)
    #expect(try stage.client().receiveText(1) == "1")
    check.close()
    _ = try stage.log.line(containing: "px/s1 is DOWN")
    #expect(try stage.client().receiveText(1) == "1")
  }

  @Test(
    "a server is remembered once it is connected, unless it is not to be",
    arguments: ProgramUnderTest.engines)
  func learning(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let (silent, closed) = (try Listener(backlog: 16), try FreePort.take())
    let ports = try (0..<3).map { _ in try FreePort.take() }
    func section(_ number: Int, _ server: String, _ rule: String) -> String {
      """
      backend t\(number)
          stick-table type integer size 10
      listen p\(number)
          bind 127.0.0.1:\(ports[number])
          retries 0
          log-format "learnt \(number) %[int(1),in_table(t\(number))] %[int(1),table_server_id(t\(number))] %B"
          \(rule)
          server s 127.0.0.1:\(server)
      """
    }
    try stage.start(
      [
        section(0, "\(silent.port) id 5", "stick store-response int(1) table t0"),
        section(1, "\(closed)", "stick store-request int(1) table t1"),
        section(2, "\(silent.port) non-stick", "stick on int(1) table t2"),
      ].joined(separator: "\n"), defaults: "", listening: ports)
    for (number, line) in ["learnt 0 1 5 0", "learnt 1 0 0 0", "learnt 2 0 0 0"].enumerated() {
      let client = try Connection.connecting(to: .loopback(port: ports[number]))
      if number != 1 {
        // The server says nothing at all.
        let server = try silent.accept()
        try client.send("x")
        _ = try server.receive(1)
        client.close()
        server.close()
      } else {
        _ = try client.receiveToEnd()
      }
      _ = try stage.log.line(containing: line)
    }
  }

  // MARK: Side by side

  /// What both versions have.
  private static let values = [
    "sc0_conn_cnt", "sc0_conn_cur", "sc0_conn_rate", "sc0_sess_cnt", "sc0_sess_rate",
    "sc0_kbytes_in", "sc0_bytes_in_rate", "sc0_kbytes_out", "sc0_bytes_out_rate",
    "sc0_get_gpc0", "sc0_gpc0_rate", "sc0_get_gpc1", "sc_get_gpc(2,1)", "sc_gpc_rate(2,1)",
    "sc_get_gpt(1,1)", "sc1_get_gpc0", "sc2_conn_cnt", "sc2_conn_cur", "sc2_sess_cnt",
    "sc0_tracked", "sc1_tracked", "sc2_tracked", "sc0_trackers", "sc_conn_cnt(0)",
    "sc_conn_cnt(9)", "src_conn_cnt(t)", "src_conn_cur(t)", "src_sess_rate(t)",
    "src,table_trackers(t)", "src,in_table(t)", "src,in_table(u)", "str(no),in_table(names)",
    "str(no),table_conn_cnt(names)", "table_cnt(t)", "table_avl(t)", "sc0_conn_cnt(u)",
    "sc0_get_gpc0(u)", "var(txn.a)", "var(txn.b)", "var(txn.c)", "src,table_server_id(names)",
    "src,table_gpc0(t)", "src,table_conn_rate(t)", "int(1),table_gpc(0,arrays)",
    "src_clr_gpc1(t)", "src_http_req_cnt(t)",
  ]

  private static func sections(_ ports: [UInt16], server: UInt16) -> String {
    """
    backend t
        stick-table type ip size 1k expire 30s store gpc0,gpc1,gpc0_rate(10s),gpt0,conn_cnt,\
    conn_cur,conn_rate(10s),sess_cnt,sess_rate(10s),bytes_in_cnt,bytes_in_rate(10s),bytes_out_cnt,\
    bytes_out_rate(10s),http_req_cnt
    backend u
        stick-table type ip size 1k expire 30s store gpc0,conn_cnt
    backend names
        stick-table type string len 20 size 10 expire 30s store conn_cnt,server_id
    backend arrays
        stick-table type integer size 10 expire 30s store gpc(3),gpc_rate(3,10s),gpt(2)
    frontend f
        bind 127.0.0.1:\(ports[0])
        tcp-request connection track-sc0 src table t
        tcp-request connection reject if { sc0_conn_cur gt 3 }
        tcp-request session track-sc1 dst_port table arrays
        tcp-request session sc-inc-gpc(2,1)
        tcp-request session sc-set-gpt(1,1) 7
        tcp-request content sc-inc-gpc0(0)
        tcp-request content sc-inc-gpc0(0) if { sc0_conn_cnt gt 1 }
        tcp-request content sc-set-gpt0(0) int(5),add(1)
        tcp-request content track-sc2 src table u
        tcp-request content track-sc0 src table u
        tcp-request content set-var(txn.a) src_inc_gpc1(t)
        tcp-request content set-var(txn.b) src_updt_conn_cnt(u)
        tcp-request content set-var(txn.c) str(x),table_conn_cnt(names)
        log-format "first \(values.map { "%[\($0)]" }.joined(separator: " ")) %B %U"
        default_backend b
    backend b
        server s1 127.0.0.1:\(server) id 7
        stick on src table names
    frontend g
        bind 127.0.0.1:\(ports[1])
        log-format "second %[src,table_server_id(names)] %[src,in_table(names)] %s \
    %[src_get_gpt0(t)] %[src,table_conn_cnt(u)] %[src_get_gpc0(names)] %[src_kbytes_out(t)] %B"
        default_backend c
    backend c
        balance roundrobin
        stick match src table names
        stick store-request src table names
        server x1 127.0.0.1:\(server) id 11
        server x2 127.0.0.1:\(server) id 12
    """
  }

  /// What the lines say when a program with those sections has had its visitors.
  private func visit(_ ports: [UInt16], _ log: SyslogReceiver) throws -> [String] {
    var lines: [String] = []
    func line(_ word: String) throws {
      var text: String
      repeat {
        text = try #require(try log.next(within: Deadline.patience), "no line of \(word)")
      } while !text.containsText("]: \(word) ")
      let words = text.split(whereSeparator: { $0 == " " || $0 == "\n" }).map(String.init)
      lines.append(words.drop { $0 != word }.joined(separator: " "))
    }
    func open(_ place: Int, _ host: UInt32, _ text: String) throws -> Connection {
      let client = try Connection.connecting(
        to: .loopback(port: ports[place]), from: .v4(0x7f00_0000 | host, port: 0))
      try expectEcho(client, text)
      return client
    }
    func transfer(_ place: Int, _ host: UInt32, _ text: String) throws {
      let client = try open(place, host, text)
      try client.finish()
      client.close()
      try line(place == 0 ? "first" : "second")
    }
    for (host, count) in [(UInt32(1), 100), (1, 5000), (2, 3000)] {
      try transfer(0, host, String(repeating: "x", count: count))
    }
    let held = try (0..<3).map { _ in try open(0, 1, "a") }
    let refused = try Connection.starting(to: .loopback(port: ports[0]))
    #expect(try refused.ending() == .reset)
    for client in held {
      try client.finish()
      client.close()
      try line("first")
    }
    try transfer(0, 1, "q")
    for host in [UInt32(1), 1, 3, 3, 4, 4] { try transfer(1, host, "k") }
    try transfer(0, 3, "last")
    return lines
  }

  @Test(
    "HAProxy counts the same", .enabled(if: access(StickTableTests.reference, X_OK) == 0),
    arguments: ProgramUnderTest.engines)
  func sideBySide(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let echo = try EchoServer()
    let ports = try (0..<2).map { _ in try FreePort.take() }
    // The number of the port is a key, so that it is the same for both of them.
    try stage.start(
      StickTableTests.sections(ports, server: echo.port), threads: 1, defaults: "",
      listening: ports)
    let ours = try visit(ports, stage.log)
    _ = try stage.program.stop()
    let log = try SyslogReceiver()
    let text = """
      global
          log \(log.target) local0
          nbthread 1
      defaults
          mode tcp
          log global
          timeout connect 5s
          timeout client 30s
          timeout server 30s
      \(StickTableTests.sections(ports, server: echo.port))

      """
    let reference = try ProgramUnderTest(
      path: StickTableTests.reference,
      arguments: ["-f", try stage.directory.write("reference.cfg", text), "-db"],
      inheriting: log.inheritance)
    try reference.awaitListeners(ports)
    let theirs = try visit(ports, log)
    #expect(ours.count == 14)
    for (ours, theirs) in zip(ours, theirs) { #expect(ours == theirs) }
  }
}
