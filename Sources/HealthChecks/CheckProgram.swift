public import Basics
public import Samples

/// What one health check says and expects to hear, step by step. HAProxy manual, `tcp-check` and
/// `http-check`; every protocol check is such a program too.
///
/// A value that all checks of a backend share; `CheckRun` carries it out.
public struct CheckProgram: Sendable {
  /// What the program belongs to: messages differ.
  public enum Kind: Hashable, Sendable {
    /// A connection is all that is asked for.
    case connection
    /// `option tcp-check`
    case tcp
    /// `option httpchk`
    case http
    /// `option redis-check` and the other protocols.
    case builtIn
    /// `agent-check`
    case agent
  }

  /// One step.
  public struct Step: Sendable {
    /// What is done.
    public var action: Action
    /// How messages call the step: its place in the rules from 1; 0 for a connection that nobody
    /// asked for.
    public var number: Int
    /// `comment`
    public var comment: [UInt8]?
    /// `port` of a connection, when an expression gives it.
    public var port: SampleExpression?

    /// Whether it makes a connection.
    public var connects: Bool {
      if case .connect = action { true } else { false }
    }

    /// - Parameters:
    ///   - action: what is done.
    ///   - number: how messages call it.
    ///   - comment: nil for none.
    public init(_ action: Action, number: Int, comment: [UInt8]? = nil) {
      self.action = action
      self.number = number
      self.comment = comment
    }
  }

  /// What a step does.
  public enum Action: Sendable {
    case connect(Connect)
    case send(Payload)
    case expect(CheckExpectation)
    /// `set-var`
    case setVariable(VariableName, VariableConditions, SampleExpression)
    /// `set-var-fmt`
    case setVariableText(VariableName, VariableConditions, CheckText)
    /// `unset-var`
    case unsetVariable(VariableName)

    /// Whether it is about variables: such a step is no part of the conversation.
    var isAboutVariables: Bool {
      switch self {
      case .setVariable, .setVariableText, .unsetVariable: true
      case .connect, .send, .expect: false
      }
    }
  }

  /// `connect`
  public struct Connect: Hashable, Sendable {
    /// `port`
    public var port: UInt16?
    /// `addr`
    public var address: IPAddress?
    /// The port behind `addr`, used without `port`.
    public var addressPort: UInt16?
    /// `default`, or a connection that nobody asked for: what the `server` line says applies.
    public var usesServerOptions = false
    /// `send-proxy`
    public var sendsProxy = false
    /// `linger`: the connection is closed with a FIN and not with a reset.
    public var lingers = false

    /// A connection to the server without any option.
    public init() {}

    /// The connection of a program that does not begin with one.
    static let implicit: Connect = {
      var connect = Connect()
      connect.usesServerOptions = true
      return connect
    }()
  }

  /// What a step sends.
  public enum Payload: Sendable {
    /// `send`, `send-binary`
    case bytes([UInt8])
    /// `send-lf`
    case text(CheckText)
    /// `send-binary-lf`: the text is hexadecimal digits.
    case hexadecimal(CheckText)
    /// `http-check send`
    case http(HTTPCheckRequest)
    /// The hello of `option ssl-hello-chk`, which has the date in it.
    case sslHello
  }

  /// What it is.
  public var kind: Kind
  /// The steps in order; the first one that is not about variables connects.
  public internal(set) var steps: [Step]
  /// `http-check disable-on-404`
  public var disablesOn404 = false
  /// `http-check send-state`
  public var sendsState = false

  /// - Parameters:
  ///   - kind: what it is.
  ///   - steps: a connection is put before them when they do not begin with one.
  public init(_ kind: Kind, _ steps: [Step]) {
    self.kind = kind
    self.steps = steps
    if case .connect = steps.first(where: { !$0.action.isAboutVariables })?.action {
    } else {
      self.steps.insert(Step(.connect(.implicit), number: 0), at: 0)
    }
    linkExpectations()
  }

  /// A plain layer 4 check, which `option tcp-check` without rules is too.
  ///
  /// - Parameter isTcpCheck: `option tcp-check`
  public static func connection(isTcpCheck: Bool) -> CheckProgram {
    CheckProgram(isTcpCheck ? .tcp : .connection, [])
  }

  /// Whether every connection says which port it goes to.
  public var namesEveryPort: Bool {
    steps.allSatisfy {
      if case .connect(let connect) = $0.action {
        (connect.port ?? connect.addressPort) != nil || $0.port != nil
      } else {
        true
      }
    }
  }

  /// An expectation that has to wait for more is begun again with the first negated one before it,
  /// for what comes may be what must not come.
  private mutating func linkExpectations() {
    var head: Int?
    for index in steps.indices where !steps[index].action.isAboutVariables {
      guard case .expect(var expectation) = steps[index].action else {
        head = nil
        continue
      }
      expectation.head = head ?? index
      if head == nil, expectation.isNegated { head = index }
      steps[index].action = .expect(expectation)
    }
  }
}
