import ConfigurationLanguage
import Proxies
import Samples

/// The rules of a frontend, and whether there are any at all: what a session without rules pays is the
/// reading of a few flags.
struct FrontendRules: Sendable {
  let connection: [TCPRule]
  let session: [TCPRule]
  let content: TCPRules
  let switching: [SwitchingRule]
  let needsRequest: Bool
  var hasConnectionRules: Bool { !connection.isEmpty }
  var hasSessionRules: Bool { !session.isEmpty }
  /// Whether a session waits for rules, of the frontend or of a backend it may be led to.
  let mayInspect: Bool

  init(_ proxy: ProxyConfiguration, in configuration: Configuration, isFixed: Bool) {
    connection = proxy.connectionRules.rules
    session = proxy.sessionRules.rules
    content = proxy.contentRules
    switching = isFixed ? [] : proxy.switchingRules
    needsRequest =
      proxy.contentRules.rules.contains(where: \.needsRequest)
      || switching.contains { rule in
        if rule.condition?.needsRequest == true { return true }
        if case .named(let format) = rule.target { return format.needsRequest }
        return false
      }
    let own = proxy.name
    mayInspect =
      !proxy.contentRules.rules.isEmpty || !switching.isEmpty
      || proxy.backends.contains { index in
        let backend = configuration.proxies[index]
        return !backend.serverRules.isEmpty || !backend.persistRules.isEmpty
          || backend.persistCookie != nil || !backend.stickRules.isEmpty
          || (backend.name != own && !backend.contentRules.rules.isEmpty)
      }
  }
}

/// The rules of a backend.
struct BackendRules: Sendable {
  let content: TCPRules
  let response: TCPRules
  let server: [ServerRule]
  let persist: [PersistRule]
  /// `persist rdp-cookie`
  let persistCookie: SampleExpression?
  /// What the balancing hashes.
  let balanceKey: SampleExpression?
  let hasBalanceKey: Bool
  /// Whether something looks at a session before it asks for a server.
  let choosesServer: Bool
  let stick: [StickRule]
  let storeResponse: [StickRule]
  /// How tables name the servers, by the proxies of the tables that `stick` and `storeResponse` name.
  let stickServers: [Int: StickServers]
  let needsRequest: Bool
  let responseNeedsResponse: Bool
  let responseNeedsRequest: Bool
  var hasResponseRules: Bool { !response.rules.isEmpty }
  /// Whether servers are remembered when they are connected.
  let remembersServers: Bool

  init(_ proxy: ProxyConfiguration, _ tables: StickTables) {
    stick = proxy.stickRules
    storeResponse = proxy.storeResponseRules
    remembersServers = !storeResponse.isEmpty || stick.contains(where: \.stores)
    stickServers = Dictionary(
      (stick + storeResponse).map { $0.table.proxy }.map {
        ($0, StickServers(proxy, in: tables[$0]))
      }, uniquingKeysWith: { first, _ in first })
    content = proxy.contentRules
    response = proxy.responseRules
    server = proxy.serverRules
    persist = proxy.persistRules
    persistCookie = proxy.persistCookie
    balanceKey = proxy.balanceKey
    hasBalanceKey = proxy.balanceKey != nil
    choosesServer =
      !proxy.serverRules.isEmpty || !proxy.persistRules.isEmpty || proxy.persistCookie != nil
      || !proxy.stickRules.isEmpty
    needsRequest =
      content.rules.contains(where: \.needsRequest)
      || server.contains { rule in
        if rule.condition.needsRequest { return true }
        if case .named(let format) = rule.target { return format.needsRequest }
        return false
      } || persist.contains { $0.condition.needsRequest } || stick.contains(where: \.needsRequest)
      || proxy.persistCookie != nil
    responseNeedsResponse =
      response.rules.contains(where: \.needsResponse)
      || storeResponse.contains(where: \.needsResponse)
    responseNeedsRequest =
      response.rules.contains(where: \.needsRequest)
      || storeResponse.contains(where: \.needsRequest)
  }
}

extension LogFormat {
  /// Whether one of the expressions looks at the bytes of the client.
  var needsRequest: Bool { expressions.contains(where: \.needsRequest) }
  var needsResponse: Bool { expressions.contains(where: \.needsResponse) }
}

extension StickRule {
  var needsRequest: Bool { condition?.needsRequest == true || expression.needsRequest }
  var needsResponse: Bool { condition?.needsResponse == true || expression.needsResponse }
}

extension TCPRule {
  var needsRequest: Bool {
    condition?.needsRequest == true || expression?.needsRequest == true
      || format?.needsRequest == true
  }
  var needsResponse: Bool {
    condition?.needsResponse == true || expression?.needsResponse == true
      || format?.needsResponse == true
  }

  private var expression: SampleExpression? {
    switch action {
    case .setSource(let expression), .setSourcePort(let expression),
      .setDestination(let expression), .setDestinationPort(let expression),
      .setVariable(_, _, let expression), .setPriorityClass(let expression),
      .setPriorityOffset(let expression), .capture(let expression, _, _),
      .setMark(_, .expression(let expression)),
      .setTypeOfService(_, .expression(let expression)), .track(_, let expression, _),
      .addToCounter(_, .expression(let expression)), .setTag(_, .expression(let expression)),
      .setRetries(.expression(let expression)):
      expression
    case .accept, .reject, .close, .expectProxy, .expectClientAddress, .silentDrop,
      .setVariableFormat, .unsetVariable, .setLogLevel, .setMark, .setTypeOfService, .addToCounter,
      .setTag, .setRetries, .setNice:
      nil
    }
  }

  private var format: LogFormat? {
    if case .setVariableFormat(_, _, let format) = action { format } else { nil }
  }
}
