public import Samples

/// An entry of a stick table for the time of one `StickTable.update`: a trivial value.
public struct StickTableRecord: Sendable {
  let place: UInt32
  /// Milliseconds of the clock, as rates count them.
  let now: UInt32
  /// `brates-factor`
  let byteRateFactor: UInt32
}

// MARK: - What is stored

/// What an entry stores: counters, rates, tags. Types that the table does not store read as nil, and
/// writing to them does nothing, as in HAProxy. `gpt0`, `gpc0`, `gpc1` and their rates are the first
/// elements of the arrays where a table has only those.
extension StickTableShard {
  /// The value of anything but a rate; numbers with a sign as their bits.
  ///
  /// - Parameter element: of an array, from 0.
  /// - Returns: nil when the table does not store it.
  public func value(
    of type: StickTableDataType, _ element: Int = 0, in record: StickTableRecord
  ) -> UInt64? {
    guard type.storage != .rate, let (word, _) = layout.place(of: type, element) else {
      return nil
    }
    let low = UInt64(self[record.place, word])
    return type.storage == .long ? low | UInt64(self[record.place, word + 1]) << 32 : low
  }

  /// Sets anything but a rate, cut to the bits it has.
  public mutating func set(
    _ type: StickTableDataType, _ element: Int = 0, to value: UInt64, in record: StickTableRecord
  ) {
    guard type.storage != .rate, let (word, _) = layout.place(of: type, element) else { return }
    self[record.place, word] = UInt32(truncatingIfNeeded: value)
    if type.storage == .long {
      self[record.place, word + 1] = UInt32(truncatingIfNeeded: value >> 32)
    }
  }

  /// Adds to a counter, which wraps at the end of its bits.
  ///
  /// - Returns: the new value; nil when the table does not store it.
  @discardableResult
  public mutating func add(
    _ amount: UInt64, to type: StickTableDataType, _ element: Int = 0,
    in record: StickTableRecord
  ) -> UInt64? {
    guard let old = value(of: type, element, in: record) else { return nil }
    set(type, element, to: old &+ amount, in: record)
    return value(of: type, element, in: record)
  }

  /// Takes one from a counter that is not 0: `conn_cur` when a connection ends.
  public mutating func subtractOne(from type: StickTableDataType, in record: StickTableRecord) {
    guard let old = value(of: type, in: record), old > 0 else { return }
    set(type, to: old - 1, in: record)
  }

  /// Counts events for a rate; bytes in units of `brates-factor`, rounded up.
  ///
  /// - Returns: the events of the present period; nil when the table does not store the rate.
  @discardableResult
  public mutating func count(
    _ events: UInt64, for type: StickTableDataType, _ element: Int = 0,
    in record: StickTableRecord
  ) -> UInt32? {
    guard type.storage == .rate, let (word, period) = layout.place(of: type, element) else {
      return nil
    }
    let factor = StickTableShard.factor(of: type, in: record)
    var rate = rate(at: word, of: record.place)
    let units = factor == 1 ? events : (events &+ factor &- 1) / factor
    rate.count(UInt32(truncatingIfNeeded: units), period: period, now: record.now)
    self[record.place, word] = rate.start
    self[record.place, word + 1] = rate.present
    self[record.place, word + 2] = rate.previous
    return rate.present
  }

  /// Events, or bytes, in the rate's period.
  ///
  /// - Returns: nil when the table does not store the rate.
  public func events(
    of type: StickTableDataType, _ element: Int = 0, in record: StickTableRecord
  ) -> UInt64? {
    guard type.storage == .rate, let (word, period) = layout.place(of: type, element) else {
      return nil
    }
    let events = rate(at: word, of: record.place).events(in: period, now: record.now)
    return UInt64(events) * StickTableShard.factor(of: type, in: record)
  }

  /// Forgets the events of a rate.
  public mutating func clear(
    rate type: StickTableDataType, _ element: Int = 0, in record: StickTableRecord
  ) {
    guard type.storage == .rate, let (word, _) = layout.place(of: type, element) else { return }
    for index in word..<word + 3 { self[record.place, index] = 0 }
  }

  /// The key of the entry.
  public func key(of record: StickTableRecord) -> [UInt8] { key(record.place) }

  private func rate(at word: Int, of place: UInt32) -> StickTableRate {
    StickTableRate(
      start: self[place, word], present: self[place, word + 1], previous: self[place, word + 2])
  }

  private static func factor(of type: StickTableDataType, in record: StickTableRecord) -> UInt64 {
    switch type {
    case .bytesInRate, .bytesOutRate: UInt64(record.byteRateFactor)
    default: 1
    }
  }
}

// MARK: - What a tracked connection counts

extension StickTableShard {
  /// A connection begins to be tracked: `conn_cnt`, `conn_rate`, `conn_cur`.
  public mutating func beginConnection(in record: StickTableRecord) {
    add(1, to: .connectionsNow, in: record)
    add(1, to: .connectionCount, in: record)
    count(1, for: .connectionRate, in: record)
  }

  /// The tracked connection became a session: `sess_cnt`, `sess_rate`.
  public mutating func beginSession(in record: StickTableRecord) {
    add(1, to: .sessionCount, in: record)
    count(1, for: .sessionRate, in: record)
  }

  /// Bytes from the client: `bytes_in_cnt`, `bytes_in_rate`.
  public mutating func countBytesIn(_ bytes: UInt64, in record: StickTableRecord) {
    add(bytes, to: .bytesInCount, in: record)
    count(bytes, for: .bytesInRate, in: record)
  }

  /// Bytes from the server: `bytes_out_cnt`, `bytes_out_rate`.
  public mutating func countBytesOut(_ bytes: UInt64, in record: StickTableRecord) {
    add(bytes, to: .bytesOutCount, in: record)
    count(bytes, for: .bytesOutRate, in: record)
  }

  /// The connection is no longer tracked: `conn_cur`.
  public mutating func endConnection(in record: StickTableRecord) {
    subtractOne(from: .connectionsNow, in: record)
  }

  /// `sc-inc-gpc`: a general purpose counter and its rate.
  ///
  /// - Parameters:
  ///   - counter: `gpc`, `gpc0` or `gpc1`; the last two are also the first elements of `gpc`.
  ///   - element: of `gpc`.
  /// - Returns: the counter, or else the events of the rate's present period; nil when the table
  ///   stores neither.
  @discardableResult
  public mutating func increment(
    _ counter: StickTableDataType, _ element: Int = 0, by amount: UInt64 = 1,
    in record: StickTableRecord
  ) -> UInt64? {
    let rate: StickTableDataType =
      switch counter {
      case .gpc0: .gpc0Rate
      case .gpc1: .gpc1Rate
      default: .gpcRate
      }
    let events = count(amount, for: rate, element, in: record)
    let value = add(amount, to: counter, element, in: record)
    return value ?? events.map { UInt64($0) }
  }
}
