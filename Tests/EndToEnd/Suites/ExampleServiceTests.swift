import Peers
import Testing

/// The examples about services, with servers that speak as much of the protocol as the checks and one
/// question need.
@Suite("The examples for services do what they are for")
struct ExampleServiceTests {
  // MARK: MQTT

  /// A CONNECT packet of MQTT 3.1.1.
  private func connect(_ identifier: String) -> [UInt8] {
    let name = Array(identifier.utf8)
    let body: [UInt8] =
      [0, 4] + Array("MQTT".utf8) + [4, 2, 0, 60, UInt8(name.count >> 8), UInt8(name.count & 0xff)]
      + name
    let length =
      body.count < 128
      ? [UInt8(body.count)] : [UInt8(body.count & 0x7f) | 0x80, UInt8(body.count >> 7)]
    return [0x10] + length + body
  }

  @Test("mqtt: devices keep their broker and are named", arguments: ProgramUnderTest.engines)
  func mqtt(engine: EngineChoice) throws {
    let example = try Example("mqtt", engine)
    let brokers = try (1...3).map {
      try example.server("broker\($0)", at: "192.0.2.4\($0)", 1883)
    }
    defer { withExtendedLifetime(brokers) {} }
    try example.start()
    var names: Set<String> = []
    // Devices with addresses of their own may well have the same port.
    let (port, otherPort) = (try FreePort.take(), try FreePort.take())
    for device in 0..<8 {
      for (identifier, port) in [
        ("sensor-\(device)", port), (String(repeating: "s", count: 200) + "\(device)", otherPort),
      ] {
        var own: Set<String> = []
        for source in ["198.51.100.\(10 + device)", "203.0.113.\(10 + device)"] {
          let client = try example.client("mqtt", from: source, port)
          let packet = connect(identifier)
          // In pieces, as over a radio.
          try client.send(Array(packet[..<5]))
          letPass(.milliseconds(5))
          try client.send(Array(packet[5...]))
          own.insert(String(decoding: try client.receive(7), as: UTF8.self))
          try client.finish()
          #expect(try example.sessionLine(of: client).containsText(" device=\(identifier)"))
        }
        #expect(own.count == 1)
        names.formUnion(own)
      }
    }
    #expect(names.count > 1)
    let stranger = try example.client("mqtt")
    try stranger.send("GET / HTTP/1.0\r\n\r\n")
    #expect(try stranger.receiveToEnd().bytes.isEmpty)
    #expect(try example.sessionLine(of: stranger).containsText(" PR device=-"))
  }

  // MARK: Mail

  @Test("mail: servers know who is speaking", arguments: ProgramUnderTest.engines)
  func mail(engine: EngineChoice) throws {
    let example = try Example("mail", engine)
    let transfer = try (1...2).map { number in
      try example.server("192.0.2.5\(number)", 25) { said in
        if let client = proxyHeader(&said) { return .says("220 mta\(number) \(client)\r\n") }
        guard let end = said.firstIndex(of: UInt8(ascii: "\n")) else { return .waits }
        let command = String(decoding: said[..<end], as: UTF8.self)
        said.removeFirst(end + 1)
        return command.hasPrefix("QUIT") ? .ends("221 bye\r\n") : .says("250-hello\r\n250 ok\r\n")
      }
    }
    let boxes = try (3...4).map { number in
      try example.server("192.0.2.5\(number)", 143) { said in
        if let client = proxyHeader(&said) { return .says("* OK imap\(number - 2) \(client)\r\n") }
        guard said.contains(UInt8(ascii: "\n")) else { return .waits }
        said = []
        return .ends("* BYE\r\na OK gone\r\n")
      }
    }
    defer { withExtendedLifetime(boxes) {} }
    try example.start()
    func greeting(_ section: String) throws -> (String, Connection) {
      let client = try example.client(section)
      guard case .bytes(let bytes) = try client.look(until: Deadline()) else {
        throw PeerFailure("no greeting: \(try example.log.drain())")
      }
      return (String(decoding: bytes, as: UTF8.self), client)
    }
    let senders = try (0..<4).map { _ in try greeting("smtp") }
    for (text, client) in senders {
      #expect(text.hasSuffix(" 127.0.0.1:\(client.localPort)\r\n"), "\(text)")
    }
    #expect(Set(senders.map { $0.0.prefix(8) }) == ["220 mta1", "220 mta2"])
    let readers = try (0..<2).map { _ in try greeting("imap") }
    for (text, client) in readers {
      #expect(text.hasSuffix(" 127.0.0.1:\(client.localPort)\r\n"), "\(text)")
    }
    #expect(Set(readers.map { $0.0.prefix(10) }) == ["* OK imap1", "* OK imap2"])
    transfer[0].stop()
    try example.awaitLog("Server smtp/mta1 is DOWN")
    #expect(try greeting("smtp").0.hasPrefix("220 mta2"))
  }

  // MARK: Kubernetes

  @Test("kubernetes: the API and the ingress", arguments: ProgramUnderTest.engines)
  func kubernetes(engine: EngineChoice) throws {
    let example = try Example("kubernetes", engine)
    let control = try (1...3).map { number in
      try example.server("192.0.2.6\(number)", 6443) { said in
        let isHello = said.first == 0x16
        said = []
        return isHello ? .ends([0x15, 3, 0, 0, 2, 2, 0x28]) : .says("control\(number)")
      }
    }
    let nodes = try (1...2).map {
      try example.server("node\($0)", at: "192.0.2.7\($0)", 30443)
    }
    let withoutPod = Counter()
    let health = try (1...2).map { number in
      try example.server("192.0.2.7\(number)", 10256) { said in
        said = []
        let isThere = number == 2 || withoutPod.current == 0
        return .ends("HTTP/1.0 \(isThere ? "200 OK" : "503 No")\r\ncontent-length: 0\r\n\r\n")
      }
    }
    defer { withExtendedLifetime((nodes, health)) {} }
    try example.start()
    let held = try (0..<3).map { _ in try example.client("kubernetes-api") }
    #expect(
      Set(try held.map { try name(at: $0) }) == ["control1", "control2", "control3"])
    control[0].stop()
    try example.awaitLog("Server kubernetes-api/control1 is DOWN")
    #expect(try name(at: try example.client("kubernetes-api")) != "control1")
    let both = try (0..<2).map { _ in try name(at: try example.client("ingress-https")) }
    #expect(Set(both) == ["node1", "node2"])
    withoutPod.advance()
    try example.awaitLog("Server ingress-https/node1 is DOWN")
    for _ in 0..<3 { #expect(try name(at: try example.client("ingress-https")) == "node2") }
  }

  // MARK: Games

  @Test("game: the line outside two full worlds", arguments: ProgramUnderTest.engines)
  func game(engine: EngineChoice) throws {
    let example = try Example("game", engine)
    let worlds = try (1...2).map {
      try example.server("world\($0)", at: "192.0.2.8\($0)", 27015)
    }
    defer { withExtendedLifetime(worlds) {} }
    try example.start()
    var players = try (0..<128).map { _ in try example.client("game") }
    let names = try players.map { try name(at: $0) }
    #expect(names.count { $0 == "world1" } == 64)
    #expect(names.count { $0 == "world2" } == 64)
    let waiting = try (0..<2).map { _ in
      let client = try example.client("game")
      try client.send("?")
      #expect(try client.staysQuiet(for: .milliseconds(200)))
      return client
    }
    players.removeLast().close()
    #expect(try waiting[0].receiveText(5) == "world")
    #expect(try waiting[1].staysQuiet(for: .milliseconds(100)))
    players.removeLast().close()
    #expect(try waiting[1].receiveText(5) == "world")
  }

  // MARK: Remote desktops

  @Test("rdp: the user decides the farm", arguments: ProgramUnderTest.engines)
  func rdp(engine: EngineChoice) throws {
    let example = try Example("rdp", engine)
    let hosts = [
      try example.server("terminal1", at: "192.0.2.101", 3389),
      try example.server("desktop1", at: "192.0.2.102", 3389),
      try example.server("desktop2", at: "192.0.2.103", 3389),
    ]
    defer { withExtendedLifetime(hosts) {} }
    try example.start()
    func host(_ user: String, from source: String) throws -> String {
      let client = try example.client("rdp", from: source)
      let cookie = Array("Cookie: mstshash=\(user)\r\n".utf8)
      let length = UInt8(11 + cookie.count)
      try client.send([3, 0, 0, length, length - 5, 0xe0, 0, 0, 0, 0, 0] + cookie)
      guard case .bytes(let bytes) = try client.look(until: Deadline()) else {
        throw PeerFailure("no answer")
      }
      try client.finish()
      #expect(try example.sessionLine(of: client).containsText(" user={\(user)}"))
      return String(decoding: bytes, as: UTF8.self)
    }
    var hostsSeen: Set<String> = []
    for number in 1...8 {
      #expect(try host("ACCT-joe\(number)", from: "198.51.100.\(number)") == "terminal1")
      let own = try host("jane\(number)", from: "198.51.100.\(number)")
      #expect(try host("jane\(number)", from: "203.0.113.\(number)") == own)
      hostsSeen.insert(own)
    }
    #expect(hostsSeen == ["desktop1", "desktop2"])
    let scanner = try example.client("rdp")
    try scanner.send("\u{3}\0\0\u{b}\u{6}GET / HTTP/1.0\r\n\r\n")
    #expect(try scanner.receiveToEnd().bytes.isEmpty)
  }

  // MARK: Two proxies

  @Test(
    "syslog-relay: the client's address goes through two proxies",
    .enabled(if: !ProgramUnderTest.isReference26, "it knows no timeout client-hs"),
    arguments: ProgramUnderTest.engines)
  func syslogRelay(engine: EngineChoice) throws {
    let example = try Example("syslog-relay", engine)
    let collectors = try (1...2).map {
      try example.server("192.0.2.11\($0)", 601) { said in
        said = []
        return .waits
      }
    }
    try example.start()
    let client = try example.client("outer")
    try client.send("PROXY TCP4 198.51.100.7 198.51.100.1 4444 601\r\n<13>one\n")
    try client.send("<13>two\n")
    try client.finish()
    #expect(try client.ending() == .finished)
    let lines = try ["outer", "collectors"].map { try example.awaitLog("] \($0) ") }
    for line in lines { #expect(line.containsText(" 198.51.100.7:4444 ["), "\(line)") }
    #expect(
      collectors.flatMap(\.heard) == Array("<13>one\n<13>two\n".utf8))
    // Without a header nobody is heard, neither outside nor inside.
    for section in ["outer", "collectors"] {
      let stranger = try example.client(section)
      try stranger.send("<13>I am somebody else\n")
      #expect(try stranger.receiveToEnd().bytes.isEmpty)
    }
    let other = try example.client("collectors", from: "203.0.113.5")
    try other.send("<13>or from elsewhere\n")
    #expect(try other.receiveToEnd().bytes.isEmpty)
    #expect(collectors.flatMap(\.heard).count == 16)
  }

  // MARK: Limits

  @Test("rate-limit: too many, too fast, and shut out", arguments: ProgramUnderTest.engines)
  func rateLimit(engine: EngineChoice) throws {
    let example = try Example("rate-limit", engine)
    let servers = try (1...2).map {
      try example.server("server\($0)", at: "192.0.2.14\($0)", 7200)
    }
    defer { withExtendedLifetime(servers) {} }
    try example.start()
    /// Whether a client from there is served; nil when it hears nothing at all.
    func isServed(_ client: Connection) throws -> Bool? {
      guard (try? client.isEstablished(within: .milliseconds(500))) == true,
        (try? client.send("?")) != nil
      else { return false }
      switch try client.look(until: Deadline(.milliseconds(500))) {
      case .bytes: return true
      case .ended: return false
      case .nothing: return nil
      }
    }
    var held: [Connection] = []
    for _ in 0..<20 {
      held.append(try example.client("public", from: "198.51.100.9"))
      #expect(try name(at: held[held.count - 1]).hasPrefix("server"))
    }
    #expect(try isServed(example.starting("public", from: "198.51.100.9")) == false)
    // Others are not concerned, and a place that is given back can be taken again.
    #expect(try isServed(example.starting("public", from: "198.51.100.10")) == true)
    held.removeLast().close()
    try eventually("the place is free") {
      try isServed(example.starting("public", from: "198.51.100.9")) == true
    }
    var served = 0
    for _ in 0..<80 {
      let client = try example.starting("public", from: "198.51.100.11")
      if try isServed(client) == true { served += 1 }
    }
    // More than sixty only when the machine is so slow that the first are forgotten.
    #expect((60..<80).contains(served))
    for _ in 0..<80 {
      let client = try example.client("public", from: "192.0.2.10")
      #expect(try name(at: client).hasPrefix("server"))
    }
  }

  // MARK: Releases

  @Test("blue-green: a map of networks, and a fresh server", arguments: ProgramUnderTest.engines)
  func blueGreen(engine: EngineChoice) throws {
    let example = try Example("blue-green", engine)
    let servers = try ["blue1", "blue2", "green1", "green2"].enumerated().map { index, name in
      try example.server(name, at: "192.0.2.12\(index + 1)", 7000)
    }
    defer { withExtendedLifetime(servers) {} }
    try example.start()
    func names(_ count: Int, from source: String?) throws -> [String] {
      try (0..<count).map { _ in try name(at: try example.client("service", from: source)) }
    }
    #expect(try Set(names(4, from: nil)) == ["blue1", "blue2"])
    #expect(try Set(names(4, from: "192.0.2.9")) == ["blue1", "blue2"])
    #expect(try names(4, from: "198.51.100.7") == Array(repeating: "green2", count: 4))
    let shared = try names(20, from: "203.0.113.20")
    #expect(shared.count { $0 == "green1" } == 18 && shared.count { $0 == "green2" } == 2)
  }

  @Test("canary: one in ten, and who is served first", arguments: ProgramUnderTest.engines)
  func canary(engine: EngineChoice) throws {
    let example = try Example("canary", engine)
    let servers = try ["stable1", "stable2", "canary1"].enumerated().map { index, name in
      try example.server(name, at: "192.0.2.13\(index + 1)", 7100)
    }
    defer { withExtendedLifetime(servers) {} }
    try example.start()
    let names = try (0..<300).map { _ in try name(at: try example.client("service")) }
    // 30 are to be expected; so far from it are fewer than one of a million runs.
    #expect((4...62).contains(names.count { $0 == "canary1" }))
    var office = try (0..<16).map { _ in try example.client("service", from: "192.0.2.8") }
    for client in office { #expect(try name(at: client).hasPrefix("stable")) }
    // Whoever comes now waits, unless it tries the canary.
    func waiting(from source: String?) throws -> Connection {
      while true {
        let client = try example.client("service", from: source)
        try client.send("?")
        if try client.staysQuiet(for: .milliseconds(150)) { return client }
      }
    }
    let crawler = try waiting(from: "203.0.113.8")
    let anybody = try waiting(from: nil)
    let colleague = try waiting(from: "192.0.2.9")
    for next in [colleague, anybody, crawler] {
      office.removeLast().close()
      #expect(try next.receiveText(6) == "stable")
    }
  }
}
