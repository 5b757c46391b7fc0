import Basics
import ConfigurationLanguage
import HealthChecks
import Testing

@testable import Proxies

/// What agents may do to their servers. HAProxy manual, `agent-check`.
@Suite struct BackendAgentTests {
  private func desk(
    _ balance: BalanceAlgorithm = .roundrobin, check: CheckConfiguration? = nil,
    options: ProxyConfiguration.Options = []
  ) -> Desk {
    Desk(
      balance: balance,
      servers: [.init(weight: 10, maxconn: 1, check: check, hasAgent: true), .init(weight: 10)],
      options: options)
  }

  @Test func oneWordTakesAServerDownAndUp() {
    var desk = desk()
    #expect(
      desk.agent("down # disk full\n").lines == [
        "Server be/A is DOWN, reason: Layer7 wrong status, code: 0, info: \"via agent : down (disk "
          + "full)\", check duration: 1ms. 1 active and 0 backup servers left. 0 sessions active, 0 "
          + "requeued, 0 remaining in queue."
      ])
    #expect(desk.agent("down\n").isEmpty)
    #expect(
      desk.agent("up\n").lines == [
        "Server be/A is UP, reason: Layer7 check passed, code: 0, info: \"via agent : up\", check "
          + "duration: 1ms. 2 active and 0 backup servers online. 0 sessions requeued, 0 total in "
          + "queue."
      ])
  }

  @Test func anAgentThatCannotBeReachedChangesNothing() {
    var desk = desk(options: .logHealthChecks)
    let effects = desk.backend.record(
      agent: CheckOutcome(.layer4ConnectionProblem, info: "no", duration: .zero), server: 0)
    #expect(
      effects.lines == [
        "Agent check for server be/A failed, reason: Layer4 connection problem, info: \"no\", check "
          + "duration: 0ms, status: 1/1 UP."
      ])
    #expect(desk.backend.servers[0].operation == .running)
  }

  @Test func aServerIsUpWhenItsCheckAndItsAgentSaySo() {
    var desk = desk(check: CheckConfiguration())
    _ = desk.agent("fail\n")
    #expect(desk.backend.servers[0].operation == .stopped)
    _ = desk.pass(0)
    #expect(desk.backend.servers[0].operation == .stopped)
    for _ in 1...4 { _ = desk.fail(0) }
    _ = desk.agent("up\n")
    #expect(desk.backend.servers[0].operation == .stopped)
    _ = desk.pass(0)
    #expect(!desk.pass(0).isEmpty)
    #expect(desk.backend.servers[0].operation == .running)
  }

  @Test func anAgentSpeaksForAnAdministrator() {
    var desk = desk()
    #expect(desk.agent("drain\n").lines.first?.contains("enters drain state") == true)
    #expect(desk.agent("maint\n").lines.first?.contains("for maintenance") == true)
    #expect(!desk.backend.servers[0].administration.isDrain)
    #expect(
      desk.agent("ready\n").lines == ["Server be/A is UP/READY (leaving forced maintenance)."])
    #expect(desk.backend.servers[0].administration.isEmpty)
  }

  @Test func weightsAreRelativeToTheConfiguration() {
    var desk = desk(options: .logHealthChecks)
    _ = desk.agent("50%\n")
    #expect(desk.backend.farm.candidates[0].weight == 5)
    _ = desk.agent("200%\n")
    #expect(desk.backend.farm.candidates[0].weight == 20)
    _ = desk.agent("weight:7\n")
    #expect(desk.backend.farm.candidates[0].weight == 7)
    _ = desk.agent("weight:300\n")
    #expect(desk.backend.farm.candidates[0].weight == 7)
    #expect(
      desk.backend.servers[0].agent?.lastOutcome.info.hasPrefix("agent warns : Absolute") == true)
    _ = desk.agent("0%\n")
    for waiter in 1...3 { #expect(desk.assign(UInt32(waiter)) == .server(1)) }
    _ = desk.agent("100%\n")
    #expect(desk.backend.farm.activeCount == 2)
  }

  @Test func aStaticAlgorithmTakesAllOrNothing() {
    var desk = desk(.staticRoundrobin)
    _ = desk.agent("50%\n")
    #expect(desk.backend.farm.candidates[0].weight == 10)
    _ = desk.agent("0%\n")
    #expect(desk.backend.farm.candidates[0].weight == 0)
  }

  @Test func aHigherLimitLetsThoseInWhoWait() {
    var desk = Desk(
      balance: .roundrobin, servers: [.init(maxconn: 1, hasAgent: true)])
    #expect(desk.assign(1) == .server(0))
    _ = desk.assign(2)
    let effects = desk.agent("maxconn:2\n")
    #expect(effects.contains { if case .granted = $0 { true } else { false } })
    #expect(desk.backend.farm.candidates[0].maxconn == 2)
    _ = desk.agent("maxconn:x\n")
    #expect(desk.backend.farm.candidates[0].maxconn == 2)
  }

  @Test func theStateOfAServerReadsAsHAProxyWritesIt() {
    var desk = desk(check: CheckConfiguration())
    func state() -> String {
      String(
        decoding: desk.backend.stateHeader(of: 0, address: "1.2.3.4", port: "80", node: "n"),
        as: UTF8.self)
    }
    let rest = "; address=1.2.3.4; port=80; name=be/A; node=n; weight="
    #expect(state() == "UP 1/3\(rest)10/20; scur=0/0; qcur=0")
    _ = desk.pass(0)
    #expect(state() == "UP\(rest)10/20; scur=0/0; qcur=0")
    for _ in 1...3 { _ = desk.fail(0) }
    #expect(state() == "DOWN\(rest)10/10; scur=0/0; qcur=0")
  }
}

extension Desk {
  /// The agent of the first server speaks.
  mutating func agent(_ text: String) -> [BackendEffect] {
    guard let reply = AgentReply.parse(Array(text.utf8)) else { return [] }
    return backend.obey(reply, server: 0, duration: .milliseconds(1), now: now)
  }
}
