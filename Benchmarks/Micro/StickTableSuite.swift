import Basics
import Benchmark
import ConfigurationLanguage
import Proxies
import Samples

/// What tracking costs a connection: a thousand of them, from `track-sc0` to the end of the session.
func stickTableSuite() -> BenchmarkSuite {
  BenchmarkSuite(name: "tracked connections, 1,000 lives") { suite in
    let few = StickTableScene(clients: 16)
    suite.benchmark("16 clients, conn_rate") { few.run() }
    let many = StickTableScene(clients: 100_000)
    suite.benchmark("100,000 clients, conn_rate") { many.run() }
    let counted = StickTableScene(clients: 100_000, countsBytes: true)
    suite.benchmark("100,000 clients, conn_rate and bytes") { counted.run() }
    suite.benchmark("100,000 clients, asked for sc0_conn_rate") { many.run(asks: true) }
  }
}

/// A table, and the clients that are tracked in it one after the other.
private final class StickTableScene {
  private let counters: StickCounters
  private let clients: UInt32
  private var next: UInt32 = 0

  init(clients: UInt32, countsBytes: Bool = false) {
    let location = SourceLocation(file: "benchmark.cfg", line: 1)
    var table = StickTableConfiguration(
      keyType: .ip, keyLength: 4, size: 200_000, location: location)
    table.expire = .seconds(30)
    table.stored = [
      .init(.connectionCount), .init(.connectionsNow), .init(.connectionRate, period: 10_000),
    ]
    if countsBytes {
      table.stored += [.init(.bytesInCount), .init(.bytesOutCount)]
    }
    var proxy = ProxyConfiguration(
      name: "t", id: 1, capabilities: .backend, location: location)
    proxy.stickTable = table
    var configuration = Configuration()
    configuration.proxies = [proxy]
    counters = StickCounters(StickTables(configuration, seed: SipHash(1, 2)), width: 3)
    counters.now = Instant(nanoseconds: 1_000_000_000_000)
    self.clients = clients
    // The entries are there before anything is measured.
    for _ in 0..<(clients + 999) / 1000 { run() }
  }

  func run(asks: Bool = false) {
    var sum: Int64 = 0
    for _ in 0..<1000 {
      next = next &* 1_664_525 &+ 1_013_904_223
      var session = StickCounters.none
      counters.track(
        0, .address(IPAddress(v4: 0x0a00_0000 + next >> 8 % clients)), table: 0, of: &session)
      if asks {
        counters.session = session
        let rate = counters.answer(.rate(.connectionRate, 0), counter: 0, table: nil)
        sum += rate?.number ?? 0
      }
      counters.beginSession(session)
      counters.countBytes(received: 100, sent: 1000, of: session)
      counters.end(&session)
    }
    blackHole(sum)
  }
}
