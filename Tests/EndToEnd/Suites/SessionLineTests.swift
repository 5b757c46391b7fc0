import Glibc
import Peers
import Testing

/// One way in which a session ends: what the client does, and how the server takes it.
private struct SessionEnding: Sendable {
  let name: String
  /// Lines of the proxy.
  var lines = ""
  /// Words of its server.
  var options = ""
  /// Whether nobody listens where the server should be.
  var isRefused = false
  /// Whether another client is being served all the time.
  var isOccupied = false
  let play: @Sendable (_ client: Connection, _ server: Listener) throws -> Void

  static let all: [SessionEnding] = [
    SessionEnding(name: "both finish") { client, listener in
      let server = try listener.accept()
      try client.send("question")
      _ = try server.receive(8)
      try server.send("answer")
      try client.finish()
      _ = try server.receiveToEnd()
      server.close()
      _ = try client.receiveToEnd()
    },
    SessionEnding(name: "the server finishes first") { client, listener in
      let server = try listener.accept()
      try server.send("answer")
      server.close()
      _ = try client.receiveToEnd()
      client.close()
    },
    SessionEnding(name: "the client resets") { client, listener in
      let server = try listener.accept()
      try client.send("question")
      _ = try server.receive(8)
      client.reset()
      _ = try? server.receiveToEnd()
    },
    SessionEnding(name: "the server resets") { client, listener in
      let server = try listener.accept()
      try client.send("question")
      _ = try server.receive(8)
      server.reset()
      _ = try? client.receiveToEnd()
    },
    SessionEnding(name: "the client is silent", lines: "timeout client 300ms") { client, listener in
      let server = try listener.accept()
      _ = try? client.receiveToEnd()
      withExtendedLifetime(server) {}
    },
    SessionEnding(name: "the server is silent", lines: "timeout server 300ms") { client, listener in
      let server = try listener.accept()
      try client.send("question")
      _ = try? client.receiveToEnd()
      withExtendedLifetime(server) {}
    },
    SessionEnding(
      name: "the rules reject",
      lines: """
        tcp-request inspect-delay 5s
            tcp-request content reject if { req.payload(0,3) -m str BAD }
        """
    ) { client, _ in
      try client.send("BAD thing")
      _ = try? client.receiveToEnd()
    },
    SessionEnding(
      name: "the delay of the rules ends",
      lines: """
        tcp-request inspect-delay 300ms
            tcp-request content accept if { req.len gt 20 }
            tcp-request content reject
        """
    ) { client, _ in
      try client.send("short")
      _ = try? client.receiveToEnd()
    },
    SessionEnding(
      name: "the client leaves during inspection",
      lines: """
        tcp-request inspect-delay 5s
            tcp-request content reject if { req.len gt 20 }
        """
    ) { client, _ in
      client.reset()
    },
    SessionEnding(
      name: "the response is refused",
      lines: """
        tcp-response inspect-delay 5s
            tcp-response content reject if { res.payload(0,3) -m str BAD }
        """
    ) { client, listener in
      let server = try listener.accept()
      try server.send("BAD thing")
      _ = try? client.receiveToEnd()
    },
    SessionEnding(name: "nobody listens there", lines: "retries 0", isRefused: true) {
      client, _ in
      _ = try? client.receiveToEnd()
    },
    SessionEnding(name: "no server is left", options: "disabled") { client, _ in
      _ = try? client.receiveToEnd()
    },
    SessionEnding(
      name: "the queue takes too long",
      lines: "timeout queue 300ms", options: "maxconn 1", isOccupied: true
    ) { client, _ in
      _ = try? client.receiveToEnd()
    },
  ]

  /// The proxy for one program.
  func section(_ port: UInt16, _ server: UInt16) -> String {
    """
    listen px
        bind 127.0.0.1:\(port)
        \(lines)
        server s 127.0.0.1:\(isRefused ? 1 : server) \(options)
    """
  }
}

@Suite(
  "Session lines side by side with HAProxy",
  .enabled(if: Twins.isReferenceThere && !ProgramUnderTest.isReference, "haproxy is not installed"))
struct SessionLineTests {
  /// Lines of both programs for one ending, in one format.
  private func lines(
    _ ending: SessionEnding, _ engine: EngineChoice, defaults: String
  ) throws -> (ours: String, theirs: String) {
    let listener = try Listener()
    let twins = try Twins(engine, defaults: defaults) {
      ending.section($0, listener.port)
    }
    return try twins.both { stage in
      var holder: (Connection, Connection)?
      if ending.isOccupied {
        let client = try stage.client()
        holder = (client, try listener.accept())
      }
      defer { withExtendedLifetime(holder) {} }
      let client = try stage.client()
      let port = client.localPort
      try ending.play(client, listener)
      client.close()
      let line = try stage.log.line(containing: "127.0.0.1:\(port) ")
      return masked(line, ports: [stage.port: "own", listener.port: "server"])
    }
  }

  @Test(
    "sessions end with the same line", arguments: ProgramUnderTest.engines,
    Array(SessionEnding.all.indices))
  func endings(engine: EngineChoice, index: Int) throws {
    let ending = SessionEnding.all[index]
    let lines = try lines(ending, engine, defaults: "option tcplog")
    #expect(lines.ours == lines.theirs, "\(ending.name)")
  }

  @Test(
    "sessions end with the same values of a format of one's own",
    arguments: ProgramUnderTest.engines, Array(SessionEnding.all.indices))
  func formats(engine: EngineChoice, index: Int) throws {
    let ending = SessionEnding.all[index]
    // The differences are those of decision 0019.
    let format =
      "%ci:%cp %fi:%fp %si:%sp %f/%ft/%b/%s %B/%U/x %ts %rc %sq/%bq %ac %fc %bc %sc "
      + "%[src] %[dst] %[fe_name] %[be_name] %[srv_name] %hr %hs"
      + (ending.isRefused ? "" : " %bi")
      + (Twins.isReference26 ? "" : " %[be_id] %[fe_id] %[txn.conn_retries] %[bytes_in]")
    let lines = try lines(ending, engine, defaults: "log-format \"\(format)\"")
    #expect(lines.ours == lines.theirs, "\(ending.name)")
  }
}
