import HealthChecks
import Samples
import Testing

/// `option tcp-check`: what is said, what is heard, and how HAProxy puts it.
@Suite struct TCPDialogueTests {
  private let ping = CheckProgram(
    .tcp, [.send("PING\r\n", 1), .expect(.string("+PONG"), 2, comment: "hears pong")])

  @Test func whatIsExpectedMayComeInAnyPieces() {
    for script in [
      [Dialogue.Line.says("+PONG\r\n")], [.dribbles("xx+PONG")], [.says("+P"), .says("ONG")],
    ] {
      let dialogue = Dialogue(ping, script)
      #expect(dialogue.sentText == ["PING\r\n"])
      #expect(dialogue.reason == ", reason: Layer7 check passed, code: 0, info: \"(tcp-check)\"")
    }
  }

  @Test func aMismatchWaitsForMoreAndFailsAtTheEnd() {
    #expect(Dialogue(ping, [.says("-ERR no\r\n")]).reason == "waits")
    #expect(
      Dialogue(ping, [.says("-ERR no\r\n"), .ends]).reason
        == ", reason: Layer7 invalid response, info: \"TCPCHK did not match content '+PONG' at "
        + "step 2 comment: hears pong\"")
    #expect(
      Dialogue(ping, [.says("-ERR no\r\n"), .breaks]).reason
        == ", reason: Layer7 invalid response, info: \"TCPCHK did not match content '+PONG' at "
        + "step 2 comment: hears pong\"")
    #expect(
      Dialogue(ping, [.ends]).reason
        == ", reason: Layer7 invalid response, info: \"TCPCHK got an empty response at step 2 "
        + "comment: hears pong\"")
  }

  @Test func silenceAndBrokenConnectionsNameTheStep() {
    #expect(
      Dialogue(ping, [.sleeps]).reason
        == ", reason: Layer7 timeout, info: \" at step 2 of tcp-check (expect string '+PONG') "
        + "comment: 'hears pong'\"")
    #expect(
      Dialogue(ping, [.breaks]).reason
        == ", reason: Socket error, info: \"ECONNRESET returned by OS (Connection reset by peer) "
        + "at step 2 of tcp-check (expect string '+PONG') comment: 'hears pong'\"")
    #expect(
      Dialogue(ping, [.refuses]).reason
        == ", reason: Layer4 connection problem, info: \"ECONNREFUSED returned by OS (Connection "
        + "refused) at initial connection step of tcp-check\"")
    #expect(
      Dialogue(ping, [.isDead]).reason
        == ", reason: Layer4 timeout, info: \" at initial connection step of tcp-check\"")
  }

  @Test func whatMustNotComeEndsTheCheckWheneverItComes() {
    let program = CheckProgram(
      .tcp,
      [
        .send("x", 1),
        .expect(.string("ERR"), 2) {
          $0.isNegated = true
          $0.bytesMin = 1
        },
        .expect(.string("OK"), 3),
      ])
    #expect(Dialogue(program, [.says("all "), .says("OK")]).outcome?.status == .layer7Passed)
    #expect(
      Dialogue(program, [.says("all "), .says("ERR OK")]).reason
        == ", reason: Layer7 invalid response, info: \"TCPCHK matched unwanted content 'ERR' at "
        + "step 2\"")
    // A lone negation cannot be sure before the end, unless it need not wait for more.
    let alone = CheckProgram(.tcp, [.expect(.string("ERR"), 1) { $0.isNegated = true }])
    #expect(Dialogue(alone, [.says("fine")]).reason == "waits")
    #expect(Dialogue(alone, [.says("fine"), .ends]).outcome?.status == .layer7Passed)
    let certain = CheckProgram(
      .tcp,
      [
        .expect(.string("ERR"), 1) {
          $0.isNegated = true
          $0.bytesMin = 4
        }
      ])
    #expect(Dialogue(certain, [.says("fin")]).reason == "waits")
    #expect(Dialogue(certain, [.says("fin"), .says("e")]).outcome?.status == .layer7Passed)
  }

  @Test func minRecvMakesTheFirstLookFinal() {
    let program = CheckProgram(
      .tcp, [.expect(.binary([0, 1]), 1) { $0.bytesMin = 3 }])
    #expect(Dialogue(program, [.says([9, 0])]).reason == "waits")
    #expect(Dialogue(program, [.says([9, 0]), .says([1])]).outcome?.status == .layer7Passed)
    #expect(
      Dialogue(program, [.says([9, 9, 9])]).reason
        == ", reason: Layer7 invalid response, info: \"TCPCHK did not match content (binary) at "
        + "step 1\"")
  }

  @Test func statusesAndTextsCanBeChosen() throws {
    let text = try CheckText.parse(
      Array("bad  %[srv_name] in %[be_name]: %[res.payload(0,3)]".utf8))
    let fine = try CheckText.parse(Array("100%% fine".utf8))
    let program = CheckProgram(
      .tcp,
      [
        .expect(.string("OK"), 1) {
          $0.okStatus = .layer6Passed
          $0.errorStatus = .layer7WrongStatus
          $0.timeoutStatus = .layer4Timeout
          $0.onError = text
          $0.onSuccess = fine
          $0.statusCode = try? .ofCheck(Array("res.payload(4,3)".utf8))
        }
      ])
    #expect(
      Dialogue(program, [.says("ERR 123 x"), .ends]).reason
        == ", reason: Layer7 wrong status, code: 123, info: \"bad  s1 in be: ERR\"")
    #expect(
      Dialogue(program, [.says("OK")]).reason
        == ", reason: Layer6 check passed, info: \"100% fine\"")
    #expect(
      Dialogue(program, [.sleeps]).reason
        == ", reason: Layer4 timeout, info: \" at step 1 of tcp-check (expect string 'OK')\"")
  }

  @Test func aProgramMayConnectSeveralTimes() {
    var first = CheckProgram.Connect()
    first.port = 1000
    var second = CheckProgram.Connect()
    second.port = 2000
    second.lingers = true
    let program = CheckProgram(
      .tcp,
      [
        .init(.connect(first), number: 1), .send("a", 2), .expect(.string("b"), 3),
        .init(.connect(second), number: 4),
      ])
    let dialogue = Dialogue(program, [.says("b")])
    #expect(dialogue.connections == [first, second])
    #expect(dialogue.reason == ", reason: Layer4 check passed, info: \"(tcp-check)\"")
    #expect(
      Dialogue(program, [.refuses]).reason
        == ", reason: Layer4 connection problem, info: \"ECONNREFUSED returned by OS (Connection "
        + "refused) at step 1 of tcp-check (connect port 1000)\"")
  }

  @Test func aServerThatIsToSpeakFirstIsToldThatItMay() {
    func followsUp(_ program: CheckProgram) -> Bool {
      var run = CheckRun(program, facts: Dialogue.facts)
      _ = run.start()
      return run.followsUpAtOnce
    }
    #expect(followsUp(ping) && followsUp(.connection(isTcpCheck: false)))
    #expect(!followsUp(BuiltInChecks.mysql(user: nil)))
    #expect(!followsUp(BuiltInChecks.agent(string: [])))
    #expect(followsUp(BuiltInChecks.agent(string: [65])))
  }

  @Test func whatCameBeforeASendIsForgotten() {
    let program = CheckProgram(
      .tcp, [.expect(.string("a"), 1), .send("x", 2), .expect(.string("a"), 3)])
    #expect(Dialogue(program, [.says("aa")]).reason == "waits")
    #expect(Dialogue(program, [.says("a"), .says("a")]).outcome?.status == .layer7Passed)
  }

  @Test func sendingAloneIsEnough() {
    let program = CheckProgram(.tcp, [.send("x", 1)])
    #expect(
      Dialogue(program, []).reason
        == ", reason: Layer7 check passed, code: 0, info: \"(tcp-check)\"")
    #expect(Dialogue(.connection(isTcpCheck: true), []).reason == ", reason: Layer4 check passed")
    #expect(Dialogue(.connection(isTcpCheck: false), []).reason == ", reason: Layer4 check passed")
  }

  @Test func aTalkativeServerFillsNoMoreThanTheBuffer() {
    let dialogue = Dialogue(
      ping, [.says([UInt8](repeating: 65, count: 60)), .says([UInt8](repeating: 65, count: 40))],
      inputMax: 100)
    #expect(dialogue.outcome?.status == .layer7InvalidResponse)
  }

  @Test func whatIsTooLongToSendIsNotSent() {
    let program = CheckProgram(.tcp, [.send(String(repeating: "x", count: 100), 1)])
    #expect(
      Dialogue(program, [], inputMax: 100).reason
        == ", reason: Layer7 invalid response, info: \"tcp-check send : string too large (100) for "
        + "buffer size (100) at step 1\"")
  }

  @Test func textsThatNobodyKnowsAreRefused() {
    for text in [
      "%ci", "%[fe_name]", "%{+Q}[srv_name]", "%[res.payload(0)]", "%[be_name,foo]", "%[",
      "%[res.payload(0,0]",
    ] {
      #expect(throws: CheckText.Problem.self) { try CheckText.parse(Array(text.utf8)) }
    }
  }
}
