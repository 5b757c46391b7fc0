public import Balancing
import Basics
import ConfigurationLanguage

// MARK: - From the configuration to the balancing

extension Backend {
  /// How a session's key is hashed for `AssignmentRequest.hash`; nil when the algorithm hashes
  /// nothing.
  public var keyHash: KeyHash? { balance.algorithm.keyHash }

  static func algorithm(of section: ProxyConfiguration) -> Balance.Algorithm {
    switch section.balance {
    case .roundrobin: .roundrobin
    case .staticRoundrobin: .staticRoundrobin
    case .leastconn: .leastconn
    case .first: .first
    case .source: .source(KeyHash(section.hashType))
    case .hash: .hash(KeyHash(section.hashType))
    case .rdpCookie: .rdpCookie(KeyHash(section.hashType))
    case .random(let draws): .random(draws: draws)
    }
  }

  static func ringLimits(of section: ProxyConfiguration) -> RingLimits {
    let affinity: RingLimits.Affinity =
      switch section.hashAffinity {
      case .always: .always
      case .maxconn: .maxconn
      case .maxqueue: .maxqueue
      }
    return RingLimits(balanceFactor: section.hashBalanceFactor, affinity: affinity)
  }

  /// A server without what its `hash-key` names has the key of its id.
  static func ringKey(of server: ServerConfiguration) -> RingKey {
    switch server.hashKey {
    case .id, .guid: return RingKey(id: server.id)
    case .id32: return RingKey(id32: server.id)
    case .addr, .addrPort:
      let port: Int =
        switch server.port {
        case .fixed(let port): Int(port)
        case .ofClient: 0
        case .relative(let offset): offset
        }
      switch server.host {
      case .ip(let address):
        return RingKey(address: address, port: server.hashKey == .addrPort ? port : nil)
      case .ofClient:
        return RingKey(address: .anyV4, port: server.hashKey == .addrPort ? port : nil)
      case .unix, .name: return RingKey(id: server.id)
      }
    }
  }
}

extension KeyHash {
  /// - Parameter type: `hash-type`
  init(_ type: HashType) {
    self.init(
      type.method == .mapBased ? .mapBased : .consistent, function: type.function,
      isAvalanche: type.isAvalanche)
  }
}
