import Basics

/// `balance random(<draws>)`: draws servers from the consistent ring and keeps the least busy one
/// for its weight; between equals the one with fewer new connections in the last second.
/// O(draws × log n).
struct RandomDraws: Balancer {
  private let draws: Int
  private var active: ConsistentRing
  private var backup: ConsistentRing
  private var random: PseudoRandom

  init(farm: Farm, draws: Int, seed: UInt64) {
    self.draws = max(draws, 1)
    active = ConsistentRing(farm: farm, isBackup: false)
    backup = ConsistentRing(farm: farm, isBackup: true)
    random = PseudoRandom(seed: seed)
  }

  mutating func next(_ request: BalanceRequest, in farm: Farm) -> Int? {
    guard let server = draw(request, in: farm) else { return nil }
    // A full server counts as none: the session waits for the whole backend.
    let candidate = farm.candidates[server]
    return candidate.queued > 0 || farm.isFull(server, now: request.now) ? nil : server
  }

  private mutating func draw(_ request: BalanceRequest, in farm: Farm) -> Int? {
    let isBackup: Bool
    switch farm.pool {
    case .active: isBackup = false
    case .single(let server): return server
    case .backup: isBackup = true
    case .none: return nil
    }
    var best: Int?
    for _ in 0..<draws {
      let hash = UInt32(truncatingIfNeeded: random.next())
      let nearest =
        isBackup
        ? backup.server(forHash: hash, avoiding: request.avoided)
        : active.server(forHash: hash, avoiding: request.avoided)
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
    if farm.candidates[server].isBackup { backup.rebuild(farm) } else { active.rebuild(farm) }
  }
}
