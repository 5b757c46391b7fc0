import Basics
import Samples

/// A proxy or a `defaults` section while it is being read.
struct ProxyDraft {
  /// `mode`
  enum Mode: String { case tcp, http, log, spop, haterm }

  /// What is only remembered because HAProxy warns about it in `mode tcp`.
  struct Remarks: OptionSet {
    var rawValue: UInt16
    static let cookie = Remarks(rawValue: 1 << 0)
    static let stats = Remarks(rawValue: 1 << 1)
    static let captureCookie = Remarks(rawValue: 1 << 2)
    static let monitorURI = Remarks(rawValue: 1 << 3)
    static let httpRequest = Remarks(rawValue: 1 << 4)
    static let httpResponse = Remarks(rawValue: 1 << 5)
    static let httpAfterResponse = Remarks(rawValue: 1 << 6)
    static let redirect = Remarks(rawValue: 1 << 7)
    static let layer7Hash = Remarks(rawValue: 1 << 8)
    static let logBalance = Remarks(rawValue: 1 << 9)
    /// What a proxy takes over from its defaults.
    static let inherited: Remarks = [
      .cookie, .stats, .captureCookie, .monitorURI, .layer7Hash, .logBalance,
    ]
  }

  /// Where a log format comes from.
  enum Format: Hashable {
    case httplog, httplogCLF, httpslog, tcplog, tcplogCLF
    case custom([UInt8])

    /// How HAProxy names it in its warnings.
    var description: String {
      switch self {
      case .httplog: "option httplog"
      case .httplogCLF: "option httplog clf"
      case .httpslog: "option httpslog"
      case .tcplog: "option tcplog"
      case .tcplogCLF: "option tcplog clf"
      case .custom: "log-format"
      }
    }
  }

  /// A name, or a format that gives one, with the place and the condition it is used under.
  struct Reference {
    var name: [UInt8]
    var location: SourceLocation
    var condition: AccessControlCondition?

    var text: String { String(decoding: name, as: UTF8.self) }
  }

  /// Everything that ends up in the configuration.
  var settings: ProxyConfiguration
  let isDefaults: Bool
  var mode = Mode.tcp
  var hasForcedID = false
  var remarks: Remarks = []
  /// Options that need HTTP, by name.
  var httpOptions: Set<String> = []
  var format: (choice: Format, location: SourceLocation)?
  /// `error-log-format`
  var errorFormat: (text: [UInt8], location: SourceLocation)?
  var defaultBackend: String?
  var useBackends: [Reference] = []
  var useServers: [Reference] = []
  var uniqueIDFormat: (text: [UInt8], location: SourceLocation)?
  /// `dispatch`
  var dispatch: SocketAddress?
  /// Whether a `balance` line, here or in the defaults, chose the algorithm.
  var hasBalance = false
  /// `rate-limit sessions` of the defaults.
  var inheritedSessionRateMax = 0
  /// The expression of `balance hash`.
  var balanceExpression: [UInt8]?
  /// Reads expressions and conditions, and knows the section's ACLs.
  let reader: SampleReader
  /// Readers of the sections whose rules were taken over: what they collected has to be settled too.
  var inheritedReaders: [SampleReader] = []
  /// The name of the `defaults` section that was taken over.
  var defaultsName = ""
  /// Inspection delays that come from `defaults`, so that setting them is no second time.
  var inheritsDelay: Set<WritableKeyPath<ProxyConfiguration, TCPRules>> = []
  /// `id`s that `bind` lines have given, with those lines.
  var listenerIDs: [Int: String] = [:]
  var servers: [ServerDraft] = []
  var defaultServer = ServerDraft.plain
  /// How the servers are checked.
  var check = CheckDraft()
  /// `source` of the proxy, used by servers without one.
  var source: SourceConfiguration?
  /// Whether a `log` or `no log` line of the section, or of its defaults, decided about its targets.
  var decidesLogs = false
  /// Targets of `global` that `log global` has already copied.
  var copiedLogs: Set<LogTarget> = []
  /// Timeouts about HTTP, which are only compared.
  var httpTimeouts: [String: Duration] = [:]
  /// What the `defaults` section in force says: setting something else twice is worth a warning.
  var inheritedTimeouts = ProxyTimeouts()
  var inheritedHTTPTimeouts: [String: Duration] = [:]

  // For `defaults` sections alone.

  /// A section names it behind `from`.
  var isNamedByOthers = false
  /// A section uses it because it came last.
  var isUsedAsLast = false
  /// The section of the same name that it replaces.
  var replaced: SourceLocation?
  /// A newer section of the same name has replaced it.
  var isReplaced = false

  init(
    name: String, capabilities: ProxyConfiguration.Capabilities, isDefaults: Bool,
    location: SourceLocation, reader: SampleReader
  ) {
    self.reader = reader
    settings = ProxyConfiguration(
      name: name, id: 0, capabilities: capabilities, location: location)
    self.isDefaults = isDefaults
  }

  /// The section that applies when no `defaults` was read.
  static var builtIn: ProxyDraft {
    ProxyDraft(
      name: "", capabilities: [.frontend, .backend], isDefaults: true,
      location: SourceLocation(file: "", line: 0), reader: SampleReader())
  }

  var name: String { settings.name }
  var location: SourceLocation { settings.location }

  /// What HAProxy calls it: a `listen` section is a proxy.
  var kind: String { isDefaults ? "defaults" : settings.capabilities.proxyKind }

  func has(_ capability: ProxyConfiguration.Capabilities) -> Bool {
    !settings.capabilities.isDisjoint(with: capability)
  }

  /// Takes over what a `defaults` section says about the halves this proxy has.
  mutating func inherit(from defaults: ProxyDraft) {
    let own = settings
    settings = defaults.settings
    settings.name = own.name
    settings.id = own.id
    settings.capabilities = own.capabilities
    settings.location = own.location
    settings.description = nil
    copiedLogs = defaults.copiedLogs
    decidesLogs = defaults.decidesLogs
    mode = defaults.mode
    remarks = defaults.remarks.intersection(.inherited)
    httpOptions = defaults.httpOptions
    format = defaults.format
    errorFormat = defaults.errorFormat
    defaultBackend = defaults.defaultBackend
    defaultServer = defaults.defaultServer
    source = defaults.source
    check = defaults.check.inherited
    uniqueIDFormat = defaults.uniqueIDFormat
    balanceExpression = defaults.balanceExpression
    hasBalance = defaults.hasBalance
    inheritedSessionRateMax = defaults.settings.sessionRateMax
    inheritedReaders = defaults.inheritedReaders + [defaults.reader]
    defaultsName = defaults.name
    inheritRules(from: defaults)
    httpTimeouts = defaults.httpTimeouts
    if !has(.frontend) { dropFrontendHalf() }
    if !has(.backend) { dropBackendHalf() }
    guard !isDefaults else { return }
    inheritedTimeouts = defaults.settings.timeouts
    inheritedHTTPTimeouts = defaults.httpTimeouts
  }

  /// Rules of `defaults` come before those of the section.
  private mutating func inheritRules(from defaults: ProxyDraft) {
    let paths: [WritableKeyPath<ProxyConfiguration, TCPRules>] = [
      \.connectionRules, \.sessionRules, \.contentRules, \.responseRules,
    ]
    for path in paths {
      settings[keyPath: path].inheritedCount = settings[keyPath: path].rules.count
      if settings[keyPath: path].inspectDelay != nil { inheritsDelay.insert(path) }
    }
    settings.rulesOrigin = defaults.location
  }

  private mutating func dropFrontendHalf() {
    settings.connectionRules = TCPRules()
    settings.sessionRules = TCPRules()
    settings.clientProbes = KeepAliveProbes()
    settings.sessionRateMax = 0
    settings.maxconn = 0
    settings.backlog = nil
    settings.timeouts.client = nil
    settings.timeouts.clientFin = nil
    settings.timeouts.clientHandshake = nil
    format = nil
    errorFormat = nil
    defaultBackend = nil
    remarks.subtract([.captureCookie, .monitorURI])
  }

  private mutating func dropBackendHalf() {
    settings.responseRules = TCPRules()
    let plain = ProxyConfiguration(
      name: "", id: 0, capabilities: settings.capabilities, location: location)
    settings.balance = plain.balance
    settings.balanceKey = nil
    settings.persistCookie = nil
    settings.serverProbes = KeepAliveProbes()
    settings.hashType = plain.hashType
    settings.hashBalanceFactor = plain.hashBalanceFactor
    settings.hashAffinity = plain.hashAffinity
    settings.fullconn = nil
    settings.retries = plain.retries
    settings.redispatchInterval = 0
    settings.timeouts.connect = nil
    settings.timeouts.server = nil
    settings.timeouts.serverFin = nil
    settings.timeouts.check = nil
    check = CheckDraft()
    settings.timeouts.queue = nil
    settings.timeouts.tunnel = nil
    source = nil
    remarks.subtract([.cookie, .layer7Hash, .logBalance])
  }
}

extension ProxyConfiguration.Capabilities {
  /// What HAProxy calls a proxy with these halves.
  var proxyKind: String {
    switch self {
    case .frontend: "frontend"
    case .backend: "backend"
    default: "proxy"
    }
  }
}
