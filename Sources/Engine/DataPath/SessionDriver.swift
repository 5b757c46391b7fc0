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
    guard let slot = table.take() else {
      kernel.close(socket)
      state.releasePlace(frontend: Int(frontend), listener: Int(listener))
      return
    }
    // By its index each time: a frontend that is held is counted, by all workers in one place.
    let place = Int(frontend)
    let settings = state.frontends[place].settings
    slot.value.session = Session(
      abortsOnClose: state.frontends[place].backendAbortsOnClose,
      clientLingers: settings.clientLingers,
      serverLingers: state.frontends[place].backendLingers)
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
    if state.frontends[place].listeners[Int(listener)].isAcceptProxy { expected.insert(.proxy) }
    if state.frontends[place].listeners[Int(listener)].clientAddressMagic != nil {
      expected.insert(.clientAddress)
    }
    if state.frontends[place].rules.hasConnectionRules, !runConnectionRules(slot, &expected) {
      return
    }
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
    let frontend = Int(slot.value.frontend)
    if state.frontends[frontend].rules.hasSessionRules, !runSessionRules(slot) { return }
    if slot.value.tracking >= 0 { countTrackedSession(slot) }
    state.countSession(slot.value)
    if state.rates.isLimited { state.rates.countSession(now: kernel.now) }
    logEarly(.accept, slot)
    if state.frontends[frontend].rules.mayInspect {
      beginInspection(slot)
      if slot.value.isInUse, slot.value.session.phase != .closed { armReceive(.client, slot) }
      return
    }
    slot.value.backend = Int32(state.frontends[frontend].backend)
    perform(slot.value.session.accepted(), slot)
    guard slot.value.isInUse, slot.value.session.phase != .closed else { return }
    if slot.value.session.phase == .connecting {
      // A server that is near has answered by the next turn. Then one receive serves the client's
      // whole life, where one that was started now would be for `tune.bufsize` bytes only.
      postponed.append(token(.receiveClient, slot))
    } else {
      armReceive(.client, slot)
    }
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
    let backend = Int(slot.value.backend)
    let previous = slot.value.server >= 0 ? Int(slot.value.server) : nil
    var request = AssignmentRequest(
      client: slot.value.clientAddress?.ip, waiter: waiter(slot), previous: previous)
    request.priority = slot.value.priority
    if slot.value.ruledServer >= 0 {
      request.ruledServer = Int(slot.value.ruledServer)
      request.forcesServer = slot.value.forcesServer
    }
    if state.backends[backend].rules.hasBalanceKey {
      request.hash = balanceHash(state.backends[backend], slot)
    }
    let now = kernel.now
    let isNew = !slot.value.isInBackend
    slot.value.isInBackend = true
    let assignment = state.backends.with(backend) {
      $0.with(absent: .unavailable) {
        if isNew { $0.enter(now: now) }
        return $0.assign(request, now: now)
      }
    }
    if let previous, assignment.server != previous { slot.value.session.movedOn() }
    switch assignment {
    case .server(let server):
      return take(server: server, slot)
    case .queued(let ticket):
      slot.value.ticket = ticket
      if let timeout = state.backends[backend].settings.queueTimeout {
        slot.value.queueDeadline = now + timeout
        armQueueTimer(slot)
      }
      let actions = slot.value.session.queued()
      if let server = ticket.server { grantSlots(backend: backend, server: server) }
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
    let now = kernel.now
    let grant = state.backends.with(backend) {
      $0.with(absent: nil) {
        $0.release(server, isAfterFailure: hasFailed)
        return $0.nextGrant(server, now: now)
      }
    }
    if let grant {
      tell(grant, backend: backend)
      grantSlots(backend: backend, server: server)
    }
  }

  /// The session is over for its backend.
  private func leaveBackend(_ slot: SlotPointer) {
    guard slot.value.isInBackend else { return }
    slot.value.isInBackend = false
    let isFailure = slot.value.connectMilliseconds < 0
    let server = slot.value.server >= 0 ? Int(slot.value.server) : nil
    state.backends.with(Int(slot.value.backend)) {
      $0.with(absent: ()) {
        if isFailure { $0.countFailure(of: server) }
        $0.leave()
      }
    }
  }
}
