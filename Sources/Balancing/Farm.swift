public import Basics

/// What balancing has to know about one server: a trivial value.
public struct Candidate: Sendable {
  /// The server's `id`.
  public let id: Int
  /// What its points on the consistent ring are computed from.
  public let ringKey: RingKey
  /// `weight`, or what an agent made of it: 0 to 256.
  public internal(set) var weight: Int
  /// `weight` of the configuration.
  public let initialWeight: Int
  /// `backup`
  public let isBackup: Bool
  /// `maxconn`; 0 for no limit.
  public internal(set) var maxconn: Int
  /// `minconn`; `maxconn` when it was not given.
  public internal(set) var minconn: Int
  /// `maxqueue`; 0 for no limit.
  public let maxqueue: Int
  /// `slowstart`; zero for none.
  public let slowstart: Duration
  /// The weight in the algorithm's own unit, the slow start applied.
  public internal(set) var effectiveWeight = 0
  /// Whether new sessions may be given to it: it is up, not in maintenance, not draining, and its
  /// weight is not 0.
  public internal(set) var isUsable = false
  /// When it came up, while it is still warming up.
  public internal(set) var warmingSince: Instant?
  /// Sessions that hold a slot.
  public internal(set) var served = 0
  /// Sessions that wait for a slot of this very server.
  public internal(set) var queued = 0
  /// Connections started a second.
  public internal(set) var rate = EventRate()

  /// - Parameters:
  ///   - id: the server's `id`.
  ///   - weight: 0 to 256.
  ///   - isBackup: `backup`
  ///   - maxconn: 0 for no limit.
  ///   - minconn: 0 for none; a value above `maxconn` replaces it, as HAProxy does it.
  ///   - maxqueue: 0 for no limit.
  ///   - slowstart: rounded up to whole seconds.
  ///   - ringKey: `hash-key`; nil for the `id`.
  public init(
    id: Int, weight: Int, isBackup: Bool = false, maxconn: Int = 0, minconn: Int = 0,
    maxqueue: Int = 0, slowstart: Duration = .zero, ringKey: RingKey? = nil
  ) {
    self.id = id
    self.ringKey = ringKey ?? RingKey(id: id)
    self.weight = weight
    initialWeight = weight
    self.isBackup = isBackup
    self.maxconn = max(maxconn, minconn)
    self.minconn = minconn == 0 ? self.maxconn : minconn
    self.maxqueue = maxqueue
    self.slowstart = .seconds((slowstart.wholeMilliseconds + 999) / 1000)
  }

  /// Sessions that hold a slot or wait for one.
  @inlinable public var inFlight: Int { served + queued }
}

/// The servers of one backend as balancing sees them: who may be chosen, how heavy everyone is, how
/// busy. The algorithms read it; whoever owns the backend changes it.
public struct Farm: Sendable {
  /// Which servers take new sessions at present.
  public enum Pool: Hashable, Sendable {
    /// The active ones.
    case active
    /// There is no active one: this backup alone.
    case single(Int)
    /// There is no active one: all backups (`option allbackups`).
    case backup
    /// Nobody.
    case none
  }

  /// Whether and how strongly a server takes part.
  public struct Standing: Hashable, Sendable {
    /// Whether it may be chosen.
    public var isUsable: Bool
    /// Its weight in the algorithm's unit.
    public var effectiveWeight: Int
  }

  /// The range of effective weights: 256 × 16.
  static let effectiveWeightMax = 4096

  /// The servers in the order of the configuration.
  public internal(set) var candidates: [Candidate]
  /// Usable servers that are no backups.
  public private(set) var activeCount = 0
  /// Usable backups.
  public private(set) var backupCount = 0
  /// The first usable backup; nil as well with `option allbackups`.
  public private(set) var firstBackup: Int?
  /// The sum of the effective weights of the usable servers that are no backups.
  public private(set) var activeWeight = 0
  /// The sum of the effective weights of the usable backups.
  public private(set) var backupWeight = 0
  /// Sessions of the backend, the waiting ones included.
  public var sessions = 0
  /// `fullconn`: the number of sessions from which on every server gets its whole `maxconn`.
  public let fullconn: Int
  /// `option allbackups`
  public let usesAllBackups: Bool
  /// Effective weight of a server of weight 1; 0 weights stay 0.
  let scale: Int
  /// What configured weights are divided by.
  let divisor: Int
  /// Whether a slow start also lowers the weight, and not only `maxconn`.
  let rampsWeights: Bool

  /// - Parameters:
  ///   - candidates: the servers in order, none of them usable yet.
  ///   - algorithm: decides about the unit of the weights.
  ///   - fullconn: above 0.
  ///   - usesAllBackups: `option allbackups`
  public init(
    candidates: [Candidate], algorithm: Balance.Algorithm, fullconn: Int, usesAllBackups: Bool
  ) {
    self.candidates = candidates
    self.fullconn = max(fullconn, 1)
    self.usesAllBackups = usesAllBackups
    rampsWeights = !algorithm.usesMap
    scale = algorithm.usesMap ? 1 : 16
    divisor = algorithm.usesMap ? max(candidates.reduce(0) { gcd($0, $1.weight) }, 1) : 1
  }

  /// Sessions that hold a slot of any server.
  public private(set) var served = 0

  /// Which servers take new sessions at present.
  public var pool: Pool {
    if activeCount > 0 { return .active }
    if let firstBackup { return .single(firstBackup) }
    return backupCount > 0 ? .backup : .none
  }

  /// The sum of the weights of the servers that take new sessions; 0 when there are none.
  public var totalWeight: Int {
    if activeCount > 0 { return activeWeight }
    if let firstBackup { return candidates[firstBackup].effectiveWeight }
    return backupWeight
  }

  /// The number of servers that take new sessions.
  public var usedCount: Int {
    if activeCount > 0 { return activeCount }
    return firstBackup == nil ? backupCount : 1
  }

  /// The slots a server has now: `maxconn`, lowered to between it and `minconn` while the backend
  /// is not full, and lowered further while the server is warming up; `Int.max` without limit.
  public func limit(of server: Int, now: Instant) -> Int {
    let candidate = candidates[server]
    guard candidate.maxconn > 0 else { return .max }
    var limit = candidate.maxconn
    if candidate.minconn != candidate.maxconn, sessions < fullconn {
      limit = max(candidate.minconn, sessions * candidate.maxconn / fullconn)
    }
    if let since = candidate.warmingSince, now >= since, now - since < candidate.slowstart {
      let ratio = 100 * (now - since).nanoseconds / candidate.slowstart.nanoseconds
      limit = max(1, limit * Int(ratio) / 100)
    }
    return limit
  }

  /// Whether a server has no free slot, or owes its next one to somebody who waits.
  public func isFull(_ server: Int, now: Instant) -> Bool {
    let candidate = candidates[server]
    guard candidate.maxconn > 0 else { return false }
    return candidate.queued > 0 || candidate.served >= limit(of: server, now: now)
  }

  /// The effective weight a server has at `now`, its slow start applied.
  ///
  /// - Parameter isReturning: it is coming up at this very moment: it begins with the least weight.
  public func weight(of server: Int, isReturning: Bool, now: Instant) -> Int {
    let candidate = candidates[server]
    var factor = scale
    if rampsWeights, let since = candidate.warmingSince, candidate.slowstart > .zero {
      let slowstart = candidate.slowstart.nanoseconds / 1000
      let elapsed = min(max((now - since).nanoseconds / 1000, 0), slowstart)
      factor = isReturning ? 1 : Int((Int64(scale) * elapsed + slowstart) / slowstart)
      factor = min(factor, scale)
    }
    return (candidate.weight * factor + divisor - 1) / divisor
  }
}

extension Farm {
  /// Says from when on a server is warming up; nil for never or no longer.
  public mutating func setWarming(_ server: Int, since: Instant?) {
    candidates[server].warmingSince = since
  }

  /// An effective weight in the unit of the configuration, rounded up.
  public func shown(_ effectiveWeight: Int) -> Int {
    (effectiveWeight * divisor + scale - 1) / scale
  }

  /// Whether the algorithm can follow weights that change; else a server has its own or none.
  public var followsWeights: Bool { rampsWeights }

  /// Gives a server another weight; `setStanding` has to follow.
  ///
  /// - Parameter weight: 0 to 256.
  public mutating func setWeight(_ server: Int, _ weight: Int) {
    candidates[server].weight = weight
  }

  /// Gives a server another limit; one that did not depend on the load does not now.
  ///
  /// - Parameter maxconn: 0 for no limit.
  public mutating func setMaxconn(_ server: Int, _ maxconn: Int) {
    if candidates[server].minconn == candidates[server].maxconn {
      candidates[server].minconn = maxconn
    }
    candidates[server].maxconn = maxconn
  }

  /// Changes whether and how strongly a server takes part.
  ///
  /// - Parameters:
  ///   - isUsable: what the server's state says; a weight of 0 makes it unusable in any case.
  ///   - effectiveWeight: from `weight(of:isReturning:now:)`.
  /// - Returns: how it was before.
  public mutating func setStanding(
    _ server: Int, isUsable: Bool, effectiveWeight: Int
  ) -> Standing {
    let old = standing(of: server)
    candidates[server].isUsable = isUsable && effectiveWeight > 0
    candidates[server].effectiveWeight = effectiveWeight
    recount()
    return old
  }

  /// Whether and how strongly a server takes part.
  public func standing(of server: Int) -> Standing {
    Standing(
      isUsable: candidates[server].isUsable,
      effectiveWeight: candidates[server].effectiveWeight)
  }

  private mutating func recount() {
    activeCount = 0
    backupCount = 0
    activeWeight = 0
    backupWeight = 0
    firstBackup = nil
    for (index, candidate) in candidates.enumerated() where candidate.isUsable {
      if candidate.isBackup {
        if backupCount == 0, !usesAllBackups { firstBackup = index }
        backupCount += 1
        backupWeight += candidate.effectiveWeight
      } else {
        activeCount += 1
        activeWeight += candidate.effectiveWeight
      }
    }
  }

  /// A session takes a slot.
  public mutating func take(_ server: Int) {
    candidates[server].served += 1
    served += 1
  }

  /// A session gives its slot back.
  public mutating func drop(_ server: Int) {
    invariant(candidates[server].served > 0, "a slot is given back only by who holds one")
    candidates[server].served -= 1
    served -= 1
  }

  /// Says how many sessions wait for this very server.
  public mutating func setQueued(_ server: Int, count: Int) {
    candidates[server].queued = count
  }

  /// Counts a connection that is started.
  @discardableResult
  public mutating func countConnection(_ server: Int, now: Instant) -> UInt64 {
    candidates[server].rate.count(now: now)
  }
}

private func gcd(_ left: Int, _ right: Int) -> Int {
  var (larger, smaller) = (left, right)
  while smaller != 0 { (larger, smaller) = (smaller, larger % smaller) }
  return larger
}
