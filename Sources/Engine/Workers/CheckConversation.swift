import Basics
import ConfigurationLanguage
import HealthChecks
import KernelIO
import Proxies
import Samples
import Sessions

/// What health checks say and hear: the requests that a `CheckRun` demands, one connection at a
/// time.
extension Worker where K: ~Copyable {
  /// Starts what the run of a check wants next.
  mutating func satisfy(_ demand: CheckRun.Demand, _ check: Int) {
    switch demand {
    case .connect(let connect):
      guard checks[check].socket == .none else {
        checks[check].next = connect
        checks[check].phase = .settling
        cancelRequests(of: check)
        settle(check)
        return
      }
      self.connect(check, connect)
    case .send:
      checks[check].load(checks[check].run?.output ?? [])
      sendRest(check)
    case .receive: receiveReply(check)
    case .end(let outcome): finish(check: check, outcome)
    case .agent(let reply): finish(check: check, reply)
    }
  }

  /// Goes on once the kernel has let go of the connection.
  private mutating func settle(_ check: Int) {
    guard checks[check].phase == .settling, checks[check].inFlight.isEmpty else { return }
    guard let next = checks[check].next else {
      release(check: check)
      return
    }
    checks[check].next = nil
    checks[check].unload()
    closeCheckSocket(check)
    connect(check, next)
  }

  mutating func closeCheckSocket(_ check: Int) {
    guard checks[check].socket != .none else { return }
    let plan = checks[check].plan
    kernel.close(
      checks[check].socket, withReset: !checks[check].closesGently,
      givingBack: &checks[check].sourcePort,
      to: state.backends[plan.backend].servers[plan.server].source)
    checks[check].socket = .none
  }

  mutating func cancelRequests(of check: Int) {
    let inFlight = checks[check].inFlight
    if inFlight.contains(.connect) { kernel.cancel(checkToken(.checkConnect, check)) }
    if inFlight.contains(.receive) { kernel.cancel(checkToken(.checkReceive, check)) }
    if inFlight.contains(.writable) { kernel.cancel(checkToken(.checkWritable, check)) }
  }

  private func timeLeft(_ check: Int) -> Duration {
    max(checks[check].deadline - kernel.now, .nanoseconds(1))
  }

  private mutating func fail(_ check: Int, _ error: Errno) {
    guard let run = checks[check].run else { stop("a check that fails was under way") }
    finish(
      check: check, run.failed(errorName: error.name, errorSentence: error.sentence))
  }

  private mutating func timeOut(_ check: Int) {
    guard let run = checks[check].run else { stop("a check that is late was under way") }
    finish(check: check, run.timedOut())
  }

  // MARK: Connecting

  private mutating func connect(_ check: Int, _ connect: CheckProgram.Connect) {
    let plan = checks[check].plan
    checks[check].deadline = kernel.now + plan.limits.connect
    checks[check].closesGently = connect.lingers
    guard let endpoint = plan.endpoint(of: connect) else {
      finish(check: check, CheckOutcome(.socketError))
      return
    }
    switch kernel.makeSocket(for: endpoint) {
    case .failure(let error):
      finish(
        check: check,
        CheckOutcome(.socketError, info: "General socket error (\(error.sentence))"))
    case .success(let socket):
      if endpoint.kind == .internet {
        kernel.set(.noDelay, on: socket)
        // The acknowledgement of the handshake then travels with what follows.
        if checks[check].run?.followsUpAtOnce == true {
          kernel.set(.quickAcknowledge(false), on: socket)
        }
      }
      let server = state.backends[plan.backend].servers[plan.server]
      if let milliseconds = server.userTimeoutMilliseconds, endpoint.kind == .internet {
        kernel.set(.userTimeout(milliseconds: milliseconds), on: socket)
      }
      if endpoint.kind == .internet, let source = server.source {
        switch kernel.bind(socket, to: source, for: .check) {
        case .success(let port): checks[check].sourcePort = port
        case .failure(let error):
          kernel.close(socket)
          finish(
            check: check,
            CheckOutcome(.socketError, info: "General socket error (\(error.sentence))"))
          return
        }
      }
      checks[check].socket = socket
      checks[check].connect = connect
      checks[check].phase = .connecting
      checks[check].inFlight.insert(.connect)
      kernel.connect(
        socket, to: endpoint, timeout: plan.limits.connect,
        token: checkToken(.checkConnect, check))
    }
  }

  mutating func checkConnected(_ check: Int, _ completion: Completion) {
    guard checks[check].phase == .connecting else {
      settle(check)
      return
    }
    if let error = completion.error {
      switch error {
      case .cancelled, .timedOut: timeOut(check)
      default: fail(check, error)
      }
      return
    }
    if let exchange = checks[check].plan.limits.exchange {
      checks[check].deadline = kernel.now + exchange
    }
    if let version = checks[check].plan.proxyHeader(of: checks[check].connect) {
      checks[check].phase = .sendingHeader
      checks[check].load(header(of: check, version))
      sendRest(check)
    } else {
      converse(check)
    }
  }

  /// A check speaks for itself: version 1 names its own connection, version 2 says LOCAL.
  private mutating func header(of check: Int, _ version: ProxyProtocolVersion) -> [UInt8] {
    var header = ProxyHeader()
    var bytes: [UInt8] = []
    switch version {
    case .v1:
      if let source = kernel.localAddress(of: checks[check].socket),
        let destination = kernel.peerAddress(of: checks[check].socket)
      {
        header.addresses = ProxyHeader.Addresses(source: source, destination: destination)
      }
      header.writeVersionOne(into: &bytes)
    case .v2: header.writeVersionTwo(into: &bytes, headerValues(of: check))
    }
    return bytes
  }

  /// What the server is told besides: there is no session whose identifier could be.
  private mutating func headerValues(of check: Int) -> ProxyHeader.Values {
    var values = ProxyHeader.Values()
    let plan = checks[check].plan
    let configuration = state.backends[plan.backend].servers[plan.server].proxyHeader
    values.hasChecksum = configuration.hasChecksum
    guard !configuration.values.isEmpty else { return values }
    var samples = samples(of: plan)
    for value in configuration.values {
      values.first.append((value.type, value.format.text(in: &samples) ?? []))
    }
    return values
  }

  private mutating func converse(_ check: Int) {
    checks[check].phase = .talking
    guard let demand = checks[check].run?.connected() else { stop("a check that talks has a run") }
    satisfy(demand, check)
  }

  // MARK: Sending

  private mutating func sendRest(_ check: Int) {
    let rest = unsafe UnsafeBufferPointer(
      rebasing: checks[check].outgoing[checks[check].outgoingSent...])
    guard let base = rest.baseAddress, !rest.isEmpty else {
      stop("a check sends at least one byte")
    }
    unsafe pieces[0] = SendPiece(base: base, count: rest.count)
    checks[check].inFlight.insert(.send)
    unsafe kernel.send(
      on: checks[check].socket, pieces: UnsafeBufferPointer(start: pieces, count: 1),
      token: checkToken(.checkSend, check))
  }

  mutating func checkSent(_ check: Int, _ completion: Completion) {
    guard checks[check].phase == .talking || checks[check].phase == .sendingHeader else {
      settle(check)
      return
    }
    if let error = completion.error {
      guard error == .wouldBlock else {
        fail(check, error)
        return
      }
      checks[check].inFlight.insert(.writable)
      kernel.poll(
        checks[check].socket, for: .writable, multishot: false, timeout: timeLeft(check),
        token: checkToken(.checkWritable, check))
      return
    }
    checks[check].outgoingSent += Int(completion.result)
    if unsafe checks[check].outgoingSent < checks[check].outgoing.count {
      sendRest(check)
      return
    }
    checks[check].unload()
    if checks[check].phase == .sendingHeader {
      converse(check)
    } else if let demand = checks[check].run?.sent() {
      satisfy(demand, check)
    }
  }

  mutating func checkIsWritable(_ check: Int, _ completion: Completion) {
    guard checks[check].phase == .talking || checks[check].phase == .sendingHeader else {
      settle(check)
      return
    }
    if completion.error == .cancelled { timeOut(check) } else { sendRest(check) }
  }

  // MARK: Receiving

  private mutating func receiveReply(_ check: Int) {
    guard !checks[check].inFlight.contains(.receive) else { return }
    guard kernel.now < checks[check].deadline else {
      timeOut(check)
      return
    }
    checks[check].inFlight.insert(.receive)
    kernel.receive(
      on: checks[check].socket, bytesMax: max(checks[check].run?.roomForInput ?? 1, 1),
      timeout: timeLeft(check), token: checkToken(.checkReceive, check))
  }

  /// Buffers are back: asks again for what a check could not receive.
  mutating func feed(check: Int) {
    guard checks[check].isStarved else { return }
    checks[check].isStarved = false
    if checks[check].phase == .talking { receiveReply(check) }
  }

  mutating func checkReceived(_ check: Int, _ completion: Completion) {
    let lease = completion.buffer == .none ? nil : completion.buffer
    guard checks[check].phase == .talking, checks[check].run != nil else {
      if let lease { kernel.giveBack(lease) }
      settle(check)
      return
    }
    var demand: CheckRun.Demand?
    if let lease {
      let count = min(Int(completion.result), checks[check].run?.roomForInput ?? 0)
      let bytes = unsafe UnsafeBufferPointer(start: kernel.memory(of: lease), count: count)
      demand = unsafe checks[check].run?.received(bytes)
      kernel.giveBack(lease)
    } else if let error = completion.error {
      switch error {
      case .noBufferSpace:
        checks[check].isStarved = true
        starved.append(checkToken(.checkReceive, check))
        return
      case .cancelled:
        timeOut(check)
        return
      default:
        // What was said before a connection broke still counts.
        guard checks[check].run?.hasNoInput == false else {
          fail(check, error)
          return
        }
        demand = checks[check].run?.ended()
      }
    } else {
      // A server that has said farewell leaves no port behind.
      checks[check].closesGently = true
      demand = checks[check].run?.ended()
    }
    if let demand { satisfy(demand, check) }
  }
}
