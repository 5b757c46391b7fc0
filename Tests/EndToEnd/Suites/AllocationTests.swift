import Peers
import Testing

/// The method: the program runs with a library preloaded that counts what it allocates.
@Suite(
  "After the beginning nothing is allocated", .serialized,
  .enabled(if: !ProgramUnderTest.isReference))
struct AllocationTests {
  @Test("an allocation would be seen")
  func plantedAllocationsAreSeen() throws {
    func count(planting planted: Int) throws -> Int {
      let counts = try AllocationCounts()
      let program = try ProgramUnderTest(
        arguments: ["-v"], environment: counts.environment(planting: planted))
      _ = try program.waitForExit()
      return counts.allocated
    }
    let (without, with) = (try count(planting: 0), try count(planting: 777))
    #expect(without > 0)
    #expect(with - without == 777)
  }

  @Test("a million messages allocate nothing", arguments: ProgramUnderTest.engines)
  func messages(engine: EngineChoice) throws {
    try messages(engine, count: 1_000_000)
  }

  @Test(
    "messages that change over and back allocate nothing",
    arguments: [EngineChoice.ioUringSplicing, .epollSplicing, .ioUringChains])
  func splicedMessages(engine: EngineChoice) throws {
    try messages(engine, count: 100_000)
  }

  private func messages(_ engine: EngineChoice, count: Int) throws {
    let (stage, counts, echo) = try start(engine)
    let clients = try (0..<50).map { _ in try stage.client() }
    func exchange(_ rounds: Int) throws {
      let message = [UInt8](repeating: 0x61, count: 64)
      for _ in 0..<rounds {
        for client in clients { try client.send(message) }
        for client in clients { _ = try client.receive(64) }
      }
    }
    try exchange(100)
    let before = counts.allocated
    try exchange(count / clients.count)
    #expect(counts.allocated - before == 0)
    withExtendedLifetime(echo) {}
  }

  @Test("ten thousand connections allocate nothing", arguments: ProgramUnderTest.engines)
  func connections(engine: EngineChoice) throws {
    let (stage, counts, echo) = try start(engine)
    func connect(_ times: Int) throws {
      for number in 0..<times {
        try expectEcho(try stage.client(), "a")
        // A full log receiver would be reported, once and with allocations.
        if number % 50 == 0 { _ = try stage.log.drain() }
      }
    }
    // Long enough for the first look at half-closed sides, a tenth of a second later.
    try connect(1000)
    let before = counts.allocated
    try connect(10_000)
    #expect(counts.allocated - before == 0)
    withExtendedLifetime(echo) {}
  }

  @Test("ten thousand tracked connections allocate nothing", arguments: ProgramUnderTest.engines)
  func trackedConnections(engine: EngineChoice) throws {
    let (stage, counts, echo) = try start(
      engine,
      """
      stick-table type ip size 1k expire 1m store conn_cur,conn_rate(10s),bytes_out_cnt
      tcp-request connection track-sc0 src
      tcp-request session track-sc1 src
      tcp-request connection reject if { sc0_conn_cur gt 100 }
      """)
    func connect(_ times: Int) throws {
      for number in 0..<times {
        try expectEcho(try stage.client(), "a")
        if number % 50 == 0 { _ = try stage.log.drain() }
      }
    }
    try connect(1000)
    let before = counts.allocated
    try connect(10_000)
    #expect(counts.allocated - before == 0)
    withExtendedLifetime(echo) {}
  }

  private func start(
    _ engine: EngineChoice, _ more: String = ""
  ) throws -> (Stage, AllocationCounts, EchoServer) {
    let (stage, counts, echo) = (try Stage(engine), try AllocationCounts(), try EchoServer())
    try stage.start(
      """
      listen px
          bind 127.0.0.1:\(stage.port)
          server s 127.0.0.1:\(echo.port)
          \(more)
      """, threads: 1, environment: counts.environment())
    return (stage, counts, echo)
  }
}
