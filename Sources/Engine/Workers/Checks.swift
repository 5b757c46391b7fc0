import Balancing
import Basics
import ConfigurationLanguage
import HealthChecks
import KernelIO
import Proxies
import Samples
import Sessions

/// Health checks and agents: when they begin and what becomes of them. They share the worker's turn
/// with its sessions and never wait. What they say is in `CheckConversation`.
extension Worker where K: ~Copyable {
  /// Puts the first check of every server of this worker on the clock.
  mutating func startChecks() {
    for plan in state.checks where plan.worker == index {
      checks.append(CheckSlot(plan, due: kernel.now + plan.firstDelay))
    }
    for check in checks.indices { arm(check: check) }
  }

  /// Ends the checks: those under way are given up, no other begins.
  mutating func stopChecks() {
    hasStoppedChecks = true
    for check in checks.indices {
      if checks[check].phase == .waiting { kernel.cancel(checkToken(.checkTimer, check)) }
      cancelRequests(of: check)
      abandonIfSettled(check: check)
    }
  }

  func checkToken(_ operation: Operation, _ check: Int) -> Token {
    Token(operation: operation.rawValue, slot: UInt32(check), generation: 0)
  }

  private mutating func arm(check: Int) {
    kernel.timer(at: checks[check].due, token: checkToken(.checkTimer, check))
  }

  /// A step of a check completed.
  mutating func checkCompleted(_ operation: Operation, _ completion: Completion) {
    let check = Int(completion.token.slot)
    if !completion.isMore {
      switch operation {
      case .checkConnect: checks[check].inFlight.remove(.connect)
      case .checkSend: checks[check].inFlight.remove(.send)
      case .checkReceive: checks[check].inFlight.remove(.receive)
      case .checkWritable: checks[check].inFlight.remove(.writable)
      default: break
      }
    }
    if hasStoppedChecks {
      if completion.buffer != .none { kernel.giveBack(completion.buffer) }
      abandonIfSettled(check: check)
      return
    }
    switch operation {
    case .checkTimer: checkIsDue(check, completion)
    case .checkConnect: checkConnected(check, completion)
    case .checkSend: checkSent(check, completion)
    case .checkReceive: checkReceived(check, completion)
    case .checkWritable: checkIsWritable(check, completion)
    default: stop("a check knows five operations")
    }
  }

  /// Closes what a check that was ended early has open, once the kernel has let go of it.
  private mutating func abandonIfSettled(check: Int) {
    guard checks[check].inFlight.isEmpty else { return }
    checks[check].unload()
    closeCheckSocket(check)
  }

  func duration(of check: Int) -> Duration { kernel.now - checks[check].begunAt }

  // MARK: Beginning

  private mutating func checkIsDue(_ check: Int, _ completion: Completion) {
    if checks[check].isHurried {
      checks[check].isHurried = false
      if completion.error == .cancelled {
        arm(check: check)
        return
      }
    }
    let plan = checks[check].plan
    checks[check].begunAt = kernel.now
    let isWanted = state.backends[plan.backend].with(absent: false) {
      $0.isChecked(plan.server, isAgent: plan.isAgent)
    }
    guard isWanted else {
      // In maintenance: looks again after its interval.
      schedule(check)
      return
    }
    if let most = state.configuration.global.tune.checksPerThreadMax, checksRunning >= most {
      checks[check].phase = .queued
      queuedChecks.append(check)
      return
    }
    begin(check: check)
  }

  private mutating func begin(check: Int) {
    let plan = checks[check].plan
    checksRunning += 1
    checks[check].begunAt = kernel.now
    switch plan.method {
    case .external: beginCommand(check)
    case .program(let program):
      var run = CheckRun(
        program, facts: facts(of: plan, for: program),
        inputMax: state.configuration.global.tune.bufsize)
      let demand = run.start()
      checks[check].run = run
      satisfy(demand, check)
    }
  }

  /// What the texts of a check may name, as things are now.
  private mutating func facts(of plan: CheckPlan, for program: CheckProgram) -> CheckFacts {
    let server = state.configuration.proxies[plan.backend].servers[plan.server]
    var facts = CheckFacts(samples: samples(of: plan))
    guard program.disablesOn404 || program.sendsState else { return facts }
    let (address, port) = textOfAddress(of: server)
    let node = state.configuration.global.node ?? Host.name()
    let (isUp, header) = state.backends[plan.backend].with(absent: (true, [])) { backend in
      (
        backend.servers[plan.server].operation != .stopped,
        program.sendsState
          ? backend.stateHeader(of: plan.server, address: address, port: port, node: node) : []
      )
    }
    facts.isServerUp = isUp
    if program.sendsState { facts.serverState = header }
    return facts
  }

  /// What expressions of a check are answered from, as things are now.
  mutating func samples(of plan: CheckPlan) -> SampleContext {
    var samples = SampleContext()
    samples.sources = state.sampleSources
    checkCounters.now = kernel.now
    samples.tables = checkCounters
    samples.now = kernel.wallTime()
    samples.processID = self.samples.processID
    samples.worker = index
    samples.random = UInt64.random(in: 0...UInt64.max, using: &random)
    samples.frontend = plan.backend
    samples.backend = plan.backend
    samples.server = plan.server
    samples.serverDestination = state.backends[plan.backend].servers[plan.server].address
    return samples
  }

  private func textOfAddress(of server: ServerConfiguration) -> (address: String, port: String) {
    var port = ""
    if case .fixed(let number) = server.port { port = String(number) }
    switch server.host {
    case .ip(let ip): return (ip.description, port)
    case .unix: return ("unix", "")
    case .ofClient, .name: return ("", port)
    }
  }

  // MARK: Commands

  private mutating func beginCommand(_ check: Int) {
    let plan = checks[check].plan
    guard let commands = state.commands else { stop("external checks have a thread") }
    let sessions = state.backends[plan.backend].sessionCounts(server: plan.server).server
    checks[check].phase = .running
    commands.run(
      ExternalCommand(
        plan, configuration: state.configuration, sessions: sessions,
        timeout: plan.limits.connect, worker: index, check: check))
  }

  /// A command has ended, or could not begin.
  mutating func commandEnded(check: Int, _ ending: ExternalCommand.Ending) {
    guard !hasStoppedChecks, checks[check].phase == .running else { return }
    let outcome: CheckOutcome =
      switch ending {
      case .exited(let code):
        CheckOutcome(code == 0 ? .externalPassed : .externalError, code: Int(code))
      case .signalled: CheckOutcome(.externalError, code: -1)
      case .timedOut: CheckOutcome(.externalTimeout)
      // What a shell says of a program that it cannot run.
      case .notExecutable: CheckOutcome(.externalError, code: 255)
      case .failed(let error): CheckOutcome(.socketError, info: error.sentence)
      }
    finish(check: check, outcome)
  }

  // MARK: Ending

  /// A check has its outcome.
  mutating func finish(check: Int, _ outcome: CheckOutcome) {
    var outcome = outcome
    outcome.duration = duration(of: check)
    let plan = checks[check].plan
    let now = kernel.now
    let effects = state.backends[plan.backend].with(absent: []) {
      plan.isAgent
        ? $0.record(agent: outcome, server: plan.server)
        : $0.record(check: outcome, server: plan.server, now: now)
    }
    end(check: check, effects)
  }

  /// An agent has spoken.
  mutating func finish(check: Int, _ reply: AgentReply) {
    let plan = checks[check].plan
    let now = kernel.now
    let duration = duration(of: check)
    let effects = state.backends[plan.backend].with(absent: []) {
      $0.obey(reply, server: plan.server, duration: duration, now: now)
    }
    end(check: check, effects)
  }

  private mutating func end(check: Int, _ effects: [BackendEffect]) {
    checks[check].run = nil
    checks[check].next = nil
    let backend = checks[check].plan.backend
    if checks[check].inFlight.isEmpty {
      release(check: check)
    } else {
      checks[check].phase = .settling
      cancelRequests(of: check)
    }
    deliver(effects, backend: backend)
  }

  /// Nothing of a finished check is in flight any more.
  mutating func release(check: Int) {
    checks[check].unload()
    closeCheckSocket(check)
    checksRunning -= 1
    schedule(check)
    beginQueued()
  }

  /// Begins checks that waited for their turn. One that fails at once comes back here: the loop that
  /// began it goes on then.
  private mutating func beginQueued() {
    guard !isBeginningQueued, let most = state.configuration.global.tune.checksPerThreadMax
    else { return }
    isBeginningQueued = true
    while checksRunning < most, let next = queuedChecks.first {
      queuedChecks.removeFirst()
      begin(check: next)
    }
    isBeginningQueued = false
  }

  private mutating func schedule(_ check: Int) {
    checks[check].phase = .waiting
    let plan = checks[check].plan
    let fraction = Double.random(in: 0..<1, using: &random)
    let spread = state.configuration.global.spreadChecks
    let delay = state.backends[plan.backend].with(absent: Duration.seconds(2)) {
      $0.nextCheckDelay(
        of: plan.server, isAgent: plan.isAgent, spreadPercent: spread, fraction: fraction)
    }
    // Intervals count from the end of a check, as HAProxy's do.
    checks[check].due = kernel.now + delay
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
