import Basics
import Samples
import ConfigurationLanguage
import Testing

@testable import Proxies

@Suite struct StickTableTests {
  static let start = Instant(nanoseconds: 5_000_000_000_000)

  /// - Parameter shards: nil for as many as a table of the size has.
  static func table(
    _ keyType: StickTableConfiguration.KeyType = .ip, length: Int = 4, size: UInt32 = 1000,
    expire: Duration? = nil, isPurgeRefused: Bool = false,
    stored: [StickTableConfiguration.Stored] = [], byteRateFactor: UInt32 = 1, shards: Int? = 1
  ) -> StickTable {
    var configuration = StickTableConfiguration(
      keyType: keyType, keyLength: length, size: size,
      location: SourceLocation(file: "t.cfg", line: 1))
    configuration.expire = expire
    configuration.isPurgeRefused = isPurgeRefused
    configuration.stored = stored
    configuration.byteRateFactor = byteRateFactor
    let seed = SipHash(1, 2)
    guard let shards else { return StickTable(configuration, name: "t", seed: seed) }
    return StickTable(configuration, name: "t", seed: seed, shardCount: shards)
  }

  static func key(_ number: Int) -> [UInt8] {
    [10, UInt8(number >> 16 & 255), UInt8(number >> 8 & 255), UInt8(number & 255)]
  }

  // MARK: Keys

  @Test func stringsAreCutToTheirLengthAndEndAtAZero() {
    let table = StickTableTests.table(.string, length: 5)
    let now = StickTableTests.start
    let entry = table.hold(Array("abcdefg".utf8), now: now)
    #expect(table.find(Array("abcdeXY".utf8), now: now) == entry)
    #expect(table.find(Array("abcd".utf8), now: now) == nil)
    #expect(table.find(Array("abcde\0q".utf8), now: now) == entry)
    let short = table.hold(Array("ab".utf8), now: now)
    #expect(short != entry)
    #expect(table.find(Array("ab\0".utf8), now: now) == short)
    #expect(table.hold([], now: now) != nil)
    #expect(table.count == 3)
    table.checkInvariants()
  }

  @Test func binaryKeysAreFilledUpWithZeros() {
    let table = StickTableTests.table(.binary, length: 6)
    let now = StickTableTests.start
    let entry = table.hold([1, 2], now: now)
    #expect(table.find([1, 2, 0, 0], now: now) == entry)
    #expect(table.find([1, 2, 0, 0, 0, 0, 9], now: now) == entry)
    #expect(table.find([1, 2, 0, 0, 0, 9], now: now) == nil)
    #expect(table.find([0, 1, 2], now: now) == nil)
    if let entry {
      #expect(table.read(entry, now: now) { $0.key(of: $1) } == [1, 2, 0, 0, 0, 0])
    }
  }

  // MARK: Values

  @Test func everyTypeKeepsItsValueAndTouchesNoOther() throws {
    let stored = StickTableDataType.allCases.map {
      StickTableConfiguration.Stored(
        $0, count: $0.isArray ? 3 : 1, period: $0.storage == .rate ? 10_000 : 0)
    }
    let table = StickTableTests.table(stored: stored)
    let now = StickTableTests.start
    let entry = try #require(table.hold(StickTableTests.key(1), now: now))
    table.update(entry, now: now) { shard, record in
      for stored in stored {
        for element in 0..<stored.count {
          let mark = UInt64(stored.type.rawValue) * 10 + UInt64(element) + 1
          if stored.type.storage == .rate {
            shard.count(mark, for: stored.type, element, in: record)
          } else {
            shard.set(stored.type, element, to: mark << 33 | mark, in: record)
          }
        }
      }
    }
    table.read(entry, now: now) { shard, record in
      for stored in stored {
        for element in 0..<stored.count {
          let mark = UInt64(stored.type.rawValue) * 10 + UInt64(element) + 1
          switch stored.type.storage {
          case .rate: #expect(shard.events(of: stored.type, element, in: record) == mark)
          case .long: #expect(shard.value(of: stored.type, in: record) == mark << 33 | mark)
          default: #expect(shard.value(of: stored.type, element, in: record) == mark)
          }
        }
        #expect(shard.value(of: stored.type, stored.count, in: record) == nil)
        #expect(shard.events(of: stored.type, stored.count, in: record) == nil)
      }
    }
    table.checkInvariants()
  }

  @Test func whatIsNotStoredIsNilAndCannotBeWritten() throws {
    let table = StickTableTests.table()
    let now = StickTableTests.start
    let entry = try #require(table.hold(StickTableTests.key(1), now: now))
    table.update(entry, now: now) { shard, record in
      shard.beginConnection(in: record)
      shard.set(.serverID, to: 5, in: record)
      #expect(shard.value(of: .serverID, in: record) == nil)
      #expect(shard.count(1, for: .connectionRate, in: record) == nil)
      #expect(shard.increment(.gpc0, in: record) == nil)
    }
  }

  @Test func arraysStandInForTheSingleCounters() throws {
    let table = StickTableTests.table(
      stored: [
        .init(.gpc, count: 2), .init(.gpcRate, count: 2, period: 1000), .init(.gpt, count: 1),
      ])
    let now = StickTableTests.start
    let entry = try #require(table.hold(StickTableTests.key(1), now: now))
    table.update(entry, now: now) { shard, record in
      #expect(shard.increment(.gpc1, in: record) == 1)
      #expect(shard.increment(.gpc1, by: 4, in: record) == 5)
      #expect(shard.value(of: .gpc, 1, in: record) == 5)
      #expect(shard.value(of: .gpc1, in: record) == 5)
      #expect(shard.events(of: .gpc1Rate, in: record) == 5)
      #expect(shard.increment(.gpc, 2, in: record) == nil)
      shard.set(.gpt0, to: 7, in: record)
      #expect(shard.value(of: .gpt, 0, in: record) == 7)
      shard.clear(rate: .gpcRate, 1, in: record)
      #expect(shard.events(of: .gpc1Rate, in: record) == 0)
    }
  }

  @Test func aTrackedConnectionCounts() throws {
    let table = StickTableTests.table(
      stored: [
        .init(.connectionCount), .init(.connectionsNow), .init(.connectionRate, period: 1000),
        .init(.sessionCount), .init(.sessionRate, period: 1000), .init(.bytesInCount),
        .init(.bytesInRate, period: 1000), .init(.bytesOutCount),
      ], byteRateFactor: 1000)
    let now = StickTableTests.start
    let entry = try #require(table.hold(StickTableTests.key(1), now: now))
    table.update(entry, now: now) { shard, record in
      shard.beginConnection(in: record)
      shard.beginConnection(in: record)
      shard.beginSession(in: record)
      shard.endConnection(in: record)
      shard.countBytesIn(4001, in: record)
      shard.countBytesOut(1 << 33, in: record)
      #expect(shard.value(of: .connectionCount, in: record) == 2)
      #expect(shard.value(of: .connectionsNow, in: record) == 1)
      #expect(shard.events(of: .connectionRate, in: record) == 2)
      #expect(shard.value(of: .sessionCount, in: record) == 1)
      #expect(shard.events(of: .sessionRate, in: record) == 1)
      #expect(shard.value(of: .bytesInCount, in: record) == 4001)
      #expect(shard.events(of: .bytesInRate, in: record) == 5000, "in thousands, rounded up")
      #expect(shard.value(of: .bytesOutCount, in: record) == 1 << 33)
      shard.endConnection(in: record)
      shard.endConnection(in: record)
      #expect(shard.value(of: .connectionsNow, in: record) == 0)
    }
  }

  @Test func serversHaveNumbersThatStay() {
    let table = StickTableTests.table(stored: [.init(.serverKey)])
    #expect(["a", "b", "a", "c"].map(table.number(ofServer:)) == [1, 2, 1, 3])
    #expect([0, 1, 3, 4].map { table.serverKey($0) } == [nil, "a", "c", nil])
  }

  // MARK: Expiry

  @Test func anEntryLivesFromItsLastUseOn() throws {
    let table = StickTableTests.table(expire: .seconds(10))
    let now = StickTableTests.start
    let entry = try #require(table.hold(StickTableTests.key(1), now: now))
    #expect(table.age(of: entry, now: now + .seconds(4)) == (.seconds(4), .seconds(6)))
    table.update(entry, now: now + .seconds(5)) { _, _ in }
    table.release(entry, now: now + .seconds(5))
    #expect(table.expire(now: now + .milliseconds(14_999)) == now + .seconds(15))
    let again = try #require(
      table.find(StickTableTests.key(1), now: now + .milliseconds(14_999)))
    table.release(again, now: now + .milliseconds(14_999))
    #expect(table.find(StickTableTests.key(1), now: now + .seconds(15)) == nil)
    #expect(table.count == 0)
    #expect(table.expire(now: now + .seconds(15)) == nil)
  }

  @Test func whatIsHeldDoesNotExpire() throws {
    let table = StickTableTests.table(expire: .seconds(10))
    let now = StickTableTests.start
    let entry = try #require(table.hold(StickTableTests.key(1), now: now))
    #expect(table.expire(now: now + .seconds(30)) == now + .seconds(40))
    #expect(table.count == 1)
    table.release(entry, now: now + .seconds(40))
    #expect(table.count == 0, "its life was over when it was released")
  }

  @Test func withoutExpireEntriesStay() throws {
    let table = StickTableTests.table()
    let now = StickTableTests.start
    let entry = try #require(table.hold(StickTableTests.key(1), now: now))
    table.release(entry, now: now + .seconds(1_000_000))
    #expect(table.expire(now: now + .seconds(2_000_000)) == nil)
    #expect(table.count == 1)
  }

  // MARK: Full tables

  @Test func aFullTableLosesTwoOfThoseUsedLongestAgo() throws {
    let table = StickTableTests.table(size: 4)
    var now = StickTableTests.start
    for number in 0..<4 {
      let entry = try #require(table.hold(StickTableTests.key(number), now: now))
      if number != 1 { table.release(entry, now: now) }
      now = now + .seconds(1)
    }
    let first = try #require(table.find(StickTableTests.key(0), now: now))
    table.update(first, now: now) { _, _ in }
    table.release(first, now: now)
    // 0 was used last, 1 is held: 2 and 3 go.
    #expect(table.hold(StickTableTests.key(9), now: now) != nil)
    #expect(table.count == 3)
    #expect(table.find(StickTableTests.key(0), now: now) != nil)
    #expect(table.find(StickTableTests.key(1), now: now) != nil)
    #expect(table.find(StickTableTests.key(2), now: now) == nil)
    #expect(table.find(StickTableTests.key(3), now: now) == nil)
  }

  @Test func nopurgeRefusesNewEntries() throws {
    let table = StickTableTests.table(size: 1, isPurgeRefused: true)
    let now = StickTableTests.start
    let entry = try #require(table.hold(StickTableTests.key(1), now: now))
    table.release(entry, now: now)
    #expect(table.hold(StickTableTests.key(2), now: now) == nil)
    #expect(table.hold(StickTableTests.key(1), now: now) != nil)
    #expect(table.count == 1)
  }

  @Test func whenAllAreHeldThereIsNoRoom() throws {
    for shards in [1, 8] {
      let table = StickTableTests.table(size: 40, shards: shards)
      let now = StickTableTests.start
      for number in 0..<40 { _ = table.hold(StickTableTests.key(number), now: now) }
      #expect(table.hold(StickTableTests.key(99), now: now) == nil)
      #expect(table.count == 40)
      let entry = try #require(table.find(StickTableTests.key(17), now: now))
      table.release(entry, now: now)
      table.release(entry, now: now)
      #expect(table.hold(StickTableTests.key(99), now: now) != nil, "in whatever shard")
      table.checkInvariants()
    }
  }

  // MARK: Many

  @Test func entriesTakeAtMostTwoHundredBytes() {
    let stored: [StickTableConfiguration.Stored] = [
      .init(.serverID), .init(.gpc0), .init(.gpc0Rate, period: 10_000), .init(.connectionCount),
      .init(.connectionsNow), .init(.connectionRate, period: 10_000), .init(.sessionCount),
      .init(.sessionRate, period: 10_000), .init(.bytesInCount), .init(.bytesOutCount),
      .init(.bytesInRate, period: 60_000), .init(.bytesOutRate, period: 60_000),
    ]
    let ipv6 = StickTableTests.table(
      .ipv6, length: 16, size: 1_000_000, stored: stored, shards: nil)
    #expect(ipv6.layout.entryBytesMax <= 200)
    let count = 100_000
    let table = StickTableTests.table(size: 1_000_000, stored: stored, shards: nil)
    for number in 0..<count {
      if let entry = table.hold(StickTableTests.key(number), now: StickTableTests.start) {
        table.release(entry, now: StickTableTests.start)
      }
    }
    let bytes = table.allocatedBytes
    #expect(table.count == count)
    #expect(bytes / count <= 200, "\(bytes / count) bytes an entry")
  }

  @Test func workersShareATableWithoutLosingAnything() async {
    let table = StickTableTests.table(
      size: 300, expire: .milliseconds(50), stored: [.init(.connectionCount)], shards: 16)
    let kept = StickTableTests.table(size: 1000, stored: [.init(.connectionCount)], shards: 16)
    await withTaskGroup(of: Void.self) { group in
      for worker in 0..<4 {
        group.addTask {
          var random = Random(seed: UInt64(worker))
          for step in 0..<5000 {
            let now = StickTableTests.start + .milliseconds(step / 20)
            for table in [table, kept] {
              let key = StickTableTests.key(random.below(1000))
              guard let entry = table.hold(key, now: now) else { continue }
              table.update(entry, now: now) { shard, record in
                shard.beginConnection(in: record)
              }
              table.release(entry, now: now)
            }
            if random.below(50) == 0 { _ = table.expire(now: now) }
          }
        }
      }
    }
    #expect(table.count <= 300)
    table.checkInvariants()
    kept.checkInvariants()
    var sum: UInt64 = 0
    for number in 0..<1000 {
      guard let entry = kept.find(StickTableTests.key(number), now: StickTableTests.start)
      else { continue }
      sum += kept.read(entry, now: StickTableTests.start) { shard, record in
        shard.value(of: .connectionCount, in: record) ?? 0
      }
    }
    #expect(sum == 20_000)
  }
}

extension StickTable {
  func hold(_ key: [UInt8], now: Instant) -> StickTableEntry? { hold(key.span, now: now) }

  func find(_ key: [UInt8], now: Instant) -> StickTableEntry? { find(key.span, now: now) }
}

/// A small generator, the same for every run.
struct Random {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 &+ 1 }

  mutating func below(_ bound: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int(state >> 33) % bound
  }
}
