import Basics
import ConfigurationLanguage
import KernelIO
import Proxies
import Samples
import Sessions

/// What expressions are answered from, for one session.
extension Worker where K: ~Copyable {
  /// Fills in `samples` for a session.
  ///
  /// - Parameters:
  ///   - needsRequest: whether the bytes of the client are looked at.
  ///   - needsResponse: whether those of the server are.
  ///   - direction: the side that rules are about.
  mutating func fillSamples(
    _ slot: SlotPointer, needsRequest: Bool = false, needsResponse: Bool = false,
    direction: SampleContext.Direction = .request
  ) {
    samples.direction = direction
    samples.isFinal = true
    samples.isInputOpen = false
    samples.source = slot.value.clientAddress
    let needs = state.configuration.sampleNeeds
    samples.destination =
      needs.contains(.destination) ? frontendAddress(slot) : slot.value.frontendAddress
    let rules = slot.value.hasRuleState ? ruleStates[slot.index] : nil
    samples.connectionSource = rules?.connectionSource ?? samples.source
    samples.connectionDestination = rules?.connectionDestination ?? samples.destination
    samples.variables = rules?.variables ?? [:]
    samples.captures = rules?.captures ?? []
    samples.responseCaptures = rules?.responseCaptures ?? []
    samples.lastRule = rules?.lastRule
    samples.uniqueID = rules?.uniqueID
    samples.proxyValues = rules?.proxyValues ?? []
    samples.clientError = slot.value[.client].error
    let serverError = slot.value[.server].error
    samples.serverError =
      serverError != .none || slot.value.connectMilliseconds >= 0 ? serverError : nil
    if needs.contains(.clientTransmission) {
      samples.clientTransmission = transmission(of: .client, slot)
    }
    if needs.contains(.serverTransmission) {
      samples.serverTransmission = transmission(of: .server, slot)
    }
    samples.serverSource = slot.value.backendSourceAddress
    if needs.contains(.serverSource), samples.serverSource == nil,
      slot.value[.server].socket != .none
    {
      samples.serverSource = kernel.localAddress(of: slot.value[.server].socket)
    }
    samples.serverDestination = serverAddress(slot)
    samples.hasReceivedProxyHeader = slot.value.hasReceivedHeader
    samples.acceptDate = slot.value.acceptDate
    samples.now = kernel.wallTime()
    samples.utcOffsetSeconds = logLine.utcOffsetSeconds(at: samples.now)
    samples.frontend = Int(slot.value.frontend)
    samples.listener = Int(slot.value.listener)
    samples.backend = Int(slot.value.backend)
    samples.server = Int(slot.value.server)
    samples.handshakeMilliseconds = slot.value.handshakeMilliseconds
    samples.waitMilliseconds = slot.value.waitMilliseconds
    samples.connectMilliseconds = slot.value.connectMilliseconds
    samples.totalMilliseconds = (kernel.now - slot.value.acceptedAt).wholeMilliseconds
    samples.bytesFromClient = slot.value[from: .client].bytesReceived
    samples.bytesFromServer = slot.value[from: .server].bytesReceived
    samples.bytesToServer =
      samples.bytesFromClient
      - min(samples.bytesFromClient, UInt64(clamping: slot.value[from: .client].bytes))
    samples.bytesToClient =
      samples.bytesFromServer
      - min(samples.bytesFromServer, UInt64(clamping: slot.value[from: .server].bytes))
    samples.retries = slot.value.session.retries
    samples.isRedispatched = slot.value.session.isRedispatched
    samples.serverQueue = slot.value.places.server
    samples.backendQueue = slot.value.places.backend
    let termination = slot.value.session.termination
    samples.termination = (termination.cause.rawValue, termination.phase.rawValue)
    samples.priorityClass = Int64(slot.value.priority.classNumber)
    samples.priorityOffset = Int64(slot.value.priority.offsetMilliseconds)
    samples.sessionNumber = slot.value.sessionNumber
    stickCounters.now = kernel.now
    stickCounters.session = slot.value.tracking
    samples.request.removeAll(keepingCapacity: true)
    samples.response.removeAll(keepingCapacity: true)
    if needsRequest { slot.value[from: .client].copy(to: &samples.request, in: kernel) }
    if needsResponse { slot.value[from: .server].copy(to: &samples.response, in: kernel) }
  }

  private func transmission(of side: SideName, _ slot: SlotPointer) -> TransmissionFacts? {
    let socket = slot.value[side].socket
    return socket == .none ? nil : kernel.transmission(of: socket)
  }

  private func serverAddress(_ slot: SlotPointer) -> SocketAddress? {
    guard slot.value.backend >= 0, slot.value.server >= 0 else { return nil }
    return state.backends[Int(slot.value.backend)].servers[Int(slot.value.server)].address
  }

  // MARK: What is remembered

  /// What rules remember of a session, made when there is nothing yet.
  subscript(rules slot: SlotPointer) -> SessionRuleState {
    get { ruleStates[slot.index] ?? SessionRuleState() }
    set {
      slot.value.hasRuleState = true
      ruleStates[slot.index] = newValue
    }
  }

  /// Puts what the rules changed in `samples` back where it is remembered.
  mutating func keepRuleState(_ slot: SlotPointer) {
    guard
      slot.value.hasRuleState || !samples.variables.isEmpty || !samples.captures.isEmpty
        || !samples.responseCaptures.isEmpty
        || samples.lastRule != nil || samples.uniqueID != nil
    else { return }
    var rules = self[rules: slot]
    rules.variables = samples.variables
    rules.captures = samples.captures
    rules.responseCaptures = samples.responseCaptures
    rules.lastRule = samples.lastRule
    rules.uniqueID = samples.uniqueID
    self[rules: slot] = rules
  }

  /// The server's connection is there: variables of the request end, those of the response begin.
  mutating func responseBegins(_ slot: SlotPointer) {
    guard let old = ruleStates[slot.index], !old.variables.isEmpty else { return }
    ruleStates[slot.index]?.variables = old.variables.filter { $0.key.scope != .request }
  }

  /// Forgets a session.
  mutating func forgetRuleState(_ slot: SlotPointer) {
    guard slot.value.hasRuleState else { return }
    slot.value.hasRuleState = false
    ruleStates[slot.index] = nil
  }
}
