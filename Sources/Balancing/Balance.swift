/// The algorithm of one backend.
///
/// The algorithms lie side by side, one of them filled, and not in the cases of an enum: a payload
/// could not be changed in place, and every choice would copy its arrays.
public struct Balance: Sendable {
  /// `balance`
  public enum Algorithm: Hashable, Sendable {
    case roundrobin
    case staticRoundrobin
    case leastconn
    case first
    /// `source`: the client's address is hashed.
    case source(KeyHash)
    /// `hash <expression>`: `BalanceRequest.hash` is the hash of the sample.
    case hash(KeyHash)
    /// `rdp-cookie(<name>)`: `BalanceRequest.hash` is the hash of the cookie.
    case rdpCookie(KeyHash)
    /// `random(draws)`
    case random(draws: Int)

    /// How keys are hashed; nil when the server depends on whose turn it is.
    public var keyHash: KeyHash? {
      switch self {
      case .source(let hash), .hash(let hash), .rdpCookie(let hash): hash
      case .roundrobin, .staticRoundrobin, .leastconn, .first, .random: nil
      }
    }

    /// Whether servers are looked up in a static map, with plain weights.
    public var usesMap: Bool {
      self == .staticRoundrobin || keyHash?.method == .mapBased
    }

    /// Whether a waiting session proves that every server is full, so that a newcomer need not
    /// look.
    public var isFullWhenQueued: Bool {
      switch self {
      case .roundrobin, .staticRoundrobin, .first: true
      case .leastconn, .source, .hash, .rdpCookie, .random: false
      }
    }

    /// Whether the server depends on what is hashed, and not on whose turn it is.
    public var isHash: Bool { keyHash != nil }
  }

  /// Which one it is.
  public let algorithm: Algorithm
  private var roundrobin: RoundRobin?
  private var staticRoundrobin: StaticRoundRobin?
  private var leastconn: LeastConnections?
  private var first: FirstAvailable?
  private var mapped: MappedServers?
  private var ring: RingServers?
  private var random: RandomDraws?

  /// - Parameters:
  ///   - algorithm: `balance`
  ///   - farm: the servers, usable ones already marked.
  ///   - limits: whom the consistent ring passes over, for `random` and `hash-type consistent`.
  ///   - seed: for the algorithms that leave something to chance.
  public init(
    _ algorithm: Algorithm, farm: Farm, limits: RingLimits = RingLimits(), seed: UInt64
  ) {
    self.algorithm = algorithm
    switch algorithm {
    case .roundrobin: roundrobin = RoundRobin(farm: farm)
    case .staticRoundrobin: staticRoundrobin = StaticRoundRobin(farm: farm)
    case .leastconn: leastconn = LeastConnections(farm: farm, seed: seed)
    case .first: first = FirstAvailable(farm: farm)
    case .source(let hash): setHash(HashKey(origin: .source, keyHash: hash), farm, limits)
    case .hash(let hash): setHash(HashKey(origin: .expression, keyHash: hash), farm, limits)
    case .rdpCookie(let hash): setHash(HashKey(origin: .rdpCookie, keyHash: hash), farm, limits)
    case .random(let draws):
      random = RandomDraws(farm: farm, draws: draws, limits: limits, seed: seed)
    }
  }

  private mutating func setHash(_ key: HashKey, _ farm: Farm, _ limits: RingLimits) {
    switch key.keyHash.method {
    case .mapBased: mapped = MappedServers(farm: farm, key: key)
    case .consistent: ring = RingServers(farm: farm, key: key, limits: limits)
    }
  }

  /// Chooses a server and moves on.
  ///
  /// - Returns: an index into `Farm.candidates`; nil when every server that may be chosen is full,
  ///   or there is none.
  public mutating func next(_ request: BalanceRequest, in farm: Farm) -> Int? {
    switch algorithm {
    case .roundrobin: roundrobin?.next(request, in: farm) ?? nil
    case .staticRoundrobin: staticRoundrobin?.next(request, in: farm) ?? nil
    case .leastconn: leastconn?.next(request, in: farm) ?? nil
    case .first: first?.next(request, in: farm) ?? nil
    case .source, .hash, .rdpCookie:
      mapped?.next(request, in: farm) ?? ring?.next(request, in: farm) ?? nil
    case .random: random?.next(request, in: farm) ?? nil
    }
  }

  /// Tells the algorithm that a server came, went or got another weight.
  ///
  /// - Parameters:
  ///   - server: an index into `Farm.candidates`.
  ///   - old: what `Farm.setStanding` returned.
  ///   - farm: the servers after the change.
  public mutating func standingChanged(of server: Int, from old: Farm.Standing, in farm: Farm) {
    guard old != farm.standing(of: server) else { return }
    switch algorithm {
    case .roundrobin: roundrobin?.standingChanged(of: server, from: old, in: farm)
    case .staticRoundrobin: staticRoundrobin?.standingChanged(of: server, from: old, in: farm)
    case .leastconn: leastconn?.standingChanged(of: server, from: old, in: farm)
    case .first: first?.standingChanged(of: server, from: old, in: farm)
    case .source, .hash, .rdpCookie:
      mapped?.standingChanged(of: server, from: old, in: farm)
      ring?.standingChanged(of: server, from: old, in: farm)
    case .random: random?.standingChanged(of: server, from: old, in: farm)
    }
  }

  /// Tells the algorithm that a server got more or less to do.
  public mutating func loadChanged(of server: Int, in farm: Farm) {
    switch algorithm {
    case .leastconn: leastconn?.loadChanged(of: server, in: farm)
    case .roundrobin, .staticRoundrobin, .first, .source, .hash, .rdpCookie, .random: break
    }
  }
}
