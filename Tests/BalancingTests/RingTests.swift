import Basics
import Testing

@testable import Balancing

/// What HAProxy 3.4 has and 2.6 has not.
@Suite struct RingTests {
  private static func ringKeys(_ hashKey: String) -> [RingKey] {
    let loopback = IPAddress(v4: 0x7f00_0001)
    let places: [(id: Int, address: IPAddress, port: Int)] = [
      (30, loopback, 31100), (7, IPAddress(v4: 0x7f00_0002), 31106),
      (1000, IPAddress(v6: 0, 1), 31102), (2, loopback, 31103),
      (100_000, IPAddress(v6: 0, 1), 31104),
    ]
    return places.map { place in
      switch hashKey {
      case "id32": RingKey(id32: place.id)
      case "addr": RingKey(address: place.address, port: nil)
      case "addr-port": RingKey(address: place.address, port: place.port)
      default: RingKey(id: place.id)
      }
    }
  }

  private func bench(
    _ algorithm: Balance.Algorithm, hashKey: String, maxconn: Int = 0, maxqueue: Int = 0,
    affinity: RingLimits.Affinity = .always
  ) -> Bench {
    let servers = zip(
      RingTests.ringKeys(hashKey), zip([30, 7, 1000, 2, 100_000], [2, 1, 3, 1, 1]))
    let candidates = servers.map { key, server in
      Candidate(
        id: server.0, weight: server.1, maxconn: maxconn, maxqueue: maxqueue, ringKey: key)
    }
    return Bench(algorithm, candidates: candidates, limits: RingLimits(affinity: affinity))
  }

  @Test func hashKeysPlaceServersAsRecorded() {
    for recorded in RecordedRing.hashKeys {
      var bench = bench(.source(.init(.consistent, isAvalanche: true)), hashKey: recorded.key)
      let servers = RecordedHash.clients.map { bench.letter(client: $0) }.joined()
      #expect(servers.hasPrefix(recorded.first), "\(recorded.key)")
      #expect(RecordedHash.hash(servers) == recorded.hash, "\(recorded.key)")
    }
  }

  @Test func numbersAreHashesAsRecorded() {
    for recorded in RecordedRing.numbers {
      var bench = bench(.hash(recorded.keyHash), hashKey: recorded.hashKey)
      let servers = RecordedHash.clients.map { client in
        let octets = "\(client)".split(separator: ".").dropFirst().joined()
        return bench.letter(hash: recorded.keyHash.hash(Array((recorded.sign + octets).utf8).span))
      }.joined()
      #expect(servers.hasPrefix(recorded.first), "\(recorded.keyHash)")
      #expect(RecordedHash.hash(servers) == recorded.hash, "\(recorded.keyHash)")
    }
  }

  @Test func affinityEndsAsRecorded() {
    for recorded in RecordedRing.affinities {
      var bench = bench(
        .source(.init(.consistent, isAvalanche: true)), hashKey: "addr", maxconn: 20, maxqueue: 15,
        affinity: recorded.affinity)
      var servers = ""
      for client in RecordedHash.clients.prefix(recorded.servers.count) {
        guard let server = bench.next(client: client) else { continue }
        let candidate = bench.farm.candidates[server]
        if candidate.served < 20 {
          bench.take(server)
          servers += Bench.name(server)
        } else if candidate.queued < 15 {
          bench.farm.setQueued(server, count: candidate.queued + 1)
          servers += "."
        } else {
          servers += "-"
        }
      }
      #expect(servers == recorded.servers)
    }
  }
}
