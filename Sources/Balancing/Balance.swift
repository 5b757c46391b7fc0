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
    case source
    /// `random(draws)`
    case random(draws: Int)

    /// Whether servers are looked up in a static map, with plain weights.
    public var usesMap: Bool {
      switch self {
      case .staticRoundrobin, .source: true
      case .roundrobin, .leastconn, .first, .random: false
      }
    }

    /// Whether a waiting session proves that every server is full, so that a newcomer need not
    /// look.
    public var isFullWhenQueued: Bool {
      switch self {
      case .roundrobin, .staticRoundrobin, .first: true
      case .leastconn, .source, .random: false
      }
    }

    /// Whether the server depends on what is hashed, and not on whose turn it is.
    public var isHash: Bool { self == .source }
  }

  /// Which one it is.
  public let algorithm: Algorithm
  private var roundrobin: RoundRobin?
  private var staticRoundrobin: StaticRoundRobin?
  private var leastconn: LeastConnections?
  private var first: FirstAvailable?
  private var source: SourceHash?
  private var random: RandomDraws?

  /// - Parameters:
  ///   - algorithm: `balance`
  ///   - farm: the servers, usable ones already marked.
  ///   - seed: for the algorithms that leave something to chance.
  public init(_ algorithm: Algorithm, farm: Farm, seed: UInt64) {
    self.algorithm = algorithm
    switch algorithm {
    case .roundrobin: roundrobin = RoundRobin(farm: farm)
    case .staticRoundrobin: staticRoundrobin = StaticRoundRobin(farm: farm)
    case .leastconn: leastconn = LeastConnections(farm: farm, seed: seed)
    case .first: first = FirstAvailable(farm: farm)
    case .source: source = SourceHash(farm: farm)
    case .random(let draws): random = RandomDraws(farm: farm, draws: draws, seed: seed)
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
    case .source: source?.next(request, in: farm) ?? nil
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
    case .source: source?.standingChanged(of: server, from: old, in: farm)
    case .random: random?.standingChanged(of: server, from: old, in: farm)
    }
  }

  /// Tells the algorithm that a server got more or less to do.
  public mutating func loadChanged(of server: Int, in farm: Farm) {
    switch algorithm {
    case .leastconn: leastconn?.loadChanged(of: server, in: farm)
    case .roundrobin, .staticRoundrobin, .first, .source, .random: break
    }
  }
}
