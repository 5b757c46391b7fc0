import Samples

/// One health check under way: carries out a `CheckProgram`.
///
/// A pure state machine. Whoever owns a socket tells it what happened, and it says what is wanted
/// next. What a server sends is kept up to a limit, and no reply makes it wait for more than that.
public struct CheckRun {
  /// What is wanted next.
  public enum Demand: Sendable {
    /// A new connection; the old one, if any, is closed first.
    case connect(CheckProgram.Connect)
    /// Send `output`.
    case send
    /// More bytes from the server, or the news that there will be none.
    case receive
    /// The check is over.
    case end(CheckOutcome)
    /// The check is over, and this is what the agent said.
    case agent(AgentReply)
  }

  /// What it carries out.
  public let program: CheckProgram
  /// What is to be sent.
  public private(set) var output: [UInt8] = []
  let facts: CheckFacts
  /// What expressions are answered from; the variables of the check are in it.
  var samples: SampleContext
  /// What the server has sent since the last step that connected or sent.
  var input: [UInt8] = [] {
    didSet { if program.kind != .http { samples.response = input } }
  }
  let inputMax: Int
  private var hasEnded = false
  /// The step that is being carried out.
  var index = 0
  var isConnecting = true
  var code = 0

  /// - Parameters:
  ///   - program: what to carry out.
  ///   - facts: who checks whom.
  ///   - inputMax: how much of a reply is kept, `tune.bufsize`.
  public init(_ program: CheckProgram, facts: CheckFacts, inputMax: Int = 16384) {
    self.program = program
    self.facts = facts
    samples = facts.samples
    samples.bufferBytesMax = inputMax
    self.inputMax = inputMax
  }

  /// How many more bytes can be taken in.
  public var roomForInput: Int { inputMax - input.count }

  /// Whether the connection being made is used or closed as soon as it is there: the
  /// acknowledgement of the handshake can then travel with what follows. Otherwise the server has
  /// to be told at once, for it is expected to speak.
  public var followsUpAtOnce: Bool {
    let next = program.steps[min(index + 1, program.steps.count)...].first {
      !$0.action.isAboutVariables
    }
    guard let next else { return true }
    switch next.action {
    case .send(.bytes(let bytes)): return !bytes.isEmpty
    case .send: return true
    case .connect, .setVariable, .setVariableText, .unsetVariable: return true
    case .expect: return false
    }
  }

  // MARK: What happened

  /// The check begins.
  public mutating func start() -> Demand { proceed(from: 0) }

  /// The connection is there, its PROXY header sent.
  public mutating func connected() -> Demand {
    isConnecting = false
    return proceed(from: index + 1)
  }

  /// Everything of `output` is on its way.
  public mutating func sent() -> Demand { proceed(from: index + 1) }

  /// Bytes came. They may come while other things are wanted, too.
  ///
  /// - Parameter bytes: at most `roomForInput`.
  /// - Returns: nil while the step under way is not one that waits for bytes.
  public mutating func received(_ bytes: some Sequence<UInt8>) -> Demand? {
    input += bytes
    return isWaitingForInput ? proceed(from: index) : nil
  }

  /// The server has ended the connection, or broken it after it had sent something.
  public mutating func ended() -> Demand? {
    hasEnded = true
    return isWaitingForInput ? proceed(from: index) : nil
  }

  private var isWaitingForInput: Bool {
    guard index < program.steps.count, case .expect = program.steps[index].action else {
      return false
    }
    return true
  }

  /// The connection could not be made, or broke.
  ///
  /// - Parameters:
  ///   - errorName: the constant's name, such as `ECONNREFUSED`.
  ///   - errorSentence: the kernel's sentence for it.
  public func failed(errorName: String, errorSentence: String) -> CheckOutcome {
    let cause = CheckOutcome.cause(errorName: errorName, errorSentence: errorSentence)
    return CheckOutcome(
      isConnecting ? .layer4ConnectionProblem : .socketError,
      bytes: Array(cause.utf8) + placeInRules, code: 0)
  }

  /// Whether nothing at all was received since the last step that sent.
  public var hasNoInput: Bool { input.isEmpty }

  /// The time is over.
  public func timedOut() -> CheckOutcome {
    var status = isConnecting ? CheckStatus.layer4Timeout : .layer7Timeout
    if !isConnecting, case .expect(let expectation) = program.steps[index].action,
      let chosen = expectation.timeoutStatus
    {
      status = chosen
    }
    return CheckOutcome(status, bytes: placeInRules)
  }

  // MARK: Steps

  private mutating func proceed(from start: Int) -> Demand {
    var next = start
    while next < program.steps.count {
      let step = program.steps[next]
      // Steps about variables are no place where a check can be.
      if !step.action.isAboutVariables { index = next }
      code = 0
      switch step.action {
      case .setVariable(let name, let conditions, let expression):
        if let value = expression.evaluate(in: &samples).value {
          set(name, to: value, if: conditions)
        }
      case .setVariableText(let name, let conditions, let text):
        set(name, to: .string(text.bytes(&samples)), if: conditions)
      case .unsetVariable(let name): samples.set(name, to: nil)
      case .connect(var connect):
        if connect.port == nil, let port = step.port?.evaluate(in: &samples).value?.number,
          port != 0
        {
          connect.port = UInt16(truncatingIfNeeded: port)
        }
        input = []
        hasEnded = false
        isConnecting = true
        return .connect(connect)
      case .send(let payload):
        input = []
        guard let bytes = bytes(of: payload) else {
          return .end(
            CheckOutcome(
              .layer7InvalidResponse,
              info: "tcp-check send : failed to build log-format string at step "
                + "\(program.steps[next].number)"))
        }
        if bytes.count >= inputMax {
          return .end(
            CheckOutcome(
              .layer7InvalidResponse,
              info: "tcp-check send : string too large (\(bytes.count)) for buffer size "
                + "(\(inputMax)) at step \(program.steps[next].number)"))
        }
        output = bytes
        if !output.isEmpty { return .send }
      case .expect(let expectation):
        if input.isEmpty, !hasEnded { return .receive }
        switch evaluate(expectation) {
        case .proceed: break
        case .wait:
          index = expectation.head
          return .receive
        case .end(let outcome): return .end(outcome)
        case .agent(let reply): return .agent(reply)
        }
      }
      next += 1
    }
    return .end(success)
  }

  /// Variables of a session or of the process outlive nothing here, those of a stream need one.
  private mutating func set(
    _ name: VariableName, to value: SampleValue, if conditions: VariableConditions
  ) {
    switch name.scope {
    case .process, .session, .check: samples.set(name, to: value, if: conditions)
    case .transaction, .request, .response: break
    }
  }

  private mutating func bytes(of payload: CheckProgram.Payload) -> [UInt8]? {
    switch payload {
    case .bytes(let bytes): bytes
    case .text(let text): text.bytes(&samples)
    case .hexadecimal(let text): HealthChecks.bytes(ofHexadecimal: text.bytes(&samples))
    case .http(let request): request.bytes(&samples, serverState: facts.serverState)
    case .sslHello: BuiltInChecks.sslHello(date: facts.date)
    }
  }

  // MARK: Expectations

  private enum Evaluation {
    case proceed
    case wait
    case end(CheckOutcome)
    case agent(AgentReply)
  }

  /// Whether no more bytes will come.
  private var isLastRead: Bool { hasEnded || input.count >= inputMax }

  private mutating func evaluate(_ expectation: CheckExpectation) -> Evaluation {
    switch expectation.pattern {
    case .string(let pattern), .binary(let pattern):
      if !isLastRead, input.count < pattern.count { return .wait }
      return judge(expectation) { $0.containsBytes(pattern) }
    case .builtIn(let pattern): return judge(expectation) { pattern.matches($0) }
    case .expression(let expression): return judge(expectation) { expression.matches($0) }
    case .hexadecimalExpression(let expression):
      let digitsMax = inputMax
      return judge(expectation) {
        expression.matches(Array(hexadecimalDigits(of: $0).prefix(digitsMax)))
      }
    case .text(let text), .hexadecimal(let text): return evaluate(text, expectation)
    case .status, .statusExpression, .header, .body, .bodyText, .bodyExpression:
      return evaluateHTTP(expectation)
    case .reply(let format): return evaluate(format, expectation)
    }
  }

  private mutating func judge(
    _ expectation: CheckExpectation, _ matches: ([UInt8]) -> Bool
  ) -> Evaluation {
    if !isLastRead, let least = expectation.bytesMin, input.count < least { return .wait }
    let isMatch = matches(input)
    if !isMatch, !isLastRead, expectation.bytesMin == nil { return .wait }
    if isMatch != expectation.isNegated { return .proceed }
    return failure(
      expectation, expectation.errorStatus ?? .layer7InvalidResponse, isMatch: isMatch)
  }

  private mutating func evaluate(_ text: CheckText, _ expectation: CheckExpectation) -> Evaluation {
    if !isLastRead, let least = expectation.bytesMin, input.count < least { return .wait }
    var pattern = text.bytes(&samples)
    guard !pattern.isEmpty else {
      return failure(
        expectation, .layer7InvalidResponse, isMatch: false,
        info: Array("log-format string evaluated to an empty string".utf8))
    }
    if case .hexadecimal = expectation.pattern {
      guard let bytes = HealthChecks.bytes(ofHexadecimal: pattern) else {
        return failure(
          expectation, .layer7InvalidResponse, isMatch: false,
          info: Array(
            "Failed to parse hexastring resulting of eval of a log-format string".utf8))
      }
      pattern = bytes
    }
    if !isLastRead, input.count < pattern.count { return .wait }
    return judge(expectation) { $0.containsBytes(pattern) }
  }

  private mutating func evaluate(
    _ format: CheckExpectation.ReplyFormat, _ expectation: CheckExpectation
  ) -> Evaluation {
    guard !input.isEmpty else {
      return failure(
        expectation, expectation.errorStatus ?? .layer7InvalidResponse, isMatch: false)
    }
    let isLast = index + 1 == program.steps.count
    let verdict: ReplyVerdict
    switch format {
    case .mysqlGreeting:
      verdict = MySQLReply.parse(input, isSecond: false, isLast: isLast, hasEnded: isLastRead)
    case .mysqlResult:
      verdict = MySQLReply.parse(input, isSecond: true, isLast: isLast, hasEnded: isLastRead)
    case .ldapBindResponse: verdict = LDAPReply.parse(input, hasEnded: isLastRead)
    case .spopHello: verdict = SPOPReply.parse(input, hasEnded: isLastRead)
    case .agent:
      guard let reply = AgentReply.parse(input) else {
        guard isLastRead else { return .wait }
        return .end(CheckOutcome(.noChange, info: "Ignoring incomplete line from agent"))
      }
      return .agent(reply)
    }
    switch verdict {
    case .needMore: return .wait
    case .proceed: return .proceed
    case .passed(let info): return .end(CheckOutcome(.layer7Passed, bytes: info))
    case .failed(let status, let code, let info):
      self.code = code
      return failure(expectation, status, isMatch: false, info: info)
    }
  }

  // MARK: HTTP

  private mutating func evaluateHTTP(_ expectation: CheckExpectation) -> Evaluation {
    let verdict = HTTPReply.parse(input, hasEnded: hasEnded, isBodiless: isHeadRequest)
    let reply: HTTPReply
    switch verdict {
    case .needMore where !isLastRead: return .wait
    // HAProxy takes a connection that does not speak HTTP for a broken one.
    case .needMore, .invalid: return .end(CheckOutcome(.socketError))
    case .reply(let found): reply = found
    }
    if reply.isMalformed {
      return failure(expectation, .layer7InvalidResponse, isMatch: false)
    }
    code = reply.status
    if program.disablesOn404, facts.isServerUp, code == 404 { return .proceed }
    let isDone = isLastRead || reply.isComplete
    let isMatch: Bool
    var status = CheckStatus.layer7WrongStatus
    var info = Array(reply.reason)
    switch expectation.pattern {
    case .statusExpression(let expression):
      isMatch = expression.matches(Array(String(reply.status).utf8))
    case .status(let ranges): isMatch = ranges.contains { $0.contains(reply.status) }
    case .header(let pattern):
      let name = pattern.name.pattern(&samples)
      let value = pattern.value.map { $0.pattern(&samples) } ?? []
      guard let name, let value else {
        return failure(
          expectation, .layer7InvalidResponse, isMatch: false,
          info: Array("log-format string evaluated to an empty string".utf8))
      }
      isMatch = reply.has(pattern, name: name, value: value)
    case .body(let pattern):
      return evaluate(reply.body, pattern.count, expectation, isDone: isDone) {
        $0.containsBytes(pattern)
      }
    case .bodyText(let text):
      let pattern = text.bytes(&samples)
      return evaluate(reply.body, pattern.count, expectation, isDone: isDone) {
        $0.containsBytes(pattern)
      }
    case .bodyExpression(let expression):
      return evaluate(reply.body, 0, expectation, isDone: isDone) { expression.matches($0) }
    case .string, .binary, .text, .hexadecimal, .expression, .hexadecimalExpression, .builtIn,
      .reply:
      return .proceed
    }
    if isMatch != expectation.isNegated { return .proceed }
    status = expectation.errorStatus ?? status
    if expectation.onError != nil { info = [] }
    return failure(expectation, status, isMatch: false, info: info)
  }

  /// Looks for something in a body.
  private mutating func evaluate(
    _ body: [UInt8], _ patternBytes: Int, _ expectation: CheckExpectation, isDone: Bool,
    _ matches: ([UInt8]) -> Bool
  ) -> Evaluation {
    let status = expectation.errorStatus ?? .layer7InvalidResponse
    func say(_ sentence: String) -> [UInt8] {
      expectation.onError == nil ? Array(sentence.utf8) : []
    }
    if body.isEmpty {
      guard isDone else { return .wait }
      return failure(
        expectation, status, isMatch: false,
        info: say("HTTP content check could not find a response body"))
    }
    if patternBytes == 0, case .bodyText = expectation.pattern {
      return failure(
        expectation, .layer7InvalidResponse, isMatch: false,
        info: Array("log-format string evaluated to an empty string".utf8))
    }
    if !isDone, body.count < max(patternBytes, expectation.bytesMin ?? 0) { return .wait }
    let isMatch = matches(body)
    if !isMatch, !isDone, expectation.bytesMin == nil { return .wait }
    if isMatch != expectation.isNegated { return .proceed }
    return failure(
      expectation, status, isMatch: false,
      info: say(
        expectation.isNegated
          ? "HTTP check matched unwanted content" : "HTTP content check did not match"))
  }

  private var isHeadRequest: Bool {
    for step in program.steps[..<index].reversed() {
      if case .send(.http(let request)) = step.action { return request.isHead }
    }
    return false
  }

  // MARK: Messages

  private mutating func failure(
    _ expectation: CheckExpectation, _ status: CheckStatus, isMatch: Bool, info: [UInt8] = []
  ) -> Evaluation {
    var message = info
    if message.isEmpty {
      if let text = expectation.onError {
        message = text.bytes(&samples)
      } else if input.isEmpty {
        message = Array("TCPCHK got an empty response at step \(number)".utf8)
      } else if program.kind == .tcp || program.kind == .http {
        message = Array(
          (isMatch ? "TCPCHK matched unwanted content" : "TCPCHK did not match content").utf8)
        message += description(of: expectation.pattern)
        message += Array(" at step \(number)".utf8)
      }
    }
    if let comment = program.steps[index].comment {
      message += Array(" comment: ".utf8) + comment
    }
    let code = expectation.statusCode?.number(in: &samples).map { Int(clamping: $0) } ?? code
    return .end(CheckOutcome(status, bytes: message, code: code))
  }
}
