import Glibc
import Peers
import Testing

@Suite("Connections to servers come from where source says")
struct SourceTests {
  /// A server that tells the address of whom it accepts.
  private func start(
    _ stage: Stage, _ listener: Listener, _ source: String, backend: String = "",
    global: String = "", threads: Int = 2
  ) throws {
    try stage.start(
      """
      listen px
          bind 127.0.0.1:\(stage.port)
          retries 0
          \(backend)
          server s 127.0.0.1:\(listener.port) \(source)
      """, threads: threads, global: global)
  }

  /// Where the server sees a client of `address` come from.
  private func origin(
    _ stage: Stage, _ listener: Listener, client address: PeerAddress = .v4(0x7f00_0007, port: 0)
  ) throws -> (seen: PeerAddress, client: PeerAddress) {
    let client = try Connection.connecting(to: .loopback(port: stage.port), from: address)
    let accepted = try listener.accept()
    try client.send("ping")
    #expect(try accepted.receiveText(4) == "ping")
    try accepted.send("pong")
    #expect(try client.receiveText(4) == "pong")
    return (try accepted.peerAddress(), try client.localAddress())
  }

  @Test("an address, an interface, a client's address", arguments: ProgramUnderTest.engines)
  func addresses(engine: EngineChoice) throws {
    for (line, wanted) in [
      ("source 127.0.0.8", 0x7f00_0008), ("source 127.0.0.8 interface lo", 0x7f00_0008),
      ("source 0.0.0.0 usesrc clientip", 0x7f00_0007),
      ("source 0.0.0.0 usesrc 127.0.0.9", 0x7f00_0009),
    ] as [(String, UInt32)] {
      for isOfServer in [true, false] {
        let stage = try Stage(engine)
        let listener = try Listener()
        try start(stage, listener, isOfServer ? line : "", backend: isOfServer ? "" : line)
        let (seen, client) = try origin(stage, listener)
        #expect(seen.v4Number == wanted, "\(line)")
        #expect(seen.port != client.port)
      }
    }
  }

  @Test("the client's port, too", arguments: ProgramUnderTest.engines)
  func clientPort(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let listener = try Listener()
    let port = try FreePort.take()
    try stage.start(
      """
      listen px
          bind 127.0.0.1:\(stage.port) accept-proxy
          server s 127.0.0.1:\(listener.port) source 0.0.0.0 usesrc client
      """)
    let client = try stage.client()
    try client.send("PROXY TCP4 127.0.0.9 127.0.0.1 \(port) 80\r\n")
    #expect(try listener.accept().peerAddress() == .v4(0x7f00_0009, port: port))
  }

  @Test("a server's own source comes before the proxy's", arguments: ProgramUnderTest.engines)
  func serverComesFirst(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let listener = try Listener()
    try start(stage, listener, "source 127.0.0.3", backend: "source 0.0.0.0 usesrc clientip")
    #expect(try origin(stage, listener).seen.v4Number == 0x7f00_0003)
  }

  @Test(
    "ports of a range are lent to one connection at a time", arguments: ProgramUnderTest.engines)
  func portRange(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let listener = try Listener()
    let first = try FreePort.take(3)
    // A worker gives a port back after it has closed the socket. In between another worker could accept
    // the next client and find no port; this one does not.
    try start(stage, listener, "source 127.0.0.8:\(first)-\(first + 2)", threads: 1)
    for _ in 0..<3 {
      var ports: Set<UInt16> = []
      var clients: [Connection] = []
      var accepted: [Connection] = []
      for _ in 0..<3 {
        clients.append(try stage.client())
        accepted.append(try listener.accept())
        ports.insert(try #require(accepted.last).peerAddress().port)
      }
      #expect(ports == Set(first...(first + 2)))
      let tooMany = try stage.client()
      #expect(try tooMany.ending() == .finished)
      let line = try stage.sessionLine(ofClientPort: tooMany.localPort)
      #expect(line.state == "RC" && line.server == "s")
      let clientPorts = clients.map(\.localPort)
      for client in clients { client.reset() }
      for server in accepted { _ = try server.ending() }
      for port in clientPorts { _ = try stage.sessionLine(ofClientPort: port) }
    }
  }

  @Test("checks come from the plain address", arguments: ProgramUnderTest.engines)
  func checks(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let listener = try Listener()
    let first = try FreePort.take(2)
    // A check that expects something stays until it is accepted.
    try start(
      stage, listener,
      "source 127.0.0.8:\(first)-\(first + 1) usesrc 127.0.0.9 interface lo check inter 50ms",
      backend: "option tcp-check\n    tcp-check expect string hello")
    for _ in 0..<5 {
      let address = try listener.accept().peerAddress()
      #expect(address.v4Number == 0x7f00_0008 && first...(first + 1) ~= address.port)
    }
  }

  @Test(
    "an address that is not this machine's, in a namespace of the test",
    .enabled(if: NetworkNamespace.isPermitted, "SKIPPED: no permission to make a namespace"),
    arguments: ProgramUnderTest.engines)
  func foreignAddress(engine: EngineChoice) throws {
    // What the server answers is to be delivered here although the address is nobody's.
    let seen = try NetworkNamespace.run([
      "route add local 192.0.2.0/24 dev lo table 100", "rule add from 127.0.0.0/8 lookup 100",
      "route add default dev lo",
    ]) { () throws -> [PeerAddress] in
      let stage = try Stage(engine)
      let listener = try Listener()
      try self.start(stage, listener, "source 0.0.0.0 usesrc 192.0.2.7:4242")
      let client = try stage.client()
      let accepted = try listener.accept()
      try client.send("ping")
      _ = try accepted.receiveText(4)
      return [try accepted.peerAddress()]
    }
    #expect(seen == [.v4(0xc000_0207, port: 4242)])
  }

  @Test(
    "silent connections are probed as it is written",
    .enabled(if: access("/usr/bin/ss", X_OK) == 0, "SKIPPED: there is no ss"),
    arguments: ProgramUnderTest.engines)
  func keepAlive(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let echo = try EchoServer()
    try stage.start(
      """
      listen px
          bind 127.0.0.1:\(stage.port) tcp-ut 41s
          option clitcpka
          clitcpka-cnt 3
          clitcpka-idle 100s
          clitcpka-intvl 10s
          option srvtcpka
          srvtcpka-idle 200s
          option tcp-smart-accept
          option tcp-smart-connect
          server s 127.0.0.1:\(echo.port) tcp-ut 42s
      """)
    let client = try stage.client()
    try expectEcho(client, "hello")
    let clients = try sockets(ofPort: client.localPort)
    #expect(clients.contains { $0.containsText("timer:(keepalive,1min") }, "\(clients)")
    let servers = try sockets(ofPort: echo.port)
    #expect(servers.contains { $0.containsText("timer:(keepalive,3min") }, "\(servers)")
  }

  /// What ss(8) says of the established sockets with a port.
  private func sockets(ofPort port: UInt16) throws -> [String] {
    let program = try ProgramUnderTest(
      path: "/usr/bin/ss", arguments: ["-Htno", "sport = :\(port) or dport = :\(port)"])
    try program.waitForExit()
    return program.standardOutput.split(separator: "\n").map(String.init)
  }
}
