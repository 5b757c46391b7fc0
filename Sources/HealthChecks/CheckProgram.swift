public import Basics

/// What one health check says and expects to hear, step by step. HAProxy manual, `tcp-check` and
/// `http-check`; every protocol check is such a program too.
///
/// A value that all checks of a backend share; `CheckRun` carries it out.
public struct CheckProgram: Hashable, Sendable {
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
  public struct Step: Hashable, Sendable {
    /// What is done.
    public var action: Action
    /// How messages call the step: its place in the rules from 1; 0 for a connection that nobody
    /// asked for.
    public var number: Int
    /// `comment`
    public var comment: [UInt8]?

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
  public enum Action: Hashable, Sendable {
    case connect(Connect)
    case send(Payload)
    case expect(CheckExpectation)
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
  public enum Payload: Hashable, Sendable {
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
  /// The steps in order; the first one connects.
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
    if case .connect = steps.first?.action {
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
        (connect.port ?? connect.addressPort) != nil
      } else {
        true
      }
    }
  }

  /// An expectation that has to wait for more is begun again with the first negated one before it,
  /// for what comes may be what must not come.
  private mutating func linkExpectations() {
    var head: Int?
    for index in steps.indices {
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

/// `expect`
public struct CheckExpectation: Hashable, Sendable {
  /// What is looked for.
  public enum Pattern: Hashable, Sendable {
    /// `string`
    case string([UInt8])
    /// `binary`
    case binary([UInt8])
    /// `string-lf`
    case text(CheckText)
    /// `binary-lf`
    case hexadecimal(CheckText)
    /// `status`
    case status([ClosedRange<Int>])
    /// `hdr`, `fhdr`
    case header(HeaderPattern)
    /// `string` of `http-check`
    case body([UInt8])
    /// `string-lf` of `http-check`
    case bodyText(CheckText)
    /// A pattern of a protocol.
    case builtIn(BuiltInPattern)
    /// A reply with a parser of its own.
    case reply(ReplyFormat)
  }

  /// Replies with a parser of their own.
  public enum ReplyFormat: Hashable, Sendable {
    case mysqlGreeting
    case mysqlResult
    case ldapBindResponse
    case spopHello
    case agent
  }

  /// What is looked for.
  public var pattern: Pattern
  /// `!`
  public var isNegated = false
  /// `min-recv`; nil to wait for more as long as nothing matches.
  public var bytesMin: Int?
  /// `ok-status`
  public var okStatus: CheckStatus?
  /// `error-status`
  public var errorStatus: CheckStatus?
  /// `tout-status`
  public var timeoutStatus: CheckStatus?
  /// `on-success`
  public var onSuccess: CheckText?
  /// `on-error`
  public var onError: CheckText?
  /// `status-code`
  public var statusCode: CheckSample?
  /// The step with which waiting begins anew.
  var head = 0

  /// - Parameter pattern: what is looked for.
  public init(_ pattern: Pattern) { self.pattern = pattern }
}

/// Patterns of the protocol checks, each what a regular expression of HAProxy says.
public enum BuiltInPattern: Hashable, Sendable {
  /// Begins with one of these bytes.
  case firstByte(in: ClosedRange<UInt8>)
  /// PostgreSQL asks for an authentication it knows, or for none.
  case pgsqlAuthentication
  /// Three digits, then a space or the end of the line.
  case smtpLine
  /// The same with 2 as the first digit.
  case smtpSuccess
  /// Any number of `2xx-` lines, then one of `smtpSuccess`.
  case smtpMultilineSuccess
  /// `2xx`, then a dash, a space or the end of the line.
  case smtpFarewell

  func matches(_ bytes: [UInt8]) -> Bool {
    switch self {
    case .firstByte(let range): bytes.first.map(range.contains) ?? false
    case .pgsqlAuthentication: BuiltInPattern.isPgsqlAuthentication(bytes)
    case .smtpLine: BuiltInPattern.isReply(bytes[...], first: nil, endings: " \r")
    case .smtpSuccess: BuiltInPattern.isReply(bytes[...], first: 2, endings: " \r")
    case .smtpFarewell: BuiltInPattern.isReply(bytes[...], first: 2, endings: "- \r")
    case .smtpMultilineSuccess: BuiltInPattern.isMultilineReply(bytes)
    }
  }

  private static func isPgsqlAuthentication(_ bytes: [UInt8]) -> Bool {
    guard bytes.count >= 9, bytes.starts(with: [0x52, 0, 0, 0]),
      bytes[5..<8].allSatisfy({ $0 == 0 })
    else { return false }
    return [0, 2, 3, 4, 5, 6, 7, 9, 10].contains(bytes[8])
  }

  private static func isReply(
    _ bytes: ArraySlice<UInt8>, first: UInt8?, endings: String
  ) -> Bool {
    guard bytes.count >= 4 else { return false }
    let start = bytes.startIndex
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    guard bytes[start..<start + 3].allSatisfy(digits.contains) else { return false }
    if let first, bytes[start] != UInt8(ascii: "0") + first { return false }
    return endings.utf8.contains(bytes[start + 3])
  }

  private static func isMultilineReply(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    while isReply(rest, first: 2, endings: "-") {
      guard let end = rest.firstIndex(of: UInt8(ascii: "\r")), end + 1 < rest.endIndex,
        rest[end + 1] == UInt8(ascii: "\n")
      else { return false }
      rest = rest[(end + 2)...]
    }
    return isReply(rest, first: 2, endings: " \r")
  }
}

/// `hdr` and `fhdr`: a header with a name, and maybe with a value.
public struct HeaderPattern: Hashable, Sendable {
  /// How a name or a value is compared.
  public enum Method: String, CaseIterable, Hashable, Sendable {
    case same = "str"
    case beginning = "beg"
    case ending = "end"
    case contained = "sub"
  }

  /// One of the two.
  public struct Part: Hashable, Sendable {
    public var method: Method
    public var text: CheckText
    /// - Parameters:
    ///   - method: how it is compared.
    ///   - text: with what.
    public init(_ method: Method, _ text: CheckText) {
      self.method = method
      self.text = text
    }

    func matches(_ bytes: ArraySlice<UInt8>, _ pattern: [UInt8]) -> Bool {
      switch method {
      case .same: bytes.elementsEqual(pattern)
      case .beginning: bytes.starts(with: pattern)
      case .ending:
        bytes.count >= pattern.count && bytes.suffix(pattern.count).elementsEqual(pattern)
      case .contained: bytes.containsBytes(pattern)
      }
    }
  }

  public var name: Part
  /// nil when the header need only be there.
  public var value: Part?
  /// `fhdr`: the whole value, not one of several between commas.
  public var isWhole: Bool

  /// - Parameters:
  ///   - name: compared without regard to case.
  ///   - value: nil when the header need only be there.
  ///   - isWhole: `fhdr`
  public init(name: Part, value: Part?, isWhole: Bool) {
    self.name = name
    self.value = value
    self.isWhole = isWhole
  }
}

extension RandomAccessCollection where Element == UInt8, Index == Int {
  /// Whether a sequence of bytes is somewhere in this one; an empty one always is.
  func containsBytes(_ pattern: [UInt8]) -> Bool {
    guard let first = pattern.first else { return true }
    guard count >= pattern.count else { return false }
    var start = startIndex
    let last = endIndex - pattern.count
    while start <= last {
      if self[start] == first, self[start..<start + pattern.count].elementsEqual(pattern) {
        return true
      }
      start += 1
    }
    return false
  }
}
