public import Basics
public import Samples

/// What the sessions of one worker track, and the answers to what their expressions ask of stick tables.
/// HAProxy manual, sections 4.3, `track-sc0`, and 7.3.
///
/// The worker alone uses it. A session that tracks something has a place here, with
/// `tune.stick-counters` counters; places are used again, so that after a while nothing is allocated.
public final class StickCounters: SampleTables {
  private struct Counter {
    /// Index into the configuration's proxies; -1 for a counter that tracks nothing.
    var table: Int32 = -1
    var entry = StickTableEntry(shard: 0, place: 0, generation: 0)
  }

  /// The place of a session that tracks nothing.
  public static let none: Int32 = -1

  let tables: StickTables
  /// `tune.stick-counters`
  private let width: Int
  private var counters: [Counter] = []
  private var free: [Int32] = []
  var key = StickKey()
  var stores = StickStores()
  /// The present.
  public var now = Instant.origin
  /// The place of the session whose expressions are evaluated.
  public var session = StickCounters.none

  /// - Parameters:
  ///   - tables: those of the process.
  ///   - width: `tune.stick-counters`, 0 to 100.
  public init(_ tables: StickTables, width: Int) {
    self.tables = tables
    self.width = width
    // A few sessions overlap even where they follow each other.
    let sessionsAtFirst = 64
    counters.reserveCapacity(sessionsAtFirst * width)
    free.reserveCapacity(sessionsAtFirst)
  }

  /// Sessions that track something.
  public var count: Int { width == 0 ? 0 : counters.count / width - free.count }

  /// Keys for which servers are still to be remembered.
  public var storeCount: Int { stores.count }

  // MARK: Tracking

  /// Whether a counter of a session tracks something.
  public func tracks(_ counter: Int, of session: Int32) -> Bool {
    session >= 0 && counters[Int(session) * width + counter].table >= 0
  }

  /// Lets a counter that tracks nothing track a key, and counts the connection: `conn_cnt`,
  /// `conn_rate`, `conn_cur`.
  ///
  /// - Parameters:
  ///   - counter: the number of the counter, below `tune.stick-counters`.
  ///   - value: what is to become the key. Nothing happens when it cannot be one, nor when the table
  ///     takes no more entries.
  ///   - table: the proxy that the table belongs to.
  ///   - session: the session's place; it gets one when it has none.
  public func track(_ counter: Int, _ value: SampleValue, table index: Int, of session: inout Int32)
  {
    let table = tables[index]
    guard key.set(value, for: table.layout), let entry = table.hold(key.bytes.span, now: now) else {
      return
    }
    if session < 0 { session = takePlace() }
    let place = Int(session) * width + counter
    invariant(counters[place].table < 0, "a counter tracks one key")
    counters[place] = Counter(table: Int32(index), entry: entry)
    table.update(entry, now: now) { $0.beginConnection(in: $1) }
  }

  private func takePlace() -> Int32 {
    if let place = free.popLast() { return place }
    counters.append(contentsOf: repeatElement(Counter(), count: width))
    return Int32(counters.count / width - 1)
  }

  /// The connection became a session: `sess_cnt`, `sess_rate`.
  public func beginSession(_ session: Int32) {
    for counter in counters(of: session) {
      tables[Int(counter.table)].changeQuietly(counter.entry, now: now) {
        $0.beginSession(in: $1)
      }
    }
  }

  /// Counts what a session has moved: `bytes_in_cnt`, `bytes_out_cnt` and their rates.
  ///
  /// - Parameters:
  ///   - received: bytes from the client.
  ///   - sent: bytes from the server.
  public func countBytes(received: UInt64, sent: UInt64, of session: Int32) {
    for counter in counters(of: session) {
      let table = tables[Int(counter.table)]
      guard received > 0 || sent > 0, table.layout.storesBytes else { continue }
      table.update(counter.entry, now: now) {
        if received > 0 { $0.countBytesIn(received, in: $1) }
        if sent > 0 { $0.countBytesOut(sent, in: $1) }
      }
    }
  }

  /// The session ends: its entries are given back, `conn_cur` falls.
  ///
  /// - Parameter session: the session's place, which it has no longer.
  public func end(_ session: inout Int32) {
    guard session >= 0 else { return }
    let first = Int(session) * width
    for place in first..<first + width where counters[place].table >= 0 {
      let table = tables[Int(counters[place].table)]
      table.finish(counters[place].entry, now: now) {
        $0.endConnection(in: $1)
        return table.layout.stores(.connectionsNow)
      }
      counters[place] = Counter()
    }
    free.append(session)
    if self.session == session { self.session = StickCounters.none }
    session = StickCounters.none
  }

  private func counters(of session: Int32) -> some Sequence<Counter> {
    let first = Int(session) * width
    return counters[first..<(session < 0 ? first : first + width)].lazy.filter { $0.table >= 0 }
  }

  private func counter(_ number: Int, of session: Int32) -> Counter? {
    guard session >= 0, number < width else { return nil }
    let counter = counters[Int(session) * width + number]
    return counter.table >= 0 ? counter : nil
  }

  // MARK: General purpose counters and tags

  /// `sc-inc-gpc` and `sc-add-gpc`: adds to a general purpose counter and its rate. Nothing happens
  /// when the counter tracks nothing, or the table does not store them.
  ///
  /// - Parameters:
  ///   - type: `gpc`, `gpc0` or `gpc1`.
  ///   - element: of `gpc`.
  ///   - amount: what is added.
  ///   - number: the number of the stick counter.
  public func add(
    _ amount: UInt32, to type: StickTableDataType, _ element: Int, counter number: Int,
    of session: Int32
  ) {
    guard let counter = counter(number, of: session) else { return }
    let table = tables[Int(counter.table)]
    guard table.layout.storesCounter(type, element) else { return }
    table.update(counter.entry, now: now) {
      if amount > 0 { $0.increment(type, element, by: UInt64(amount), in: $1) }
    }
  }

  /// `sc-set-gpt`: sets a general purpose tag. Nothing happens when the counter tracks nothing, or the
  /// table does not store it.
  ///
  /// - Parameters:
  ///   - type: `gpt` or `gpt0`.
  ///   - element: of `gpt`.
  ///   - value: the tag.
  ///   - number: the number of the stick counter.
  public func set(
    _ type: StickTableDataType, _ element: Int, to value: UInt32, counter number: Int,
    of session: Int32
  ) {
    guard let counter = counter(number, of: session) else { return }
    let table = tables[Int(counter.table)]
    guard table.layout.stores(type, element) else { return }
    table.update(counter.entry, now: now) { $0.set(type, element, to: UInt64(value), in: $1) }
  }

  // MARK: Answers

  public func count(table: Int) -> Int64 { Int64(tables[table].count) }

  public func available(table: Int) -> Int64 { Int64(tables[table].size - tables[table].count) }

  public func answer(_ question: TableQuestion, counter number: Int, table: Int?) -> SampleValue? {
    guard let counter = counter(number, of: session) else {
      return question == .presence ? .bool(false) : nil
    }
    let own = tables[Int(counter.table)]
    guard let table else {
      return own.answer(question, about: counter.entry, now: now)
    }
    // Another table is asked about the same key, when it has the same kind of keys.
    let other = tables[table]
    guard other.layout.keyType == own.layout.keyType,
      other.layout.keyLength == own.layout.keyLength
    else { return question == .presence ? .bool(false) : nil }
    if question == .presence { return .bool(true) }
    guard let entry = other.find(own.key(of: counter.entry).span, now: now) else {
      return question.answerWithoutEntry
    }
    defer { other.release(entry, now: now) }
    if question == .trackers { return .integer(Int64(other.holders(of: entry)) - 1) }
    return other.answer(question, about: entry, now: now)
  }

  public func answer(
    _ question: TableQuestion, key value: SampleValue, table index: Int, adds: Bool
  ) -> SampleValue? {
    let table = tables[index]
    guard key.set(value, for: table.layout) else { return question.answerWithoutEntry }
    let found =
      adds ? table.hold(key.bytes.span, now: now) : table.find(key.bytes.span, now: now)
    guard let entry = found else { return question.answerWithoutEntry }
    defer { table.release(entry, now: now) }
    return table.answer(question, about: entry, now: now)
  }
}

extension StickTableLayout {
  /// Whether a general purpose counter, or its rate, is stored.
  func storesCounter(_ type: StickTableDataType, _ element: Int) -> Bool {
    switch type {
    case .gpc0: stores(.gpc0) || stores(.gpc0Rate)
    case .gpc1: stores(.gpc1) || stores(.gpc1Rate)
    default: stores(.gpc, element) || stores(.gpcRate, element)
    }
  }
}

extension TableQuestion {
  /// What is answered about a key that is not in the table; nil for no answer.
  var answerWithoutEntry: SampleValue? {
    switch self {
    case .presence: .bool(false)
    case .key, .remainingLife, .idleTime, .countConnection: nil
    case .trackers, .value, .kilobytes, .rate, .increment, .clear: .integer(0)
    }
  }
}

extension StickTable {
  /// Answers a question about an entry that is held. Any thread.
  ///
  /// - Returns: nil when the table does not store what is asked for.
  func answer(
    _ question: TableQuestion, about entry: StickTableEntry, now: Instant
  ) -> SampleValue? {
    switch question {
    case .presence: return .bool(true)
    case .key: return StickKey.value(key(of: entry), of: layout.keyType)
    case .trackers: return .integer(Int64(holders(of: entry)))
    case .remainingLife: return .integer(age(of: entry, now: now).remaining.wholeMilliseconds)
    case .idleTime: return .integer(age(of: entry, now: now).idle.wholeMilliseconds)
    case .value(let type, let element):
      guard let bits = read(entry, now: now, { $0.value(of: type, element, in: $1) }) else {
        return nil
      }
      return .integer(
        type.storage == .signed
          ? Int64(Int32(truncatingIfNeeded: bits)) : Int64(truncatingIfNeeded: bits))
    case .kilobytes(let type):
      return read(entry, now: now) { $0.value(of: type, in: $1) }.map { .integer(Int64($0 >> 10)) }
    case .rate(let type, let element):
      return read(entry, now: now) { $0.events(of: type, element, in: $1) }
        .map { .integer(Int64(clamping: $0)) }
    case .increment(let type, let element):
      guard layout.storesCounter(type, element) else { return .integer(0) }
      let value = update(entry, now: now) { $0.increment(type, element, in: $1) }
      return .integer(Int64(value ?? 0))
    case .clear(let type, let element):
      guard layout.stores(type, element) else { return nil }
      return update(entry, now: now) { shard, record in
        let old = shard.value(of: type, element, in: record)
        shard.set(type, element, to: 0, in: record)
        return old
      }.map { .integer(Int64($0)) }
    case .countConnection:
      guard layout.stores(.connectionCount) else { return nil }
      return update(entry, now: now) { $0.add(1, to: .connectionCount, in: $1) }
        .map { .integer(Int64($0)) }
    }
  }
}
