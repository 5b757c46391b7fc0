import Glibc
import Peers
import Testing

@Suite("The examples are whole configurations")
struct ExampleTests {
  private static let debian = "/usr/sbin/haproxy"

  /// What Debian's HAProxy 2.6 does not know; the lines with it are left out there.
  private static let unknownTo26 = ["syslog-relay": ["timeout client-hs"]]

  @Test("there are at least twelve of them")
  func thereAreMany() {
    #expect(Example.names.count >= 12)
  }

  @Test("are valid without a warning", arguments: Example.names)
  func areValid(name: String) throws {
    if ProgramUnderTest.isReference26, let unknown = Self.unknownTo26[name] {
      print("\(name): not checked, for HAProxy 2.6 does not know \(unknown)")
      return
    }
    let program = try ProgramUnderTest(
      arguments: ["-C", Example.folder + "/..", "-c", "-V", "-f", Example.path(of: name)])
    #expect(try program.waitForExit() == .exited(0))
    #expect(program.standardOutput.containsText("Configuration file is valid"))
    #expect(!program.standardError.containsText("[WARNING]"))
    #expect(!program.standardError.containsText("[ALERT]"))
  }

  @Test(
    "are valid for the HAProxy of Debian, too",
    .enabled(if: access(debian, X_OK) == 0, "haproxy is not installed"), arguments: Example.names)
  func areValidForHAProxy(name: String) throws {
    let directory = try TemporaryDirectory()
    var path = Example.path(of: name)
    if let unknown = Self.unknownTo26[name], try Self.is26() {
      print("\(name): checked without \(unknown), which HAProxy 2.6 does not know")
      let lines = (contents(ofFile: path) ?? "").split(
        separator: "\n", omittingEmptySubsequences: false)
      path = try directory.write(
        "known.cfg",
        lines.filter { line in !unknown.contains { String(line).containsText($0) } }
          .joined(separator: "\n"))
    }
    let program = try ProgramUnderTest(
      path: Self.debian, arguments: ["-C", Example.folder + "/..", "-c", "-f", path])
    #expect(try program.waitForExit() == .exited(0), "\(program.standardError)")
    #expect(!program.standardError.containsText("[WARNING]"), "\(program.standardError)")
  }

  private static func is26() throws -> Bool {
    let version = try ProgramUnderTest(path: debian, arguments: ["-v"])
    try version.waitForExit()
    return version.standardOutput.containsText("version 2.6")
  }

  @Test("first: one service", arguments: ProgramUnderTest.engines)
  func first(engine: EngineChoice) throws {
    let example = try Example("first", engine)
    let server = try example.server("backend1", at: "127.0.0.1", 25000)
    try example.start()
    #expect(try name(at: try example.client("my_tcp_service")) == "backend1")
    server.stop()
    // Without a word about logs the state of servers is reported all the same: decision 0002.
    if !ProgramUnderTest.isReference {
      try example.awaitLog("Server my_tcp_service/backend1 is DOWN")
    }
  }

  @Test(
    "admission: networks, who came, and batch jobs last", arguments: ProgramUnderTest.engines)
  func admission(engine: EngineChoice) throws {
    let example = try Example("admission", engine)
    let primary = try example.server("primary", at: "127.0.0.1", 5432)
    defer { withExtendedLifetime(primary) {} }
    try example.start()
    for (source, who) in [("192.0.2.5", "office"), ("203.0.113.17", "batch"), (nil, "-")] {
      let client = try example.client("database", from: source)
      #expect(try name(at: client) == "primary")
      try client.finish()
      #expect(try example.sessionLine(of: client).containsText(" who=\(who)"))
    }
    let stranger = try example.starting("database", from: "203.0.113.40")
    #expect(try stranger.ending() == .reset)
  }

  @Test("tls-passthrough: the name decides", arguments: ProgramUnderTest.engines)
  func passthrough(engine: EngineChoice) throws {
    let example = try Example("tls-passthrough", engine)
    let web = try example.server("web1", at: "127.0.0.1", 9446)
    let registries = try [UInt16(9444), 9445].map {
      try example.server("registry", at: "127.0.0.1", $0)
    }
    let mail = try example.server("127.0.0.1", 9443) { said in
      guard let header = proxyHeader(&said) else { return .waits }
      said = []
      return .says("mail \(header)")
    }
    defer { withExtendedLifetime((web, registries, mail)) {} }
    try example.start()
    func answer(_ serverName: String?, _ protocols: [String] = []) throws -> (String, UInt16) {
      var hello = ClientHelloBytes(serverName: serverName)
      hello.protocols = protocols
      let client = try example.client("tls")
      try client.send(hello.bytes)
      guard case .bytes(let bytes) = try client.look(until: Deadline()) else {
        throw PeerFailure("no answer")
      }
      return (String(decoding: bytes, as: UTF8.self), client.localPort)
    }
    #expect(try answer("Registry.example.com").0 == "registry")
    #expect(try answer("shop.example.com", ["h2"]).0 == "web1")
    let (text, port) = try answer("imap.mail.example.com")
    #expect(text == "mail 127.0.0.1:\(port)")
    let noise = try example.client("tls")
    try noise.send("GET / HTTP/1.0\r\n\r\n")
    #expect(try noise.receiveToEnd().bytes.isEmpty)
  }
}

/// Asks a server that answers anything for its name.
func name(at client: Connection, question: String = "?") throws -> String {
  try client.send(question)
  guard case .bytes(let bytes) = try client.look(until: Deadline()) else {
    throw PeerFailure("the server says nothing")
  }
  return String(decoding: bytes, as: UTF8.self)
}

/// Takes a PROXY header from the front of what a client has said.
///
/// - Returns: the client's address and port; nil when the header is not whole yet.
func proxyHeader(_ said: inout [UInt8]) -> String? {
  if said.starts(with: "PROXY ".utf8) {
    guard let end = said.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
    let words = String(decoding: said[..<end], as: UTF8.self).split(separator: " ")
    said.removeFirst(end + 1)
    return words.count > 4 ? "\(words[2]):\(words[4])" : "unknown"
  }
  guard said.count >= 16, said.starts(with: [0x0d, 0x0a, 0x0d, 0x0a, 0, 0x0d, 0x0a]) else {
    return nil
  }
  let count = 16 + Int(said[14]) << 8 + Int(said[15])
  guard said.count >= count else { return nil }
  let header = Array(said[..<count])
  said.removeFirst(count)
  guard header[13] == 0x11 else { return "unknown" }
  let source = header[16..<20].map { "\($0)" }.joined(separator: ".")
  return "\(source):\(Int(header[24]) << 8 + Int(header[25]))"
}
