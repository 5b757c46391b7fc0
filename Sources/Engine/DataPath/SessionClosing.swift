import Basics
import KernelIO
import Proxies
import Sessions

/// Closing is a join: what is in flight is asked to end, and only when nothing is in flight any more
/// are buffers, descriptors and the slot given back. `docs/internals/closing.md` has the table.
extension Worker where K: ~Copyable {
  /// The token of an operation of a session.
  @inline(__always)
  func token(_ operation: Operation, _ slot: SlotPointer) -> Token {
    Token(operation: operation.rawValue, slot: slot.index, generation: slot.value.generation)
  }

  /// Notes that a request is about to be in flight.
  @inline(__always)
  func start(_ operation: Operation, _ slot: SlotPointer) {
    assert(!slot.value.inFlight.contains(operation))
    slot.value.inFlight.insert(operation)
    slot.value.cancelled.remove(operation)
  }

  /// Starts one of a session's timers.
  mutating func arm(_ timer: Operation, at deadline: Instant, _ slot: SlotPointer) {
    guard !slot.value.inFlight.contains(timer) else { return }
    start(timer, slot)
    kernel.timer(at: deadline, token: token(timer, slot))
  }

  /// Asks a request to end, if it is in flight.
  mutating func cancel(_ operation: Operation, _ slot: SlotPointer) {
    guard slot.value.inFlight.contains(operation), !slot.value.cancelled.contains(operation) else {
      return
    }
    slot.value.cancelled.insert(operation)
    kernel.cancel(token(operation, slot))
  }

  /// Sends a FIN behind the last byte.
  mutating func shutdownWriting(_ side: SideName, _ slot: SlotPointer) {
    guard slot.value[side].leaving == .no, slot.value[side].socket != .none else { return }
    kernel.shutdownWriting(slot.value[side].socket)
    renewTimeout(side, slot)
  }

  /// Takes a socket out of use: it is closed as soon as nothing is in flight on it.
  mutating func beginClosing(
    _ side: SideName, _ leaving: SlotSide.Leaving, _ slot: SlotPointer
  ) {
    guard slot.value[side].socket != .none, slot.value[side].leaving == .no else { return }
    slot.value[side].leaving = leaving
    cancel(.receive(side), slot)
    cancel(.writable(side), slot)
    cancel(.hangUp(side), slot)
    // A chain that waits for the other side would write to this one.
    if slot.value.inFlight.contains(.empty(side)) { cancel(.receive(side.other), slot) }
    if side == .server { cancel(.connect, slot) }
  }

  /// Goes on with closing as far as the completions allow; frees the slot at the end.
  mutating func settleClosing(_ slot: SlotPointer) {
    guard slot.value.isInUse else { return }
    for side in [SideName.client, .server] where slot.value.dropsChannel(from: side) {
      if !slot.value.inFlight.contains(.send(side.other)), !isChainInFlight(from: side, slot) {
        slot.value[from: side].removeAll(in: &kernel)
        dropPipe(from: side, slot)
      }
    }
    settleSide(.client, slot)
    settleSide(.server, slot)
    guard slot.value.session.phase == .closed, slot.value[.client].socket == .none,
      slot.value[.server].socket == .none
    else { return }
    cancel(.queueTimer, slot)
    cancel(.turnaroundTimer, slot)
    guard slot.value.inFlight.isEmpty else { return }
    for side in [SideName.client, .server] {
      slot.value[from: side].removeAll(in: &kernel)
      dropPipe(from: side, slot)
    }
    let frontend = Int(slot.value.frontend)
    let listener = Int(slot.value.listener)
    forgetRuleState(slot)
    table.giveBack(slot)
    if table.count == 0 { pipes.closeFree(in: &kernel) }
    state.releasePlace(frontend: frontend, listener: listener)
  }

  /// Closes a socket that leaves, once nothing is in flight on it.
  mutating func settleSide(_ side: SideName, _ slot: SlotPointer) {
    guard slot.value[side].leaving != .no, slot.value[side].socket != .none,
      slot.value.inFlight.isDisjoint(with: .all(on: side))
    else { return }
    let withReset = slot.value[side].leaving == .resetting
    if withReset, side == .server, isLingering(slot) { return }
    if side == .server, slot.value.sourcePort != 0 {
      // Only these look for the server that lent the port.
      let servers = state.backends[Int(slot.value.backend)].servers
      kernel.close(
        slot.value[side].socket, withReset: withReset, givingBack: &slot.value.sourcePort,
        to: servers[Int(slot.value.sourceServer)].source)
    } else if withReset {
      kernel.closeWithReset(slot.value[side].socket)
    } else {
      kernel.close(slot.value[side].socket)
    }
    slot.value[side].socket = .none
    slot.value[side].isBlocked = false
    slot.value[side].unacknowledgedBytes = -1
  }

  /// Whether a server that is to be reset has bytes on the way that it has not acknowledged: a reset
  /// would overtake them. Waits for them, as long as the server's timeout.
  private mutating func isLingering(_ slot: SlotPointer) -> Bool {
    guard
      slot.value.session.termination.cause == .clientAbort
        || slot.value.session.termination.cause == .normal
        || slot.value.session.termination.cause == .clientTimeout
    else { return false }
    if slot.value.inFlight.contains(.lingerTimer) { return true }
    guard kernel.unacknowledgedBytes(on: slot.value[.server].socket) > 0 else { return false }
    if slot.value.lingerDeadline == .origin {
      slot.value.lingerDeadline = kernel.now + (timeout(of: .server, slot) ?? .seconds(10))
    }
    guard kernel.now < slot.value.lingerDeadline else { return false }
    arm(.lingerTimer, at: kernel.now + .milliseconds(5), slot)
    return true
  }

  /// The session is decided: what is shared learns of it, and its line is written.
  mutating func finish(_ slot: SlotPointer) {
    if slot.value.tracking >= 0 { countTrackedBytes(slot) }
    if !slot.value.isReadingHeader { logEnd(slot) }
    if slot.value.tracking >= 0 { endTracking(slot) }
    if slot.value.stores >= 0 { stickCounters.forget(&slot.value.stores) }
  }

  /// Ends every session that is on a server.
  mutating func endSessions(backend: Int32, server: Int32, cause: TerminationState.Cause) {
    for index in table.indexesInUse() {
      let slot = table[index]
      guard slot.value.backend == backend, slot.value.server == server, slot.value.holdsServer
      else { continue }
      perform(slot.value.session.killed(cause, holding: slot.value.held), slot)
    }
  }

  /// Ends every session: the process stops.
  mutating func endAllSessions() {
    closeParked()
    for index in table.indexesInUse() {
      let slot = table[index]
      if slot.value.isReadingHeader {
        headerEnded(.aborted, slot)
      } else {
        perform(slot.value.session.killed(.killed, holding: slot.value.held), slot)
      }
    }
  }
}
