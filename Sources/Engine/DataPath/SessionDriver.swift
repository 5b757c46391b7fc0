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
    slot.value.backend = Int32(proxy.backend)
    slot.value.acceptedAt = kernel.now
    slot.value.acceptDate = kernel.wallTime()
    slot.value.sessionNumber = state.nextSessionNumber()
    slot.value[.client].socket = socket
    slot.value[.client].lastActivity = kernel.now
    slot.value.clientAddress = kernel.peerAddress(of: socket)
    if settings.clientKeepAlive { kernel.set(.keepAlive, on: socket) }
    if let bytes = settings.sendBuffer { kernel.set(.sendBuffer(bytes: bytes), on: socket) }
    if let bytes = settings.receiveBuffer { kernel.set(.receiveBuffer(bytes: bytes), on: socket) }
    if proxy.listeners[Int(listener)].isAcceptProxy {
      slot.value.isReadingHeader = true
      slot.value.handshakeMilliseconds = -1
      armReceive(.client, slot)
    } else {
      beginSession(slot)
    }
  }

  /// The client's addresses are known: looks for a server at once, without waiting for bytes.
  mutating func beginSession(_ slot: SlotPointer) {
    state.countSession(slot.value)
    logEarly(.accept, slot)
    perform(slot.value.session.accepted(), slot)
    if slot.value.isInUse, slot.value.session.phase != .closed { armReceive(.client, slot) }
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
    if actions.contains(.finish) { finish(slot) }
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
    if actions.contains(.connectAgain) { return reuseServer(slot) }
    if actions.contains(.connect) { return connect(slot) }
    if actions.contains(.awaitTurnaround) { startTurnaround(slot) }
    if actions.contains(.establish) { establish(slot) }
    return []
  }

  // MARK: Finding a server

  /// Asks the backend for a server.
  private mutating func chooseServer(_ slot: SlotPointer) -> SessionActions {
    guard slot.value.backend >= 0 else { return slot.value.session.noServer() }
    let backend = state.backends[Int(slot.value.backend)]
    let request = AssignmentRequest(
      clientAddress: slot.value.clientAddress?.ip,
      waiter: Waiter(
        worker: UInt16(index), slot: slot.index, generation: slot.value.generation))
    switch backend.assign(request, now: kernel.now) {
    case .server(let server):
      return take(server: server, slot)
    case .queued:
      slot.value.isQueued = true
      if let timeout = backend.settings.queueTimeout {
        arm(.queueTimer, at: kernel.now + timeout, slot)
      }
      return slot.value.session.queued()
    case .queueFull:
      return slot.value.session.queueWasFull()
    case .unavailable:
      return slot.value.session.noServer()
    }
  }

  /// Uses the place at a server that the backend granted.
  private mutating func take(server: Int, _ slot: SlotPointer) -> SessionActions {
    slot.value.server = Int32(server)
    slot.value.holdsServer = true
    slot.value.isQueued = false
    slot.value.waitMilliseconds = (kernel.now - slot.value.acceptedAt).wholeMilliseconds
    cancel(.queueTimer, slot)
    return slot.value.session.serverChosen()
  }

  /// A place at a server was granted to a session that waited.
  mutating func granted(
    _ index: UInt32, generation: UInt32, server: Int, serverQueue: Int32, backendQueue: Int32
  ) {
    guard table.isCurrent(index, generation: generation) else { return }
    let slot = table[index]
    slot.value.serverQueue = serverQueue
    slot.value.backendQueue = backendQueue
    guard slot.value.isQueued, slot.value.session.phase == .queued else { return }
    perform(take(server: server, slot), slot)
  }

  /// Tries the same server once more; the place at it is still held.
  private mutating func reuseServer(_ slot: SlotPointer) -> SessionActions {
    slot.value.session.serverChosen()
  }

  private mutating func leaveQueue(_ slot: SlotPointer) {
    cancel(.queueTimer, slot)
    guard slot.value.isQueued else { return }
    slot.value.isQueued = false
    slot.value.waitMilliseconds = (kernel.now - slot.value.acceptedAt).wholeMilliseconds
    let waiter = Waiter(
      worker: UInt16(index), slot: slot.index, generation: slot.value.generation)
    deliver(state.backends[Int(slot.value.backend)].cancelWait(waiter, now: kernel.now))
  }

  private mutating func leaveServer(_ slot: SlotPointer) {
    guard slot.value.holdsServer else { return }
    slot.value.holdsServer = false
    deliver(
      state.backends[Int(slot.value.backend)].release(
        server: Int(slot.value.server), now: kernel.now))
  }

  // MARK: Connecting

  private mutating func connect(_ slot: SlotPointer) -> SessionActions {
    let backend = state.backends[Int(slot.value.backend)]
    guard let endpoint = serverEndpoint(slot) else {
      return slot.value.session.connectFailed(.noResource, rules: backend.retryRules)
    }
    let socket: Descriptor
    switch kernel.makeSocket(for: endpoint) {
    case .success(let made): socket = made
    case .failure(let error):
      state.reportResource(error)
      return slot.value.session.connectFailed(.noResource, rules: backend.retryRules)
    }
    let settings = backend.settings
    if endpoint.kind == .internet { kernel.set(.noDelay, on: socket) }
    if settings.serverKeepAlive { kernel.set(.keepAlive, on: socket) }
    if let bytes = settings.sendBuffer { kernel.set(.sendBuffer(bytes: bytes), on: socket) }
    if let bytes = settings.receiveBuffer { kernel.set(.receiveBuffer(bytes: bytes), on: socket) }
    if let source = backend.servers[Int(slot.value.server)].source,
      kernel.bind(socket, to: source) != nil
    {
      kernel.close(socket)
      return slot.value.session.connectFailed(.noResource, rules: backend.retryRules)
    }
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
    let backend = state.backends[Int(slot.value.backend)]
    guard let error = completion.error else {
      backend.connectSucceeded(server: Int(slot.value.server), now: kernel.now)
      slot.value.connectMilliseconds =
        (kernel.now - slot.value.acceptedAt).wholeMilliseconds - slot.value.waitMilliseconds
      perform(slot.value.session.connected(holding: slot.value.held), slot)
      return
    }
    deliver(backend.connectFailed(server: Int(slot.value.server), now: kernel.now))
    let failure: Session.ConnectFailure
    switch error {
    case .cancelled, .timedOut: failure = .timedOut
    case .addressNotAvailable, .outOfMemory, .noBufferSpace: failure = .noResource
    default: failure = .refused
    }
    perform(slot.value.session.connectFailed(failure, rules: backend.retryRules), slot)
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

  /// Both connections are there: bytes may move.
  private mutating func establish(_ slot: SlotPointer) {
    slot.value[.server].lastActivity = kernel.now
    let backend = state.backends[Int(slot.value.backend)]
    if let version = backend.servers[Int(slot.value.server)].sendProxy {
      let header = proxyHeader(version, slot)
      slot.value[from: .client].spill(prefix: header, in: &kernel)
    }
    logEarly(.connect, slot)
    renewTimeout(.client, slot)
    armReceive(.server, slot)
    send(to: .server, slot)
    if slot.value[from: .client].isEmpty { armReceive(.client, slot) }
  }
}
