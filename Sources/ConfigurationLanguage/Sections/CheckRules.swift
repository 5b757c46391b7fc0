import HealthChecks
import Samples

/// One line of `tcp-check` or `http-check` rules.
struct CheckRule {
  /// What the line says.
  enum Action {
    case step(CheckProgram.Action)
    /// `comment`: for the rules behind it.
    case comment

    /// Rules of one kind in a row share a comment.
    enum Kind: Hashable { case connect, send, expect, comment, variable }

    var kind: Kind {
      switch self {
      case .comment: .comment
      case .step(.connect): .connect
      case .step(.send): .send
      case .step(.expect): .expect
      case .step(.setVariable), .step(.setVariableText), .step(.unsetVariable): .variable
      }
    }
  }

  var action: Action
  var comment: [UInt8]?
  /// `port` of a connection, when an expression gives it.
  var port: SampleExpression?
  /// Its place in the rules from 0, comments counted.
  var index = 0
  /// The request of `option httpchk`, which the first `http-check send` is merged with.
  var isFromOption = false

  var kind: Action.Kind { action.kind }

  /// Whether it is a part of the conversation.
  var isStep: Bool { kind != .comment && kind != .variable }
}

/// The rules of one section.
struct CheckRules {
  var rules: [CheckRule] = []
  /// `http-check disable-on-404`
  var disablesOn404 = false
  /// `http-check send-state`
  var sendsState = false

  private var firstStep: Int? { rules.firstIndex(where: \.isStep) }
  private var lastStep: CheckRule? { rules.last(where: \.isStep) }

  /// The number of the next rule.
  private var nextIndex: Int {
    guard let last = rules.last, !last.isFromOption else { return 0 }
    return last.index + 1
  }

  /// Whether a rule that connects would come too late.
  var isPastConnecting: Bool {
    for rule in rules where rule.isStep && !rule.isFromOption {
      return rule.kind != .connect
    }
    return false
  }

  mutating func append(_ rule: CheckRule) {
    var rule = rule
    rule.index = nextIndex
    rules.append(rule)
  }

  // MARK: HTTP

  /// Adds a line of `http-check`.
  ///
  /// - Returns: what is wrong with it there.
  mutating func appendHTTP(_ rule: CheckRule) -> String? {
    var rule = rule
    rule.index = nextIndex
    if let last = lastStep, !last.isFromOption {
      let missing: String? =
        switch rule.kind {
        case .send where last.kind != .connect: "missing connect rule"
        case .expect where last.kind == .connect: "missing send rule"
        case .connect where last.kind != .expect: "missing expect rule"
        default: nil
        }
      if let missing {
        return "unable to add http-check \(rule.kind) rule at step \(rule.index + 1) (\(missing))."
      }
    }
    if let first = firstStep, rules[first].isFromOption, rule.kind == .send {
      // The option is where the request begins, the line where it goes.
      rule = merged(rules.remove(at: first), with: rule)
    }
    rules.append(rule)
    return nil
  }

  private func merged(_ old: CheckRule, with new: CheckRule) -> CheckRule {
    guard case .step(.send(.http(var request))) = old.action,
      case .step(.send(.http(let other))) = new.action
    else { return new }
    request.overwrite(with: other)
    return CheckRule(action: .step(.send(.http(request))), index: old.index)
  }

  /// Adds the request of `option httpchk`.
  mutating func setRequest(_ request: HTTPCheckRequest) {
    let rule = CheckRule(action: .step(.send(.http(request))), isFromOption: true)
    var place = firstStep
    if let first = place, rules[first].kind == .connect {
      place = rules[(first + 1)...].firstIndex(where: \.isStep)
    }
    guard let place, rules[place].kind == .send else {
      rules.insert(rule, at: 0)
      return
    }
    if rules[place].isFromOption {
      rules.remove(at: place)
      rules.insert(rule, at: 0)
    } else {
      let index = rules[place].index
      rules[place] = merged(rules[place], with: rule)
      rules[place].index = index
    }
  }

  // MARK: The program

  /// What the rules amount to.
  func program(_ kind: CheckProgram.Kind) -> CheckProgram {
    var rules = self
    if kind == .http { rules.completeHTTP() }
    var program = CheckProgram(kind, rules.commented)
    program.disablesOn404 = disablesOn404
    program.sendsState = sendsState
    return program
  }

  /// The request of `option httpchk` goes behind the connection, and a reply is always expected.
  private mutating func completeHTTP() {
    if let first = firstStep, rules[first].isFromOption {
      let next = rules[(first + 1)...].firstIndex(where: \.isStep)
      if let next, rules[next].kind == .connect {
        var request = rules[first]
        request.index = rules[next].index + 1
        rules.insert(request, at: next + 1)
        rules.remove(at: first)
      }
    }
    if let last = lastStep, last.kind == .send {
      rules.append(
        CheckRule(
          action: .step(.expect(CheckExpectation(.status([200...399])))), index: last.index + 1))
    }
  }

  /// The steps, the comments given to the rules that follow them.
  private var commented: [CheckProgram.Step] {
    var steps: [CheckProgram.Step] = []
    var comment: [UInt8]?
    var previous = CheckRule.Action.Kind.comment
    for rule in rules {
      if rule.kind != previous, previous != .comment { comment = nil }
      previous = rule.kind
      guard case .step(let action) = rule.action else {
        comment = rule.comment
        continue
      }
      var step = CheckProgram.Step(
        action, number: rule.index + 1, comment: rule.comment ?? comment)
      step.port = rule.port
      steps.append(step)
      if rule.kind == .connect || rule.kind == .variable { comment = nil }
    }
    return steps
  }
}

/// How the servers of a proxy are checked, while the section is being read.
struct CheckDraft {
  /// The `option` that was given last.
  enum Choice {
    case connection
    case tcp
    case http
    case builtIn(CheckProgram)
    case external
  }

  private(set) var choice = Choice.connection
  /// The rules in force: this section's, or those of its defaults as long as it has none.
  private var inForce = CheckRules()
  /// The rules of this very section.
  private(set) var tcpRules = CheckRules()
  private(set) var httpRules = CheckRules()
  /// Whether there are rules that no `option` puts into force.
  private(set) var hasUnusedTCPRules = false
  private(set) var hasUnusedHTTPRules = false
  /// `external-check command` and `path`
  var command: String?
  var path: String?

  /// What a section takes over from its defaults: the rules in force as a whole, none of its own.
  var inherited: CheckDraft {
    var draft = self
    draft.tcpRules = CheckRules()
    draft.httpRules = CheckRules()
    draft.hasUnusedTCPRules = false
    draft.hasUnusedHTTPRules = false
    return draft
  }

  mutating func choose(_ choice: Choice) {
    self.choice = choice
    switch choice {
    case .tcp:
      inForce = tcpRules
      hasUnusedTCPRules = false
    case .http:
      inForce = httpRules
      hasUnusedHTTPRules = false
    case .connection, .builtIn, .external: break
    }
  }

  mutating func setRequest(_ request: HTTPCheckRequest) {
    httpRules.setRequest(request)
    choose(.http)
  }

  mutating func addTCP(_ rule: CheckRule) {
    tcpRules.append(rule)
    hasUnusedTCPRules = true
    if case .tcp = choice { choose(.tcp) }
  }

  /// - Returns: what is wrong with the rule where it stands.
  mutating func addHTTP(_ rule: CheckRule) -> String? {
    guard case .http = choice else {
      hasUnusedHTTPRules = true
      httpRules.append(rule)
      return nil
    }
    hasUnusedHTTPRules = false
    let problem = httpRules.appendHTTP(rule)
    inForce = httpRules
    return problem
  }

  /// `http-check disable-on-404` and `send-state`: of no effect on rules of the defaults.
  mutating func setHTTP(_ flag: WritableKeyPath<CheckRules, Bool>) {
    let wasInForce = isHTTP && !httpRules.rules.isEmpty
    httpRules[keyPath: flag] = true
    if wasInForce { inForce = httpRules }
  }

  private var isHTTP: Bool {
    if case .http = choice { return true }
    return false
  }

  /// What the servers are checked with; nil for an external command.
  var program: CheckProgram? {
    switch choice {
    case .connection: .connection(isTcpCheck: false)
    case .tcp: inForce.program(.tcp)
    case .http: inForce.program(.http)
    case .builtIn(let program): program
    case .external: nil
    }
  }
}
