import Peers
import Testing

/// The examples about databases and directories, with servers that speak as much of the protocol as
/// the checks and one question need.
@Suite("The examples for databases do what they are for")
struct ExampleDatabaseTests {
  // MARK: PostgreSQL

  private func postgreSQL(_ example: Example, _ name: String, _ ip: String) throws
    -> AnsweringServer
  {
    try example.server(ip, 5432) { said in
      guard said.count >= 8 else { return .waits }
      let isStartup = said[4...].starts(with: [0, 3, 0, 0])
      said = []
      // AuthenticationOk, or the name as an answer.
      return isStartup ? .says([0x52, 0, 0, 0, 8, 0, 0, 0, 0]) : .says(name)
    }
  }

  /// Begins a session and asks for the server's name.
  private func session(_ example: Example, _ section: String) throws -> (Connection, String) {
    let client = try example.client(section)
    try client.send([0, 0, 0, 15, 0, 3, 0, 0] + Array("user\0a\0".utf8) + [0])
    #expect(try client.receive(9).first == 0x52)
    return (client, try name(at: client, question: "Q\0\0\0\u{8}who"))
  }

  @Test("postgresql: writing and reading", arguments: ProgramUnderTest.engines)
  func postgresql(engine: EngineChoice) throws {
    let example = try Example("postgresql", engine)
    let primary = try postgreSQL(example, "pg1", "192.0.2.11")
    let replicas = [
      try postgreSQL(example, "pg2", "192.0.2.12"), try postgreSQL(example, "pg3", "192.0.2.13"),
    ]
    defer { withExtendedLifetime(replicas) {} }
    try example.start()
    #expect(try session(example, "postgresql-write").1 == "pg1")
    let readers = try (0..<4).map { _ in try session(example, "postgresql-read") }
    #expect(readers.map(\.1).sorted() == ["pg2", "pg2", "pg3", "pg3"])
    primary.stop()
    try example.awaitLog("Server postgresql-write/pg1 is DOWN")
    #expect(try session(example, "postgresql-write").1 == "pg2")
    replicas.forEach { $0.stop() }
    try example.awaitLog("proxy postgresql-read has no server available!")
  }

  // MARK: MySQL

  private func mySQL(
    _ example: Example, _ name: String, _ ip: String, isSick: Counter
  ) throws -> AnsweringServer {
    let greeting: @Sendable () -> [UInt8] = {
      let payload =
        isSick.current % 2 == 1
        ? [0xff, 0x10, 4] + Array("Too many connections".utf8)
        : [10] + Array("5.5.5-\(name)".utf8) + [0]
      return [UInt8(payload.count), 0, 0, 0] + payload
    }
    return try example.server(ip, 3306, greeting: greeting) { said in
      guard said.count > 4, said[0] > 0, said.count >= 4 + Int(said[0]) else { return .waits }
      let packet = Array(said.prefix(4 + Int(said[0])))
      said.removeFirst(packet.count)
      switch (packet[3], packet[4]) {
      case (1, _): return .says([7, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0])
      case (_, 1): return .ends([UInt8]())
      default: return .says(name)
      }
    }
  }

  private func login(_ example: Example) throws -> (Connection, String) {
    let client = try example.client("mysql")
    _ = try client.receive(15)
    try client.send([3, 0, 0, 1, 0, 0x82, 0])
    _ = try client.receive(11)
    return (client, try name(at: client, question: "\u{4}\0\0\0\u{3}who"))
  }

  @Test("mysql: the backup serves until the first is back", arguments: ProgramUnderTest.engines)
  func mysql(engine: EngineChoice) throws {
    let example = try Example("mysql", engine)
    let isSick = Counter()
    let servers = [
      try mySQL(example, "db1", "192.0.2.21", isSick: isSick),
      try mySQL(example, "db2", "192.0.2.22", isSick: Counter()),
    ]
    defer { withExtendedLifetime(servers) {} }
    try example.start()
    let (first, firstName) = try login(example)
    #expect(firstName == "db1")
    isSick.advance()
    try example.awaitLog("Server mysql/db1 is DOWN")
    // Whoever was there is cut off, and comes to the other one.
    _ = try first.receiveToEnd()
    let (second, secondName) = try login(example)
    #expect(secondName == "db2")
    isSick.advance()
    try example.awaitLog("Server mysql/db1 is UP")
    _ = try second.receiveToEnd()
    #expect(try login(example).1 == "db1")
  }

  // MARK: Redis

  @Test("redis: clients follow the master", arguments: ProgramUnderTest.engines)
  func redis(engine: EngineChoice) throws {
    let example = try Example("redis", engine)
    let master = Counter(1)
    let servers = try (1...3).map { number in
      try example.server("192.0.2.3\(number)", 6379) { said in
        guard let end = said.firstIndex(of: UInt8(ascii: "\n")) else { return .waits }
        let command = String(decoding: said[..<end], as: UTF8.self)
        said.removeFirst(end + 1)
        if command.hasPrefix("PING") { return .says("+PONG\r\n") }
        if command.hasPrefix("QUIT") { return .ends("+OK\r\n") }
        guard command.hasPrefix("info") else { return .says("redis\(number)") }
        let role = master.current == number ? "master" : "slave"
        return .says("$24\r\n# Replication\r\nrole:\(role)\r\n\r\n")
      }
    }
    defer { withExtendedLifetime(servers) {} }
    try example.start()
    try example.awaitLog("Server redis/redis2 is DOWN")
    try example.awaitLog("Server redis/redis3 is DOWN")
    let client = try example.client("redis")
    #expect(try name(at: client, question: "get name\r\n") == "redis1")
    master.advance()
    try example.awaitLog("Server redis/redis1 is DOWN")
    _ = try client.receiveToEnd()
    try example.awaitLog("Server redis/redis2 is UP")
    for _ in 0..<3 {
      #expect(try name(at: try example.client("redis"), question: "get name\r\n") == "redis2")
    }
  }

  // MARK: LDAP

  @Test("ldap: the directory that answers", arguments: ProgramUnderTest.engines)
  func ldap(engine: EngineChoice) throws {
    let example = try Example("ldap", engine)
    func directory(_ name: String, _ ip: String) throws -> AnsweringServer {
      try example.server(ip, 389) { said in
        guard said.count >= 2 else { return .waits }
        let isBind = said.first == 0x30
        said = []
        let success: [UInt8] = [0x30, 12, 2, 1, 1, 0x61, 7, 0x0a, 1, 0, 4, 0, 4, 0]
        return isBind ? .says(success) : .says(name)
      }
    }
    let one = try directory("ldap1", "192.0.2.91")
    let two = try directory("ldap2", "192.0.2.92")
    // The encrypted port says nothing that could be checked.
    let encrypted = [
      try example.server("ldaps1", at: "192.0.2.91", 636),
      try example.server("ldaps2", at: "192.0.2.92", 636),
    ]
    defer { withExtendedLifetime((two, encrypted)) {} }
    try example.start()
    let held = try (0..<2).map { _ in try example.client("ldap") }
    #expect(Set(try held.map { try name(at: $0, question: "who") }) == ["ldap1", "ldap2"])
    one.stop()
    try example.awaitLog("Server ldap/ldap1 is DOWN")
    try example.awaitLog("Server ldaps/ldap1 is DOWN")
    for _ in 0..<3 {
      #expect(try name(at: try example.client("ldap"), question: "who") == "ldap2")
      #expect(try name(at: try example.client("ldaps"), question: "who") == "ldaps2")
    }
  }
}
