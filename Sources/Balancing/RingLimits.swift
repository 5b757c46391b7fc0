/// Which servers the consistent ring passes over because they have too much to do already.
public struct RingLimits: Hashable, Sendable {
  /// `hash-preserve-affinity`: how long a hash keeps its server. HAProxy manual, section 4.2.
  public enum Affinity: Hashable, Sendable {
    /// Whatever the server has to do.
    case always
    /// Until the server has no free slot.
    case maxconn
    /// Until the server's queue is full.
    case maxqueue
  }

  /// `hash-balance-factor`, percent of the average load that a server may have, above 100; 0 for
  /// no limit. HAProxy manual, section 4.2.
  public var balanceFactor: Int
  /// `hash-preserve-affinity`
  public var affinity: Affinity

  /// - Parameters:
  ///   - balanceFactor: above 100, or 0 for no limit.
  ///   - affinity: how long a hash keeps its server.
  public init(balanceFactor: Int = 0, affinity: Affinity = .always) {
    self.balanceFactor = balanceFactor
    self.affinity = affinity
  }
}
