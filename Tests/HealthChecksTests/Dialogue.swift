import Basics
import HealthChecks
import Samples

/// A scripted server for one `CheckRun`: what it says, and what the check said and found.
struct Dialogue {
  /// What the server does.
  enum Line {
    /// It says this once the check waits for it.
    case says([UInt8])
    /// It says this, byte by byte.
    case dribbles([UInt8])
    /// It ends the connection.
    case ends
    /// It breaks the connection.
    case breaks
    /// It lets the time run out.
    case sleeps
    /// It does not take the connection.
    case refuses
    /// It takes no connection at all.
    case isDead

    static func says(_ text: String) -> Line { .says(Array(text.utf8)) }
    static func dribbles(_ text: String) -> Line { .dribbles(Array(text.utf8)) }
  }

  /// What the check said, one entry a step.
  var sent: [[UInt8]] = []
  /// The connections it made.
  var connections: [CheckProgram.Connect] = []
  /// What it found; nil when it still waits.
  var outcome: CheckOutcome?
  /// What an agent said.
  var reply: AgentReply?

  private var run: CheckRun
  private var script: [Line]

  init(
    _ program: CheckProgram, _ script: [Line], facts: CheckFacts = Dialogue.facts,
    inputMax: Int = 16384
  ) {
    run = CheckRun(program, facts: facts, inputMax: inputMax)
    self.script = script
    var demand: CheckRun.Demand? = run.start()
    while let next = demand { demand = answer(next) }
  }

  static var facts: CheckFacts {
    var samples = SampleContext()
    samples.sources = CheckSources()
    samples.backend = 1
    samples.server = 2
    samples.now = WallTime(microseconds: 0x0102_0304 * 1_000_000)
    return CheckFacts(samples: samples)
  }

  private mutating func answer(_ demand: CheckRun.Demand) -> CheckRun.Demand? {
    switch demand {
    case .connect(let connect):
      connections.append(connect)
      switch script.first {
      case .refuses:
        outcome = run.failed(errorName: "ECONNREFUSED", errorSentence: "Connection refused")
        return nil
      case .isDead:
        outcome = run.timedOut()
        return nil
      default: return run.connected()
      }
    case .send:
      sent.append(run.output)
      return run.sent()
    case .receive: return play()
    case .end(let found): outcome = found
    case .agent(let found): reply = found
    }
    return nil
  }

  private mutating func play() -> CheckRun.Demand? {
    guard !script.isEmpty else { return nil }
    switch script.removeFirst() {
    case .says(let bytes): return run.received(bytes)
    case .dribbles(let bytes):
      guard let first = bytes.first else { return play() }
      if bytes.count > 1 { script.insert(.dribbles(Array(bytes[1...])), at: 0) }
      return run.received([first])
    case .ends: return run.ended()
    case .breaks:
      if run.hasNoInput {
        outcome = run.failed(errorName: "ECONNRESET", errorSentence: "Connection reset by peer")
        return nil
      }
      return run.ended()
    case .sleeps, .isDead:
      outcome = run.timedOut()
      return nil
    case .refuses: return nil
    }
  }

  /// What it said as text.
  var sentText: [String] { sent.map { String(decoding: $0, as: UTF8.self) } }

  /// What it found, as a log line puts it.
  var reason: String { outcome?.reason ?? "waits" }
}

/// A process with one backend `be` and one server `s1`, whose id is 3.
private final class CheckSources: SampleSources {
  let hostname = Array("host".utf8)
  func count(_ counter: SampleCounter, proxy: Int, member: Int) -> Int64? {
    switch counter {
    case .backendID: 2
    case .serverID: 3
    default: nil
    }
  }
  func name(proxy: Int) -> [UInt8] { Array("be".utf8) }
  func name(proxy: Int, server: Int) -> [UInt8] { Array("s1".utf8) }
  func name(proxy: Int, listener: Int) -> [UInt8] { [] }
  func defaultBackend(of proxy: Int) -> Int? { nil }
  func proxy(named name: String, isFrontend: Bool) -> Int? { nil }
  func server(named name: String, in proxy: Int) -> Int? { nil }
  func captureRoom(of proxy: Int, isRequest: Bool) -> [Int] { [] }
  func environment(_ name: String) -> [UInt8]? { nil }
  func isLocal(_ address: IPAddress) -> Bool { false }
  func variable(_ name: VariableName) -> SampleValue? { nil }
  func set(_ name: VariableName, to value: SampleValue?) {}
}

extension CheckProgram.Step {
  /// A step of a test, numbered by hand.
  static func send(_ text: String, _ number: Int, comment: String? = nil) -> CheckProgram.Step {
    CheckProgram.Step(
      .send(.bytes(Array(text.utf8))), number: number, comment: comment.map { Array($0.utf8) })
  }

  static func expect(
    _ pattern: CheckExpectation.Pattern, _ number: Int, comment: String? = nil,
    _ change: (inout CheckExpectation) -> Void = { _ in }
  ) -> CheckProgram.Step {
    var expectation = CheckExpectation(pattern)
    change(&expectation)
    return CheckProgram.Step(
      .expect(expectation), number: number, comment: comment.map { Array($0.utf8) })
  }
}

extension CheckExpectation.Pattern {
  static func string(_ text: String) -> CheckExpectation.Pattern { .string(Array(text.utf8)) }
  static func body(_ text: String) -> CheckExpectation.Pattern { .body(Array(text.utf8)) }
}
