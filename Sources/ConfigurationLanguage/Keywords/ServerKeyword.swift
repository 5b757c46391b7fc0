/// The words of a `server` or `default-server` line that are carried out.
enum ServerKeyword: String, CaseIterable, Sendable {
  case addr, backup, check, cookie, disabled, downinter, enabled, fall, fastinter, id, inter
  case maxconn, maxqueue, minconn, observe, port, redir, rise, slowstart, source, stick, track
  case usesrc, weight
  case agentAddress = "agent-addr"
  case agentCheck = "agent-check"
  case agentInter = "agent-inter"
  case agentPort = "agent-port"
  case agentSend = "agent-send"
  case noAgentCheck = "no-agent-check"
  case checkSendProxy = "check-send-proxy"
  case errorLimit = "error-limit"
  case hashKey = "hash-key"
  case initialState = "init-state"
  case initAddr = "init-addr"
  case noBackup = "no-backup"
  case noCheck = "no-check"
  case noCheckSendProxy = "no-check-send-proxy"
  case nonStick = "non-stick"
  case noSendProxy = "no-send-proxy"
  case noSendProxyV2 = "no-send-proxy-v2"
  case onError = "on-error"
  case onMarkedDown = "on-marked-down"
  case onMarkedUp = "on-marked-up"
  case proxyOptions = "proxy-v2-options"
  case proxyValue = "set-proxy-v2-tlv-fmt"
  case sendProxy = "send-proxy"
  case sendProxyV2 = "send-proxy-v2"
  case userTimeout = "tcp-ut"

  /// Whether `default-server` accepts it.
  var isAllowedAsDefault: Bool { self != .id }
}

extension KeywordTable<ServerKeyword> {
  /// The words of `server` lines. HAProxy manual, section 5.2.
  static let server = KeywordTable(
    ignored: ignoredWithValue + " " + ignoredWithoutValue, notSupported: notSupportedOnServers)
}

/// Ignored words of `server` lines that are followed by a value.
let ignoredServerWordsWithValue = Set(words(of: ignoredWithValue))

/// Words about HTTP and about pools of idle connections, which say nothing in `mode tcp`.
private let ignoredWithValue = """
  check-pool-conn-name idle-ping log-bufsize log-proto max-reuse pool-conn-name pool-low-conn
  pool-max-conn pool-purge-delay quic-cc-algo shard ws
  """

/// The same without a value, and words that take back what is not supported anyway.
private let ignoredWithoutValue = """
  check-reuse-pool no-check-reuse-pool no-check-sni-auto no-check-ssl
  no-send-proxy-v2-ssl no-send-proxy-v2-ssl-cn no-sni-auto no-ssl no-ssl-reuse no-tfo no-verifyhost
  """

private let notSupportedOnServers = """
  allow-0rtt alpn ca-file cc check-alpn
  check-proto check-sni check-sni-auto check-ssl check-via-socks4 ciphers ciphersuites
  client-sigalgs crl-file crt curves force-sslv3 force-tlsv10 force-tlsv11 force-tlsv12
  force-tlsv13 guid healthcheck ktls namespace no-renegotiate no-sslv3
  no-tls-tickets no-tlsv10 no-tlsv11 no-tlsv12 no-tlsv13 npn proto renegotiate
  resolve-net resolve-opts resolve-prefer resolvers send-proxy-v2-ssl send-proxy-v2-ssl-cn
  sigalgs sni sni-auto socks4 ssl ssl-max-ver ssl-min-ver ssl-reuse
  strict-maxconn tcp-md5sig tfo tls-tickets verify verifyhost
  """
