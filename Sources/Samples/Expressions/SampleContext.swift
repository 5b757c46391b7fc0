public import Basics

/// A number that only the running process knows of a proxy or a server.
public enum SampleCounter: UInt8, Sendable {
  // Of the process.
  case processSessions, isStopping, uptimeSeconds
  // Of a frontend.
  case frontendSessions, frontendSessionRate, frontendID
  // Of a backend.
  case backendSessions, backendFreeSessions, backendSessionRate, backendQueue, backendUsableServers
  case backendAverageQueue, backendConnectionSlots, backendID
  // Of a server.
  case serverConnections, serverFreeConnections, serverIsUp, serverQueue, serverSessionRate
  case serverWeight, serverInitialWeight, serverUserWeight, serverID
  // Of a listener; `server` is its place.
  case listenerSessions, listenerID
  // Timeouts in milliseconds.
  case clientTimeout, connectTimeout, queueTimeout, serverTimeout, tunnelTimeout
}

/// What only the running process knows. All workers share one, and ask it from any thread.
public protocol SampleSources: AnyObject, Sendable {
  /// A counter of a proxy, or of one of its servers or listeners; nil when there is none.
  func count(_ counter: SampleCounter, proxy: Int, member: Int) -> Int64?
  /// A proxy's name.
  func name(proxy: Int) -> [UInt8]
  /// A server's name.
  func name(proxy: Int, server: Int) -> [UInt8]
  /// A listener's name; empty when it has none.
  func name(proxy: Int, listener: Int) -> [UInt8]
  /// The index of the backend that a frontend leads to by default; nil when there is none.
  func defaultBackend(of proxy: Int) -> Int?
  /// The proxy of a name that has a half; nil when there is none.
  func proxy(named name: String, isFrontend: Bool) -> Int?
  /// The server of a name in a backend; nil when there is none.
  func server(named name: String, in proxy: Int) -> Int?
  /// How many bytes each place for captures of a frontend holds.
  func captureRoom(of proxy: Int, isRequest: Bool) -> [Int]
  /// The machine's name.
  var hostname: [UInt8] { get }
  /// A variable of the environment.
  func environment(_ name: String) -> [UInt8]?
  /// Whether an address is one of this machine.
  func isLocal(_ address: IPAddress) -> Bool
  /// A variable of the process.
  func variable(_ name: VariableName) -> SampleValue?
  /// Sets a variable of the process; nil takes it away.
  func set(_ name: VariableName, to value: SampleValue?)
}

/// Everything that expressions and conditions of one session can be answered from: plain values, filled
/// in by whoever runs the session before it evaluates. One is kept and used again and again.
public struct SampleContext {
  /// The side whose bytes `payload` and the like look at.
  public enum Direction: UInt8, Sendable { case request, response }

  /// Whether rules for bytes of the client or of the server are evaluated.
  public var direction = Direction.request
  /// Whether waiting is over: nothing will change any more.
  public var isFinal = true
  /// What the client sent so far.
  public var request: [UInt8] = []
  /// What the server sent so far.
  public var response: [UInt8] = []
  /// Whether more bytes may come from that side.
  public var isInputOpen = false
  /// The most bytes that are ever looked at: `tune.bufsize`.
  public var bufferBytesMax = 16384

  public var source: SocketAddress?
  public var destination: SocketAddress?
  /// Those of the connection itself: neither rules for contents nor sessions change them.
  public var connectionSource: SocketAddress?
  public var connectionDestination: SocketAddress?
  /// This side's and the server's address of the connection to the server.
  public var serverSource: SocketAddress?
  public var serverDestination: SocketAddress?
  /// Whether a PROXY header was read.
  public var hasReceivedProxyHeader = false
  /// The additional values of that header, as they came; empty unless an expression needs them.
  public var proxyValues: [UInt8] = []
  /// How the two connections go; nil without one, and unless an expression needs it.
  public var clientTransmission: TransmissionFacts?
  public var serverTransmission: TransmissionFacts?
  /// What became of the client's connection.
  public var clientError = ConnectionError.none
  /// What became of the connection to the server; nil before there was one.
  public var serverError: ConnectionError?

  public var acceptDate = WallTime(microseconds: 0)
  public var now = WallTime(microseconds: 0)
  /// How far local time is ahead of UTC.
  public var utcOffsetSeconds: Int32 = 0

  /// Indexes into the configuration; -1 for none.
  public var frontend = 0
  public var listener = 0
  public var backend = -1
  public var server = -1

  public var handshakeMilliseconds: Int64 = 0
  public var waitMilliseconds: Int64 = -1
  public var connectMilliseconds: Int64 = -1
  public var totalMilliseconds: Int64 = 0
  public var bytesFromClient: UInt64 = 0
  public var bytesFromServer: UInt64 = 0
  public var bytesToServer: UInt64 = 0
  public var bytesToClient: UInt64 = 0
  public var retries = 0
  public var isRedispatched = false
  public var serverQueue = 0
  public var backendQueue = 0
  /// The two letters of `%ts`.
  public var termination: (UInt8, UInt8) = (0x2d, 0x2d)
  public var priorityClass: Int64 = 0
  public var priorityOffset: Int64 = 0
  public var sessionNumber: UInt64 = 0
  public var processID: Int32 = 0
  /// The worker, from 0.
  public var worker = 0
  /// The last rule that was final, for `last_rule_file` and `last_rule_line`.
  public var lastRule: RulePlace?
  /// The identifier that `unique-id-format` gave the session; nil for none.
  public var uniqueID: [UInt8]?

  /// Variables of the session and shorter scopes.
  public var variables: [VariableName: SampleValue] = [:]
  /// What `capture` rules kept, by number; nil for what was not there.
  public var captures: [[UInt8]?] = []
  /// What `capture-res` kept.
  public var responseCaptures: [[UInt8]?] = []
  /// What only the process knows; nil outside of one.
  public var sources: (any SampleSources)?
  /// The stick tables as the session sees them; nil where there are none.
  public var tables: (any SampleTables)?
  /// The state of the pseudo-random numbers.
  public var random: UInt64 = 0x9e37_79b9_7f4a_7c15

  public init() {}

  /// The next pseudo-random number. SplitMix64.
  mutating func nextRandom() -> UInt64 {
    random = random &+ 0x9e37_79b9_7f4a_7c15
    var number = random
    number = (number ^ number >> 30) &* 0xbf58_476d_1ce4_e5b9
    number = (number ^ number >> 27) &* 0x94d0_49bb_1331_11eb
    return number ^ number >> 31
  }

  /// The bytes of the side that is looked at.
  var bytes: [UInt8] { direction == .request ? request : response }

  // MARK: Variables

  /// The value of a variable; nil when it is not set.
  public func variable(_ name: VariableName) -> SampleValue? {
    name.scope == .process ? sources?.variable(name) : variables[name]
  }

  /// Sets a variable, or takes it away with nil. A variable of the response cannot be set before there
  /// is one, nor a variable of the request after that.
  public mutating func set(_ name: VariableName, to value: SampleValue?) {
    switch name.scope {
    case .process: sources?.set(name, to: value)
    case .request where direction == .response, .response where direction == .request: break
    case .session, .transaction, .request, .response, .check: variables[name] = value
    }
  }

  /// Sets a variable under conditions.
  public mutating func set(
    _ name: VariableName, to value: SampleValue, if conditions: VariableConditions
  ) {
    guard conditions.isEmpty || conditions.allow(replacing: variable(name), with: value) else {
      return
    }
    set(name, to: value)
  }

  /// Takes the variables of a scope away.
  public mutating func removeVariables(of scope: VariableName.Scope) {
    guard !variables.isEmpty else { return }
    variables = variables.filter { $0.key.scope != scope }
  }
}

/// A rule's place in the configuration, shared because many sessions remember it.
public final class RulePlace: Sendable {
  public let file: String
  public let line: Int
  public init(file: String, line: Int) {
    self.file = file
    self.line = line
  }
}

/// What an expression gives.
public enum SampleOutcome: Sendable {
  /// A value.
  ///
  /// - Parameter mayChange: whether more bytes may lead to another one.
  case value(SampleValue, mayChange: Bool)
  /// No value, and there will be none.
  case absent
  /// No value yet: more bytes may bring one.
  case unknown

  /// The value, if there is one.
  public var value: SampleValue? {
    if case .value(let value, _) = self { value } else { nil }
  }
}

extension SampleExpression {
  /// Fetches and converts.
  public func evaluate(in context: inout SampleContext) -> SampleOutcome {
    convert(context.fetch(fetch, arguments), in: &context)
  }

  /// Applies the converters to what was fetched.
  func convert(_ outcome: SampleOutcome, in context: inout SampleContext) -> SampleOutcome {
    guard case .value(var value, var mayChange) = outcome, !calls.isEmpty else { return outcome }
    for call in calls {
      guard let input = value.cast(to: call.input) else { return mayChange ? .unknown : .absent }
      switch context.convert(input, by: call) {
      case .value(let output): value = output
      case .settled(let output):
        guard let output else { return .absent }
        value = output
        mayChange = false
      case .absent: return mayChange ? .unknown : .absent
      case .unknown: return .unknown
      }
    }
    return .value(value, mayChange: mayChange)
  }

  /// The value as text; empty when there is none.
  public func text(in context: inout SampleContext) -> [UInt8] {
    evaluate(in: &context).value?.text ?? []
  }
}
