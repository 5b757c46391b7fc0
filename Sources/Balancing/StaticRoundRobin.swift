/// `balance static-rr`: the entries of the static map in turn, full servers left out. Also what a
/// hash falls back to when there is nothing to hash. O(1) while there are free slots.
struct StaticRoundRobin: Balancer {
  private var map: StaticMap
  private var index = 0

  init(farm: Farm) { map = StaticMap(farm: farm) }

  /// The server at an entry of the map; nil when the map is empty.
  func server(forHash hash: UInt32) -> Int? {
    map.entries.isEmpty ? nil : map.entries[Int(hash) % map.entries.count]
  }

  mutating func next(_ request: BalanceRequest, in farm: Farm) -> Int? {
    let count = map.entries.count
    guard count > 0 else { return nil }
    if index >= count { index = 0 }
    var avoided: Int?
    var indexAfterAvoided = 0
    for step in 0..<count {
      var place = index + step
      if place >= count { place -= count }
      let server = map.entries[place]
      guard !farm.isFull(server, now: request.now) else { continue }
      if server != request.avoided {
        index = place + 1
        return server
      }
      avoided = server
      indexAfterAvoided = place + 1
    }
    if avoided != nil { index = indexAfterAvoided }
    return avoided
  }

  mutating func standingChanged(of server: Int, from old: Farm.Standing, in farm: Farm) {
    map.rebuild(farm)
  }
}
