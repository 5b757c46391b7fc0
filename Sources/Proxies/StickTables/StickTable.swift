public import Basics
public import ConfigurationLanguage
import Synchronization

/// A stick table at run time. HAProxy manual, section 4.2, `stick-table`.
///
/// All workers share it. Its entries are dealt out to shards by the hash of their key, each behind a
/// lock of its own that is held for single steps; whoever only looks never waits for who looks at
/// another shard. The number of entries is exact over all of them.
public final class StickTable: Sendable {
  /// The most shards: as many as HAProxy has buckets.
  static let shardCountMax = 64
  /// Entries that are removed at once to make room, and how many are looked at for that.
  private static let trashCount = 2
  private static let trashSearch = 200
  /// Entries that one visit of `expire` looks at in one shard.
  static let expiryVisit = 100

  private final class Slot: Sendable {
    let shard: Mutex<StickTableShard>
    init(_ shard: StickTableShard) { self.shard = Mutex(shard) }
  }

  /// Names and addresses of servers, and the numbers that stand for them in entries.
  private struct ServerKeys: Sendable {
    var numbers: [String: UInt32] = [:]
    var keys: [String] = []
  }

  /// The table's name: that of its proxy.
  public let name: String
  /// Where stored values lie.
  public let layout: StickTableLayout
  /// `size`
  public let size: Int
  /// `nopurge`
  public let isPurgeRefused: Bool
  /// `srvkey`
  public let serverKeyKind: StickTableConfiguration.ServerKey
  /// `expire` in milliseconds; 0 for entries that do not expire.
  private let lifetime: UInt64
  private let byteRateFactor: UInt32
  private let hash: SipHash
  private let slots: [Slot]
  private let entries = Atomic<Int>(0)
  private let serverKeys = Mutex(ServerKeys())

  /// - Parameters:
  ///   - configuration: the `stick-table` line.
  ///   - name: the name of its proxy.
  ///   - seed: a secret of the process, so that strangers cannot choose keys whose hashes collide.
  public convenience init(
    _ configuration: StickTableConfiguration, name: String, seed: SipHash
  ) {
    // A small table has fewer, so that the entry used longest ago is more nearly the oldest of all.
    var shardCount = 1
    while shardCount < StickTable.shardCountMax, shardCount * 32 <= Int(configuration.size) {
      shardCount *= 2
    }
    self.init(configuration, name: name, seed: seed, shardCount: shardCount)
  }

  /// - Parameter shardCount: a power of two.
  init(
    _ configuration: StickTableConfiguration, name: String, seed: SipHash, shardCount: Int
  ) {
    self.name = name
    let layout = StickTableLayout(configuration)
    self.layout = layout
    size = Int(configuration.size)
    isPurgeRefused = configuration.isPurgeRefused
    serverKeyKind = configuration.serverKey
    lifetime = UInt64(configuration.expire?.wholeMilliseconds ?? 0)
    byteRateFactor = configuration.byteRateFactor
    hash = seed
    slots = (0..<shardCount).map { _ in Slot(StickTableShard(layout: layout)) }
  }

  /// `expire`: how long an entry lives that is not used; nil for ever.
  public var entryLife: Duration? { lifetime > 0 ? .milliseconds(Int64(lifetime)) : nil }

  /// The entries there are.
  public var count: Int { entries.load(ordering: .relaxed) }

  /// The memory that the entries and their index take. Any thread.
  public var allocatedBytes: Int {
    slots.reduce(0) { $0 + $1.shard.withLock { $0.allocatedBytes } }
  }

  // MARK: Entries

  /// The entry of a key, made when there is none, and held. Any thread.
  ///
  /// A full table first loses entries that nobody holds, those that were used longest ago in the
  /// shard of the key or, when all of that one are held, in another.
  ///
  /// - Parameters:
  ///   - key: the key as the table's type has it: addresses in network order, `integer` in 4 bytes of
  ///     any fixed order, strings and binary keys as they are; they are cut or filled up here.
  ///   - now: the present.
  /// - Returns: an entry to `release` once; nil when the table is full and `nopurge` is set or too
  ///   many entries are held.
  public func hold(_ key: borrowing Span<UInt8>, now: Instant) -> StickTableEntry? {
    let (slot, hash, bytes) = locate(key)
    let milliseconds = now.nanoseconds / 1_000_000
    if let entry = lookUp(key, slot, hash, bytes, milliseconds) { return entry }
    guard makeRoom(for: slot) else { return nil }
    let (entry, isNew) = slots[slot].shard.withLock { shard -> (StickTableEntry, Bool) in
      // Another worker may have been faster.
      let found = shard.find(key, bytes: bytes, hash: hash)
      let place =
        found
        ?? shard.insert(key, bytes: bytes, hash: hash, expiry: milliseconds + lifetime)
      shard.hold(place)
      let entry = StickTableEntry(
        shard: UInt32(slot), place: place, generation: shard.generation(place))
      return (entry, found == nil)
    }
    if !isNew { entries.subtract(1, ordering: .relaxed) }
    return entry
  }

  /// The entry of a key, held, without making one. Any thread.
  ///
  /// - Returns: an entry to `release` once; nil when there is none.
  public func find(_ key: borrowing Span<UInt8>, now: Instant) -> StickTableEntry? {
    let (slot, hash, bytes) = locate(key)
    return lookUp(key, slot, hash, bytes, now.nanoseconds / 1_000_000)
  }

  private func locate(
    _ key: borrowing Span<UInt8>
  ) -> (slot: Int, hash: UInt32, bytes: Int) {
    let bytes = StickTableShard.keyBytes(key, layout)
    let hash = hash.hash(key.extracting(0..<bytes))
    return (Int(hash >> 32) & (slots.count - 1), UInt32(truncatingIfNeeded: hash), bytes)
  }

  private func lookUp(
    _ key: borrowing Span<UInt8>, _ slot: Int, _ hash: UInt32, _ bytes: Int, _ now: UInt64
  ) -> StickTableEntry? {
    let (entry, hasExpired) = slots[slot].shard.withLock { shard -> (StickTableEntry?, Bool) in
      guard let place = shard.find(key, bytes: bytes, hash: hash) else { return (nil, false) }
      if lifetime > 0, shard.expiry(place) <= now, shard.references(place) == 0 {
        shard.remove(place)
        return (nil, true)
      }
      shard.hold(place)
      return (
        StickTableEntry(
          shard: UInt32(slot), place: place, generation: shard.generation(place)), false
      )
    }
    if hasExpired { entries.subtract(1, ordering: .relaxed) }
    return entry
  }

  /// Counts one entry more, and removes others when there are too many.
  ///
  /// - Returns: false when there is no room; nothing is counted then.
  private func makeRoom(for slot: Int) -> Bool {
    guard entries.add(1, ordering: .relaxed).oldValue >= size else { return true }
    if !isPurgeRefused {
      var search = StickTable.trashSearch
      for step in slots.indices where search > 0 {
        let removed = slots[(slot + step) & (slots.count - 1)].shard.withLock {
          $0.trashOldest(StickTable.trashCount, search: &search)
        }
        guard removed == 0 else {
          entries.subtract(removed, ordering: .relaxed)
          return true
        }
      }
    }
    entries.subtract(1, ordering: .relaxed)
    return false
  }

  /// Gives an entry back. Any thread; once for every `hold` and `find`.
  public func release(_ entry: StickTableEntry, now: Instant) {
    let milliseconds = now.nanoseconds / 1_000_000
    let isGone = slots[Int(entry.shard)].shard.withLock { shard in
      invariant(
        shard.generation(entry.place) == entry.generation, "an entry that is held is not removed")
      shard.drop(entry.place)
      return removeIfOver(entry.place, in: &shard, now: milliseconds)
    }
    if isGone { entries.subtract(1, ordering: .relaxed) }
  }

  // MARK: Values

  /// Changes what an entry stores, and lets its life begin anew. Any thread.
  ///
  /// - Parameters:
  ///   - entry: one that is held.
  ///   - now: the present.
  ///   - body: runs under the lock of the entry's shard, so it must not use the table.
  public func update<Result: Sendable>(
    _ entry: StickTableEntry, now: Instant,
    _ body: (inout StickTableShard, StickTableRecord) -> Result
  ) -> Result {
    withRecord(entry, now: now) { shard, record in
      shard.touch(entry.place, expiry: now.nanoseconds / 1_000_000 + lifetime)
      return body(&shard, record)
    }
  }

  /// Changes what an entry stores; its life goes on as it was. Any thread.
  ///
  /// - Parameters:
  ///   - entry: one that is held.
  ///   - now: the present.
  ///   - body: runs under the lock of the entry's shard, so it must not use the table.
  public func changeQuietly(
    _ entry: StickTableEntry, now: Instant,
    _ body: (inout StickTableShard, StickTableRecord) -> Void
  ) {
    withRecord(entry, now: now, body)
  }

  /// Changes what an entry stores for the last time, and gives it back: `update` and `release` in one
  /// step. Any thread.
  ///
  /// - Parameters:
  ///   - entry: one that is held.
  ///   - now: the present.
  ///   - body: runs under the lock of the entry's shard, so it must not use the table. Returns
  ///     whether the entry's life begins anew.
  public func finish(
    _ entry: StickTableEntry, now: Instant,
    _ body: (inout StickTableShard, StickTableRecord) -> Bool
  ) {
    let milliseconds = now.nanoseconds / 1_000_000
    let isGone = withRecord(entry, now: now) { shard, record in
      if body(&shard, record) { shard.touch(entry.place, expiry: milliseconds + lifetime) }
      shard.drop(entry.place)
      return removeIfOver(entry.place, in: &shard, now: milliseconds)
    }
    if isGone { entries.subtract(1, ordering: .relaxed) }
  }

  /// Takes an entry out that nobody holds and whose life is over.
  private func removeIfOver(
    _ place: UInt32, in shard: inout StickTableShard, now: UInt64
  ) -> Bool {
    guard lifetime > 0, shard.references(place) == 0, shard.expiry(place) <= now else {
      return false
    }
    shard.remove(place)
    return true
  }

  /// How many hold an entry. Any thread.
  ///
  /// - Parameter entry: one that is held.
  public func holders(of entry: StickTableEntry) -> UInt32 {
    slots[Int(entry.shard)].shard.withLock { $0.references(entry.place) }
  }

  /// The key of an entry. Any thread.
  ///
  /// - Parameter entry: one that is held.
  public func key(of entry: StickTableEntry) -> [UInt8] {
    slots[Int(entry.shard)].shard.withLock { $0.key(entry.place) }
  }

  /// Reads what an entry stores. Any thread.
  ///
  /// - Parameters:
  ///   - entry: one that is held.
  ///   - now: the present, for rates.
  ///   - body: runs under the lock of the entry's shard, so it must not use the table.
  public func read<Result: Sendable>(
    _ entry: StickTableEntry, now: Instant, _ body: (StickTableShard, StickTableRecord) -> Result
  ) -> Result {
    withRecord(entry, now: now) { shard, record in body(shard, record) }
  }

  private func withRecord<Result: Sendable>(
    _ entry: StickTableEntry, now: Instant,
    _ body: (inout StickTableShard, StickTableRecord) -> Result
  ) -> Result {
    slots[Int(entry.shard)].shard.withLock { shard in
      invariant(
        shard.generation(entry.place) == entry.generation, "an entry that is held is not removed")
      let record = StickTableRecord(
        place: entry.place, now: UInt32(truncatingIfNeeded: now.nanoseconds / 1_000_000),
        byteRateFactor: byteRateFactor)
      return body(&shard, record)
    }
  }

  /// How long an entry has been left alone, and how long it still lives. Any thread.
  ///
  /// - Returns: both 0 in a table without `expire`.
  public func age(
    of entry: StickTableEntry, now: Instant
  ) -> (idle: Duration, remaining: Duration) {
    guard lifetime > 0 else { return (.zero, .zero) }
    let milliseconds = Int64(clamping: now.nanoseconds / 1_000_000)
    let expiry = slots[Int(entry.shard)].shard.withLock { Int64(clamping: $0.expiry(entry.place)) }
    let remaining = max(expiry - milliseconds, 0)
    return (.milliseconds(max(Int64(lifetime) - remaining, 0)), .milliseconds(remaining))
  }

  // MARK: Expiry

  /// Removes entries whose life is over, a hundred a shard at most; one that is held gets another
  /// life. Any thread.
  ///
  /// - Returns: when to call again; nil when no entry can expire.
  public func expire(now: Instant) -> Instant? {
    guard lifetime > 0 else { return nil }
    let milliseconds = now.nanoseconds / 1_000_000
    var next: UInt64?
    var removed = 0
    for slot in slots {
      let (count, expiry) = slot.shard.withLock { shard -> (Int, UInt64?) in
        let count = shard.expire(
          now: milliseconds, lifetime: lifetime, most: StickTable.expiryVisit)
        return (count, shard.oldest == StickTableShard.none ? nil : shard.expiry(shard.oldest))
      }
      removed += count
      if let expiry { next = min(next ?? expiry, expiry) }
    }
    entries.subtract(removed, ordering: .relaxed)
    return next.map { Instant(nanoseconds: $0 * 1_000_000) }
  }

  // MARK: Servers

  /// The number that stands for a server in `server_key`, from 1. Any thread.
  ///
  /// - Parameter key: the server's name or its address, as `srvkey` says.
  public func number(ofServer key: String) -> UInt32 {
    serverKeys.withLock { known in
      if let number = known.numbers[key] { return number }
      known.keys.append(key)
      let number = UInt32(known.keys.count)
      known.numbers[key] = number
      return number
    }
  }

  /// The server that a number stands for; nil for 0. Any thread.
  public func serverKey(_ number: UInt32) -> String? {
    serverKeys.withLock { known in
      number > 0 && number <= known.keys.count ? known.keys[Int(number) - 1] : nil
    }
  }

  /// Stops the program unless every shard is in order and the count is that of all of them.
  func checkInvariants() {
    var sum = 0
    for slot in slots {
      sum += slot.shard.withLock { shard in
        shard.checkInvariants()
        return shard.count
      }
    }
    invariant(sum == count, "the count is that of all shards")
  }
}

/// An entry of a stick table that somebody holds: a trivial value.
public struct StickTableEntry: Hashable, Sendable {
  let shard: UInt32
  let place: UInt32
  /// Which of the entries that have used the place it is.
  let generation: UInt32
}
