import Basics
import Testing

@testable import HealthChecks

@Suite struct HealthStateTests {
  let passed = CheckOutcome(.layer4Passed, duration: .zero)
  let refused = CheckOutcome(.layer4ConnectionProblem, duration: .zero)

  @Test func theVeryFirstFailureTakesAServerDown() {
    var health = HealthState(.init(rise: 2, fall: 3))
    #expect(health.isPassing)
    _ = health.record(refused)
    #expect(!health.isPassing && health.health == 0)
  }

  @Test(arguments: [
    (HealthState.Beginning.fullyUp, true, 3, 1), (.up, true, 1, 1), (.down, false, 1, 1),
    (.fullyDown, false, 1, 2),
  ])
  func aServerBeginsAsItsInitStateSays(
    _ beginning: HealthState.Beginning, isUp: Bool, failures: Int, successes: Int
  ) {
    var settings = HealthState.Settings(rise: 2, fall: 3)
    settings.beginning = beginning
    var health = HealthState(settings)
    for _ in 0..<2 {
      #expect(health.isPassing == isUp)
      for turn in 1...max(failures, successes) {
        _ = health.record(isUp ? refused : passed)
        let hasTurned = turn >= (isUp ? failures : successes)
        #expect(health.isPassing == (hasTurned ? !isUp : isUp), "\(beginning) \(turn)")
        if hasTurned { break }
      }
      // Leaving maintenance is another beginning.
      health.pause()
      health.resume()
    }
  }

  @Test func riseAndFallAreCountedForAllSmallSettings() {
    for rise in 1...4 {
      for fall in 1...4 {
        var health = HealthState(.init(rise: rise, fall: fall))
        _ = health.record(passed)
        for failure in 1...fall {
          #expect(health.isPassing, "rise \(rise) fall \(fall) before failure \(failure)")
          _ = health.record(refused)
        }
        #expect(!health.isPassing && health.health == 0)
        for success in 1...rise {
          #expect(!health.isPassing, "rise \(rise) fall \(fall) before success \(success)")
          _ = health.record(passed)
        }
        #expect(health.health == health.healthMax)
      }
    }
  }

  @Test func oneSuccessBetweenFailuresRestoresFullHealth() {
    var health = HealthState(.init(rise: 2, fall: 3))
    _ = health.record(passed)
    _ = health.record(refused)
    #expect(health.progress(hasWeight: true) == "2/3 UP")
    _ = health.record(passed)
    #expect(health.progress(hasWeight: true) == "3/3 UP")
    #expect(health.progress(hasWeight: false) == "3/3 DRAIN")
  }

  @Test func oneFailureBetweenSuccessesOfADownServerBeginsAnew() {
    var health = HealthState(.init(rise: 3, fall: 3))
    _ = health.record(refused)
    _ = health.record(passed)
    _ = health.record(passed)
    #expect(health.progress(hasWeight: true) == "2/3 DOWN")
    _ = health.record(refused)
    #expect(health.progress(hasWeight: true) == "0/3 DOWN")
  }

  @Test func onlyWhatMovesIsReported() {
    var health = HealthState(.init(rise: 1, fall: 1))
    #expect(health.record(passed).isReported, "the first result is news")
    #expect(!health.record(passed).isReported)
    #expect(health.record(refused) == .init(isReported: true, isFailureCounted: true))
    #expect(health.record(refused) == .init(isReported: false, isFailureCounted: false))
  }

  @Test func theIntervalFollowsTheHealth() {
    var health = HealthState(
      .init(inter: .seconds(4), fastinter: .seconds(1), downinter: .seconds(9), rise: 2, fall: 2))
    #expect(health.interval(isServerDown: false) == .seconds(1), "never checked")
    _ = health.record(passed)
    #expect(health.interval(isServerDown: false) == .seconds(4))
    _ = health.record(refused)
    #expect(health.interval(isServerDown: false) == .seconds(1))
    _ = health.record(refused)
    #expect(health.interval(isServerDown: true) == .seconds(9))
    _ = health.record(passed)
    #expect(health.interval(isServerDown: true) == .seconds(1))
  }

  @Test func hurryLastsForOneDelay() {
    var health = HealthState(.init(inter: .seconds(4), fastinter: .seconds(1)))
    _ = health.record(passed)
    health.hurry()
    let delays = (0..<2).map { _ in
      health.nextDelay(isServerDown: false, spreadPercent: 0, fraction: 0)
    }
    #expect(delays == [.seconds(1), .seconds(4)])
  }

  @Test func spreadStaysWithinItsPercentage() {
    var health = HealthState(.init(inter: .seconds(10)))
    _ = health.record(passed)
    let delays = [0.0, 0.5, 0.999].map {
      health.nextDelay(isServerDown: false, spreadPercent: 20, fraction: $0)
    }
    #expect(delays == [.seconds(12), .seconds(10), .milliseconds(8004)])
  }

  @Test func suddenDeathLeavesOneFailureAndMarkDownNone() {
    var health = HealthState(.init(rise: 2, fall: 5))
    _ = health.record(passed)
    health.weaken()
    _ = health.record(refused)
    #expect(health.progress(hasWeight: true) == "1/5 UP")
    var marked = HealthState(.init(rise: 2, fall: 5))
    _ = marked.record(passed)
    marked.exhaust()
    _ = marked.record(refused)
    #expect(!marked.isPassing)
  }
}

@Suite struct CheckTimingTests {
  @Test func withoutTimeoutCheckTheIntervalBoundsEverything() {
    let limits = CheckTiming.limits(
      inter: .seconds(2), timeoutConnect: .seconds(1), timeoutCheck: nil)
    #expect(limits.connect == .seconds(2) && limits.exchange == nil)
  }

  @Test func withTimeoutCheckConnectingIsBoundByTimeoutConnect() {
    let limits = CheckTiming.limits(
      inter: .seconds(2), timeoutConnect: .seconds(1), timeoutCheck: .seconds(5))
    #expect(limits.connect == .seconds(1) && limits.exchange == .seconds(5))
  }

  @Test func firstChecksAreSpreadOverTheSmallestInterval() {
    let delays = CheckTiming.firstDelays(
      intervals: [.seconds(2), .seconds(2), .milliseconds(500), .seconds(8)], spreadPercent: 0,
      spreadMax: nil, fraction: { 0 })
    #expect(delays == [.zero, .milliseconds(500), .seconds(1), .seconds(6)])
  }

  @Test func maxSpreadChecksBoundsTheSpread() {
    let delays = CheckTiming.firstDelays(
      intervals: [.seconds(60), .seconds(60)], spreadPercent: 0, spreadMax: .seconds(2),
      fraction: { 0 })
    #expect(delays == [.zero, .seconds(1)])
  }
}

@Suite struct StateLineTests {
  let server = ServerLabel(backend: "chk", server: "B", isBackup: false, tracked: nil)
  let refused = CheckOutcome(
    .layer4ConnectionProblem, info: "ECONNREFUSED returned by OS (Connection refused)",
    duration: .zero)

  @Test func downReadsAsHAProxyWritesIt() {
    let line = StateLine.down(
      server, cause: refused, wasStopping: false,
      counts: .init(active: 1, backup: 0, sessions: 0, requeued: 0, queued: 0))
    #expect(
      line.text
        == "Server chk/B is DOWN, reason: Layer4 connection problem, info: "
        + "\"ECONNREFUSED returned by OS (Connection refused)\", check duration: 0ms. "
        + "1 active and 0 backup servers left. 0 sessions active, 0 requeued, "
        + "0 remaining in queue.")
    #expect(line.level == 1)
  }

  @Test func upReadsAsHAProxyWritesIt() {
    let line = StateLine.up(
      server, cause: CheckOutcome(.layer4Passed, duration: .zero),
      counts: .init(active: 2, backup: 0, sessions: 0, requeued: 0, queued: 0))
    #expect(
      line.text
        == "Server chk/B is UP, reason: Layer4 check passed, check duration: 0ms. "
        + "2 active and 0 backup servers online. 0 sessions requeued, 0 total in queue.")
    #expect(line.level == 5)
  }

  @Test func aTrackingBackupSaysSo() {
    let tracking = ServerLabel(backend: "trk", server: "A", isBackup: true, tracked: "chk/B")
    let line = StateLine.down(
      tracking, cause: nil, wasStopping: true,
      counts: .init(active: 0, backup: 1, sessions: 3, requeued: 2, queued: 1))
    #expect(
      line.text
        == "Backup Server trk/A is DOWN via chk/B. 0 active and 1 backup servers left."
        + " Running on backup. 3 sessions active, 2 requeued, 1 remaining in queue.")
    #expect(line.level == 5)
  }

  @Test func theLastServerIsAnEmergency() {
    let line = StateLine.noServer(kind: "proxy", name: "trk")
    #expect(line.text == "proxy trk has no server available!")
    #expect(line.notice == "proxy 'trk' has no server available!")
    #expect(line.level == 0 && line.isAlert)
  }

  @Test func aLoggedCheckTellsHowFarItIs() {
    var health = HealthState(.init())
    _ = health.record(CheckOutcome(.layer4Passed, duration: .zero))
    _ = health.record(refused)
    #expect(
      StateLine.check(server, health, hasWeight: true).text
        == "Health check for server chk/B failed, reason: Layer4 connection problem, info: "
        + "\"ECONNREFUSED returned by OS (Connection refused)\", check duration: 0ms, "
        + "status: 2/3 UP.")
  }

  @Test func anOutcomeTellsHowLongItTook() {
    let outcome = CheckOutcome(
      .layer4Timeout, info: " at initial connection step of tcp-check",
      duration: .milliseconds(2001))
    #expect(
      outcome.reason
        == ", reason: Layer4 timeout, info: \" at initial connection step of tcp-check\","
        + " check duration: 2001ms")
    #expect(
      CheckOutcome(.layer4Timeout, duration: .seconds(2)).reason
        == ", reason: Layer4 timeout, check duration: 2000ms")
  }

  @Test func bytesThatAreNoTextAreKept() {
    let outcome = CheckOutcome(.layer7WrongStatus, bytes: [0xff, 65, 0, 66], code: 1)
    #expect(outcome.reason == ", reason: Layer7 wrong status, code: 1, info: \"<FF>A\"")
  }

  @Test func whatALineCannotBearIsWrittenInHexadecimal() {
    let outcome = CheckOutcome(.layer7WrongStatus, info: "a\"<\n", duration: nil, code: 500)
    #expect(
      outcome.reason == ", reason: Layer7 wrong status, code: 500, info: \"a<22><3C><0A>\"")
  }
}

@Suite struct ErrorObserverTests {
  @Test func onlyErrorsInARowCount() {
    var observer = ErrorObserver(reaction: .failCheck, limit: 3)
    #expect(observer.fail() == nil)
    #expect(observer.fail() == nil)
    observer.forgive()
    #expect(observer.fail() == nil)
    #expect(observer.fail() == nil)
    #expect(
      observer.fail()
        == "Detected 3 consecutive errors, last one was: L4 unsuccessful connection")
    #expect(observer.fail() == nil, "it begins anew")
  }
}
