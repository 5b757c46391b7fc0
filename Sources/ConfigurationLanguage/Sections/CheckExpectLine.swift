import HealthChecks
import Samples

/// `tcp-check expect` and `http-check expect`. HAProxy manual, the same.
extension CheckLine {
  mutating func expectation() throws(Problem) -> CheckRule {
    guard !statement[index + 1].isEmpty else {
      throw Problem("expects at least a matching pattern as arguments")
    }
    index += 1
    var expectation = CheckExpectation(.string([]))
    var pattern: CheckExpectation.Pattern?
    var comment: [UInt8]?
    while !word.isEmpty {
      var name = word
      var isPattern = false
      while name.hasPrefix("!") {
        isPattern = true
        expectation.isNegated.toggle()
        name.removeFirst()
        if name.isEmpty {
          index += 1
          name = word
        }
      }
      if let found = try readPattern(name) {
        guard pattern == nil else { throw Problem("only one pattern expected") }
        pattern = found
      } else {
        guard !isPattern || !CheckLine.options.contains(name) else {
          throw Problem("[!] not supported with '\(name)'")
        }
        if name == "comment" {
          comment = try option(name)
        } else {
          try read(name, into: &expectation)
        }
      }
      index += 1
    }
    guard let pattern else { throw Problem("pattern not found") }
    expectation.pattern = pattern
    return CheckRule(action: .step(.expect(expectation)), comment: comment)
  }

  private static let options: Set = [
    "min-recv", "comment", "on-success", "on-error", "ok-status", "error-status", "tout-status",
    "status-code",
  ]

  private mutating func option(
    _ name: String, _ kind: String = "a string"
  ) throws(Problem) -> [UInt8] {
    try argument("'\(name)' expects \(kind) as argument")
  }

  // MARK: Options

  private mutating func read(
    _ name: String, into expectation: inout CheckExpectation
  ) throws(Problem) {
    switch name {
    case "min-recv":
      let value = IntegerText.leading(
        String(decoding: try option(name, "a integer"), as: UTF8.self))
      guard (-1...Int(Int32.max)).contains(value) else {
        throw Problem("'min-recv' expects -1 or an integer from 0 to INT_MAX")
      }
      expectation.bytesMin = value < 0 ? nil : value
    case "on-success": expectation.onSuccess = try text(try option(name))
    case "on-error": expectation.onError = try text(try option(name))
    case "ok-status":
      expectation.okStatus = try status(
        name, [.layer4Passed, .layer6Passed, .layer7Passed, .layer7ConditionallyPassed],
        "'L4OK', 'L6OK', 'L7OK' or 'L7OKC'")
    case "error-status":
      expectation.errorStatus = try status(
        name,
        [
          .layer7InvalidResponse, .layer7WrongStatus, .layer7ConditionallyPassed,
          .layer6InvalidResponse, .layer4ConnectionProblem,
        ], "'L4CON', 'L6RSP', 'L7RSP' or 'L7STS'")
    case "tout-status":
      expectation.timeoutStatus = try status(
        name, [.layer4Timeout, .layer6Timeout, .layer7Timeout], "'L4TOUT', 'L6TOUT' or 'L7TOUT'")
    case "status-code":
      let expression = try option(name, "an expression")
      do {
        expectation.statusCode = try SampleExpression.ofCheck(expression, reader: reader)
      } catch {
        throw Problem("error detected while parsing status-code expression : \(error.message)")
      }
    default: throw unknown(name)
    }
  }

  private mutating func status(
    _ name: String, _ allowed: [CheckStatus], _ names: String
  ) throws(Problem) -> CheckStatus {
    let word = String(decoding: try option(name), as: UTF8.self)
    guard let status = allowed.first(where: { $0.word == word.uppercased() }) else {
      throw Problem("'\(name)' only supports \(names) status (got '\(word)').")
    }
    return status
  }

  private func unknown(_ name: String) -> Problem {
    isHTTP
      ? Problem(
        "'only supports min-recv, [!]string', '[!]rstring', '[!]string-lf', '[!]status', "
          + "'[!]rstatus', [!]hdr, [!]fhdr or comment but got '\(name)' as argument.")
      : Problem(
        "'only supports min-recv, '[!]binary', '[!]string', '[!]rstring', '[!]string-lf'"
          + "'[!]rbinary', '[!]binary-lf' or comment but got '\(name)' as argument.")
  }

  // MARK: Patterns

  /// - Returns: nil when the word is no pattern.
  private mutating func readPattern(_ name: String) throws(Problem) -> CheckExpectation.Pattern? {
    let foreign =
      isHTTP ? ["binary", "rbinary", "binary-lf"] : ["status", "rstatus", "hdr", "fhdr"]
    if foreign.contains(name) { throw unknown(name) }
    switch name {
    case "rstring":
      let expression = try regularExpression(try option(name, "a <pattern>"))
      return isHTTP ? .bodyExpression(expression) : .expression(expression)
    case "rbinary":
      return .hexadecimalExpression(try regularExpression(try option(name, "a <pattern>")))
    case "rstatus":
      return .statusExpression(try regularExpression(try option(name, "a <pattern>")))
    case "string":
      let bytes = try option(name, "a <pattern>")
      return isHTTP ? .body(bytes) : .string(bytes)
    case "binary":
      let digits = try option(name, "a <pattern>")
      return .binary(try binary(digits) { "invalid binary string (\($0))" })
    case "string-lf":
      let text = try text(try option(name, "a <pattern>"))
      return isHTTP ? .bodyText(text) : .text(text)
    case "binary-lf": return .hexadecimal(try text(try option(name, "a <pattern>")))
    case "status": return .status(try statusRanges(try option(name, "a <pattern>")))
    case "hdr", "fhdr": return .header(try header(isWhole: name == "fhdr"))
    default: return nil
    }
  }

  private func regularExpression(
    _ pattern: [UInt8], ignoresCase: Bool = false
  ) throws(Problem) -> RegularExpression {
    do {
      return try RegularExpression(pattern, ignoresCase: ignoresCase)
    } catch {
      throw Problem(error.message)
    }
  }

  /// `200,300-399`
  private func statusRanges(_ pattern: [UInt8]) throws(Problem) -> [ClosedRange<Int>] {
    var ranges: [ClosedRange<Int>] = []
    var rest = pattern[...]
    while true {
      let first = CheckLine.number(&rest)
      var last = first
      if rest.first == UInt8(ascii: "-") {
        rest.removeFirst()
        last = CheckLine.number(&rest)
      }
      guard first <= last else {
        throw Problem("invalid range of status codes '\(String(decoding: pattern, as: UTF8.self))'")
      }
      ranges.append(first...last)
      guard let next = rest.popFirst() else { return ranges }
      guard next == UInt8(ascii: ",") else {
        throw Problem(
          "invalid character '\(Character(UnicodeScalar(next)))' in the list of status codes")
      }
    }
  }

  private static func number(_ digits: inout ArraySlice<UInt8>) -> Int {
    var value = 0
    while let digit = digits.first, (48...57).contains(digit) {
      value = min(value * 10 + Int(digit - 48), Int(Int32.max))
      digits.removeFirst()
    }
    return value
  }

  private mutating func header(isWhole: Bool) throws(Problem) -> HeaderPattern {
    let keyword = isWhole ? "fhdr" : "hdr"
    guard ["name", "name-lf"].contains(statement[index + 1]), !statement[index + 2].isEmpty else {
      throw Problem(
        "'\(keyword)' expects at the name keyword as first argument followed by a pattern")
    }
    let isNameText = statement[index + 1] == "name-lf"
    index += 2
    let nameMethod = try method(keyword)
    let name = try part(keyword, nameMethod, isText: isNameText, ignoresCase: true)
    let next = statement[index + 1]
    guard next == "value" || next == "value-lf" else {
      return HeaderPattern(name: name, value: nil, isWhole: isWhole)
    }
    index += 2
    let method = try method(keyword)
    guard !word.isEmpty else {
      throw Problem("'\(keyword)' expect a pattern with the value keyword")
    }
    let value = try part(keyword, method, isText: next == "value-lf", ignoresCase: false)
    return HeaderPattern(name: name, value: value, isWhole: isWhole)
  }

  /// What the current word says of a name or a value.
  private func part(
    _ keyword: String, _ method: HeaderPattern.Method, isText: Bool, ignoresCase: Bool
  ) throws(Problem) -> HeaderPattern.Part {
    let bytes = statement.bytes(index)
    if method == .expression {
      guard !isText else {
        throw Problem(
          "'\(keyword)': log-format string is not supported with a regex matching method")
      }
      return HeaderPattern.Part(try regularExpression(bytes, ignoresCase: ignoresCase))
    }
    return HeaderPattern.Part(method, isText ? try text(bytes) : CheckText(literal: bytes))
  }

  /// `-m <method>`, stepped over; `str` without.
  private mutating func method(_ keyword: String) throws(Problem) -> HeaderPattern.Method {
    guard word == "-m" else { return .same }
    let name = statement[index + 1]
    guard !name.isEmpty else {
      throw Problem(
        "'\(keyword)' : '-m' expects at a matching pattern ('str', 'beg', 'end', 'sub' or 'reg')")
    }
    guard let method = HeaderPattern.Method(rawValue: name) else {
      throw Problem(
        "'\(keyword)' : '-m' only supports 'str', 'beg', 'end', 'sub' or 'reg' (got '\(name)')")
    }
    index += 2
    return method
  }
}
