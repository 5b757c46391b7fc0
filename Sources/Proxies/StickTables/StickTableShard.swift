import Basics
import ConfigurationLanguage

/// A part of a stick table: entries in chunks of memory that come as they are needed, an index by
/// key, and the order in which the entries were used last. Finding, adding, touching and removing an
/// entry is O(1).
///
/// Every entry lives as long as the others, so the one that was used first expires first, and the
/// order of use is the order of expiry.
public struct StickTableShard: Sendable {
  /// No entry.
  static let none = UInt32.max
  /// Entries of a chunk.
  private static let chunkBits: UInt32 = 7
  private static let chunkMask: UInt32 = 127

  let layout: StickTableLayout
  private var chunks: [[UInt32]] = []
  /// The first entry of each chain; a power of two.
  private var heads: [UInt32]
  private(set) var count = 0
  /// Places that were never used begin here.
  private var fresh: UInt32 = 0
  /// Places that were used and are free, linked by their chain.
  private var free = StickTableShard.none
  private(set) var oldest = StickTableShard.none
  private(set) var newest = StickTableShard.none

  init(layout: StickTableLayout) {
    self.layout = layout
    heads = Array(repeating: StickTableShard.none, count: 8)
  }

  // MARK: Words

  subscript(_ place: UInt32, _ word: Int) -> UInt32 {
    get {
      chunks[Int(place >> StickTableShard.chunkBits)][
        Int(place & StickTableShard.chunkMask) * layout.stride + word]
    }
    set {
      chunks[Int(place >> StickTableShard.chunkBits)][
        Int(place & StickTableShard.chunkMask) * layout.stride + word] = newValue
    }
  }

  private typealias Header = StickTableLayout.Header

  func references(_ place: UInt32) -> UInt32 { self[place, Header.references] }

  mutating func hold(_ place: UInt32) { self[place, Header.references] += 1 }

  /// One session fewer holds the entry.
  mutating func drop(_ place: UInt32) {
    invariant(references(place) > 0, "only who holds an entry releases it")
    self[place, Header.references] -= 1
  }

  func generation(_ place: UInt32) -> UInt32 { self[place, Header.generation] }

  /// When an entry expires, in milliseconds.
  func expiry(_ place: UInt32) -> UInt64 {
    UInt64(self[place, Header.expiry]) | UInt64(self[place, Header.expiry + 1]) << 32
  }

  private mutating func setExpiry(_ place: UInt32, _ milliseconds: UInt64) {
    self[place, Header.expiry] = UInt32(truncatingIfNeeded: milliseconds)
    self[place, Header.expiry + 1] = UInt32(truncatingIfNeeded: milliseconds >> 32)
  }

  // MARK: Keys

  /// The bytes of a key that count: strings end at a zero byte and are cut to the table's length.
  /// The other types are cut or filled up with zeros, so zeros at the end say nothing.
  static func keyBytes(_ key: borrowing Span<UInt8>, _ layout: StickTableLayout) -> Int {
    var count = min(key.count, layout.keyLength)
    if layout.keyType == .string {
      for index in 0..<count where key[index] == 0 { return index }
    } else {
      while count > 0, key[count - 1] == 0 { count -= 1 }
    }
    return count
  }

  private func keyWord(_ key: borrowing Span<UInt8>, _ bytes: Int, _ index: Int) -> UInt32 {
    var word: UInt32 = 0
    guard 4 * index < bytes else { return word }
    for byte in 4 * index..<min(4 * index + 4, bytes) {
      word |= UInt32(key[byte]) << UInt32(8 * (byte & 3))
    }
    return word
  }

  private func hasKey(_ place: UInt32, _ key: borrowing Span<UInt8>, _ bytes: Int) -> Bool {
    if layout.keyType == .string, self[place, Header.keyLength] != UInt32(bytes) { return false }
    for index in 0..<(layout.keyLength + 3) / 4
    where self[place, layout.key + index] != keyWord(key, bytes, index) {
      return false
    }
    return true
  }

  /// The key of an entry.
  func key(_ place: UInt32) -> [UInt8] {
    let bytes =
      layout.keyType == .string ? Int(self[place, Header.keyLength]) : layout.keyLength
    return (0..<bytes).map { byte in
      UInt8(
        truncatingIfNeeded: self[place, layout.key + byte / 4] >> UInt32(8 * (byte & 3)))
    }
  }

  /// - Parameter bytes: how many of the key count.
  func find(_ key: borrowing Span<UInt8>, bytes: Int, hash: UInt32) -> UInt32? {
    var place = heads[Int(hash) & (heads.count - 1)]
    while place != StickTableShard.none {
      if self[place, Header.hash] == hash, hasKey(place, key, bytes) { return place }
      place = self[place, Header.chain]
    }
    return nil
  }

  // MARK: Coming and going

  /// Adds an entry with a key that is not there yet, all its values 0.
  mutating func insert(
    _ key: borrowing Span<UInt8>, bytes: Int, hash: UInt32, expiry: UInt64
  ) -> UInt32 {
    if count == heads.count { growIndex() }
    let place = takePlace()
    let generation = self[place, Header.generation]
    for word in 0..<layout.stride { self[place, word] = 0 }
    self[place, Header.generation] = generation
    self[place, Header.hash] = hash
    let head = Int(hash) & (heads.count - 1)
    self[place, Header.chain] = heads[head]
    heads[head] = place
    if layout.keyType == .string { self[place, Header.keyLength] = UInt32(bytes) }
    for index in 0..<(layout.keyLength + 3) / 4 {
      self[place, layout.key + index] = keyWord(key, bytes, index)
    }
    setExpiry(place, expiry)
    appendToUse(place)
    count += 1
    return place
  }

  private mutating func takePlace() -> UInt32 {
    if free != StickTableShard.none {
      let place = free
      free = self[place, Header.chain]
      return place
    }
    if fresh & StickTableShard.chunkMask == 0 {
      chunks.append(
        Array(repeating: 0, count: layout.stride << Int(StickTableShard.chunkBits)))
    }
    fresh += 1
    return fresh - 1
  }

  private mutating func growIndex() {
    let grown = 2 * heads.count
    heads = Array(repeating: StickTableShard.none, count: grown)
    var place = oldest
    while place != StickTableShard.none {
      let head = Int(self[place, Header.hash]) & (grown - 1)
      self[place, Header.chain] = heads[head]
      heads[head] = place
      place = self[place, Header.newer]
    }
  }

  /// Takes an entry out.
  mutating func remove(_ place: UInt32) {
    invariant(references(place) == 0, "an entry that is held stays")
    let head = Int(self[place, Header.hash]) & (heads.count - 1)
    var before = StickTableShard.none
    var next = heads[head]
    while next != place {
      before = next
      next = self[next, Header.chain]
    }
    let chain = self[place, Header.chain]
    if before == StickTableShard.none {
      heads[head] = chain
    } else {
      self[before, Header.chain] = chain
    }
    takeFromUse(place)
    self[place, Header.generation] &+= 1
    self[place, Header.chain] = free
    free = place
    count -= 1
  }

  // MARK: Order of use

  /// The entry was used: it expires later than all others.
  mutating func touch(_ place: UInt32, expiry: UInt64) {
    guard place != newest else {
      setExpiry(place, max(expiry, self.expiry(place)))
      return
    }
    setExpiry(place, expiry)
    takeFromUse(place)
    appendToUse(place)
  }

  /// Workers do not see the same instant, so an expiry may be a little before that of the newest.
  private mutating func appendToUse(_ place: UInt32) {
    if newest != StickTableShard.none, expiry(newest) > expiry(place) {
      setExpiry(place, expiry(newest))
    }
    self[place, Header.older] = newest
    self[place, Header.newer] = StickTableShard.none
    if newest == StickTableShard.none {
      oldest = place
    } else {
      self[newest, Header.newer] = place
    }
    newest = place
  }

  private mutating func takeFromUse(_ place: UInt32) {
    let older = self[place, Header.older]
    let newer = self[place, Header.newer]
    if older == StickTableShard.none { oldest = newer } else { self[older, Header.newer] = newer }
    if newer == StickTableShard.none { newest = older } else { self[newer, Header.older] = older }
  }

  /// Removes the entries that nobody holds and that were used longest ago.
  ///
  /// - Parameters:
  ///   - most: how many to remove at most.
  ///   - search: how many to look at, less by those that were looked at.
  /// - Returns: how many were removed.
  mutating func trashOldest(_ most: Int, search: inout Int) -> Int {
    var removed = 0
    var place = oldest
    while place != StickTableShard.none, removed < most, search > 0 {
      search -= 1
      let next = self[place, Header.newer]
      if references(place) == 0 {
        remove(place)
        removed += 1
      }
      place = next
    }
    return removed
  }

  /// Removes entries that have expired. One that is held gets another life.
  ///
  /// - Parameters:
  ///   - now: milliseconds of the clock.
  ///   - lifetime: milliseconds of an entry's life.
  ///   - most: how many to look at.
  /// - Returns: how many were removed.
  mutating func expire(now: UInt64, lifetime: UInt64, most: Int) -> Int {
    var removed = 0
    for _ in 0..<most {
      let place = oldest
      guard place != StickTableShard.none, expiry(place) <= now else { break }
      if references(place) > 0 {
        touch(place, expiry: now + lifetime)
      } else {
        remove(place)
        removed += 1
      }
    }
    return removed
  }

  /// The memory of the entries and their index.
  var allocatedBytes: Int {
    let header = 32
    return chunks.reduce(header + 8 * chunks.capacity) { $0 + header + 4 * $1.capacity }
      + header + 4 * heads.capacity
  }

  /// Stops the program unless the index, the order of use and the count agree.
  func checkInvariants() {
    var place = oldest
    var older = StickTableShard.none
    var used = 0
    while place != StickTableShard.none {
      invariant(self[place, Header.older] == older, "the order of use reads the same both ways")
      invariant(
        older == StickTableShard.none || expiry(older) <= expiry(place),
        "who was used later expires later")
      let key = key(place)
      invariant(
        find(key.span, bytes: key.count, hash: self[place, Header.hash]) == place,
        "every entry is found by its key")
      older = place
      place = self[place, Header.newer]
      used += 1
    }
    invariant(older == newest, "the order of use ends with the newest")
    invariant(used == count, "every entry is in the order of use")
  }
}
