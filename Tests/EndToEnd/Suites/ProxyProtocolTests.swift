import Glibc
import Peers
import Testing

@Suite("The PROXY protocol is read and written")
struct ProxyProtocolTests {
  private static let signature: [UInt8] = [
    0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a,
  ]

  /// 10.1.2.3:1111 to 10.4.5.6:2222 in version 2, with an unknown extension behind.
  private static let versionTwo: [UInt8] =
    signature + [0x21, 0x11, 0x00, 0x11] + [10, 1, 2, 3, 10, 4, 5, 6]
    + [0x04, 0x57, 0x08, 0xae] + [0xe0, 0x00, 0x02, 0x2a, 0x2a]

  private static let versionOne = Array("PROXY TCP4 10.1.2.3 10.4.5.6 1111 2222\r\n".utf8)

  private func start(
    _ engine: EngineChoice, bind: String = "", server: String = "", _ more: String = ""
  ) throws -> (Stage, Listener) {
    let stage = try Stage(engine)
    let listener = try Listener()
    try stage.start(
      """
      listen px
          bind 127.0.0.1:\(stage.port) \(bind)
          \(more)
          server s 127.0.0.1:\(listener.port) \(server)
      """)
    return (stage, listener)
  }

  private static let reference = "/usr/sbin/haproxy"

  /// What a server gets before the payload.
  private func header(at port: UInt16, _ listener: Listener) throws -> [UInt8] {
    let client = try Connection.connecting(to: .loopback(port: port))
    try client.send(Self.versionOne + Array("payload".utf8))
    let server = try listener.accept()
    try client.finish()
    let bytes = try server.receiveToEnd().bytes
    #expect(bytes.suffix(7) == Array("payload".utf8))
    return bytes.dropLast(7)
  }

  @Test(
    "a checksum and an identifier are sent as HAProxy sends them",
    .enabled(if: access(ProxyProtocolTests.reference, X_OK) == 0),
    arguments: ProgramUnderTest.engines)
  func valuesAgree(engine: EngineChoice) throws {
    for options in ["crc32c", "unique-id", "crc32c,unique-id"] {
      let lines = "unique-id-format %ci:%cp-%fi:%fp"
      let (stage, listener) = try start(
        engine, bind: "accept-proxy", server: "send-proxy-v2 proxy-v2-options \(options)", lines)
      let port = try FreePort.take()
      let file = try stage.directory.write(
        "reference.cfg",
        """
        defaults
            mode tcp
            timeout connect 5s
            timeout client 30s
            timeout server 30s
        listen px
            bind 127.0.0.1:\(port) accept-proxy
            \(lines)
            server s 127.0.0.1:\(listener.port) send-proxy-v2 proxy-v2-options \(options)

        """)
      let reference = try ProgramUnderTest(path: Self.reference, arguments: ["-f", file, "-db"])
      try reference.awaitListeners([port])
      let wanted = try header(at: port, listener)
      #expect(wanted.starts(with: Self.signature) && wanted.count > 30)
      #expect(try header(at: stage.port, listener) == wanted, "\(options)")
    }
  }

  @Test(
    "values that a format gives come first, in checks too",
    arguments: ProgramUnderTest.isReference26 ? [] : ProgramUnderTest.engines)
  func formattedValues(engine: EngineChoice) throws {
    let (stage, listener) = try start(
      engine, bind: "accept-proxy",
      server: "send-proxy-v2 set-proxy-v2-tlv-fmt(0xE1) \"%[src]  %b\" "
        + "set-proxy-v2-tlv-fmt(226) %[str()]")
    let bytes = try header(at: stage.port, listener)
    let text = Array("10.1.2.3  px".utf8)
    #expect(
      Array(bytes.dropFirst(28)) == [0xe1, 0, UInt8(text.count)] + text + [0xe2, 0, 0])
    let checked = try Listener()
    let other = try Stage(engine)
    try other.start(
      """
      listen px
          bind 127.0.0.1:\(other.port)
          option tcp-check
          tcp-check connect default
          tcp-check send x
          server s1 127.0.0.1:\(checked.port) check inter 100ms send-proxy-v2 \
              set-proxy-v2-tlv-fmt(0xE3) %[srv_name]
      """)
    let connection = try checked.accept()
    #expect(
      try connection.receive(22)
        == Self.signature + [0x20, 0, 0, 5, 0xe3, 0, 2] + Array("s1x".utf8))
  }

  /// HAProxy itself wants the header in one piece and says "Truncated" otherwise.
  @Test(
    "a header names the client, whole or byte by byte, and its payload follows",
    arguments: ProgramUnderTest.engines, ProgramUnderTest.isReference ? [false] : [false, true])
  func headerIsAccepted(engine: EngineChoice, isSplit: Bool) throws {
    let (stage, listener) = try start(engine, bind: "accept-proxy")
    for header in [Self.versionOne, Self.versionTwo] {
      let client = try stage.client()
      if isSplit {
        for byte in header {
          try client.send([byte])
          letPass(.milliseconds(1))
        }
        try client.send("payload")
      } else {
        try client.send(header + Array("payload".utf8))
      }
      let server = try listener.accept()
      #expect(try server.receiveText(7) == "payload")
      server.close()
      #expect(try client.ending() == .finished)
      client.close()
      _ = try stage.log.next(within: .seconds(5))
    }
    let lines = try stage.sessionLinesAfterStop()
    #expect(lines.map(\.clientPort) == [1111, 1111])
    #expect(stage.log.lines.allSatisfy { $0.containsText(": 10.1.2.3:1111 [") })
  }

  @Test(
    "LOCAL and UNKNOWN keep the addresses of the connection",
    arguments: ProgramUnderTest.engines)
  func localKeepsAddresses(engine: EngineChoice) throws {
    let (stage, listener) = try start(engine, bind: "accept-proxy")
    for header in [Self.signature + [0x20, 0, 0, 0], Array("PROXY UNKNOWN\r\n".utf8)] {
      let client = try stage.client()
      try client.send(header + [0x78])
      let server = try listener.accept()
      #expect(try server.receiveText(1) == "x")
      let port = client.localPort
      server.close()
      client.close()
      _ = try stage.sessionLine(ofClientPort: port)
    }
  }

  @Test("what is no header is reset and said", arguments: ProgramUnderTest.engines)
  func badHeaderIsReset(engine: EngineChoice) throws {
    let (stage, listener) = try start(engine, bind: "accept-proxy")
    let client = try stage.client()
    try client.send("GET / HTTP/1.0\r\n\r\n")
    #expect(try client.ending() == .reset)
    let line = try stage.log.line(containing: "127.0.0.1:\(client.localPort) [")
    #expect(
      line.containsText(
        "px/1: Received something which does not look like a PROXY protocol header"))
    #expect(try listener.acceptIfAny(within: .zero) == nil)
  }

  @Test(
    "a client that sends no header is let go after timeout client",
    arguments: ProgramUnderTest.engines)
  func silenceIsBounded(engine: EngineChoice) throws {
    let (stage, _) = try start(engine, bind: "accept-proxy", "timeout client 400ms")
    let watch = Stopwatch()
    let client = try stage.client()
    #expect(try client.ending() == .finished)
    expectDeadline(.milliseconds(400), watch.elapsed)
    let line = try stage.log.line(containing: "127.0.0.1:\(client.localPort) [")
    #expect(line.containsText("px/1: Timeout while waiting for PROXY protocol header"))
  }

  @Test(
    "a header that comes byte by byte has no more time than one that does not",
    arguments: ProgramUnderTest.engines)
  func tricklingIsBounded(engine: EngineChoice) throws {
    let (stage, _) = try start(engine, bind: "accept-proxy", "timeout client 700ms")
    let watch = Stopwatch()
    let client = try stage.client()
    for byte in Self.versionOne.prefix(5) {
      try client.send([byte])
      letPass(.milliseconds(100))
    }
    #expect(try client.ending() == .finished)
    #expect(watch.elapsed < .milliseconds(1150), "counted from the last byte: 1.1 s")
    #expect(watch.elapsed >= .milliseconds(698))
  }

  @Test(
    "a header that does not fit into a buffer is refused", arguments: ProgramUnderTest.engines,
    [20_000, 3000])
  func headersFit(engine: EngineChoice, length: Int) throws {
    let stage = try Stage(engine)
    let listener = try Listener()
    try stage.start(
      "listen px\n    bind 127.0.0.1:\(stage.port) accept-proxy\n"
        + "    server s 127.0.0.1:\(listener.port)", global: "tune.bufsize 2048")
    let client = try stage.client()
    let size = [UInt8(length >> 8), UInt8(length & 255)]
    try client.send(Self.signature + [0x21, 0x11] + size + [UInt8](repeating: 7, count: 2100))
    let line = try stage.log.line(containing: "127.0.0.1:\(client.localPort) [")
    #expect(line.containsText("PROXY protocol header"))
    _ = try client.ending()
  }

  @Test("a client that closes before its header is said", arguments: ProgramUnderTest.engines)
  func earlyCloseIsSaid(engine: EngineChoice) throws {
    let (stage, _) = try start(engine, bind: "accept-proxy")
    let client = try stage.client()
    let port = client.localPort
    client.close()
    let line = try stage.log.line(containing: "127.0.0.1:\(port) [")
    #expect(
      line.containsText("px/1: Connection closed while waiting for PROXY protocol header"))
  }

  @Test("send-proxy writes version 1 before the first byte", arguments: ProgramUnderTest.engines)
  func versionOneIsSent(engine: EngineChoice) throws {
    let (stage, listener) = try start(engine, server: "send-proxy")
    let client = try stage.client()
    try client.send("payload")
    let server = try listener.accept()
    let wanted = "PROXY TCP4 127.0.0.1 127.0.0.1 \(client.localPort) \(stage.port)\r\npayload"
    #expect(try server.receiveText(wanted.utf8.count) == wanted)
  }

  @Test(
    "send-proxy-v2 writes version 2 before the first byte",
    arguments: ProgramUnderTest.engines)
  func versionTwoIsSent(engine: EngineChoice) throws {
    let (stage, listener) = try start(engine, server: "send-proxy-v2")
    let client = try stage.client()
    try client.send("payload")
    let server = try listener.accept()
    let (source, destination) = (client.localPort, stage.port)
    let wanted: [UInt8] =
      Self.signature + [0x21, 0x11, 0x00, 0x0c, 127, 0, 0, 1, 127, 0, 0, 1]
      + [source, destination].flatMap { [UInt8($0 >> 8), UInt8($0 & 0xff)] }
      + Array("payload".utf8)
    #expect(try server.receive(wanted.count) == wanted)
  }

  @Test("a header passes from hop to hop", arguments: ProgramUnderTest.engines)
  func headerPassesOn(engine: EngineChoice) throws {
    let (stage, listener) = try start(engine, bind: "accept-proxy", server: "send-proxy")
    let client = try stage.client()
    try client.send(Self.versionTwo + [0x78])
    let server = try listener.accept()
    let wanted = String(decoding: Self.versionOne, as: UTF8.self) + "x"
    #expect(try server.receiveText(wanted.utf8.count) == wanted)
  }
}
