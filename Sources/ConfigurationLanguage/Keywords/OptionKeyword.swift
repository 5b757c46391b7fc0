/// What an `option` of a proxy does.
enum OptionKind: Sendable {
  /// It is one bit.
  case flag(ProxyConfiguration.Options)
  /// It needs HTTP: a warning tells so when the proxy is not in `mode http`.
  case httpOnly
  /// It needs HTTP, and HAProxy says nothing about it.
  case ignored
  /// Known, but not supported.
  case notSupported
}

/// A boolean `option`: it takes no argument, and `no` and `default` apply to it.
struct BooleanOption: Sendable {
  let name: String
  /// The proxies on which it has a meaning.
  let capabilities: ProxyConfiguration.Capabilities
  let kind: OptionKind

  private init(
    _ name: String, _ capabilities: ProxyConfiguration.Capabilities, _ kind: OptionKind
  ) {
    self.name = name
    self.capabilities = capabilities
    self.kind = kind
  }

  /// Finds an option by its name. Linear: a configuration has few.
  static func named(_ name: String) -> BooleanOption? { all.first { $0.name == name } }

  private static let both: ProxyConfiguration.Capabilities = [.frontend, .backend]

  /// Every one, in the order in which HAProxy warns about those that need HTTP.
  static let all: [BooleanOption] = [
    .init("abortonclose", both, .flag(.abortOnClose)),
    .init("allbackups", .backend, .flag(.allBackups)),
    .init("checkcache", .backend, .httpOnly),
    .init("clitcpka", .frontend, .flag(.clientKeepAlive)),
    .init("contstats", .frontend, .notSupported),
    .init("dontlognull", .frontend, .flag(.dontLogNull)),
    .init("http-buffer-request", both, .httpOnly),
    .init("http-drop-request-trailers", .backend, .httpOnly),
    .init("http-drop-response-trailers", .frontend, .httpOnly),
    .init("http-ignore-probes", .frontend, .httpOnly),
    .init("idle-close-on-response", .frontend, .httpOnly),
    .init("prefer-last-server", .backend, .httpOnly),
    .init("logasap", .frontend, .flag(.logAsSoonAsPossible)),
    .init("nolinger", both, .flag(.noLinger)),
    .init("persist", .backend, .flag(.persist)),
    .init("srvtcpka", .backend, .flag(.serverKeepAlive)),
    .init("transparent", .backend, .flag(.transparent)),
    .init("splice-request", both, .flag(.spliceRequest)),
    .init("splice-response", both, .flag(.spliceResponse)),
    .init("splice-auto", both, .flag(.spliceAuto)),
    .init("accept-unsafe-violations-in-http-request", .frontend, .httpOnly),
    .init("accept-unsafe-violations-in-http-response", .backend, .httpOnly),
    .init("dontlog-normal", .frontend, .flag(.dontLogNormal)),
    .init("log-separate-errors", .frontend, .flag(.logSeparateErrors)),
    .init("log-health-checks", .backend, .flag(.logHealthChecks)),
    .init("socket-stats", .frontend, .notSupported),
    .init("tcp-smart-accept", .frontend, .flag(.smartAccept)),
    .init("tcp-smart-connect", .backend, .flag(.smartConnect)),
    .init("independent-streams", both, .notSupported),
    .init("http-use-proxy-header", .frontend, .httpOnly),
    .init("http-pretend-keepalive", .backend, .httpOnly),
    .init("http-no-delay", both, .httpOnly),
    .init("h1-case-adjust-bogus-client", .frontend, .ignored),
    .init("h1-case-adjust-bogus-server", .backend, .ignored),
    .init("disable-h2-upgrade", .frontend, .httpOnly),
    .init("assume-rfc6587-ntf", .frontend, .notSupported),
    .init("dont-parse-log", .frontend, .notSupported),
  ]
}

/// An `option` with rules of its own: arguments, another default, several bits.
enum SpecialOption: String, CaseIterable, Sendable {
  case forwarded, forwardfor, httplog, httpslog, originalto, redispatch, tcpka, tcplog
  case httpclose
  case httpKeepAlive = "http-keep-alive"
  case httpServerClose = "http-server-close"
  case restrictRequestHeaderNames = "http-restrict-req-hdr-names"
  case acceptInvalidRequest = "accept-invalid-http-request"
  case acceptInvalidResponse = "accept-invalid-http-response"
  case tcpCheck = "tcp-check"
  case externalCheck = "external-check"
  case httpchk
  case ldapCheck = "ldap-check"
  case mysqlCheck = "mysql-check"
  case pgsqlCheck = "pgsql-check"
  case redisCheck = "redis-check"
  case smtpchk
  case spopCheck = "spop-check"
  case sslHelloCheck = "ssl-hello-chk"

  /// The proxies on which it has a meaning.
  var capabilities: ProxyConfiguration.Capabilities {
    switch self {
    case .acceptInvalidRequest, .httplog, .httpslog, .tcplog: .frontend
    case .acceptInvalidResponse, .externalCheck, .forwarded, .httpchk, .ldapCheck, .mysqlCheck,
      .pgsqlCheck, .redisCheck, .redispatch, .smtpchk, .spopCheck, .sslHelloCheck,
      .tcpCheck:
      .backend
    case .forwardfor, .httpclose, .httpKeepAlive, .httpServerClose, .originalto,
      .restrictRequestHeaderNames, .tcpka:
      [.frontend, .backend]
    }
  }

  /// Whether it only says something about HTTP.
  var needsHTTP: Bool {
    switch self {
    case .acceptInvalidRequest, .acceptInvalidResponse, .forwarded, .forwardfor, .httpclose,
      .httplog, .httpslog, .httpKeepAlive, .httpServerClose, .originalto,
      .restrictRequestHeaderNames:
      true
    case .externalCheck, .httpchk, .ldapCheck, .mysqlCheck, .pgsqlCheck, .redisCheck, .redispatch,
      .smtpchk, .spopCheck, .sslHelloCheck, .tcpCheck, .tcpka, .tcplog:
      false
    }
  }
}

/// The rest of the options of HAProxy 3.4.
enum OtherOption {
  /// Buffers that this program does not have.
  static let notSupported: Set = ["host", "use-small-buffers"]

  /// What HAProxy says about options that it has removed.
  static func removal(of name: String) -> String? {
    switch name {
    case "forceclose":
      "option 'forceclose' is not supported any more since HAProxy 2.0, please just remove it, or "
        + "use 'option httpclose' if absolutely needed."
    case "http-tunnel":
      "option 'http-tunnel' is not supported any more since HAProxy 2.1, please just remove it, it "
        + "shouldn't be needed."
    case "http_proxy":
      "option 'http_proxy' is not supported any more since HAProxy 2.5. This option stopped working "
        + "in HAProxy 1.9 and usually had nasty side effects. It can be more reliably implemented "
        + "with combinations of 'http-request set-dst' and 'http-request set-uri', and even "
        + "'http-request do-resolve' if DNS resolution is desired."
    default:
      nil
    }
  }

  /// Every option, for `did you mean`.
  static let names: [String] =
    (BooleanOption.all.map(\.name) + SpecialOption.allCases.map(\.rawValue) + notSupported).sorted()
}
