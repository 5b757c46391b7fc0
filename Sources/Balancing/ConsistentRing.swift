import Basics

/// A ring of 2^32 places on which every server has as many points as its effective weight. A hash
/// belongs to the nearest point, so that a server that leaves moves nobody but its own clients.
struct ConsistentRing: Sendable {
  private struct Point: Sendable {
    var key: UInt32
    var server: UInt32
    /// The point's number among those of its server: a lighter server has only its first ones.
    var number: UInt32
    /// When it was put on the ring, to order points of the same place; 0 while it is not there.
    var order: UInt32 = 0
  }

  private let isBackup: Bool
  private let limits: RingLimits
  /// Every point at full weight, by key. Sorted once; a change of state only picks from it.
  private var all: [Point]
  private var points: [Point] = []
  private var lastOrder: UInt32
  /// The place in `points` that `next` gave last.
  private var last: Int?
  /// The weight of the usable servers before each one when the ring was made: what decides who gets
  /// the slots that a division leaves over. HAProxy does not count it anew later.
  private let weightBefore: [UInt32]

  init(farm: Farm, isBackup: Bool, limits: RingLimits) {
    self.isBackup = isBackup
    self.limits = limits
    var all: [Point] = []
    var weightBefore: [UInt32] = []
    var weight: UInt32 = 0
    for (index, candidate) in farm.candidates.enumerated() {
      weightBefore.append(weight)
      guard candidate.isBackup == isBackup else { continue }
      for number in 0..<UInt32(candidate.weight * farm.scale) {
        let key = HashFunction.avalanche(candidate.ringKey.base &+ number)
        let isThere = candidate.isUsable && number < UInt32(candidate.effectiveWeight)
        all.append(
          Point(
            key: key, server: UInt32(index), number: number, order: isThere ? UInt32(index) + 1 : 0)
        )
      }
      if candidate.isUsable { weight &+= UInt32(candidate.effectiveWeight) }
    }
    all.sort { ($0.key, $0.server, $0.number) < ($1.key, $1.server, $1.number) }
    self.all = all
    self.weightBefore = weightBefore
    lastOrder = UInt32(farm.candidates.count)
    points.reserveCapacity(all.count)
    pick()
  }

  // MARK: Changes of state

  /// Puts the points of a server that came, went or got another weight on the ring, or takes them
  /// off. O(points), for changes of state only.
  mutating func rebuild(_ farm: Farm) {
    let old = points
    lastOrder += 1
    for index in all.indices {
      let candidate = farm.candidates[Int(all[index].server)]
      let isThere = candidate.isUsable && all[index].number < UInt32(candidate.effectiveWeight)
      if !isThere {
        all[index].order = 0
      } else if all[index].order == 0 {
        all[index].order = lastOrder
      }
    }
    pick()
    // The last one chosen, or else the first one behind it that has stayed.
    guard let place = last else { return }
    last = nil
    for step in old.indices {
      let index = (place + step) % old.count
      guard let found = self.place(of: old[index]) else { continue }
      last = found
      return
    }
  }

  private mutating func pick() {
    points.removeAll(keepingCapacity: true)
    for point in all where point.order > 0 {
      points.append(point)
      // Where several servers have the same point, the one that has been there longest is first.
      var place = points.count - 1
      while place > 0, points[place - 1].key == point.key, points[place - 1].order > point.order {
        points.swapAt(place - 1, place)
        place -= 1
      }
    }
  }

  private func place(of point: Point) -> Int? {
    var place = firstPlace(atOrAfter: point.key)
    while place < points.count, points[place].key == point.key {
      if points[place].server == point.server, points[place].number == point.number {
        return place
      }
      place += 1
    }
    return nil
  }

  /// The place of the first point whose key is not below another one; the number of points when
  /// there is none. O(log points)
  private func firstPlace(atOrAfter key: UInt32) -> Int {
    var low = 0
    var high = points.count
    while low < high {
      let middle = (low + high) / 2
      if points[middle].key < key { low = middle + 1 } else { high = middle }
    }
    return low
  }

  // MARK: Choosing

  /// The server of the point nearest to a hash; the next one clockwise that is not to be avoided
  /// and has not too much to do.
  ///
  /// - Returns: nil when the ring is empty. When everybody has too much to do, the server of the
  ///   last point, as in HAProxy.
  func server(
    forHash hash: UInt32, avoiding avoided: Int?, in farm: Farm, now: Instant
  ) -> Int? {
    guard !points.isEmpty else { return nil }
    let found = firstPlace(atOrAfter: hash)
    let next = found == points.count ? 0 : found
    let previous = next == 0 ? points.count - 1 : next - 1
    let isPreviousNearer = hash &- points[previous].key <= points[next].key &- hash
    let start = isPreviousNearer ? previous : next
    for place in start..<points.count {
      let server = Int(points[place].server)
      if server != avoided, admits(server, in: farm, now: now) { return server }
    }
    for point in points {
      let server = Int(point.server)
      if server != avoided, admits(server, in: farm, now: now) { return server }
    }
    return Int(points[points.count - 1].server)
  }

  /// The server of the next point in turn that has a free slot, for sessions without a key; the one
  /// to avoid when there is no other.
  ///
  /// - Returns: nil when everybody is full.
  mutating func next(_ request: BalanceRequest, in farm: Farm) -> Int? {
    guard !points.isEmpty else { return nil }
    let start = last.map { $0 + 1 } ?? 0
    var avoidedPlace: Int?
    for step in points.indices {
      let place = (start + step) % points.count
      last = place
      let server = Int(points[place].server)
      guard !farm.isFull(server, now: request.now) else { continue }
      if server != request.avoided { return server }
      avoidedPlace = place
    }
    last = avoidedPlace
    return avoidedPlace.map { Int(points[$0].server) }
  }

  /// Whether the limits let a server have one more session.
  private func admits(_ server: Int, in farm: Farm, now: Instant) -> Bool {
    if limits.balanceFactor > 0, !isWithinBalance(server, in: farm) { return false }
    let candidate = farm.candidates[server]
    switch limits.affinity {
    case .always: return true
    case .maxconn:
      return candidate.maxconn == 0 || candidate.served < farm.limit(of: server, now: now)
    case .maxqueue:
      return candidate.maxconn == 0 || candidate.maxqueue == 0
        || candidate.inFlight < farm.limit(of: server, now: now) + candidate.maxqueue
    }
  }

  /// Consistent hashing with bounded loads (Mirrokni, Thorup, Zadimoghaddam, arXiv:1608.01350): the
  /// sessions there are, this one included, times the factor are dealt out as slots by weight, and
  /// a server takes no more than its slots. In 32 bits, as HAProxy counts.
  private func isWithinBalance(_ server: Int, in farm: Farm) -> Bool {
    let total = UInt32(truncatingIfNeeded: farm.totalWeight)
    let weight = UInt32(farm.candidates[server].effectiveWeight)
    let before = weightBefore[server]
    let sessions = UInt32(truncatingIfNeeded: farm.served + 1)
    let slots = (sessions &* UInt32(truncatingIfNeeded: limits.balanceFactor) &+ 99) / 100
    let rest = slots % total
    var share = weight &* (slots / total)
    share &+= (before &+ weight) &* rest / total &- before &* rest / total
    return farm.candidates[server].served < max(Int(share), 1)
  }
}

/// The ring of the active servers and the one of the backups.
struct ConsistentRings: Sendable {
  private var active: ConsistentRing
  private var backup: ConsistentRing

  init(farm: Farm, limits: RingLimits) {
    active = ConsistentRing(farm: farm, isBackup: false, limits: limits)
    backup = ConsistentRing(farm: farm, isBackup: true, limits: limits)
  }

  /// - Returns: nil when no server may be chosen.
  func server(
    forHash hash: UInt32, avoiding avoided: Int?, in farm: Farm, now: Instant
  ) -> Int? {
    switch farm.pool {
    case .active: active.server(forHash: hash, avoiding: avoided, in: farm, now: now)
    case .single(let server): server
    case .backup: backup.server(forHash: hash, avoiding: avoided, in: farm, now: now)
    case .none: nil
    }
  }

  /// - Returns: nil when no server may be chosen, or every one is full.
  mutating func next(_ request: BalanceRequest, in farm: Farm) -> Int? {
    switch farm.pool {
    case .active: active.next(request, in: farm)
    case .single(let server): server
    case .backup: backup.next(request, in: farm)
    case .none: nil
    }
  }

  mutating func standingChanged(of server: Int, in farm: Farm) {
    if farm.candidates[server].isBackup { backup.rebuild(farm) } else { active.rebuild(farm) }
  }
}
