import Basics

/// `balance leastconn`: the server with the fewest sessions for its weight. O(log n); O(n) while
/// the least busy server is full.
///
/// Among equals the one that has waited longest is preferred, moved by a little chance: no fixed
/// order that several proxies in front of the same servers would fall into step with.
struct LeastConnections: Balancer {
  private var active: ServerHeap
  private var backup: ServerHeap
  private var insertions: UInt64 = 0
  private var random: PseudoRandom

  init(farm: Farm, seed: UInt64) {
    active = ServerHeap(capacity: farm.candidates.count)
    backup = ServerHeap(capacity: farm.candidates.count)
    random = PseudoRandom(seed: seed)
    for server in farm.candidates.indices where farm.candidates[server].isUsable {
      place(server, in: farm)
    }
  }

  /// How busy a server is, for its weight; what the next session would make of it, except that an
  /// idle server always goes first.
  static func key(_ candidate: Candidate) -> UInt64 {
    guard candidate.inFlight > 0 else { return 0 }
    return UInt64(candidate.inFlight + 1) * UInt64(Farm.effectiveWeightMax)
      / UInt64(max(candidate.effectiveWeight, 1))
  }

  mutating func next(_ request: BalanceRequest, in farm: Farm) -> Int? {
    switch farm.pool {
    case .active: LeastConnections.best(of: active, request, in: farm)
    case .single(let server): server
    case .backup: LeastConnections.best(of: backup, request, in: farm)
    case .none: nil
    }
  }

  private static func best(
    of heap: ServerHeap, _ request: BalanceRequest, in farm: Farm
  ) -> Int? {
    if let server = heap.first, server != request.avoided,
      hasRoom(server, in: farm, now: request.now)
    {
      return server
    }
    var best: ServerHeap.Entry?
    var isAvoidedPossible = false
    for entry in heap.entries where hasRoom(entry.server, in: farm, now: request.now) {
      if entry.server == request.avoided {
        isAvoidedPossible = true
      } else if best.map({ ServerHeap.Entry.precedes(entry, $0) }) ?? true {
        best = entry
      }
    }
    return best?.server ?? (isAvoidedPossible ? request.avoided : nil)
  }

  /// Whether the server has a slot or a place in its queue left.
  private static func hasRoom(_ server: Int, in farm: Farm, now: Instant) -> Bool {
    let candidate = farm.candidates[server]
    guard candidate.maxconn > 0 else { return true }
    return candidate.inFlight < farm.limit(of: server, now: now) + candidate.maxqueue
  }

  mutating func standingChanged(of server: Int, from old: Farm.Standing, in farm: Farm) {
    if farm.candidates[server].isUsable {
      place(server, in: farm)
    } else {
      active.remove(server)
      backup.remove(server)
    }
  }

  mutating func loadChanged(of server: Int, in farm: Farm) {
    if farm.candidates[server].isUsable { place(server, in: farm) }
  }

  private mutating func place(_ server: Int, in farm: Farm) {
    let candidate = farm.candidates[server]
    insertions += 1
    let order = insertions + UInt64(random.below(2 * farm.candidates.count))
    if candidate.isBackup {
      backup.insert(server, key: LeastConnections.key(candidate), order: order)
    } else {
      active.insert(server, key: LeastConnections.key(candidate), order: order)
    }
  }
}
