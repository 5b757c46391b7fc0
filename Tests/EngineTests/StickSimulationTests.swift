import Basics
import ConfigurationLanguage
import Proxies
import Samples
import SimulatedKernel
import Testing

@testable import Engine

/// Seeds of sessions that track keys and stick to servers, whatever becomes of them: every connection is
/// counted once, every byte of the log lines is in the tables, and in the end nobody holds an entry.
@Suite struct StickSimulationTests {
  private static func rule(_ action: TCPRule.Action) -> TCPRule {
    TCPRule(action: action, condition: nil, place: RulePlace(file: "simulation.cfg", line: 2))
  }

  private static func expression(_ text: String) throws -> SampleExpression {
    var index = 0
    return try SampleReader().expression([Array(text.utf8)], &index)
  }

  private static func table(_ name: String, expire: Duration?) -> ProxyConfiguration {
    let location = SourceLocation(file: "simulation.cfg", line: 9)
    var proxy = ProxyConfiguration(
      name: name, id: 9, capabilities: .backend, location: location)
    var table = StickTableConfiguration(
      keyType: .integer, keyLength: 4, size: 100, location: location)
    table.expire = expire
    table.stored = [
      .init(.connectionCount), .init(.connectionsNow), .init(.sessionCount),
      .init(.connectionRate, period: 1000), .init(.bytesInCount), .init(.bytesOutCount),
      .init(.gpc0), .init(.serverID), .init(.serverKey),
    ]
    proxy.stickTable = table
    return proxy
  }

  private static func reference(to proxy: Int) -> NameReference {
    let reference = SampleReader().table(named: "t")
    reference.proxy = proxy
    return reference
  }

  @Test(arguments: SimulationSeeds.chosen.prefix(SimulationSeeds.chosen.count / 2 + 1))
  func everythingIsCountedOnceAndNothingIsHeld(seed: UInt64) throws {
    let world = SimulatedWorld(swarm: seed)
    world.faults.datagramDropped = 0
    var random = SeededNumbers(seed &+ 123)
    var proxy = Simulation.proxy(servers: 1 + random.below(3))
    SimulationSeeds.draw(&proxy, hasTimeouts: random.below(2) == 0, using: &random)
    proxy.options.remove(.logAsSoonAsPossible)
    let key = try StickSimulationTests.expression("int(5)")
    let track = StickSimulationTests.rule(
      .track(counter: 0, key, table: StickSimulationTests.reference(to: 1)))
    let tracksContent = random.below(3) == 0
    if tracksContent {
      proxy.contentRules.rules.insert(track, at: 0)
    } else if random.below(2) == 0 {
      proxy.sessionRules.rules.append(track)
    } else {
      proxy.connectionRules.rules.append(track)
    }
    proxy.contentRules.rules.insert(
      StickSimulationTests.rule(
        .addToCounter(StickElement(.gpc0, element: 0, counter: 0), .fixed(2))),
      at: tracksContent ? 1 : 0)
    if random.below(2) == 0 {
      proxy.stickRules.append(
        StickRule(
          matches: random.below(2) == 0, stores: true, expression: key,
          table: StickSimulationTests.reference(to: 2), condition: nil))
    }
    for index in proxy.servers.indices {
      world.serve(at: Simulation.server(index)) { PeerScript.randomServer(using: &$0) }
    }
    let simulation = Simulation(
      world: world, proxy: proxy,
      others: [
        StickSimulationTests.table("t", expire: nil),
        StickSimulationTests.table("u", expire: .milliseconds(100 + random.below(2_000))),
      ], splice: SimulationSeeds.drawSplice(using: &random))
    var clientNumbers = RandomNumbers(seed: seed &+ 5)
    for _ in 0..<(5 + random.below(20)) {
      world.addClient(
        to: Simulation.front, after: .milliseconds(random.below(2_000)),
        PeerScript.randomClient(using: &clientNumbers))
    }
    let left = simulation.run(lasting: .seconds(60))
    #expect(world.turns < Simulation.turnsMax, "the worker spins")
    #expect(left.isEmpty, "left over: \(left)")

    #expect(simulation.counters.tracking == 0)
    #expect(simulation.counters.stores == 0)
    let sessions = simulation.state.frontends[0].total
    let tables = simulation.state.tables
    let number: [UInt8] = [0, 0, 0, 5]
    guard let entry = tables[1].find(number.span, now: world.now) else {
      #expect(sessions == 0)
      return
    }
    #expect(tables[1].holders(of: entry) == 1, "the test holds it")
    let value = { (type: StickTableDataType) in
      tables[1].read(entry, now: world.now) { $0.value(of: type, in: $1) }
    }
    #expect(value(.connectionsNow) == 0)
    #expect(value(.connectionCount) == sessions)
    #expect(value(.sessionCount) == (tracksContent ? 0 : sessions))
    // Rules before one that waits for bytes are evaluated again, as in HAProxy.
    #expect(value(.gpc0) ?? 0 >= 2 * sessions && (value(.gpc0) ?? 1) % 2 == 0)
    let bytes = simulation.lines.compactMap { line in
      line.split(separator: " ").drop { !$0.hasPrefix("front/") }.dropFirst(2).first
        .flatMap { UInt64($0) }
    }
    #expect(bytes.count == simulation.lines.count)
    #expect(value(.bytesOutCount) == bytes.reduce(0, +))
    // Whoever sticks is remembered for a while only.
    #expect(tables[2].count <= 1)
    if let stuck = tables[2].find(number.span, now: world.now) {
      #expect(tables[2].holders(of: stuck) == 1)
      let server = tables[2].read(stuck, now: world.now) { $0.value(of: .serverID, in: $1) }
      #expect((1...UInt64(proxy.servers.count)).contains(server ?? 0))
      tables[2].release(stuck, now: world.now)
    }
    tables[1].release(entry, now: world.now)
  }

  @Test func entriesThatHaveExpiredAreTakenOutWithoutTraffic() throws {
    let world = SimulatedWorld(seed: 1)
    var proxy = Simulation.proxy(servers: 1)
    proxy.timeouts.connect = .seconds(1)
    proxy.connectionRules.rules = [
      StickSimulationTests.rule(
        .track(
          counter: 0, try StickSimulationTests.expression("src_port"),
          table: StickSimulationTests.reference(to: 1)))
    ]
    world.serve(at: Simulation.server(0)) { _ in .echo }
    for number in 0..<30 {
      world.addClient(
        to: Simulation.front, after: .milliseconds(number), PeerScript.source(10))
    }
    let simulation = Simulation(
      world: world, proxy: proxy,
      others: [StickSimulationTests.table("t", expire: .milliseconds(300))])
    let table = simulation.state.tables[1]
    var seen: [Int] = []
    world.perform(after: .milliseconds(100)) { seen.append(table.count) }
    world.perform(after: .milliseconds(900)) { seen.append(table.count) }
    #expect(simulation.run(lasting: .seconds(2)).isEmpty)
    #expect(seen.first ?? 0 > 0)
    #expect(seen.last == 0)
  }
}
