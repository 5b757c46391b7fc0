import Basics
import Glibc
import Testing

@testable import KernelIO

@Suite struct SystemCallTests {
  @Test(arguments: ["127.0.0.1", "::1", "2001:db8::1:2", "255.255.255.255", "::ffff:1.2.3.4"])
  func readsBackTheNameItWrote(_ text: String) throws {
    let address = SocketAddress(ip: try #require(IPAddress(text)), port: 54321)
    #expect(SocketName(Endpoint(address)).address == address)
  }

  @Test func anAbstractNameFillsTheWholePath() throws {
    let endpoint = try #require(Endpoint(.abstract, name: Array("name".utf8)))
    SocketName(endpoint).withPointer { name, bytes in
      #expect(bytes == 110)
      let path = UnsafeRawPointer(name) + 2
      #expect(
        (0..<108).map { path.load(fromByteOffset: $0, as: UInt8.self) }
          == [0] + Array("name".utf8) + Array(repeating: 0, count: 103))
    }
  }

  @Test func aPathOfFullLengthStillEndsWithAZero() throws {
    let path = Array(repeating: UInt8(ascii: "p"), count: Endpoint.pathBytesMax)
    let endpoint = try #require(Endpoint(.unix, name: path))
    SocketName(endpoint).withPointer { name, bytes in
      #expect(bytes == 110)
      #expect(UnsafeRawPointer(name).load(fromByteOffset: 2 + 107, as: UInt8.self) == 0)
      #expect(UnsafeRawPointer(name).load(fromByteOffset: 2 + 106, as: UInt8.self) == path[0])
    }
  }

  @Test func tellsBothAddressesOfAConnection() throws {
    let pair = TestSocket.connectedPair()
    defer { pair.close() }
    let client = try #require(SystemCall.localAddress(of: pair.client))
    #expect(client.ip == IPAddress("127.0.0.1"))
    #expect(client.port != 0)
    #expect(SystemCall.peerAddress(of: pair.server) == client)
  }

  @Test func tellsNoAddressOfAUnixSocket() {
    let pair = TestSocket.unixPair()
    defer { pair.close() }
    #expect(SystemCall.peerAddress(of: pair.server) == nil)
    #expect(SystemCall.localAddress(of: pair.server) == nil)
  }

  @Test func countsBytesNobodyAcknowledged() throws {
    let pair = TestSocket.connectedPair()
    defer { pair.close() }
    #expect(SystemCall.unacknowledgedBytes(on: pair.client) == 0)
    // More than the peer's receive buffer takes, so that some stay in the queue.
    let block = [UInt8](repeating: 7, count: 1 << 20)
    while send(pair.client.rawValue, block, block.count, Int32(MSG_DONTWAIT)) > 0 {}
    #expect(SystemCall.unacknowledgedBytes(on: pair.client) > 0)
  }

  @Test func nobodyAcknowledgesBytesOfAConnectionThatWasReset() throws {
    let pair = TestSocket.connectedPair()
    defer { SystemCall.close(pair.client) }
    let block = [UInt8](repeating: 7, count: 1 << 20)
    while send(pair.client.rawValue, block, block.count, Int32(MSG_DONTWAIT)) > 0 {}
    SystemCall.resetOnClose(pair.server)
    SystemCall.close(pair.server)
    var event = pollfd(fd: pair.client.rawValue, events: 0, revents: 0)
    #expect(poll(&event, 1, 5_000) == 1)
    #expect(SystemCall.unacknowledgedBytes(on: pair.client) == 0)
  }

  @Test func tellsTheAddressOfAPeerThatHasResetItsConnection() throws {
    let pair = TestSocket.connectedPair()
    defer { SystemCall.close(pair.server) }
    let client = try #require(SystemCall.localAddress(of: pair.client))
    SystemCall.resetOnClose(pair.client)
    SystemCall.close(pair.client)
    var event = pollfd(fd: pair.server.rawValue, events: 0, revents: 0)
    #expect(poll(&event, 1, 5_000) == 1)
    #expect(SystemCall.peerAddress(of: pair.server) == client)
  }

  @Test(arguments: [false, true])
  func aHandshakeIsAcknowledgedWithTheFirstBytesOrWhenAsked(sends: Bool) throws {
    let (listener, endpoint) = TestSocket.listener()
    defer { SystemCall.close(listener) }
    // The kernel waits for 200 ms: a test that was stopped for as long has seen nothing.
    for _ in 0..<20 {
      let begin = SystemCall.now()
      let client = TestSocket.connect(to: endpoint) {
        #expect(SystemCall.set(.quickAcknowledge(false), on: $0) == nil)
      }
      defer { SystemCall.close(client) }
      #expect(TestSocket.wait(on: client, for: Int16(POLLOUT)) & Int16(POLLOUT) != 0)
      let early = SystemCall.accept(on: listener)
      if case .success(let server) = early {
        SystemCall.close(server)
        try #require(SystemCall.now() - begin >= .milliseconds(150))
        continue
      }
      if sends {
        #expect(send(client.rawValue, "x", 1, 0) == 1)
      } else {
        #expect(SystemCall.set(.quickAcknowledge(true), on: client) == nil)
      }
      TestSocket.wait(on: listener, for: Int16(POLLIN))
      SystemCall.close(try SystemCall.accept(on: listener).get())
      return
    }
    Issue.record("the machine never ran the test without a pause")
  }

  @Test func setsEveryOption() throws {
    let v4 = try SystemCall.makeSocket(for: Endpoint(.init(ip: .anyV4, port: 0))).get()
    let v6 = try SystemCall.makeSocket(for: Endpoint(.init(ip: .anyV6, port: 0))).get()
    defer { [v4, v6].forEach(SystemCall.close) }
    let options: [SocketOption] = [
      .noDelay, .keepAlive, .quickAcknowledge(false), .sendBuffer(bytes: 65536),
      .receiveBuffer(bytes: 65536), .freeBind, .userTimeout(milliseconds: 42_000),
      .keepAliveCount(3), .keepAliveIdle(seconds: 100), .keepAliveInterval(seconds: 10),
    ]
    for option in options { #expect(SystemCall.set(option, on: v4) == nil) }
    for (name, wanted) in [
      (TCP_USER_TIMEOUT, 42_000), (TCP_KEEPCNT, 3), (TCP_KEEPIDLE, 100), (TCP_KEEPINTVL, 10),
    ] as [(Int32, Int32)] {
      var value: Int32 = 0
      var count = socklen_t(MemoryLayout<Int32>.size)
      #expect(getsockopt(v4.rawValue, Int32(IPPROTO_TCP), name, &value, &count) == 0)
      #expect(value == wanted)
    }
    let loopback = try #require(InterfaceName("lo".utf8))
    #expect([nil, .notPermitted].contains(SystemCall.set(.device(loopback), on: v4)))
    let nobody = try #require(InterfaceName("no-such-device".utf8))
    #expect(SystemCall.set(.device(nobody), on: v6) != nil)
    // Permitted to the privileged only; anything but these two would be a wrong constant.
    for (option, socket) in [(SocketOption.transparent(.v4), v4), (.transparent(.v6), v6)] {
      #expect([nil, .notPermitted].contains(SystemCall.set(option, on: socket)))
    }
    #expect(SystemCall.set(.noDelay, on: .none) == .badDescriptor)
  }

  @Test func bindsTheSourceOfAConnection() throws {
    let socket = try SystemCall.makeSocket(for: Endpoint(.init(ip: .anyV4, port: 0))).get()
    defer { SystemCall.close(socket) }
    let source = SocketAddress(ip: IPAddress(v4: 0x7f00_0002), port: 0)
    #expect(SystemCall.bind(socket, to: Endpoint(source)) == nil)
    #expect(SystemCall.localAddress(of: socket)?.ip == source.ip)
    // 192.0.2.1 is nobody's (RFC 5737).
    let foreign = SocketAddress(ip: IPAddress(v4: 0xc000_0201), port: 0)
    let other = try SystemCall.makeSocket(for: Endpoint(foreign)).get()
    defer { SystemCall.close(other) }
    #expect(SystemCall.bind(other, to: Endpoint(foreign)) == .addressNotAvailable)
  }

  @Test func aLineToAFullPipeDoesNotWait() {
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    defer { ends.forEach { _ = close($0) } }
    let line = [UInt8](repeating: 65, count: 1000)
    let out = Descriptor(rawValue: ends[1])
    var lines = 0
    var error: Errno?
    while error == nil, lines < 1000 {
      error = line.withUnsafeBufferPointer {
        SystemCall.sendDatagram(on: out, to: nil, bytes: $0)
      }
      if error == nil { lines += 1 }
    }
    #expect(error == .wouldBlock)
    #expect(lines > 10)
  }

  @Test func sendsADatagramToAnAddress() throws {
    let any = Endpoint(SocketAddress(ip: IPAddress(v4: 0x7f00_0001), port: 0))
    let receiver = try SystemCall.makeDatagramSocket(for: any).get()
    let sender = try SystemCall.makeDatagramSocket(for: any).get()
    defer { [receiver, sender].forEach(SystemCall.close) }
    #expect(SocketName(any).withPointer { Glibc.bind(receiver.rawValue, $0, $1) } == 0)
    let target = Endpoint(try #require(SystemCall.localAddress(of: receiver)))
    let line = Array("<134>hello".utf8)
    let error = line.withUnsafeBufferPointer {
      SystemCall.sendDatagram(on: sender, to: target, bytes: $0)
    }
    #expect(error == nil)
    var buffer = [UInt8](repeating: 0, count: 100)
    #expect(recv(receiver.rawValue, &buffer, buffer.count, 0) == line.count)
    #expect(Array(buffer.prefix(line.count)) == line)
  }
}
