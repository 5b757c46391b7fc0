import Basics
import ConfigurationLanguage
import KernelIO
import Proxies
import Samples
import Sessions

/// Headers in front of what a client sends: the PROXY protocol and a NetScaler's; and the PROXY header
/// for a server.
extension Worker where K: ~Copyable {
  /// What has come of a header.
  private enum Reading {
    case needMore
    case complete(ProxyHeader.Addresses?, consumed: Int)
    case invalid(ConnectionError)
  }

  /// Looks at what has come of the headers; begins the session when they are complete.
  mutating func readHeader(_ slot: SlotPointer) {
    while slot.value.isReadingHeader, !slot.value[from: .client].isEmpty {
      let isProxy = slot.value.expectedHeaders.contains(.proxy)
      switch isProxy ? parseProxyHeader(slot) : parseClientAddress(slot) {
      case .needMore:
        // No more of it fits, as in a buffer of HAProxy.
        if slot.value[from: .client].bytes >= limits.connectingBytesMax {
          refuseHeader(isProxy ? .proxyTruncated : .clientAddressTruncated, slot)
        }
        return
      case .invalid(let error):
        refuseHeader(error, slot)
        return
      case .complete(let addresses, let consumed):
        slot.value.expectedHeaders.remove(isProxy ? .proxy : .clientAddress)
        if isProxy { slot.value.hasReceivedHeader = true }
        if isProxy, state.configuration.sampleNeeds.contains(.proxyValues) {
          keepProxyValues(of: consumed, slot)
        }
        slot.value[from: .client].consumeHeader(consumed, in: &kernel)
        if let addresses {
          slot.value.clientAddress = addresses.source
          slot.value.frontendAddress = addresses.destination
        }
      }
    }
    guard !slot.value.isReadingHeader else { return }
    slot.value.handshakeMilliseconds = (kernel.now - slot.value.acceptedAt).wholeMilliseconds
    // The receive in flight still has the time of the header.
    cancel(.receiveClient, slot)
    beginSession(slot)
  }

  private mutating func parseProxyHeader(_ slot: SlotPointer) -> Reading {
    switch ProxyHeader.parse(unsafe Span(_unsafeElements: headerBytes(slot))) {
    case .needMore: .needMore
    case .header(let header, let consumed): .complete(header.addresses, consumed: consumed)
    case .invalid(let failure): .invalid(failure.error)
    }
  }

  private mutating func parseClientAddress(_ slot: SlotPointer) -> Reading {
    let listener = state.frontends[Int(slot.value.frontend)].listeners[Int(slot.value.listener)]
    let bytes = unsafe headerBytes(slot)
    let parse = ClientAddressHeader.parse(
      unsafe Span(_unsafeElements: bytes), magic: listener.clientAddressMagic ?? 0)
    return switch parse {
    case .needMore: .needMore
    case .header(let addresses, let consumed): .complete(addresses, consumed: consumed)
    case .invalid(let error): .invalid(error)
    }
  }

  /// Everything that the client has sent and nobody has read.
  private mutating func headerBytes(_ slot: SlotPointer) -> UnsafeBufferPointer<UInt8> {
    // Small pieces are put together as they arrive; whatever did not fit is now.
    if slot.value[from: .client].pieceCount > 1 { slot.value[from: .client].spill(in: &kernel) }
    let piece = slot.value[from: .client][0]
    return unsafe UnsafeBufferPointer(
      start: slot.value[from: .client].memory(of: piece, in: kernel), count: piece.count)
  }

  /// Remembers the additional values of the header that the client's bytes begin with.
  private mutating func keepProxyValues(of consumed: Int, _ slot: SlotPointer) {
    let piece = slot.value[from: .client][0]
    let bytes = unsafe UnsafeBufferPointer(
      start: slot.value[from: .client].memory(of: piece, in: kernel), count: piece.count)
    let range = ProxyHeader.values(
      in: unsafe Span(_unsafeElements: bytes), consumed: consumed)
    guard let range else { return }
    self[rules: slot].proxyValues = unsafe [UInt8](bytes[range])
  }

  /// The client left, or its time is over, before its headers were complete.
  mutating func headerEnded(_ failure: ProxyHeader.Failure, _ slot: SlotPointer) {
    let isPartial = !slot.value[from: .client].isEmpty
    let failure = failure == .closed && isPartial ? .truncated : failure
    guard !slot.value.expectedHeaders.contains(.proxy) else {
      refuseHeader(failure.error, slot)
      return
    }
    switch failure {
    case .closed: refuseHeader(.clientAddressEmpty, slot)
    case .aborted: refuseHeader(.clientAddressAborted, slot)
    case .timeout: refuseHeader(.clientAddressTimeout, slot)
    case .truncated, .notHeader, .invalidHeader, .unknownProtocol:
      refuseHeader(.clientAddressTruncated, slot)
    }
  }

  /// Turns a client away whose header was wrong, or did not come. A wrong one is answered with a
  /// reset, since bytes of the client stay unread; a missing one with a FIN.
  mutating func refuseHeader(_ error: ConnectionError, _ slot: SlotPointer) {
    guard slot.value.session.phase != .closed else { return }
    slot.value[.client].error = error
    logSessionError(error, slot)
    let isMissing: Bool =
      switch error {
      case .proxyEmpty, .proxyAborted, .proxyTimeout, .clientAddressEmpty, .clientAddressAborted,
        .clientAddressTimeout:
        true
      default: false
      }
    perform(slot.value.session.refused(withReset: !isMissing).union(.dropRequest), slot)
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
