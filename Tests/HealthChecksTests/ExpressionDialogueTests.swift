import HealthChecks
import Samples
import Testing

/// Regular expressions, log-format strings and variables of `tcp-check` and `http-check`.
@Suite struct ExpressionDialogueTests {
  private typealias Step = CheckProgram.Step

  private func regex(_ pattern: String, ignoresCase: Bool = false) throws -> RegularExpression {
    try RegularExpression(Array(pattern.utf8), ignoresCase: ignoresCase)
  }

  private func text(_ text: String) throws -> CheckText { try CheckText.parse(Array(text.utf8)) }

  private func variable(_ name: String) throws -> VariableName { try VariableName.parse(name) }

  private func http(_ pattern: CheckExpectation.Pattern, isNegated: Bool = false) -> CheckProgram {
    CheckProgram(
      .http,
      [
        Step(.send(.http(HTTPCheckRequest())), number: 1),
        .expect(pattern, 2) { $0.isNegated = isNegated },
      ])
  }

  // MARK: Regular expressions

  @Test func aRegularExpressionIsSearchedInWhatCame() throws {
    let program = CheckProgram(.tcp, [.expect(.expression(try regex("^[0-9]{3} .*ready$")), 1)])
    #expect(Dialogue(program, [.dribbles("220 is ready")]).outcome?.status == .layer7Passed)
    #expect(Dialogue(program, [.says("22 is ready")]).reason == "waits")
    #expect(
      Dialogue(program, [.says("22 is ready"), .ends]).reason
        == ", reason: Layer7 invalid response, info: \"TCPCHK did not match content (regex) at "
        + "step 1\"")
    #expect(
      Dialogue(program, [.sleeps]).reason
        == ", reason: Layer7 timeout, info: \" at step 1 of tcp-check (expect regex)\"")
    let negated = CheckProgram(
      .tcp,
      [
        .expect(.expression(try regex("e.r")), 1) {
          $0.isNegated = true
          $0.bytesMin = 3
        }
      ])
    #expect(Dialogue(negated, [.says("fine")]).outcome?.status == .layer7Passed)
    #expect(
      Dialogue(negated, [.says("err")]).reason
        == ", reason: Layer7 invalid response, info: \"TCPCHK matched unwanted content (regex) at "
        + "step 1\"")
  }

  @Test func bytesAreMatchedAsUpperCaseDigits() throws {
    let program = CheckProgram(
      .tcp, [.expect(.hexadecimalExpression(try regex("^00(FF|0A)+$")), 1)])
    #expect(Dialogue(program, [.says([0, 255, 10, 10])]).outcome?.status == .layer7Passed)
    #expect(
      Dialogue(program, [.says([0, 254]), .ends]).reason
        == ", reason: Layer7 invalid response, info: \"TCPCHK did not match content (binary regex) "
        + "at step 1\"")
    #expect(
      Dialogue(program, [.sleeps]).reason
        == ", reason: Layer7 timeout, info: \" at step 1 of tcp-check (expect binary regex)\"")
  }

  @Test func statusesAndBodiesOfHTTPAreMatched() throws {
    let reply = [Dialogue.Line.says("HTTP/1.1 204 No Content\r\n\r\n")]
    let status = CheckExpectation.Pattern.statusExpression(try regex("^2.4$"))
    #expect(Dialogue(http(status), reply).outcome?.status == .layer7Passed)
    #expect(
      Dialogue(http(status, isNegated: true), reply).reason
        == ", reason: Layer7 wrong status, code: 204, info: \"No Content\"")
    let body = CheckExpectation.Pattern.bodyExpression(try regex("a[bc]+d"))
    let answer = "HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n"
    #expect(
      Dialogue(http(body), [.dribbles(answer + "xabcdx")]).outcome?.status == .layer7Passed)
    #expect(
      Dialogue(http(body), [.says(answer + "xadbcx")]).reason
        == ", reason: Layer7 invalid response, info: \"HTTP content check did not match\"")
    #expect(
      Dialogue(http(body, isNegated: true), [.says(answer + "xabcdx")]).reason
        == ", reason: Layer7 invalid response, info: \"HTTP check matched unwanted content\"")
  }

  @Test func namesAndValuesOfHeadersAreMatched() throws {
    let reply = [Dialogue.Line.says("HTTP/1.1 200 OK\r\nX-Load: low , 12\r\n\r\n")]
    func finds(_ name: String, _ value: String? = nil, isWhole: Bool = false) throws -> Bool {
      let pattern = HeaderPattern(
        name: .init(try regex(name, ignoresCase: true)),
        value: try value.map { .init(try regex($0)) }, isWhole: isWhole)
      return Dialogue(http(.header(pattern)), reply).outcome?.status == .layer7Passed
    }
    #expect(try finds("^X-L") && finds("load$") && !finds("^Load"))
    #expect(try finds("x-load", "^[0-9]+$") && !finds("x-load", "^[0-9]+$", isWhole: true))
    #expect(try finds("x-load", "^low", isWhole: true) && !finds("x-load", "^LOW"))
  }

  // MARK: Texts

  @Test func textsAreLogFormatStrings() throws {
    let program = CheckProgram(
      .tcp,
      [
        Step(.send(.text(try text("hello %[srv_name,upper]  %[int(7),add(1)]\r\n"))), number: 1),
        Step(.send(.hexadecimal(try text("%[str(AB),hex]0d"))), number: 2),
        .expect(.text(try text("%[be_name]/%[srv_id]")), 3),
      ])
    let dialogue = Dialogue(program, [.says("be/3")])
    #expect(dialogue.sent == [Array("hello S1  8\r\n".utf8), [0x41, 0x42, 13]])
    #expect(dialogue.outcome?.status == .layer7Passed)
    let none = CheckProgram(.tcp, [.expect(.text(try text("%[var(check.none)]")), 1)])
    #expect(
      Dialogue(none, [.says("x")]).reason
        == ", reason: Layer7 invalid response, info: \"log-format string evaluated to an empty "
        + "string\"")
  }

  // MARK: Variables

  @Test func variablesLastAsLongAsTheCheck() throws {
    let token = try variable("check.token")
    let program = CheckProgram(
      .tcp,
      [
        Step(
          .setVariableText(token, [], try text("%[srv_name]-%[srv_id]")),
          number: 1),
        Step(.send(.text(try text("%[var(check.token)]"))), number: 2),
        .expect(.string("+"), 3),
        Step(
          .setVariable(
            token, [], try .ofCheck(Array("res.payload(1,0)".utf8))),
          number: 4),
        Step(.send(.text(try text("%[var(check.token)]"))), number: 5),
        Step(.unsetVariable(token), number: 6),
        Step(.send(.text(try text("<%[var(check.token)]>"))), number: 7),
      ])
    for _ in 0..<2 {
      let dialogue = Dialogue(program, [.says("+later")])
      #expect(dialogue.sentText == ["s1-3", "later", "<>"])
      #expect(
        dialogue.reason == ", reason: Layer7 check passed, code: 0, info: \"(tcp-check)\"")
    }
  }

  @Test func aCheckIsNeverAtAStepAboutVariables() throws {
    let set = Step(
      .setVariable(
        try variable("sess.port"), [], try .ofCheck(Array("int(8080)".utf8))),
      number: 1)
    var connect = Step(.connect(CheckProgram.Connect()), number: 2)
    connect.port = try .ofCheck(Array("var(sess.port)".utf8))
    let program = CheckProgram(.tcp, [set, connect, set])
    let dialogue = Dialogue(program, [])
    #expect(dialogue.connections.map(\.port) == [8080])
    #expect(dialogue.reason == ", reason: Layer4 check passed, info: \"(tcp-check)\"")
    // Without a connection of its own the program begins with one, before everything else.
    let silent = CheckProgram(.tcp, [set, .expect(.string("a"), 2)])
    #expect(Dialogue(silent, [.says("a")]).connections.count == 1)
    var run = CheckRun(silent, facts: Dialogue.facts)
    _ = run.start()
    #expect(!run.followsUpAtOnce)
  }

  @Test func aVariableBetweenExpectationsIsSetAnew() throws {
    let program = CheckProgram(
      .tcp,
      [
        .expect(.string("ERR"), 1) {
          $0.isNegated = true
          $0.bytesMin = 1
        },
        Step(
          .setVariable(
            try variable("check.seen"), [], try .ofCheck(Array("res.len".utf8))
          ), number: 2),
        .expect(.string("OK"), 3) {
          $0.onSuccess = try? CheckText.parse(Array("%[var(check.seen)]".utf8))
        },
      ])
    #expect(
      Dialogue(program, [.says("all "), .says("OK")]).reason
        == ", reason: Layer7 check passed, code: 0, info: \"6\"")
    #expect(
      Dialogue(program, [.says("all "), .says("ERR")]).outcome?.status == .layer7InvalidResponse)
  }

  @Test func variablesOfStreamsAreNone() throws {
    let program = CheckProgram(
      .tcp,
      [
        Step(
          .setVariable(
            try variable("txn.a"), [], try .ofCheck(Array("int(1)".utf8))),
          number: 1),
        Step(.send(.text(try text("<%[var(txn.a)]>"))), number: 2),
      ])
    #expect(Dialogue(program, []).sentText == ["<>"])
  }
}
