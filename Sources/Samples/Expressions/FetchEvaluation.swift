import Basics

extension SampleOutcome {
  fileprivate static func now(_ value: SampleValue?) -> SampleOutcome {
    value.map { .value($0, mayChange: false) } ?? .absent
  }
  fileprivate static func integer(_ number: Int64?) -> SampleOutcome {
    now(number.map { .integer($0) })
  }
  fileprivate static func bool(_ value: Bool) -> SampleOutcome { now(.bool(value)) }
  fileprivate static func string(_ text: [UInt8]?) -> SampleOutcome {
    now(text.map { .string($0) })
  }
}

extension SampleContext {
  /// What a fetch finds.
  mutating func fetch(_ fetch: SampleFetch, _ arguments: [SampleArgument]) -> SampleOutcome {
    switch fetch {
    case .alwaysTrue: .bool(true)
    case .alwaysFalse: .bool(false)
    case .str: .string(arguments[0].bytes)
    case .int: .integer(arguments[0].integer)
    case .bool: .bool(arguments[0].integer != 0)
    case .bin: .now(.binary(arguments[0].bytes))
    case .ipv4, .ipv6:
      if case .address(let address) = arguments[0] { .now(.address(address)) } else { .absent }
    case .variable: fetchVariable(arguments)
    case .acl: evaluate(arguments)
    case .waitEnd: isFinal ? .bool(true) : .unknown
    case .env: .string(sources?.environment(arguments[0].text))
    case .hostname: .string(sources?.hostname)
    case .pid: .integer(Int64(processID))
    case .proc, .tgroup: .integer(1)
    case .thread: .integer(Int64(worker))
    case .rand:
      .integer(randomNumber(below: arguments.first?.integer))
    case .uuid: .string(uuid(version: arguments[0].integer))
    case .date: .integer(date(arguments))
    case .dateUs: .integer(now.microseconds % 1_000_000)
    case .acceptDate: .integer(scaled(acceptDate, arguments[0].integer))
    case .actConn: count(.processSessions)
    case .stopping: .bool(sources?.count(.isStopping, proxy: 0, member: 0) == 1)
    case .uptime: count(.uptimeSeconds)
    case .lastRuleFile: .string(lastRule.map { Array($0.file.utf8) })
    case .lastRuleLine: .integer(lastRule.map { Int64($0.line) })
    case .txnSessTermState: .string([termination.0, termination.1])
    case .txnId32: .integer(Int64(UInt32(truncatingIfNeeded: sessionNumber)))
    case .prioClass: .integer(priorityClass)
    case .prioOffset: .integer(priorityOffset)
    case .uniqueId: .string(uniqueID)
    case .avgQueue, .beConn, .beConnFree, .beSessRate, .connslots, .nbsrv, .queue, .feConn,
      .feSessRate, .srvConn, .srvConnFree, .srvIsUp, .srvQueue, .srvSessRate, .srvWeight,
      .srvIweight, .srvUweight:
      fetchCounter(fetch, arguments)
    case .src, .srcPort, .srcIsLocal, .dst, .dstPort, .dstIsLocal, .fcSrc, .fcSrcPort,
      .fcSrcIsLocal, .fcDst, .fcDstPort, .fcDstIsLocal, .bcSrc, .bcSrcPort, .bcDst, .bcDstPort:
      fetchAddress(fetch)
    case .fcRcvdProxy: .bool(hasReceivedProxyHeader)
    case .bcReused: .bool(false)
    case .fcTimerHandshake: .integer(handshakeMilliseconds)
    case .fcTimerTotal: .integer(totalMilliseconds)
    case .bcTimerConnect: .integer(connectMilliseconds)
    case .bcBeQueue: .integer(Int64(backendQueue))
    case .bcSrvQueue: .integer(Int64(serverQueue))
    case .reqTimerQueue: .integer(waitMilliseconds)
    case .resTimerData:
      .integer(
        connectMilliseconds < 0
          ? -1 : totalMilliseconds - waitMilliseconds - connectMilliseconds)
    case .txnConnRetries: .integer(Int64(retries))
    case .txnRedispatched: .bool(isRedispatched)
    case .bytesIn, .reqBytesIn: .integer(Int64(clamping: bytesFromClient))
    case .reqBytesOut: .integer(Int64(clamping: bytesToServer))
    case .bytesOut, .resBytesIn: .integer(Int64(clamping: bytesFromServer))
    case .resBytesOut: .integer(Int64(clamping: bytesToClient))
    case .feId, .feName, .feDefbe, .feClientTimeout, .curClientTimeout, .dstConn, .soId, .soName:
      fetchFrontend(fetch)
    case .beId, .beName, .beConnectTimeout, .beQueueTimeout, .beServerTimeout, .beTunnelTimeout,
      .curConnectTimeout, .curQueueTimeout, .curServerTimeout, .curTunnelTimeout, .srvId,
      .srvName:
      fetchBackend(fetch)
    case .reqLen, .reqPayload, .reqPayloadLv, .reqRdpCookie, .reqRdpCookieCnt, .reqSslAlpn,
      .reqSslCipherlist, .reqSslEcExt, .reqSslHelloType, .reqSslKeyshareGroups, .reqSslSigalgs,
      .reqSslSni, .reqSslStExt, .reqSslSupportedGroups, .reqSslVer:
      fetchContent(fetch, arguments, of: request)
    case .payload, .payloadLv: fetchContent(fetch, arguments, of: bytes)
    case .resLen, .resPayload, .resPayloadLv, .resSslHelloType:
      fetchContent(fetch, arguments, of: response)
    case .fcRtt, .fcRttvar, .fcUnacked, .fcSacked, .fcLost, .fcRetrans, .fcFackets, .fcReordering:
      fetchTransmission(fetch, arguments, of: clientTransmission)
    case .bcRtt, .bcRttvar: fetchTransmission(fetch, arguments, of: serverTransmission)
    case .fcErr: .integer(Int64(clientError.rawValue))
    case .fcErrName: .string(clientError.name.bytes)
    case .fcErrStr: .string(clientError.text.bytes)
    case .bcErr: .integer(serverError.map { Int64($0.rawValue) })
    case .bcErrName: .string(serverError?.name.bytes)
    case .bcErrStr: .string(serverError?.text.bytes)
    case .fcPpAuthority: .string(ProxyValues.all(of: ProxyValues.authority, in: proxyValues).first)
    case .fcPpUniqueId: .string(ProxyValues.all(of: ProxyValues.uniqueID, in: proxyValues).first)
    case .fcPpTlv: .string(proxyValues(arguments).first)
    case .reqProtoHttp, .reqVer, .method, .url: fetchHTTP(fetch)
    case .tableAvl, .tableCnt: fetchTableCount(fetch, arguments)
    case .stickCounter, .stickSource: fetchEntry(arguments)
    case .sslFc, .sslBc: .bool(false)
    case .clientTLS, .serverTLS: .absent
    }
  }

  // MARK: Leaves

  /// A field of the kernel's; times are in milliseconds unless microseconds are asked for.
  private func fetchTransmission(
    _ fetch: SampleFetch, _ arguments: [SampleArgument], of facts: TransmissionFacts?
  ) -> SampleOutcome {
    guard let facts else { return .absent }
    let isInMicroseconds = arguments.first.map { $0.integer != 0 } ?? false
    let time = { (microseconds: UInt32) -> SampleOutcome in
      let number = Int64(microseconds)
      return .integer(isInMicroseconds ? number : (number + 500) / 1000)
    }
    switch fetch {
    case .fcRtt, .bcRtt: return time(facts.roundTripMicroseconds)
    case .fcRttvar, .bcRttvar: return time(facts.roundTripVarianceMicroseconds)
    case .fcUnacked: return .integer(Int64(facts.unacknowledged))
    case .fcSacked: return .integer(Int64(facts.selectivelyAcknowledged))
    case .fcLost: return .integer(Int64(facts.lost))
    case .fcRetrans: return .integer(Int64(facts.retransmitted))
    case .fcFackets: return .integer(Int64(facts.forwardAcknowledged))
    default: return .integer(Int64(facts.reordering))
    }
  }

  /// Every value of the type that `fc_pp_tlv` names.
  func proxyValues(_ arguments: [SampleArgument]) -> [[UInt8]] {
    ProxyValues.all(of: UInt8(truncatingIfNeeded: arguments[0].integer), in: proxyValues)
  }

  private func fetchHTTP(_ fetch: SampleFetch) -> SampleOutcome {
    // Only what the client sends is read as HTTP.
    guard direction == .request else { return .absent }
    switch HTTPRequestHead.read(request) {
    case .needMore:
      return isInputOpen && request.count < bufferBytesMax ? .unknown : .absent
    case .invalid: return .absent
    case .head(let head):
      switch fetch {
      case .reqVer: return .value(.string(head.version), mayChange: false)
      case .method: return .value(.string(head.method), mayChange: false)
      case .url: return .value(.string(head.target), mayChange: false)
      default: return .bool(true)
      }
    }
  }

  private func fetchTableCount(_ fetch: SampleFetch, _ arguments: [SampleArgument]) -> SampleOutcome
  {
    guard let tables, case .reference(let table) = arguments[0] else { return .absent }
    return .integer(
      fetch == .tableCnt
        ? tables.count(table: table.proxy) : tables.available(table: table.proxy))
  }

  private func fetchEntry(_ arguments: [SampleArgument]) -> SampleOutcome {
    guard let tables, case .table(let call) = arguments[0] else { return .absent }
    if call.counter >= 0 {
      return .now(
        tables.answer(call.question, counter: call.counter, table: call.table?.proxy))
    }
    guard let source, let table = call.table else { return .absent }
    return .now(
      tables.answer(
        call.question, key: .address(source.ip), table: table.proxy, adds: call.adds))
  }

  private mutating func fetchVariable(_ arguments: [SampleArgument]) -> SampleOutcome {
    guard case .variable(let name) = arguments[0] else { return .absent }
    if let value = variable(name) { return .now(value) }
    return arguments.count > 1 ? .string(arguments[1].bytes) : .absent
  }

  private mutating func evaluate(_ arguments: [SampleArgument]) -> SampleOutcome {
    guard case .lists(let terms) = arguments[0] else { return .absent }
    switch AccessControlTerm.evaluate(terms, in: &self) {
    case .pass: return .bool(true)
    case .fail: return .bool(false)
    case .miss: return .unknown
    }
  }

  private func scaled(_ date: WallTime, _ unitsPerSecond: Int64) -> Int64 {
    date.microseconds / (1_000_000 / unitsPerSecond)
  }

  private func date(_ arguments: [SampleArgument]) -> Int64 {
    scaled(now, arguments[1].integer) &+ arguments[0].integer
  }

  /// A number from zero on; nil for one of 32 bits.
  private mutating func randomNumber(below bound: Int64?) -> Int64 {
    let number = nextRandom() >> 32
    guard let bound else { return Int64(number) }
    return Int64((number &* UInt64(bitPattern: bound)) >> 32)
  }

  private mutating func uuid(version: Int64) -> [UInt8] {
    var high = nextRandom()
    var low = nextRandom()
    if version == 7 {
      high = UInt64(now.microseconds / 1000) << 16 | high & 0x0fff | 0x7000
    } else {
      high = high & 0xffff_ffff_ffff_0fff | 0x4000
    }
    low = low & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000
    var text: [UInt8] = []
    for (index, byte) in (bigEndian(high, bytes: 8) + bigEndian(low, bytes: 8)).enumerated() {
      if [4, 6, 8, 10].contains(index) { text.append(UInt8(ascii: "-")) }
      text.append(hexDigit(byte >> 4))
      text.append(hexDigit(byte & 15))
    }
    return text
  }

  private func count(
    _ counter: SampleCounter, proxy: Int = 0, member: Int = -1
  ) -> SampleOutcome {
    .integer(sources?.count(counter, proxy: proxy, member: member))
  }

  private func fetchCounter(_ fetch: SampleFetch, _ arguments: [SampleArgument]) -> SampleOutcome {
    guard case .reference(let reference) = arguments[0] else { return .absent }
    let counter: SampleCounter =
      switch fetch {
      case .avgQueue: .backendAverageQueue
      case .beConn: .backendSessions
      case .beConnFree: .backendFreeSessions
      case .beSessRate: .backendSessionRate
      case .connslots: .backendConnectionSlots
      case .nbsrv: .backendUsableServers
      case .queue: .backendQueue
      case .feConn: .frontendSessions
      case .feSessRate: .frontendSessionRate
      case .srvConn: .serverConnections
      case .srvConnFree: .serverFreeConnections
      case .srvIsUp: .serverIsUp
      case .srvQueue: .serverQueue
      case .srvSessRate: .serverSessionRate
      case .srvWeight: .serverWeight
      case .srvIweight: .serverInitialWeight
      default: .serverUserWeight
      }
    guard
      let number = sources?.count(counter, proxy: reference.proxy, member: reference.server)
    else { return .absent }
    return fetch == .srvIsUp ? .bool(number != 0) : .integer(number)
  }

  private func fetchAddress(_ fetch: SampleFetch) -> SampleOutcome {
    let address: SocketAddress? =
      switch fetch {
      case .src, .srcPort, .srcIsLocal: source
      case .dst, .dstPort, .dstIsLocal: destination
      case .fcSrc, .fcSrcPort, .fcSrcIsLocal: connectionSource
      case .fcDst, .fcDstPort, .fcDstIsLocal: connectionDestination
      case .bcSrc, .bcSrcPort: serverSource
      default: serverDestination
      }
    guard let address else { return .absent }
    switch fetch {
    case .srcPort, .dstPort, .fcSrcPort, .fcDstPort, .bcSrcPort, .bcDstPort:
      return .integer(Int64(address.port))
    case .srcIsLocal, .dstIsLocal, .fcSrcIsLocal, .fcDstIsLocal:
      guard let sources else { return .absent }
      return .bool(sources.isLocal(address.ip))
    default: return .now(.address(address.ip))
    }
  }

  private func fetchFrontend(_ fetch: SampleFetch) -> SampleOutcome {
    switch fetch {
    case .feId: return count(.frontendID, proxy: frontend)
    case .feName: return .string(sources?.name(proxy: frontend))
    case .feDefbe:
      return .string(sources?.defaultBackend(of: frontend).flatMap { sources?.name(proxy: $0) })
    case .feClientTimeout, .curClientTimeout: return count(.clientTimeout, proxy: frontend)
    case .dstConn: return count(.listenerSessions, proxy: frontend, member: listener)
    case .soId: return count(.listenerID, proxy: frontend, member: listener)
    default:
      let name = sources?.name(proxy: frontend, listener: listener)
      return .string(name.flatMap { $0.isEmpty ? nil : $0 })
    }
  }

  private func fetchBackend(_ fetch: SampleFetch) -> SampleOutcome {
    // Before one was chosen the backend is the frontend, as everywhere in HAProxy.
    let proxy = backend < 0 ? frontend : backend
    switch fetch {
    case .beId: return count(.backendID, proxy: proxy)
    case .beName: return .string(sources?.name(proxy: proxy))
    case .beConnectTimeout, .curConnectTimeout: return count(.connectTimeout, proxy: proxy)
    case .beQueueTimeout, .curQueueTimeout: return count(.queueTimeout, proxy: proxy)
    case .beServerTimeout, .curServerTimeout: return count(.serverTimeout, proxy: proxy)
    case .beTunnelTimeout, .curTunnelTimeout: return count(.tunnelTimeout, proxy: proxy)
    case .srvId:
      return server < 0 ? .absent : count(.serverID, proxy: proxy, member: server)
    default:
      return server < 0 ? .absent : .string(sources?.name(proxy: proxy, server: server))
    }
  }

  private func fetchContent(
    _ fetch: SampleFetch, _ arguments: [SampleArgument], of bytes: [UInt8]
  ) -> SampleOutcome {
    let content = Content(bytes, bytesMax: bufferBytesMax, isOpen: isInputOpen)
    switch fetch {
    case .reqLen, .resLen: return .value(.integer(Int64(bytes.count)), mayChange: true)
    case .reqPayload, .resPayload, .payload:
      return content.payload(offset: arguments[0].integer, count: arguments[1].integer)
    case .reqPayloadLv, .resPayloadLv, .payloadLv:
      return content.payload(
        lengthOffset: arguments[0].integer, lengthBytes: arguments[1].integer,
        offset: arguments.count > 2
          ? arguments[2].integer : arguments[0].integer + arguments[1].integer)
    case .reqRdpCookie: return content.remoteDesktopCookie(arguments.first?.bytes ?? [])
    case .reqRdpCookieCnt:
      switch content.remoteDesktopCookie(arguments.first?.bytes ?? []) {
      case .value: return .integer(1)
      case .absent: return .integer(0)
      case .unknown: return .unknown
      }
    case .reqSslHelloType, .resSslHelloType: return content.helloType
    case .reqSslVer: return content.helloVersion
    default: return content.clientHello(fetch)
    }
  }
}

extension StaticString {
  /// The bytes of the text.
  var bytes: [UInt8] {
    withUTF8Buffer { unsafe [UInt8]($0) }
  }
}

func hexDigit(_ digit: UInt8) -> UInt8 {
  digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
}
