/// The first words of a line in `defaults`, `frontend`, `backend` and `listen` that are carried
/// out: some of them only to say what HAProxy says about HTTP in `mode tcp`.
enum ProxyKeyword: String, CaseIterable, Sendable {
  case clientProbeCount = "clitcpka-cnt"
  case clientProbeIdle = "clitcpka-idle"
  case clientProbeInterval = "clitcpka-intvl"
  case serverProbeCount = "srvtcpka-cnt"
  case serverProbeIdle = "srvtcpka-idle"
  case serverProbeInterval = "srvtcpka-intvl"
  case acl, backlog, balance, bind, capture, cookie, declare, description, disabled, enabled,
    fullconn, id
  case log, maxconn, mode, option, persist, redirect, retries, server, source, stats, stick
  case timeout
  case errorLogFormat = "error-log-format"
  case defaultServer = "default-server"
  case externalCheck = "external-check"
  case httpCheck = "http-check"
  case tcpCheck = "tcp-check"
  case defaultBackend = "default_backend"
  case hashBalanceFactor = "hash-balance-factor"
  case hashPreserveAffinity = "hash-preserve-affinity"
  case hashType = "hash-type"
  case httpAfterResponse = "http-after-response"
  case httpRequest = "http-request"
  case httpResponse = "http-response"
  case rateLimit = "rate-limit"
  case dispatch, transparent
  case logFormat = "log-format"
  case logTag = "log-tag"
  case monitorURI = "monitor-uri"
  case stickTable = "stick-table"
  case useBackend = "use_backend"
  case useServer = "use-server"
  case forcePersist = "force-persist"
  case ignorePersist = "ignore-persist"
  case tcpRequest = "tcp-request"
  case tcpResponse = "tcp-response"
  case uniqueIDFormat = "unique-id-format"
}

extension KeywordTable<ProxyKeyword> {
  /// The keywords of proxies. HAProxy manual, section 4.
  static let proxy = KeywordTable(ignored: ignoredInProxies, notSupported: notSupportedInProxies)
}

/// Words about HTTP on which HAProxy says nothing in `mode tcp`.
private let ignoredInProxies = """
  compression dynamic-cookie-key errorfile errorfiles errorloc errorloc302 errorloc303
  http-error http-reuse http-send-name-header max-keep-alive-queue max-session-srv-conns monitor quic-initial retry-on
  unique-id-header
  """

private let notSupportedInProxies = """
  crt email-alert filter filter-sequence force-be-switch guid load-server-state-from-file
  log-format-sd log-steps server-state-file-name server-template ssl-f-use use-fcgi-app
  """
