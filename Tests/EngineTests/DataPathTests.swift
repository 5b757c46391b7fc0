import Basics
import ConfigurationLanguage
import Glibc
import KernelIO
import Proxies
import SimulatedKernel
import Testing

@testable import Engine

/// Single promises of the data path, each over a world without faults.
@Suite struct DataPathTests {
  /// A proxy with one server whose timeouts are far away.
  private static func proxy() -> ProxyConfiguration {
    var proxy = Simulation.proxy(servers: 1)
    proxy.timeouts.connect = .seconds(60)
    proxy.timeouts.client = .seconds(60)
    proxy.timeouts.server = .seconds(60)
    return proxy
  }

  private static func ends(_ simulation: Simulation, with state: String) -> Bool {
    simulation.lines.allSatisfy { $0.contains(" \(state) ") }
  }

  @Test(arguments: [Duration.seconds(1), .seconds(2)])
  func aHalfClosedTunnelHasTheTimeOfClientFin(fin: Duration) {
    let world = SimulatedWorld(seed: 1)
    var proxy = DataPathTests.proxy()
    proxy.timeouts.client = .seconds(1)
    proxy.timeouts.tunnel = .seconds(3600)
    proxy.timeouts.clientFin = fin
    world.serve(at: Simulation.server(0)) { _ in
      PeerScript([.wait(.seconds(5)), .shutdownWriting])
    }
    world.addClient(to: Simulation.front, PeerScript([.sendContent(8)]))
    let simulation = Simulation(world: world, proxy: proxy)
    let left = simulation.run(lasting: .seconds(30))
    #expect(left.isEmpty)
    #expect(simulation.lines.count == 1)
    #expect(DataPathTests.ends(simulation, with: "cD"), "\(simulation.lines)")
  }

  @Test(arguments: [(Duration.milliseconds(50), false), (.milliseconds(300), true)])
  func onlyASessionThatLivesAMomentCostsTimeoutsOfReceives(life: Duration, isTimed: Bool) {
    let world = SimulatedWorld(seed: 1)
    world.serve(at: Simulation.server(0)) { _ in .echo }
    world.addClient(
      to: Simulation.front,
      PeerScript([
        .sendContent(64), .receive(untilCount: 64), .wait(life), .shutdownWriting, .receiveToEnd,
        .close,
      ]))
    let simulation = Simulation(world: world, proxy: DataPathTests.proxy())
    let left = simulation.run(lasting: .seconds(5))
    #expect(left.isEmpty)
    #expect(DataPathTests.ends(simulation, with: "--"), "\(simulation.lines)")
    #expect((world.timedReceives > 0) == isTimed)
  }

  @Test(arguments: [false, true])
  func theFirstBytesTellAServerOfItsConnectionWhenThereAreAny(isSmart: Bool) {
    let world = SimulatedWorld(seed: 1)
    world.serve(at: Simulation.server(0)) { _ in .echo }
    for _ in 0..<50 { world.addClient(to: Simulation.front, .source(64)) }
    var proxy = DataPathTests.proxy()
    if !isSmart { proxy.refused = .smartConnect }
    let left = Simulation(world: world, proxy: proxy).run(lasting: .seconds(5))
    #expect(left.isEmpty)
    #expect(world.acknowledgements.carried + world.acknowledgements.alone == (isSmart ? 50 : 0))
    #expect(world.acknowledgements.carried > 25 || !isSmart)
  }

  @Test func aServerThatSpeaksFirstHearsOfItsConnectionAtOnce() throws {
    let world = SimulatedWorld(seed: 1)
    world.serve(at: Simulation.server(0)) { _ in
      PeerScript([.sendContent(8), .shutdownWriting, .receiveToEnd, .close])
    }
    let client = world.addClient(to: Simulation.front, PeerScript([.receiveToEnd, .close]))
    let simulation = Simulation(world: world, proxy: DataPathTests.proxy())
    let begin = world.now
    #expect(simulation.run(lasting: .seconds(5)).isEmpty)
    #expect(world.acknowledgements == (0, 1))
    #expect(try #require(client.endedAt) - begin < .milliseconds(20))
  }

  @Test(arguments: [100, 400, 499, 500, 700, 1_000, 3_000])
  func aTimeoutThatIsAddedLaterCountsFromTheLastByte(milliseconds: Int) throws {
    for sends in 0..<3 {
      let world = SimulatedWorld(seed: 1)
      var proxy = DataPathTests.proxy()
      proxy.timeouts.client = .milliseconds(milliseconds)
      world.serve(at: Simulation.server(0)) { _ in
        PeerScript([.receiveToEnd, .shutdownWriting, .close])
      }
      var script: [PeerStep] = []
      for _ in 0..<sends { script += [.sendContent(8), .wait(.milliseconds(60))] }
      world.addClient(to: Simulation.front, PeerScript(script + [.receiveToEnd, .close]))
      let simulation = Simulation(world: world, proxy: proxy)
      let left = simulation.run(lasting: .seconds(30))
      #expect(left.isEmpty)
      let line = try #require(simulation.lines.first)
      #expect(line.contains(" cD "), "\(line)")
      // Tw/Tc/Tt
      let times = try #require(
        line.split(separator: " ").last { $0.split(separator: "/").count == 3 })
      let total = try #require(times.split(separator: "/").last.flatMap { Int($0) })
      let last = max(0, sends - 1) * 60
      #expect((last + milliseconds...last + milliseconds + 100).contains(total), "\(line)")
    }
  }

  @Test func aSideWhoseBytesWereBlockedHasItsWholeTimeAfterwards() {
    let world = SimulatedWorld(seed: 1)
    var proxy = DataPathTests.proxy()
    proxy.timeouts.client = .seconds(1)
    let answer: [UInt8] = Array("thank you".utf8)
    world.serve(at: Simulation.server(0)) { _ in
      var script = PeerScript([
        .stopReading, .wait(.seconds(3)), .resumeReading, .receive(untilCount: 77_000),
        .wait(.milliseconds(500)), .send(answer), .shutdownWriting, .receiveToEnd, .close,
      ])
      script.receiveBufferBytes = 1_024
      return script
    }
    let client = world.addClient(
      to: Simulation.front,
      PeerScript([
        .sendContent(77_000), .receive(untilCount: answer.count), .shutdownWriting,
        .receiveToEnd, .close,
      ]))
    let simulation = Simulation(world: world, proxy: proxy)
    let left = simulation.run(lasting: .seconds(30))
    #expect(left.isEmpty)
    #expect(client.received.count == answer.count)
    #expect(DataPathTests.ends(simulation, with: "--"), "\(simulation.lines)")
  }

  @Test(arguments: 0..<20)
  func theProxyHeaderIsSentForAClientThatHasLeft(seed: UInt64) {
    let world = SimulatedWorld(seed: seed)
    var proxy = DataPathTests.proxy()
    proxy.servers[0].sendProxy = .v1
    world.serve(at: Simulation.server(0)) { _ in .sink }
    world.addClient(to: Simulation.front, PeerScript([.close]))
    let simulation = Simulation(world: world, proxy: proxy)
    let left = simulation.run(lasting: .seconds(5))
    #expect(left.isEmpty)
    let server = world.peers[1]
    #expect(server.received.count > 30, "PROXY TCP4 and two addresses")
    #expect(server.hasSeenEnd)
    #expect(DataPathTests.ends(simulation, with: "--"), "\(simulation.lines)")
  }

  @Test func clientsThatWaitForAServerDoNotStarveTheOthers() {
    let world = SimulatedWorld(seed: 1, buffersMax: 16)
    var proxy = DataPathTests.proxy()
    proxy.servers[0].maxconn = 1
    world.serve(at: Simulation.server(0)) { _ in .echo }
    let first = world.addClient(
      to: Simulation.front,
      PeerScript([
        .sendContent(8), .wait(.seconds(1)), .sendContent(20_000), .shutdownWriting,
        .receiveToEnd, .close,
      ]))
    for _ in 0..<40 {
      world.addClient(
        to: Simulation.front, after: .milliseconds(100),
        PeerScript([.sendContent(8), .wait(.seconds(20)), .close]))
    }
    let simulation = Simulation(world: world, proxy: proxy)
    let left = simulation.run(lasting: .seconds(10))
    #expect(left.isEmpty)
    #expect(first.received.count == 20_008)
    #expect(first.received.firstDifference == nil)
  }

  @Test func clientsThatOweTheirHeaderDoNotStarveTheOthers() {
    let world = SimulatedWorld(seed: 1, buffersMax: 16)
    var proxy = DataPathTests.proxy()
    proxy.listeners[0].isAcceptProxy = true
    world.serve(at: Simulation.server(0)) { _ in .echo }
    for _ in 0..<40 {
      world.addClient(
        to: Simulation.front, PeerScript([.send(Array("PROXY".utf8)), .wait(.seconds(20))]))
    }
    let header = Array("PROXY TCP4 192.0.2.1 192.0.2.2 1000 2000\r\n".utf8)
    let last = world.addClient(
      to: Simulation.front, after: .milliseconds(500),
      PeerScript([
        .send(header), .sendContent(20_000), .shutdownWriting, .receiveToEnd, .close,
      ]))
    let simulation = Simulation(world: world, proxy: proxy)
    let left = simulation.run(lasting: .seconds(10))
    #expect(left.isEmpty)
    #expect(last.received.count == 20_000)
  }

  @Test(arguments: [(1, " SC 1/1/0/0/3 "), (2, " SC 1/1/0/0/+3 ")])
  func onlyAnotherServerMakesARedispatch(servers: Int, end: String) {
    let world = SimulatedWorld(seed: 1)
    var proxy = Simulation.proxy(servers: servers)
    proxy.timeouts.connect = .seconds(1)
    proxy.redispatchInterval = -1
    proxy.balance = .roundrobin
    world.addClient(to: Simulation.front, PeerScript([.receiveToEnd, .close]))
    let simulation = Simulation(world: world, proxy: proxy)
    #expect(simulation.run(lasting: .seconds(30)).isEmpty)
    #expect(simulation.lines.first?.contains(end) == true, "\(simulation.lines)")
  }

  @Test func aServerThatTracksAnotherBackendsServerWarmsUpToTheEnd() {
    let world = SimulatedWorld(seed: 1)
    var proxy = DataPathTests.proxy()
    var check = CheckConfiguration()
    check.inter = .milliseconds(500)
    proxy.servers[0].check = check
    var other = Simulation.proxy(servers: 1)
    other.name = "other"
    other.listeners = []
    other.capabilities = .backend
    other.servers[0].track = ServerReference(proxy: 0, server: 0)
    other.servers[0].slowstart = .seconds(5)
    world.perform(after: .seconds(3)) { world.serve(at: Simulation.server(0)) { _ in .sink } }
    let simulation = Simulation(world: world, proxy: proxy, others: [other])
    #expect(simulation.run(lasting: .seconds(20)).isEmpty)
    let operation = simulation.state.backends[1].with(absent: .stopped) { $0.servers[0].operation }
    #expect(operation == .running)
  }

  @Test(arguments: 0..<20)
  func aRefusedClientIsLoggedOnceWhateverElseHappens(seed: UInt64) {
    let world = SimulatedWorld(seed: seed)
    world.faults.lateCompletion = 1
    var proxy = DataPathTests.proxy()
    proxy.listeners[0].isAcceptProxy = true
    for index in 0..<50 {
      world.addClient(
        to: Simulation.front, after: .microseconds(900_000 + 2_000 * index),
        PeerScript([.send(Array("GET / HTTP/1.0\r\n\r\n".utf8))]))
    }
    let simulation = Simulation(world: world, proxy: proxy)
    #expect(simulation.run(lasting: .seconds(1)).isEmpty)
    let clients = world.datagrams.map { $0.text.prefix { $0 != " " } }
    #expect(clients.count > 10)
    #expect(Set(clients).count == clients.count, "a client was logged twice")
  }

  @Test func aProcessThatStopsWaitsForConnectionsBeyondItsLimit() {
    let world = SimulatedWorld(seed: 1)
    world.serve(at: Simulation.server(0)) { _ in .echo }
    let simulation = Simulation(world: world, proxy: DataPathTests.proxy(), sessionsMax: 1)
    for index in 0..<3 {
      world.addClient(
        to: Simulation.front, after: .milliseconds(index),
        PeerScript([.sendContent(8), .receiveToEnd, .close]))
    }
    world.perform(after: .seconds(1)) {
      simulation.state.mailboxes[0].post(.stopListening(drain: true))
      world.wake()
    }
    var unfinished = 0
    world.perform(after: .seconds(2)) { unfinished = simulation.state.unfinishedCount }
    let left = simulation.run(lasting: .seconds(3))
    #expect(left.isEmpty, "what still waited is closed with the sessions: \(left)")
    #expect(unfinished == 3)
    #expect(simulation.state.unfinishedCount == 0)
    #expect(simulation.lines.count == 1)
  }

  @Test func aClientThatSendsAndNeverReadsIsTimedOut() {
    let world = SimulatedWorld(seed: 1)
    var proxy = DataPathTests.proxy()
    proxy.timeouts.client = .seconds(1)
    world.serve(at: Simulation.server(0)) { _ in PeerScript([.sendContent(1_000_000)]) }
    let client = world.addClient(
      to: Simulation.front,
      PeerScript(
        [.stopReading, .sendContent(300)], pieceBytes: 1, pieceGap: .milliseconds(100),
        receiveBufferBytes: 1_024))
    let simulation = Simulation(world: world, proxy: proxy)
    #expect(simulation.run(lasting: .seconds(20)).isEmpty)
    #expect(DataPathTests.ends(simulation, with: "cD"), "\(simulation.lines)")
    #expect(client.ending == .resetByOther)
  }

  @Test func nobodyWakesAWorkerThatHasEnded() {
    var ends: [Int32] = [-1, -1]
    #expect(pipe(&ends) == 0)
    defer { ends.forEach { _ = close($0) } }
    let mailbox = Mailbox()
    mailbox.attach(Waker(descriptor: Descriptor(rawValue: ends[1])))
    mailbox.detach()
    mailbox.post(.placeFreed)
    var waiting = pollfd(fd: ends[0], events: Int16(POLLIN), revents: 0)
    #expect(poll(&waiting, 1, 0) == 0, "the number may be a client's socket by now")
  }
}
