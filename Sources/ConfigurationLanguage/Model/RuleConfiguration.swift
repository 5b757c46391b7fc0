public import Samples

/// One `tcp-request` or `tcp-response` rule. HAProxy manual, sections 4.2 and 4.3.
public struct TCPRule: Sendable {
  /// Which side's socket an option is set on.
  public enum Side: Sendable { case client, server }

  /// A number that is written, or what an expression gives.
  public enum Number: Sendable {
    case fixed(UInt32)
    case expression(SampleExpression)
  }

  /// What a rule does when its condition holds.
  public enum Action: Sendable {
    /// No further rule of the list is evaluated.
    case accept
    case reject
    /// Closes the connection to the server. `tcp-response` only.
    case close
    /// `expect-proxy layer4`
    case expectProxy
    /// `expect-netscaler-cip layer4`
    case expectClientAddress
    /// Nothing goes to the client any more, nor a reset; with a time to live, a reset that dies on
    /// its way.
    case silentDrop(timeToLive: UInt8?)
    case setSource(SampleExpression)
    case setSourcePort(SampleExpression)
    case setDestination(SampleExpression)
    case setDestinationPort(SampleExpression)
    case setVariable(VariableName, VariableConditions, SampleExpression)
    case setVariableFormat(VariableName, VariableConditions, LogFormat)
    case unsetVariable(VariableName)
    /// 0 (emerg) to 7 (debug); nil for no line at all.
    case setLogLevel(UInt8?)
    /// SO_MARK
    case setMark(Side, Number)
    /// IP_TOS or IPV6_TCLASS
    case setTypeOfService(Side, Number)
    case setPriorityClass(SampleExpression)
    case setPriorityOffset(SampleExpression)
    /// Keeps a sample for the log, cut to a length.
    case capture(SampleExpression, bytesMax: Int, index: Int)
    /// `track-sc*`: a stick counter tracks a key in a table.
    case track(counter: Int, SampleExpression, table: NameReference)
    /// `sc-inc-gpc`, `sc-add-gpc`: adds to a general purpose counter of what is tracked.
    case addToCounter(StickElement, Number)
    /// `sc-set-gpt`: sets a general purpose tag of what is tracked.
    case setTag(StickElement, Number)
    /// `set-retries`: at most 100.
    case setRetries(Number)
    /// `set-nice`: nothing, since the sessions of a worker are served in turn.
    case setNice
  }

  public var action: Action
  /// nil when the rule always applies.
  public var condition: AccessControlCondition?
  /// Where the rule stands.
  public var place: RulePlace

  public init(action: Action, condition: AccessControlCondition?, place: RulePlace) {
    self.action = action
    self.condition = condition
    self.place = place
  }
}

/// A general purpose counter or tag of what a stick counter tracks.
public struct StickElement: Hashable, Sendable {
  /// `gpc`, `gpc0`, `gpc1`, `gpt` or `gpt0`
  public var type: StickTableDataType
  /// The place in the array; 0 for those that are none.
  public var element: Int
  /// The number of the stick counter.
  public var counter: Int

  public init(_ type: StickTableDataType, element: Int, counter: Int) {
    self.type = type
    self.element = element
    self.counter = counter
  }
}

/// When rules of a kind are evaluated.
public enum RuleStage: Sendable {
  /// `tcp-request connection`
  case connection
  /// `tcp-request session`
  case session
  /// `tcp-request content`
  case content
  /// `tcp-response content`
  case response
}

/// The rules of a proxy, those of its defaults first.
public struct TCPRules: Sendable {
  public var rules: [TCPRule] = []
  /// How many come from a `defaults` section.
  public var inheritedCount = 0
  /// `inspect-delay`; nil for none.
  public var inspectDelay: Duration?

  public init() {}
}

/// One `use_backend`. HAProxy manual, section 4.2.
public struct SwitchingRule: Sendable {
  /// Where it leads.
  public enum Target: Sendable {
    /// Index into `Configuration.proxies`
    case backend(Int)
    /// The name that a format gives; nothing happens when there is no such backend.
    case named(LogFormat)
  }

  public var condition: AccessControlCondition?
  public var target: Target

  public init(condition: AccessControlCondition?, target: Target) {
    self.condition = condition
    self.target = target
  }
}

/// One `use-server`. HAProxy manual, section 4.2.
public struct ServerRule: Sendable {
  /// Which server is used.
  public enum Target: Sendable {
    /// Index into `ProxyConfiguration.servers`
    case server(Int)
    /// The name that a format gives.
    case named(LogFormat)
  }

  public var condition: AccessControlCondition
  public var target: Target

  public init(condition: AccessControlCondition, target: Target) {
    self.condition = condition
    self.target = target
  }
}

/// One `force-persist` or `ignore-persist`. HAProxy manual, section 4.2.
public struct PersistRule: Sendable {
  /// `force-persist`
  public var forces: Bool
  public var condition: AccessControlCondition

  public init(forces: Bool, condition: AccessControlCondition) {
    self.forces = forces
    self.condition = condition
  }
}

/// One `stick` line. HAProxy manual, section 4.2.
public struct StickRule: Sendable {
  /// Whether the server that is remembered for the key is used: `on`, `match`.
  public var matches: Bool
  /// Whether the server is remembered for the key: `on`, `store-request`, `store-response`.
  public var stores: Bool
  public var expression: SampleExpression
  /// The proxy whose stick table it is.
  public var table: NameReference
  /// nil when the rule always applies.
  public var condition: AccessControlCondition?

  public init(
    matches: Bool, stores: Bool, expression: SampleExpression, table: NameReference,
    condition: AccessControlCondition?
  ) {
    self.matches = matches
    self.stores = stores
    self.expression = expression
    self.table = table
    self.condition = condition
  }
}
