import Basics
import ConfigurationLanguage
import Glibc
import KernelIO
import Testing

@testable import Engine

/// What the console wrote, read back from a pipe.
private final class Capture {
  let console: Console
  private var ends: [Int32] = [-1, -1]

  init() {
    pipe(&ends)
    _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
    console = Console(executable: nil, standardError: ends[1], standardOutput: ends[1])
    console.finishStart()
  }

  deinit { for end in ends { close(end) } }

  var text: String {
    var bytes = [UInt8](repeating: 0, count: 65536)
    let count = read(ends[0], &bytes, bytes.count)
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
      .replacing("(\(getpid()))", with: "(PID)")
  }
}

private func loopback(_ port: UInt16) -> Endpoint {
  Endpoint(SocketAddress(ip: IPAddress(v4: 0x7f00_0001), port: port))
}

private func configuration(_ addresses: ListenerConfiguration.Address...) -> Configuration {
  let location = SourceLocation(file: "f.cfg", line: 11)
  var proxy = ProxyConfiguration(
    name: "a", id: 1, capabilities: [.frontend, .backend], location: location)
  proxy.maxconn = 100
  proxy.listeners = addresses.enumerated().map {
    ListenerConfiguration(address: $1, id: $0 + 1, location: location)
  }
  var configuration = Configuration()
  configuration.proxies = [proxy]
  return configuration
}

private func portOf(_ descriptor: Int32) -> UInt16 {
  var address = sockaddr_in()
  var length = socklen_t(MemoryLayout<sockaddr_in>.size)
  _ = withUnsafeMutablePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
  }
  return UInt16(bigEndian: address.sin_port)
}

/// A port nobody uses now.
private func freePort() -> UInt16 {
  let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  defer { close(descriptor) }
  _ = RawSocketAddress(loopback(0)).withPointer { bind(descriptor, $0, $1) }
  return portOf(descriptor)
}

/// A client whose handshake with 127.0.0.1:port is complete.
private func connectClient(_ port: UInt16) -> Int32 {
  let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  let result = RawSocketAddress(loopback(port)).withPointer { connect(descriptor, $0, $1) }
  if result != 0 { Issue.record("connect: \(Errno.current)") }
  return descriptor
}

@Suite(.serialized) struct ListenerTests {
  @Test func opensOneSocketAWorkerAndSharesTheBacklog() {
    let capture = Capture()
    var opener = ListenerOpener(
      configuration: configuration(.endpoint(loopback(freePort()))), workerCount: 3,
      isReuseport: true, console: capture.console)
    #expect(opener.openMissing(isLast: true) == .complete)
    #expect(opener.sockets.map(\.worker) == [0, 1, 2])
    #expect(opener.sockets.map(\.backlog) == [34, 34, 34])
    opener.closeAll()
    #expect(capture.text == "")
  }

  @Test(arguments: [(false, false), (true, false), (false, true), (true, true)])
  func bothFamiliesAreServedUnlessToldOtherwise(isV6Only: Bool, isV4V6: Bool) {
    var configuration = configuration(
      .endpoint(Endpoint(SocketAddress(ip: IPAddress("::")!, port: freePort()))))
    configuration.proxies[0].listeners[0].isV6Only = isV6Only
    configuration.proxies[0].listeners[0].isV4V6 = isV4V6
    let capture = Capture()
    var opener = ListenerOpener(
      configuration: configuration, workerCount: 1, isReuseport: true, console: capture.console)
    #expect(opener.openMissing(isLast: true) == .complete)
    // What a socket has that nobody told anything is the system's default.
    let plain = socket(AF_INET6, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(plain) }
    let expected = isV6Only ? 1 : isV4V6 ? 0 : v6Only(plain)
    #expect(opener.sockets.map { v6Only($0.descriptor.rawValue) } == [expected])
    opener.closeAll()
  }

  private func v6Only(_ descriptor: Int32) -> Int32 {
    var value: Int32 = -1
    var length = socklen_t(MemoryLayout<Int32>.size)
    getsockopt(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &value, &length)
    return value
  }

  @Test func opensASingleSocketWithoutReuseport() {
    let capture = Capture()
    var opener = ListenerOpener(
      configuration: configuration(.endpoint(loopback(freePort()))), workerCount: 3,
      isReuseport: false, console: capture.console)
    #expect(opener.openMissing(isLast: true) == .complete)
    #expect(opener.sockets.map(\.worker) == [nil])
    opener.closeAll()
  }

  @Test func saysWhichAddressIsInUseAndOnlyAtTheLastAttempt() {
    let capture = Capture()
    let port = freePort()
    let taken = configuration(.endpoint(loopback(port)))
    var first = ListenerOpener(
      configuration: taken, workerCount: 1, isReuseport: false, console: capture.console)
    #expect(first.openMissing(isLast: true) == .complete)
    var second = ListenerOpener(
      configuration: taken, workerCount: 2, isReuseport: true, console: capture.console)
    #expect(second.openMissing(isLast: false) == .retryable)
    #expect(capture.text == "")
    #expect(second.openMissing(isLast: true) == .retryable)
    #expect(
      capture.text
        == "[ALERT]    (PID) : Binding [f.cfg:11] for proxy a: protocol tcpv4: "
        + "cannot bind socket (Address already in use) for [127.0.0.1:\(port)].\n")
    first.closeAll()
    #expect(second.openMissing(isLast: true) == .complete)
    second.closeAll()
  }

  @Test func reportsAnAddressThatIsNotOurs() {
    let capture = Capture()
    let foreign = Endpoint(SocketAddress(ip: IPAddress(v4: 0xc000_0201), port: 9))
    var opener = ListenerOpener(
      configuration: configuration(.endpoint(foreign)), workerCount: 1, isReuseport: true,
      console: capture.console)
    #expect(opener.openMissing(isLast: true) == .retryable)
    #expect(capture.text.contains("cannot bind socket (Cannot assign requested address) for "))
  }

  @Test func putsUnixSocketsInPlaceWithTheirMode() throws {
    let capture = Capture()
    let path = "/tmp/sluice-test-\(getpid()).sock"
    let endpoint = try #require(Endpoint(.unix, name: Array(path.utf8)))
    var wanted = configuration(.endpoint(endpoint))
    wanted.proxies[0].listeners[0].permissions.mode = 0o640
    for _ in 0..<2 {  // The second one replaces the first.
      var opener = ListenerOpener(
        configuration: wanted, workerCount: 2, isReuseport: true, console: capture.console)
      #expect(opener.openMissing(isLast: true) == .complete)
      #expect(opener.sockets.map(\.worker) == [nil])
      var status = stat()
      #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o640)
      #expect(access("\(path).\(getpid()).tmp", F_OK) != 0)
      opener.closeAll()
    }
    unlink(path)
    #expect(capture.text == "")
  }

  @Test func adoptsInheritedSocketsAndRefusesWhatIsNone() {
    let capture = Capture()
    let inherited = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    _ = RawSocketAddress(loopback(0)).withPointer { bind(inherited, $0, $1) }
    var opener = ListenerOpener(
      configuration: configuration(.inherited(inherited), .inherited(inherited)), workerCount: 2,
      isReuseport: true, console: capture.console)
    #expect(opener.openMissing(isLast: true) == .complete)
    #expect(opener.sockets.count == 2 && opener.sockets.allSatisfy(\.isInherited))
    #expect(opener.sockets[0].descriptor.rawValue == inherited)
    #expect(opener.sockets[1].descriptor.rawValue != inherited)
    opener.closeAll()
    var none = ListenerOpener(
      configuration: configuration(.inherited(999)), workerCount: 1, isReuseport: true,
      console: capture.console)
    #expect(none.openMissing(isLast: true) == .fatal)
    #expect(capture.text.contains("cannot use file descriptor '999' : Bad file descriptor."))
  }

  @Test func writesAddressesAsTheKernelListsThem() {
    let v4 = SocketAddress(ip: IPAddress(v4: 0x7f00_0001), port: 8080)
    #expect(String(decoding: ListenerCensus.column(for: v4), as: UTF8.self) == "0100007F:1F90")
    let v6 = SocketAddress(ip: IPAddress(v6: 0, 1), port: 80)
    #expect(
      String(decoding: ListenerCensus.column(for: v6), as: UTF8.self)
        == "00000000000000000000000001000000:0050")
  }

  /// Two processes are played by two sets of sockets: whatever the kernel permits, no client that
  /// comes while the old set closes one by one ends up in it, and with the right to load a program
  /// those that waited in it are inherited.
  @Test func steersEveryNewConnectionAwayFromThoseWhoLeave() {
    let capture = Capture()
    let port = freePort()
    let wanted = configuration(.endpoint(loopback(port)))
    func open(_ workers: Int) -> ListenerOpener {
      var opener = ListenerOpener(
        configuration: wanted, workerCount: workers, isReuseport: true, console: capture.console)
      #expect(opener.openMissing(isLast: true) == .complete)
      return opener
    }
    let old = open(2)
    let new = open(3)
    let census = ListenerCensus()
    #expect(census.count(of: SocketAddress(ip: IPAddress(v4: 0x7f00_0001), port: port)) == 5)
    var steering = Steering(new.sockets, configuration: wanted)
    steering.begin()
    var clients: [Int32] = []
    func drain(_ opener: ListenerOpener) -> Int {
      var count = 0
      for socket in opener.sockets {
        while case let accepted = accept(socket.descriptor.rawValue, nil, nil), accepted >= 0 {
          count += 1
          close(accepted)
        }
      }
      return count
    }
    for socket in old.sockets {
      for _ in 0..<10 { clients.append(connectClient(port)) }
      #expect(drain(old) == 0)
      #expect(drain(new) == 10)
      close(socket.descriptor.rawValue)
    }
    for _ in 0..<10 { clients.append(connectClient(port)) }
    #expect(drain(new) == 10)
    let isOver = steering.end(everywhere: false)
    #expect(isOver)
    for client in clients { close(client) }
    var opened = new
    opened.closeAll()
  }
}
