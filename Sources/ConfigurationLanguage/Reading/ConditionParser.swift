/// A condition as a tree: alternatives, each a chain of terms that must all hold.
struct ConditionExpression {
  /// One operand of `&&`.
  struct Term {
    var isNegated = false
    var kind: Kind
  }

  /// What a term is made of.
  indirect enum Kind {
    case constant(Bool)
    case predicate(ConditionPredicate, arguments: [String])
    case group(ConditionExpression)
  }

  var alternatives: [[Term]]
}

/// The predicates that exist.
enum ConditionPredicate: String, CaseIterable {
  case defined, feature, streq, strneq, strstr, enabled
  case versionAtLeast = "version_atleast"
  case versionBefore = "version_before"
  case opensslVersionAtLeast = "openssl_version_atleast"
  case opensslVersionBefore = "openssl_version_before"
  case tlsLibraryNameStartsWith = "ssllib_name_startswith"
  case awslcAtLeast = "awslc_api_atleast"
  case awslcBefore = "awslc_api_before"

  /// How many arguments it takes, all of them strings.
  var argumentCount: Int {
    switch self {
    case .streq, .strneq, .strstr: 2
    case .defined, .feature, .enabled, .versionAtLeast, .versionBefore, .opensslVersionAtLeast,
      .opensslVersionBefore, .tlsLibraryNameStartsWith, .awslcAtLeast, .awslcBefore:
      1
    }
  }
}

/// Parses a condition completely before any of it is evaluated.
///
/// The grammar is recursive, and so is this parser, with HAProxy's bound on the depth; a chain of
/// `&&` or `||` counts as deep as it is long, so that the same conditions are accepted.
struct ConditionParser {
  private typealias Problem = ConfigurationCondition.Problem
  private typealias Term = ConditionExpression.Term

  /// The deepest nesting.
  private static let depthMax = 1024

  private let text: [UInt8]
  /// The first byte that was not parsed.
  private(set) var index = 0

  init(_ text: [UInt8]) { self.text = Array(text.prefix { $0 != 0 }) }

  /// Parses the whole text.
  mutating func parse() throws(ConfigurationCondition.Problem) -> ConditionExpression {
    guard let expression = try takeExpression(depthLeft: ConditionParser.depthMax) else {
      throw problem("unparsable conditional expression", 0, position: index)
    }
    skipBlanks()
    guard index == text.count else {
      throw Problem(
        message: "unexpected character '\(text[index].text)' at the end of conditional expression "
          + "'\(rest(from: 0))'", position: index)
    }
    return expression
  }

  // MARK: Characters

  private func byte(at index: Int) -> UInt8 { index < text.count ? text[index] : 0 }

  private func rest(from index: Int) -> String { String(decoding: text[index...], as: UTF8.self) }

  private mutating func skipBlanks() {
    while byte(at: index) == UInt8(ascii: " ") || byte(at: index) == UInt8(ascii: "\t") {
      index += 1
    }
  }

  /// Whether an operator of two equal characters comes next.
  private func isOperator(_ character: UInt8) -> Bool {
    byte(at: index) == character && byte(at: index + 1) == character
  }

  private func problem(_ what: String, _ start: Int, position: Int? = nil) -> Problem {
    Problem(message: "\(what) '\(rest(from: start))'", position: position ?? start)
  }

  // MARK: Grammar

  // Each of these returns nil when there is nothing to parse: an empty operand. The index then
  // stands at the operator before it.

  private mutating func takeExpression(
    depthLeft: Int
  ) throws(ConfigurationCondition.Problem) -> ConditionExpression? {
    var alternatives: [[Term]] = []
    var depthLeft = depthLeft
    var firstOperator: Int?
    while true {
      guard index < text.count else {
        if let firstOperator { index = firstOperator }
        return nil
      }
      guard depthLeft > 0 else { throw problem("unparsable conditional expression", index) }
      guard let chain = try takeChain(depthLeft: depthLeft - 1) else {
        throw problem("unparsable conditional expression", index)
      }
      alternatives.append(chain)
      skipBlanks()
      guard isOperator(UInt8(ascii: "|")) else {
        return ConditionExpression(alternatives: alternatives)
      }
      firstOperator = firstOperator ?? index
      index += 2
      skipBlanks()
      depthLeft -= 1
    }
  }

  private mutating func takeChain(
    depthLeft: Int
  ) throws(ConfigurationCondition.Problem) -> [ConditionExpression.Term]? {
    var terms: [Term] = []
    var depthLeft = depthLeft
    var firstOperator: Int?
    while true {
      guard index < text.count else {
        if let firstOperator { index = firstOperator }
        return nil
      }
      guard depthLeft > 0 else {
        throw problem("unparsable conditional sub-expression", index)
      }
      guard let term = try takeTerm(depthLeft: depthLeft - 1) else {
        throw problem("unparsable conditional sub-expression", index)
      }
      terms.append(term)
      skipBlanks()
      guard isOperator(UInt8(ascii: "&")) else { return terms }
      firstOperator = firstOperator ?? index
      index += 2
      skipBlanks()
      depthLeft -= 1
    }
  }

  private mutating func takeTerm(
    depthLeft: Int
  ) throws(ConfigurationCondition.Problem) -> ConditionExpression.Term? {
    let start = index
    let unparsable = problem("unparsable conditional expression", start)
    skipBlanks()
    guard index < text.count else {
      index = start
      return nil
    }
    guard depthLeft > 0 else { throw unparsable }
    var isNegated = false
    while byte(at: index) == UInt8(ascii: "!") {
      isNegated.toggle()
      index += 1
      skipBlanks()
    }
    if let constant = takeConstant() {
      return Term(isNegated: isNegated, kind: .constant(constant))
    }
    if byte(at: index) == UInt8(ascii: "(") {
      index += 1
      skipBlanks()
      guard let group = try takeExpression(depthLeft: depthLeft - 1) else { throw unparsable }
      skipBlanks()
      guard byte(at: index) == UInt8(ascii: ")") else {
        throw problem("expected ')' after conditional expression", start)
      }
      index += 1
      skipBlanks()
      return Term(isNegated: isNegated, kind: .group(group))
    }
    let word = text[index...].prefix { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "(") }
    guard let predicate = ConditionPredicate(rawValue: String(decoding: word, as: UTF8.self))
    else { throw unparsable }
    index = word.endIndex
    let arguments = try takeArguments(of: predicate)
    return Term(isNegated: isNegated, kind: .predicate(predicate, arguments: arguments))
  }

  /// An integer in C's notation, base 8, 10 or 16 (strtol with base 0): true unless it is zero.
  private mutating func takeConstant() -> Bool? {
    var next = index
    while byte(at: next).isSpace { next += 1 }
    if byte(at: next) == UInt8(ascii: "-") || byte(at: next) == UInt8(ascii: "+") { next += 1 }
    guard byte(at: next).isDigit else { return nil }
    var base: UInt8 = 10
    if byte(at: next) == UInt8(ascii: "0") {
      base = 8
      if byte(at: next + 1).lowercased == UInt8(ascii: "x"),
        byte(at: next + 2).hexadecimalValue != nil
      {
        base = 16
        next += 2
      }
    }
    var isTrue = false
    while let digit = byte(at: next).hexadecimalValue, digit < base {
      isTrue = isTrue || digit > 0
      next += 1
    }
    index = next
    return isTrue
  }

  // MARK: Arguments

  /// The list in parentheses behind a predicate. Without parentheses there is one empty argument.
  private mutating func takeArguments(
    of predicate: ConditionPredicate
  ) throws(ConfigurationCondition.Problem) -> [String] {
    var arguments: [String] = []
    let hasList = byte(at: index) == UInt8(ascii: "(")
    if hasList { index += 1 }
    while arguments.count < predicate.argumentCount {
      do throws(Unescapable) {
        arguments.append(hasList ? try takeArgument() : "")
      } catch {
        let number = arguments.count + 1
        throw argumentProblem(
          "failed to parse '\(rest(from: index))' after '\(error.parsed)' as type 'string' at "
            + "position \(number)", number - 1, predicate)
      }
      guard hasList, arguments.count < predicate.argumentCount, byte(at: index) == UInt8(ascii: ",")
      else { break }
      index += 1
    }
    guard arguments.count == predicate.argumentCount else {
      let (count, needed) = (arguments.count, predicate.argumentCount)
      throw argumentProblem(
        "missing arguments (got \(count)/\(needed)), type 'string' expected", count, predicate)
    }
    guard hasList else { return arguments }
    guard byte(at: index) == UInt8(ascii: ")") else {
      let found = rest(from: index)
      throw argumentProblem(
        found.isEmpty ? "expected ')'" : "expected ')' before '\(found)'",
        arguments.count > 1 ? arguments.count - 1 : arguments.count, predicate)
    }
    index += 1
    return arguments
  }

  /// A backslash at the end of an argument, behind what was read of it.
  private struct Unescapable: Error {
    var parsed: String
  }

  /// One argument up to a comma or parenthesis outside of quotes; these quotes and escapes are a
  /// second level below those of the line.
  private mutating func takeArgument() throws(Unescapable) -> String {
    var argument: [UInt8] = []
    var quote: UInt8?
    while index < text.count {
      let byte = text[index]
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "'"):
        if quote == nil {
          quote = byte
        } else if quote == byte {
          quote = nil
        } else {
          argument.append(byte)
        }
        index += 1
      case UInt8(ascii: "\\") where quote != UInt8(ascii: "'"):
        guard index + 1 < text.count else {
          throw Unescapable(parsed: String(decoding: argument, as: UTF8.self))
        }
        let escaped = ConditionParser.escaped(text[index + 1])
        argument.append(escaped ?? byte)
        index += escaped == nil ? 1 : 2
      case UInt8(ascii: ",") where quote == nil, UInt8(ascii: ")") where quote == nil:
        return String(decoding: argument, as: UTF8.self)
      default:
        argument.append(byte)
        index += 1
      }
    }
    return String(decoding: argument, as: UTF8.self)
  }

  private static func escaped(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "\\"), UInt8(ascii: " "), UInt8(ascii: "\""), UInt8(ascii: "'"): byte
    case UInt8(ascii: "r"): UInt8(ascii: "\r")
    case UInt8(ascii: "n"): UInt8(ascii: "\n")
    case UInt8(ascii: "t"): UInt8(ascii: "\t")
    default: nil
    }
  }

  private func argumentProblem(
    _ what: String, _ number: Int, _ predicate: ConditionPredicate
  ) -> ConfigurationCondition.Problem {
    Problem(
      message: "\(what) in argument \(number) of predicate '\(predicate.rawValue)' used in "
        + "conditional expression", position: index)
  }
}
