import Testing

@testable import ConfigurationLanguage

@Suite struct ReadingConditionTests {
  private static let facts = ConditionFacts(
    features: ["LINUX_SPLICE", "EPOLL"], enabled: ["EPOLL"])

  private func evaluate(_ text: String) -> Result<Bool, ConfigurationCondition.Problem> {
    ConfigurationCondition.evaluate(
      Array(text.utf8), environment: Environment(["SET": "1", "SLUICE_VERSION": "0.1"]),
      facts: Self.facts)
  }

  @Test(arguments: [
    ("", false), ("1", true), ("0", false), ("00", false), ("0x10", true), ("-1", true),
    ("!0", true),
    ("!!1", true), ("! ! 0", false),
    ("defined(SET)", true), ("defined(UNSET)", false), ("defined(SLUICE_VERSION)", true),
    ("!defined(UNSET)", true), ("defined", false), ("defined()", false),
    ("feature(EPOLL)", true), ("feature(SPLICE)", false), ("enabled(EPOLL)", true),
    ("enabled(POLL)", false),
    ("streq(a,a)", true), ("streq(a,b)", false), ("strneq(a,b)", true), ("strstr(abc,bc)", true),
    ("strstr(abc,)", true), ("strstr(abc,x)", false), ("streq(,)", true),
    ("streq(\"a,b)\",'a,b)')", true), ("streq(a\\ b,a b)", true), ("streq(a\\q,a\\q)", true),
    ("version_atleast(3.4)", true), ("version_atleast(3.4.0)", true),
    ("version_atleast(3.4.1)", false), ("version_atleast(2.4-dev18)", true),
    ("version_before(3.4)", false), ("version_before(3.5-dev0)", true),
    ("version_atleast(3.4-rc1)", true), ("version_before(3.4.0-1)", true),
    ("version_atleast(nonsense)", true), ("version_before(nonsense)", false),
    ("ssllib_name_startswith(OpenSSL)", false),
    ("1 && 1", true), ("1&&0", false), ("0 || 1", true), ("0||0", false), ("1 || 0 && 0", true),
    ("(1 || 0) && 0", false), ("!(1 && 0)", true), ("((1))", true),
    ("0 && openssl_version_atleast(1)", false), ("1 || awslc_api_before(1)", true),
  ])
  func evaluates(text: String, expected: Bool) {
    #expect(evaluate(text) == .success(expected))
  }

  @Test(arguments: [
    ("foo(1)", "unparsable conditional expression 'foo(1)'", 0),
    ("defined(X) && ", "unparsable conditional expression '&& '", 11),
    ("1 && 1 && 1 &&", "unparsable conditional expression '&& 1 && 1 &&'", 2),
    ("1 || ", "unparsable conditional expression '1 || '", 2),
    ("1 || 0 ||", "unparsable conditional expression '1 || 0 ||'", 2),
    (" ", "unparsable conditional sub-expression ' '", 0),
    ("()", "unparsable conditional expression ')'", 1),
    ("(1 ||)", "unparsable conditional expression ')'", 5),
    ("(1 || ", "unparsable conditional expression '(1 || '", 0),
    ("1 2", "unexpected character '2' at the end of conditional expression '1 2'", 2),
    ("defined X", "unexpected character 'X' at the end of conditional expression 'defined X'", 8),
    ("1 || (0 || 1", "expected ')' after conditional expression '(0 || 1'", 5),
    (
      "streq(a)",
      "missing arguments (got 1/2), type 'string' expected in argument 1 of predicate 'streq' used "
        + "in conditional expression", 7
    ),
    (
      "streq(a,b",
      "expected ')' in argument 1 of predicate 'streq' used in conditional expression", 9
    ),
    (
      "streq(a,b,c)",
      "expected ')' before ',c)' in argument 1 of predicate 'streq' used in conditional expression",
      9
    ),
    (
      "streq(a\\",
      "failed to parse '\\' after 'a' as type 'string' at position 1 in argument 0 of predicate "
        + "'streq' used in conditional expression", 7
    ),
    (
      "openssl_version_atleast(3.0)",
      "invalid argument to conditional expression predicate 'openssl_version_atleast': '3.0'", 28
    ),
  ])
  func saysWhyAConditionIsNone(text: String, message: String, position: Int) {
    #expect(evaluate(text) == .failure(.init(message: message, position: position)))
  }

  @Test func boundsTheDepth() {
    let deep = { (count: Int) in
      String(repeating: "(", count: count) + "1" + String(repeating: ")", count: count)
    }
    #expect(evaluate(deep(300)) == .success(true))
    guard case .failure = evaluate(deep(400)) else {
      Issue.record("a nesting deeper than HAProxy's was accepted")
      return
    }
  }

  @Test func servesTheCommandLine() {
    let environment = Environment(["A": "x"])
    let check = { (text: String) in
      ConfigurationCondition.check(text, environment: environment, facts: Self.facts)
    }
    #expect(check("streq(\"$A\",x)") == .success(true))
    #expect(check("defined(B)") == .success(false))
    #expect(check("") == .success(false))
    let message = { (text: String) -> String? in
      guard case .failure(let problem) = check(text) else { return nil }
      return problem.message
    }
    #expect(message("streq(\"a") == "Syntax Error in condition: Unmatched quote.")
    #expect(
      message("\\x") == "Syntax Error in condition: Truncated or invalid hexadecimal sequence.")
    #expect(
      message("foo")
        == "Failed to evaluate condition: unparsable conditional expression 'foo'")
    #expect(
      message(String(repeating: "1 ", count: 65)) == "Error in condition: Too many words.")
  }

  @Test(arguments: [
    (".if 1\na\n.elif 1\nb\n.else\nc\n.endif\n", ["2: <a>"]),
    (".if 0\na\n.elif 1\nb\n.elif 1\nx\n.else\nc\n.endif\n", ["4: <b>"]),
    (".if 0\na\n.elif 0\nb\n.else\nc\n.endif\nd\n", ["6: <c>", "8: <d>"]),
    (".if 0\n.if 1\na\n.else\nb\n.endif\n.else\nc\n.endif\n", ["8: <c>"]),
    (".if 1\n.if 0\na\n.else\nb\n.endif\n.else\nc\n.endif\n", ["5: <b>"]),
    (".if 0\n.if nonsense\n.endif\n.unknown\n.alert x\n.endif\na\n", ["7: <a>"]),
    (".if streq(\"$V\",a b)\na\n.endif\n", ["2: <a>"]),
  ])
  func takesTheFirstBranchThatHolds(text: String, lines: [String]) {
    let outcome = reading(text, environment: ["V": "a b"])
    #expect(outcome.lines == lines)
    #expect(outcome.messages.isEmpty)
  }

  @Test(arguments: [
    (
      ".if foo\n.endif\nx\n",
      ["unparsable conditional expression 'foo' in '.if' at position 1:\n  .if foo\n      ^"]
    ),
    (
      ".if 0\n.elif 1 x\n.endif\nx\n",
      [
        "unexpected character 'x' at the end of conditional expression '1 x' in '.elif' at position "
          + "3:\n  .elif 1 x\n          ^"
      ]
    ),
    (".elif 1\nx\n", ["lone '.elif' with no matching '.if'."]),
    (".else\nx\n", ["lone '.else' with no matching '.if'."]),
    (".endif\nx\n", ["lone '.endif' with no matching '.if'."]),
    (".if 1\n.else\n.else\n", ["'.else' after '.else' is not permitted."]),
    (".if 1\n.else\n.elif 1\n", ["'.elif' after '.else' is not permitted."]),
    (".if 1\n.else x\n", ["Unexpected argument 'x' for '.else'.", "non-terminated '.if' block."]),
    (
      ".if 1\n.endif x\n", ["Unexpected argument 'x' for '.endif'.", "non-terminated '.if' block."]
    ),
    (".if 0\n", ["non-terminated '.if' block."]),
    (
      String(repeating: ".if 1\n", count: 101),
      ["too many nested '.if', max is 100."]
    ),
  ])
  func reportsBlocksThatAreWrongAndReadsNoFurther(text: String, messages: [String]) {
    let outcome = reading([
      .init(name: "f.cfg", text: text), .init(name: "g.cfg", text: "never\n"),
    ])
    let own = outcome.ownMessages.map { String($0.drop { $0 != "]" }.dropFirst(3)) }
    #expect(own == messages)
    #expect(outcome.lines.isEmpty)
    #expect(!outcome.messages.contains { $0.contains("Fatal errors") })
  }

  @Test func speaksWhenTold() {
    let text = """
      .notice "hello $V"
      .warning w
      .diag d
      .notice a b
      .notice
      .alert "stop here"
      never

      """
    let outcome = reading(text, environment: ["V": "you"])
    #expect(
      outcome.messages == [
        "NOTICE config : parsing [f.cfg:1]: 'hello you'.",
        "WARNING config : parsing [f.cfg:2]: 'w'.",
        "DIAG config : parsing [f.cfg:3]: 'd'.",
        "ALERT config : parsing [f.cfg:4]: Unexpected argument 'b' for '.notice'. Use quotes if the "
          + "message should contain spaces.",
        "NOTICE config : parsing [f.cfg:5]: ''.",
        "ALERT config : parsing [f.cfg:6]: 'stop here'.",
        "ALERT config : Error(s) found in configuration file : f.cfg",
      ])
    #expect(outcome.lines.isEmpty)
  }
}
