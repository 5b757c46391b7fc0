import Balancing
import Basics
import Benchmark

/// Choosing a server a thousand times, among few and among many; the chosen one keeps its session.
func balancingSuite() -> BenchmarkSuite {
  let algorithms: [(String, Balance.Algorithm)] = [
    ("roundrobin", .roundrobin), ("static-rr", .staticRoundrobin), ("leastconn", .leastconn),
    ("first", .first), ("source", .source(KeyHash())),
    ("source, consistent", .source(KeyHash(.consistent, isAvalanche: true))),
    ("random", .random(draws: 2)),
  ]
  return BenchmarkSuite(name: "balancing, 1,000 choices") { suite in
    for (name, algorithm) in algorithms {
      for count in [4, 256] {
        suite.benchmark("\(name), \(count) servers") { state in
          var farm = Farm(
            candidates: (1...count).map { Candidate(id: $0, weight: 1 + $0 % 4) },
            algorithm: algorithm, fullconn: 1000, usesAllBackups: false)
          let now = Instant(nanoseconds: 1_000_000_000_000)
          for server in 0..<count {
            let weight = farm.weight(of: server, isReturning: false, now: now)
            _ = farm.setStanding(server, isUsable: true, effectiveWeight: weight)
          }
          var balance = Balance(algorithm, farm: farm, seed: 42)
          try state.measure {
            for client in 0..<1000 {
              let request = BalanceRequest(
                client: IPAddress(v4: 0x0a00_0000 + UInt32(client)), avoided: nil, now: now)
              guard let server = balance.next(request, in: farm) else { continue }
              farm.take(server)
              balance.loadChanged(of: server, in: farm)
            }
          }
        }
      }
    }
  }
}
