import Balancing
public import Basics
import ConfigurationLanguage
public import HealthChecks

// MARK: - What agents say

extension Backend {
  /// Takes in that an agent could not be understood.
  ///
  /// - Returns: what follows from it outside; often nothing.
  public mutating func record(agent outcome: CheckOutcome, server: Int) -> [BackendEffect] {
    var effects: [BackendEffect] = []
    // Whoever cannot reach an agent knows nothing about the server.
    recordAgent(outcome, server, &effects)
    return effects
  }

  /// Does what an agent says: first what an administrator wants, then weight and limit, then health.
  ///
  /// - Parameters:
  ///   - reply: its words.
  ///   - server: a server with `agent-check`.
  ///   - duration: how long it took to ask.
  ///   - now: the present.
  public mutating func obey(
    _ reply: AgentReply, server: Int, duration: Duration, now: Instant
  ) -> [BackendEffect] {
    var effects: [BackendEffect] = []
    switch reply.administration {
    case .drain:
      effects += administer(.forcedDrain, server, now: now)
      effects += readminister(.forcedMaintenance, server, now: now)
    case .maintenance:
      effects += administer(.forcedMaintenance, server, now: now)
      effects += readminister(.forcedDrain, server, now: now)
    case .ready:
      effects += readminister(.forcedDrain, server, now: now)
      effects += readminister(.forcedMaintenance, server, now: now)
    case nil: break
    }
    var warning: String?
    if let weight = reply.weight { warning = setWeight(weight, of: server, now: now, &effects) }
    if let maxconn = reply.maxconn {
      let problem = setMaxconn(maxconn, of: server, now: now, &effects)
      warning = warning ?? problem
    }
    var outcome = reply.outcome(warning: warning)
    outcome.duration = duration
    guard let health = reply.health else {
      recordAgent(outcome, server, &effects)
      return effects
    }
    servers[server].agent?.obey(health.state)
    recordAgent(outcome, server, &effects)
    let cause = logsHealthChecks || servers[server].tracked != nil ? nil : outcome
    switch health.state {
    case .down: stop(server, cause: cause, now: now, &effects)
    case .up:
      if isPassing(server), servers[server].operation != .stopping {
        run(server, cause: cause, now: now, &effects)
      }
    }
    return effects
  }

  private mutating func recordAgent(
    _ outcome: CheckOutcome, _ server: Int, _ effects: inout [BackendEffect]
  ) {
    guard let change = servers[server].agent?.record(outcome) else { return }
    if change.isFailureCounted { servers[server].counters.failedChecks += 1 }
    if logsHealthChecks, change.isReported, let agent = servers[server].agent {
      let hasWeight = farm.candidates[server].weight > 0
      effects.append(.line(.check(servers[server].label, agent, hasWeight: hasWeight)))
    }
  }

  /// - Returns: what is wrong with the weight; nil when it is in force.
  private mutating func setWeight(
    _ text: [UInt8], of server: Int, now: Instant, _ effects: inout [BackendEffect]
  ) -> String? {
    guard !text.isEmpty else { return "Require <weight> or <weight%>.\n" }
    guard let (number, rest) = leadingInteger(text) else {
      return "Empty weight string empty or preceded by garbage\n"
    }
    var weight = number
    let initial = farm.candidates[server].initialWeight
    if rest.elementsEqual("%".utf8) {
      guard weight >= 0 else { return "Relative weight must be positive.\n" }
      weight = min(initial * min(weight, 25600) / 100, 256)
    } else if !(0...256).contains(weight) {
      return "Absolute weight can only be between 0 and 256 inclusive.\n"
    } else if !rest.isEmpty {
      return "Trailing garbage in weight string\n"
    }
    if weight != 0, weight != initial, !farm.followsWeights {
      return "Backend is using a static LB algorithm and only accepts weights '0%' and '100%'.\n"
    }
    guard weight != farm.candidates[server].weight else { return nil }
    farm.setWeight(server, weight)
    updateStanding(server, isReturning: false, now: now)
    grantAll(server, now: now, &effects)
    return nil
  }

  /// - Returns: what is wrong with the limit; nil when it is in force.
  private mutating func setMaxconn(
    _ text: [UInt8], of server: Int, now: Instant, _ effects: inout [BackendEffect]
  ) -> String? {
    guard !text.isEmpty else { return "Require <maxconn>.\n" }
    guard let (number, rest) = leadingInteger(text) else {
      return "maxconn string empty or preceded by garbage\n"
    }
    guard rest.isEmpty else { return "Trailing garbage in maxconn string\n" }
    farm.setMaxconn(server, max(number, 0))
    grantAll(server, now: now, &effects)
    return nil
  }

  /// What strtol(3) makes of a text, kept within 32 bits; nil when it begins with no number.
  private func leadingInteger(_ text: [UInt8]) -> (Int, ArraySlice<UInt8>)? {
    var rest = text[...]
    let isNegative = rest.first == UInt8(ascii: "-")
    if isNegative || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
    var value = 0
    var hasDigits = false
    while let digit = rest.first, (48...57).contains(digit) {
      value = min(value * 10 + Int(digit - 48), Int(Int32.max))
      hasDigits = true
      rest.removeFirst()
    }
    return hasDigits ? (isNegative ? -value : value, rest) : nil
  }
}

// MARK: - What servers are told

extension Backend {
  /// The header of `http-check send-state`.
  ///
  /// - Parameters:
  ///   - server: a server with `check`.
  ///   - address: its address, empty when it has none.
  ///   - port: its port, empty when it has none.
  ///   - node: `node`, or the name of the machine.
  public func stateHeader(
    of server: Int, address: String, port: String, node: String
  ) -> [UInt8] {
    let candidate = farm.candidates[server]
    var text = stateWord(of: server)
    text += "; address=\(address); port=\(port); name=\(name)/\(servers[server].name); node=\(node)"
    text += "; weight=\(farm.shown(candidate.effectiveWeight))/\(farm.shown(farm.totalWeight))"
    text += "; scur=\(servers[server].connections)/\(farm.served)"
    text += "; qcur=\(queued(at: server))"
    return Array(text.utf8)
  }

  private func stateWord(of server: Int) -> String {
    guard let health = servers[server].health else { return "no check" }
    let settings = health.settings
    guard servers[server].operation != .stopped else {
      return health.health > 0 ? "DOWN \(health.health)/\(settings.rise)" : "DOWN"
    }
    let word = servers[server].operation == .stopping ? "NOLB" : "UP"
    guard health.health < health.healthMax else { return word }
    return "\(word) \(health.health - settings.rise + 1)/\(settings.fall)"
  }
}
