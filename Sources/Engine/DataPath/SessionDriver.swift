import Basics
import ConfigurationLanguage
import KernelIO
import Proxies
import Sessions

/// Carries out what sessions decide: actions become requests to the kernel, completions become
/// facts for the session.
extension Worker where K: ~Copyable {
  // MARK: The beginning

  /// Gives an accepted connection a session. A place in the frontend and the process is reserved.
  mutating func startSession(_ socket: Descriptor, frontend: Int32, listener: Int32) {
    let proxy = state.frontends[Int(frontend)]
    guard let slot = table.take() else {
      kernel.close(socket)
      state.releasePlace(frontend: Int(frontend), listener: Int(listener))
      return
    }
    let settings = proxy.settings
    slot.value.session = Session(
      abortsOnClose: proxy.backendAbortsOnClose, clientLingers: settings.clientLingers,
      serverLingers: proxy.backendLingers)
    slot.value.frontend = frontend
    slot.value.listener = listener
    slot.value.acceptedAt = kernel.now
    slot.value.acceptDate = kernel.wallTime()
    slot.value.sessionNumber = state.nextSessionNumber()
    slot.value[.client].socket = socket
    slot.value[.client].lastActivity = kernel.now
    slot.value.clientAddress = kernel.peerAddress(of: socket)
    if settings.clientKeepAlive { kernel.keepAlive(settings.clientProbes, on: socket) }
    if let bytes = settings.sendBuffer { kernel.set(.sendBuffer(bytes: bytes), on: socket) }
    if let bytes = settings.receiveBuffer { kernel.set(.receiveBuffer(bytes: bytes), on: socket) }
    if let bytes = settings.notSentLowWater {
      kernel.set(.notSentLowWater(bytes: bytes), on: socket)
    }
    var expected: ExpectedHeaders = []
    if proxy.listeners[Int(listener)].isAcceptProxy { expected.insert(.proxy) }
    if proxy.listeners[Int(listener)].clientAddressMagic != nil {
      expected.insert(.clientAddress)
    }
    if proxy.rules.hasConnectionRules, !runConnectionRules(slot, &expected) { return }
    if expected != [] {
      slot.value.expectedHeaders = expected
      slot.value.handshakeMilliseconds = -1
      armReceive(.client, slot)
    } else {
      beginSession(slot)
    }
  }

  /// The client's addresses are known: looks for a server at once, without waiting for bytes.
  mutating func beginSession(_ slot: SlotPointer) {
    let proxy = state.frontends[Int(slot.value.frontend)]
    if proxy.rules.hasSessionRules, !runSessionRules(slot) { return }
    if slot.value.tracking >= 0 { countTrackedSession(slot) }
    state.countSession(slot.value)
    if state.rates.isLimited { state.rates.countSession(now: kernel.now) }
    logEarly(.accept, slot)
    if proxy.rules.mayInspect {
      beginInspection(slot)
      if slot.value.isInUse, slot.value.session.phase != .closed { armReceive(.client, slot) }
      return
    }
    slot.value.backend = Int32(proxy.backend)
    perform(slot.value.session.accepted(), slot)
    guard slot.value.isInUse, slot.value.session.phase != .closed else { return }
    if slot.value.session.phase == .connecting {
      // A server that is near has answered by the next turn. Then one receive serves the client's
      // whole life, where one that was started now would be for `tune.bufsize` bytes only.
      unread.append(token(.receiveClient, slot))
    } else {
      armReceive(.client, slot)
    }
  }

  /// Reads the clients whose servers have not answered by the turn after they were accepted.
  ///
  /// - Parameter count: how many of them were there before this turn.
  mutating func readUnread(_ count: Int) {
    for index in 0..<count {
      let token = unread[index]
      guard table.isCurrent(token.slot, generation: token.generation) else { continue }
      armReceive(.client, table[token.slot])
    }
    unread.removeFirst(count)
  }

  // MARK: Actions

  /// Carries out actions and those that follow from them.
  mutating func perform(_ actions: SessionActions, _ slot: SlotPointer) {
    var next = actions
    while !next.isEmpty {
      next = performOnce(next, slot)
    }
    settleClosing(slot)
  }

  private mutating func performOnce(
    _ actions: SessionActions, _ slot: SlotPointer
  ) -> SessionActions {
    if actions.contains(.leaveQueue) { leaveQueue(slot) }
    if actions.contains(.abandonConnect) { abandonConnect(slot) }
    if actions.contains(.leaveServer) { leaveServer(slot) }
    // Behind leaving the server: a log line no longer counts the session there.
    if actions.contains(.finish) {
      leaveBackend(slot)
      finish(slot)
    }
    if actions.contains(.dropRequest) { drop(from: .client, slot) }
    if actions.contains(.dropResponse) { drop(from: .server, slot) }
    if actions.contains(.stopReadingClient) { cancel(.receiveClient, slot) }
    if actions.contains(.stopReadingServer) { cancel(.receiveServer, slot) }
    if actions.contains(.shutdownClient) { shutdownWriting(.client, slot) }
    if actions.contains(.shutdownServer) { shutdownWriting(.server, slot) }
    if actions.contains(.closeClient) { beginClosing(.client, .closing, slot) }
    if actions.contains(.resetClient) { beginClosing(.client, .resetting, slot) }
    if actions.contains(.closeServer) { beginClosing(.server, .closing, slot) }
    if actions.contains(.resetServer) { beginClosing(.server, .resetting, slot) }
    if actions.contains(.chooseServer) { return chooseServer(slot) }
    if actions.contains(.connectAgain) { return connectAgain(slot) }
    if actions.contains(.connect) { return connect(slot) }
    if actions.contains(.awaitTurnaround) { startTurnaround(slot) }
    if actions.contains(.establish), slot.value.session.phase != .closed { establish(slot) }
    return []
  }

  // MARK: Finding a server

  /// Asks the backend for a server.
  private mutating func chooseServer(_ slot: SlotPointer) -> SessionActions {
    guard slot.value.backend >= 0 else { return slot.value.session.noServer() }
    let backend = state.backends[Int(slot.value.backend)]
    let previous = slot.value.server >= 0 ? Int(slot.value.server) : nil
    var request = AssignmentRequest(
      client: slot.value.clientAddress?.ip, waiter: waiter(slot), previous: previous)
    request.priority = slot.value.priority
    if slot.value.ruledServer >= 0 {
      request.ruledServer = Int(slot.value.ruledServer)
      request.forcesServer = slot.value.forcesServer
    }
    if backend.rules.hasBalanceKey { request.hash = balanceHash(backend, slot) }
    let now = kernel.now
    let isNew = !slot.value.isInBackend
    slot.value.isInBackend = true
    let assignment = backend.with(absent: .unavailable) {
      if isNew { $0.enter(now: now) }
      return $0.assign(request, now: now)
    }
    if let previous, assignment.server != previous { slot.value.session.movedOn() }
    switch assignment {
    case .server(let server):
      return take(server: server, slot)
    case .queued(let ticket):
      slot.value.ticket = ticket
      if let timeout = backend.settings.queueTimeout {
        slot.value.queueDeadline = now + timeout
        armQueueTimer(slot)
      }
      let actions = slot.value.session.queued()
      if let server = ticket.server { grantSlots(backend: Int(slot.value.backend), server: server) }
      return actions
    case .queueFull:
      return slot.value.session.queueWasFull()
    case .unavailable:
      slot.value.server = -1
      return slot.value.session.noServer()
    }
  }

  private func waiter(_ slot: SlotPointer) -> Waiter {
    Waiter(worker: UInt16(index), slot: slot.index, generation: slot.value.generation)
  }

  /// Sets the clock of `timeout queue`.
  mutating func armQueueTimer(_ slot: SlotPointer) {
    guard slot.value.queueDeadline != .distantFuture else { return }
    arm(.queueTimer, at: slot.value.queueDeadline, slot)
  }

  /// Uses the place at a server that the backend granted.
  private mutating func take(server: Int, _ slot: SlotPointer) -> SessionActions {
    slot.value.server = Int32(server)
    slot.value.holdsServer = true
    slot.value.hasFailedConnection = false
    slot.value.ticket = nil
    slot.value.queueDeadline = .distantFuture
    slot.value.waitMilliseconds = (kernel.now - slot.value.acceptedAt).wholeMilliseconds
    cancel(.queueTimer, slot)
    return slot.value.session.serverChosen()
  }

  /// A place at a server was granted to a session that waited.
  mutating func granted(
    _ index: UInt32, generation: UInt32, backend: Int, server: Int, places: QueuePlaces
  ) {
    guard table.isCurrent(index, generation: generation),
      table[index].value.session.phase == .queued
    else {
      // The session left the queue while the grant was on its way.
      state.backends[backend].with(absent: ()) { $0.release(server) }
      grantSlots(backend: backend, server: server)
      return
    }
    let slot = table[index]
    add(places, slot)
    perform(take(server: server, slot), slot)
  }

  /// A session waited for a server that can no longer be had: it asks again.
  mutating func reassign(
    _ index: UInt32, generation: UInt32, previous: Int, places: QueuePlaces
  ) {
    guard table.isCurrent(index, generation: generation),
      table[index].value.session.phase == .queued
    else { return }
    let slot = table[index]
    add(places, slot)
    slot.value.ticket = nil
    slot.value.server = Int32(previous)
    cancel(.queueTimer, slot)
    perform(slot.value.session.askedAgain(), slot)
  }

  private func add(_ places: QueuePlaces, _ slot: SlotPointer) {
    slot.value.places.server += places.server
    slot.value.places.backend += places.backend
  }

  mutating func leaveQueue(_ slot: SlotPointer) {
    cancel(.queueTimer, slot)
    guard let ticket = slot.value.ticket else { return }
    slot.value.ticket = nil
    slot.value.waitMilliseconds = (kernel.now - slot.value.acceptedAt).wholeMilliseconds
    // Without an answer a grant is on its way, which `granted` gives back.
    let places = state.backends[Int(slot.value.backend)].with(absent: nil) {
      $0.cancelWait(ticket)
    }
    if let places { add(places, slot) }
  }

  private mutating func leaveServer(_ slot: SlotPointer) {
    guard slot.value.holdsServer else { return }
    slot.value.holdsServer = false
    let (backend, server) = (Int(slot.value.backend), Int(slot.value.server))
    let hasFailed = slot.value.hasFailedConnection
    state.backends[backend].with(absent: ()) { $0.release(server, isAfterFailure: hasFailed) }
    grantSlots(backend: backend, server: server)
  }

  /// The session is over for its backend.
  private func leaveBackend(_ slot: SlotPointer) {
    guard slot.value.isInBackend else { return }
    slot.value.isInBackend = false
    let isFailure = slot.value.connectMilliseconds < 0
    let server = slot.value.server >= 0 ? Int(slot.value.server) : nil
    state.backends[Int(slot.value.backend)].with(absent: ()) {
      if isFailure { $0.countFailure(of: server) }
      $0.leave()
    }
  }

  // MARK: Connecting

  /// Tries the same server once more; the place at it is still held.
  private mutating func connectAgain(_ slot: SlotPointer) -> SessionActions {
    let (server, now) = (Int(slot.value.server), kernel.now)
    slot.value.hasFailedConnection = false
    state.backends[Int(slot.value.backend)].with(absent: ()) { $0.retry(server, now: now) }
    return slot.value.session.serverChosen()
  }

  private mutating func connect(_ slot: SlotPointer) -> SessionActions {
    let backend = state.backends[Int(slot.value.backend)]
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
    let settings = backend.settings
    if endpoint.kind == .internet { kernel.set(.noDelay, on: socket) }
    if settings.serverKeepAlive { kernel.keepAlive(settings.serverProbes, on: socket) }
    let server = Int(slot.value.server)
    if settings.connectsSmartly,
      backend.servers[server].sendProxy != nil || slot.value.held.contains(.request)
    {
      kernel.set(.noQuickAcknowledge, on: socket)
    }
    if let milliseconds = backend.servers[server].userTimeoutMilliseconds {
      kernel.set(.userTimeout(milliseconds: milliseconds), on: socket)
    }
    if let bytes = settings.sendBuffer { kernel.set(.sendBuffer(bytes: bytes), on: socket) }
    if let bytes = settings.receiveBuffer { kernel.set(.receiveBuffer(bytes: bytes), on: socket) }
    if let bytes = settings.notSentLowWater {
      kernel.set(.notSentLowWater(bytes: bytes), on: socket)
    }
    if endpoint.kind == .internet, let source = backend.servers[server].source {
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
    start(.connect, slot)
    kernel.connect(
      socket, to: endpoint, timeout: settings.connectTimeout, token: token(.connect, slot))
    return []
  }

  /// Where the chosen server is: some of its parts may be those of the client's destination.
  private mutating func serverEndpoint(_ slot: SlotPointer) -> Endpoint? {
    let server = state.backends[Int(slot.value.backend)].servers[Int(slot.value.server)]
    if case .unix(let endpoint) = server.host { return endpoint }
    if case .ip(let ip) = server.host, case .fixed(let port) = server.port {
      return Endpoint(SocketAddress(ip: ip, port: port))
    }
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
      state.backends[Int(slot.value.backend)].with(absent: ()) { $0.connected(server) }
      slot.value.connectMilliseconds =
        (kernel.now - slot.value.acceptedAt).wholeMilliseconds - slot.value.waitMilliseconds
      prependHeader(slot)
      perform(slot.value.session.connected(holding: slot.value.held), slot)
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
  private mutating func failConnect(
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

  private mutating func abandonConnect(_ slot: SlotPointer) {
    guard slot.value[.server].socket != .none else { return }
    beginClosing(.server, .closing, slot)
    settleSide(.server, slot)
  }

  private mutating func startTurnaround(_ slot: SlotPointer) {
    let timeout = state.backends[Int(slot.value.backend)].settings.connectTimeout
    let delay = min(.seconds(1), timeout ?? .seconds(1))
    arm(.turnaroundTimer, at: kernel.now + delay, slot)
  }

  /// Puts the PROXY header in front of the client's bytes: it is held as they are, so that a FIN of
  /// the client follows it.
  private mutating func prependHeader(_ slot: SlotPointer) {
    let server = state.backends[Int(slot.value.backend)].servers[Int(slot.value.server)]
    guard let version = server.sendProxy else { return }
    let header = proxyHeader(version, server.proxyHeader, slot)
    slot.value[from: .client].spill(prefix: header, in: &kernel)
  }

  /// Both connections are there: bytes may move.
  private mutating func establish(_ slot: SlotPointer) {
    slot.value[.server].lastActivity = kernel.now
    if slot.value.hasRuleState { responseBegins(slot) }
    let backend = state.backends[Int(slot.value.backend)]
    let splicing = state.frontends[Int(slot.value.frontend)].settings.splicing
      .combined(with: backend.settings.splicing)
    slot.value[from: .client].maySplice = splicing.permits(.client)
    slot.value[from: .server].maySplice = splicing.permits(.server)
    logEarly(.connect, slot)
    renewTimeout(.client, slot)
    if backend.rules.hasResponseRules {
      beginResponseInspection(slot)
    } else if backend.rules.remembersServers {
      rememberServer(slot)
    }
    armReceive(.server, slot)
    send(to: .server, slot)
    if slot.value[from: .client].isEmpty { armReceive(.client, slot) }
  }
}
