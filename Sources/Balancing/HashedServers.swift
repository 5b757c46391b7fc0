import Basics

/// `balance source`, `hash` and `rdp-cookie` with `hash-type map-based`: the same key gets the same
/// server for as long as no server comes or goes. A full server is chosen all the same. O(1).
struct MappedServers: Balancer {
  private let key: HashKey
  private var servers: StaticRoundRobin

  init(farm: Farm, key: HashKey) {
    self.key = key
    servers = StaticRoundRobin(farm: farm)
  }

  mutating func next(_ request: BalanceRequest, in farm: Farm) -> Int? {
    guard let hash = key.hash(request, in: farm) else { return servers.next(request, in: farm) }
    return servers.server(forHash: hash)
  }

  mutating func standingChanged(of server: Int, from old: Farm.Standing, in farm: Farm) {
    servers.standingChanged(of: server, from: old, in: farm)
  }
}

/// The same with `hash-type consistent`: a server that comes or goes moves no more keys than it
/// must. O(log n).
struct RingServers: Balancer {
  private let key: HashKey
  private var rings: ConsistentRings

  init(farm: Farm, key: HashKey, limits: RingLimits) {
    self.key = key
    rings = ConsistentRings(farm: farm, limits: limits)
  }

  mutating func next(_ request: BalanceRequest, in farm: Farm) -> Int? {
    guard let hash = key.hash(request, in: farm) else { return rings.next(request, in: farm) }
    return rings.server(forHash: hash, avoiding: request.avoided, in: farm, now: request.now)
  }

  mutating func standingChanged(of server: Int, from old: Farm.Standing, in farm: Farm) {
    rings.standingChanged(of: server, in: farm)
  }
}

/// What is hashed.
struct HashKey: Sendable {
  enum Origin: Hashable, Sendable { case source, expression, rdpCookie }

  let origin: Origin
  let keyHash: KeyHash

  /// The hash to look up; nil when there is nothing to hash: then servers are taken in turn.
  ///
  /// With a single server left nothing is hashed, as in HAProxy: an expression need not even be
  /// found.
  func hash(_ request: BalanceRequest, in farm: Farm) -> UInt32? {
    let isAlone = farm.usedCount == 1
    switch origin {
    case .source: return request.client.map { isAlone ? 0 : keyHash.hash($0) }
    case .expression: return isAlone ? 0 : request.hash
    case .rdpCookie: return request.hash.map { isAlone ? 0 : $0 }
    }
  }
}
