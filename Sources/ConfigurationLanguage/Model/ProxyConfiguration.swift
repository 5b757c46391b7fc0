public import Basics
import HealthChecks
public import Samples

/// One `frontend`, `backend` or `listen` section with the defaults it inherits. HAProxy manual,
/// section 4.
public struct ProxyConfiguration: Sendable {
  /// Which halves a proxy has.
  public struct Capabilities: OptionSet, Sendable {
    public var rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    /// It accepts connections.
    public static let frontend = Capabilities(rawValue: 1)
    /// It has servers.
    public static let backend = Capabilities(rawValue: 2)
  }

  /// The boolean `option`s.
  public struct Options: OptionSet, Sendable {
    public var rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    /// `option dontlognull`
    public static let dontLogNull = Options(rawValue: 1 << 0)
    /// `option dontlog-normal`
    public static let dontLogNormal = Options(rawValue: 1 << 1)
    /// `option log-separate-errors`
    public static let logSeparateErrors = Options(rawValue: 1 << 2)
    /// `option logasap`
    public static let logAsSoonAsPossible = Options(rawValue: 1 << 3)
    /// `option log-health-checks`
    public static let logHealthChecks = Options(rawValue: 1 << 4)
    /// `option abortonclose`
    public static let abortOnClose = Options(rawValue: 1 << 5)
    /// `option nolinger`
    public static let noLinger = Options(rawValue: 1 << 6)
    /// `option clitcpka`, or `option tcpka` on the client side
    public static let clientKeepAlive = Options(rawValue: 1 << 7)
    /// `option srvtcpka`, or `option tcpka` on the server side
    public static let serverKeepAlive = Options(rawValue: 1 << 8)
    /// `option allbackups`
    public static let allBackups = Options(rawValue: 1 << 9)
    /// `option persist`
    public static let persist = Options(rawValue: 1 << 10)
    /// `option splice-auto`
    public static let spliceAuto = Options(rawValue: 1 << 11)
    /// `option splice-request`
    public static let spliceRequest = Options(rawValue: 1 << 12)
    /// `option splice-response`
    public static let spliceResponse = Options(rawValue: 1 << 13)
    /// `option transparent`
    public static let transparent = Options(rawValue: 1 << 17)
    /// `option tcp-smart-accept`
    public static let smartAccept = Options(rawValue: 1 << 15)
    /// `option tcp-smart-connect`
    public static let smartConnect = Options(rawValue: 1 << 16)
    /// `option independent-streams`
    public static let independentStreams = Options(rawValue: 1 << 14)
  }

  /// The section's name.
  public var name: String
  /// `id`, or the number it gets by itself; unique among proxies.
  public var id: Int
  public var capabilities: Capabilities
  /// Where the section begins.
  public var location: SourceLocation
  /// `disabled`
  public var isDisabled = false
  /// `description`
  public var description: String?
  public var options: Options = []
  public var timeouts = ProxyTimeouts()
  /// Every target that applies, `log global` already replaced by the global ones.
  public var logs: [LogTarget] = []
  /// `log-tag` of this proxy
  public var logTag: String?

  /// `stick-table`: the table named like the proxy.
  public var stickTable: StickTableConfiguration?

  // The frontend half.

  /// One entry an address, port ranges and lists already taken apart.
  public var listeners: [ListenerConfiguration] = []
  /// `maxconn`; 0 when only the global one applies.
  public var maxconn = 0
  /// `rate-limit sessions`: sessions per second; 0 for no limit.
  public var sessionRateMax = 0
  /// `backlog`; nil for the value of maxconn.
  public var backlog: Int?
  /// What is logged for a session.
  public var sessionLog: SessionLogChoice = .connectLine
  /// `default_backend`, or the proxy itself for a `listen` section: an index into
  /// `Configuration.proxies`; nil when there is no backend at all.
  public var defaultBackend: Int?
  /// `no option splice-auto`, `splice-request`, `splice-response`, `tcp-smart-connect`: what was taken
  /// back explicitly of what is on without a word.
  public var refused: Options = []
  /// `use_backend`, in order: the first one whose condition holds decides.
  public var switchingRules: [SwitchingRule] = []
  /// `tcp-request connection`
  public var connectionRules = TCPRules()
  /// `tcp-request session`
  public var sessionRules = TCPRules()
  /// How many bytes each place for captures of requests holds: those of `capture` rules and of
  /// `declare capture request`, in order.
  public var requestCaptures: [Int] = []
  /// The same of `declare capture response`.
  public var responseCaptures: [Int] = []
  /// `error-log-format`
  public var errorLogFormat: LogFormat?
  /// `clitcpka-cnt` and its relatives
  public var clientProbes = KeepAliveProbes()
  /// `unique-id-format`
  public var uniqueIDFormat: LogFormat?

  // Both halves.

  /// `tcp-request content`: evaluated for the frontend, and for the backend when it is another proxy.
  public var contentRules = TCPRules()
  /// Where the `defaults` section stands that some of the rules come from.
  public var rulesOrigin: SourceLocation?

  // The backend half.

  /// `tcp-response content`
  public var responseRules = TCPRules()
  /// `use-server`, in order.
  public var serverRules: [ServerRule] = []
  /// `force-persist` and `ignore-persist`, in order.
  public var persistRules: [PersistRule] = []
  /// `stick on`, `stick match` and `stick store-request`, in order.
  public var stickRules: [StickRule] = []
  /// `stick store-response`, in order.
  public var storeResponseRules: [StickRule] = []

  /// `srvtcpka-cnt` and its relatives
  public var serverProbes = KeepAliveProbes()
  public var balance: BalanceAlgorithm = .random(draws: 2)
  /// What `balance hash` and `balance rdp-cookie` hash; nil for the other algorithms.
  public var balanceKey: SampleExpression?
  /// `persist rdp-cookie`: the cookie that names a server; nil without.
  public var persistCookie: SampleExpression?
  /// `hash-type`
  public var hashType = HashType()
  /// `hash-balance-factor`: percent of the average load, above 100; 0 for no limit.
  public var hashBalanceFactor = 0
  /// `hash-preserve-affinity`
  public var hashAffinity: HashAffinity = .always
  /// The servers in order.
  public var servers: [ServerConfiguration] = []
  /// How servers with `check` are checked.
  public var checkMethod = CheckMethod.program(.connection(isTcpCheck: false))
  /// `retries`
  public var retries = 3
  /// `option redispatch [n]`: 0 off, -1 only on the last retry, n > 0 every nth retry.
  public var redispatchInterval = 0
  /// `fullconn`; nil for a tenth of the maxconn of the frontends that lead here.
  public var fullconn: Int?

  /// Indexes of the backends that a session may be led to, as far as they are known beforehand.
  public var backends: [Int] {
    switchingRules.compactMap { rule in
      if case .backend(let index) = rule.target { index } else { nil }
    } + (defaultBackend.map { [$0] } ?? [])
  }

  public init(name: String, id: Int, capabilities: Capabilities, location: SourceLocation) {
    self.name = name
    self.id = id
    self.capabilities = capabilities
    self.location = location
  }
}

/// `timeout` keywords of a proxy; nil means that the timeout is absent or 0, that is, infinite.
public struct ProxyTimeouts: Hashable, Sendable {
  public var connect: Duration?
  public var client: Duration?
  public var server: Duration?
  /// `timeout tunnel`: replaces client and server once a session is established.
  public var tunnel: Duration?
  public var clientFin: Duration?
  public var serverFin: Duration?
  /// `timeout client-hs`; the time for a PROXY header, in place of `client`, when given.
  public var clientHandshake: Duration?
  /// `timeout queue`; the value of `connect` when absent.
  public var queue: Duration?
  public var check: Duration?

  public init() {}
}

/// What a frontend logs for a session.
public enum SessionLogChoice: Sendable {
  /// No format was chosen: "Connect from ..." at accept.
  case connectLine
  /// `option tcplog`, `option tcplog clf` or `log-format`.
  case format(LogFormat)
}

/// `balance`. HAProxy manual, section 4.2.
public enum BalanceAlgorithm: Hashable, Sendable {
  case roundrobin
  case staticRoundrobin
  case leastconn
  case first
  case source
  /// `hash <expression>`
  case hash
  /// `rdp-cookie(<name>)`
  case rdpCookie
  /// `random(draws)`
  case random(draws: Int)
}

/// One address of a `bind` line. HAProxy manual, section 5.1.
public struct ListenerConfiguration: Sendable {
  /// Where the listening socket comes from.
  public enum Address: Hashable, Sendable {
    /// Bind it.
    case endpoint(Endpoint)
    /// `fd@N`: it was inherited.
    case inherited(Int32)
  }

  public var address: Address
  /// `name`
  public var name: String?
  /// `id`, or its place among the proxy's listeners from 1
  public var id: Int
  /// `maxconn`; 0 for the frontend's.
  public var maxconn = 0
  /// `backlog`; nil for the frontend's.
  public var backlog: Int?
  /// `accept-proxy`
  public var isAcceptProxy = false
  /// `accept-netscaler-cip`: the magic number; nil without it.
  public var clientAddressMagic: UInt32?
  /// `interface`
  public var interface: String?
  /// `transparent`
  public var isTransparent = false
  /// `tfo`
  public var isFastOpen = false
  /// `defer-accept`
  public var isDeferAccept = false
  /// `tcp-ut`: how long sent bytes may stay unacknowledged; nil for the system's limit.
  public var userTimeoutMilliseconds: UInt32?
  /// `option tcp-smart-accept`: what a client sends first may be acknowledged with the answer to it.
  public var acceptsSmartly = false
  /// `mss`; negative values are relative, as for TCP_MAXSEG.
  public var maximumSegment: Int?
  /// `v6only`
  public var isV6Only = false
  /// `v4v6`
  public var isV4V6 = false
  /// `mode`, `user`, ... of a unix socket
  public var permissions = UnixSocketPermissions()
  /// Where the `bind` line stands.
  public var location: SourceLocation

  public init(address: Address, id: Int, location: SourceLocation) {
    self.address = address
    self.id = id
    self.location = location
  }
}
