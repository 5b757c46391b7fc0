import Basics
import Testing

@testable import Engine

@Suite struct AcceptRatesTests {
  /// Asks for a connection every millisecond, or when a pause says so.
  private func admitted(
    _ rates: AcceptRates, milliseconds: UInt64, countingSessions: Bool = false
  ) -> [UInt64] {
    var moments: [UInt64] = []
    var now: UInt64 = 1000
    while now < 1000 + milliseconds {
      let instant = Instant(nanoseconds: now * 1_000_000)
      if let pause = rates.admit(now: instant) {
        now += UInt64(pause / .milliseconds(1))
      } else {
        moments.append(now - 1000)
        if countingSessions { rates.countSession(now: instant) }
        now += 1
      }
    }
    return moments
  }

  @Test func theFirstOnesComeAtOnceAndTheRestAtTheRate() {
    let moments = admitted(AcceptRates(connectionsMax: 2, sessionsMax: 0), milliseconds: 5000)
    #expect(moments.prefix(2) == [0, 1])
    // Two in the first second, then one every half second.
    #expect(moments.count >= 9 && moments.count <= 10, "\(moments)")
    #expect(zip(moments.dropFirst(), moments.dropFirst(2)).allSatisfy { $1 - $0 >= 490 })
  }

  @Test func sessionsAreLimitedAsConnectionsAre() {
    let moments = admitted(
      AcceptRates(connectionsMax: 0, sessionsMax: 100), milliseconds: 3000, countingSessions: true)
    #expect(moments.count >= 270 && moments.count <= 310, "\(moments.count)")
  }

  @Test func withoutALimitEverybodyComesIn() {
    let rates = AcceptRates(connectionsMax: 0, sessionsMax: 0)
    #expect(!rates.isLimited)
    #expect(admitted(rates, milliseconds: 100).count == 100)
  }
}
