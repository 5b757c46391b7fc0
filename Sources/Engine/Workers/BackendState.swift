import Administration
import Balancing
import Basics
import ConfigurationLanguage
import HealthChecks
import Proxies
import Sessions
import Synchronization

/// What every worker needs of a backend, taken out of the configuration once: trivial values.
struct BackendSettings: Sendable {
  let connectTimeout: Duration?
  /// `timeout queue`, else `timeout connect`.
  let queueTimeout: Duration?
  let serverTimeout: Duration?
  let serverFinTimeout: Duration?
  let tunnelTimeout: Duration?
  let serverKeepAlive: Bool
  let serverProbes: KeepAliveProbes
  /// Whether the first bytes carry the handshake's last acknowledgement: not after
  /// `no option tcp-smart-connect`.
  let connectsSmartly: Bool
  let sendBuffer: Int?
  let receiveBuffer: Int?
  let notSentLowWater: Int?
  let retries: Int
  let splicing: SplicePermission
}

/// Where a server is, taken out of the configuration once.
struct ServerSettings: Sendable {
  let host: ServerConfiguration.Host
  let port: ServerConfiguration.Port
  let source: ServerSource?
  let sendProxy: ProxyProtocolVersion?
  /// `tcp-ut`
  let userTimeoutMilliseconds: UInt32?
  /// What a header of version 2 has besides addresses.
  let proxyHeader: ProxyHeaderConfiguration
  /// Its address when it does not depend on the client.
  let address: SocketAddress?
  /// Where to connect to when that does not depend on the client.
  let endpoint: Endpoint?
}

/// A backend as all workers see it: its settings, and behind a lock its servers and queues. The lock
/// is held for single steps of a session, never while anything waits.
final class BackendState: Sendable {
  let settings: BackendSettings
  let rules: BackendRules
  let servers: [ServerSettings]
  let proxy: ProxyConfiguration
  /// How the key of a session is hashed; nil when the algorithm hashes none.
  let keyHash: KeyHash?
  /// One element, mutated in place; none for a proxy without backend half.
  private let backend: Mutex<[Backend]>

  init(
    _ backend: Backend?, proxy index: Int, in configuration: Configuration, tables: StickTables
  ) {
    proxy = configuration.proxies[index]
    rules = BackendRules(proxy, tables)
    keyHash = backend?.keyHash
    let tune = configuration.global.tune
    let timeouts = proxy.timeouts
    settings = BackendSettings(
      connectTimeout: timeouts.connect,
      queueTimeout: timeouts.queue ?? timeouts.connect,
      serverTimeout: timeouts.server,
      serverFinTimeout: timeouts.serverFin,
      tunnelTimeout: timeouts.tunnel,
      serverKeepAlive: proxy.options.contains(.serverKeepAlive),
      serverProbes: proxy.serverProbes,
      connectsSmartly: !proxy.refused.contains(.smartConnect),
      sendBuffer: tune.sendBufferServer,
      receiveBuffer: tune.receiveBufferServer,
      notSentLowWater: tune.notSentServer,
      retries: proxy.retries,
      splicing: SplicePermission(proxy))
    servers = proxy.servers.map { server in
      var address: SocketAddress?
      var endpoint: Endpoint?
      switch (server.host, server.port) {
      case (.unix(let fixed), _): endpoint = fixed
      case (.ip(let ip), .fixed(let port)):
        let fixed = SocketAddress(ip: ip, port: port)
        address = fixed
        endpoint = Endpoint(fixed)
      default: break
      }
      return ServerSettings(
        host: server.host, port: server.port, source: server.source.map(ServerSource.init),
        sendProxy: server.sendProxy, userTimeoutMilliseconds: server.userTimeoutMilliseconds,
        proxyHeader: server.proxyHeader,
        address: address, endpoint: endpoint)
    }
    self.backend = Mutex(backend.map { [$0] } ?? [])
  }

  /// Does something with the backend under its lock.
  ///
  /// - Returns: what `body` returns; `absent` for a proxy without backend half.
  func with<T: Sendable>(absent: T, _ body: (inout Backend) -> T) -> T {
    backend.withLock { values in
      values.isEmpty ? absent : body(&values[0])
    }
  }

  /// What a session may do after its `attempt`th connection to a server failed.
  func retryRules(server: Int, attempt: Int, retriesMax: Int) -> Session.RetryRules {
    let (redispatches, active) = with(absent: (false, 0)) {
      (
        $0.redispatches(from: server, attempt: attempt, retriesMax: retriesMax),
        $0.farm.activeCount
      )
    }
    return Session.RetryRules(
      retriesMax: retriesMax, redispatches: redispatches, hasOtherServers: active > 1)
  }

  /// Sessions now: of the backend, and of one of its servers (0 for none).
  func sessionCounts(server: Int) -> (backend: Int, server: Int) {
    with(absent: (0, 0)) {
      ($0.farm.sessions, server >= 0 ? $0.servers[server].connections : 0)
    }
  }

  /// Fills in what the main thread reports.
  func report(to snapshot: inout ProxySnapshot) {
    with(absent: ()) { backend in
      snapshot.backendSessions = backend.farm.sessions
      snapshot.backendTotal = UInt64(backend.counters.sessionsTotal)
      snapshot.queued = backend.queued
      snapshot.servers = backend.servers.indices.map { index in
        let server = backend.servers[index]
        let candidate = backend.farm.candidates[index]
        return ProxySnapshot.Server(
          name: proxy.servers[index].name, isUp: server.operation != .stopped,
          isUsable: candidate.isUsable, isBackup: candidate.isBackup,
          sessions: server.connections, queued: backend.queued(at: index),
          sessionsTotal: UInt64(server.counters.connectionsTotal))
      }
    }
  }
}
