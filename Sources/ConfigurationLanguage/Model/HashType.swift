public import Basics

/// `hash-type`: how a key becomes a server. HAProxy manual, section 4.2.
public struct HashType: Hashable, Sendable {
  /// Where hashes are looked up.
  public enum Method: Hashable, Sendable { case mapBased, consistent }

  /// `map-based` or `consistent`
  public var method: Method = .mapBased
  /// The hash function; nil for `none`.
  public var function: HashFunction? = .sdbm
  /// `avalanche`, or `consistent` alone
  public var isAvalanche = false

  public init() {}
}

/// `hash-preserve-affinity`: until when a key keeps its server. HAProxy manual, section 4.2.
public enum HashAffinity: String, Hashable, Sendable { case always, maxconn, maxqueue }

/// `hash-key`: what decides where a server stands on the consistent ring. HAProxy manual, section
/// 5.2.
public enum ServerHashKey: String, Hashable, Sendable {
  case id, id32, guid, addr
  case addrPort = "addr-port"
}
