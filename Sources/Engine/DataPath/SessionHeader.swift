import Basics
import ConfigurationLanguage
import KernelIO
import Proxies
import Samples
import Sessions

/// The PROXY protocol: reading a client's header, and writing one for a server.
extension Worker where K: ~Copyable {
  /// Looks at what has come of the header; begins the session when it is complete.
  mutating func readHeader(_ slot: SlotPointer) {
    switch parseHeader(slot) {
    case .needMore:
      return
    case .invalid(let failure):
      refuseHeader(failure, slot)
    case .header(let header, let consumed):
      slot.value.isReadingHeader = false
      slot.value.hasReceivedHeader = true
      slot.value.handshakeMilliseconds = (kernel.now - slot.value.acceptedAt).wholeMilliseconds
      slot.value[from: .client].consume(consumed, in: &kernel)
      if let addresses = header.addresses {
        slot.value.clientAddress = addresses.source
        slot.value.frontendAddress = addresses.destination
      }
      // The receive in flight still has the time of the header.
      cancel(.receiveClient, slot)
      beginSession(slot)
    }
  }

  private mutating func parseHeader(_ slot: SlotPointer) -> ProxyHeader.Parse {
    // Small pieces are put together as they arrive; whatever did not fit is now.
    if slot.value[from: .client].pieceCount > 1 { slot.value[from: .client].spill(in: &kernel) }
    let piece = slot.value[from: .client][0]
    let bytes = unsafe UnsafeBufferPointer(
      start: slot.value[from: .client].memory(of: piece, in: kernel), count: piece.count)
    return ProxyHeader.parse(unsafe Span(_unsafeElements: bytes))
  }

  /// The client left, or its time is over, before the header was complete.
  mutating func headerEnded(_ failure: ProxyHeader.Failure, _ slot: SlotPointer) {
    let isPartial = !slot.value[from: .client].isEmpty
    refuseHeader(failure == .closed && isPartial ? .truncated : failure, slot)
  }

  /// Turns a client away whose header was wrong, or did not come. A wrong one is answered with a
  /// reset, since bytes of the client stay unread; a missing one with a FIN.
  mutating func refuseHeader(_ failure: ProxyHeader.Failure, _ slot: SlotPointer) {
    guard slot.value.session.phase != .closed else { return }
    logSessionError(failure, slot)
    let withReset: Bool
    switch failure {
    case .closed, .aborted, .timeout: withReset = false
    case .truncated, .notHeader, .invalidHeader, .unknownProtocol: withReset = true
    }
    perform(slot.value.session.refused(withReset: withReset).union(.dropRequest), slot)
  }

  /// The header that a server is sent before the client's first byte.
  mutating func proxyHeader(
    _ version: ProxyProtocolVersion, _ configuration: ProxyHeaderConfiguration,
    _ slot: SlotPointer
  ) -> [UInt8] {
    var header = ProxyHeader()
    if let source = slot.value.clientAddress, let destination = frontendAddress(slot) {
      header.addresses = ProxyHeader.Addresses(source: source, destination: destination)
    }
    var bytes: [UInt8] = []
    switch version {
    case .v1: header.writeVersionOne(into: &bytes)
    case .v2: header.writeVersionTwo(into: &bytes, headerValues(configuration, slot))
    }
    return bytes
  }

  /// What the server is told besides addresses.
  private mutating func headerValues(
    _ configuration: ProxyHeaderConfiguration, _ slot: SlotPointer
  ) -> ProxyHeader.Values {
    var values = ProxyHeader.Values()
    guard !configuration.isEmpty else { return values }
    values.hasChecksum = configuration.hasChecksum
    fillSamples(slot, needsRequest: configuration.values.contains { $0.format.needsRequest })
    for value in configuration.values {
      values.first.append((value.type, text(of: value.format, slot)))
    }
    if configuration.hasUniqueID {
      if let format = state.configuration.proxies[Int(slot.value.frontend)].uniqueIDFormat {
        makeUniqueID(format, slot)
      }
      values.uniqueID = samples.uniqueID ?? []
    }
    keepRuleState(slot)
    return values
  }
}
