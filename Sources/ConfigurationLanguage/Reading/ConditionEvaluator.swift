/// Answers a parsed condition. Operands behind a decided `&&` or `||` are not evaluated.
struct ConditionEvaluator {
  /// A predicate that cannot be answered.
  struct Failure: Error {
    /// HAProxy's message.
    var message: String
  }

  let environment: Environment
  let facts: ConditionFacts

  /// Whether an expression holds.
  func holds(_ expression: ConditionExpression) throws(Failure) -> Bool {
    for chain in expression.alternatives {
      var isTrue = true
      for term in chain where isTrue { isTrue = try holds(term) }
      if isTrue { return true }
    }
    return false
  }

  private func holds(_ term: ConditionExpression.Term) throws(Failure) -> Bool {
    let isTrue =
      switch term.kind {
      case .constant(let value): value
      case .predicate(let predicate, let arguments): try answer(predicate, arguments)
      case .group(let expression): try holds(expression)
      }
    return isTrue != term.isNegated
  }

  private func answer(
    _ predicate: ConditionPredicate, _ arguments: [String]
  ) throws(Failure) -> Bool {
    let first = arguments.first ?? ""
    let second = arguments.last ?? ""
    switch predicate {
    case .defined: return environment[first] != nil
    case .feature: return facts.features.contains(first)
    case .enabled: return facts.enabled.contains(first)
    case .streq: return first.utf8.elementsEqual(second.utf8)
    case .strneq: return !first.utf8.elementsEqual(second.utf8)
    case .strstr: return ConditionEvaluator.isPart(second, of: first)
    case .versionAtLeast:
      // A version that cannot be parsed counts as an old one.
      return compareVersion(with: first).map { $0 >= 0 } ?? true
    case .versionBefore: return compareVersion(with: first).map { $0 < 0 } ?? false
    case .tlsLibraryNameStartsWith: return false
    case .opensslVersionAtLeast, .opensslVersionBefore, .awslcAtLeast, .awslcBefore:
      // As an HAProxy that was built without the library answers.
      throw Failure(
        message: "invalid argument to conditional expression predicate '\(predicate.rawValue)': "
          + "'\(first)'")
    }
  }

  /// Negative, zero or positive as this version is older than, equal to or newer than another one.
  private func compareVersion(with other: String) -> Int? {
    guard let own = ReleaseVersion(facts.version), let other = ReleaseVersion(other)
    else { return nil }
    return own < other ? -1 : own == other ? 0 : 1
  }

  private static func isPart(_ needle: String, of text: String) -> Bool {
    let (needle, text) = (Array(needle.utf8), Array(text.utf8))
    guard needle.count <= text.count else { return false }
    return (0...(text.count - needle.count)).contains { text[$0...].starts(with: needle) }
  }
}
