import Testing

@testable import ConfigurationLanguage

@Suite struct ReadingValueTests {
  @Test(arguments: [
    ("5", Duration.milliseconds(5)), ("0", .zero), ("30s", .seconds(30)), ("5ms", .milliseconds(5)),
    ("1us", .milliseconds(1)), ("1001us", .milliseconds(2)), ("2m", .seconds(120)),
    ("1h", .seconds(3600)), ("24d", .seconds(24 * 86400)),
    ("2147483647", .milliseconds(2147483647)),
  ])
  func readsTimes(text: String, expected: Duration) throws {
    var diagnostics = Diagnostics()
    #expect(try TimeText.parse(text, unit: .milliseconds, &diagnostics) == expected)
    #expect(diagnostics.entries.isEmpty)
  }

  @Test func readsTimesInOtherUnits() throws {
    var diagnostics = Diagnostics()
    #expect(try TimeText.parse("2", unit: .seconds, &diagnostics) == .seconds(2))
    #expect(try TimeText.parse("1ms", unit: .seconds, &diagnostics) == .seconds(1))
    #expect(try TimeText.parse("61", unit: .minutes, &diagnostics) == .seconds(3660))
  }

  @Test(arguments: [
    ("", TimeText.Problem.unexpected("")), ("x", .unexpected("x")), ("5x", .unexpected("x")),
    ("5u", .unexpected("u")), ("-5", .unexpected("-")), ("5 s", .unexpected(" ")),
    ("2147483648", .overflow), ("25d", .overflow), ("99999999999999999999999", .overflow),
    ("18446744073709551616", .overflow),
  ])
  func saysWhyATimeIsNone(text: String, problem: TimeText.Problem) {
    #expect(throws: problem) { try TimeText.read(text, unit: .milliseconds) }
  }

  @Test func warnsAboutCharactersBehindTheUnit() throws {
    var diagnostics = Diagnostics()
    #expect(try TimeText.parse("5sec", unit: .milliseconds, &diagnostics) == .seconds(5))
    #expect(
      diagnostics.entries == [
        Diagnostic(
          .warning,
          "config : unexpected character 'e' after the timer value '5sec', only (us=microseconds,"
            + "ms=milliseconds,s=seconds,m=minutes,h=hours,d=days) are supported. This will be "
            + "reported as an error in next versions.")
      ])
  }

  @Test(arguments: [
    ("0", UInt32(0)), ("1024", 1024), ("16k", 16384), ("2M", 2 << 20), ("3g", 3 << 30),
    ("4294967295", .max),
  ])
  func readsSizes(text: String, expected: UInt32) throws {
    #expect(try SizeText.parse(text) == expected)
  }

  @Test(arguments: [
    ("", "", ""), ("x", "x", "x"), ("5x", "x", "x"), ("5kb", "b", "b"), ("4g", "g", "g"),
    ("4294967296", "6", "6"), ("-1", "-", "-1"),
  ])
  func saysWhereASizeEnds(text: String, character: String, rest: String) {
    #expect(throws: SizeText.Problem(character: character, rest: rest)) {
      try SizeText.parse(text)
    }
  }

  @Test func readsLongSizes() throws {
    #expect(try SizeText.parseLong("2t") == 2 << 40)
    #expect(throws: SizeText.Problem.self) { try SizeText.parseLong("16384p") }
  }

  @Test func readsIntegersAsCDoes() {
    #expect(IntegerText.leading("12x") == 12)
    #expect(IntegerText.leading("x") == 0)
    #expect(IntegerText.leading(" -7") == -7)
    #expect(IntegerText.leading("99999999999999999999") == .max)
    #expect(IntegerText.leading("-99999999999999999999") == .min)
    #expect(IntegerText.whole("12") == 12)
    #expect(IntegerText.whole("12x") == nil)
    #expect(IntegerText.whole("+") == nil)
  }

  @Test(arguments: [
    ("bnid", "bind"), ("chekc", "check"), ("foo", nil), ("timeuot", "timeout"), ("", nil),
    ("BIND", "bind"), ("balanec", "balance"), ("zzzzzzzz", nil),
  ])
  func guessesTheWordThatWasMeant(word: String, expected: String?) {
    let known = ["balance", "bind", "check", "default_backend", "timeout", "server"]
    #expect(Spelling.closest(to: word, in: known) == expected)
  }

  @Test func prefersTheFirstOfEquallyCloseWords() {
    #expect(Spelling.closest(to: "abcd", in: ["abce", "abcf"]) == "abce")
    #expect(Spelling.suggestion(for: "bnid", in: ["bind"]) == "; did you mean 'bind' maybe ?")
    #expect(Spelling.suggestion(for: "zz", in: ["bind"]).isEmpty)
  }

  @Test func changesTheEnvironment() throws {
    var environment = Environment(["A": "1", "B": "2", "C": "3"])
    try environment.set("A", to: "x")
    try environment.preset("B", to: "x")
    try environment.preset("D", to: "x")
    try environment.unset("C")
    #expect(environment.variables == ["A": "x", "B": "2", "D": "x"])
    environment.reset(keeping: ["B", "Z"])
    #expect(environment.variables == ["B": "2"])
    #expect(throws: Environment.InvalidName()) { try environment.set("", to: "x") }
    #expect(throws: Environment.InvalidName()) { try environment.unset("A=B") }
  }

  @Test(arguments: [
    ("$A:80", "1.2.3.4:80"), ("${A}:80", "1.2.3.4:80"), ("${A:80", "1.2.3.4:80"), ("$", ""),
    ("a$NONE", "a"), ("$A}", "1.2.3.4}"), ("${NONE-x}", "-x}"), ("plain", "plain"),
  ])
  func expandsVariablesInAddresses(text: String, expected: String) {
    #expect(Environment(["A": "1.2.3.4"]).expanding(text) == expected)
  }
}
