extension Environment {
  /// What this process is, for the variables that a configuration can count on.
  public struct Identity: Hashable, Sendable {
    /// `SLUICE_VERSION`: the version of this program.
    public var sluiceVersion: String
    /// `HAPROXY_LOCALPEER`: the name given with `-L`, or the machine's own.
    public var localPeer: String
    /// Whether this is a worker of a master: `HAPROXY_MWORKER`.
    public var isMasterWorker: Bool

    /// - Parameters:
    ///   - sluiceVersion: the version of this program.
    ///   - localPeer: the name given with `-L`, or the machine's own.
    ///   - isMasterWorker: whether this is a worker of a master.
    public init(sluiceVersion: String, localPeer: String, isMasterWorker: Bool = false) {
      self.sluiceVersion = sluiceVersion
      self.localPeer = localPeer
      self.isMasterWorker = isMasterWorker
    }
  }

  /// Sets what HAProxy sets before it reads its configuration. HAProxy manual, section 2.3.
  mutating func prepareForReading(_ identity: Identity, compatibleVersion: String) {
    let branch = compatibleVersion.split(separator: ".").prefix(2).joined(separator: ".")
    var presets = Environment.logFormats
    presets["HAPROXY_BRANCH"] = branch
    presets["HAPROXY_LOCALPEER"] = identity.localPeer
    presets["SLUICE_VERSION"] = identity.sluiceVersion
    if identity.isMasterWorker { presets["HAPROXY_MWORKER"] = "1" }
    // The first process of a chain of reloads leaves this one for the others.
    if self["HAPROXY_STARTUP_VERSION"] == nil {
      presets["HAPROXY_STARTUP_VERSION"] = compatibleVersion
    }
    merge(presets)
  }

  /// Sets and removes what HAProxy does when its configuration is read without errors.
  mutating func finishReading(files: [ConfigurationFile]) {
    remove(Environment.temporaryNames)
    merge(["HAPROXY_CFGFILES": files.map(\.name).joined(separator: ";")])
  }

  /// The formats that only exist while a configuration is read.
  private static let temporaryNames = [
    "HAPROXY_HTTP_LOG_FMT", "HAPROXY_HTTP_CLF_LOG_FMT", "HAPROXY_HTTPS_LOG_FMT",
    "HAPROXY_TCP_LOG_FMT", "HAPROXY_TCP_CLF_LOG_FMT",
  ]

  /// HAProxy's predefined log formats.
  private static let logFormats: [String: String] = [
    "HAPROXY_TCP_LOG_FMT":
      "%ci:%cp [%t] %ft %b/%s %Tw/%Tc/%Tt %B %ts %ac/%fc/%bc/%sc/%rc %sq/%bq",
    "HAPROXY_TCP_CLF_LOG_FMT":
      #"%{+Q}o %{-Q}ci - - [%T] "TCP " 000 %B "" "" %cp %ms %ft %b %s %Th %Tw %Tc %Tt %U %ts-- "#
      + #"%ac %fc %bc %sc %rc %sq %bq "" "" "#,
    "HAPROXY_HTTP_LOG_FMT":
      "%ci:%cp [%tr] %ft %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %CC %CS %tsc %ac/%fc/%bc/%sc/%rc "
      + "%sq/%bq %hr %hs %{+Q}r",
    "HAPROXY_HTTP_CLF_LOG_FMT":
      #"%{+Q}o %{-Q}ci - - [%trg] %r %ST %B "" "" %cp %ms %ft %b %s %TR %Tw %Tc %Tr %Ta %tsc "#
      + "%ac %fc %bc %sc %rc %sq %bq %CC %CS %hrl %hsl",
    "HAPROXY_HTTPS_LOG_FMT":
      "%ci:%cp [%tr] %ft %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %CC %CS %tsc %ac/%fc/%bc/%sc/%rc "
      + "%sq/%bq %hr %hs %{+Q}r %[fc_err]/%[ssl_fc_err,hex]/%[ssl_c_err]/%[ssl_c_ca_err]/"
      + "%[ssl_fc_is_resumed] %[ssl_fc_sni]/%sslv/%sslc",
    "HAPROXY_KEYLOG_FC_LOG_FMT": keyLog(side: "fc", separator: " "),
    "HAPROXY_KEYLOG_BC_LOG_FMT": keyLog(side: "bc", separator: "  "),
  ]

  /// The lines of a TLS key log (the NSS key log format) of one side.
  private static func keyLog(side: String, separator: String) -> String {
    let random = "%[ssl_\(side)_client_random,hex]"
    let secrets: [(label: String, fetch: String)] = [
      ("CLIENT_EARLY_TRAFFIC_SECRET", "client_early_traffic_secret"),
      ("CLIENT_HANDSHAKE_TRAFFIC_SECRET", "client_handshake_traffic_secret"),
      ("SERVER_HANDSHAKE_TRAFFIC_SECRET", "server_handshake_traffic_secret"),
      ("CLIENT_TRAFFIC_SECRET_0", "client_traffic_secret_0"),
      ("SERVER_TRAFFIC_SECRET_0", "server_traffic_secret_0"),
      ("EXPORTER_SECRET", "exporter_secret"),
      ("EARLY_EXPORTER_SECRET", "early_exporter_secret"),
    ]
    let first = "CLIENT_RANDOM \(random)\(separator)%[ssl_\(side)_session_key,hex]"
    return ([first] + secrets.map { "\($0.label) \(random) %[ssl_\(side)_\($0.fetch)]" })
      .joined(separator: "\n")
  }
}
