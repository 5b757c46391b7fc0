import Glibc
import Peers
import Testing

/// A fleet may be mixed: HAProxy and this program, side by side with the same configuration, send
/// every client to the same server.
@Suite("Hashed clients get the server that HAProxy gives them")
struct HashTests {
  static let reference = "/usr/sbin/haproxy"

  /// Lines of a proxy, and the options of its servers.
  private static let proxies: [(lines: String, options: [String])] = {
    let farms: [(String, [String])] = [
      ("", ["", "", "", ""]),
      ("", ["weight 10", "weight 30", "weight 20", "weight 5"]),
      ("", ["id 30 weight 3", "id 7", "id 1000 weight 2", "id 2 weight 4"]),
      ("", ["weight 2", "weight 3 disabled", "weight 0", "backup weight 9"]),
      ("option allbackups", ["disabled", "backup weight 2", "backup weight 5", "backup disabled"]),
    ]
    let types = [
      "map-based", "map-based sdbm avalanche", "consistent", "consistent wt6",
      "consistent djb2 avalanche",
    ]
    return farms.flatMap { farm in
      types.map { ("balance source\n    hash-type \($0)\n    \(farm.0)", farm.1) }
    }
  }()

  /// Addresses of 127/8, all different.
  private static func address(ofClient client: Int) -> PeerAddress {
    .v4(0x7f00_0000 | UInt32((client + 1) * 0x9e_3779 & 0xff_ffff), port: 0)
  }

  @Test(
    "a thousand addresses, whatever the weights, ids and states",
    .enabled(if: access(HashTests.reference, X_OK) == 0), arguments: ProgramUnderTest.engines)
  func addressesAgree(engine: EngineChoice) throws {
    let fleet = try Fleet(engine, HashTests.proxies)
    for index in HashTests.proxies.indices {
      var names: [String] = []
      var expected: [String] = []
      for client in 0..<1000 {
        let address = HashTests.address(ofClient: client)
        names.append(try fleet.name(of: address, at: fleet.ports[index]))
        expected.append(try fleet.name(of: address, at: fleet.referencePorts[index]))
      }
      #expect(names == expected, "\(HashTests.proxies[index])")
    }
  }

  /// Expressions and cookies over a few farms; what a client has to say first stands in its bytes.
  private static let keyedProxies: [(lines: String, options: [String])] = {
    let farms = [
      ["", "", "", ""], ["weight 10", "weight 30", "weight 20", "weight 5"],
      ["id 30 weight 3", "id 7", "id 1000 weight 2 disabled", "id 2 weight 4"],
    ]
    let types = ["map-based", "map-based wt6 avalanche", "consistent", "consistent crc32"]
    let cookie = "tcp-request content accept if RDP_COOKIE"
    let keys = [
      ("balance rdp-cookie", cookie), ("balance rdp-cookie(mstsHash)", cookie),
      (
        "balance hash var(txn.key)",
        "tcp-request content set-var(txn.key) req.payload(11,0) if { req.len gt 30 }\n"
          + "    tcp-request content accept if { req.len gt 30 }"
      ),
      ("balance hash req.payload(11,0)", "tcp-request content accept if { req.len gt 30 }"),
      ("balance hash src,ipmask(24)", ""),
    ]
    return farms.flatMap { options in
      types.flatMap { type in
        keys.map { key, rule in
          (
            "\(key)\n    hash-type \(type)\n    tcp-request inspect-delay 10s\n    \(rule)", options
          )
        }
      }
    }
  }()

  /// A connection request of the remote desktop protocol.
  private static func request(_ cookie: String) -> [UInt8] {
    let text = Array("Cookie: \(cookie)\r\n".utf8)
    return [3, 0, 0, UInt8(text.count + 11), UInt8(text.count + 6), 0xe0, 0, 0, 0, 0, 0] + text
  }

  @Test(
    "a thousand keys of expressions and of cookies",
    .enabled(if: access(HashTests.reference, X_OK) == 0), arguments: ProgramUnderTest.engines)
  func keysAgree(engine: EngineChoice) throws {
    let proxies = HashTests.keyedProxies
    let fleet = try Fleet(engine, proxies)
    // A thousand for each way to look a key up, spread over the farms.
    for index in proxies.indices {
      var names = ""
      var expected = ""
      for client in 0..<350 {
        let address = HashTests.address(ofClient: client)
        let bytes = HashTests.request("mstshash=user\(index)-\(client)")
        names += try fleet.name(of: address, at: fleet.ports[index], sending: bytes)
        expected += try fleet.name(of: address, at: fleet.referencePorts[index], sending: bytes)
      }
      #expect(names == expected, "\(proxies[index])")
    }
  }

  @Test(
    "a session without the key goes round", .enabled(if: access(HashTests.reference, X_OK) == 0),
    arguments: ProgramUnderTest.engines)
  func keylessSessionsGoRound(engine: EngineChoice) throws {
    let proxies = ["map-based", "consistent"].map {
      (
        "balance rdp-cookie\n    hash-type \($0)\n    tcp-request inspect-delay 10s\n"
          + "    tcp-request content accept if { req.len gt 12 }", ["", "", "", ""]
      )
    }
    let fleet = try Fleet(engine, proxies)
    for index in proxies.indices {
      for bytes in [Array("no cookie at all".utf8), HashTests.request("mstshash=")] {
        let names = try (0..<8).map { _ in
          try fleet.name(of: .loopback(port: 0), at: fleet.ports[index], sending: bytes)
        }
        let expected = try (0..<8).map { _ in
          try fleet.name(of: .loopback(port: 0), at: fleet.referencePorts[index], sending: bytes)
        }
        #expect(names == expected, "\(proxies[index])")
        #expect(Set(names).count == 4)
      }
    }
  }

  @Test(
    "a cookie leads back to its server, to one that is down only with option persist",
    .enabled(if: access(HashTests.reference, X_OK) == 0), arguments: ProgramUnderTest.engines)
  func cookiesPersist(engine: EngineChoice) throws {
    let rule =
      "persist rdp-cookie\n    balance roundrobin\n    tcp-request inspect-delay 10s\n"
      + "    tcp-request content accept if RDP_COOKIE"
    let options = ["", "disabled", "backup", "weight 0"]
    let proxies = [
      (rule, options), ("option persist\n    \(rule)", options),
      ("use-server A if { src 127.0.0.9 }\n    \(rule)", options),
    ]
    let fleet = try Fleet(engine, proxies)
    for index in proxies.indices {
      var names = ""
      var expected = ""
      for server in fleet.servers {
        let token = "msts=16777343.\(server.port.byteSwapped).0000"
        for text in [token, token, "msts=16777343.\(server.port.byteSwapped)", "msts=1.2.3"] {
          for address in [PeerAddress.loopback(port: 0), .v4(0x7f00_0009, port: 0)] {
            let bytes = HashTests.request(text)
            names += try fleet.name(of: address, at: fleet.ports[index], sending: bytes)
            expected += try fleet.name(of: address, at: fleet.referencePorts[index], sending: bytes)
          }
        }
      }
      #expect(names == expected, "\(proxies[index])")
      #expect(names.contains("C") && names.contains("D"), "persistence asks no weight")
      #expect(names.contains("B") == (index == 1))
    }
  }

  @Test(
    "clients that stay are spread alike by hash-balance-factor",
    .enabled(if: access(HashTests.reference, X_OK) == 0), arguments: ProgramUnderTest.engines)
  func bookedServersArePassedOver(engine: EngineChoice) throws {
    let proxies = ["110", "150", "300"].map {
      (
        "balance source\n    hash-type consistent\n    hash-balance-factor \($0)",
        ["weight 10", "weight 30", "weight 20", "weight 5"]
      )
    }
    let fleet = try Fleet(engine, proxies)
    for index in proxies.indices {
      var held: [Connection] = []
      var names: [String] = []
      var expected: [String] = []
      for client in 0..<150 {
        let address = HashTests.address(ofClient: client)
        for (port, isOurs) in [(fleet.ports[index], true), (fleet.referencePorts[index], false)] {
          let connection = try Connection.connecting(to: .loopback(port: port), from: address)
          let name = try connection.receiveText(1)
          if isOurs { names.append(name) } else { expected.append(name) }
          held.append(connection)
        }
      }
      #expect(names == expected, "\(proxies[index])")
    }
  }
}

/// Servers that say their names behind two programs with the same proxies.
private final class Fleet {
  let stage: Stage
  let servers: [EchoServer]
  let reference: ProgramUnderTest
  let ports: [UInt16]
  let referencePorts: [UInt16]

  init(_ engine: EngineChoice, _ proxies: [(lines: String, options: [String])]) throws {
    stage = try Stage(engine)
    let names = ["A", "B", "C", "D"]
    let servers = try names.map { try EchoServer(greeting: $0) }
    self.servers = servers
    func sections(_ ports: [UInt16]) -> String {
      zip(ports, proxies).map { port, proxy in
        let lines = zip(names, zip(servers, proxy.options)).map { name, server in
          "    server \(name) 127.0.0.1:\(server.0.port) \(server.1)"
        }
        return "listen p\(port)\n    bind 127.0.0.1:\(port)\n    \(proxy.lines)\n"
          + lines.joined(separator: "\n")
      }.joined(separator: "\n")
    }
    ports = try proxies.map { _ in try FreePort.take() }
    referencePorts = try proxies.map { _ in try FreePort.take() }
    try stage.start(sections(ports), threads: 1, defaults: "no log", listening: ports)
    let text = """
      global
          nbthread 1
      defaults
          mode tcp
          timeout connect 5s
          timeout client 30s
          timeout server 30s
      \(sections(referencePorts))

      """
    let file = try stage.directory.write("reference.cfg", text)
    reference = try ProgramUnderTest(
      path: HashTests.reference, arguments: ["-f", file, "-db"])
    try reference.awaitListeners(referencePorts)
  }

  /// Where a client ends up, which leaves at once.
  func name(
    of client: PeerAddress, at port: UInt16, sending bytes: [UInt8] = []
  ) throws -> String {
    let connection = try Connection.connecting(to: .loopback(port: port), from: client)
    defer { connection.close() }
    if !bytes.isEmpty { try connection.send(bytes) }
    return try connection.receiveText(1)
  }
}
