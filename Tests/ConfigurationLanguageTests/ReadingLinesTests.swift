import Testing

@testable import ConfigurationLanguage

@Suite struct ReadingLinesTests {
  @Test func handsOutWordsWithTheirLines() {
    let outcome = reading("global\n\n  daemon # now\nlisten a\n  bind :80\r\n")
    #expect(
      outcome.lines == ["1: <global>", "3: <daemon>", "4: <listen> <a>", "5: <bind> <:80>"])
    #expect(outcome.messages.isEmpty)
  }

  @Test func appliesTheEnvironmentToTheNextLine() {
    let outcome = reading("global\nsetenv A 1\nx \"$A\"\nsetenv A 2\nx \"${A}\"\n")
    #expect(outcome.lines.contains("3: <x> <1>"))
    #expect(outcome.lines.contains("5: <x> <2>"))
    #expect(outcome.environment["A"] == "2")
  }

  @Test func providesHAProxysVariables() {
    let text = """
      x "$HAPROXY_LOCALPEER" "$HAPROXY_BRANCH" "$SLUICE_VERSION" "$HAPROXY_STARTUP_VERSION"
      x "${HAPROXY_TCP_LOG_FMT}"

      """
    let outcome = reading(text)
    #expect(
      outcome.lines == [
        "1: <x> <peer> <3.4> <0.1.0> <3.4.0>",
        "2: <x> <%ci:%cp [%t] %ft %b/%s %Tw/%Tc/%Tt %B %ts %ac/%fc/%bc/%sc/%rc %sq/%bq>",
      ])
    #expect(outcome.environment["HAPROXY_TCP_LOG_FMT"] == nil)
    #expect(outcome.environment["HAPROXY_CFGFILES"] == "f.cfg")
    #expect(
      reading("", environment: ["HAPROXY_STARTUP_VERSION": "3.0"])
        .environment["HAPROXY_STARTUP_VERSION"] == "3.0")
  }

  @Test func tellsTheSectionUntilTheFileEnds() {
    let outcome = reading([
      .init(name: "a.cfg", text: "x \"${.SECTION-none}\"\nlisten web\nx \"$.SECTION\"\n"),
      .init(name: "b.cfg", text: "x \"${.SECTION-none} ${.FILE} ${.LINE}\"\n"),
    ])
    #expect(
      outcome.lines == [
        "1: <x> <none>", "2: <listen> <web>", "3: <x> <web>", "1: <x> <none b.cfg 1>",
      ])
    #expect(outcome.environment["HAPROXY_CFGFILES"] == "a.cfg;b.cfg")
  }

  @Test(arguments: [
    (
      "x \"abc\n",
      "ALERT config : parsing [f.cfg:1]: unmatched quote at position 3:\n  x \"abc\n    ^"
    ),
    (
      "  x \"${A\"\n",
      "ALERT config : parsing [f.cfg:1]: unmatched brace in environment variable name at position "
        + "7:\n  x \"${A\"\n      ^"
    ),
    (
      "x \"$1\"\n",
      "ALERT config : parsing [f.cfg:1]: forbidden first char in environment variable name at "
        + "position 5:\n  x \"$1\"\n      ^"
    ),
    (
      "x a\\xzz\n",
      "ALERT config : parsing [f.cfg:1]: truncated or invalid hexadecimal sequence at position 4:\n"
        + "  x a\\xzz\n     ^"
    ),
    (
      "x \"${A[1]}\"\n",
      "ALERT config : parsing [f.cfg:1]: truncated or invalid word expansion sequence at position "
        + "7:\n  x \"${A[1]}\"\n        ^"
    ),
    (
      "x\tb\u{7f}\"\n",
      "ALERT config : parsing [f.cfg:1]: unmatched quote at position 5:\n  x b?\"\n      ^"
    ),
    (
      "x" + String(repeating: " 1", count: 64) + "\n",
      "ALERT config : parsing [f.cfg:1]: too many words, truncating after word 64, position 127: "
        + "<1>."
    ),
    (
      "\nx \"\" b\n",
      "ALERT config : parsing [f.cfg:2]: argument number 1 at position 4 is empty and marks the end "
        + "of the argument list:\n  x \"\" b\n     ^\nAborting to prevent all subsequent arguments "
        + "from being silently ignored. If this is caused by an environment variable expansion, "
        + "please have a look at section 2.3 of the configuration manual to find solutions to "
        + "address this."
    ),
    (
      "x\n  y",
      "ALERT config : parsing [f.cfg:2]: Missing LF on last line, file might have been truncated at "
        + "position 4."
    ),
    (
      "x\n  y\0\n",
      "ALERT config : parsing [f.cfg:2]: Missing LF on last line, file might have been truncated at "
        + "position 4."
    ),
    ("y\0z\nx\n", "ALERT config : parsing [f.cfg:1]: Stray NUL character at position 2."),
    ("[]\n", "ALERT config : parsing [f.cfg:1] : empty scope name is forbidden."),
    (
      "[a b]\n",
      "ALERT config : parsing [f.cfg:1] : character ' ' is not permitted in a scope name."
    ),
    (
      "[a] b\n",
      "ALERT config : parsing [f.cfg:1] : character 'b' is not permitted after scope declaration."
    ),
    (".foo\n", "ALERT config : parsing [f.cfg:1]: unknown directive '.foo'."),
  ])
  func reportsWhatIsWrongAsHAProxyDoes(text: String, message: String) {
    #expect(reading(text).ownMessages == [message])
  }

  @Test func givesItsAdviceOnceAndNamesTheVariableThatWasMeant() {
    let text = "x \"\"\ny \"$HAPROXY_LOCALPEERS\"\n"
    #expect(
      reading(text).ownMessages.dropFirst() == [
        "ALERT config : parsing [f.cfg:2]: argument number 1 at position 5 is empty and marks the "
          + "end of the argument list:\n  y \"$HAPROXY_LOCALPEERS\"\n      ^",
        "NOTICE config : Hint: maybe you meant HAPROXY_LOCALPEER instead ?",
      ])
  }

  @Test func showsTheMiddleOfALongLine() {
    let message = reading("x" + String(repeating: "y", count: 149) + " \"abc\n").ownMessages
    #expect(
      message == [
        "ALERT config : parsing [f.cfg:1]: unmatched quote at position 152:\n  ..."
          + String(repeating: "y", count: 36) + " \"abc...\n" + String(repeating: " ", count: 42)
          + "^"
      ])
  }

  @Test func acceptsScopesAndSkipsLinesWithoutAFirstWord() {
    let outcome = reading("[scope]\n[my-scope.1:x_y] # yes\n\"\" ignored\n\\x00\nx\n")
    #expect(outcome.lines == ["5: <x>"])
    #expect(outcome.messages.isEmpty)
  }

  @Test func goesOnAfterAnErrorAndSumsUp() {
    let outcome = reading([
      .init(name: "a.cfg", text: "x \"\nbad\nx\n"), .init(name: "b.cfg", text: "x\n"),
      .init(name: "c.cfg", text: "bad"),
    ])
    #expect(outcome.lines == ["2: <bad>", "3: <x>", "1: <x>", "1: <bad>"])
    #expect(
      outcome.messages.dropFirst() == [
        "ALERT bad a.cfg:2",
        "ALERT config : Error(s) found in configuration file : a.cfg",
        "ALERT bad c.cfg:1",
        "ALERT config : parsing [c.cfg:1]: Missing LF on last line, file might have been truncated "
          + "at position 4.",
        "ALERT config : Error(s) found in configuration file : c.cfg",
        "ALERT config : Fatal errors found in configuration.",
      ])
    #expect(outcome.environment["HAPROXY_CFGFILES"] == nil)
  }

  @Test func stopsAFileAfterFiftyErroneousLines() {
    let outcome = reading([
      .init(name: "a.cfg", text: String(repeating: "bad\n", count: 60)),
      .init(name: "b.cfg", text: "x\n"),
    ])
    #expect(outcome.lines.count == 51)
    #expect(
      outcome.messages.dropFirst(50) == [
        "ALERT config : parsing [a.cfg:51]: too many fatal errors (50), stopping now.",
        "ALERT config : Error(s) found in configuration file : a.cfg",
        "ALERT config : Fatal errors found in configuration.",
      ])
  }

  @Test func readsNothingFromNoFiles() {
    var lines = ConfigurationLines(
      files: [], environment: Environment(),
      identity: .init(sluiceVersion: "", localPeer: ""))
    var diagnostics = Diagnostics()
    #expect(lines.next(&diagnostics) == nil)
    #expect(lines.next(&diagnostics) == nil)
    #expect(diagnostics.entries.isEmpty)
  }

  @Test func endsWhenTheSectionParserGivesUp() {
    var lines = ConfigurationLines(
      files: [.init(name: "a", text: "x\ny\n"), .init(name: "b", text: "z\n")],
      environment: Environment(), identity: .init(sluiceVersion: "", localPeer: ""))
    var diagnostics = Diagnostics()
    #expect(lines.next(&diagnostics)?[0] == "x")
    diagnostics.alert("no")
    lines.abort()
    #expect(lines.next(&diagnostics) == nil)
    #expect(
      diagnostics.entries.map(\.text)
        == ["no", "config : Error(s) found in configuration file : a"])
  }
}
