public import Basics

/// One `server` line. HAProxy manual, section 5.2.
public struct ServerConfiguration: Sendable {
  /// How the port to connect to is found.
  public enum Port: Hashable, Sendable {
    /// As written.
    case fixed(UInt16)
    /// None was written: the one the client connected to.
    case ofClient
    /// `+N` or `-N`: the one the client connected to, moved.
    case relative(Int)
  }

  /// How the host to connect to is found.
  public enum Host: Hashable, Sendable {
    /// An IP address, from the line or resolved at start.
    case ip(IPAddress)
    /// `*` or `0.0.0.0` or `::`: the address the client connected to.
    case ofClient
    /// A unix socket.
    case unix(Endpoint)
    /// A name still to be resolved when the process starts.
    case name(String, InitAddress)
  }

  /// `init-state`: how a server begins, also when it comes back from maintenance.
  public enum InitialState: String, CaseIterable, Hashable, Sendable {
    /// Up until the first failure; or what else is known of the server.
    case none
    /// Up until as many failures as take a server down.
    case fullyUp = "fully-up"
    /// Up until the first failure.
    case up
    /// Down until the first success.
    case down
    /// Down until as many successes as take a server up.
    case fullyDown = "fully-down"
  }

  /// `on-error`
  public enum OnError: Hashable, Sendable { case failCheck, fastInter, suddenDeath, markDown }

  public var name: String
  /// `id`, or its place from 1
  public var id: Int
  public var host: Host
  public var port: Port
  /// `weight`, 0 to 256
  public var weight = 1
  /// `backup`
  public var isBackup = false
  /// `disabled`
  public var isDisabled = false
  /// `maxconn`; 0 for no limit
  public var maxconn = 0
  /// `minconn`; 0 for none
  public var minconn = 0
  /// `maxqueue`; 0 for no limit
  public var maxqueue = 0
  /// `send-proxy` and `send-proxy-v2`
  public var sendProxy: ProxyProtocolVersion?
  /// `proxy-v2-options` and `set-proxy-v2-tlv-fmt`
  public var proxyHeader = ProxyHeaderConfiguration()
  /// `slowstart`
  public var slowstart: Duration?
  /// `on-marked-down shutdown-sessions`
  public var shutsDownSessionsWhenDown = false
  /// `on-marked-up shutdown-backup-sessions`
  public var shutsDownBackupSessionsWhenUp = false
  /// `observe layer4`
  public var observesLayer4 = false
  public var onError: OnError = .failCheck
  /// `error-limit`
  public var errorLimit = 10
  /// `check` and its relatives; nil without `check`.
  public var check: CheckConfiguration?
  /// `agent-check` and its relatives; nil without `agent-check`.
  public var agent: AgentConfiguration?
  /// `track <backend>/<server>`: proxy index and server index.
  public var track: ServerReference?
  /// Whether stick tables may remember it: not with `non-stick`.
  public var isSticky = true
  /// `source` of the line, or of the proxy
  public var source: SourceConfiguration?
  /// `init-state`
  public var initialState: InitialState = .none
  /// `tcp-ut`: how long sent bytes may stay unacknowledged; nil for the system's limit.
  public var userTimeoutMilliseconds: UInt32?
  /// `hash-key`
  public var hashKey: ServerHashKey = .id
  /// Where the line stands.
  public var location: SourceLocation

  public init(
    name: String, id: Int, host: Host, port: Port, location: SourceLocation
  ) {
    self.name = name
    self.id = id
    self.host = host
    self.port = port
    self.location = location
  }
}

/// A server of a proxy, by their places in the configuration.
public struct ServerReference: Hashable, Sendable {
  /// Index into `Configuration.proxies`
  public var proxy: Int
  /// Index into `ProxyConfiguration.servers`
  public var server: Int

  public init(proxy: Int, server: Int) {
    self.proxy = proxy
    self.server = server
  }
}

/// `init-addr`: how a name is resolved at start, tried in order.
public struct InitAddress: Hashable, Sendable {
  public enum Method: Hashable, Sendable { case last, libc, none, ip(IPAddress) }
  public var methods: [Method] = [.last, .libc]
  public init() {}
}

/// The version of a PROXY protocol header. proxy-protocol.txt, section 2.
public enum ProxyProtocolVersion: Hashable, Sendable { case v1, v2 }
