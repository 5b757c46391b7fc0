import Basics
import Testing

@testable import Balancing

/// Sequences against what HAProxy does, and laws against tiny models, for all small weights.
@Suite struct BalanceTests {
  @Test func roundrobinFollowsTheRecordedSequences() {
    for recorded in RecordedSequences.roundrobin + RecordedSequences.longRoundrobin {
      var bench = Bench(.roundrobin, weights: recorded.weights)
      #expect(bench.sequence(recorded.servers.count) == recorded.servers, "\(recorded.weights)")
    }
  }

  @Test func staticRoundrobinFollowsTheRecordedSequences() {
    for recorded in RecordedSequences.staticRoundrobin {
      var bench = Bench(.staticRoundrobin, weights: recorded.weights)
      #expect(bench.sequence(recorded.servers.count) == recorded.servers, "\(recorded.weights)")
    }
  }

  @Test func sourceFollowsTheRecordedSequences() {
    for recorded in RecordedSequences.source {
      var bench = Bench(.source(KeyHash()), weights: recorded.weights)
      let servers = (1...32).map { client in
        bench.next(client: IPAddress(v4: 0x7f00_0000 + UInt32(client))).map(Bench.name) ?? "-"
      }
      #expect(servers.joined() == recorded.servers, "\(recorded.weights)")
    }
  }

  @Test func everyCycleOfTheStaticMapServesEachServerAsOftenAsItsWeight() {
    for weights in Bench.smallWeights where weights.contains(where: { $0 > 0 }) {
      var bench = Bench(.staticRoundrobin, weights: weights)
      for _ in 0..<4 {
        #expect(bench.counts(weights.reduce(0, +)) == weights)
      }
    }
  }

  @Test func roundrobinStraysAtMostTwoTurnsFromTheWeightsWithinThreeCycles() {
    for weights in Bench.smallWeights where weights.contains(where: { $0 > 0 }) {
      var bench = Bench(.roundrobin, weights: weights)
      let total = weights.reduce(0, +)
      var counts = [0, 0, 0]
      for turn in 1...(3 * total) {
        if let server = bench.next() { counts[server] += 1 }
        for server in 0..<3 {
          let share = Double(turn * weights[server]) / Double(total)
          #expect(abs(Double(counts[server]) - share) <= 2, "\(weights) after \(turn)")
        }
      }
    }
  }

  @Test(arguments: [
    (Balance.Algorithm.roundrobin, "ACABCCB--"), (.staticRoundrobin, "AACBCCB--"),
    (.first, "AABBCCC--"),
  ])
  func fullServersAreLeftOut(_ algorithm: Balance.Algorithm, _ servers: String) {
    var bench = Bench(algorithm, weights: [3, 1, 2], maxconn: [2, 2, 3])
    #expect(bench.sequence(9, isHeld: true) == servers)
  }

  @Test func firstGoesByIdNotByOrder() {
    var bench = Bench(.first, weights: [3, 1, 2], maxconn: [2, 2, 3], ids: [30, 20, 10])
    #expect(bench.sequence(9, isHeld: true) == "CCCBBAA--")
  }

  @Test(arguments: [
    (Balance.Algorithm.roundrobin, false, "BBBBBB"), (.roundrobin, true, "CCBCCB"),
    (.staticRoundrobin, false, "BBBBBB"), (.leastconn, false, "BBBBBB"),
    (.random(draws: 2), false, "BBBBBB"), (.first, true, "BBBBBB"),
  ])
  func backupsServeWhenEveryActiveServerHasNoWeight(
    _ algorithm: Balance.Algorithm, _ usesAll: Bool, _ servers: String
  ) {
    var bench = Bench(
      algorithm, weights: [0, 1, 2], backups: [1, 2], usesAllBackups: usesAll)
    #expect(bench.sequence(6) == servers)
  }

  @Test func theFirstBackupTakesOverAgainWhenItReturns() {
    var bench = Bench(.roundrobin, weights: [1, 1, 1], backups: [1, 2])
    bench.setUsable(0, false)
    #expect(bench.sequence(2) == "BB")
    bench.setUsable(1, false)
    #expect(bench.sequence(2) == "CC")
    bench.setUsable(1, true)
    #expect(bench.sequence(2) == "BB")
    bench.setUsable(0, true)
    #expect(bench.sequence(2) == "AA")
  }

  @Test(arguments: [
    Balance.Algorithm.roundrobin, .staticRoundrobin, .leastconn, .first, .random(draws: 2),
  ])
  func theServerToAvoidIsTakenOnlyWhenAlone(_ algorithm: Balance.Algorithm) {
    var bench = Bench(algorithm, weights: [2, 1])
    for _ in 0..<20 { #expect(bench.next(avoiding: 0) == 1) }
    bench.setUsable(1, false)
    for _ in 0..<20 { #expect(bench.next(avoiding: 0) == 0) }
  }

  @Test func leastconnChoosesAmongTheLeastBusyForTheirWeight() {
    for weights in Bench.smallWeights where weights.contains(where: { $0 > 0 }) {
      var bench = Bench(.leastconn, weights: weights)
      var random = PseudoRandom(seed: 7)
      var held: [Int] = []
      for _ in 0..<60 {
        if !held.isEmpty, random.below(3) == 0 {
          bench.drop(held.remove(at: random.below(held.count)))
        }
        let load = { (server: Int) -> Int in
          let count = held.count { $0 == server }
          return count == 0 ? 0 : (count + 1) * 256 / weights[server]
        }
        let least = (0..<3).filter { weights[$0] > 0 }.map(load).min()
        guard let server = bench.next() else {
          Issue.record("a server is free")
          return
        }
        #expect(weights[server] > 0)
        #expect(load(server) == least)
        bench.take(server)
        held.append(server)
      }
    }
  }

  @Test func leastconnGivesEveryIdleServerItsTurn() {
    var bench = Bench(.leastconn, weights: [1, 1, 1])
    var counts = [0, 0, 0]
    var repeats = 0
    var last = -1
    for _ in 0..<3000 {
      guard let server = bench.next() else { continue }
      bench.take(server)
      bench.drop(server)
      counts[server] += 1
      repeats += server == last ? 1 : 0
      last = server
    }
    #expect(counts.allSatisfy { (800...1200).contains($0) }, "\(counts)")
    #expect(repeats > 0, "a fixed order would be no chance at all")
  }

  @Test func leastconnLeavesFullServersOut() {
    var bench = Bench(.leastconn, weights: [1, 1, 1], maxconn: [1, 2, 1])
    let servers = bench.sequence(6, isHeld: true)
    #expect(String(servers.sorted()) == "--ABBC")
  }

  @Test func randomSpreadsByWeightAndPrefersTheLessBusy() {
    var bench = Bench(.random(draws: 1), weights: [10, 30, 20])
    var counts = [0, 0, 0]
    for _ in 0..<6000 { if let server = bench.next() { counts[server] += 1 } }
    #expect((700...1300).contains(counts[0]), "\(counts)")
    #expect((2600...3400).contains(counts[1]), "\(counts)")
    var held = Bench(.random(draws: 2), weights: [1, 1, 1, 1])
    var loads = [0, 0, 0, 0]
    for _ in 0..<4000 {
      guard let server = held.next() else { continue }
      held.take(server)
      loads[server] += 1
    }
    #expect((loads.max() ?? 0) - (loads.min() ?? 0) < 60, "\(loads)")
  }

  @Test func randomCallsAFullServerNone() {
    var bench = Bench(.random(draws: 2), weights: [1], maxconn: [2])
    #expect(bench.sequence(3, isHeld: true) == "AA-")
  }

  @Test func theRingMovesOnlyTheClientsOfTheServerThatLeaves() {
    var farm = Bench(.random(draws: 1), weights: [1, 2, 3]).farm
    var ring = ConsistentRing(farm: farm, isBackup: false, limits: RingLimits())
    var random = PseudoRandom(seed: 3)
    let hashes = (0..<2000).map { _ in UInt32(truncatingIfNeeded: random.next()) }
    let before = hashes.map { ring.server(forHash: $0, avoiding: nil, in: farm, now: .origin) }
    _ = farm.setStanding(1, isUsable: false, effectiveWeight: 32)
    ring.rebuild(farm)
    for (hash, server) in zip(hashes, before) where server != 1 {
      #expect(ring.server(forHash: hash, avoiding: nil, in: farm, now: .origin) == server)
    }
  }

  /// The order must survive any mix of comings and goings: a server that may serve is found, one
  /// that may not never is.
  @Test(arguments: [
    Balance.Algorithm.roundrobin, .staticRoundrobin, .leastconn, .first, .source(KeyHash()),
    .source(KeyHash(.consistent)), .hash(KeyHash()), .rdpCookie(KeyHash(.consistent)),
    .random(draws: 2),
  ])
  func findsExactlyTheUsableServersWhateverHappens(_ algorithm: Balance.Algorithm) {
    for seed in 0..<20 {
      var random = PseudoRandom(seed: UInt64(seed))
      var bench = Bench(algorithm, weights: [1, 2, 3, 4, 5], backups: [4])
      var isUp = [true, true, true, true, true]
      for step in 0..<400 {
        if random.below(4) == 0 {
          let server = random.below(5)
          isUp[server].toggle()
          bench.setUsable(server, isUp[server])
        }
        let allowed = (0..<4).contains { isUp[$0] } ? (0..<4).filter { isUp[$0] } : [4]
        let client = IPAddress(v4: UInt32(step))
        if let server = bench.next(client: client) {
          #expect(isUp[server] && allowed.contains(server))
        } else {
          #expect(!isUp.contains(true))
        }
      }
    }
  }
}

/// A farm with one algorithm over it, as a backend would drive them.
struct Bench {
  var farm: Farm
  var balance: Balance
  var now = Instant(nanoseconds: 1_000_000_000_000)

  /// All weights from 0 to 4 of three servers.
  static let smallWeights = (0..<125).map { [$0 / 25, $0 / 5 % 5, $0 % 5] }

  init(
    _ algorithm: Balance.Algorithm, weights: [Int], maxconn: [Int] = [], ids: [Int] = [],
    backups: Set<Int> = [], usesAllBackups: Bool = false, disabled: Set<Int> = [],
    limits: RingLimits = RingLimits()
  ) {
    let candidates = weights.indices.map { index in
      Candidate(
        id: ids.isEmpty ? index + 1 : ids[index], weight: weights[index],
        isBackup: backups.contains(index), maxconn: maxconn.isEmpty ? 0 : maxconn[index])
    }
    self.init(
      algorithm, candidates: candidates, usesAllBackups: usesAllBackups, disabled: disabled,
      limits: limits)
  }

  init(
    _ algorithm: Balance.Algorithm, candidates: [Candidate], usesAllBackups: Bool = false,
    disabled: Set<Int> = [], limits: RingLimits = RingLimits()
  ) {
    farm = Farm(
      candidates: candidates, algorithm: algorithm, fullconn: 1, usesAllBackups: usesAllBackups)
    for index in candidates.indices {
      let weight = farm.weight(of: index, isReturning: false, now: now)
      _ = farm.setStanding(
        index, isUsable: !disabled.contains(index), effectiveWeight: weight)
    }
    balance = Balance(algorithm, farm: farm, limits: limits, seed: 42)
  }

  static func name(_ server: Int) -> String { String(Array("ABCDE")[server]) }

  mutating func next(
    client: IPAddress? = IPAddress(v4: 0x7f00_0001), avoiding avoided: Int? = nil
  ) -> Int? {
    balance.next(BalanceRequest(client: client, avoided: avoided, now: now), in: farm)
  }

  /// The next servers by name; `-` when all are full.
  mutating func sequence(_ count: Int, isHeld: Bool = false) -> String {
    var names = ""
    for _ in 0..<count {
      let server = next()
      names += server.map(Bench.name) ?? "-"
      if let server, isHeld { take(server) }
    }
    return names
  }

  /// How often each server comes among the next ones.
  mutating func counts(_ count: Int) -> [Int] {
    var counts = Array(repeating: 0, count: farm.candidates.count)
    for _ in 0..<count { if let server = next() { counts[server] += 1 } }
    return counts
  }

  mutating func take(_ server: Int) {
    farm.take(server)
    balance.loadChanged(of: server, in: farm)
  }

  mutating func drop(_ server: Int) {
    farm.drop(server)
    balance.loadChanged(of: server, in: farm)
  }

  mutating func setUsable(_ server: Int, _ isUsable: Bool) {
    let weight = farm.weight(of: server, isReturning: false, now: now)
    let old = farm.setStanding(server, isUsable: isUsable, effectiveWeight: weight)
    balance.standingChanged(of: server, from: old, in: farm)
  }
}
