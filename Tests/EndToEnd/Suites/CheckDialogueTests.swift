import Glibc
import Peers
import Testing

/// Health checks on the wire, with servers that say one thing each, and beside them what HAProxy
/// says about the same servers.
@Suite("Health checks read as HAProxy's do")
struct CheckDialogueTests {
  /// A server, how it is checked, and what is logged of the first check.
  struct Case: Sendable {
    let script: ScriptedServer.Script?
    let lines: [String]
    let log: String
    /// What the 2.6 of Debian 12 says instead.
    let log26: String?

    init(
      _ script: ScriptedServer.Script?, _ lines: String..., log: String, log26: String? = nil
    ) {
      self.script = script
      self.lines = lines
      self.log = log
      self.log26 = log26
    }
  }

  static let refused = "ECONNREFUSED returned by OS (Connection refused)"
  static let ok = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\nX-A: b, c\r\n\r\nhello"
  static let sorry = "HTTP/1.1 503 Sorry\r\ncontent-length: 0\r\n\r\n"

  static let cases = dialogues + expressions

  private static let dialogues: [Case] = [
    Case(
      .says("+PONG\r\n", then: .stay), "option redis-check",
      log: "succeeded, reason: Layer7 check passed, code: 0, info: \"Redis server is ok\""),
    Case(
      .says("-ERR\r\n", then: .stay), "option redis-check", log: "failed, reason: Layer7 timeout"),
    Case(
      .says("-ERR bad\r\n"), "option redis-check",
      log: "failed, reason: Layer7 wrong status, code: 0, info: \"-ERR bad\""),
    Case(
      nil, "option redis-check",
      log: "failed, reason: Layer4 connection problem, info: \"\(refused)\"",
      log26: "failed, reason: Layer4 connection problem, info: \"Connection refused\""),
    Case(
      nil, "option tcp-check", "tcp-check connect", "tcp-check send x",
      log: "failed, reason: Layer4 connection problem, info: \"\(refused) at step 1 of tcp-check "
        + "(connect)\"",
      log26: "failed, reason: Layer4 connection problem, info: \"Connection refused at step 1 of "
        + "tcp-check (connect)\""),
    Case(
      .says("", then: .stay), "option tcp-check", "tcp-check send PING\\r\\n",
      "tcp-check expect string +PONG comment \"hears pong\"",
      log: "failed, reason: Layer7 timeout, info: \" at step 2 of tcp-check (expect string "
        + "'+PONG') comment: 'hears pong'\""),
    Case(
      .says("", then: .reset), "option tcp-check", "tcp-check send PING\\r\\n",
      "tcp-check expect string +PONG",
      log: "failed, reason: Socket error, info: \"ECONNRESET returned by OS (Connection reset by "
        + "peer) at step 2 of tcp-check (expect string '+PONG')\"",
      log26: "failed, reason: Socket error, info: \"Connection reset by peer at step 2 of "
        + "tcp-check (expect string '+PONG')\""),
    Case(
      .says("ERR no"), "option tcp-check", "tcp-check send x",
      "tcp-check expect ! string ERR min-recv 3",
      log: "failed, reason: Layer7 invalid response, info: \"TCPCHK matched unwanted content "
        + "'ERR' at step 2\""),
    Case(
      .says("abc", then: .stay), "option tcp-check", "tcp-check send-binary 0001",
      "tcp-check expect binary 6263 on-success \"fine %[srv_name]\" status-code int(7)",
      log: "succeeded, reason: Layer7 check passed, code: 7, info: \"fine s\""),
    Case(
      .says("abc"), "option tcp-check", "tcp-check send x",
      "tcp-check expect string zz error-status L6RSP on-error \"got %[res.payload(0,2)]\"",
      log: "failed, reason: Layer6 invalid response, info: \"got ab\""),
    Case(
      .says(ok), "option httpchk", log: "succeeded, reason: Layer7 check passed, code: 200"),
    Case(
      .says(sorry), "option httpchk",
      log: "failed, reason: Layer7 wrong status, code: 503, info: \"Sorry\""),
    Case(
      .says(ok), "option httpchk GET /", "http-check expect string bye",
      log: "failed, reason: Layer7 invalid response, info: \"HTTP content check did not match\""),
    Case(
      .says(sorry), "option httpchk GET /", "http-check expect string bye",
      log: "failed, reason: Layer7 invalid response, info: \"HTTP content check could not find a "
        + "response body\""),
    Case(
      .says(ok), "option httpchk", "http-check expect ! status 200-299 comment \"not two\"",
      log: "failed, reason: Layer7 wrong status, code: 200, info: \"OK comment: not two\""),
    Case(
      .says(ok), "option httpchk", "http-check expect hdr name x-a value -m str c",
      log: "succeeded, reason: Layer7 check passed, code: 200"),
    Case(
      .says("HTTP/1.1 404 Not Found\r\n\r\n"), "option httpchk", "http-check disable-on-404",
      log: "conditionally succeeded, reason: Layer7 check conditionally passed, code: 404"),
    Case(
      .says("garbage\r\n\r\n"), "option httpchk", log: "failed, reason: Socket error",
      log26: "failed, reason: Layer7 invalid response"),
    Case(
      .init(
        ["220 hi\r\n", "250-a\r\n250 ok\r\n", "221 bye\r\n"].map { Array($0.utf8) },
        listensFirst: false), "option smtpchk",
      log: "succeeded, reason: Layer7 check passed, code: 221, info: \"bye\""),
    Case(
      .says("554 go away\r\n", listensFirst: false), "option smtpchk",
      log: "failed, reason: Layer7 wrong status, code: 554, info: \"go away\""),
    Case(
      .init([[0x52, 0, 0, 0, 8, 0, 0, 0, 0]]), "option pgsql-check user me",
      log: "succeeded, reason: Layer7 check passed, code: 0, info: \"PostgreSQL server is ok\""),
    Case(
      .init(
        [[13, 0, 0, 0, 10] + Array("5.5.5-10.11".utf8) + [0]], listensFirst: false, then: .stay),
      "option mysql-check",
      log: "succeeded, reason: Layer7 check passed, code: 0, info: \"5.5.5-10.11\""),
    Case(
      .init([[0x30, 12, 2, 1, 1, 0x61, 7, 0x0a, 1, 0x31, 4, 0, 4, 0]]), "option ldap-check",
      log: "failed, reason: Layer7 wrong status, code: 49, info: \"See RFC: "
        + "http://tools.ietf.org/html/rfc4511#section-4.1.9\""),
    Case(
      .init([[0x15, 3, 0, 0, 2, 2, 0x28]]), "option ssl-hello-chk",
      log: "succeeded, reason: Layer6 check passed"),
    Case(
      .says("no frame at all"), "option spop-check",
      log: "failed, reason: Layer7 invalid response, info: \"invalid frame received\""),
  ]

  @Test("of every protocol and every rule", arguments: ProgramUnderTest.engines)
  func everyCase(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let (servers, backends) = try Self.backends()
    defer { withExtendedLifetime(servers) {} }
    try stage.start("listen px\n    bind 127.0.0.1:\(stage.port)\n" + backends)
    for (index, check) in Self.cases.enumerated() {
      let line = try stage.log.line(containing: "server b\(index)/s ")
      let wanted = ProgramUnderTest.isReference26 ? check.log26 ?? check.log : check.log
      #expect(line.containsText(" \(wanted), check duration: "), "\(check.lines): \(line)")
    }
  }

  private static let debian = "/usr/sbin/haproxy"

  @Test(
    "side by side with the HAProxy of Debian, but for what changed until 3.4",
    .enabled(if: access(debian, X_OK) == 0, "haproxy is not installed"))
  func sideBySide() throws {
    let version = try ProgramUnderTest(path: Self.debian, arguments: ["-v"])
    try version.waitForExit()
    let is26 = version.standardOutput.containsText("version 2.6")
    let stage = try Stage(.reference)
    let (servers, backends) = try Self.backends()
    defer { withExtendedLifetime(servers) {} }
    let text =
      stage.preamble(threads: 1) + "listen px\n    bind 127.0.0.1:\(stage.port)\n" + backends + "\n"
    let file = try stage.directory.write("reference.cfg", text)
    let program = try ProgramUnderTest(
      path: Self.debian, arguments: ["-f", file, "-db"], inheriting: stage.log.inheritance)
    try program.awaitListeners([stage.port])
    for (index, check) in Self.cases.enumerated() {
      let line = try stage.log.line(containing: "server b\(index)/s ")
      let wanted = is26 ? check.log26 ?? check.log : check.log
      #expect(line.containsText(" \(wanted), check duration: "), "\(check.lines): \(line)")
    }
  }

  /// The servers of all cases, and a backend for each.
  private static func backends() throws -> ([ScriptedServer], String) {
    var servers: [ScriptedServer] = []
    var text = ""
    for (index, check) in cases.enumerated() {
      var port = try FreePort.take()
      if let script = check.script {
        let server = try ScriptedServer(script)
        servers.append(server)
        port = server.port
      }
      text += "backend b\(index)\n    option log-health-checks\n"
      for line in check.lines { text += "    \(line)\n" }
      text += "    server s 127.0.0.1:\(port) check inter 1s rise 1 fall 1\n"
    }
    return (servers, text)
  }

  // MARK: The wire

  @Test("what a check says arrives as it is written", arguments: ProgramUnderTest.engines)
  func wire(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let http = try ScriptedServer(.says(Self.ok))
    let tcp = try ScriptedServer(.says("ok", then: .stay))
    let proxied = try ScriptedServer(.says("ok", then: .stay))
    try stage.start(
      """
      listen px
          bind 127.0.0.1:\(stage.port)
      backend h
          option log-health-checks
          option httpchk
          http-check set-var(check.x) str(x)
          http-check send meth POST uri-lf /%[var(check.x)] ver HTTP/1.1 hdr Host %[srv_name] hdr X-Y z body-lf ab%[str(c)]
          server s1 127.0.0.1:\(http.port) check inter 1s
      backend t
          option log-health-checks
          option tcp-check
          tcp-check send "a b"
          tcp-check send-binary 00ff
          tcp-check send-lf "%[be_name] %%"
          tcp-check set-var-fmt(check.digits) 4%[int(5),sub(4)]
          tcp-check send-binary-lf %[var(check.digits)]0d
          tcp-check expect string ok
          server s 127.0.0.1:\(tcp.port) check inter 1s
      backend p
          option log-health-checks
          option tcp-check
          tcp-check connect send-proxy
          tcp-check send hello
          tcp-check expect string ok
          server s 127.0.0.1:\(proxied.port) check inter 1s send-proxy-v2
      """)
    for backend in ["h/s1", "t/s", "p/s"] {
      let line = try stage.log.line(containing: "server \(backend) ")
      #expect(line.containsText("succeeded"), "\(line)")
    }
    #expect(
      String(decoding: http.pieces[0], as: UTF8.self)
        == "POST /x HTTP/1.1\r\nhost: s1\r\nx-y: z\r\ncontent-length: 3\r\nconnection: close\r\n\r\nabc"
    )
    #expect(tcp.pieces.joined().starts(with: Array("a b".utf8) + [0, 0xff] + Array("t %A\r".utf8)))
    let signature: [UInt8] = [13, 10, 13, 10, 0, 13, 10, 0x51, 0x55, 0x49, 0x54, 10, 0x20, 0]
    // Its line is said at the header already; what follows may still be on its way.
    let deadline = Deadline(.seconds(5))
    while proxied.pieces.joined().count < signature.count + 7, !deadline.hasPassed {
      letPass(.milliseconds(5))
    }
    #expect(proxied.pieces.joined().starts(with: signature + [0, 0] + Array("hello".utf8)))
  }

  @Test(
    "a server that goes on without end costs no more than a buffer",
    arguments: ProgramUnderTest.engines)
  func endlessServer(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let server = try ScriptedServer(
      .init([[UInt8](repeating: 65, count: 60_000)], listensFirst: false, then: .stay))
    try stage.start(
      """
      listen px
          bind 127.0.0.1:\(stage.port)
          option log-health-checks
          option tcp-check
          tcp-check expect string zebra
          server s 127.0.0.1:\(server.port) check inter 2s rise 1 fall 1
      """)
    let line = try stage.log.line(containing: "server px/s ")
    #expect(
      line.containsText(
        "reason: Layer7 invalid response, info: \"TCPCHK did not match content 'zebra' at step 1\""),
      "\(line)")
  }

  // MARK: Agents and commands

  @Test("an agent drains, maintains, weighs and takes down", arguments: ProgramUnderTest.engines)
  func agents(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let server = try EchoServer(greeting: "A")
    let backup = try EchoServer(greeting: "B")
    let down = try ScriptedServer(.says("down # disk full\n", listensFirst: false))
    let drain = try ScriptedServer(.says("drain\n", listensFirst: false))
    let asked = try ScriptedServer(.says("ready up 50%\n", then: .close))
    try stage.start(
      """
      listen px
          bind 127.0.0.1:\(stage.port)
          server s 127.0.0.1:\(server.port) agent-check agent-port \(down.port) agent-inter 200ms
          server b 127.0.0.1:\(backup.port) backup
      backend d
          server s 127.0.0.1:\(server.port) agent-check agent-port \(drain.port) agent-inter 200ms
      backend q
          option log-health-checks
          server s 127.0.0.1:\(server.port) agent-check agent-port \(asked.port) agent-inter 200ms agent-send "hi\\n"
      """)
    let line = try stage.log.line(containing: "px/s is DOWN")
    #expect(
      line.containsText(
        "Server px/s is DOWN, reason: Layer7 wrong status, code: 0, info: \"via agent : down (disk "
          + "full)\", check duration: "), "\(line)")
    #expect(try stage.client().receiveText(1) == "B")
    _ = try stage.log.line(containing: "Server d/s enters drain state")
    let up = try stage.log.line(containing: "Agent check for server q/s succeeded")
    #expect(up.containsText("info: \"via agent : up\""), "\(up)")
    #expect(asked.pieces.first == Array("hi\n".utf8))
  }

  @Test(
    "a command decides, and one that hangs keeps nobody waiting",
    arguments: ProgramUnderTest.engines)
  func commands(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let server = try EchoServer(greeting: "A")
    let output = "\(stage.directory.path)/output"
    let command = try stage.directory.write(
      "check",
      """
      #!/bin/sh
      echo "$* $HAPROXY_PROXY_NAME $HAPROXY_SERVER_NAME $HAPROXY_SERVER_PROTO $PATH" >>\(output)
      case $HAPROXY_SERVER_NAME in bad) exit 3;; slow) sleep 30;; esac

      """)
    chmod(command, 0o755)
    try stage.start(
      """
      listen px
          bind 127.0.0.1:\(stage.port)
          option log-health-checks
          option external-check
          external-check command \(command)
          external-check path /usr/bin:/bin
          default-server inter 1s rise 1 fall 1
          server good 127.0.0.1:\(server.port) check
          server bad 127.0.0.1:1 check
          server slow 127.0.0.1:2 check
      """, global: "external-check\n    insecure-fork-wanted")
    let good = try stage.log.line(containing: "server px/good ")
    #expect(
      good.containsText("succeeded, reason: External check passed, code: 0, check"), "\(good)")
    let bad = try stage.log.line(containing: "server px/bad ")
    #expect(bad.containsText("failed, reason: External check error, code: 3, check"), "\(bad)")
    let slow = try stage.log.line(containing: "server px/slow ")
    #expect(slow.containsText("failed, reason: External check timeout, code: 0, check"), "\(slow)")
    #expect(try stage.client().receiveText(1) == "A")
    let lines = (contents(ofFile: output) ?? "").split(separator: "\n")
    #expect(
      lines.contains(
        "127.0.0.1 \(stage.port) 127.0.0.1 \(server.port) px good tcp /usr/bin:/bin"))
  }
}
