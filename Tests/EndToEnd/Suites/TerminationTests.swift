import Glibc
import Peers
import Testing

@Suite("Every ending has its letters")
struct TerminationTests {
  @Test(
    "connect and close without a byte still visits the server",
    arguments: ProgramUnderTest.movers)
  func silentVisit(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let listener = try Listener()
    try stage.startProxy(to: listener.port)
    let client = try stage.client()
    let port = client.localPort
    client.close()
    let server = try listener.accept()
    #expect(try server.ending() == .finished)
    server.close()
    let line = try stage.sessionLine(ofClientPort: port)
    #expect(line.state == "--")
    #expect(line.frontend == "px" && line.backend == "px" && line.server == "s")
  }

  @Test("refused: FIN and SC", arguments: ProgramUnderTest.movers)
  func refused(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let nobody = try FreePort.take()
    try stage.startProxy(to: nobody, "retries 0")
    let client = try stage.client()
    #expect(try client.ending() == .finished)
    let line = try stage.sessionLine(ofClientPort: client.localPort)
    #expect(line.state == "SC")
    #expect(line.times[1] == -1)
    #expect(line.server == "s" && line.retries == "0" && line.bytesRead == 0)
  }

  @Test("no server to choose: FIN at once, SC and <NOSRV>", arguments: ProgramUnderTest.movers)
  func noServer(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let listener = try Listener()
    try stage.start(
      """
      listen px
          bind 127.0.0.1:\(stage.port)
          server s 127.0.0.1:\(listener.port) weight 0
      """)
    let client = try stage.client()
    #expect(try client.ending() == .finished)
    let line = try stage.sessionLine(ofClientPort: client.localPort)
    #expect(line.state == "SC" && line.server == "<NOSRV>")
    #expect(line.times.prefix(2) == [-1, -1])
    #expect(try listener.acceptIfAny(within: .zero) == nil)
  }

  @Test("the client leaves while connecting: CC", arguments: ProgramUnderTest.movers)
  func clientLeavesWhileConnecting(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let full = try FullBacklog()
    try stage.startProxy(to: full.port)
    let client = try stage.client()
    let port = client.localPort
    // A FIN that comes with the connection, before the connect or soon behind it, is a silent visit and
    // no abort.
    try full.awaitAttempt()
    #expect(try client.staysQuiet(for: .milliseconds(300)))
    client.close()
    let line = try stage.sessionLine(ofClientPort: port)
    #expect(line.state == "CC")
    #expect(line.times[1] == -1)
  }

  @Test(
    "the client's timeout fires while connecting: cC",
    .enabled(if: !ProgramUnderTest.isReference26, "2.6 waits for the server's side"),
    arguments: ProgramUnderTest.movers)
  func clientTimeoutWhileConnecting(engine: EngineChoice) throws {
    for (option, milliseconds) in [("option abortonclose", 400), ("no option abortonclose", 800)] {
      let stage = try Stage(engine)
      let full = try FullBacklog()
      try stage.startProxy(
        to: full.port, "timeout client 400ms\ntimeout connect 800ms\nretries 0\n\(option)")
      let watch = Stopwatch()
      let client = try stage.client()
      #expect(try client.ending() == .finished)
      expectDeadline(.milliseconds(milliseconds), watch.elapsed)
      #expect(try stage.sessionLine(ofClientPort: client.localPort).state == "cC")
    }
  }

  @Test("the client leaves the queue: CQ with abortonclose", arguments: ProgramUnderTest.movers)
  func clientLeavesQueue(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let echo = try EchoServer(greeting: "+")
    try stage.start(
      """
      listen px
          bind 127.0.0.1:\(stage.port)
          option abortonclose
          server s 127.0.0.1:\(echo.port) maxconn 1
      """)
    let first = try stage.client()
    _ = try first.receive(1)
    let second = try stage.client()
    let port = second.localPort
    // Until it is in the queue, leaving is nothing but a closed connection.
    #expect(try second.staysQuiet(for: .milliseconds(300)))
    second.close()
    let line = try stage.sessionLine(ofClientPort: port)
    #expect(line.state == "CQ", "\(line.state)")
    try expectEcho(first, "still served")
  }

  @Test(
    "the client's timeout in the queue: cQ, at once without data, served late with it",
    arguments: ProgramUnderTest.movers)
  func clientTimeoutInQueue(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let listener = try Listener()
    try stage.start(
      """
      listen px
          bind 127.0.0.1:\(stage.port)
          timeout client 400ms
          timeout queue 20s
          timeout tunnel 20s
          server s 127.0.0.1:\(listener.port) maxconn 1
      """)
    let first = try stage.client()
    try first.send("x")
    let firstServer = try listener.accept()
    _ = try firstServer.receive(1)
    let watch = Stopwatch()
    let silent = try stage.client()
    let second = try stage.client()
    try second.send("kept")
    #expect(try silent.ending() == .finished)
    expectDeadline(.milliseconds(400), watch.elapsed)
    let line = try stage.sessionLine(ofClientPort: silent.localPort)
    #expect(line.state == "cQ" && line.server == "<NOSRV>")
    #expect(line.times == [-1, -1, line.times[2]])
    #expect(try second.staysQuiet(for: .milliseconds(500)))
    firstServer.close()
    first.close()
    let secondServer = try listener.accept()
    #expect(try secondServer.receiveText(4) == "kept")
    #expect(try secondServer.ending() == .finished)
    try secondServer.send("reply")
    secondServer.close()
    #expect(try second.receiveText(5) == "reply")
    #expect(try second.ending() == .finished)
    #expect(try stage.sessionLine(ofClientPort: second.localPort).state == "cQ")
  }

  @Test(
    "soft stop with hard-stop-after kills what is left: KC", arguments: ProgramUnderTest.movers)
  func hardStop(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let listener = try Listener()
    try stage.startProxy(to: listener.port, global: "hard-stop-after 500ms")
    let client = try stage.client()
    let server = try listener.accept()
    try client.send("x")
    _ = try server.receive(1)
    let watch = Stopwatch()
    stage.program.signal(SIGUSR1)
    #expect(try client.ending() == .finished)
    expectDeadline(.milliseconds(500), watch.elapsed)
    // HAProxy 2.6 ends in a gentler way.
    let is26 = ProgramUnderTest.isReference26
    #expect(try server.ending() == (is26 ? .finished : .reset))
    #expect(try stage.program.waitForExit() == .exited(0))
    let line = try stage.sessionLine(ofClientPort: client.localPort)
    #expect(line.state == (is26 ? "K-" : "KC"))
  }

  @Test("one line for each session, whatever its ending", arguments: ProgramUnderTest.movers)
  func oneLineForEachSession(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let listener = try Listener()
    try stage.startProxy(to: listener.port)
    for number in 0..<40 {
      let client = try stage.client()
      let server = try listener.accept()
      // Both sides have met before one of them leaves: else a reset would be a failed connect.
      try client.send("?")
      _ = try server.receive(1)
      try server.send("!")
      _ = try client.receive(1)
      if number & 4 != 0 { try client.send("request") }
      if number & 8 != 0 { try server.send("response") }
      switch number & 3 {
      case 0: client.close()
      case 1: client.reset()
      case 2: server.close()
      default: server.reset()
      }
      (number & 3 < 2 ? server : client).close()
      _ = try stage.log.next(within: .seconds(5))
    }
    let lines = try stage.sessionLinesAfterStop()
    #expect(lines.count == 40, "\(lines.map(\.state))")
  }
}
