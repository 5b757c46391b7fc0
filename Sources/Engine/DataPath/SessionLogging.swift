import Basics
import ConfigurationLanguage
import KernelIO
import Proxies
import Samples
import Sessions
import Synchronization

/// When a session is logged, and with what.
extension Worker where K: ~Copyable {
  /// Writes the line at accept or connect, when its format needs no more than is known by then.
  mutating func logEarly(_ moment: LogDecision.Moment, _ slot: SlotPointer) {
    let frontend = Int(slot.value.frontend)
    guard !slot.value.isLogged, state.frontends[frontend].settings.isLogging else { return }
    guard state.log.isEarly(moment, frontend: frontend) else { return }
    write(at: moment, slot)
  }

  /// Writes the line at the end, unless it was written before.
  mutating func logEnd(_ slot: SlotPointer) {
    let frontend = Int(slot.value.frontend)
    guard !slot.value.isLogged, state.frontends[frontend].settings.isLogging else { return }
    write(at: .close, slot)
  }

  private mutating func write(at moment: LogDecision.Moment, _ slot: SlotPointer) {
    let frontend = Int(slot.value.frontend)
    let proxy = state.configuration.proxies[frontend]
    // The addresses of both sides, for formats that name them; asked for while the sockets live.
    if state.log.needsAddresses(frontend: frontend) { fetchAddresses(slot) }
    let record = makeRecord(at: moment, slot)
    guard case .write(var level) = LogDecision(at: moment, of: record, in: proxy) else { return }
    slot.value.isLogged = true
    switch slot.value.logLevel {
    case .none: break
    case .silent: return
    case .level(let ruled): level = ruled
    }
    logLine.message.removeAll(keepingCapacity: true)
    switch proxy.sessionLog {
    case .connectLine:
      record.writeConnectLine(state.log.names, into: &logLine.message)
    case .format(let usual):
      let format = record.isAbnormal ? proxy.errorLogFormat ?? usual : usual
      format.write(
        record, state.log.names, samples: logSamples(of: format, in: proxy, slot),
        logsAsSoonAsPossible: proxy.options.contains(.logAsSoonAsPossible),
        into: &logLine.message)
    }
    state.log.send(
      &logLine, level: level, proxy: frontend, at: record.logDate, through: &kernel, worker: index)
  }

  /// The values that a line needs beside the record: of expressions, captures, and the identifier.
  private mutating func logSamples(
    of format: LogFormat, in proxy: ProxyConfiguration, _ slot: SlotPointer
  ) -> LogSamples {
    var values = LogSamples()
    guard
      format.hasExpressions || slot.value.hasRuleState || proxy.uniqueIDFormat != nil
        || !proxy.requestCaptures.isEmpty || !proxy.responseCaptures.isEmpty
    else { return values }
    fillSamples(
      slot, needsRequest: format.needsRequest, needsResponse: format.needsResponse,
      direction: slot.value.session.phase == .inspecting ? .request : .response)
    if let format = proxy.uniqueIDFormat { makeUniqueID(format, slot) }
    for expression in format.expressions {
      values.values.append(expression.evaluate(in: &samples).value)
    }
    values.uniqueID = samples.uniqueID
    values.captures = proxy.requestCaptures.indices.map {
      $0 < samples.captures.count ? samples.captures[$0] : nil
    }
    values.responseCaptures = proxy.responseCaptures.indices.map {
      $0 < samples.responseCaptures.count ? samples.responseCaptures[$0] : nil
    }
    return values
  }

  /// Gives the session its identifier, unless it has one.
  mutating func makeUniqueID(_ format: LogFormat, _ slot: SlotPointer) {
    guard samples.uniqueID == nil else { return }
    var values = LogSamples()
    for expression in format.expressions {
      values.values.append(expression.evaluate(in: &samples).value)
    }
    var bytes: [UInt8] = []
    format.write(
      makeRecord(at: .close, slot), state.log.names, samples: values,
      logsAsSoonAsPossible: false, into: &bytes)
    samples.uniqueID = bytes
    self[rules: slot].uniqueID = bytes
  }

  private mutating func fetchAddresses(_ slot: SlotPointer) {
    _ = frontendAddress(slot)
    if slot.value.backendSourceAddress == nil, slot.value[.server].socket != .none {
      slot.value.backendSourceAddress = kernel.localAddress(of: slot.value[.server].socket)
    }
  }

  mutating func makeRecord(at moment: LogDecision.Moment, _ slot: SlotPointer)
    -> SessionRecord
  {
    var record = SessionRecord()
    record.acceptDate = slot.value.acceptDate
    record.logDate = kernel.wallTime()
    record.utcOffsetSeconds = logLine.utcOffsetSeconds(at: record.logDate)
    record.clientAddress = slot.value.clientAddress
    record.frontendAddress = slot.value.frontendAddress
    record.backendSourceAddress = slot.value.backendSourceAddress
    record.frontend = Int(slot.value.frontend)
    record.listener = Int(slot.value.listener)
    record.backend = Int(slot.value.backend)
    record.server = Int(slot.value.server)
    if record.backend >= 0, record.server >= 0 {
      record.serverAddress = state.backends[record.backend].servers[record.server].address
    }
    record.handshakeMilliseconds = slot.value.handshakeMilliseconds
    record.waitMilliseconds = slot.value.waitMilliseconds
    record.connectMilliseconds = slot.value.connectMilliseconds
    record.totalMilliseconds = (kernel.now - slot.value.acceptedAt).wholeMilliseconds
    record.bytesToClient = slot.value[from: .server].bytesReceived
    record.bytesToServer = slot.value[from: .client].bytesReceived
    record.termination = slot.value.session.termination
    record.processConnections = state.sessionCount
    record.frontendConnections = state.frontends[record.frontend].current
    if record.backend >= 0 {
      let counts = state.backends[record.backend].sessionCounts(server: record.server)
      record.backendConnections = counts.backend
      record.serverConnections = counts.server
    }
    record.retries = slot.value.session.retries
    record.isRedispatched = slot.value.session.isRedispatched
    record.serverQueue = slot.value.places.server
    record.backendQueue = slot.value.places.backend
    record.sessionNumber = slot.value.sessionNumber
    record.isEarly = moment != .close
    return record
  }

  /// Writes the line of a client that was turned away before its session began.
  mutating func logSessionError(_ error: ConnectionError, _ slot: SlotPointer) {
    slot.value.isLogged = true
    let frontend = Int(slot.value.frontend)
    guard state.frontends[frontend].settings.isLogging else { return }
    let proxy = state.configuration.proxies[frontend]
    guard case .write(let level) = LogDecision(ofSessionError: error, in: proxy) else { return }
    let record = makeRecord(at: .close, slot)
    logLine.message.removeAll(keepingCapacity: true)
    if let format = proxy.errorLogFormat {
      format.write(
        record, state.log.names, samples: logSamples(of: format, in: proxy, slot),
        logsAsSoonAsPossible: false, into: &logLine.message)
    } else {
      record.writeSessionError(error, state.log.names, into: &logLine.message)
    }
    state.log.send(
      &logLine, level: level, proxy: frontend, at: record.logDate, through: &kernel, worker: index)
  }
}
