import Glibc
import Peers
import Testing

@Suite(
  "Side by side with HAProxy",
  .enabled(if: Twins.isReferenceThere && !ProgramUnderTest.isReference, "haproxy is not installed"))
struct SideBySideTests {
  // MARK: Balancing

  private static let farms = [
    ["", "", "", ""], ["weight 10", "weight 30", "weight 20", "weight 5"],
    ["weight 3", "weight 1", "weight 2", "weight 1 disabled"],
    ["weight 7", "weight 0", "weight 11", "backup"], ["disabled", "disabled", "backup", "backup"],
  ]

  /// Servers that say their names, and the lines for them.
  private static func servers(_ options: [String]) throws -> ([EchoServer], String) {
    let names = ["A", "B", "C", "D"]
    let servers = try names.map { try EchoServer(greeting: $0) }
    let lines = zip(names, zip(servers, options)).map {
      "    server \($0) 127.0.0.1:\($1.0.port) \($1.1)"
    }
    return (servers, lines.joined(separator: "\n"))
  }

  @Test(
    "weighted orders are the same", arguments: ProgramUnderTest.engines,
    ["roundrobin", "static-rr", "first", "roundrobin\n    option allbackups"])
  func orders(engine: EngineChoice, algorithm: String) throws {
    for options in Self.farms {
      let (servers, lines) = try Self.servers(options)
      defer { withExtendedLifetime(servers) {} }
      let twins = try Twins(engine, defaults: "no log") { port in
        "listen px\n    bind 127.0.0.1:\(port)\n    balance \(algorithm)\n\(lines)"
      }
      let orders = try twins.both { stage in
        try (0..<70).map { _ in try stage.client().receiveText(1) }.joined()
      }
      #expect(orders.ours == orders.theirs, "\(algorithm) \(options)")
    }
  }

  @Test("first fills servers to their limits alike", arguments: ProgramUnderTest.engines)
  func firstFills(engine: EngineChoice) throws {
    let (servers, lines) = try Self.servers(["maxconn 3", "maxconn 1", "maxconn 4", "maxconn 2"])
    defer { withExtendedLifetime(servers) {} }
    let twins = try Twins(engine, defaults: "no log") { port in
      "listen px\n    bind 127.0.0.1:\(port)\n    balance first\n\(lines)"
    }
    let orders = try twins.both { stage in
      var held: [Connection] = []
      return try (0..<10).map { _ in
        held.append(try stage.client())
        return try held[held.count - 1].receiveText(1)
      }.joined()
    }
    #expect(orders.ours == orders.theirs)
    #expect(orders.ours == "AAABCCCCDD")
  }

  /// Which of several equal servers comes first is not promised, so the law is: the next client goes
  /// to a server that has the fewest for its weight.
  @Test("leastconn keeps the same law", arguments: ProgramUnderTest.engines)
  func leastconn(engine: EngineChoice) throws {
    let weights = [1, 3, 2, 4]
    let (servers, lines) = try Self.servers(weights.map { "weight \($0)" })
    defer { withExtendedLifetime(servers) {} }
    let twins = try Twins(engine, defaults: "no log") { port in
      "listen px\n    bind 127.0.0.1:\(port)\n    balance leastconn\n\(lines)"
    }
    let counts = try twins.both { stage in
      var held: [Connection] = []
      var counts = [0, 0, 0, 0]
      for _ in 0..<40 {
        held.append(try stage.client())
        let name = try held[held.count - 1].receiveText(1)
        let index = try #require(["A", "B", "C", "D"].firstIndex(of: name))
        let least = (0..<4).map { Double(counts[$0]) / Double(weights[$0]) }.min() ?? 0
        #expect(Double(counts[index]) / Double(weights[index]) <= least + 1)
        counts[index] += 1
      }
      return counts
    }
    #expect(counts.ours == counts.theirs)
    #expect(counts.ours == [4, 12, 8, 16])
  }

  // MARK: Checks

  @Test("servers change their state with the same lines", arguments: ProgramUnderTest.engines)
  func transitions(engine: EngineChoice) throws {
    let (mode, port) = (Counter(), try FreePort.take())
    let replies = [
      "HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 503 Sorry\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n",
      "HTTP/1.1 404 Not Found\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.0 500 Broken\r\n\r\n",
      "HTTP/1.1 302 Found\r\n\r\n",
    ]
    let server = try AnsweringServer(.loopback(port: port)) { said in
      said = []
      return .ends(replies[Int(mode.current)])
    }
    defer { withExtendedLifetime(server) {} }
    let twins = try Twins(engine) { own in
      """
      listen px
          bind 127.0.0.1:\(own)
          option httpchk GET /state
          http-check disable-on-404
          server s 127.0.0.1:\(port) check inter 300ms fall 2 rise 2
          server other 127.0.0.1:1 disabled
      """
    }
    // What each change is known by.
    let words = ["is DOWN", "is UP", "is stopping", "is UP", "is DOWN", "is UP"]
    for (index, word) in words.enumerated() {
      mode.advance()
      _ = try twins.both { stage in
        try eventually("change \(index + 1): \(word)") {
          try stage.log.drain().filter {
            $0.containsText("Server px/s is ")
          }.count > index
        }
      }
    }
    let lines = try twins.both { stage in
      try stage.log.drain().map { $0.prefix { $0 != ">" } + "> " + masked($0) }
        .filter { !$0.containsText("Proxy px") }
    }
    #expect(lines.ours == lines.theirs)
    #expect(lines.ours.filter { $0.containsText("Server px/s") }.count == words.count)
  }
}
