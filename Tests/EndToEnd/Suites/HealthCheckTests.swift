import Glibc
import Peers
import Testing

@Suite("Health checks keep clients away from dead servers")
struct HealthCheckTests {
  @Test(
    "a server that dies is DOWN within fall x inter, is spared, and is UP when it returns",
    arguments: ProgramUnderTest.engines)
  func downAndUp(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let alive = try EchoServer(greeting: "A")
    var mortal: EchoServer? = try EchoServer(greeting: "B")
    let mortalPort = try #require(mortal?.port)
    try stage.start(
      """
      listen px
          bind 127.0.0.1:\(stage.port)
          default-server inter 200ms fall 3 rise 2
          server A 127.0.0.1:\(alive.port) check
          server B 127.0.0.1:\(mortalPort) check
      """)
    #expect(Set(try greetings(stage, 4)) == ["A", "B"])
    // Some checks first, for the very first failure alone would take it down. They cannot be
    // waited for: a check that is reset at once never comes out of accept(2).
    letPass(.milliseconds(800))
    let watch = Stopwatch()
    mortal?.stop()
    mortal = nil
    let down = try stage.log.line(containing: "Server px/B is DOWN")
    expectDeadline(.milliseconds(398), watch.elapsed)
    #expect(down.hasPrefix("<129>"))
    #expect(
      down.containsText("Server px/B is DOWN, reason: Layer4 connection problem, info: \""))
    #expect(
      down.containsText(
        "1 active and 0 backup servers left. 0 sessions active, 0 requeued, "
          + "0 remaining in queue."))
    #expect(try greetings(stage, 6) == Array(repeating: "A", count: 6))
    mortal = try EchoServer(greeting: "B", port: mortalPort)
    let up = try stage.log.line(containing: "Server px/B is UP")
    #expect(up.hasPrefix("<133>"))
    #expect(
      up.containsText(
        "Server px/B is UP, reason: Layer4 check passed, check duration: "))
    #expect(
      up.containsText(
        "2 active and 0 backup servers online. 0 sessions requeued, 0 total in queue."))
    #expect(Set(try greetings(stage, 4)) == ["A", "B"])
    #expect(stage.log.lines.filter { $0.containsText("px/B is DOWN") }.count == 1)
  }

  @Test(
    "a server whose init-state is down waits for its first check, without checks for ever",
    arguments: ProgramUnderTest.isReference26 ? [] : ProgramUnderTest.engines)
  func initState(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let servers = try ["A", "B", "C"].map { try EchoServer(greeting: $0) }
    try stage.start(
      """
      listen px
          bind 127.0.0.1:\(stage.port)
          server A 127.0.0.1:\(servers[0].port) init-state down
          server B 127.0.0.1:\(servers[1].port) check inter 100ms rise 3 init-state fully-down
          server C 127.0.0.1:\(servers[2].port) check inter 1h init-state fully-up
      """)
    #expect(try greetings(stage, 1) == ["C"])
    _ = try stage.log.line(containing: "Server px/B is UP, reason: Layer4 check passed")
    #expect(Set(try greetings(stage, 6)) == ["B", "C"])
  }

  @Test(
    "one failed first check takes a server down, and the last one empties the proxy",
    arguments: ProgramUnderTest.engines)
  func firstCheckDecides(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let nobody = try FreePort.take()
    try stage.start(
      """
      listen px
          bind 127.0.0.1:\(stage.port)
          server s 127.0.0.1:\(nobody) check inter 30s
      """)
    _ = try stage.log.line(containing: "Server px/s is DOWN")
    let none = try stage.log.line(containing: "proxy px has no server available!")
    #expect(none.hasPrefix("<128>"))
    let client = try stage.client()
    #expect(try client.ending() == .finished)
    let line = try stage.sessionLine(ofClientPort: client.localPort)
    #expect(line.state == "SC" && line.server == "<NOSRV>")
  }

  @Test(
    "on-marked-down shutdown-sessions ends what the dead server held",
    arguments: ProgramUnderTest.engines)
  func markedDownEndsSessions(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let checked = try EchoServer()
    let listener = try Listener()
    try stage.start(
      """
      listen px
          bind 127.0.0.1:\(stage.port)
          default-server inter 200ms fall 2 on-marked-down shutdown-sessions
          server s 127.0.0.1:\(listener.port) check port \(checked.port)
      """)
    let client = try stage.client()
    let server = try listener.accept()
    try client.send("x")
    _ = try server.receive(1)
    checked.stop()
    #expect(try client.ending() == .finished)
    let line = try stage.sessionLine(ofClientPort: client.localPort)
    // HAProxy 3.4 calls this "connecting" even on an established stream; 2.6 leaves it open.
    #expect(line.state == (ProgramUnderTest.isReference26 ? "D-" : "DC"), "\(line.state)")
  }

  /// Which server answers each of so many clients, one after another.
  private func greetings(_ stage: Stage, _ count: Int) throws -> [String] {
    try (0..<count).map { _ in try stage.client().receiveText(1) }
  }
}
