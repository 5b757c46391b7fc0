import Basics
import ConfigurationLanguage
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
}
