public import Proxies

/// One client connection and what becomes of it: the file to read first.
///
/// A pure state machine. The driver tells it facts in the past tense (`clientEnded`, `connected`)
/// and carries out the actions that it answers; nothing else in the program decides what a session
/// does. It knows no socket, clock or buffer.
///
/// ```
///  accepted ──► inspecting ──► choosing ──► connecting ──► established ──► closed
///     │             │           │  ▲           │  ▲            (each side ends by itself: `settle`)
///  PROXY header   rules         ▼  │           ▼  │
///                             queued        turnaround
/// ```
///
/// Who may still send what is kept per side (`SessionSide`); `settle` draws the conclusions until
/// nothing changes any more. The rules are HAProxy's: a FIN goes on only after the last byte; a
/// reset of the client resets the server, a reset of the server ends the client with a FIN; an idle
/// timeout ends one side's reading only.
public struct Session: Equatable, Sendable {
  /// How far the session has come.
  public enum Phase: UInt8, Sendable {
    /// Waits for the PROXY header, if the listener wants one.
    case accepted
    /// Rules look at what the client sends (`tcp-request content`).
    case inspecting
    /// Asks the backend for a server.
    case choosing
    /// Waits in a queue for a place.
    case queued
    /// A connection attempt is under way.
    case connecting
    /// Waits before the next attempt on the same server.
    case turnaround
    /// Bytes move.
    case established
    /// Both sides are closed.
    case closed
  }

  /// Why a connection attempt failed.
  public enum ConnectFailure: UInt8, Sendable {
    /// `timeout connect` expired.
    case timedOut
    /// Refused or unreachable.
    case refused
    /// No socket, port or memory for it here.
    case noResource
  }

  /// What the backend's configuration says about failed attempts.
  public struct RetryRules: Equatable, Sendable {
    /// `retries`
    public var retriesMax: Int
    /// Whether the coming retry goes to another server (`option redispatch`).
    public var redispatches: Bool
    /// Whether the backend has more than one active server.
    public var hasOtherServers: Bool

    public init(retriesMax: Int, redispatches: Bool, hasOtherServers: Bool) {
      self.retriesMax = retriesMax
      self.redispatches = redispatches
      self.hasOtherServers = hasOtherServers
    }
  }

  public private(set) var phase = Phase.accepted
  public private(set) var client = SessionSide()
  /// Closed until a connection attempt has succeeded.
  public private(set) var server = SessionSide()
  /// Why the session ended, for the log; decided by the first cause.
  public private(set) var termination = TerminationState()
  /// Connection attempts after the first one.
  public private(set) var retries = 0
  /// Whether the backend gave something else than the server that was tried before.
  public private(set) var isRedispatched = false
  /// `option abortonclose`
  private var abortsOnClose: Bool
  /// Whether the client was reset while its bytes were waiting for a server.
  private var clientWasReset = false

  /// - Parameters:
  ///   - abortsOnClose: `option abortonclose` of the backend.
  ///   - clientLingers: false under `option nolinger` of the frontend.
  ///   - serverLingers: false under `option nolinger` of the backend.
  public init(abortsOnClose: Bool, clientLingers: Bool = true, serverLingers: Bool = true) {
    self.abortsOnClose = abortsOnClose
    client.closesWithReset = !clientLingers
    server.closesWithReset = !serverLingers
    server.isClosed = true
  }

  /// One of the two sides.
  public subscript(_ side: SideName) -> SessionSide { side == .client ? client : server }

  // MARK: Until there is a server

  /// The client can be served: its connection is accepted, and its PROXY header read if one was due.
  public mutating func accepted() -> SessionActions {
    phase = .choosing
    return .chooseServer
  }

  /// The client can be served, once rules have looked at what it sends.
  public mutating func inspecting() -> SessionActions {
    phase = .inspecting
    return []
  }

  /// Rules led the session to a backend.
  ///
  /// - Parameters:
  ///   - abortsOnClose: `option abortonclose` of the backend.
  ///   - serverLingers: false under `option nolinger` of the backend.
  public mutating func switched(abortsOnClose: Bool, serverLingers: Bool) {
    self.abortsOnClose = abortsOnClose
    server.closesWithReset = !serverLingers
  }

  /// A rule turned the client away: it gets an orderly close.
  public mutating func rejected() -> SessionActions { give(up: .proxy, in: .request) }

  /// A rule turned the client away without a word: its socket is closed as if it had never been. The
  /// driver has prepared the socket for that.
  public mutating func dropped() -> SessionActions {
    var actions = give(up: .proxy, in: .request)
    actions.remove(.closeClient)
    return actions.union(.resetClient)
  }

  /// A rule for responses turned the server's answer away: the server is reset, the client gets an
  /// orderly close without a byte of it.
  public mutating func responseRejected() -> SessionActions {
    terminate(.proxy, .data)
    for side in [SideName.client, .server] {
      update(side) {
        if $0.reading == .open { $0.reading = .aborted }
        $0.writing = .shut
        $0.isClosed = true
      }
    }
    phase = .closed
    return [
      .leaveServer, .dropRequest, .dropResponse, .closeClient, .resetServer, .finish,
    ]
  }

  /// A rule for responses closed the server's side: the client still gets what is held for it.
  public mutating func serverDismissed(holding held: HeldBytes) -> SessionActions {
    guard phase == .established, !server.isClosed else { return [] }
    update(.server) {
      if $0.reading == .open { $0.reading = .aborted }
      $0.writing = .shut
      $0.isClosed = true
    }
    let rest = held.subtracting(.request)
    return SessionActions([.resetServer, .dropRequest]).union(settle(holding: rest))
  }

  /// The client's PROXY header was wrong or did not come. Nothing is logged for the session itself.
  ///
  /// - Parameter withReset: whether the client gets a reset instead of a FIN.
  public mutating func refused(withReset: Bool) -> SessionActions {
    terminate(.proxy, .request)
    client.reading = .aborted
    client.writing = .shut
    client.isClosed = true
    phase = .closed
    return [withReset ? .resetClient : .closeClient, .finish]
  }

  /// The backend did not answer with the server that was tried or waited for before.
  public mutating func movedOn() { isRedispatched = true }

  /// The backend has no place free; the session waits in a queue.
  public mutating func queued() -> SessionActions {
    phase = .queued
    return []
  }

  /// The backend granted a place at a server, at once or after a wait.
  public mutating func serverChosen() -> SessionActions {
    phase = .connecting
    return .connect
  }

  /// The server waited for can no longer be had: the backend is asked again.
  public mutating func askedAgain() -> SessionActions {
    phase = .choosing
    return .chooseServer
  }

  /// The backend has no server that could be used.
  public mutating func noServer() -> SessionActions { give(up: .serverAbort, in: .connect) }

  /// The queue that the session should have joined is full.
  public mutating func queueWasFull() -> SessionActions { give(up: .serverAbort, in: .queue) }

  /// `timeout queue` expired.
  public mutating func queueTimedOut() -> SessionActions { give(up: .serverTimeout, in: .queue) }

  // MARK: Connecting

  /// The server accepted the connection.
  ///
  /// - Parameter held: what the client sent meanwhile.
  public mutating func connected(holding held: HeldBytes) -> SessionActions {
    phase = .established
    server.isClosed = false
    var actions: SessionActions = .establish
    if clientWasReset { actions.formUnion(failed(.client, holding: held)) }
    actions.formUnion(settle(holding: held))
    return actions
  }

  /// A connection attempt failed.
  public mutating func connectFailed(
    _ failure: ConnectFailure, rules: RetryRules
  ) -> SessionActions {
    guard retries < rules.retriesMax else {
      let actions: SessionActions = [.abandonConnect, .leaveServer]
      switch failure {
      case .timedOut: return actions.union(give(up: .serverTimeout, in: .connect))
      case .refused: return actions.union(give(up: .serverAbort, in: .connect))
      case .noResource: return actions.union(give(up: .resource, in: .connect))
      }
    }
    retries += 1
    if rules.redispatches {
      // A delay is for a server that would refuse again at once; another one is tried directly.
      if failure == .refused, !rules.hasOtherServers {
        phase = .turnaround
        leavesServerAfterTurnaround = true
        return [.abandonConnect, .leaveServer, .awaitTurnaround]
      }
      phase = .choosing
      return [.abandonConnect, .leaveServer, .chooseServer]
    }
    if failure == .refused {
      phase = .turnaround
      leavesServerAfterTurnaround = false
      return [.abandonConnect, .awaitTurnaround]
    }
    phase = .connecting
    return [.abandonConnect, .connectAgain]
  }

  /// Whether the turnaround under way ends with a new choice instead of the same server.
  private var leavesServerAfterTurnaround = false

  /// The turnaround delay is over.
  public mutating func turnaroundElapsed() -> SessionActions {
    if leavesServerAfterTurnaround {
      phase = .choosing
      return .chooseServer
    }
    phase = .connecting
    return .connectAgain
  }

  // MARK: Ends

  /// A side sent its FIN.
  ///
  /// - Parameters:
  ///   - side: which one.
  ///   - held: what has not been delivered yet.
  ///   - isEarly: whether the client's FIN was there when its connection was accepted. Such a client
  ///     still visits the server: only one that leaves later gives up.
  public mutating func ended(
    _ side: SideName, holding held: HeldBytes, isEarly: Bool = false
  ) -> SessionActions {
    guard self[side].reading == .open else { return [] }
    update(side) { $0.reading = .ended }
    if isEarly, phase != .established, phase != .queued, !abortsOnClose { return [] }
    return settle(holding: held)
  }

  /// A side was reset, or sending to it failed.
  public mutating func failed(_ side: SideName, holding held: HeldBytes) -> SessionActions {
    if phase == .inspecting { return abort(.request) }
    if phase != .established {
      // Bytes that wait for a server hide the reset until they can be delivered, but not in a queue.
      if held.contains(.request), phase != .queued {
        clientWasReset = true
        client.reading = .aborted
        return .stopReadingClient
      }
      return abort(.data)
    }
    guard !self[side].isClosed else { return [] }
    terminate(side == .client ? .clientAbort : .serverAbort, .data)
    update(side) {
      $0.reading = .aborted
      $0.writing = .shut
      $0.isClosed = true
    }
    if side == .client {
      // The server learns of it in the same way, but after the bytes that were accepted for it.
      server.closesWithReset = true
      return SessionActions([.closeClient, .dropResponse])
        .union(settle(holding: held.subtracting(.response)))
    }
    return SessionActions([.resetServer, .dropRequest])
      .union(settle(holding: held.subtracting(.request)))
  }

  /// Nothing came from a side for its timeout, nor went to it.
  public mutating func timedOut(_ side: SideName, holding held: HeldBytes) -> SessionActions {
    let cause: TerminationState.Cause = side == .client ? .clientTimeout : .serverTimeout
    guard phase == .established else {
      // In a queue it is what the client sent that keeps its place, as when it ends.
      let stays = phase == .queued ? held.contains(.request) : !abortsOnClose
      guard stays, waitingPhase != .request else { return give(up: cause, in: waitingPhase) }
      // The client may still hear what the server has to say: the server is connected to, and gets a
      // FIN then.
      terminate(cause, waitingPhase)
      client.reading = .aborted
      return .stopReadingClient
    }
    terminate(cause, server.isClosed ? .lastData : .data)
    guard self[side].reading == .open else { return [] }
    update(side) { $0.reading = .aborted }
    let stop: SessionActions = side == .client ? .stopReadingClient : .stopReadingServer
    return stop.union(settle(holding: held))
  }

  /// A side took no byte of what is held for it for its timeout.
  public mutating func writingTimedOut(_ side: SideName, holding held: HeldBytes) -> SessionActions
  {
    terminate(
      side == .client ? .clientTimeout : .serverTimeout, server.isClosed ? .lastData : .data)
    guard !self[side].isClosed else { return [] }
    update(side) {
      $0.isBlockedForGood = true
      $0.writing = .ending
      $0.closesWithReset = true
    }
    let drop: SessionActions = side == .client ? .dropResponse : .dropRequest
    let rest = held.subtracting(side == .client ? .response : .request)
    return drop.union(settle(holding: rest))
  }

  /// The last held byte of a direction went out.
  public mutating func drained(holding held: HeldBytes) -> SessionActions { settle(holding: held) }

  /// The session has to end: its server went down, a better one came back, or the process stops.
  ///
  /// - Parameter cause: `down`, `up` or `killed`.
  public mutating func killed(
    _ cause: TerminationState.Cause, holding held: HeldBytes
  ) -> SessionActions {
    guard phase != .closed else { return [] }
    if phase != .established { return give(up: cause, in: waitingPhase) }
    // HAProxy reports every end from outside as one of the connect phase.
    terminate(cause, .connect)
    guard !server.isClosed else {
      client.isBlockedForGood = true
      update(.client) { $0.reading = .aborted }
      return SessionActions.dropResponse.union(settle(holding: []))
    }
    update(.server) {
      $0.reading = .aborted
      $0.writing = .shut
      $0.isClosed = true
    }
    let rest = held.subtracting(.request)
    return SessionActions([.resetServer, .dropRequest]).union(settle(holding: rest))
  }

  // MARK: Conclusions

  /// Draws the conclusions of what the two sides can still do, until nothing changes any more.
  private mutating func settle(holding held: HeldBytes) -> SessionActions {
    if phase != .established { return settleWithoutServer(holding: held) }
    var actions: SessionActions = []
    var isSettled = false
    while !isSettled {
      let before = (client, server)
      actions.formUnion(settle(.server, source: client, isHolding: held.isHolding(for: .server)))
      actions.formUnion(settle(.client, source: server, isHolding: held.isHolding(for: .client)))
      isSettled = before == (client, server)
    }
    if client.isClosed, server.isClosed, phase != .closed {
      phase = .closed
      actions.formUnion([.dropRequest, .dropResponse, .leaveServer, .finish])
    }
    return actions
  }

  /// One step of `settle` for what goes to `side` and comes from `source`.
  private mutating func settle(
    _ side: SideName, source: SessionSide, isHolding: Bool
  ) -> SessionActions {
    var actions: SessionActions = []
    let isClient = side == .client
    if source.reading != .open, self[side].writing == .open {
      update(side) { $0.writing = .ending }
    }
    if self[side].writing == .ending, !isHolding || self[side].isBlockedForGood {
      update(side) { $0.writing = .shut }
      if !isClient, self[side].closesWithReset {
        update(side) {
          if $0.reading == .open { $0.reading = .aborted }
        }
      }
      if isClient ? self[side].isBlockedForGood : self[side].closesWithReset {
        actions.formUnion(close(side))
      } else if self[side].reading == .open {
        actions.insert(isClient ? .shutdownClient : .shutdownServer)
      }
    }
    // Nobody takes what the source sends any more.
    if self[side].writing == .shut, source.reading == .open {
      update(side.other) { $0.reading = .aborted }
      actions.insert(isClient ? .stopReadingServer : .stopReadingClient)
    }
    if !self[side].isClosed, self[side].reading != .open, self[side].writing == .shut {
      actions.formUnion(close(side))
    }
    return actions
  }

  /// Closes a side. A server that did not send its FIN gets a reset, which frees the port at once.
  private mutating func close(_ side: SideName) -> SessionActions {
    guard !self[side].isClosed else { return [] }
    let withReset =
      self[side].reading != .ended
      && (side == .server || self[side].closesWithReset)
    update(side) {
      if $0.reading == .open { $0.reading = .aborted }
      $0.isClosed = true
    }
    return side == .client
      ? (withReset ? .resetClient : .closeClient) : (withReset ? .resetServer : .closeServer)
  }

  /// The client ended while there is no server yet.
  private mutating func settleWithoutServer(holding held: HeldBytes) -> SessionActions {
    guard client.reading != .open, phase != .closed else { return [] }
    switch phase {
    case .accepted, .inspecting, .established, .closed:
      return []
    case .choosing:
      return []
    case .queued:
      return held.contains(.request) && !abortsOnClose ? [] : abort(.queue)
    case .connecting, .turnaround:
      return held.contains(.request) ? [] : abort(.connect)
    }
  }

  /// The client gave up before there was a server.
  private mutating func abort(_ phase: TerminationState.Phase) -> SessionActions {
    give(up: .clientAbort, in: phase)
  }

  /// Ends a session that has no server: the client gets an orderly close.
  private mutating func give(
    up cause: TerminationState.Cause, in loggedPhase: TerminationState.Phase
  ) -> SessionActions {
    terminate(cause, loggedPhase)
    var actions: SessionActions = [
      .dropRequest, .dropResponse, .closeClient, .leaveServer, .finish,
    ]
    switch phase {
    case .queued: actions.insert(.leaveQueue)
    case .connecting: actions.insert(.abandonConnect)
    case .accepted, .inspecting, .choosing, .turnaround, .established, .closed: break
    }
    if client.reading == .open { client.reading = .aborted }
    client.writing = .shut
    client.isClosed = true
    phase = .closed
    return actions
  }

  private var waitingPhase: TerminationState.Phase {
    switch phase {
    case .accepted, .inspecting: .request
    case .queued: .queue
    case .choosing, .connecting, .turnaround: .connect
    case .established, .closed: .data
    }
  }

  /// The first cause counts.
  private mutating func terminate(
    _ cause: TerminationState.Cause, _ phase: TerminationState.Phase
  ) {
    if termination.cause == .normal { termination = TerminationState(cause, phase) }
  }

  private mutating func update(_ side: SideName, _ change: (inout SessionSide) -> Void) {
    if side == .client { change(&client) } else { change(&server) }
  }

  /// What must hold between two events.
  public func checkInvariants() {
    precondition(phase != .closed || (client.isClosed && server.isClosed))
    precondition(phase == .established || phase == .closed || server.isClosed)
    precondition(!client.isClosed || client.reading != .open)
    precondition(phase != .established || !client.isClosed || !server.isClosed)
  }
}
