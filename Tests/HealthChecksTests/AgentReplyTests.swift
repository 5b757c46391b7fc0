import HealthChecks
import Testing

/// What agents say. HAProxy manual, `agent-check`.
@Suite struct AgentReplyTests {
  private func parse(_ text: String) -> AgentReply? { AgentReply.parse(Array(text.utf8)) }

  @Test func wordsMayStandInAnyOrder() throws {
    let reply = try #require(parse("ready, up\t75% maxconn:30 #  all is well\r\nignored"))
    #expect(reply.administration == .ready)
    #expect(reply.health?.state == .up)
    #expect(reply.weight == Array("75%".utf8))
    #expect(reply.maxconn == Array("30".utf8))
    #expect(reply.description == Array("all is well".utf8))
    #expect(reply.unknown == nil)
    #expect(try #require(parse("weight:12\n")).weight == Array("12".utf8))
  }

  @Test func theLastWordOfAKindWins() throws {
    let reply = try #require(parse("up DOWN drain maint 10% 20%\n"))
    #expect(reply.health?.state == .down && reply.administration == .maintenance)
    #expect(reply.weight == Array("20%".utf8))
  }

  @Test func aLineNeedsAnEnd() {
    #expect(parse("up") == nil)
    #expect(parse("") == nil)
    #expect(parse("up\0") != nil)
  }

  @Test func outcomesReadAsHAProxyWritesThem() throws {
    func reason(_ text: String, warning: String? = nil) throws -> String {
      try #require(parse(text)).outcome(warning: warning).reason
    }
    #expect(try reason("75%\n") == ", reason: No status change")
    #expect(
      try reason("fail # disk full\n")
        == ", reason: Layer7 wrong status, code: 0, info: \"via agent : fail (disk full)\"")
    #expect(
      try reason("up\n") == ", reason: Layer7 check passed, code: 0, info: \"via agent : up\"")
    #expect(
      try reason("up foo\n")
        == ", reason: Layer7 check passed, code: 0, info: \"via agent : up (foo)\"")
    #expect(
      try reason("stopped foo # bye\n")
        == ", reason: Layer7 wrong status, code: 0, info: \"via agent : stopped (bye)\"")
    #expect(
      try reason("foo bar\n")
        == ", reason: No status change, info: \"agent reports an error : foo\"")
    #expect(
      try reason("50%\n", warning: "no")
        == ", reason: No status change, info: \"agent warns : no\"")
  }

  @Test func anAgentIsAskedAndHeard() {
    let silent = Dialogue(BuiltInChecks.agent(string: []), [.dribbles("up\n")])
    #expect(silent.sent.isEmpty && silent.reply?.health?.state == .up)
    let asked = Dialogue(BuiltInChecks.agent(string: Array("hello\n".utf8)), [.says("down\n")])
    #expect(asked.sentText == ["hello\n"] && asked.reply?.health?.state == .down)
    #expect(
      Dialogue(BuiltInChecks.agent(string: []), [.says("up"), .ends]).reason
        == ", reason: No status change, info: \"Ignoring incomplete line from agent\"")
  }
}
