import Basics
import ConfigurationLanguage
import Testing

@testable import Proxies

/// A stick table beside a simple model of it: random keys, holds, counts, releases and times.
@Suite struct StickTableModelTests {
  @Test(arguments: 0..<40)
  func tableAndModelAgreeWhateverHappens(seed: Int) {
    var dialogue = StickTableDialogue(seed: seed)
    for _ in 0..<1500 { dialogue.step() }
    dialogue.table.checkInvariants()
  }
}

private struct StickTableDialogue {
  struct Entry {
    var references = 0
    var expiry: UInt64
    var connections: UInt64 = 0
    var bytes: UInt64 = 0
    var rate = StickTableRate()
    var tag: UInt64 = 0
  }

  let table: StickTable
  let size: Int
  let lifetime: UInt64
  let isPurgeRefused: Bool
  var random: Random
  var milliseconds: UInt64 = 7_000_000
  /// Keys from the one used longest ago on.
  var order: [Int] = []
  var entries: [Int: Entry] = [:]
  var held: [(key: Int, entry: StickTableEntry)] = []

  init(seed: Int) {
    random = Random(seed: UInt64(seed))
    size = [3, 10, 60, 500][seed % 4]
    lifetime = seed % 3 == 0 ? 0 : 400
    isPurgeRefused = seed % 5 == 0
    table = StickTableTests.table(
      size: UInt32(size), expire: lifetime == 0 ? nil : .milliseconds(Int64(lifetime)),
      isPurgeRefused: isPurgeRefused,
      stored: [
        .init(.connectionCount), .init(.bytesInCount), .init(.connectionRate, period: 100),
        .init(.gpt0),
      ])
  }

  var now: Instant { Instant(nanoseconds: milliseconds * 1_000_000) }

  mutating func step() {
    milliseconds += UInt64(random.below(8))
    if random.below(200) == 0 { milliseconds += UInt64(random.below(600)) }
    switch random.below(10) {
    case 0...3: hold()
    case 4: find()
    case 5...6: use()
    case 7...8: release()
    default: expire()
    }
    #expect(table.count == entries.count)
  }

  /// Keys near each other come often, far ones seldom.
  private mutating func anyKey() -> Int { random.below(1 + random.below(2 * size)) }

  private mutating func remove(_ key: Int) {
    entries[key] = nil
    order.removeAll { $0 == key }
  }

  private mutating func touch(_ key: Int) {
    entries[key]?.expiry = milliseconds + lifetime
    order.removeAll { $0 == key }
    order.append(key)
  }

  private func hasExpired(_ key: Int) -> Bool {
    guard lifetime > 0, let entry = entries[key] else { return false }
    return entry.references == 0 && entry.expiry <= milliseconds
  }

  private mutating func hold() {
    let key = anyKey()
    if hasExpired(key) { remove(key) }
    let found = table.hold(StickTableTests.key(key), now: now)
    if entries[key] == nil {
      if entries.count >= size, !isPurgeRefused {
        for old in order.prefix(200).filter({ entries[$0]?.references == 0 }).prefix(2) {
          remove(old)
        }
      }
      guard entries.count < size else {
        #expect(found == nil)
        return
      }
      entries[key] = Entry(expiry: milliseconds + lifetime)
      order.append(key)
    }
    entries[key]?.references += 1
    guard let found else {
      Issue.record("there is room for \(key)")
      return
    }
    held.append((key, found))
    check(key, found)
  }

  private mutating func find() {
    let key = anyKey()
    if hasExpired(key) { remove(key) }
    let found = table.find(StickTableTests.key(key), now: now)
    #expect((found != nil) == (entries[key] != nil))
    guard let found else { return }
    check(key, found)
    table.release(found, now: now)
  }

  private mutating func use() {
    guard !held.isEmpty else { return }
    let (key, entry) = held[random.below(held.count)]
    let bytes = UInt64(random.below(1 << 20)) << 20
    let tag = UInt64(random.below(1000))
    table.update(entry, now: now) { shard, record in
      shard.beginConnection(in: record)
      shard.countBytesIn(bytes, in: record)
      shard.set(.gpt0, to: tag, in: record)
    }
    entries[key]?.connections += 1
    entries[key]?.bytes += bytes
    entries[key]?.tag = tag
    entries[key]?.rate.count(1, period: 100, now: UInt32(truncatingIfNeeded: milliseconds))
    touch(key)
    check(key, entry)
  }

  private mutating func release() {
    guard !held.isEmpty else { return }
    let (key, entry) = held.remove(at: random.below(held.count))
    table.release(entry, now: now)
    entries[key]?.references -= 1
    if hasExpired(key) { remove(key) }
  }

  private mutating func expire() {
    let next = table.expire(now: now)
    guard lifetime > 0 else {
      #expect(next == nil)
      return
    }
    for _ in 0..<StickTable.expiryVisit {
      guard let key = order.first, let entry = entries[key], entry.expiry <= milliseconds else {
        break
      }
      if entry.references > 0 { touch(key) } else { remove(key) }
    }
    let expected = order.first.flatMap { entries[$0]?.expiry }
    #expect(next == expected.map { Instant(nanoseconds: $0 * 1_000_000) })
  }

  private func check(_ key: Int, _ entry: StickTableEntry) {
    guard let expected = entries[key] else {
      Issue.record("\(key) should be gone")
      return
    }
    let found = table.read(entry, now: now) { shard, record in
      [
        shard.value(of: .connectionCount, in: record), shard.value(of: .bytesInCount, in: record),
        shard.events(of: .connectionRate, in: record), shard.value(of: .gpt0, in: record),
      ]
    }
    let rate = expected.rate.events(in: 100, now: UInt32(truncatingIfNeeded: milliseconds))
    #expect(found == [expected.connections, expected.bytes, UInt64(rate), expected.tag])
    guard lifetime > 0 else { return }
    let remaining = max(Int64(expected.expiry) - Int64(milliseconds), 0)
    #expect(table.age(of: entry, now: now).remaining == .milliseconds(remaining))
  }
}
