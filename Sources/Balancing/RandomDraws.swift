import Basics

/// `balance random(<draws>)`: draws servers from the consistent ring and keeps the least busy one
/// for its weight; between equals the one with fewer new connections in the last second.
/// O(draws × log n).
struct RandomDraws: Balancer {
  private let draws: Int
  private var rings: ConsistentRings
  private var random: PseudoRandom

  init(farm: Farm, draws: Int, limits: RingLimits, seed: UInt64) {
    self.draws = max(draws, 1)
    rings = ConsistentRings(farm: farm, limits: limits)
    random = PseudoRandom(seed: seed)
  }

  mutating func next(_ request: BalanceRequest, in farm: Farm) -> Int? {
    guard let server = draw(request, in: farm) else { return nil }
    // A full server counts as none: the session waits for the whole backend.
    let candidate = farm.candidates[server]
    return candidate.queued > 0 || farm.isFull(server, now: request.now) ? nil : server
  }

  private mutating func draw(_ request: BalanceRequest, in farm: Farm) -> Int? {
    if case .single(let server) = farm.pool { return server }
    var best: Int?
    // Of one server there is nothing to choose.
    for _ in 0..<(farm.activeCount == 1 ? 1 : draws) {
      let hash = UInt32(truncatingIfNeeded: random.next())
      let nearest = rings.server(
        forHash: hash, avoiding: request.avoided, in: farm, now: request.now)
      guard let drawn = nearest else { return best }
      if let kept = best, kept != drawn, isPreferred(kept, to: drawn, in: farm, now: request.now) {
        continue
      }
      best = drawn
    }
    return best
  }

  private func isPreferred(_ kept: Int, to drawn: Int, in farm: Farm, now: Instant) -> Bool {
    let kept = farm.candidates[kept]
    let drawn = farm.candidates[drawn]
    let keptLoad = kept.served * drawn.effectiveWeight
    let drawnLoad = drawn.served * kept.effectiveWeight
    if drawnLoad != keptLoad { return drawnLoad > keptLoad }
    let keptRate = kept.rate.perSecond(now: now) * UInt64(drawn.effectiveWeight)
    let drawnRate = drawn.rate.perSecond(now: now) * UInt64(kept.effectiveWeight)
    return keptRate < drawnRate
  }

  mutating func standingChanged(of server: Int, from old: Farm.Standing, in farm: Farm) {
    rings.standingChanged(of: server, in: farm)
  }
}
