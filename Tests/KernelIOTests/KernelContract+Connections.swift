import Basics
import Glibc
import KernelIO
import Testing

extension KernelPromise {
  func acceptOne<K: Kernel & ~Copyable>(_ kernel: inout K) throws {
    let (listener, endpoint) = TestSocket.listener()
    let clients = (0..<2).map { _ in TestSocket.connect(to: endpoint) }
    defer { (clients + [listener]).forEach(SystemCall.close) }
    kernel.accept(on: listener, multishot: false, token: token(1))
    let accepted = try kernel.only(token(1))
    #expect(accepted.result >= 0)
    #expect(!accepted.isMore)
    #expect(fcntl(accepted.result, F_GETFL) & O_NONBLOCK != 0)
    #expect(fcntl(accepted.result, F_GETFD) & FD_CLOEXEC != 0)
    #expect(kernel.turns(for: .milliseconds(20)).isEmpty)
    // The second one still waits.
    let second = try SystemCall.accept(on: listener).get()
    [second, Descriptor(rawValue: accepted.result)].forEach(SystemCall.close)
  }

  func acceptMany<K: Kernel & ~Copyable>(_ kernel: inout K) throws {
    let (listener, endpoint) = TestSocket.listener()
    kernel.accept(on: listener, multishot: true, token: token(1))
    #expect(kernel.turns(for: .milliseconds(5)).isEmpty)
    let clients = (0..<10).map { _ in TestSocket.connect(to: endpoint) }
    defer { (clients + [listener]).forEach(SystemCall.close) }
    var count = 0
    let deadline = SystemCall.now() + .seconds(5)
    while count < 10, SystemCall.now() < deadline {
      for one in kernel.oneTurn(until: deadline) {
        #expect(one.token == token(1) && one.result >= 0)
        SystemCall.close(Descriptor(rawValue: one.result))
        count += 1
        // It may end early when completions pile up, but not lose a connection.
        if !one.isMore { kernel.accept(on: listener, multishot: true, token: token(1)) }
      }
    }
    #expect(count == 10)
    kernel.cancel(token(1))
    let last = try kernel.only(token(1))
    #expect(last.error == .cancelled)
    #expect(!last.isMore)
  }

  func acceptError<K: Kernel & ~Copyable>(_ kernel: inout K) throws {
    let socket = try SystemCall.makeSocket(for: TestSocket.loopback).get()
    defer { SystemCall.close(socket) }
    kernel.accept(on: socket, multishot: true, token: token(1))
    let refused = try kernel.only(token(1))
    #expect(refused.error == .invalidArgument)
    #expect(!refused.isMore)
  }

  func connect<K: Kernel & ~Copyable>(_ kernel: inout K) throws {
    let (listener, endpoint) = TestSocket.listener()
    defer { SystemCall.close(listener) }
    for timeout in [nil, Duration.seconds(3)] {
      let socket = try kernel.makeSocket(for: endpoint).get()
      defer { kernel.close(socket) }
      kernel.connect(socket, to: endpoint, timeout: timeout, token: token(1))
      let connected = try kernel.only(token(1))
      #expect(connected.result == 0)
      #expect(!connected.isMore)
      #expect(kernel.peerAddress(of: socket) == endpoint.address)
    }
  }

  func connectUnix<K: Kernel & ~Copyable>(_ kernel: inout K) throws {
    let name = "sluice-contract-\(getpid())-\(SystemCall.now().nanoseconds)"
    let abstract = try #require(Endpoint(.abstract, name: Array(name.utf8)))
    let file = try #require(Endpoint(.unix, name: Array("/tmp/\(name)".utf8)))
    defer { unlink("/tmp/\(name)") }
    for endpoint in [abstract, file] {
      let listener = try SystemCall.makeSocket(for: endpoint).get()
      #expect(SystemCall.bind(listener, to: endpoint) == nil)
      let early = try kernel.makeSocket(for: endpoint).get()
      kernel.connect(early, to: endpoint, timeout: .seconds(3), token: token(1))
      #expect(try kernel.only(token(1)).error == .connectionRefused)
      listen(listener.rawValue, 1)
      let socket = try kernel.makeSocket(for: endpoint).get()
      kernel.connect(socket, to: endpoint, timeout: .seconds(3), token: token(2))
      #expect(try kernel.only(token(2)).result == 0)
      [early, socket].forEach { kernel.close($0) }
      SystemCall.close(listener)
    }
  }

  func connectFullUnix<K: Kernel & ~Copyable>(_ kernel: inout K) throws {
    let name = "sluice-full-\(getpid())-\(SystemCall.now().nanoseconds)"
    let endpoint = try #require(Endpoint(.abstract, name: Array(name.utf8)))
    let listener = try SystemCall.makeSocket(for: endpoint).get()
    #expect(SystemCall.bind(listener, to: endpoint) == nil)
    listen(listener.rawValue, 0)
    var sockets = [listener]
    defer { sockets.forEach(SystemCall.close) }
    var full: Completion?
    for number in 0..<3 where full == nil {
      let socket = try kernel.makeSocket(for: endpoint).get()
      sockets.append(socket)
      kernel.connect(socket, to: endpoint, timeout: .milliseconds(100), token: token(number))
      let answer = try kernel.only(token(number))
      if answer.result != 0 { full = answer }
    }
    #expect(full?.error == .wouldBlock)
  }

  func connectRefused<K: Kernel & ~Copyable>(_ kernel: inout K) throws {
    let (listener, endpoint) = TestSocket.listener()
    SystemCall.close(listener)
    let socket = try kernel.makeSocket(for: endpoint).get()
    defer { SystemCall.close(socket) }
    kernel.connect(socket, to: endpoint, timeout: .seconds(3), token: token(1))
    let refused = try kernel.only(token(1))
    #expect(refused.error == .connectionRefused)
    #expect(!refused.isMore)
  }

  /// A listener that answers no handshake any more, and what fills it.
  private func fullListener() -> (endpoint: Endpoint, sockets: [Descriptor]) {
    let (listener, endpoint) = TestSocket.listener(backlog: 0)
    let fillers = (0..<4).map { _ in TestSocket.connect(to: endpoint) }
    return (endpoint, fillers + [listener])
  }

  func connectTimeout<K: Kernel & ~Copyable>(_ kernel: inout K) throws {
    let (endpoint, sockets) = fullListener()
    defer { sockets.forEach(SystemCall.close) }
    let socket = try kernel.makeSocket(for: endpoint).get()
    defer { SystemCall.close(socket) }
    let start = SystemCall.now()
    kernel.connect(socket, to: endpoint, timeout: .milliseconds(120), token: token(1))
    let expired = try kernel.only(token(1))
    #expect(expired.error == .cancelled)
    #expect(!expired.isMore)
    #expect(elapsed(since: start) >= .milliseconds(120))
    #expect(elapsed(since: start) < .seconds(2))
  }

  func connectCancelled<K: Kernel & ~Copyable>(_ kernel: inout K) throws {
    let (endpoint, sockets) = fullListener()
    defer { sockets.forEach(SystemCall.close) }
    for timeout in [nil, Duration.seconds(60)] {
      let socket = try kernel.makeSocket(for: endpoint).get()
      defer { kernel.close(socket) }
      kernel.connect(socket, to: endpoint, timeout: timeout, token: token(1))
      #expect(kernel.turns(for: .milliseconds(10)).isEmpty)
      kernel.cancel(token(1))
      let cancelled = try kernel.only(token(1))
      #expect(cancelled.error == .cancelled)
      #expect(!cancelled.isMore)
    }
  }

  func closeWithEnd<K: Kernel & ~Copyable>(_ kernel: inout K) throws {
    let pair = TestSocket.connectedPair()
    defer { SystemCall.close(pair.client) }
    let identity = TestSocket.identity(of: pair.server)
    #expect(identity != nil)
    kernel.close(pair.server)
    #expect(kernel.turns(for: .milliseconds(20)).isEmpty)
    TestSocket.wait(on: pair.client, for: Int16(POLLIN))
    var byte: UInt8 = 0
    #expect(recv(pair.client.rawValue, &byte, 1, 0) == 0)
    // Another test may have the number by now, but not the socket.
    #expect(TestSocket.identity(of: pair.server) != identity)
  }

  func closeAtOnce<K: Kernel & ~Copyable>(_ kernel: inout K) {
    for withReset in [false, true] {
      let pair = TestSocket.connectedPair()
      defer { SystemCall.close(pair.client) }
      kernel.closeAtOnce(pair.server, withReset: withReset)
      // There is no turn, and on loopback what is sent has arrived when the call returns.
      var byte: UInt8 = 0
      let count = recv(pair.client.rawValue, &byte, 1, Int32(MSG_DONTWAIT))
      #expect(count == (withReset ? -1 : 0))
      if withReset { #expect(Errno.current == .connectionReset) }
    }
  }

  func closeWithReset<K: Kernel & ~Copyable>(_ kernel: inout K) throws {
    let pair = TestSocket.connectedPair()
    defer { SystemCall.close(pair.client) }
    kernel.closeWithReset(pair.server)
    #expect(kernel.turns(for: .milliseconds(20)).isEmpty)
    TestSocket.wait(on: pair.client, for: Int16(POLLIN))
    var byte: UInt8 = 0
    #expect(recv(pair.client.rawValue, &byte, 1, 0) == -1)
    #expect(Errno.current == .connectionReset)
  }
}
