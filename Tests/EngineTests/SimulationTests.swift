import Basics
import ConfigurationLanguage
import Proxies
import SimulatedKernel
import Synchronization
import Testing

@testable import Engine

/// Seeds: clients, servers, faults and configuration drawn at random; nothing may be lost, repeated,
/// reordered or left over, and every session is logged once.
///
/// One seed is replayed with `SLUICE_SEED=<seed> swift test --filter SimulationTests`.
@Suite struct SimulationTests {
  static let seeds: [UInt64] = SimulationSeeds.chosen

  @Test(arguments: seeds)
  func nothingIsLostAndNothingIsLeft(seed: UInt64) {
    let world = SimulatedWorld(swarm: seed)
    world.faults.datagramDropped = 0
    var random = SeededNumbers(seed &+ 77)
    var proxy = Simulation.proxy(servers: 1 + random.below(3))
    let hasTimeouts = random.below(2) == 0
    SimulationSeeds.draw(&proxy, hasTimeouts: hasTimeouts, using: &random)
    let servers = proxy.servers.count
    for index in 0..<servers {
      world.serve(at: Simulation.server(index)) { PeerScript.randomServer(using: &$0) }
    }
    let simulation = Simulation(
      world: world, proxy: proxy, sessionsMax: [3, 20, 1000][random.below(3)],
      splice: SimulationSeeds.drawSplice(using: &random))
    var clientNumbers = RandomNumbers(seed: seed &+ 5)
    let clients = (0..<(5 + random.below(30))).map { _ in
      world.addClient(
        to: Simulation.front, after: .milliseconds(random.below(2_000)),
        PeerScript.randomClient(using: &clientNumbers))
    }
    let left = simulation.run(lasting: .seconds(120))

    #expect(world.turns < Simulation.turnsMax, "the worker spins")
    #expect(left.isEmpty, "left over: \(left)")
    for server in simulation.state.backends[0].servers {
      #expect(server.source?.lentPorts ?? 0 == 0, "a port of a range was not given back")
    }
    let sessions = simulation.state.frontends[0].total
    #expect(simulation.lines.count == Int(sessions), "one line a session")
    let peers = Dictionary(
      world.peers.map { ($0.content.seed, $0) }, uniquingKeysWith: { first, _ in first })
    for peer in world.peers where peer.received.count >= 8 {
      #expect(peer.received.firstDifference == nil, "a stream arrived changed")
      let source = peers[peer.received.seed]
      // An echo sends what it received: its reader is its source.
      #expect(source != nil, "a stream came from nowhere")
      guard let source else { continue }
      #expect(peer.received.count <= source.sent.count || source === peer)
      if !hasTimeouts, source !== peer, peer.hasSeenEnd, source.hasSeenEnd,
        source.ending == .closed, peer.ending != .resetByOther, peer.ending != .reset
      {
        #expect(peer.received.count == source.sent.count, "a FIN came before the last byte")
      }
    }
    _ = clients
  }
}

/// That the seeds above really splice: a world in which nothing goes wrong.
@Suite struct SplicingTests {
  /// A megabyte in pieces of 16 KiB to a sink, through pipes.
  private func bulk(
    _ splice: SpliceLimits, pieceGap: Duration = .zero,
    _ change: (inout ProxyConfiguration) -> Void = { _ in }
  ) -> WorkerCounters {
    let world = SimulatedWorld(seed: 1, bufferBytes: 4_096, buffersMax: 256)
    var proxy = Simulation.proxy(servers: 1)
    change(&proxy)
    world.serve(at: Simulation.server(0)) { _ in .sink }
    let simulation = Simulation(world: world, proxy: proxy, splice: splice)
    var source = PeerScript.source(1_000_000)
    source.pieceGap = pieceGap
    world.addClient(to: Simulation.front, source)
    let left = simulation.run(lasting: .seconds(60))
    #expect(left.isEmpty)
    let received = world.peers.map(\.received.count).max()
    #expect(received == 1_000_000)
    return simulation.counters.value
  }

  private var early: SpliceLimits {
    var splice = SpliceLimits()
    splice.threshold = 8_000
    splice.smallBytes = 100
    return splice
  }

  @Test func bulkGoesThroughPipes() {
    let counters = bulk(early)
    #expect(counters.bytesSpliced + counters.bytesCopied == 1_000_000)
    #expect(counters.bytesSpliced > 800_000)
    #expect(counters.spliceBegins == 1)
  }

  @Test func chainsOfTheRingCarryBulk() {
    var splice = early
    splice.isOnRing = true
    let counters = bulk(splice)
    #expect(counters.bytesSpliced + counters.bytesCopied == 1_000_000)
    #expect(counters.bytesSpliced > 800_000)
  }

  @Test func arrivalsThatAreLargeTimeAfterTimeGoThroughPipesToo() {
    var splice = SpliceLimits()
    splice.threshold = 1_000_000
    splice.smallBytes = 1_000
    splice.patience = 3
    let counters = bulk(splice, pieceGap: .milliseconds(2))
    #expect(counters.bytesSpliced + counters.bytesCopied == 1_000_000)
    #expect(counters.spliceBegins == 1)
    #expect((3_000...100_000).contains(counters.bytesCopied))
    splice.smallBytes = 17_000
    #expect(bulk(splice, pieceGap: .milliseconds(2)).bytesSpliced == 0)
  }

  @Test func aTrickleEndsSplicing() {
    var splice = early
    splice.smallBytes = 1_000_000
    splice.patience = 2
    let counters = bulk(splice, pieceGap: .milliseconds(2))
    #expect(counters.spliceEnds > 1)
    #expect(counters.spliceBegins > 1)
    #expect(counters.bytesSpliced + counters.bytesCopied == 1_000_000)
  }

  @Test func withoutPipesEveryByteIsCopied() {
    var splice = early
    splice.pipesMax = 0
    #expect(bulk(splice).bytesCopied == 1_000_000)
  }

  @Test func optionsChooseTheDirections() {
    #expect(bulk(early) { $0.options.insert(.spliceResponse) }.bytesSpliced == 0)
    #expect(bulk(early) { $0.options.insert(.spliceRequest) }.bytesSpliced > 0)
    #expect(bulk(early) { $0.options.insert(.spliceAuto) }.bytesSpliced > 0)
    #expect(bulk(early) { $0.refused.insert(.spliceAuto) }.bytesSpliced == 0)
  }
}
