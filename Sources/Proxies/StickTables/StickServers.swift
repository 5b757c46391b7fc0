public import ConfigurationLanguage
import Samples

/// How the servers of one backend are named in one stick table: by `id`, and by name or address as
/// `srvkey` says.
public struct StickServers: Sendable {
  /// The `id`s, by server.
  let ids: [Int32]
  /// What stands for the servers in the table, by server; 0 for one without an address.
  let keys: [UInt32]
  private let serversByID: [Int32: Int]
  private let serversByKey: [UInt32: Int]

  /// - Parameters:
  ///   - proxy: the backend.
  ///   - table: where its servers are remembered.
  public init(_ proxy: ProxyConfiguration, in table: StickTable) {
    ids = proxy.servers.map { Int32(clamping: $0.id) }
    keys = proxy.servers.map { server in
      let name = table.serverKeyKind == .name ? server.name : server.addressKey
      return name.map { table.number(ofServer: $0) } ?? 0
    }
    serversByID = Dictionary(
      ids.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { first, _ in first })
    serversByKey = Dictionary(
      keys.enumerated().filter { $0.element > 0 }.map { ($0.element, $0.offset) },
      uniquingKeysWith: { first, _ in first })
  }

  /// The server that an entry remembers: the key goes before the `id`; nil when the backend has no such
  /// server.
  func server(key: UInt32, id: Int32) -> Int? { serversByKey[key] ?? serversByID[id] }
}

extension ServerConfiguration {
  /// What `srvkey addr` calls the server; nil for one whose address is not known.
  var addressKey: String? {
    let address: String
    switch host {
    case .ip(let ip): address = "\(ip)"
    case .ofClient: address = "0.0.0.0"
    case .unix(let endpoint): return "\(endpoint)"
    case .name: return nil
    }
    switch port {
    case .fixed(let port): return "\(address):\(port)"
    case .ofClient: return "\(address):+0"
    case .relative(let offset): return "\(address):\(offset < 0 ? "" : "+")\(offset)"
    }
  }
}
