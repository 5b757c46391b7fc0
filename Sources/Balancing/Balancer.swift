public import Basics

/// What a balancing algorithm is asked with.
public struct BalanceRequest: Sendable {
  /// The client's address; nil for a unix socket.
  public var client: IPAddress?
  /// The hash of the session's key, from `KeyHash.hash`, for `balance hash` and `rdp-cookie`; nil
  /// when the session has no such key.
  public var hash: UInt32?
  /// The server that has just failed this session, to be taken only if there is no other.
  public var avoided: Int?
  /// The present.
  public var now: Instant

  /// - Parameters:
  ///   - client: nil for a unix socket.
  ///   - hash: nil when the session has no key, or none is hashed.
  ///   - avoided: an index into `Farm.candidates`.
  ///   - now: the present.
  public init(client: IPAddress?, hash: UInt32? = nil, avoided: Int? = nil, now: Instant) {
    self.client = client
    self.hash = hash
    self.avoided = avoided
    self.now = now
  }
}

/// A balancing algorithm. HAProxy manual, section 4.2, `balance`.
///
/// It keeps its own order of the servers of one farm, and is told what changes there.
protocol Balancer: Sendable {
  /// Chooses a server and moves on.
  ///
  /// - Returns: nil when every server that may be chosen is full, or there is none.
  mutating func next(_ request: BalanceRequest, in farm: Farm) -> Int?

  /// A server came, went or got another weight. `farm` already says so.
  mutating func standingChanged(of server: Int, from old: Farm.Standing, in farm: Farm)

  /// A server got more or less to do. `farm` already says so.
  mutating func loadChanged(of server: Int, in farm: Farm)
}

extension Balancer {
  mutating func loadChanged(of server: Int, in farm: Farm) {}
}
