import Basics
import Testing

@testable import Balancing

/// Which server a key gets: against what HAProxy chose, and against laws.
@Suite struct HashTests {
  // MARK: As HAProxy

  @Test func addressesGetTheRecordedServers() {
    for recorded in RecordedHash.source {
      var bench = Bench(.source(recorded.keyHash), recorded.servers)
      let servers = RecordedHash.clients.map { bench.letter(client: $0) }.joined()
      #expect(recorded.agrees(with: servers), "\(recorded)")
    }
  }

  @Test func bytesGetTheRecordedServersByEveryFunction() {
    for recorded in RecordedHash.bytes {
      var bench = Bench(.hash(recorded.keyHash), recorded.servers)
      let servers = RecordedHash.clients.map { client in
        let number = client.v4Number
        let key = stride(from: 24, through: 0, by: -8).map {
          UInt8(truncatingIfNeeded: number >> UInt32($0))
        }
        return bench.letter(hash: recorded.keyHash.hash(key.span))
      }
      #expect(recorded.agrees(with: servers.joined()), "\(recorded)")
    }
  }

  @Test func textsGetTheRecordedServersByEveryFunction() {
    for recorded in RecordedHash.text {
      var bench = Bench(.hash(recorded.keyHash), recorded.servers)
      let servers = RecordedHash.clients.map { client in
        let key = Array("\(client)-of-a-client".utf8)
        return bench.letter(hash: recorded.keyHash.hash(key.span))
      }
      #expect(recorded.agrees(with: servers.joined()), "\(recorded)")
    }
  }

  @Test func busyServersArePassedOverAsRecorded() {
    for recorded in RecordedHash.balanceFactor {
      var bench = Bench(
        .source(recorded.keyHash), recorded.servers,
        limits: RingLimits(balanceFactor: recorded.balanceFactor))
      let servers = RecordedHash.clients.prefix(400).map { client in
        bench.letter(client: client, isHeld: true)
      }
      #expect(recorded.agrees(with: servers.joined()), "\(recorded)")
    }
  }

  @Test func clientsWithoutAKeyGetTheServersInTurnAsRecorded() {
    for recorded in RecordedHash.noKey {
      var bench = Bench(.source(recorded.keyHash), recorded.servers)
      let servers = (0..<200).map { _ in bench.letter(client: nil) }
      #expect(recorded.agrees(with: servers.joined()), "\(recorded)")
    }
  }

  // MARK: Keys

  @Test func withoutAFunctionTheKeyIsADecimalNumber() {
    let none = KeyHash(function: nil)
    for (text, number) in [
      ("0", 0), ("17", 17), ("+17", 17), ("-1", 0xffff_ffff), ("12x9", 12), ("x", 0), ("", 0),
      ("-", 0), ("4294967297", 1), ("99999999999999999999", 0xffff_ffff),
      ("-99999999999999999999", 0),
    ] as [(String, UInt32)] {
      #expect(none.hash(Array(text.utf8).span) == number, "\(text)")
    }
    let spread = KeyHash(function: nil, isAvalanche: true)
    #expect(spread.hash(Array("17".utf8).span) == HashFunction.avalanche(17))
  }

  @Test func aLoneServerNeedsNoKeyOfAnExpressionButOneOfACookie() {
    var expression = Bench(.hash(KeyHash()), weights: [1], maxconn: [1])
    expression.take(0)
    #expect(expression.next(hash: nil) == 0, "it is chosen though it is full")
    var cookie = Bench(.rdpCookie(KeyHash()), weights: [1], maxconn: [1])
    cookie.take(0)
    #expect(cookie.next(hash: nil) == nil, "in turn, and it is full")
    #expect(cookie.next(hash: 5) == 0)
  }

  // MARK: The ring

  @Test func serversWithTheSameRingKeySharePointsTheOldestFirst() {
    let address = IPAddress(v4: 0x7f00_0001)
    let candidates = (1...3).map {
      Candidate(id: $0, weight: 1, ringKey: RingKey(address: address, port: nil))
    }
    var bench = Bench(.source(.init(.consistent, isAvalanche: true)), candidates: candidates)
    func letters(_ bench: inout Bench) -> Set<String> {
      Set(RecordedHash.clients.map { bench.letter(client: $0) })
    }
    // A point's nearest neighbours below are the last of the servers there, those above the first.
    #expect(letters(&bench) == ["A", "C"])
    bench.setUsable(0, false)
    #expect(letters(&bench) == ["B", "C"])
    bench.setUsable(0, true)
    #expect(letters(&bench) == ["B", "A"])
  }

  @Test func addressesDecideAboutTheRingWhateverTheOrder() {
    let addresses = [0x0a00_0001, 0x0a00_0002, 0x0a00_0003].map { IPAddress(v4: UInt32($0)) }
    func bench(_ order: [Int], port: Int?) -> Bench {
      let candidates = order.enumerated().map { place, server in
        Candidate(
          id: place + 1, weight: server + 1,
          ringKey: RingKey(address: addresses[server], port: port))
      }
      return Bench(.source(.init(.consistent)), candidates: candidates)
    }
    for port in [nil, 80] {
      var one = bench([0, 1, 2], port: port)
      var other = bench([2, 0, 1], port: port)
      for client in RecordedHash.clients {
        let place = other.next(client: client) ?? 9
        #expect(one.next(client: client) == [2, 0, 1][place])
      }
    }
  }

  /// Comings and goings must leave no trace: the servers of keys depend on who is there now.
  @Test func aRingThatChangedEqualsOneThatWasMadeSo() {
    var random = PseudoRandom(seed: 11)
    for hash in [KeyHash(.consistent), KeyHash(.mapBased, isAvalanche: true)] {
      var bench = Bench(.source(hash), weights: [3, 1, 2, 4, 1], backups: [4])
      var isUp = [true, true, true, true, true]
      for _ in 0..<60 {
        let server = random.below(5)
        isUp[server].toggle()
        bench.setUsable(server, isUp[server])
        var fresh = Bench(.source(hash), weights: [3, 1, 2, 4, 1], backups: [4])
        for (server, isUp) in isUp.enumerated() where !isUp {
          _ = fresh.farm.setStanding(
            server, isUsable: false,
            effectiveWeight: fresh.farm.candidates[server].effectiveWeight)
        }
        fresh.balance = Balance(.source(hash), farm: fresh.farm, seed: 1)
        for client in RecordedHash.clients.prefix(100) {
          #expect(bench.next(client: client) == fresh.next(client: client))
        }
      }
    }
  }

  @Test func affinityEndsWhenTheSlotsOrTheQueueAreFull() {
    let candidates = [
      Candidate(id: 1, weight: 1, maxconn: 1, maxqueue: 1), Candidate(id: 2, weight: 1),
    ]
    func bench(_ affinity: RingLimits.Affinity) -> (Bench, IPAddress) {
      var bench = Bench(
        .source(.init(.consistent, isAvalanche: true)), candidates: candidates,
        limits: RingLimits(affinity: affinity))
      let client = RecordedHash.clients.first { bench.next(client: $0) == 0 }
      bench.take(0)
      return (bench, client ?? .anyV4)
    }
    var (always, client) = bench(.always)
    #expect(always.next(client: client) == 0)
    var (slots, _) = bench(.maxconn)
    #expect(slots.next(client: client) == 1)
    var (queue, _) = bench(.maxqueue)
    #expect(queue.next(client: client) == 0)
    queue.farm.setQueued(0, count: 1)
    #expect(queue.next(client: client) == 1)
  }

  @Test func theServerToAvoidIsLeftOutOnTheRingButNotInTheMap() {
    var ring = Bench(.source(.init(.consistent, isAvalanche: true)), weights: [1, 1])
    var map = Bench(.source(.init(.mapBased)), weights: [1, 1])
    for client in RecordedHash.clients.prefix(50) {
      #expect(ring.next(client: client, avoiding: 0) == 1)
      #expect(map.next(client: client, avoiding: 0) == map.next(client: client))
    }
    ring.setUsable(1, false)
    #expect(ring.next(client: .anyV4, avoiding: 0) == 0)
  }
}

extension RecordedHash {
  static let clients = (0..<1000).map { index in
    IPAddress(v4: 0x7f00_0000 | ((UInt32(index) + 1) &* 0x9e_3779 & 0xff_ffff))
  }

  func agrees(with servers: String) -> Bool {
    servers.hasPrefix(first) && RecordedHash.hash(servers) == hash
  }

  /// FNV-1a
  static func hash(_ servers: String) -> UInt64 {
    servers.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }
}

extension Bench {
  init(
    _ algorithm: Balance.Algorithm, _ servers: RecordedHash.Servers,
    limits: RingLimits = RingLimits()
  ) {
    switch servers {
    case .even: self.init(algorithm, weights: [1, 1, 1, 1], limits: limits)
    case .weighted: self.init(algorithm, weights: [10, 30, 20, 5, 100], limits: limits)
    case .ids:
      self.init(algorithm, weights: [3, 1, 2, 4], ids: [30, 7, 1000, 2], limits: limits)
    case .states:
      self.init(
        algorithm, weights: [2, 3, 0, 1, 9], backups: [4], disabled: [1], limits: limits)
    case .backups:
      self.init(
        algorithm, weights: [1, 2, 5, 5, 1], backups: [1, 2, 3, 4], usesAllBackups: true,
        disabled: [0, 3], limits: limits)
    case .oneBackup:
      self.init(
        algorithm, weights: [0, 2, 2, 5, 1], backups: [1, 2, 3, 4], disabled: [1],
        limits: limits)
    }
  }

  mutating func next(hash: UInt32?) -> Int? {
    balance.next(BalanceRequest(client: nil, hash: hash, now: now), in: farm)
  }

  mutating func letter(hash: UInt32?) -> String { next(hash: hash).map(Bench.name) ?? "-" }

  mutating func letter(client: IPAddress?, isHeld: Bool = false) -> String {
    let server = next(client: client)
    if let server, isHeld { take(server) }
    return server.map(Bench.name) ?? "-"
  }
}
