import Glibc
import Peers
import Testing

@Suite("Bytes travel unchanged", .serialized)
struct TransferTests {
  @Test("bulk both ways at once, in bounded memory", arguments: ProgramUnderTest.movers)
  func bulkBothWays(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let listener = try Listener()
    try stage.startProxy(to: listener.port)
    let client = try stage.client()
    let server = try listener.accept()
    let byteCount = isLong ? 1 << 30 : isEmulated ? 8 << 20 : 64 << 20
    let finished = Counter()
    func onThread(
      _ work: @escaping @Sendable () throws -> ByteStream.Digest
    ) -> PeerThread<ByteStream.Digest> {
      PeerThread {
        defer { finished.advance() }
        return try work()
      }
    }
    let request = onThread { try ByteStream.send(byteCount, seed: 1, over: client) }
    let response = onThread { try ByteStream.send(byteCount, seed: 2, over: server) }
    let atServer = onThread { try ByteStream.receive(over: server) }
    let atClient = onThread { try ByteStream.receive(over: client) }
    var residentMax = 0
    while finished.current < 4 {
      residentMax = max(residentMax, stage.program.residentKibibytes)
      letPass(.milliseconds(10))
    }
    #expect(try atServer.join() == request.join())
    #expect(try atClient.join() == response.join())
    if isLong { print("1 GiB each way on \(engine): at most \(residentMax) KiB resident") }
    #expect(residentMax > 0 && residentMax < 96 << 10, "resident: \(residentMax) KiB")
    #expect(try stage.sessionLine(ofClientPort: client.localPort).bytesRead == byteCount)
  }

  @Test(
    "SIGQUIT tells how the bytes travelled", .enabled(if: !ProgramUnderTest.isReference),
    arguments: ProgramUnderTest.movers)
  func reportOfTheWorkers(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let listener = try Listener()
    try stage.startProxy(to: listener.port, threads: 1)
    let client = try stage.client()
    let server = try listener.accept()
    let byteCount = 8 << 20
    let sender = PeerThread { try ByteStream.send(byteCount, seed: 7, over: client) }
    #expect(try ByteStream.receive(over: server) == sender.join())
    let (copied, spliced) = try bytesMoved(stage)
    #expect(copied + spliced == byteCount)
    // A slow machine may never see much at once.
    if !isEmulated { #expect(spliced > byteCount / 2) }
  }

  @Test(
    "messages of 32 KiB are spliced when they keep coming",
    .enabled(if: !ProgramUnderTest.isReference), arguments: ProgramUnderTest.engines)
  func largeMessages(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let echo = try EchoServer()
    try stage.startProxy(to: echo.port, threads: 1)
    let client = try stage.client()
    var stream = ByteStream(seed: 11)
    let (count, messageBytes) = (100, 32 << 10)
    for _ in 0..<count {
      let message = stream.next(messageBytes)
      try client.send(message)
      #expect(try client.receive(messageBytes) == message)
    }
    let (copied, spliced) = try bytesMoved(stage)
    #expect(copied + spliced == 2 * count * messageBytes)
    // A slow machine may see every message in parts.
    if !isEmulated { #expect(spliced > count * messageBytes) }
  }

  /// How many bytes the only worker says it has copied and spliced, beside its one session.
  private func bytesMoved(_ stage: Stage) throws -> (copied: Int, spliced: Int) {
    stage.program.signal(SIGQUIT)
    try eventually("the worker reports") {
      stage.program.standardError.containsText("Worker 0: 1 sessions; ")
    }
    let words = stage.program.standardError.split(separator: " ")
    func number(before word: String) -> Int {
      words.firstIndex { $0 == word }.flatMap { $0 > 0 ? Int(words[$0 - 1]) : nil } ?? -1
    }
    return (number(before: "bytes"), number(before: "spliced,"))
  }

  @Test("many sessions of mixed sizes", arguments: ProgramUnderTest.movers)
  func mixedSizes(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let echo = try EchoServer()
    try stage.startProxy(to: echo.port)
    for round in 0..<3 {
      let sessions = try (0..<12).map { number in
        let client = try stage.client()
        let seed = UInt64(round * 100 + number)
        var sizes = ByteStream(seed: seed ^ 0xabcdef)
        let most = isEmulated ? 1 << 16 : 1 << 20
        let byteCount = sizes.number(upTo: number % 3 == 0 ? 2000 : most)
        let sender = PeerThread {
          try ByteStream.send(
            byteCount, seed: seed, over: client, pieceBytesMax: 1 << (number % 17), isMixed: true)
        }
        return (sender, PeerThread { try ByteStream.receive(over: client) })
      }
      for (sender, receiver) in sessions {
        #expect(try sender.join() == receiver.join())
      }
    }
    #expect(try stage.sessionLinesAfterStop().count == 36)
  }

  @Test("a server that speaks first is heard", arguments: ProgramUnderTest.movers)
  func serverSpeaksFirst(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let listener = try Listener()
    try stage.startProxy(to: listener.port)
    let client = try stage.client()
    let server = try listener.accept()
    try server.send("220 ready\r\n")
    #expect(try client.receiveText(11) == "220 ready\r\n")
  }

  @Test(
    "what a client sends at once arrives though it closes at once",
    arguments: ProgramUnderTest.movers)
  func earlyBytesArrive(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let listener = try Listener()
    try stage.startProxy(to: listener.port)
    let client = try stage.client()
    try client.send("now")
    try client.finish()
    let server = try listener.accept()
    let (bytes, ending) = try server.receiveToEnd()
    #expect(bytes == Array("now".utf8) && ending == .finished)
  }

  @Test("after the client's FIN the server goes on speaking", arguments: ProgramUnderTest.movers)
  func clientHalfCloses(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let listener = try Listener()
    try stage.startProxy(to: listener.port)
    let client = try stage.client()
    let server = try listener.accept()
    try expectHalfClose(first: client, second: server)
    let line = try stage.sessionLine(ofClientPort: client.localPort)
    #expect(line.state == "--")
    #expect(line.bytesRead == 1 << 20)
  }

  @Test("after the server's FIN the client goes on speaking", arguments: ProgramUnderTest.movers)
  func serverHalfCloses(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let listener = try Listener()
    try stage.startProxy(to: listener.port)
    let client = try stage.client()
    let server = try listener.accept()
    try expectHalfClose(first: server, second: client)
    #expect(try stage.sessionLine(ofClientPort: client.localPort).state == "--")
  }

  /// One side ends with a few bytes, the other one sends a mebibyte after that.
  private func expectHalfClose(first: Connection, second: Connection) throws {
    try first.send("last words")
    try first.finish()
    let (bytes, ending) = try second.receiveToEnd()
    #expect(bytes == Array("last words".utf8))
    #expect(ending == .finished)
    let sender = PeerThread { try ByteStream.send(1 << 20, seed: 5, over: second) }
    #expect(try ByteStream.receive(over: first) == sender.join())
  }

  @Test("a client's RST reaches the server as RST", arguments: ProgramUnderTest.movers)
  func clientResets(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let listener = try Listener()
    try stage.startProxy(to: listener.port)
    let client = try stage.client()
    let server = try listener.accept()
    try client.send("x")
    _ = try server.receive(1)
    let port = client.localPort
    client.reset()
    #expect(try server.ending() == .reset)
    #expect(try stage.sessionLine(ofClientPort: port).state == "CD")
  }

  @Test(
    "a server's RST reaches the client as FIN, after every byte",
    arguments: ProgramUnderTest.movers)
  func serverResets(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let listener = try Listener()
    try stage.startProxy(to: listener.port)
    let client = try stage.client()
    let server = try listener.accept()
    try server.send("answer")
    #expect(try client.receiveText(6) == "answer")
    server.reset()
    #expect(try client.ending() == .finished)
    #expect(try stage.sessionLine(ofClientPort: client.localPort).state == "SD")
  }

  @Test("two thousand sessions at once", arguments: ProgramUnderTest.movers)
  func manySessionsAtOnce(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let echo = try EchoServer()
    try stage.startProxy(to: echo.port, global: "maxconn 3000")
    try expectEcho(try stage.client(), "warm")
    try eventually("the first session is over") {
      try stage.log.drain().contains { TCPLogLine($0) != nil }
    }
    let descriptorCount = stage.program.openDescriptorCount
    do {
      let clients = try (0..<2000).map { _ in try stage.client() }
      for (number, client) in clients.enumerated() { try client.send(message(number)) }
      for (number, client) in clients.enumerated() {
        let wanted = message(number)
        #expect(try client.receiveText(wanted.utf8.count) == wanted)
      }
      #expect(echo.acceptedCount == 2001)
      for client in clients { client.close() }
    }
    // A few may come later on purpose, such as the log sockets of each thread.
    try eventually("descriptors return to the start") {
      stage.program.openDescriptorCount <= descriptorCount + 16
    }
    try eventually("every session has its line") {
      try stage.log.drain().count { TCPLogLine($0) != nil } >= 2001
    }
    let lines = try stage.sessionLinesAfterStop()
    #expect(lines.count == 2001)
    let abnormal = lines.filter { $0.state != "--" }
    #expect(abnormal.isEmpty, "\(abnormal.count): \(abnormal.prefix(3))")
  }

  private func message(_ number: Int) -> String {
    "this is session number \(number) of two thousand"
  }
}
