import Basics
import KernelIO
import Sessions

/// A side of a session that is to be looked at again when its session is still there a moment later.
struct Revisit {
  /// Names the side, its session, and what is to be done: `receive` or `hangUp`.
  var token: Token
  /// Since when it waits.
  var since: Instant
}

/// What sessions that just began leave for the next turn, and what only those need that live longer than
/// a moment: the timeouts of their receives, and the
/// watching of sides that are half-closed. A session that is over before costs no request for it.
extension Worker where K: ~Copyable {
  /// Reads the clients whose servers have not answered by the turn after they were accepted, and tells
  /// servers that their connections stand when no byte of a client has told them by the turn after.
  ///
  /// - Parameter count: how many of them were there before this turn.
  mutating func servePostponed(_ count: Int) {
    for index in 0..<count {
      let token = postponed[index]
      guard table.isCurrent(token.slot, generation: token.generation) else { continue }
      let slot = table[token.slot]
      if token.operation == Operation.receiveClient.rawValue {
        armReceive(.client, slot)
      } else {
        acknowledgeHandshake(slot)
      }
    }
    postponed.removeFirst(count)
  }

  private mutating func acknowledgeHandshake(_ slot: SlotPointer) {
    let server = slot.value[.server]
    guard slot.value.session.phase != .connecting, server.nagle == .untouched,
      server.socket != .none, server.leaving == .no,
      state.backends[Int(slot.value.backend)].settings.connectsSmartly
    else { return }
    kernel.set(.quickAcknowledge(true), on: server.socket)
  }

  /// Lets a side be looked at again.
  mutating func revisit(_ operation: Operation, _ slot: SlotPointer) {
    revisits.append(Revisit(token: token(operation, slot), since: kernel.now))
    if revisits.count == 1 {
      kernel.timer(at: kernel.now + Limits.revisitDelay, token: Worker.revisitToken)
    }
  }

  /// Looks at the sides that have waited long enough.
  mutating func revisitTimerElapsed() {
    var count = 0
    while count < revisits.count, kernel.now >= revisits[count].since + Limits.revisitDelay {
      let token = revisits[count].token
      count &+= 1
      guard table.isCurrent(token.slot, generation: token.generation),
        let operation = Operation(rawValue: token.operation)
      else { continue }
      let slot = table[token.slot]
      switch operation {
      case .hangUpClient: watchHangUp(.client, slot)
      case .hangUpServer: watchHangUp(.server, slot)
      case .receiveClient: addTimeout(.client, slot)
      case .receiveServer: addTimeout(.server, slot)
      default: stop("only receives and hang-ups are looked at again")
      }
    }
    revisits.removeFirst(count)
    guard !revisits.isEmpty, isRunning else { return }
    let due = revisits[0].since + Limits.revisitDelay
    kernel.timer(
      at: max(due, kernel.now + Limits.revisitInterval), token: Worker.revisitToken)
  }

  /// Whether a side's receive needs no timeout yet: its session has just begun, and the receive will
  /// be started anew, with its timeout, long before that can expire.
  func mayWaitForTimeout(_ timeout: Duration, _ slot: SlotPointer) -> Bool {
    kernel.now < slot.value.acceptedAt + Limits.revisitDelay && timeout >= Limits.untimedMin
  }

  /// Starts a receive anew that has no timeout.
  private mutating func addTimeout(_ side: SideName, _ slot: SlotPointer) {
    if slot.value[side].isUntimed { cancel(.receive(side), slot) }
  }
}
