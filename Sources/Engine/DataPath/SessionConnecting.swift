import Basics
import ConfigurationLanguage
import KernelIO
import Proxies
import Sessions

/// Reaching the server that was chosen: the socket and its options, the attempt, what follows when it
/// fails, and the first bytes when it succeeds.
extension Worker where K: ~Copyable {
  /// Tries the same server once more; the place at it is still held.
  mutating func connectAgain(_ slot: SlotPointer) -> SessionActions {
    let (server, now) = (Int(slot.value.server), kernel.now)
    slot.value.hasFailedConnection = false
    state.backends[Int(slot.value.backend)].with(absent: ()) { $0.retry(server, now: now) }
    return slot.value.session.serverChosen()
  }

  mutating func connect(_ slot: SlotPointer) -> SessionActions {
    // By its index each time: a backend that is held is counted, by all workers in one place.
    let (backend, server) = (Int(slot.value.backend), Int(slot.value.server))
    guard let endpoint = serverEndpoint(slot) else { return failConnect(.noResource, slot) }
    slot.value[.server].error = .none
    let socket: Descriptor
    var made = kernel.makeSocket(for: endpoint)
    if case .failure(.processDescriptorLimit) = made, pipes.freeCount > 0 {
      // Connections come before pipes that nobody uses.
      pipes.closeFree(in: &kernel)
      made = kernel.makeSocket(for: endpoint)
    }
    switch made {
    case .success(let made): socket = made
    case .failure(let error):
      state.reportResource(error)
      slot.value[.server].error = ConnectionError(ofMissingSocket: error)
      return failConnect(.noResource, slot)
    }
    let settings = state.backends[backend].settings
    if settings.serverKeepAlive { kernel.keepAlive(settings.serverProbes, on: socket) }
    if settings.connectsSmartly, endpoint.kind == .internet {
      kernel.set(.quickAcknowledge(false), on: socket)
    }
    if let milliseconds = state.backends[backend].servers[server].userTimeoutMilliseconds {
      kernel.set(.userTimeout(milliseconds: milliseconds), on: socket)
    }
    if let bytes = settings.sendBuffer { kernel.set(.sendBuffer(bytes: bytes), on: socket) }
    if let bytes = settings.receiveBuffer { kernel.set(.receiveBuffer(bytes: bytes), on: socket) }
    if let bytes = settings.notSentLowWater {
      kernel.set(.notSentLowWater(bytes: bytes), on: socket)
    }
    if endpoint.kind == .internet, let source = state.backends[backend].servers[server].source {
      switch kernel.bind(socket, to: source, for: .session(slot.value.clientAddress)) {
      case .success(let port):
        slot.value.sourcePort = port
        slot.value.sourceServer = slot.value.server
      case .failure:
        kernel.close(socket)
        slot.value[.server].error = .cannotBind
        return failConnect(.noResource, slot)
      }
    }
    if slot.value.hasRuleState { applySocketOptions(slot, to: socket) }
    slot.value[.server].socket = socket
    slot.value[.server].leaving = .no
    slot.value[.server].nagle = endpoint.kind == .internet ? .untouched : .off
    start(.connect, slot)
    kernel.connect(
      socket, to: endpoint, timeout: settings.connectTimeout, token: token(.connect, slot))
    return []
  }

  /// Where the chosen server is: some of its parts may be those of the client's destination.
  private mutating func serverEndpoint(_ slot: SlotPointer) -> Endpoint? {
    let number = Int(slot.value.server)
    if let endpoint = state.backends[Int(slot.value.backend)].servers[number].endpoint {
      return endpoint
    }
    let server = state.backends[Int(slot.value.backend)].servers[number]
    guard let destination = frontendAddress(slot) else { return nil }
    let ip: IPAddress
    switch server.host {
    case .ip(let fixed): ip = fixed
    case .ofClient: ip = destination.ip
    case .unix, .name: return nil
    }
    switch server.port {
    case .fixed(let port): return Endpoint(SocketAddress(ip: ip, port: port))
    case .ofClient: return Endpoint(SocketAddress(ip: ip, port: destination.port))
    case .relative(let offset):
      let port = UInt16(truncatingIfNeeded: Int(destination.port) + offset)
      return Endpoint(SocketAddress(ip: ip, port: port))
    }
  }

  /// The address the client connected to; asked for once, when somebody needs it.
  mutating func frontendAddress(_ slot: SlotPointer) -> SocketAddress? {
    if slot.value.frontendAddress == nil, slot.value[.client].socket != .none {
      slot.value.frontendAddress = kernel.localAddress(of: slot.value[.client].socket)
    }
    return slot.value.frontendAddress
  }

  /// The connection attempt came to its end.
  mutating func connectCompleted(_ completion: Completion, _ slot: SlotPointer) {
    guard slot.value.session.phase == .connecting, slot.value[.server].leaving == .no else {
      settleClosing(slot)
      return
    }
    guard let error = completion.error else {
      let server = Int(slot.value.server)
      state.backends.with(Int(slot.value.backend)) {
        $0.with(absent: ()) { $0.connected(server) }
      }
      slot.value.connectMilliseconds =
        (kernel.now - slot.value.acceptedAt).wholeMilliseconds - slot.value.waitMilliseconds
      prependHeader(slot)
      perform(slot.value.session.connected(holding: slot.value.held), slot)
      if slot.value.isInUse, slot.value[.server].nagle == .untouched {
        postponed.append(token(.connect, slot))
      }
      return
    }
    // A handshake that was not over in time has no error: nobody knows what the server would say.
    if error != .cancelled { slot.value[.server].error = ConnectionError(error) }
    let failure: Session.ConnectFailure
    switch error {
    case .cancelled, .timedOut: failure = .timedOut
    case .addressNotAvailable, .outOfMemory, .noBufferSpace: failure = .noResource
    default: failure = .refused
    }
    perform(failConnect(failure, slot), slot)
  }

  /// A connection attempt failed: the backend hears of it, the session decides.
  mutating func failConnect(
    _ failure: Session.ConnectFailure, _ slot: SlotPointer
  ) -> SessionActions {
    let (number, server, now) = (Int(slot.value.backend), Int(slot.value.server), kernel.now)
    let backend = state.backends[number]
    slot.value.hasFailedConnection = true
    let effects = backend.with(absent: []) { $0.connectFailed(server, now: now) }
    deliver(effects, backend: number)
    let ruled = slot.value.retriesMax
    let rules = backend.retryRules(
      server: server, attempt: slot.value.session.retries + 1,
      retriesMax: ruled >= 0 ? Int(ruled) : backend.settings.retries)
    return slot.value.session.connectFailed(failure, rules: rules)
  }

  mutating func abandonConnect(_ slot: SlotPointer) {
    guard slot.value[.server].socket != .none else { return }
    beginClosing(.server, .closing, slot)
    settleSide(.server, slot)
  }

  mutating func startTurnaround(_ slot: SlotPointer) {
    let timeout = state.backends[Int(slot.value.backend)].settings.connectTimeout
    let delay = min(.seconds(1), timeout ?? .seconds(1))
    arm(.turnaroundTimer, at: kernel.now + delay, slot)
  }

  /// Puts the PROXY header in front of the client's bytes: it is held as they are, so that a FIN of
  /// the client follows it.
  mutating func prependHeader(_ slot: SlotPointer) {
    let server = state.backends[Int(slot.value.backend)].servers[Int(slot.value.server)]
    guard let version = server.sendProxy else { return }
    let header = proxyHeader(version, server.proxyHeader, slot)
    slot.value[from: .client].spill(prefix: header, in: &kernel)
  }

  /// Both connections are there: bytes may move.
  mutating func establish(_ slot: SlotPointer) {
    slot.value[.server].lastActivity = kernel.now
    if slot.value.hasRuleState { responseBegins(slot) }
    let backend = Int(slot.value.backend)
    let splicing = state.frontends[Int(slot.value.frontend)].settings.splicing
      .combined(with: state.backends[backend].settings.splicing)
    slot.value[from: .client].maySplice = splicing.permits(.client)
    slot.value[from: .server].maySplice = splicing.permits(.server)
    logEarly(.connect, slot)
    renewTimeout(.client, slot)
    if state.backends[backend].rules.hasResponseRules {
      beginResponseInspection(slot)
    } else if state.backends[backend].rules.remembersServers {
      rememberServer(slot)
    }
    armReceive(.server, slot)
    send(to: .server, slot)
    if slot.value[from: .client].isEmpty { armReceive(.client, slot) }
  }
}
