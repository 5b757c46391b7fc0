import Basics
import ConfigurationLanguage
import HealthChecks
import Proxies
import SimulatedKernel
import Testing

@testable import Engine

/// Seeds of health checks that talk, with servers that echo, answer, fall silent or break off: every
/// check comes to an end, nothing is left over, and the worker does not spin.
@Suite struct CheckSimulationTests {
  @Test(arguments: SimulationSeeds.chosen.prefix(SimulationSeeds.chosen.count / 2 + 1))
  func everyCheckComesToAnEnd(seed: UInt64) {
    let world = SimulatedWorld(swarm: seed)
    world.faults.datagramDropped = 0
    var random = SeededNumbers(seed &+ 99)
    var proxy = Simulation.proxy(servers: 1 + random.below(4))
    proxy.options.insert(.logHealthChecks)
    proxy.timeouts.connect = .milliseconds(50 + random.below(2_000))
    if random.below(2) == 0 { proxy.timeouts.check = .milliseconds(20 + random.below(500)) }
    proxy.checkMethod = .program(program(using: &random))
    for index in proxy.servers.indices {
      var check = CheckConfiguration()
      check.inter = .milliseconds(100 + random.below(2_000))
      check.sendProxy = [nil, .v1, .v2][random.below(3)]
      proxy.servers[index].check = check
      if random.below(2) == 0 {
        proxy.servers[index].agent = AgentConfiguration(
          inter: .milliseconds(100 + random.below(1_000)), port: 0, address: nil,
          send: random.below(2) == 0 ? [] : Array("up\n".utf8))
      }
      let script = script(using: &random)
      if let script { world.serve(at: Simulation.server(index)) { _ in script } }
      if case .fixed(let port) = proxy.servers[index].port {
        proxy.servers[index].agent?.port = port
      }
    }
    let simulation = Simulation(
      world: world, proxy: proxy, checksMax: random.below(3) == 0 ? 1 + random.below(2) : nil)
    let left = simulation.run(lasting: .seconds(30))
    #expect(world.turns < Simulation.turnsMax, "the worker spins")
    #expect(left.isEmpty, "left over: \(left)")
    #expect(
      world.datagrams.contains { $0.text.contains(" check for ") }, "nothing was found at all")
  }

  private func program(using random: inout SeededNumbers) -> CheckProgram {
    var connect = CheckProgram.Connect()
    connect.lingers = random.below(2) == 0
    let long = [UInt8](repeating: 0x78, count: 1 + random.below(16_000))
    let echoed = CheckProgram(
      .tcp,
      [
        .init(.connect(connect), number: 1), .init(.send(.bytes(long)), number: 2),
        .init(.expect(CheckExpectation(.string(Array(long.prefix(100))))), number: 3),
        .init(.connect(connect), number: 4), .init(.send(.bytes([1])), number: 5),
        .init(.expect(CheckExpectation(.binary([1]))), number: 6),
      ])
    return [
      echoed, echoed, BuiltInChecks.redis, BuiltInChecks.mysql(user: nil), BuiltInChecks.ssl,
      BuiltInChecks.smtp(command: Array("HELO x".utf8)), .connection(isTcpCheck: true),
    ][random.below(7)]
  }

  /// What a server does; nil when there is none.
  private func script(using random: inout SeededNumbers) -> PeerScript? {
    let steps: [[PeerStep]] = [
      [.echo, .close], [.echo, .close], [.receiveToEnd], [.close], [.reset],
      [.send(Array("+PONG\r\n".utf8))],
      [.send(Array("220 a\r\n".utf8)), .receive(untilCount: 5), .send(Array("250 b\r\n".utf8))],
      [.wait(.milliseconds(300)), .send(Array("up\n".utf8)), .close],
      [.sendContent(100_000), .reset],
    ]
    let choice = random.below(steps.count + 1)
    guard choice < steps.count else { return nil }
    return PeerScript(steps[choice], pieceBytes: 1 + random.below(2_000))
  }
}
