import Basics
import ConfigurationLanguage
import Samples
import Testing

@testable import Proxies

@Suite struct StickCountersTests {
  private static let start = StickTableTests.start

  /// Tables of proxies 0, 1, ...: each with these keys and values.
  private static func tables(
    _ all: [(StickTableConfiguration.KeyType, [StickTableConfiguration.Stored])],
    size: UInt32 = 100
  ) -> StickTables {
    let location = SourceLocation(file: "t.cfg", line: 1)
    var configuration = Configuration()
    configuration.proxies = all.enumerated().map { number, table in
      var proxy = ProxyConfiguration(
        name: "t\(number)", id: number, capabilities: .backend, location: location)
      let length = table.0 == .ipv6 ? 16 : table.0 == .string || table.0 == .binary ? 8 : 4
      proxy.stickTable = StickTableConfiguration(
        keyType: table.0, keyLength: length, size: size, location: location)
      proxy.stickTable?.expire = .seconds(10)
      proxy.stickTable?.isPurgeRefused = true
      proxy.stickTable?.stored = table.1
      return proxy
    }
    return StickTables(configuration, seed: SipHash(1, 2))
  }

  private static func counters(_ tables: StickTables, width: Int = 3) -> StickCounters {
    let counters = StickCounters(tables, width: width)
    counters.now = start
    return counters
  }

  private static let address = SampleValue.address(IPAddress(v4: 0x0a00_0001))
  private static let connections: [StickTableConfiguration.Stored] = [
    .init(.connectionCount), .init(.connectionsNow), .init(.connectionRate, period: 1000),
    .init(.sessionCount), .init(.bytesInCount), .init(.bytesOutCount), .init(.gpc0),
    .init(.gpt0),
  ]

  @Test func aTrackedSessionIsCountedFromItsBeginningToItsEnd() {
    let counters = StickCountersTests.counters(
      StickCountersTests.tables([(.ip, StickCountersTests.connections)]))
    var first = StickCounters.none
    counters.track(0, StickCountersTests.address, table: 0, of: &first)
    counters.beginSession(first)
    var second = StickCounters.none
    counters.track(2, StickCountersTests.address, table: 0, of: &second)
    counters.session = second
    func number(_ question: TableQuestion) -> Int64? {
      counters.answer(question, counter: 2, table: nil)?.number
    }
    #expect(number(.value(.connectionCount, 0)) == 2)
    #expect(number(.value(.connectionsNow, 0)) == 2)
    #expect(number(.rate(.connectionRate, 0)) == 2)
    #expect(number(.value(.sessionCount, 0)) == 1)
    #expect(number(.trackers) == 2)
    #expect(number(.value(.sessionRate, 0)) == nil, "it is not stored")
    #expect(counters.answer(.presence, counter: 2, table: nil) == .bool(true))
    #expect(counters.answer(.presence, counter: 0, table: nil) == .bool(false))
    #expect(counters.answer(.key, counter: 2, table: nil) == StickCountersTests.address)
    #expect(counters.answer(.key, counter: 9, table: nil) == nil)

    counters.countBytes(received: 3000, sent: 70_000, of: first)
    counters.end(&first)
    #expect(first == StickCounters.none)
    #expect(number(.value(.connectionsNow, 0)) == 1)
    #expect(number(.kilobytes(.bytesInCount)) == 2)
    #expect(number(.kilobytes(.bytesOutCount)) == 68)
    #expect(number(.trackers) == 1)
    counters.end(&second)
    #expect(counters.count == 0)
  }

  @Test func placesAreUsedAgain() {
    let counters = StickCountersTests.counters(
      StickCountersTests.tables([(.ip, StickCountersTests.connections)]))
    for number in 0..<100 {
      var session = StickCounters.none
      counters.track(
        number % 3, .address(IPAddress(v4: UInt32(number % 7))), table: 0, of: &session)
      #expect(session == 0)
      #expect(counters.tracks(number % 3, of: session))
      #expect(!counters.tracks((number + 1) % 3, of: session))
      counters.end(&session)
    }
  }

  @Test func aFullTableTracksNothing() {
    let counters = StickCountersTests.counters(
      StickCountersTests.tables([(.ip, StickCountersTests.connections)], size: 1))
    var first = StickCounters.none
    counters.track(0, StickCountersTests.address, table: 0, of: &first)
    var second = StickCounters.none
    counters.track(0, .address(IPAddress(v4: 9)), table: 0, of: &second)
    #expect(second == StickCounters.none)
    #expect(counters.available(table: 0) == 0)
    counters.end(&first)
  }

  @Test func anotherTableIsAskedAboutTheSameKey() {
    let counters = StickCountersTests.counters(
      StickCountersTests.tables([
        (.ip, StickCountersTests.connections), (.ip, [.init(.gpc0)]), (.integer, []),
      ]))
    var session = StickCounters.none
    counters.track(0, StickCountersTests.address, table: 0, of: &session)
    counters.session = session
    let question = TableQuestion.value(.gpc0, 0)
    #expect(counters.answer(question, counter: 0, table: 1) == .integer(0), "the key is not there")
    #expect(counters.answer(.presence, counter: 0, table: 1) == .bool(true))
    #expect(counters.answer(question, counter: 0, table: 2) == nil, "its keys are numbers")
    _ = counters.answer(
      .increment(.gpc0, 0), key: StickCountersTests.address, table: 1, adds: true)
    #expect(counters.answer(question, counter: 0, table: 1) == .integer(1))
    #expect(counters.answer(question, counter: 0, table: nil) == .integer(0))
    #expect(counters.answer(.trackers, counter: 0, table: 1) == .integer(0))
    counters.end(&session)
  }

  @Test func generalPurposeCountersAndTags() {
    let counters = StickCountersTests.counters(
      StickCountersTests.tables([
        (
          .ip,
          [.init(.gpc, count: 2), .init(.gpcRate, count: 2, period: 1000), .init(.gpt, count: 2)]
        )
      ]))
    var session = StickCounters.none
    counters.track(1, StickCountersTests.address, table: 0, of: &session)
    counters.session = session
    counters.add(5, to: .gpc, 1, counter: 1, of: session)
    counters.add(1, to: .gpc1, 0, counter: 1, of: session)
    counters.add(1, to: .gpc, 7, counter: 1, of: session)
    counters.add(1, to: .gpc0, 0, counter: 0, of: session)
    counters.set(.gpt, 1, to: 77, counter: 1, of: session)
    counters.set(.gpt0, 0, to: 7, counter: 1, of: session)
    func answer(_ question: TableQuestion) -> Int64? {
      counters.answer(question, counter: 1, table: nil)?.number
    }
    #expect(answer(.value(.gpc, 1)) == 6)
    #expect(answer(.value(.gpc1, 0)) == 6)
    #expect(answer(.rate(.gpcRate, 1)) == 6)
    #expect(answer(.value(.gpc, 2)) == nil)
    #expect(answer(.value(.gpt, 1)) == 77)
    #expect(answer(.value(.gpt, 0)) == 7)
    #expect(answer(.increment(.gpc0, 0)) == 1)
    #expect(answer(.clear(.gpc, 1)) == 6)
    #expect(answer(.value(.gpc, 1)) == 0)
    #expect(answer(.increment(.gpc, 5)) == 0)
    #expect(answer(.clear(.gpc, 5)) == nil)
    counters.end(&session)
  }

  @Test func keysThatAreNotThereAreAnsweredWithZero() {
    let tables = StickCountersTests.tables([(.ip, [.init(.gpc0), .init(.connectionCount)])])
    let counters = StickCountersTests.counters(tables)
    func answer(_ question: TableQuestion, adds: Bool = false) -> SampleValue? {
      counters.answer(question, key: StickCountersTests.address, table: 0, adds: adds)
    }
    #expect(answer(.presence) == .bool(false))
    #expect(answer(.value(.sessionCount, 0)) == .integer(0))
    #expect(answer(.trackers) == .integer(0))
    #expect(answer(.remainingLife) == nil)
    #expect(counters.count(table: 0) == 0)
    #expect(answer(.countConnection, adds: true) == .integer(1))
    #expect(answer(.presence) == .bool(true))
    #expect(answer(.trackers) == .integer(1), "whoever looks holds it, as in HAProxy")
    #expect(answer(.value(.sessionCount, 0)) == nil)
    #expect(answer(.remainingLife) == .integer(10_000))
    #expect(answer(.idleTime) == .integer(0))
    counters.now = StickCountersTests.start + .seconds(3)
    #expect(answer(.idleTime) == .integer(3_000))
    #expect(
      counters.answer(.presence, key: .string(Array("x".utf8)), table: 0, adds: true)
        == .bool(false), "no address")
    #expect(counters.count(table: 0) == 1)
  }

  @Test(
    arguments: [
      (.ip, .integer(0x0a00_0001), .address(IPAddress(v4: 0x0a00_0001))),
      (.ipv6, .address(IPAddress(v4: 7)), .address(IPAddress(v6: 0, 0xffff_0000_0007))),
      (.integer, .address(IPAddress(v4: 7)), .integer(7)),
      (.integer, .integer(-1), .integer(0xffff_ffff)),
      (.string, .integer(12), .string(Array("12".utf8))),
      (.binary, .integer(1), .binary([0, 0, 0, 0, 0, 0, 0, 1])),
      (.binary, .string([0x61]), .binary([0x61, 0, 0, 0, 0, 0, 0, 0])),
    ] as [(StickTableConfiguration.KeyType, SampleValue, SampleValue)])
  func keysAreCastToTheTypeOfTheTable(
    type: StickTableConfiguration.KeyType, value: SampleValue, key: SampleValue
  ) {
    let counters = StickCountersTests.counters(StickCountersTests.tables([(type, [])]))
    var session = StickCounters.none
    counters.track(0, value, table: 0, of: &session)
    counters.session = session
    #expect(counters.answer(.key, counter: 0, table: nil) == key)
    counters.end(&session)
  }

  // MARK: Sticking

  private static func backend(_ servers: [(name: String, id: Int)]) -> ProxyConfiguration {
    let location = SourceLocation(file: "t.cfg", line: 1)
    var proxy = ProxyConfiguration(
      name: "b", id: 9, capabilities: .backend, location: location)
    proxy.servers = servers.map {
      ServerConfiguration(
        name: $0.name, id: $0.id, host: .ip(IPAddress(v4: 0x7f00_0001)),
        port: .fixed(UInt16($0.id)), location: location)
    }
    return proxy
  }

  @Test func aServerIsRememberedByItsNameAndByItsNumber() {
    let tables = StickCountersTests.tables([(.ip, [.init(.serverID), .init(.serverKey)])])
    let counters = StickCountersTests.counters(tables)
    let names = StickServers(
      StickCountersTests.backend([("a", 1), ("b", 2), ("c", 3)]), in: tables[0])
    let address = StickCountersTests.address
    #expect(counters.server(for: address, table: 0, among: names) == nil)
    var list = StickCounters.none
    counters.store(address, table: 0, into: &list)
    #expect(counters.stores(into: 0, in: list))
    #expect(counters.server(for: address, table: 0, among: names) == nil, "not connected yet")
    counters.remember(1, among: [0: names], for: &list)
    #expect(list == StickCounters.none)
    #expect(counters.server(for: address, table: 0, among: names) == 1)
    // The name goes before the number.
    let renumbered = StickServers(
      StickCountersTests.backend([("x", 2), ("b", 7)]), in: tables[0])
    #expect(counters.server(for: address, table: 0, among: renumbered) == 1)
    let renamed = StickServers(StickCountersTests.backend([("x", 9), ("y", 2)]), in: tables[0])
    #expect(counters.server(for: address, table: 0, among: renamed) == 1)
    let others = StickServers(StickCountersTests.backend([("x", 9)]), in: tables[0])
    #expect(counters.server(for: address, table: 0, among: others) == nil)
    #expect(counters.storeCount == 0)
  }

  @Test func aSessionKeepsEightKeysAtMost() {
    let tables = StickCountersTests.tables(
      (0..<10).map { _ in (.integer, [.init(.serverID), .init(.serverKey)]) })
    let counters = StickCountersTests.counters(tables)
    var list = StickCounters.none
    for table in 0..<10 { counters.store(.integer(1), table: table, into: &list) }
    #expect(counters.storeCount == 8)
    #expect(counters.stores(into: 7, in: list))
    #expect(!counters.stores(into: 8, in: list))
    counters.forget(&list)
    #expect(counters.storeCount == 0)
  }

  @Test(
    "a million entries take less than 200 bytes each",
    .enabled(if: Environment.isLong))
  func aMillionEntries() throws {
    let table = StickTableTests.table(
      size: 1 << 20, expire: .seconds(60), stored: StickCountersTests.connections, shards: nil)
    for number in 0..<1_000_000 {
      let key = withUnsafeBytes(of: UInt32(number).bigEndian) { Array($0) }
      let entry = try #require(table.hold(key, now: StickCountersTests.start))
      table.release(entry, now: StickCountersTests.start)
    }
    #expect(table.count == 1_000_000)
    let bytes = table.allocatedBytes / table.count
    print("a million entries: \(bytes) bytes each")
    #expect(bytes < 200)
  }
}
