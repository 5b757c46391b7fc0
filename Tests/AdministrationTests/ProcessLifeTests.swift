import Administration
import Basics
import Testing

@Suite struct ProcessLifeTests {
  private func at(_ milliseconds: UInt64) -> Instant {
    Instant(nanoseconds: 1_000_000_000 + milliseconds * 1_000_000)
  }

  @Test func softStopDrainsThenWaitsForTheLastSession() {
    var life = ProcessLife(grace: nil, hardStopAfter: nil)
    #expect(life.sleep(now: at(0)) == nil)
    #expect(life.handle(.softStop, now: at(0)).isEmpty)
    #expect(life.sleep(now: at(0)) == .milliseconds(30))
    #expect(life.advance(now: at(29), sessions: 1, hasStoppedListening: false).isEmpty)
    #expect(life.advance(now: at(30), sessions: 1, hasStoppedListening: false) == [.stopListening])
    #expect(life.advance(now: at(31), sessions: 1, hasStoppedListening: false).isEmpty)
    #expect(life.advance(now: at(40), sessions: 1, hasStoppedListening: true) == [.announceStopped])
    #expect(life.advance(now: at(50), sessions: 1, hasStoppedListening: true).isEmpty)
    #expect(life.handle(.softStop, now: at(60)).isEmpty)
    #expect(life.advance(now: at(70), sessions: 0, hasStoppedListening: true) == [.exit])
  }

  @Test func doesNotLeaveBeforeItsListenersAreClosed() {
    var life = ProcessLife(grace: nil, hardStopAfter: nil)
    _ = life.handle(.softStop, now: at(0))
    _ = life.advance(now: at(30), sessions: 0, hasStoppedListening: false)
    #expect(life.advance(now: at(31), sessions: 0, hasStoppedListening: false).isEmpty)
    #expect(
      life.advance(now: at(32), sessions: 0, hasStoppedListening: true) == [
        .announceStopped, .exit,
      ])
  }

  @Test func hardStopAfterEndsWhatIsLeftAndThenTheProcess() {
    var life = ProcessLife(grace: nil, hardStopAfter: .seconds(2))
    _ = life.handle(.softStop, now: at(0))
    _ = life.advance(now: at(30), sessions: 3, hasStoppedListening: false)
    _ = life.advance(now: at(31), sessions: 3, hasStoppedListening: true)
    #expect(life.advance(now: at(2029), sessions: 3, hasStoppedListening: true).isEmpty)
    #expect(life.advance(now: at(2030), sessions: 3, hasStoppedListening: true) == [.hardStop])
    #expect(life.advance(now: at(2040), sessions: 1, hasStoppedListening: true).isEmpty)
    var stubborn = life
    #expect(life.advance(now: at(2050), sessions: 0, hasStoppedListening: true) == [.exit])
    #expect(
      stubborn.advance(now: at(3030), sessions: 1, hasStoppedListening: true)
        == [.announceResistance, .exit])
  }

  @Test func graceDelaysTheSoftStop() {
    var life = ProcessLife(grace: .milliseconds(500), hardStopAfter: nil)
    #expect(life.handle(.softStop, now: at(0)) == [.announceGrace(.milliseconds(500))])
    #expect(life.sleep(now: at(100)) == .milliseconds(400))
    #expect(life.advance(now: at(500), sessions: 0, hasStoppedListening: false).isEmpty)
    #expect(life.advance(now: at(530), sessions: 0, hasStoppedListening: false) == [.stopListening])
  }

  @Test(arguments: [UInt64(0), 10, 35]) func stopSignalsEndItFromAnyPhase(_ time: UInt64) {
    var life = ProcessLife(grace: nil, hardStopAfter: nil)
    _ = life.handle(.softStop, now: at(0))
    _ = life.advance(now: at(time), sessions: 1, hasStoppedListening: true)
    #expect(life.handle(.stop(15), now: at(time)) == [.stopSessions])
    #expect(life.handle(.stop(2), now: at(time)).isEmpty)
    #expect(life.advance(now: at(time + 1), sessions: 1, hasStoppedListening: true).isEmpty)
    #expect(life.advance(now: at(time + 2), sessions: 0, hasStoppedListening: true) == [.die(15)])
  }

  @Test func doesNotPauseOnItsWayOut() {
    var life = ProcessLife(grace: nil, hardStopAfter: nil)
    #expect(life.handle(.pause, now: at(0)) == [.pauseListening])
    #expect(life.handle(.resume, now: at(0)) == [.resumeListening])
    #expect(life.handle(.dump, now: at(0)) == [.dumpStates])
    _ = life.handle(.softStop, now: at(0))
    #expect(life.handle(.pause, now: at(1)).isEmpty)
  }
}
