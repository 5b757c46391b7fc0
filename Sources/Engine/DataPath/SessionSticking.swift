import Basics
import ConfigurationLanguage
import KernelIO
import Proxies
import Samples
import Sessions

/// What a session tracks in stick tables, and the server it sticks to. HAProxy manual, sections 4.2,
/// `stick on`, and 4.3, `track-sc0`.
///
/// | when | what is counted |
/// |---|---|
/// | a `track-sc*` rule applies | `conn_cnt`, `conn_rate`, `conn_cur` |
/// | rules let the connection become a session | `sess_cnt`, `sess_rate` of what it tracks by then |
/// | the session ends, before its line is written | all its bytes |
/// | the session has ended, its line is written | `conn_cur` falls |
extension Worker where K: ~Copyable {
  // MARK: Tracking

  /// Carries out `track-sc*`: the first rule whose key is there counts, for the rest of the session.
  ///
  /// - Returns: false when more bytes may still bring the key.
  mutating func track(
    _ counter: Int, _ expression: SampleExpression, table: Int, _ slot: SlotPointer
  ) -> Bool {
    guard !stickCounters.tracks(counter, of: slot.value.tracking) else { return true }
    switch expression.evaluate(in: &samples) {
    case .unknown: return samples.isFinal
    case .absent: return true
    case .value(let value, let mayChange):
      if mayChange, !samples.isFinal { return false }
      stickCounters.track(counter, value, table: table, of: &slot.value.tracking)
      stickCounters.session = slot.value.tracking
      return true
    }
  }

  /// The tracked connection became a session.
  func countTrackedSession(_ slot: SlotPointer) {
    stickCounters.now = kernel.now
    stickCounters.beginSession(slot.value.tracking)
  }

  /// Counts what the session has moved, once: nothing is added while it runs.
  func countTrackedBytes(_ slot: SlotPointer) {
    stickCounters.now = kernel.now
    stickCounters.countBytes(
      received: slot.value[from: .client].bytesReceived,
      sent: slot.value[from: .server].bytesReceived, of: slot.value.tracking)
  }

  /// The session is over.
  func endTracking(_ slot: SlotPointer) {
    stickCounters.now = kernel.now
    stickCounters.end(&slot.value.tracking)
  }

  // MARK: Sticking

  /// Evaluates `stick on`, `stick match` and `stick store-request` of the backend: looks for the server
  /// that is remembered, and keeps the keys for which one is to be remembered.
  mutating func applyStickRules(_ backend: BackendState, _ slot: SlotPointer) {
    for rule in backend.rules.stick {
      let table = rule.table.proxy
      // Only the first key for a table is kept.
      if rule.stores, stickCounters.stores(into: table, in: slot.value.stores) { continue }
      if let condition = rule.condition, condition.evaluate(in: &samples) != .pass { continue }
      guard let value = rule.expression.evaluate(in: &samples).value else { continue }
      if rule.matches, let servers = backend.rules.stickServers[table],
        let server = stickCounters.server(for: value, table: table, among: servers),
        slot.value.ruledServer < 0, mayUse(server, of: backend, slot)
      {
        slot.value.ruledServer = Int32(server)
      }
      if rule.stores { stickCounters.store(value, table: table, into: &slot.value.stores) }
    }
  }

  /// Whether a rule may choose a server: one that is down only under `option persist` and
  /// `force-persist`.
  func mayUse(_ server: Int, of backend: BackendState, _ slot: SlotPointer) -> Bool {
    slot.value.forcesServer || backend.proxy.options.contains(.persist)
      || backend.with(absent: false) { $0.servers[server].operation != .stopped }
  }

  /// The server is connected, and rules for responses have nothing against it: it is remembered for the
  /// keys of the request, and for those of `stick store-response`.
  mutating func rememberServer(_ slot: SlotPointer) {
    let backend = state.backends[Int(slot.value.backend)]
    let rules = backend.rules
    stickCounters.now = kernel.now
    var responses = StickCounters.none
    if !rules.storeResponse.isEmpty {
      fillSamples(
        slot, needsRequest: rules.responseNeedsRequest,
        needsResponse: rules.responseNeedsResponse, direction: .response)
    }
    for rule in rules.storeResponse {
      let table = rule.table.proxy
      guard !stickCounters.stores(into: table, in: responses) else { continue }
      if let condition = rule.condition, condition.evaluate(in: &samples) != .pass { continue }
      guard let value = rule.expression.evaluate(in: &samples).value else { continue }
      stickCounters.store(value, table: table, into: &responses)
    }
    let server = Int(slot.value.server)
    guard backend.proxy.servers[server].isSticky else {
      stickCounters.forget(&slot.value.stores)
      stickCounters.forget(&responses)
      return
    }
    stickCounters.remember(server, among: rules.stickServers, for: &slot.value.stores)
    stickCounters.remember(server, among: rules.stickServers, for: &responses)
  }
}
