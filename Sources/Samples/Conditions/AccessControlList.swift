/// What a test comes to: it holds, it does not, or bytes are missing to tell.
public enum Verdict: Sendable {
  case pass, fail, miss

  /// The opposite, as far as it is known.
  var negated: Verdict {
    switch self {
    case .pass: .fail
    case .fail: .pass
    case .miss: .miss
    }
  }

  /// Either: a miss is better than a failure.
  func or(_ other: Verdict) -> Verdict {
    self == .pass || other == .pass ? .pass : self == .miss || other == .miss ? .miss : .fail
  }

  /// Both.
  func and(_ other: Verdict) -> Verdict {
    self == .fail || other == .fail ? .fail : self == .miss || other == .miss ? .miss : .pass
  }
}

/// One line of an ACL: a criterion and the patterns it is compared with.
struct AccessControlExpression: Sendable {
  /// The fetch's name as it was written, for messages.
  let keyword: String
  let sample: SampleExpression
  let patterns: PatternIndex

  /// Whether the sample is one that matches. Of a fetch with several values one is enough.
  func evaluate(in context: inout SampleContext) -> Verdict {
    if sample.fetch == .reqSslAlpn, sample.calls.isEmpty { return evaluateProtocols(context) }
    if sample.fetch == .fcPpTlv { return evaluateProxyValues(in: &context) }
    switch sample.evaluate(in: &context) {
    case .value(let value, let mayChange):
      if patterns.find(value) != nil { return .pass }
      return mayChange && !context.isFinal ? .miss : .fail
    case .absent: return .fail
    case .unknown: return context.isFinal ? .fail : .miss
    }
  }

  private func evaluateProxyValues(in context: inout SampleContext) -> Verdict {
    for value in context.proxyValues(sample.arguments) {
      let outcome = sample.convert(.value(.string(value), mayChange: false), in: &context)
      if let value = outcome.value, patterns.find(value) != nil { return .pass }
    }
    return .fail
  }

  private func evaluateProtocols(_ context: SampleContext) -> Verdict {
    switch ClientHello.read(context.request) {
    case .hello(let hello):
      hello.protocols.contains { patterns.find(.string($0)) != nil } ? .pass : .fail
    case .needMore: context.isFinal ? .fail : .miss
    case .invalid: .fail
    }
  }
}

/// A named ACL, or an anonymous one: it holds when one of its lines does. HAProxy manual, section 7.1.
///
/// A class because conditions that name it may be read before its last line. Complete and immutable
/// once the configuration has been read; only then do several threads see it.
public final class AccessControlList: @unchecked Sendable {
  /// Empty for an anonymous one.
  public let name: String
  var expressions: [AccessControlExpression] = []

  init(name: String) { self.name = name }

  /// Where at least one of its lines can be evaluated.
  public var places: SamplePlaces {
    expressions.reduce(into: []) { $0.formUnion($1.sample.fetch.places) }
  }

  /// The name of the first line's fetch.
  public var firstKeyword: String { expressions.first?.keyword ?? "" }

  /// The first fetch that cannot be used anywhere among some places.
  public func keyword(incompatibleWith places: SamplePlaces) -> String? {
    expressions.first { $0.sample.fetch.places.isDisjoint(with: places) }?.keyword
  }

  var needsRequest: Bool { expressions.contains { $0.sample.needsRequest } }
  var needsResponse: Bool { expressions.contains { $0.sample.needsResponse } }

  /// Whether one of the lines holds.
  func evaluate(in context: inout SampleContext) -> Verdict {
    var verdict = Verdict.fail
    for expression in expressions {
      verdict = verdict.or(expression.evaluate(in: &context))
      if verdict == .pass { break }
    }
    return verdict
  }

  /// The predefined ones. HAProxy manual, section 7.4.
  static let predefined: [String: [[UInt8]]] = [
    "TRUE": ["always_true"], "FALSE": ["always_false"],
    "LOCALHOST": ["src", "127.0.0.1/8", "::1"],
    "RDP_COOKIE": ["req.rdp_cookie_cnt", "gt", "0"], "REQ_CONTENT": ["req.len", "gt", "0"],
    "WAIT_END": ["wait_end"],
    "HTTP": ["req.proto_http"], "HTTP_1.0": ["req.ver", "1.0"], "HTTP_1.1": ["req.ver", "1.1"],
    "HTTP_2.0": ["req.ver", "2.0"], "HTTP_3.0": ["req.ver", "3.0"],
    "HTTP_URL_ABS": ["url", "-m", "reg", "^[^/:]*://"],
    "HTTP_URL_SLASH": ["url", "-m", "beg", "/"],
    "HTTP_URL_STAR": ["url", "*"],
    "METH_CONNECT": ["method", "CONNECT"], "METH_DELETE": ["method", "DELETE"],
    "METH_GET": ["method", "GET", "HEAD"], "METH_HEAD": ["method", "HEAD"],
    "METH_OPTIONS": ["method", "OPTIONS"], "METH_POST": ["method", "POST"],
    "METH_PUT": ["method", "PUT"], "METH_TRACE": ["method", "TRACE"],
  ].mapValues { $0.map { Array($0.utf8) } }
}

/// One ACL in a condition, possibly negated.
public struct AccessControlTerm: Sendable {
  public let list: AccessControlList
  let isNegated: Bool

  /// Whether all of some terms hold.
  static func evaluate(
    _ terms: [AccessControlTerm], in context: inout SampleContext
  ) -> Verdict {
    var verdict = Verdict.pass
    for term in terms {
      let result = term.list.evaluate(in: &context)
      verdict = verdict.and(term.isNegated ? result.negated : result)
      // One that does not hold, or is not known yet, decides.
      if verdict != .pass { break }
    }
    return verdict
  }
}

/// What stands behind `if` or `unless`: alternatives of ACLs that all have to hold. HAProxy manual,
/// section 7.2.
public struct AccessControlCondition: Sendable {
  let suites: [[AccessControlTerm]]
  /// `unless`
  let isInverted: Bool

  /// The ACLs in it, in order.
  public var lists: [AccessControlList] { suites.flatMap { $0.map(\.list) } }
  /// Whether it looks at the bytes of the client.
  public var needsRequest: Bool { lists.contains(where: \.needsRequest) }
  /// Whether it looks at the bytes of the server.
  public var needsResponse: Bool { lists.contains(where: \.needsResponse) }

  /// Whether the condition holds; `miss` only while `context.isFinal` is false.
  public func evaluate(in context: inout SampleContext) -> Verdict {
    var verdict = Verdict.fail
    for suite in suites {
      verdict = verdict.or(AccessControlTerm.evaluate(suite, in: &context))
      if verdict == .pass { break }
    }
    return isInverted ? verdict.negated : verdict
  }

  /// The first ACL that cannot hold anywhere among some places.
  public func list(incompatibleWith places: SamplePlaces) -> AccessControlList? {
    lists.first { $0.places.isDisjoint(with: places) }
  }
}
