public import Balancing
public import Basics
public import ConfigurationLanguage

/// The half of a proxy that has servers, at run time: who gets which server, who waits, which
/// server is up.
///
/// A value without locks or clocks. All workers share one: whoever runs them puts it into a mutex
/// and calls it a few times a session, never per byte.
///
/// A session calls `enter`, `assign`, then `connected` or `connectFailed`, `release`, `leave`.
/// After each `release` the caller asks `nextGrant` until there is none.
public struct Backend: Sendable {
  /// The section's name.
  public let name: String
  /// Index into `Configuration.proxies`
  public let proxy: Int
  /// `backend`, or `proxy` for a `listen` section.
  let kind: String
  /// `retries`
  let retries: Int
  /// `option redispatch`: 0 off, -1 only on the last retry, n > 0 every nth retry.
  let redispatchInterval: Int
  /// `option persist`
  let persists: Bool
  /// `option log-health-checks`
  let logsHealthChecks: Bool

  /// The servers in the order of the configuration.
  public internal(set) var servers: [Server]
  /// The servers as balancing sees them.
  public internal(set) var farm: Farm
  var balance: Balance
  /// Sessions that wait for any server.
  var queue = ServerQueue()
  /// What it has counted.
  public internal(set) var counters = BackendCounters()
  /// When the first server came or the last one went.
  public internal(set) var lastChange: Instant

  /// - Parameters:
  ///   - configuration: the whole one, for the names of tracked servers.
  ///   - proxy: index of a proxy with backend capability.
  ///   - fullconn: from `fullconn(of:in:processConnectionsMax:)`.
  ///   - seed: for the algorithms that leave something to chance.
  ///   - now: the present.
  public init(
    _ configuration: Configuration, proxy: Int, fullconn: Int, seed: UInt64, now: Instant
  ) {
    let section = configuration.proxies[proxy]
    self.proxy = proxy
    name = section.name
    kind = section.capabilities.contains(.frontend) ? "proxy" : "backend"
    retries = section.retries
    redispatchInterval = section.redispatchInterval
    persists = section.options.contains(.persist)
    logsHealthChecks = section.options.contains(.logHealthChecks)
    lastChange = now
    servers = section.servers.map { server in
      let tracked = server.track.map { reference in
        let proxy = configuration.proxies[reference.proxy]
        return "\(proxy.name)/\(proxy.servers[reference.server].name)"
      }
      return Server(server, backend: section.name, tracked: tracked, now: now)
    }
    let algorithm = Backend.algorithm(of: section)
    farm = Farm(
      candidates: section.servers.map { server in
        Candidate(
          id: server.id, weight: server.weight, isBackup: server.isBackup,
          maxconn: server.maxconn, minconn: server.minconn, maxqueue: server.maxqueue,
          slowstart: server.slowstart ?? .zero, ringKey: Backend.ringKey(of: server))
      }, algorithm: algorithm, fullconn: fullconn,
      usesAllBackups: section.options.contains(.allBackups))
    for index in servers.indices {
      _ = farm.setStanding(
        index, isUsable: servers[index].isAvailable,
        effectiveWeight: farm.weight(of: index, isReturning: false, now: now))
    }
    balance = Balance(
      algorithm, farm: farm, limits: Backend.ringLimits(of: section), seed: seed)
  }

  /// The backends of a configuration, those that track servers linked to them.
  ///
  /// - Parameters:
  ///   - processConnectionsMax: the global `maxconn`, given or computed.
  ///   - seed: for the algorithms that leave something to chance.
  ///   - now: the present.
  /// - Returns: one entry a proxy; nil for a proxy that is disabled or has no backend half.
  public static func all(
    in configuration: Configuration, processConnectionsMax: Int, seed: UInt64, now: Instant
  ) -> [Backend?] {
    var backends = configuration.proxies.indices.map { index -> Backend? in
      let section = configuration.proxies[index]
      guard section.capabilities.contains(.backend), !section.isDisabled else { return nil }
      let fullconn = fullconn(
        of: index, in: configuration, processConnectionsMax: processConnectionsMax)
      return Backend(
        configuration, proxy: index, fullconn: fullconn, seed: seed &+ UInt64(index), now: now)
    }
    for (proxy, section) in configuration.proxies.enumerated() where backends[proxy] != nil {
      for (server, configured) in section.servers.enumerated() {
        guard let track = configured.track else { continue }
        backends[track.proxy]?.servers[track.server].trackers.append(
          ServerReference(proxy: proxy, server: server))
      }
    }
    inheritMaintenance(&backends, now: now)
    return backends
  }

  /// Servers that track a disabled one, directly or through others, begin in maintenance, silently.
  private static func inheritMaintenance(_ backends: inout [Backend?], now: Instant) {
    var pending: [ServerReference] = []
    for case let backend? in backends {
      for server in backend.servers where server.administration.isMaintenance {
        pending += server.trackers
      }
    }
    while let reference = pending.popLast() {
      let effects =
        backends[reference.proxy]?.applyTracked(
          .maintenance, to: reference.server, now: now) ?? []
      for case .tracked(let tracker, _) in effects { pending.append(tracker) }
      // To begin in maintenance is no event.
      backends[reference.proxy]?.counters = BackendCounters()
      backends[reference.proxy]?.servers[reference.server].counters = ServerCounters()
    }
  }

  /// `fullconn`, or else a tenth of the `maxconn` of all frontends that lead to the backend.
  ///
  /// - Parameters:
  ///   - proxy: index of a proxy with backend capability.
  ///   - configuration: the whole one.
  ///   - processConnectionsMax: the global `maxconn`, which frontends without one have.
  public static func fullconn(
    of proxy: Int, in configuration: Configuration, processConnectionsMax: Int
  ) -> Int {
    if let fullconn = configuration.proxies[proxy].fullconn, fullconn > 0 { return fullconn }
    var sum = 0
    for frontend in configuration.proxies
    where frontend.capabilities.contains(.frontend) && !frontend.isDisabled {
      guard frontend.backends.contains(proxy) else {
        continue
      }
      sum += frontend.maxconn > 0 ? frontend.maxconn : processConnectionsMax
    }
    return max((sum + 9) / 10, 1)
  }

  /// Whether any server may be chosen.
  public var isUp: Bool { farm.pool != .none }

  /// Sessions that wait for any server.
  public var queued: Int { queue.count }

  /// Sessions that wait for this very server.
  public func queued(at server: Int) -> Int { servers[server].queue.count }
}

/// What one backend has counted since the start.
public struct BackendCounters: Hashable, Sendable {
  /// Sessions so far: `stot`.
  public var sessionsTotal = 0
  /// The most sessions at once: `smax`.
  public var sessionsMax = 0
  /// Sessions a second: `rate`.
  public var rate = EventRate()
  /// The most sessions that began in a second: `rate_max`.
  public var rateMax: UInt64 = 0
  /// The most sessions that waited for any server at once: `qmax`.
  public var queuedMax = 0
  /// Sessions that balancing gave to a server: `lbtot`.
  public var balancedTotal = 0
  /// Sessions that ended without a connection: `econn`.
  public var failedConnections = 0
  /// Connections that were tried again: `wretr`.
  public var retries = 0
  /// Sessions that moved on to another server: `wredis`.
  public var redispatches = 0
  /// Times the last server went: `chkdown`.
  public var downTransitions = 0
  /// The time without any server, up to the last change: `downtime`.
  public var downtime: Duration = .zero

  /// Nothing counted.
  public init() {}
}
