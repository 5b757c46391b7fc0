import Basics
import ConfigurationLanguage
import KernelIO
import Proxies
import Sessions

/// The timeouts of a session, renewed lazily: the one linked to a side's receive is left alone while
/// bytes move; when it fires, the side's last activity decides whether it was the real one. A session
/// that has just begun has none yet: see `SessionRevisits`.
extension Worker where K: ~Copyable {
  /// The timeout that counts for a side now; nil for none.
  ///
  /// Once a direction is over, the `-fin` timeout replaces the side's; once the session is
  /// established, `tunnel` replaces both. HAProxy manual, section 4.2, `timeout tunnel`.
  func timeout(of side: SideName, _ slot: SlotPointer) -> Duration? {
    let frontend = state.frontends[Int(slot.value.frontend)].settings
    if slot.value.isReadingHeader { return frontend.handshakeTimeout }
    let isEstablished = slot.value.session.phase == .established
    guard slot.value.backend >= 0 else { return frontend.clientTimeout }
    let backend = state.backends[Int(slot.value.backend)].settings
    let fin = side == .client ? frontend.clientFinTimeout : backend.serverFinTimeout
    if isEstablished, let fin, slot.value.session[side].isHalfClosed { return fin }
    if isEstablished, let tunnel = backend.tunnelTimeout { return tunnel }
    return side == .client ? frontend.clientTimeout : backend.serverTimeout
  }

  /// What is left of a side's timeout; nil for none.
  func remainingTimeout(_ side: SideName, _ slot: SlotPointer) -> Duration? {
    guard let timeout = timeout(of: side, slot) else { return nil }
    let idle = kernel.now - idleSince(side, slot)
    return max(.milliseconds(1), timeout - idle)
  }

  /// Whether a side's timeout has passed since its last activity.
  func isIdle(_ side: SideName, _ slot: SlotPointer) -> Bool {
    guard let timeout = timeout(of: side, slot) else { return false }
    return kernel.now - idleSince(side, slot) >= timeout
  }

  /// Where a side's timeout counts from. A header has one span of time from the accept on, however many
  /// pieces it comes in.
  @inline(__always)
  private func idleSince(_ side: SideName, _ slot: SlotPointer) -> Instant {
    slot.value.isReadingHeader ? slot.value.acceptedAt : slot.value[side].lastActivity
  }

  /// Whether a side has taken no byte of what is held for it for its timeout, whatever it has sent.
  func isStalled(_ side: SideName, _ slot: SlotPointer) -> Bool {
    guard let timeout = timeout(of: side, slot) else { return false }
    return kernel.now - slot.value[side].stalledSince >= timeout
  }

  /// How long to wait before asking a blocked side for progress.
  func progressInterval(_ side: SideName, _ slot: SlotPointer) -> Duration? {
    guard let timeout = timeout(of: side, slot) else { return nil }
    let remaining = timeout - (kernel.now - slot.value[side].stalledSince)
    return min(max(.milliseconds(1), remaining), .seconds(1))
  }

  /// Asks whether the peer of a side acknowledged bytes since it was asked before; that is activity
  /// of the side.
  mutating func hasProgressed(_ side: SideName, _ slot: SlotPointer) -> Bool {
    let before = slot.value[side].unacknowledgedBytes
    // The FIN counts as a byte until it is acknowledged; nobody has read it.
    let fin = slot.value.session[side].writing == .shut ? 1 : 0
    let after = Int32(
      truncatingIfNeeded: max(0, kernel.unacknowledgedBytes(on: slot.value[side].socket) - fin))
    slot.value[side].unacknowledgedBytes = after
    guard before >= 0, after != before else { return false }
    slot.value[side].lastActivity = kernel.now
    if slot.value[side].isBlocked { slot.value[side].stalledSince = kernel.now }
    return true
  }

  /// A receive ended because it was asked to, or because its timeout fired.
  mutating func receiveWasCancelled(_ side: SideName, _ slot: SlotPointer) {
    if slot.value.cancelled.contains(.receive(side)) {
      slot.value.cancelled.remove(.receive(side))
      armReceive(side, slot)
      return
    }
    // Bytes that wait for the other side are not this side's idleness, unless they wait in a queue.
    guard
      slot.value[from: side].isEmpty || slot.value.isReadingHeader
        || slot.value.inspection.looks(at: side) || slot.value.session.phase == .queued
    else {
      slot.value[side].lastActivity = kernel.now
      armReceive(side, slot)
      return
    }
    guard isIdle(side, slot) else {
      armReceive(side, slot)
      return
    }
    if slot.value.isReadingHeader {
      headerEnded(.timeout, slot)
      return
    }
    if slot.value[side.other].socket != .none, isDrainingSlowly(side, slot) {
      // Then the side is asked for progress again.
      armReceive(side, slot, timeout: .seconds(1))
      return
    }
    if side == .server, slot.value.inspection.looks(at: side) {
      // Nothing more will come for the rules to look at.
      inspect(slot, isFinal: true)
      guard slot.value.isInUse, slot.value.session.phase != .closed else { return }
    }
    let actions = slot.value.session.timedOut(side, holding: slot.value.held)
    if actions.contains(.leaveQueue) {
      leaveQueue(slot)
      // HAProxy does not count the wait of a client that was idle.
      slot.value.waitMilliseconds = -1
    }
    perform(actions, slot)
  }

  /// Whether a side still acknowledges what was sent to it: then it is not idle, although nothing
  /// comes from it and its socket takes everything at once.
  private mutating func isDrainingSlowly(_ side: SideName, _ slot: SlotPointer) -> Bool {
    guard slot.value.session.phase == .established else { return false }
    let isFirstQuestion = slot.value[side].unacknowledgedBytes < 0
    if hasProgressed(side, slot) { return true }
    if isFirstQuestion, slot.value[side].unacknowledgedBytes > 0 { return true }
    slot.value[side].unacknowledgedBytes = -1
    return false
  }

  /// Lets a changed timeout of a side take effect at once: the receive in flight was started with
  /// the old one. A longer one needs nothing, it is looked up when the old one fires.
  mutating func renewTimeout(_ side: SideName, _ slot: SlotPointer) {
    guard slot.value.inFlight.contains(.receive(side)), let timeout = timeout(of: side, slot),
      !slot.value[side].isUntimed || timeout < Limits.untimedMin
    else { return }
    let frontend = state.frontends[Int(slot.value.frontend)].settings
    let backend = state.backends[Int(slot.value.backend)].settings
    // The receive was started with the side's own timeout, or with the tunnel's if there is one.
    let own = side == .client ? frontend.clientTimeout : backend.serverTimeout
    if let own, timeout >= max(own, backend.tunnelTimeout ?? own) { return }
    cancel(.receive(side), slot)
  }
}
