import Basics
import ConfigurationLanguage
import HealthChecks
import Testing

@testable import Proxies

@Suite struct BackendHealthTests {
  @Test func theFirstFailureTakesAServerDownAndNobodyIsSentThere() {
    var desk = Desk(
      balance: .roundrobin, servers: [.init(check: .init()), .init(check: .init())])
    #expect(
      desk.fail(0).lines == [
        "Server be/A is DOWN, reason: Layer4 timeout, check duration: 2000ms. "
          + "1 active and 0 backup servers left. 0 sessions active, 0 requeued, "
          + "0 remaining in queue."
      ])
    for waiter in 1...4 { #expect(desk.assign(UInt32(waiter)) == .server(1)) }
    #expect(desk.pass(0).isEmpty)
    #expect(
      desk.pass(0).lines == [
        "Server be/A is UP, reason: Layer4 check passed, check duration: 0ms. "
          + "2 active and 0 backup servers online. 0 sessions requeued, 0 total in queue."
      ])
  }

  @Test func theLastServerIsSaidToBeTheLast() {
    var desk = Desk(balance: .roundrobin, servers: [.init(check: .init())])
    #expect(desk.fail(0).lines.last == "backend be has no server available!")
    #expect(desk.backend.counters.downTransitions == 1)
    #expect(desk.assign(1) == .unavailable)
  }

  @Test func loggedChecksAreNotRepeatedAsReasons() {
    var desk = Desk(
      balance: .roundrobin, servers: [.init(check: .init()), .init()],
      options: .logHealthChecks)
    #expect(
      desk.fail(0).lines == [
        "Health check for server be/A failed, reason: Layer4 timeout, check duration: 2000ms, "
          + "status: 0/2 DOWN.",
        "Server be/A is DOWN. 1 active and 0 backup servers left. 0 sessions active, "
          + "0 requeued, 0 remaining in queue.",
      ])
  }

  @Test func whoWaitsForAServerThatGoesDownMovesOnIfAllowed() {
    for (redispatch, moved) in [(0, [UInt32]()), (-1, [2])] {
      var desk = Desk(
        balance: .source, servers: [.init(maxconn: 1, check: .init())], redispatch: redispatch)
      _ = desk.assign(1)
      #expect(desk.isQueued(desk.assign(2), at: 0))
      let effects = desk.fail(0)
      #expect(effects.reassigned == moved)
      #expect(
        effects.lines.first?.hasSuffix(
          "1 sessions active, \(moved.count) requeued, \(1 - moved.count) remaining in queue.")
          == true)
    }
  }

  @Test func whoWaitsForAnyServerIsToldWhenThereIsNone() {
    var desk = Desk(balance: .roundrobin, servers: [.init(maxconn: 1, check: .init())])
    _ = desk.assign(1)
    #expect(desk.isQueued(desk.assign(2), at: nil))
    #expect(desk.fail(0).reassigned == [2])
    #expect(desk.assign(2, isNew: false) == .unavailable)
  }

  @Test func aServerThatComesUpServesThoseWhoWait() {
    var desk = Desk(
      balance: .roundrobin, servers: [.init(maxconn: 1), .init(maxconn: 2, check: .init())])
    _ = desk.fail(1)
    #expect(desk.assign(1) == .server(0))
    for waiter in 2...4 { #expect(desk.isQueued(desk.assign(UInt32(waiter)), at: nil)) }
    _ = desk.pass(1)
    let effects = desk.pass(1)
    #expect(effects.granted == [2, 3])
    #expect(effects.lines.first?.hasSuffix("2 sessions requeued, 0 total in queue.") == true)
  }

  @Test func sessionsEndWithTheirServerWhenToldSo() {
    var desk = Desk(
      balance: .roundrobin,
      servers: [.init(check: .init(), shutsDown: true), .init(isBackup: true)])
    #expect(desk.fail(0).contains(.shutDown(server: 0, cause: .down)))
    _ = desk.pass(0)
    #expect(desk.pass(0).contains(.shutDown(server: 1, cause: .up)))
  }

  @Test func slowstartRaisesWeightAndLimitInSteps() {
    var desk = Desk(
      balance: .roundrobin,
      servers: [.init(maxconn: 100, slowstart: .seconds(10), check: .init()), .init()])
    #expect(desk.backend.farm.candidates[0].effectiveWeight == 16, "never at the start")
    _ = desk.fail(0)
    _ = desk.pass(0)
    _ = desk.pass(0)
    #expect(desk.backend.servers[0].operation == .starting)
    let start = desk.now
    var weights = [desk.backend.farm.candidates[0].effectiveWeight]
    var limits = [desk.backend.farm.limit(of: 0, now: start)]
    for second in 1...9 {
      #expect(desk.backend.nextTick == start + .seconds(second))
      desk.now = start + .seconds(second)
      #expect(desk.backend.tick(now: desk.now).lines.isEmpty)
      weights.append(desk.backend.farm.candidates[0].effectiveWeight)
      limits.append(desk.backend.farm.limit(of: 0, now: desk.now))
    }
    #expect(weights == [1] + (1...9).map { (16 * $0 + 10) / 10 })
    #expect(limits == [1] + (1...9).map { $0 * 10 })
    desk.now = start + .seconds(10)
    #expect(desk.backend.tick(now: desk.now).lines.count == 1, "it is announced as up once more")
    #expect(desk.backend.farm.candidates[0].effectiveWeight == 16)
    #expect(desk.backend.nextTick == nil)
  }

  @Test(arguments: [
    (ServerConfiguration.OnError.failCheck, 2), (.suddenDeath, 1), (.markDown, 0),
    (.fastInter, 3),
  ])
  func observedErrorsActAsConfigured(_ onError: ServerConfiguration.OnError, _ rest: Int) {
    var check = CheckConfiguration()
    check.fastinter = .milliseconds(100)
    var desk = Desk(
      balance: .roundrobin, servers: [.init(check: check, onError: onError)])
    _ = desk.pass(0)
    _ = desk.assign(1)
    #expect(desk.backend.connectFailed(0, now: desk.now).isEmpty)
    desk.backend.retry(0, now: desk.now)
    let effects = desk.backend.connectFailed(0, now: desk.now)
    let progress = rest == 0 ? "0/2 DOWN" : "\(rest)/3 UP"
    #expect(desk.backend.servers[0].health?.progress(hasWeight: true) == progress)
    #expect(
      effects.lines.isEmpty == (rest > 0),
      "only the reaction that takes it down says so")
    if rest == 0 {
      #expect(
        effects.lines.first?.hasPrefix(
          "Server be/A is DOWN, reason: Health analyze, info: "
            + "\"Detected 2 consecutive errors, last one was: L4 unsuccessful connection\". ")
          == true)
    } else {
      #expect(effects.contains(.check(server: 0, notAfter: desk.now + .milliseconds(100))))
    }
  }

  @Test func disabledServersBeginInMaintenance() {
    var desk = Desk(
      balance: .roundrobin, servers: [.init(isDisabled: true, check: .init()), .init()])
    #expect(desk.assign(1) == .server(1))
    #expect(!desk.backend.isChecked(0))
    #expect(desk.pass(0).isEmpty, "a check cannot end maintenance")
    let effects = desk.backend.readminister(.forcedMaintenance, 0, now: desk.now)
    #expect(effects.lines == ["Server be/A is UP/READY (leaving forced maintenance)."])
    #expect(desk.backend.isChecked(0))
    #expect(desk.backend.farm.activeCount == 2)
  }

  @Test func drainedServersKeepTheirSessionsAndGetNoNewOnes() {
    var desk = Desk(balance: .roundrobin, servers: [.init(), .init()])
    #expect(
      desk.backend.administer(.forcedDrain, 0, now: desk.now).lines == [
        "Server be/A enters drain state. 1 active and 0 backup servers online."
          + " 0 sessions requeued, 0 total in queue."
      ])
    #expect(desk.assign(1) == .server(1))
    #expect(
      desk.backend.readminister(.forcedDrain, 0, now: desk.now).lines == [
        "Server be/A is UP (leaving forced drain)."
      ])
    #expect(desk.backend.farm.activeCount == 2)
  }

  @Test func maintenanceIsAnAlert() {
    var desk = Desk(balance: .roundrobin, servers: [.init(), .init()])
    let effects = desk.backend.administer(.forcedMaintenance, 0, now: desk.now)
    guard case .line(let line) = effects.first else {
      Issue.record("it is logged")
      return
    }
    #expect(
      line.text == "Server be/A is going DOWN for maintenance. 1 active and 0 backup servers "
        + "left. 0 sessions active, 0 requeued, 0 remaining in queue.")
    #expect(line.level == 1)
  }
}

@Suite struct TrackingTests {
  let now = Instant(nanoseconds: 5_000_000_000_000)

  /// A checked backend `chk`, and a backend `trk` whose server follows it.
  func backends(isDisabled: Bool = false) -> [Backend] {
    var configuration = Desk.configuration(
      balance: .roundrobin, servers: [.init(isDisabled: isDisabled, check: .init())], name: "chk")
    let follower = Desk.configuration(
      balance: .roundrobin, servers: [.init(track: .init(proxy: 0, server: 0))], name: "trk")
    configuration.proxies += follower.proxies
    return Backend.all(in: configuration, processConnectionsMax: 100, seed: 1, now: now)
      .compactMap { $0 }
  }

  /// Applies effects until nobody has anything to tell, as the engine does.
  func settle(_ backends: inout [Backend], _ effects: [BackendEffect]) -> [String] {
    var pending = effects
    var lines: [String] = []
    while !pending.isEmpty {
      let effect = pending.removeFirst()
      switch effect {
      case .line(let line): lines.append(line.text)
      case .tracked(let server, let change):
        pending += backends[server.proxy].applyTracked(change, to: server.server, now: now)
      case .granted, .reassign, .shutDown, .check: break
      }
    }
    return lines
  }

  @Test func aTrackingServerFollowsDownAndUp() {
    var backends = backends()
    let outcome = CheckOutcome(.layer4Timeout, duration: .zero)
    var lines = settle(&backends, backends[0].record(check: outcome, server: 0, now: now))
    #expect(lines.count == 4)
    #expect(lines[2].hasPrefix("Server trk/A is DOWN via chk/A. 0 active"))
    #expect(lines[3] == "backend trk has no server available!")
    let passed = CheckOutcome(.layer4Passed, duration: .zero)
    _ = backends[0].record(check: passed, server: 0, now: now)
    lines = settle(&backends, backends[0].record(check: passed, server: 0, now: now))
    #expect(lines.last?.hasPrefix("Server trk/A is UP via chk/A. 1 active") == true)
  }

  @Test func aTrackingServerBeginsInMaintenanceWithADisabledOne() {
    var backends = backends(isDisabled: true)
    #expect(!backends[1].isUp)
    #expect(backends[1].counters.downTransitions == 0)
    let effects = backends[0].readminister(.forcedMaintenance, 0, now: now)
    #expect(
      settle(&backends, effects) == [
        "Server chk/A is UP/READY (leaving forced maintenance).",
        "Server trk/A is UP/READY (leaving maintenance).",
      ])
    #expect(backends[1].isUp)
  }
}
