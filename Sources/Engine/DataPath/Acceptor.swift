import Basics
import KernelIO
import Synchronization

/// One listening socket of a worker.
struct Acceptor {
  /// How the next connection is accepted.
  enum Mode: UInt8 {
    /// Not accepting.
    case idle
    /// A multishot accept is in flight: many places are free.
    case multishot
    /// Near the limit: waits for a connection before it reserves a place for it.
    case awaitingConnection
    /// A place is reserved, and one accept is in flight for it.
    case oneshot
    /// No place is free: waits until one is.
    case awaitingPlace
    /// Accepting failed for want of descriptors or memory: pauses.
    case pausing
  }

  var socket: Descriptor
  /// Indexes into the configuration.
  let frontend: Int32
  let listener: Int32
  /// Whether other workers have no socket of this listener, so that connections are dealt out.
  let isShared: Bool
  var mode = Mode.idle
  /// Whether a session of `rate-limit sessions` is reserved for the accept in flight.
  var holdsSession = false
  /// Whether the multishot accept was asked to end because places run out.
  var isLimiting = false
  /// Whether the requests in flight were asked to end.
  var isStopping = false
  /// Whether the socket is to be closed when nothing is in flight.
  var closesWhenIdle = false
}

/// Accepting: within `maxconn` of listener, frontend and process, exactly.
///
/// While many places are free one multishot accept serves them all. Near the limit connections are
/// accepted one by one: a place is reserved only when a connection is there to take it, so that no
/// worker keeps places that another one's clients wait for.
extension Worker where K: ~Copyable {
  /// Starts accepting on every listener.
  mutating func startAccepting() {
    for index in acceptors.indices { arm(index) }
  }

  private func acceptToken(_ operation: Operation, _ index: Int) -> Token {
    Token(operation: operation.rawValue, slot: UInt32(index), generation: 0)
  }

  /// Puts the next request in flight for a listener that has none.
  mutating func arm(_ index: Int) {
    let acceptor = acceptors[index]
    guard acceptor.socket != .none, !acceptor.isStopping else {
      finishStopping(index)
      return
    }
    let free = state.freePlaces(frontend: Int(acceptor.frontend), listener: Int(acceptor.listener))
    let isLimited =
      state.rates.isLimited || state.frontends[Int(acceptor.frontend)].sessionRateMax > 0
    if isDraining || free > limits.acceptBatch * state.workerCount && !isLimited {
      acceptors[index].mode = .multishot
      kernel.accept(on: acceptor.socket, multishot: true, token: acceptToken(.accept, index))
    } else if free > 0 {
      acceptors[index].mode = .awaitingConnection
      kernel.poll(
        acceptor.socket, for: .readable, multishot: false, timeout: nil,
        token: acceptToken(.accept, index))
    } else {
      acceptors[index].mode = .awaitingPlace
      state.awaitPlace(worker: self.index)
      // A place that became free before the worker was known to wait has woken nobody.
      if state.freePlaces(frontend: Int(acceptor.frontend), listener: Int(acceptor.listener)) > 0 {
        acceptors[index].mode = .idle
        arm(index)
      }
    }
  }

  /// A place became free somewhere: listeners that waited for one look again.
  mutating func placeFreed() {
    for index in acceptors.indices where acceptors[index].mode == .awaitingPlace {
      acceptors[index].mode = .idle
      arm(index)
    }
  }

  /// An accept or the poll before it completed.
  mutating func acceptCompleted(_ completion: Completion) {
    let index = Int(completion.token.slot)
    let mode = acceptors[index].mode
    if mode == .awaitingConnection {
      connectionWaits(completion, index)
      return
    }
    if completion.result >= 0 {
      accepted(Descriptor(rawValue: completion.result), mode, index)
      if completion.isMore {
        limitMultishot(index)
        return
      }
    } else {
      acceptFailed(completion, mode, index)
      return
    }
    acceptors[index].mode = .idle
    acceptors[index].isLimiting = false
    arm(index)
  }

  private mutating func connectionWaits(_ completion: Completion, _ index: Int) {
    let acceptor = acceptors[index]
    acceptors[index].mode = .idle
    guard completion.result > 0, !acceptor.isStopping,
      state.reservePlace(frontend: Int(acceptor.frontend), listener: Int(acceptor.listener))
    else {
      arm(index)
      return
    }
    let frontend = state.frontends[Int(acceptor.frontend)]
    if !isDraining {
      var wait = Duration.zero
      if frontend.sessionRateMax > 0 {
        wait = frontend.reserveSession(now: kernel.now)
        acceptors[index].holdsSession = wait == .zero
      }
      if wait == .zero, state.rates.isLimited {
        wait = state.rates.admit(now: kernel.now) ?? .zero
      }
      guard wait == .zero else {
        // It waits in the kernel's queue until the rate has fallen.
        settleSession(index, isAccepted: false)
        state.releasePlace(frontend: Int(acceptor.frontend), listener: Int(acceptor.listener))
        acceptors[index].mode = .pausing
        kernel.timer(at: kernel.now + wait, token: acceptToken(.acceptRetryTimer, index))
        return
      }
    }
    acceptors[index].mode = .oneshot
    kernel.accept(on: acceptor.socket, multishot: false, token: acceptToken(.accept, index))
  }

  private mutating func accepted(_ socket: Descriptor, _ mode: Acceptor.Mode, _ index: Int) {
    settleSession(index, isAccepted: true)
    let acceptor = acceptors[index]
    let (frontend, listener) = (Int(acceptor.frontend), Int(acceptor.listener))
    if mode == .multishot, !state.reservePlace(frontend: frontend, listener: listener) {
      // More came at once than there are places: it waits here as it would in the backlog.
      parked.append(ParkedConnection(socket: socket, acceptor: index))
      state.parked.add(1, ordering: .acquiringAndReleasing)
      state.awaitPlace(worker: self.index)
      return
    }
    serve(socket, acceptor)
  }

  /// `rate-limit sessions`: the session that an accept was started for is there, or is not.
  private mutating func settleSession(_ index: Int, isAccepted: Bool) {
    guard acceptors[index].holdsSession else { return }
    acceptors[index].holdsSession = false
    state.frontends[Int(acceptors[index].frontend)].settleSession(
      isAccepted: isAccepted, now: kernel.now)
  }

  private mutating func serve(_ socket: Descriptor, _ acceptor: Acceptor) {
    if state.workerCount > 1 {
      let preferred = acceptor.isShared ? state.nextWorker() : index
      let worker = state.loads.choose(preferred: preferred, now: kernel.now)
      if worker != self.index {
        state.mailboxes[worker].post(
          .accepted(socket, frontend: acceptor.frontend, listener: acceptor.listener))
        return
      }
    }
    startSession(socket, frontend: acceptor.frontend, listener: acceptor.listener)
  }

  /// Serves connections that were accepted beyond the limit, as places become free.
  mutating func serveParked() {
    while let next = parked.first {
      let acceptor = acceptors[next.acceptor]
      let (frontend, listener) = (Int(acceptor.frontend), Int(acceptor.listener))
      if !state.reservePlace(frontend: frontend, listener: listener) {
        state.awaitPlace(worker: index)
        // A place that became free before the worker was known to wait has woken nobody.
        guard state.reservePlace(frontend: frontend, listener: listener) else { return }
      }
      parked.removeFirst()
      // Behind the reservation: a process that stops never sees neither.
      state.parked.subtract(1, ordering: .acquiringAndReleasing)
      serve(next.socket, acceptor)
    }
  }

  /// Closes connections that were accepted beyond the limit: the process ends every session.
  mutating func closeParked() {
    for connection in parked { kernel.close(connection.socket) }
    state.parked.subtract(parked.count, ordering: .acquiringAndReleasing)
    parked.removeAll()
  }

  /// Ends a multishot accept when the free places are about to run out.
  private mutating func limitMultishot(_ index: Int) {
    let acceptor = acceptors[index]
    guard !acceptor.isStopping, !acceptor.isLimiting, !isDraining,
      state.freePlaces(frontend: Int(acceptor.frontend), listener: Int(acceptor.listener))
        <= limits.acceptBatch * state.workerCount
    else { return }
    acceptors[index].isLimiting = true
    kernel.cancel(acceptToken(.accept, index))
  }

  private mutating func acceptFailed(
    _ completion: Completion, _ mode: Acceptor.Mode, _ index: Int
  ) {
    if mode == .oneshot {
      settleSession(index, isAccepted: false)
      state.releasePlace(
        frontend: Int(acceptors[index].frontend), listener: Int(acceptors[index].listener))
    }
    if completion.isMore { return }
    acceptors[index].isLimiting = false
    switch completion.error {
    case .processDescriptorLimit?, .systemDescriptorLimit?, .noBufferSpace?, .outOfMemory?:
      // Trying again at once would only fail again. Connections come before pipes that nobody uses.
      pipes.closeFree(in: &kernel)
      if let error = completion.error { state.reportResource(error) }
      acceptors[index].mode = .pausing
      kernel.timer(
        at: kernel.now + .milliseconds(100), token: acceptToken(.acceptRetryTimer, index))
    default:
      acceptors[index].mode = .idle
      arm(index)
    }
  }

  /// The pause after a failed accept is over.
  mutating func acceptRetryElapsed(_ completion: Completion) {
    let index = Int(completion.token.slot)
    guard acceptors[index].mode == .pausing else { return }
    acceptors[index].mode = .idle
    arm(index)
  }

  // MARK: Stopping

  /// Accepts what still waits in the backlogs, whatever the limits say, for a moment: handshakes that
  /// were under way when the next process took over end there. Then the sockets are closed. What
  /// came beyond the limits is served as places become free.
  mutating func drainListeners() {
    guard !isDraining else { return }
    isDraining = true
    for index in acceptors.indices {
      switch acceptors[index].mode {
      case .awaitingPlace, .idle: arm(index)
      case .awaitingConnection:
        acceptors[index].isLimiting = true
        kernel.cancel(acceptToken(.accept, index))
      case .pausing: kernel.cancel(acceptToken(.acceptRetryTimer, index))
      case .multishot, .oneshot: break
      }
    }
    kernel.timer(
      at: kernel.now + Limits.drainTime,
      token: Token(operation: Operation.drainTimer.rawValue, slot: 0, generation: 0))
  }

  /// Accepts no more. The sockets are closed when nothing is in flight on them.
  ///
  /// - Parameter closing: false to keep the sockets for `startAccepting` to come.
  mutating func stopAccepting(closing: Bool) {
    for index in acceptors.indices where acceptors[index].socket != .none {
      acceptors[index].isStopping = true
      acceptors[index].closesWhenIdle = closing
      switch acceptors[index].mode {
      case .multishot, .awaitingConnection, .oneshot:
        kernel.cancel(acceptToken(.accept, index))
      case .pausing: kernel.cancel(acceptToken(.acceptRetryTimer, index))
      case .idle, .awaitingPlace: finishStopping(index)
      }
    }
  }

  /// Accepts again after `stopAccepting` without closing.
  mutating func resumeAccepting() {
    for index in acceptors.indices where acceptors[index].isStopping {
      guard !acceptors[index].closesWhenIdle else { continue }
      acceptors[index].isStopping = false
      if acceptors[index].mode == .idle { arm(index) }
    }
  }

  private mutating func finishStopping(_ index: Int) {
    acceptors[index].mode = .idle
    guard acceptors[index].socket != .none else { return }
    state.acceptorsArmed.subtract(1, ordering: .acquiringAndReleasing)
    guard acceptors[index].closesWhenIdle else { return }
    kernel.close(acceptors[index].socket)
    state.acceptorsOpen.subtract(1, ordering: .acquiringAndReleasing)
    acceptors[index].socket = .none
  }
}

/// A connection that was accepted while no place was free.
struct ParkedConnection {
  let socket: Descriptor
  /// Index of the acceptor it came from.
  let acceptor: Int
}
