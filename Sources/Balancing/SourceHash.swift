import Basics

/// `balance source` with `hash-type map-based`: the same client gets the same server for as long as
/// no server comes or goes. A full server is chosen all the same. O(1).
struct SourceHash: Balancer {
  private var servers: StaticRoundRobin

  init(farm: Farm) { servers = StaticRoundRobin(farm: farm) }

  mutating func next(_ request: BalanceRequest, in farm: Farm) -> Int? {
    guard let client = request.client else { return servers.next(request, in: farm) }
    return servers.server(forHash: farm.usedCount == 1 ? 0 : SourceHash.hash(client))
  }

  /// The 32-bit words of the address combined by exclusive or.
  static func hash(_ address: IPAddress) -> UInt32 {
    let folded = address.high ^ address.low
    return UInt32(truncatingIfNeeded: folded &>> 32) ^ UInt32(truncatingIfNeeded: folded)
  }

  mutating func standingChanged(of server: Int, from old: Farm.Standing, in farm: Farm) {
    servers.standingChanged(of: server, from: old, in: farm)
  }
}
