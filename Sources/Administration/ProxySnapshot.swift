/// What the workers know about a proxy at one moment: what the messages of a signal are made of.
public struct ProxySnapshot: Equatable, Sendable {
  /// One server of the proxy.
  public struct Server: Equatable, Sendable {
    /// The name of the `server` line.
    public var name: String
    /// Whether its checks say it is up.
    public var isUp: Bool
    /// Whether it can be chosen: up, with a weight, not in maintenance.
    public var isUsable: Bool
    /// `backup`
    public var isBackup: Bool
    /// Sessions now.
    public var sessions: Int
    /// Sessions that wait for this server.
    public var queued: Int
    /// Sessions ever.
    public var sessionsTotal: UInt64

    /// All values as the properties say.
    public init(
      name: String, isUp: Bool, isUsable: Bool, isBackup: Bool, sessions: Int, queued: Int,
      sessionsTotal: UInt64
    ) {
      self.name = name
      self.isUp = isUp
      self.isUsable = isUsable
      self.isBackup = isBackup
      self.sessions = sessions
      self.queued = queued
      self.sessionsTotal = sessionsTotal
    }
  }

  /// The name of the section.
  public var name: String
  /// The servers in order.
  public var servers: [Server]
  /// Connections of the frontend half now.
  public var frontendConnections: Int
  /// Sessions of the backend half now.
  public var backendSessions: Int
  /// Sessions that wait for any server.
  public var queued: Int
  /// Connections of the frontend half ever.
  public var frontendTotal: UInt64
  /// Sessions of the backend half ever.
  public var backendTotal: UInt64

  /// All values as the properties say.
  public init(
    name: String, servers: [Server] = [], frontendConnections: Int = 0, backendSessions: Int = 0,
    queued: Int = 0, frontendTotal: UInt64 = 0, backendTotal: UInt64 = 0
  ) {
    self.name = name
    self.servers = servers
    self.frontendConnections = frontendConnections
    self.backendSessions = backendSessions
    self.queued = queued
    self.frontendTotal = frontendTotal
    self.backendTotal = backendTotal
  }

  /// The lines of SIGHUP for this proxy: one a server, then one for the proxy.
  public var dumpLines: [String] {
    var lines = servers.map { server in
      "SIGHUP: Server \(name)/\(server.name) is \(server.isUp ? "UP" : "DOWN"). "
        + "Conn: \(server.sessions) act, \(server.queued) pend, \(server.sessionsTotal) tot."
    }
    let pending = queued + servers.reduce(0) { $0 + $1.queued }
    let numbers =
      "act(FE+BE): \(frontendConnections)+\(backendSessions), \(pending) pend (\(queued) unass), "
      + "tot(FE+BE): \(frontendTotal)+\(backendTotal)."
    let active = servers.count { $0.isUsable && !$0.isBackup }
    let backup = servers.count { $0.isUsable && $0.isBackup }
    if servers.isEmpty {
      lines.append("SIGHUP: Proxy \(name) has no servers. Conn: \(numbers)")
    } else if active == 0 {
      let state = backup > 0 ? "is running on backup servers" : "has no server available"
      lines.append("SIGHUP: Proxy \(name) \(state) ! Conn: \(numbers)")
    } else {
      lines.append(
        "SIGHUP: Proxy \(name) has \(active) active servers and \(backup) backup servers "
          + "available. Conn: \(numbers)")
    }
    return lines
  }

  /// The line when the proxy's last listener is gone.
  public var stoppedLine: String {
    "Proxy \(name) stopped (cumulated conns: FE: \(frontendTotal), BE: \(backendTotal))."
  }

  /// The line when `hard-stop-after` ends what the proxy still had.
  public var hardStoppedLine: String {
    "Proxy \(name) hard-stopped (\(frontendConnections) remaining conns will be closed)."
  }
}
