import Glibc
import Peers
import Testing

@Suite("Listeners and servers of every family")
struct AddressTests {
  @Test("a unix listener and a unix server", arguments: ProgramUnderTest.engines)
  func unixSockets(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let (front, back) = ("\(stage.directory.path)/front", "\(stage.directory.path)/back")
    let listener = try Listener(.unix(path: back))
    try stage.start(
      """
      listen px
          bind unix@\(front)
          server s unix@\(back)
      """, listening: [])
    try expectPassage(
      try connecting(to: .unix(path: front)), listener, stage, client: "unix:1 [")
  }

  @Test("an abstract listener and an abstract server", arguments: ProgramUnderTest.engines)
  func abstractSockets(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let (front, back) = ("sluice-front-\(stage.port)", "sluice-back-\(stage.port)")
    let listener = try Listener(.abstract(name: back))
    try stage.start(
      """
      listen px
          bind abns@\(front)
          server s abns@\(back)
      """, listening: [])
    try expectPassage(
      try connecting(to: .abstract(name: front)), listener, stage, client: "unix:1 [")
  }

  @Test("an inherited listening socket", arguments: ProgramUnderTest.engines)
  func inheritedSocket(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let inherited = try Listener()
    let listener = try Listener()
    try stage.start(
      """
      listen px
          bind fd@3
          server s 127.0.0.1:\(listener.port)
      """, listening: [], inheriting: [(inherited.descriptor, 3)])
    let client = try Connection.connecting(toPort: inherited.port)
    try expectPassage(client, listener, stage, client: "127.0.0.1:\(client.localPort) [")
  }

  @Test(
    "a list and a range of ports, and a server port relative to them",
    arguments: ProgramUnderTest.engines)
  func portsOfManyKinds(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let base = try FreePort.take(6)
    let listeners = try (0..<3).map { try Listener(.loopback(port: base + 3 + UInt16($0))) }
    try stage.start(
      """
      listen px
          bind 127.0.0.1:\(base)-\(base + 1),127.0.0.1:\(base + 2)
          server s 127.0.0.1:+3
      """, listening: [base, base + 1, base + 2])
    for (index, listener) in listeners.enumerated() {
      let client = try Connection.connecting(toPort: base + UInt16(index))
      let server = try listener.accept()
      try client.send("x")
      #expect(try server.receiveText(1) == "x")
    }
  }

  /// Connects as soon as somebody listens; a refused attempt leaves no trace.
  private func connecting(to address: PeerAddress) throws -> Connection {
    var connection: Connection?
    try eventually("somebody listens at \(address)") {
      connection = try? Connection.connecting(to: address)
      return connection != nil
    }
    return try #require(connection)
  }

  private func expectPassage(
    _ connection: Connection, _ listener: Listener, _ stage: Stage, client: String
  ) throws {
    try connection.send("request")
    let server = try listener.accept()
    #expect(try server.receiveText(7) == "request")
    try server.send("response")
    try server.finish()
    #expect(try connection.receiveText(8) == "response")
    #expect(try connection.ending() == .finished)
    connection.close()
    let line = try stage.log.line(containing: client)
    #expect(TCPLogLine(line)?.state == "--")
  }
}
