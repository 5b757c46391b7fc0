import Balancing
import Basics
import ConfigurationLanguage
import KernelIO
import Proxies
import Samples
import Sessions

/// Which rules look at what a side sends.
enum Inspection: UInt8 {
  case none
  /// `tcp-request content` of the frontend.
  case frontend
  /// `tcp-request content` of the backend.
  case backend
  /// `tcp-response content`.
  case response

  /// Whether what comes from a side is looked at.
  @inline(__always)
  func looks(at side: SideName) -> Bool {
    switch self {
    case .none: false
    case .frontend, .backend: side == .client
    case .response: side == .server
    }
  }

  /// Whether nothing may go to a side yet.
  @inline(__always)
  func holds(for side: SideName) -> Bool { self == .response && side == .client }
}

/// What `set-log-level` says.
enum RuledLogLevel: Equatable {
  case none
  case silent
  case level(LogLevel)
}

/// What rules remember of one session; kept only for sessions that have something to remember.
struct SessionRuleState {
  var variables: [VariableName: SampleValue] = [:]
  var captures: [[UInt8]?] = []
  var responseCaptures: [[UInt8]?] = []
  /// Those of the connection, when a rule gave the session others.
  var connectionSource: SocketAddress?
  var connectionDestination: SocketAddress?
  var lastRule: RulePlace?
  var uniqueID: [UInt8]?
  /// The additional values of the PROXY header, kept only when an expression needs them.
  var proxyValues: [UInt8] = []
  /// Options of the coming connection to the server.
  var serverMark: UInt32?
  var serverTypeOfService: UInt8?
}

/// What a list of rules comes to.
enum RuleOutcome {
  /// Nothing speaks against going on.
  case pass
  /// Bytes are missing to tell.
  case wait
  case reject
  case drop(timeToLive: UInt8?)
  case close
}

/// Rules: when they are evaluated, and what follows. HAProxy manual, sections 4.2, `tcp-request`, and
/// following.
///
/// | list | when | a miss means | reject means |
/// |---|---|---|---|
/// | connection | a connection was accepted | no | a reset, no line |
/// | session | its addresses are known | no | a FIN, no line |
/// | content | at once, after bytes, a FIN, `inspect-delay` | wait | a FIN, `PR` |
/// | response | the server is connected, then the same | wait | a reset for the server, `PD` |
extension Worker where K: ~Copyable {
  // MARK: Connections and sessions

  /// Evaluates `tcp-request connection`.
  ///
  /// - Returns: false when the connection is closed.
  mutating func runConnectionRules(_ slot: SlotPointer, _ expected: inout ExpectedHeaders) -> Bool {
    fillSamples(slot)
    let rules = state.frontends[Int(slot.value.frontend)].rules.connection
    let outcome = run(rules, from: 0, .connection, slot, &expected)
    keepRuleState(slot)
    return admit(outcome, withReset: true, slot)
  }

  /// Evaluates `tcp-request session`.
  ///
  /// - Returns: false when the connection is closed.
  mutating func runSessionRules(_ slot: SlotPointer) -> Bool {
    fillSamples(slot)
    var ignored: ExpectedHeaders = []
    let rules = state.frontends[Int(slot.value.frontend)].rules.session
    let outcome = run(rules, from: 0, .session, slot, &ignored)
    keepRuleState(slot)
    return admit(outcome, withReset: false, slot)
  }

  private mutating func admit(
    _ outcome: RuleOutcome, withReset: Bool, _ slot: SlotPointer
  ) -> Bool {
    switch outcome {
    case .pass, .wait, .close: return true
    case .reject:
      slot.value.isLogged = true
      perform(slot.value.session.refused(withReset: withReset).union(.dropRequest), slot)
    case .drop(let timeToLive):
      slot.value.isLogged = true
      prepareDrop(timeToLive, slot)
      perform(slot.value.session.refused(withReset: true).union(.dropRequest), slot)
    }
    return false
  }

  /// Makes the client's socket leave without a word when it is closed: in repair mode nothing is sent;
  /// where that is not permitted, a reset that does not get far.
  private mutating func prepareDrop(_ timeToLive: UInt8?, _ slot: SlotPointer) {
    let socket = slot.value[.client].socket
    if timeToLive == nil, kernel.set(.repair, on: socket) == nil { return }
    let family = kernel.localAddress(of: socket)?.ip.family ?? .v4
    kernel.set(.timeToLive(family, timeToLive ?? 1), on: socket)
  }

  // MARK: Contents of requests

  /// The session's addresses are known: rules decide where it goes, and may wait for what it sends.
  mutating func beginInspection(_ slot: SlotPointer) {
    if state.hasRules { state.frontends[Int(slot.value.frontend)].countRate(now: kernel.now) }
    if let format = state.configuration.proxies[Int(slot.value.frontend)].uniqueIDFormat {
      fillSamples(slot)
      makeUniqueID(format, slot)
    }
    slot.value.inspection = .frontend
    perform(slot.value.session.inspecting(), slot)
    inspect(slot)
  }

  /// Evaluates the rules that look at the session at present, and goes on as far as they let it.
  ///
  /// - Parameter isFinal: whether nothing more will come, so that the rules have to decide.
  mutating func inspect(_ slot: SlotPointer, isFinal: Bool = false) {
    switch slot.value.inspection {
    case .none: break
    case .response: inspectResponse(slot, isFinal: isFinal)
    case .frontend:
      let rules = state.frontends[Int(slot.value.frontend)].rules
      guard
        inspect(
          slot, rules.content, from: 0, needsRequest: rules.needsRequest, isFinal: isFinal)
      else { return }
      let backend = chooseBackend(slot)
      slot.value.backend = Int32(backend)
      if backend >= 0, backend != Int(slot.value.frontend) {
        slot.value.inspection = .backend
        inspect(slot, isFinal: isFinal)
      } else {
        endInspection(slot)
      }
    case .backend:
      let backend = state.backends[Int(slot.value.backend)]
      let frontend = state.configuration.proxies[Int(slot.value.frontend)]
      // What comes from the same defaults was evaluated for the frontend already.
      let isShared =
        backend.proxy.rulesOrigin != nil && backend.proxy.rulesOrigin == frontend.rulesOrigin
      let start = isShared ? backend.rules.content.inheritedCount : 0
      guard
        inspect(
          slot, backend.rules.content, from: start, needsRequest: backend.rules.needsRequest,
          isFinal: isFinal)
      else { return }
      endInspection(slot)
    }
  }

  /// Evaluates one list of `tcp-request content`.
  ///
  /// - Returns: whether the session goes on to what comes next.
  private mutating func inspect(
    _ slot: SlotPointer, _ rules: TCPRules, from start: Int, needsRequest: Bool, isFinal: Bool
  ) -> Bool {
    guard rules.rules.count > start else {
      fillSamples(slot, needsRequest: needsRequest)
      return true
    }
    let held = slot.value[from: .client].bytes
    fillSamples(slot, needsRequest: needsRequest)
    samples.isInputOpen = slot.value.session.client.reading == .open
    samples.isFinal =
      isFinal || rules.inspectDelay == nil || kernel.now >= slot.value.inspectDeadline
      || !samples.isInputOpen || held >= limits.inspectedBytesMax
    var ignored: ExpectedHeaders = []
    let outcome = run(rules.rules, from: start, .content, slot, &ignored)
    keepRuleState(slot)
    switch outcome {
    case .wait:
      awaitInspection(rules.inspectDelay, .client, slot)
      return false
    case .pass, .close:
      // Rules of the backend have a delay of their own.
      slot.value.inspectDeadline = .distantFuture
      cancel(.queueTimer, slot)
      return true
    case .reject:
      stopInspection(slot)
      perform(slot.value.session.rejected(), slot)
    case .drop(let timeToLive):
      stopInspection(slot)
      prepareDrop(timeToLive, slot)
      perform(slot.value.session.dropped(), slot)
    }
    return false
  }

  /// Waits for more bytes of a side, until the delay is over.
  private mutating func awaitInspection(
    _ delay: Duration?, _ side: SideName, _ slot: SlotPointer
  ) {
    if slot.value.inspectDeadline == .distantFuture, let delay {
      slot.value.inspectDeadline = kernel.now + delay
    }
    arm(.queueTimer, at: slot.value.inspectDeadline, slot)
    armReceive(side, slot)
  }

  private mutating func stopInspection(_ slot: SlotPointer) {
    slot.value.inspection = .none
    slot.value.inspectDeadline = .distantFuture
    cancel(.queueTimer, slot)
  }

  /// The time of an inspection is over, or its timer was for an earlier one.
  mutating func inspectTimerElapsed(_ completion: Completion, _ slot: SlotPointer) {
    guard slot.value.inspection != .none, slot.value.session.phase != .closed else {
      settleClosing(slot)
      return
    }
    if kernel.now >= slot.value.inspectDeadline {
      inspect(slot)
    } else if slot.value.inspectDeadline != .distantFuture {
      arm(.queueTimer, at: slot.value.inspectDeadline, slot)
    }
  }

  /// A side that is looked at sent its FIN: the rules decide with what there is, then the session
  /// learns of it.
  mutating func inspectionEnded(_ side: SideName, _ slot: SlotPointer) {
    if side == .client {
      _ = slot.value.session.ended(.client, holding: slot.value.held, isEarly: true)
      inspect(slot, isFinal: true)
      return
    }
    inspect(slot, isFinal: true)
    guard slot.value.isInUse, slot.value.session.phase != .closed else { return }
    sideEnded(side, slot)
  }

  // MARK: Where to

  /// The backend that `use_backend` and `default_backend` lead to; -1 for none.
  private mutating func chooseBackend(_ slot: SlotPointer) -> Int {
    let frontend = state.frontends[Int(slot.value.frontend)]
    if frontend.backend >= 0 { return frontend.backend }
    samples.isFinal = true
    for rule in frontend.rules.switching {
      if let condition = rule.condition, condition.evaluate(in: &samples) != .pass { continue }
      switch rule.target {
      case .backend(let index): return index
      case .named(let format):
        let name = text(of: format, slot)
        if let index = state.sampleSources.proxy(
          named: String(decoding: name, as: UTF8.self), isFrontend: false)
        {
          return index
        }
        return frontend.defaultBackend
      }
    }
    return frontend.defaultBackend
  }

  /// The rules let the session go on: it asks its backend for a server.
  private mutating func endInspection(_ slot: SlotPointer) {
    stopInspection(slot)
    if slot.value.backend >= 0 {
      let backend = state.backends[Int(slot.value.backend)]
      let options = backend.proxy.options
      slot.value.session.switched(
        abortsOnClose: options.contains(.abortOnClose),
        serverLingers: !options.contains(.noLinger))
      if backend.rules.choosesServer {
        fillSamples(slot, needsRequest: backend.rules.needsRequest)
      }
      slot.value.forcesServer = options.contains(.persist)
      for rule in backend.rules.persist where rule.condition.evaluate(in: &samples) == .pass {
        if rule.forces { slot.value.forcesServer = true }
        break
      }
      chooseServerByRule(backend, slot)
      if slot.value.ruledServer < 0 { chooseServerByCookie(backend, slot) }
      if !backend.rules.stick.isEmpty { applyStickRules(backend, slot) }
      keepRuleState(slot)
    }
    perform(slot.value.session.accepted(), slot)
    guard slot.value.isInUse, slot.value.session.phase != .closed else { return }
    armReceive(.client, slot)
  }

  private mutating func chooseServerByRule(_ backend: BackendState, _ slot: SlotPointer) {
    for rule in backend.rules.server where rule.condition.evaluate(in: &samples) == .pass {
      let server: Int
      switch rule.target {
      case .server(let index): server = index
      case .named(let format):
        let name = String(decoding: text(of: format, slot), as: UTF8.self)
        guard let index = state.sampleSources.server(named: name, in: Int(slot.value.backend))
        else { return }
        server = index
      }
      guard mayUse(server, of: backend, slot) else { continue }
      slot.value.ruledServer = Int32(server)
      return
    }
  }

  /// `persist rdp-cookie`: the server whose address the client's cookie has.
  private mutating func chooseServerByCookie(_ backend: BackendState, _ slot: SlotPointer) {
    guard let expression = backend.rules.persistCookie,
      let cookie = expression.evaluate(in: &samples).value,
      let address = RemoteDesktopRoute.address(of: cookie.bytes.span)
    else { return }
    let isForced = slot.value.forcesServer
    let server = backend.with(absent: nil) { running in
      backend.servers.indices.first { index in
        backend.servers[index].address == address
          && (isForced || running.servers[index].operation != .stopped)
      }
    }
    if let server { slot.value.ruledServer = Int32(server) }
  }

  /// The hash of what `balance hash` or `balance rdp-cookie` looks at; nil when there is no such key.
  mutating func balanceHash(_ backend: BackendState, _ slot: SlotPointer) -> UInt32? {
    guard let expression = backend.rules.balanceKey, let keyHash = backend.keyHash else {
      return nil
    }
    let isCookie = if case .rdpCookie = backend.proxy.balance { true } else { false }
    // For an expression the client's bytes are on their way already, as in HAProxy.
    fillSamples(slot, needsRequest: isCookie)
    defer { keepRuleState(slot) }
    guard let value = expression.evaluate(in: &samples).value,
      let key = value.cast(to: keyHash.function == nil ? .string : .binary)
    else { return nil }
    let bytes = key.bytes
    // A cookie without a value is none.
    if isCookie, bytes.isEmpty { return nil }
    return keyHash.hash(bytes.span)
  }

  /// What a format gives: a name.
  mutating func text(of format: LogFormat, _ slot: SlotPointer) -> [UInt8] {
    var values = LogSamples()
    for expression in format.expressions {
      values.values.append(expression.evaluate(in: &samples).value)
    }
    var bytes: [UInt8] = []
    format.write(
      makeRecord(at: .close, slot), state.log.names, samples: values, logsAsSoonAsPossible: false,
      into: &bytes)
    return bytes
  }

  // MARK: Contents of responses

  /// The server is connected: rules look at what it sends before the client gets it.
  mutating func beginResponseInspection(_ slot: SlotPointer) {
    slot.value.inspection = .response
    slot.value.inspectDeadline = .distantFuture
    slot.value[from: .server].maySplice = false
    inspectResponse(slot, isFinal: false)
  }

  private mutating func inspectResponse(_ slot: SlotPointer, isFinal: Bool) {
    let backend = state.backends[Int(slot.value.backend)]
    let rules = backend.rules.response
    fillSamples(
      slot, needsRequest: backend.rules.responseNeedsRequest,
      needsResponse: backend.rules.responseNeedsResponse, direction: .response)
    samples.isInputOpen = slot.value.session.server.reading == .open
    samples.isFinal =
      isFinal || rules.inspectDelay == nil || kernel.now >= slot.value.inspectDeadline
      || !samples.isInputOpen || slot.value[from: .server].bytes >= limits.inspectedBytesMax
    var ignored: ExpectedHeaders = []
    let outcome = run(rules.rules, from: 0, .response, slot, &ignored)
    keepRuleState(slot)
    switch outcome {
    case .wait: awaitInspection(rules.inspectDelay, .server, slot)
    case .pass:
      stopInspection(slot)
      if backend.rules.remembersServers { rememberServer(slot) }
      let splicing = state.frontends[Int(slot.value.frontend)].settings.splicing
        .combined(with: backend.settings.splicing)
      slot.value[from: .server].maySplice = splicing.permits(.server)
      send(to: .client, slot)
    case .close:
      stopInspection(slot)
      if backend.rules.remembersServers { rememberServer(slot) }
      perform(slot.value.session.serverDismissed(holding: slot.value.held), slot)
      if slot.value.isInUse { send(to: .client, slot) }
    case .reject, .drop:
      stopInspection(slot)
      if case .drop(let timeToLive) = outcome { prepareDrop(timeToLive, slot) }
      perform(slot.value.session.responseRejected(), slot)
    }
  }
}
