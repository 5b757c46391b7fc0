import Glibc
import Peers
import Testing

@Suite("Nobody starves because somebody else does not read", .serialized)
struct BackpressureTests {
  @Test("three hundred stalled readers", arguments: ProgramUnderTest.movers)
  func stalledReaders(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let source = try Listener()
    let echo = try EchoServer()
    let sourcePort = try FreePort.take()
    try start(stage, source, sourcePort, echo)
    var stalled: [(client: Connection, server: Connection)] = []
    for _ in 0..<300 {
      let client = try Connection.connecting(
        to: .loopback(port: sourcePort), receiveBufferBytes: 4096)
      stalled.append((client, try source.accept()))
    }
    try fill(stalled.map(\.server))
    try expectQuickEchoes(stage, 200)
    #expect(stage.program.residentKibibytes < 512 << 10)
    // The stalled ones were only waiting: each still gets its bytes.
    for (client, _) in stalled.prefix(5) { _ = try client.receive(100_000) }
  }

  @Test("a sender of single bytes to a stalled reader", arguments: ProgramUnderTest.movers)
  func singleBytes(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let source = try Listener()
    let echo = try EchoServer()
    let sourcePort = try FreePort.take()
    try start(stage, source, sourcePort, echo)
    let client = try Connection.connecting(
      to: .loopback(port: sourcePort), receiveBufferBytes: 4096)
    let server = try source.accept()
    var sent = 0
    let deadline = Deadline(.seconds(2))
    while !deadline.hasPassed && sent < 200_000 {
      let count = try server.sendNow([UInt8(truncatingIfNeeded: sent)])
      if count == 0 { break }
      sent += count
      if sent % 20_000 == 0 { try expectQuickEchoes(stage, 5) }
    }
    try expectQuickEchoes(stage, 100)
    let received = try client.receive(sent)
    let isInOrder = received.enumerated().allSatisfy { index, byte in
      byte == UInt8(truncatingIfNeeded: index)
    }
    #expect(isInOrder)
  }

  @Test("slow readers get everything", arguments: ProgramUnderTest.movers)
  func slowReaders(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let listener = try Listener()
    try stage.startProxy(to: listener.port)
    let readers = try (0..<6).map { number in
      let client = try stage.client(receiveBufferBytes: 8192)
      let server = try listener.accept()
      let sender = PeerThread {
        try ByteStream.send(2 << 20, seed: UInt64(number + 1), over: server)
      }
      let reader = PeerThread {
        var hash = SHA256()
        var received = 0
        while case .bytes(let bytes) = try client.look(
          until: Deadline(.seconds(20)), upTo: 3000 + number * 777)
        {
          hash.update(bytes)
          received += bytes.count
          if received & 15 == 0 { letPass(.milliseconds(1)) }
        }
        return ByteStream.Digest(byteCount: received, hash: hash.finish())
      }
      return (sender, reader)
    }
    for (sender, reader) in readers { #expect(try sender.join() == reader.join()) }
  }

  /// One thread serves both proxies, so that starving shows.
  private func start(
    _ stage: Stage, _ source: Listener, _ sourcePort: UInt16, _ echo: EchoServer
  ) throws {
    try stage.start(
      """
      listen quick
          bind 127.0.0.1:\(stage.port)
          server s 127.0.0.1:\(echo.port)
      listen stalled
          bind 127.0.0.1:\(sourcePort)
          server s 127.0.0.1:\(source.port)
      """, threads: 1, global: "maxconn 2000\n    tune.sndbuf.client 65536",
      listening: [stage.port, sourcePort])
  }

  /// Sends until nothing more fits anywhere.
  private func fill(_ servers: [Connection]) throws {
    let piece = [UInt8](repeating: 0x2e, count: 65536)
    for server in servers {
      var sent = 0
      while sent < 1 << 20 {
        let count = try server.sendNow(piece[...])
        if count == 0 { break }
        sent += count
      }
    }
  }

  private func expectQuickEchoes(_ stage: Stage, _ count: Int) throws {
    let client = try stage.client()
    let watch = Stopwatch()
    for number in 0..<count { try expectEcho(client, "echo \(number)") }
    #expect(watch.elapsed < .seconds(isEmulated ? 15 : 3), "\(count) echoes took \(watch.elapsed)")
  }
}
