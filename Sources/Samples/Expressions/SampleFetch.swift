/// The sample fetches that are carried out; the raw value is the name. HAProxy manual, section 7.3.
public enum SampleFetch: String, CaseIterable, Sendable {
  case actConn = "act_conn"
  case alwaysFalse = "always_false"
  case alwaysTrue = "always_true"
  case acl
  case env
  case date
  case dateUs = "date_us"
  case hostname
  case pid
  case proc
  case thread
  case tgroup
  case rand
  case stopping
  case uptime
  case uuid
  case str
  case bool
  case int
  case ipv4
  case ipv6
  case bin
  case variable = "var"
  case waitEnd = "wait_end"
  case lastRuleFile = "last_rule_file"
  case lastRuleLine = "last_rule_line"
  case txnSessTermState = "txn.sess_term_state"
  case txnId32 = "txn.id32"
  case prioClass = "prio_class"
  case prioOffset = "prio_offset"
  case uniqueId = "unique-id"
  case avgQueue = "avg_queue"
  case beConn = "be_conn"
  case beConnFree = "be_conn_free"
  case beSessRate = "be_sess_rate"
  case connslots
  case nbsrv
  case queue
  case srvConn = "srv_conn"
  case srvConnFree = "srv_conn_free"
  case srvIsUp = "srv_is_up"
  case srvQueue = "srv_queue"
  case srvSessRate = "srv_sess_rate"
  case srvWeight = "srv_weight"
  case srvIweight = "srv_iweight"
  case srvUweight = "srv_uweight"
  case feConn = "fe_conn"
  case feSessRate = "fe_sess_rate"
  case acceptDate = "accept_date"
  case src
  case srcPort = "src_port"
  case srcIsLocal = "src_is_local"
  case dst
  case dstPort = "dst_port"
  case dstIsLocal = "dst_is_local"
  case fcSrc = "fc_src"
  case fcSrcPort = "fc_src_port"
  case fcSrcIsLocal = "fc_src_is_local"
  case fcDst = "fc_dst"
  case fcDstPort = "fc_dst_port"
  case fcDstIsLocal = "fc_dst_is_local"
  case fcRcvdProxy = "fc_rcvd_proxy"
  case fcTimerHandshake = "fc.timer.handshake"
  case fcTimerTotal = "fc.timer.total"
  case bcSrc = "bc_src"
  case bcSrcPort = "bc_src_port"
  case bcDst = "bc_dst"
  case bcDstPort = "bc_dst_port"
  case bcReused = "bc_reused"
  case bcTimerConnect = "bc.timer.connect"
  case bcBeQueue = "bc_be_queue"
  case bcSrvQueue = "bc_srv_queue"
  case reqTimerQueue = "req.timer.queue"
  case resTimerData = "res.timer.data"
  case txnConnRetries = "txn.conn_retries"
  case txnRedispatched = "txn.redispatched"
  case bytesIn = "bytes_in"
  case bytesOut = "bytes_out"
  case reqBytesIn = "req.bytes_in"
  case reqBytesOut = "req.bytes_out"
  case resBytesIn = "res.bytes_in"
  case resBytesOut = "res.bytes_out"
  case feId = "fe_id"
  case feName = "fe_name"
  case feDefbe = "fe_defbe"
  case feClientTimeout = "fe_client_timeout"
  case curClientTimeout = "cur_client_timeout"
  case dstConn = "dst_conn"
  case soId = "so_id"
  case soName = "so_name"
  case beId = "be_id"
  case beName = "be_name"
  case beConnectTimeout = "be_connect_timeout"
  case beQueueTimeout = "be_queue_timeout"
  case beServerTimeout = "be_server_timeout"
  case beTunnelTimeout = "be_tunnel_timeout"
  case curConnectTimeout = "cur_connect_timeout"
  case curQueueTimeout = "cur_queue_timeout"
  case curServerTimeout = "cur_server_timeout"
  case curTunnelTimeout = "cur_tunnel_timeout"
  case srvId = "srv_id"
  case srvName = "srv_name"
  case reqLen = "req.len"
  case reqPayload = "req.payload"
  case reqPayloadLv = "req.payload_lv"
  case reqRdpCookie = "req.rdp_cookie"
  case reqRdpCookieCnt = "req.rdp_cookie_cnt"
  case reqSslAlpn = "req.ssl_alpn"
  case reqSslCipherlist = "req.ssl_cipherlist"
  case reqSslEcExt = "req.ssl_ec_ext"
  case reqSslHelloType = "req.ssl_hello_type"
  case reqSslKeyshareGroups = "req.ssl_keyshare_groups"
  case reqSslSigalgs = "req.ssl_sigalgs"
  case reqSslSni = "req.ssl_sni"
  case reqSslStExt = "req.ssl_st_ext"
  case reqSslSupportedGroups = "req.ssl_supported_groups"
  case reqSslVer = "req.ssl_ver"
  case payload
  case payloadLv = "payload_lv"
  case resLen = "res.len"
  case resPayload = "res.payload"
  case resPayloadLv = "res.payload_lv"
  case resSslHelloType = "res.ssl_hello_type"
  case fcRtt = "fc_rtt"
  case fcRttvar = "fc_rttvar"
  case fcUnacked = "fc_unacked"
  case fcSacked = "fc_sacked"
  case fcLost = "fc_lost"
  case fcRetrans = "fc_retrans"
  case fcFackets = "fc_fackets"
  case fcReordering = "fc_reordering"
  case bcRtt = "bc_rtt"
  case bcRttvar = "bc_rttvar"
  case fcErr = "fc_err"
  case fcErrName = "fc_err_name"
  case fcErrStr = "fc_err_str"
  case bcErr = "bc_err"
  case bcErrName = "bc_err_name"
  case bcErrStr = "bc_err_str"
  case fcPpAuthority = "fc_pp_authority"
  case fcPpUniqueId = "fc_pp_unique_id"
  case fcPpTlv = "fc_pp_tlv"
  case reqProtoHttp = "req.proto_http"
  case reqVer = "req.ver"
  case method
  case url
  case tableAvl = "table_avl"
  case tableCnt = "table_cnt"
  /// The whole family `sc_*` and `sc0_*` to `sc2_*`; which member says the `TableCall` in the arguments.
  case stickCounter = "sc_<data>"
  /// The whole family `src_*`, likewise.
  case stickSource = "src_<data>"
  case sslBc = "ssl_bc"
  case sslFc = "ssl_fc"
  /// All that `ssl_fc_*`, `ssl_c_*`, `ssl_f_*` and `ssl_s_*` tell; the keyword says which.
  case clientTLS = "ssl_fc_<fact>"
  /// All that `ssl_bc_*` tells, likewise.
  case serverTLS = "ssl_bc_<fact>"
}

/// What is known of a fetch before it is used.
struct FetchDescription {
  let type: SampleType
  let origins: [SampleOrigin]
  /// How many arguments it must have.
  var argumentsMin = 0
  /// The kinds of the arguments that it may have.
  var arguments: [SampleArgument.Kind] = []

  /// Where something of its origins is known.
  var places: SamplePlaces { origins.reduce(into: []) { $0.formUnion($1.places) } }
}

extension SampleFetch {
  /// Names that stand for others. HAProxy manual, section 7.3.5.
  static let synonyms: [String: SampleFetch] = [
    "rdp_cookie": .reqRdpCookie, "rdp_cookie_cnt": .reqRdpCookieCnt,
    "rep_ssl_hello_type": .resSslHelloType, "req_len": .reqLen, "req_proto_http": .reqProtoHttp,
    "req_ver": .reqVer,
    "req_ssl_hello_type": .reqSslHelloType, "req_ssl_sni": .reqSslSni,
    "req_ssl_ver": .reqSslVer,
  ]

  /// The fetch of a name or a synonym; nil when it is not carried out.
  static func named(_ name: String) -> SampleFetch? {
    SampleFetch(rawValue: name) ?? synonyms[name] ?? TLSFact.family(of: name)
  }

  /// The names that lists of fetches have, those of whole families included.
  static var listedNames: [String] {
    allCases.map(\.rawValue).filter { !$0.hasSuffix(">") } + TableMember.fetchNames
      + TLSFact.descriptions.keys
  }

  /// What is known of a name before it is used; nil when it is not carried out.
  static func description(of name: String) -> FetchDescription? {
    TableMember(fetch: name)?.fetchDescription ?? TLSFact.descriptions[name]
      ?? named(name)?.description
  }

  /// What is known of it before it is used; of a family, what its members have in common.
  var description: FetchDescription {
    switch self {
    case .actConn, .dateUs, .pid, .proc, .thread, .tgroup, .uptime:
      FetchDescription(type: .integer, origins: [.constant])
    case .alwaysFalse, .alwaysTrue:
      FetchDescription(type: .bool, origins: [.constant])
    case .acl:
      FetchDescription(
        type: .bool, origins: [.constant], argumentsMin: 1,
        arguments: Array(repeating: .string, count: 12))
    case .env, .str:
      FetchDescription(type: .string, origins: [.constant], argumentsMin: 1, arguments: [.string])
    case .date:
      FetchDescription(
        type: .integer, origins: [.constant], argumentsMin: 0,
        arguments: [.integer, .string])
    case .hostname:
      FetchDescription(type: .string, origins: [.constant])
    case .rand:
      FetchDescription(
        type: .integer, origins: [.constant], argumentsMin: 0,
        arguments: [.integer])
    case .stopping, .waitEnd:
      FetchDescription(type: .bool, origins: [.internalState])
    case .uuid:
      FetchDescription(
        type: .string, origins: [.constant], argumentsMin: 0,
        arguments: [.integer])
    case .bool:
      FetchDescription(type: .bool, origins: [.constant], argumentsMin: 1, arguments: [.string])
    case .int:
      FetchDescription(
        type: .integer, origins: [.constant], argumentsMin: 1,
        arguments: [.integer])
    case .ipv4:
      FetchDescription(type: .ipv4, origins: [.constant], argumentsMin: 1, arguments: [.ipv4])
    case .ipv6:
      FetchDescription(type: .ipv6, origins: [.constant], argumentsMin: 1, arguments: [.ipv6])
    case .bin:
      FetchDescription(type: .binary, origins: [.constant], argumentsMin: 1, arguments: [.string])
    case .variable:
      FetchDescription(
        type: .any, origins: [.constant], argumentsMin: 1,
        arguments: [.string, .string])
    case .lastRuleFile, .txnSessTermState:
      FetchDescription(type: .string, origins: [.internalState])
    case .lastRuleLine, .txnId32, .prioClass, .prioOffset:
      FetchDescription(type: .integer, origins: [.internalState])
    case .uniqueId:
      FetchDescription(type: .string, origins: [.clientAddress])
    case .avgQueue, .beConn, .beConnFree, .beSessRate, .connslots, .nbsrv, .queue:
      FetchDescription(
        type: .integer, origins: [.internalState], argumentsMin: 1,
        arguments: [.backend])
    case .srvConn, .srvConnFree, .srvQueue, .srvSessRate, .srvWeight, .srvIweight, .srvUweight:
      FetchDescription(
        type: .integer, origins: [.internalState], argumentsMin: 1,
        arguments: [.server])
    case .srvIsUp:
      FetchDescription(
        type: .bool, origins: [.internalState], argumentsMin: 1,
        arguments: [.server])
    case .feConn, .feSessRate:
      FetchDescription(
        type: .integer, origins: [.internalState], argumentsMin: 1,
        arguments: [.frontend])
    case .acceptDate:
      FetchDescription(
        type: .integer, origins: [.clientAddress], argumentsMin: 0,
        arguments: [.string])
    case .src, .dst, .fcSrc, .fcDst:
      FetchDescription(type: .address, origins: [.clientAddress])
    case .srcPort, .dstPort, .fcSrcPort, .fcDstPort, .fcTimerHandshake:
      FetchDescription(type: .integer, origins: [.clientAddress])
    case .srcIsLocal, .dstIsLocal, .fcSrcIsLocal, .fcDstIsLocal, .fcRcvdProxy:
      FetchDescription(type: .bool, origins: [.clientAddress])
    case .fcTimerTotal:
      FetchDescription(type: .integer, origins: [.sessionStatistics])
    case .bcSrc, .bcDst:
      FetchDescription(type: .address, origins: [.serverAddress])
    case .bcSrcPort, .bcDstPort, .bcTimerConnect, .bcBeQueue, .bcSrvQueue, .reqTimerQueue,
      .txnConnRetries:
      FetchDescription(type: .integer, origins: [.serverAddress])
    case .bcReused, .txnRedispatched:
      FetchDescription(type: .bool, origins: [.serverAddress])
    case .resTimerData, .bytesOut, .resBytesIn, .resBytesOut:
      FetchDescription(type: .integer, origins: [.responseStatistics])
    case .bytesIn, .reqBytesIn, .reqBytesOut:
      FetchDescription(type: .integer, origins: [.requestStatistics])
    case .feId, .feClientTimeout, .curClientTimeout, .dstConn, .soId:
      FetchDescription(type: .integer, origins: [.frontend])
    case .feName, .feDefbe, .soName:
      FetchDescription(type: .string, origins: [.frontend])
    case .beId, .beConnectTimeout, .beQueueTimeout, .beServerTimeout, .beTunnelTimeout,
      .curConnectTimeout, .curQueueTimeout, .curServerTimeout, .curTunnelTimeout:
      FetchDescription(type: .integer, origins: [.backend])
    case .beName:
      FetchDescription(type: .string, origins: [.backend])
    case .srvId:
      FetchDescription(type: .integer, origins: [.server])
    case .srvName:
      FetchDescription(type: .string, origins: [.server])
    case .reqLen, .reqSslHelloType, .reqSslStExt, .reqSslVer:
      FetchDescription(type: .integer, origins: [.requestBuffer])
    case .reqPayload:
      FetchDescription(
        type: .binary, origins: [.requestBuffer], argumentsMin: 2,
        arguments: [.integer, .integer])
    case .reqPayloadLv:
      FetchDescription(
        type: .binary, origins: [.requestBuffer], argumentsMin: 2,
        arguments: [.integer, .integer, .string])
    case .reqRdpCookie:
      FetchDescription(
        type: .string, origins: [.requestBuffer], argumentsMin: 0,
        arguments: [.string])
    case .reqRdpCookieCnt:
      FetchDescription(
        type: .integer, origins: [.requestBuffer], argumentsMin: 0,
        arguments: [.string])
    case .reqSslAlpn, .reqSslSni:
      FetchDescription(type: .string, origins: [.requestBuffer])
    case .reqSslCipherlist, .reqSslKeyshareGroups, .reqSslSigalgs, .reqSslSupportedGroups:
      FetchDescription(type: .binary, origins: [.requestBuffer])
    case .reqSslEcExt:
      FetchDescription(type: .bool, origins: [.requestBuffer])
    case .payload:
      FetchDescription(
        type: .binary, origins: [.requestBuffer, .responseBuffer], argumentsMin: 2,
        arguments: [.integer, .integer])
    case .payloadLv:
      FetchDescription(
        type: .binary, origins: [.requestBuffer, .responseBuffer], argumentsMin: 2,
        arguments: [.integer, .integer, .string])
    case .resLen, .resSslHelloType:
      FetchDescription(type: .integer, origins: [.responseBuffer])
    case .resPayload:
      FetchDescription(
        type: .binary, origins: [.responseBuffer], argumentsMin: 2,
        arguments: [.integer, .integer])
    case .resPayloadLv:
      FetchDescription(
        type: .binary, origins: [.responseBuffer], argumentsMin: 2,
        arguments: [.integer, .integer, .string])
    case .fcRtt, .fcRttvar, .fcUnacked, .fcSacked, .fcLost, .fcRetrans, .fcFackets, .fcReordering,
      .bcRtt, .bcRttvar:
      FetchDescription(
        type: .integer, origins: [.clientAddress], argumentsMin: 0, arguments: [.string])
    case .fcErr: FetchDescription(type: .integer, origins: [.clientAddress])
    case .fcErrName, .fcErrStr, .fcPpAuthority, .fcPpUniqueId:
      FetchDescription(type: .string, origins: [.clientAddress])
    case .bcErr: FetchDescription(type: .integer, origins: [.serverAddress])
    case .bcErrName, .bcErrStr: FetchDescription(type: .string, origins: [.serverAddress])
    case .fcPpTlv:
      FetchDescription(
        type: .string, origins: [.clientConnection], argumentsMin: 1, arguments: [.string])
    case .reqProtoHttp: FetchDescription(type: .bool, origins: [.httpRequest])
    case .reqVer, .url: FetchDescription(type: .string, origins: [.httpRequest])
    case .method: FetchDescription(type: .method, origins: [.httpRequest])
    case .tableAvl, .tableCnt:
      FetchDescription(
        type: .integer, origins: [.internalState], argumentsMin: 1, arguments: [.table])
    case .stickCounter:
      FetchDescription(type: .any, origins: [.internalState], argumentsMin: 1)
    case .stickSource:
      FetchDescription(type: .integer, origins: [.clientAddress], argumentsMin: 1)
    case .sslBc, .serverTLS: FetchDescription(type: .bool, origins: [.serverConnection])
    case .sslFc, .clientTLS: FetchDescription(type: .bool, origins: [.clientConnection])
    }
  }

  /// Where it can be used.
  public var places: SamplePlaces {
    description.places
  }

  /// What HAProxy calls that what it looks at.
  public var originNames: String {
    description.origins.sorted().map(\.name).joined(separator: ",")
  }

  /// Whether it is known only when the session ends.
  var isKnownAtClose: Bool {
    description.origins.contains { origin in
      origin == .requestStatistics || origin == .responseStatistics || origin == .sessionStatistics
    }
  }

  /// What has to be asked for or kept for its sake.
  var needs: SampleNeeds {
    switch self {
    case .fcRtt, .fcRttvar, .fcUnacked, .fcSacked, .fcLost, .fcRetrans, .fcFackets, .fcReordering:
      .clientTransmission
    case .bcRtt, .bcRttvar: .serverTransmission
    case .fcPpAuthority, .fcPpUniqueId, .fcPpTlv: .proxyValues
    case .dst, .dstPort, .dstIsLocal, .fcDst, .fcDstPort, .fcDstIsLocal: .destination
    case .bcSrc, .bcSrcPort: .serverSource
    default: []
    }
  }

  /// Whether it looks at the bytes that came from a side.
  public var needsRequest: Bool {
    description.origins.contains { $0 == .requestBuffer || $0 == .httpRequest }
  }
  public var needsResponse: Bool { description.origins.contains(.responseBuffer) }
}
