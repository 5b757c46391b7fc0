import Peers
import Testing

@Suite("The peers themselves can be trusted")
struct PeersTests {
  @Test("SHA-256 gives the digests of FIPS 180-4")
  func digestsAreThoseOfTheStandard() {
    var short = SHA256()
    short.update(Array("abc".utf8))
    #expect(
      short.finish() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    var long = SHA256()
    for _ in 0..<1000 { long.update([UInt8](repeating: 0x61, count: 1000)) }
    #expect(
      long.finish() == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test("a tcplog line is read field by field")
  func tcplogLineIsRead() throws {
    let line = try #require(
      TCPLogLine(
        "<134>Nov 22 21:13:52 haproxy[13160]: 127.0.0.1:46836 [22/Nov/2026:21:13:52.678] "
          + "ct ct/s1 1/-1/4009 0 sC 1/1/0/0/3 0/0"))
    #expect(line.clientPort == 46836)
    #expect(line.server == "s1")
    #expect(line.times == [1, -1, 4009])
    #expect(line.state == "sC")
    #expect(line.retries == "3")
  }

  @Test("an echo server sends everything back, then the end")
  func echoServerSendsEverythingBack() throws {
    let server = try EchoServer(greeting: "A")
    let client = try Connection.connecting(toPort: server.port)
    let sent = PeerThread { try ByteStream.send(3 << 20, seed: 7, over: client) }
    #expect(try client.receiveText(1) == "A")
    #expect(try ByteStream.receive(over: client) == sent.join())
  }

  /// A program that is being started holds every descriptor of the tests for a moment.
  @Test("a port is free as soon as its listener is closed, though programs start meanwhile")
  func closedListenerFreesItsPort() throws {
    let isOver = Counter()
    let starter = PeerThread {
      while isOver.current == 0 {
        try ProgramUnderTest(path: "/bin/true", arguments: []).waitForExit()
      }
    }
    defer { isOver.advance() }
    let port = try FreePort.take()
    for _ in 0..<2000 { try Listener(.loopback(port: port)).close() }
    isOver.advance()
    try starter.join()
  }

  @Test("a full backlog answers no handshake")
  func fullBacklogAnswersNoHandshake() throws {
    _ = try FullBacklog()
  }
}
