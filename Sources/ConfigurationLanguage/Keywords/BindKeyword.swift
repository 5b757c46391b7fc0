/// The words of a `bind` line that are carried out, and `process`, which HAProxy has removed.
enum BindKeyword: String, CaseIterable, Sendable {
  case backlog, gid, group, id, interface, maxconn, mode, mss, name, process, tfo, transparent
  case uid, user, v4v6, v6only
  case acceptNetscaler = "accept-netscaler-cip"
  case acceptProxy = "accept-proxy"
  case deferAccept = "defer-accept"
  case userTimeout = "tcp-ut"
}

extension KeywordTable<BindKeyword> {
  /// The words of `bind` lines. HAProxy manual, section 5.1.
  static let bind = KeywordTable(ignored: ignoredOnBind, notSupported: notSupportedOnBind)
}

/// Ignored words of `bind` lines that are followed by a value.
let ignoredBindWordsWithValue: Set = [
  "expose-fd", "guid-prefix", "idle-ping", "label", "level", "nice", "quic-cc-algo", "quic-socket",
  "severity-output", "shards",
]

/// Words about QUIC and HTTP/2, and about sockets for statistics, which say nothing about a TCP
/// listener; names that only the runtime API would show; and `nice` and `shards`: the sessions of a
/// worker are served in turn, and every worker has a socket of its own.
private let ignoredOnBind = """
  expose-fd guid-prefix idle-ping label level nice quic-cc-algo quic-force-retry quic-socket
  severity-output shards
  """

private let notSupportedOnBind = """
  allow-0rtt alpn ca-file ca-ignore-err ca-sign-file ca-sign-pass
  ca-verify-file cc ciphers ciphersuites client-sigalgs crl-file crt crt-ignore-err crt-list
  curves default-crt ecdhe ech force-sslv3 force-tlsv10 force-tlsv11 force-tlsv12 force-tlsv13
  generate-certificates ktls namespace nbconn no-alpn no-ca-names no-sslv3 no-strict-sni
  no-tls-tickets no-tlsv10 no-tlsv11 no-tlsv12 no-tlsv13 npn prefer-client-ciphers proto
  sigalgs ssl ssl-max-ver ssl-min-ver strict-sni tcp-md5sig tcp-ss thread
  tls-ticket-keys tls-tickets verify
  """
