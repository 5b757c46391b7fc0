import Basics
public import Samples

/// Keys for which servers are to be remembered, from the request that brought them until the server is
/// connected. HAProxy manual, section 4.2, `stick store-request`.
///
/// A session's keys are a list of places here; places are used again with their memory, so that after
/// a while nothing is allocated.
struct StickStores {
  private struct Place {
    var table: Int32 = 0
    var next: Int32 = StickCounters.none
    var key: [UInt8] = []
  }

  /// HAProxy keeps no more of one session.
  static let sessionMax = 8

  private var places: [Place] = []
  private var free: [Int32] = []

  /// Places in use.
  var count: Int { places.count - free.count }

  /// Adds a key to a list.
  ///
  /// - Returns: false when the list is full.
  mutating func add(_ key: [UInt8], table: Int, to list: inout Int32) -> Bool {
    var count = 0
    var last = StickCounters.none
    var place = list
    while place >= 0 {
      count += 1
      last = place
      place = places[Int(place)].next
    }
    guard count < StickStores.sessionMax else { return false }
    let added = free.popLast() ?? Int32(places.count)
    if added == places.count { places.append(Place()) }
    places[Int(added)].table = Int32(table)
    places[Int(added)].next = StickCounters.none
    places[Int(added)].key.removeAll(keepingCapacity: true)
    places[Int(added)].key.append(contentsOf: key)
    if last >= 0 { places[Int(last)].next = added } else { list = added }
    return true
  }

  /// Whether a list has a key for a table.
  func contains(table: Int, in list: Int32) -> Bool {
    var place = list
    while place >= 0 {
      if places[Int(place)].table == table { return true }
      place = places[Int(place)].next
    }
    return false
  }

  /// Takes the first key of a list away; nil at its end. The key is valid until something is added.
  mutating func removeFirst(_ list: inout Int32) -> (table: Int, place: Int)? {
    guard list >= 0 else { return nil }
    let place = Int(list)
    list = places[place].next
    free.append(Int32(place))
    return (Int(places[place].table), place)
  }

  /// The key at a place.
  func key(at place: Int) -> [UInt8] { places[place].key }
}

// MARK: - Sticking to a server

extension StickCounters {
  /// The server that a table remembers for a key; its entry's life begins anew. HAProxy manual, section
  /// 4.2, `stick match`.
  ///
  /// - Parameters:
  ///   - value: what is to become the key.
  ///   - table: the proxy that the table belongs to.
  ///   - servers: the servers of the backend that asks.
  /// - Returns: index of the server; nil when none is remembered, or one that the backend has not.
  public func server(
    for value: SampleValue, table index: Int, among servers: StickServers
  ) -> Int? {
    let table = tables[index]
    guard key.set(value, for: table.layout), let entry = table.find(key.bytes.span, now: now) else {
      return nil
    }
    var found: (key: UInt32, id: Int32) = (0, 0)
    table.finish(entry, now: now) { shard, record in
      found.key = UInt32(truncatingIfNeeded: shard.value(of: .serverKey, in: record) ?? 0)
      found.id = Int32(truncatingIfNeeded: shard.value(of: .serverID, in: record) ?? 0)
      return true
    }
    return servers.server(key: found.key, id: found.id)
  }

  /// Whether a list of keys has one for a table: then no other is added.
  public func stores(into table: Int, in list: Int32) -> Bool {
    stores.contains(table: table, in: list)
  }

  /// Keeps a key for which the server is to be remembered.
  ///
  /// - Parameters:
  ///   - value: what is to become the key. Nothing happens when it cannot be one.
  ///   - table: the proxy that the table belongs to.
  ///   - list: the session's list of such keys.
  public func store(_ value: SampleValue, table index: Int, into list: inout Int32) {
    guard key.set(value, for: tables[index].layout) else { return }
    _ = stores.add(key.bytes, table: index, to: &list)
  }

  /// The server is connected: it is remembered for all keys of a list.
  ///
  /// - Parameters:
  ///   - server: index of the server.
  ///   - servers: the servers of its backend as tables name them, by the proxies of the tables.
  ///   - list: the session's list, empty afterwards.
  public func remember(_ server: Int, among servers: [Int: StickServers], for list: inout Int32) {
    while let (index, place) = stores.removeFirst(&list) {
      guard let names = servers[index] else { continue }
      let table = tables[index]
      guard let entry = table.hold(stores.key(at: place).span, now: now) else { continue }
      table.finish(entry, now: now) { shard, record in
        shard.set(
          .serverID, to: UInt64(UInt32(bitPattern: names.ids[server])), in: record)
        if names.keys[server] > 0 {
          shard.set(.serverKey, to: UInt64(names.keys[server]), in: record)
        }
        return true
      }
    }
  }

  /// The session is over, or its server is not to be remembered.
  public func forget(_ list: inout Int32) {
    while stores.removeFirst(&list) != nil {}
  }
}
