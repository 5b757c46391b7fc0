import Balancing
import Basics
import ConfigurationLanguage
import HealthChecks
import KernelIO
import Proxies
import Sessions

/// One server's health check as its worker runs it.
struct CheckSlot {
  /// What the check is doing.
  enum Phase: UInt8 {
    /// Waits for its time.
    case waiting
    /// The connection is being made.
    case connecting
    /// The PROXY header is on its way.
    case sending
  }

  /// A PROXY header of version 1 is at most 107 bytes long.
  static let headerBytesMax = 128

  /// Indexes into the configuration.
  let backend: Int
  let server: Int
  let endpoint: Endpoint
  let sendProxy: ProxyProtocolVersion?
  let connectTimeout: Duration
  let isTcpCheck: Bool
  var phase = Phase.waiting
  var socket = Descriptor.none
  var begunAt = Instant.origin
  /// When the next check begins, while waiting.
  var due: Instant
  /// Whether the timer in flight was asked to end because the check is due earlier.
  var isHurried = false
}

/// Health checks: a connection, closed with a reset as soon as it is there. They share the worker's
/// turn with its sessions and never wait.
extension Worker where K: ~Copyable {
  /// Puts the first check of every server of this worker on the clock.
  mutating func startChecks() {
    for plan in state.checks where plan.worker == index {
      checks.append(plan.slot(startingAt: kernel.now))
    }
    if !checks.isEmpty {
      unsafe checkHeaders.deallocate()
      unsafe checkHeaders = .allocate(capacity: checks.count * CheckSlot.headerBytesMax)
    }
    for check in checks.indices { arm(check: check) }
  }

  private func checkToken(_ operation: Operation, _ check: Int) -> Token {
    Token(operation: operation.rawValue, slot: UInt32(check), generation: 0)
  }

  private mutating func arm(check: Int) {
    kernel.timer(at: checks[check].due, token: checkToken(.checkTimer, check))
  }

  /// A step of a check completed.
  mutating func checkCompleted(_ operation: Operation, _ completion: Completion) {
    let check = Int(completion.token.slot)
    switch operation {
    case .checkTimer: checkIsDue(check, completion)
    case .checkConnect: checkConnected(check, completion)
    case .checkSend: endCheck(check, CheckOutcome(.layer4Passed, duration: duration(of: check)))
    default: stop("a check knows three operations")
    }
  }

  private func duration(of check: Int) -> Duration { kernel.now - checks[check].begunAt }

  private mutating func checkIsDue(_ check: Int, _ completion: Completion) {
    if checks[check].isHurried {
      checks[check].isHurried = false
      if completion.error == .cancelled {
        arm(check: check)
        return
      }
    }
    let (backend, server) = (checks[check].backend, checks[check].server)
    checks[check].begunAt = kernel.now
    guard state.backends[backend].with(absent: false, { $0.isChecked(server) }) else {
      // In maintenance: looks again after its interval.
      schedule(check)
      return
    }
    let endpoint = checks[check].endpoint
    switch kernel.makeSocket(for: endpoint) {
    case .failure(let error):
      endCheck(
        check,
        .connectionProblem(
          .socketError, errorName: error.name, errorSentence: error.sentence,
          isTcpCheck: checks[check].isTcpCheck, duration: .zero))
    case .success(let socket):
      if endpoint.kind == .internet {
        kernel.set(.noDelay, on: socket)
        // The acknowledgement of the handshake then travels with the reset that ends it.
        kernel.set(.noQuickAcknowledge, on: socket)
      }
      if let source = state.backends[backend].servers[server].source {
        _ = kernel.bind(socket, to: source)
      }
      checks[check].socket = socket
      checks[check].phase = .connecting
      kernel.connect(
        socket, to: endpoint, timeout: checks[check].connectTimeout,
        token: checkToken(.checkConnect, check))
    }
  }

  private mutating func checkConnected(_ check: Int, _ completion: Completion) {
    guard let error = completion.error else {
      if let version = checks[check].sendProxy {
        sendCheckHeader(check, version)
      } else {
        endCheck(check, CheckOutcome(.layer4Passed, duration: duration(of: check)))
      }
      return
    }
    let isTcpCheck = checks[check].isTcpCheck
    switch error {
    case .cancelled, .timedOut:
      endCheck(check, .connectTimeout(isTcpCheck: isTcpCheck, duration: duration(of: check)))
    default:
      endCheck(
        check,
        .connectionProblem(
          errorName: error.name, errorSentence: error.sentence, isTcpCheck: isTcpCheck,
          duration: duration(of: check)))
    }
  }

  /// A check speaks for itself: version 1 names its own connection, version 2 says LOCAL.
  private mutating func sendCheckHeader(_ check: Int, _ version: ProxyProtocolVersion) {
    var header = ProxyHeader()
    checkHeader.removeAll(keepingCapacity: true)
    switch version {
    case .v1:
      if let source = kernel.localAddress(of: checks[check].socket),
        let destination = kernel.peerAddress(of: checks[check].socket)
      {
        header.addresses = ProxyHeader.Addresses(source: source, destination: destination)
      }
      header.writeVersionOne(into: &checkHeader)
    case .v2: header.writeVersionTwo(into: &checkHeader)
    }
    checks[check].phase = .sending
    // Each check has memory of its own for the header: several may be on their way at once.
    let memory = unsafe checkHeaders + check * CheckSlot.headerBytesMax
    for index in checkHeader.indices { unsafe memory[index] = checkHeader[index] }
    unsafe pieces[0] = SendPiece(base: UnsafePointer(memory), count: checkHeader.count)
    unsafe kernel.send(
      on: checks[check].socket, pieces: UnsafeBufferPointer(start: pieces, count: 1),
      token: checkToken(.checkSend, check))
  }

  /// A check has its outcome.
  private mutating func endCheck(_ check: Int, _ outcome: CheckOutcome) {
    if checks[check].socket != .none {
      kernel.closeWithReset(checks[check].socket)
      checks[check].socket = .none
    }
    let (backend, server) = (checks[check].backend, checks[check].server)
    let now = kernel.now
    let effects = state.backends[backend].with(absent: []) {
      $0.record(check: outcome, server: server, now: now)
    }
    schedule(check)
    deliver(effects, backend: backend)
  }

  private mutating func schedule(_ check: Int) {
    checks[check].phase = .waiting
    let (backend, server) = (checks[check].backend, checks[check].server)
    let fraction = Double.random(in: 0..<1, using: &random)
    let spread = state.configuration.global.spreadChecks
    let delay = state.backends[backend].with(absent: Duration.seconds(2)) {
      $0.nextCheckDelay(of: server, spreadPercent: spread, fraction: fraction)
    }
    // Intervals count from the beginning of a check, as HAProxy's do.
    checks[check].due = max(kernel.now, checks[check].begunAt + delay)
    arm(check: check)
  }

  /// A check is wanted earlier than planned.
  mutating func hurry(check: Int, notAfter: Instant) {
    guard checks[check].phase == .waiting, !checks[check].isHurried,
      checks[check].due > notAfter
    else { return }
    checks[check].due = notAfter
    checks[check].isHurried = true
    kernel.cancel(checkToken(.checkTimer, check))
  }
}
