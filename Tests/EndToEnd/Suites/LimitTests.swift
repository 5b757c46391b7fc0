import Glibc
import Peers
import Testing

@Suite("Limits are exact and nobody is turned away by them")
struct LimitTests {
  @Test(
    "a frontend's maxconn lets in exactly so many; the next waits its turn",
    arguments: ProgramUnderTest.engines)
  func frontendLimit(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let echo = try EchoServer(greeting: "+")
    try stage.startProxy(to: echo.port, "maxconn 3", threads: 1)
    try expectLimit(3, stage, echo)
  }

  @Test(
    "rate-limit sessions lets in so many at once, and the rest one by one",
    arguments: ProgramUnderTest.engines, [1, 2])
  func sessionRate(engine: EngineChoice, threads: Int) throws {
    let stage = try Stage(engine)
    let echo = try EchoServer(greeting: "+")
    try stage.startProxy(to: echo.port, "rate-limit sessions 4", threads: threads)
    let watch = Stopwatch()
    var waiting = try (0..<7).map { _ in try stage.client() }
    var times: [Duration] = []
    while !waiting.isEmpty, watch.elapsed < Deadline.patience {
      if let index = try waiting.firstIndex(where: { try !$0.staysQuiet(for: .milliseconds(5)) }) {
        times.append(watch.elapsed)
        waiting.remove(at: index).close()
      }
    }
    try #require(times.count == 7, "\(times)")
    #expect(times[3] < .milliseconds(900), "\(times)")
    for (index, expected) in [(4, 1000), (5, 1250), (6, 1500)] {
      // Six milliseconds for the rule's own rounding; what is late tells of the machine.
      #expect(times[index] >= .milliseconds(expected - 20), "\(times)")
      #expect(times[index] <= .milliseconds(expected) + .seconds(isEmulated ? 5 : 2), "\(times)")
    }
  }

  @Test("two threads let in exactly so many together", arguments: ProgramUnderTest.engines)
  func limitOfTwoThreads(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let echo = try EchoServer(greeting: "+")
    try stage.startProxy(to: echo.port, "maxconn 3\n    backlog 100", threads: 2)
    var served = try (0..<3).map { _ in try stage.client() }
    for client in served { #expect(try client.receiveText(1) == "+") }
    // Each thread has a backlog of its own, so that nothing says who comes first.
    var waiting = try (0..<6).map { _ in try stage.client() }
    #expect(try waiting[0].staysQuiet(for: .milliseconds(200)))
    #expect(echo.acceptedCount == 3)
    while !waiting.isEmpty {
      served.removeFirst().close()
      let deadline = Deadline()
      var next: Int?
      while next == nil, !deadline.hasPassed {
        next = try waiting.firstIndex { try !$0.staysQuiet(for: .milliseconds(20)) }
      }
      let index = try #require(next)
      served.append(waiting.remove(at: index))
      #expect(echo.acceptedCount == 9 - waiting.count)
    }
  }

  @Test(
    "the global maxconn lets in exactly so many; the next waits its turn",
    arguments: ProgramUnderTest.engines)
  func globalLimit(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let echo = try EchoServer(greeting: "+")
    try stage.startProxy(to: echo.port, threads: 1, global: "maxconn 3")
    try expectLimit(3, stage, echo)
  }

  private func expectLimit(_ limit: Int, _ stage: Stage, _ echo: EchoServer) throws {
    var served = try (0..<limit).map { _ in try stage.client() }
    for client in served { #expect(try client.receiveText(1) == "+") }
    var waiting = try (0..<4).map { _ in try stage.client() }
    for client in waiting { try client.send("early") }
    #expect(try waiting[0].staysQuiet(for: .milliseconds(200)))
    #expect(echo.acceptedCount == limit)
    while !waiting.isEmpty {
      let before = echo.acceptedCount
      served.removeFirst().close()
      let next = waiting.removeFirst()
      #expect(try next.receiveText(6) == "+early")
      #expect(echo.acceptedCount == before + 1)
      served.append(next)
    }
    for client in served { try expectEcho(client, "all is well") }
  }

  @Test("a server's maxconn queues the rest in order", arguments: ProgramUnderTest.engines)
  func serverQueue(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let echo = try EchoServer(greeting: "+")
    try stage.start(
      """
      listen px
          bind 127.0.0.1:\(stage.port)
          server s 127.0.0.1:\(echo.port) maxconn 1
      """)
    let first = try stage.client()
    #expect(try first.receiveText(1) == "+")
    let second = try stage.client()
    try second.send("second")
    #expect(try second.staysQuiet(for: .milliseconds(150)))
    let third = try stage.client()
    #expect(try third.staysQuiet(for: .milliseconds(150)))
    #expect(echo.acceptedCount == 1)
    first.close()
    #expect(try second.receiveText(7) == "+second")
    #expect(try third.staysQuiet(for: .milliseconds(100)))
    let secondPort = second.localPort
    second.close()
    #expect(try third.receiveText(1) == "+")
    let line = try stage.sessionLine(ofClientPort: secondPort)
    #expect(line.times[0] >= 250, "the time in the queue: \(line.times)")
    #expect(line.state == "--")
  }

  @Test("timeout queue ends the waiting: FIN, sQ and <NOSRV>", arguments: ProgramUnderTest.engines)
  func queueTimeout(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let echo = try EchoServer(greeting: "+")
    try stage.start(
      """
      listen px
          bind 127.0.0.1:\(stage.port)
          timeout queue 400ms
          server s 127.0.0.1:\(echo.port) maxconn 1
      """)
    let first = try stage.client()
    _ = try first.receive(1)
    let watch = Stopwatch()
    let second = try stage.client()
    #expect(try second.ending() == .finished)
    expectDeadline(.milliseconds(400), watch.elapsed)
    let line = try stage.sessionLine(ofClientPort: second.localPort)
    #expect(line.state == "sQ" && line.server == "<NOSRV>")
    try expectEcho(first, "untouched")
  }

  @Test(
    "when descriptors run out it waits, and serves again when some are free",
    arguments: ProgramUnderTest.engines)
  func descriptorsRunOut(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let echo = try EchoServer(greeting: "+")
    try stage.start(
      """
      listen px
          bind 127.0.0.1:\(stage.port)
          retries 0
          server s 127.0.0.1:\(echo.port)
      """, threads: 1, global: "maxconn 400\n    no strict-limits", descriptorsMax: 80)
    let clients = try (0..<120).map { _ in try stage.client() }
    try eventually("some are served") { echo.acceptedCount >= 5 }
    letPass(.milliseconds(300))
    let spent = stage.program.processorTicks
    letPass(.milliseconds(500))
    #expect(stage.program.processorTicks - spent < 40, "it spins while it waits")
    #expect(stage.program.poll() == nil)
    for client in clients { client.close() }
    try eventually(within: .seconds(15), "it serves again") {
      let client = try stage.client()
      guard case .bytes = try client.look(until: Deadline(.seconds(2))) else { return false }
      try expectEcho(client, "recovered")
      return true
    }
  }
}
