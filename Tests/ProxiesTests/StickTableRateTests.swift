import Testing

@testable import Proxies

@Suite struct StickTableRateTests {
  @Test func aWorkerWhoseTurnBeganEarlierForgetsNothing() {
    var rate = StickTableRate()
    rate.count(1, period: 10_000, now: 1_000_000)
    rate.count(99, period: 10_000, now: 1_000_001)
    rate.count(1, period: 10_000, now: 1_010_000)
    rate.count(1, period: 10_000, now: 1_009_998)
    #expect(rate.events(in: 10_000, now: 1_010_000) == 102)
  }

  /// Five thousand steps with every period, hashed: what HAProxy's own arithmetic gives for them.
  @Test(arguments: [
    (UInt32(1_000), UInt64(0x46f6_f73f_5d1d_6fe8)),
    (10_000, 0xbafc_1c3c_d1b0_f3b0),
    (3, 0xcadf_ba0a_f568_d9e7),
    (60_000, 0xeb65_20c3_f44f_fcdc),
    (1, 0x5a64_0c58_88ed_b415),
    (2_147_483_647, 0x7797_54f0_0b8f_91e9),
    (7, 0x55c5_c883_ca8c_1f51),
  ])
  func countsAsHAProxyDoes(period: UInt32, hash: UInt64) {
    var rate = StickTableRate()
    let index = StickTableRateTests.periods.firstIndex(of: period) ?? 0
    var random = UInt64(index + 1)
    var now: UInt32 = period == 60000 ? 4_294_960_000 : 123_456_789
    var found: UInt64 = 0xcbf2_9ce4_8422_2325
    for step in 0..<5000 {
      random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let number = UInt32(truncatingIfNeeded: random >> 33)
      var most = period < 100 ? 4 : period / 50
      if step % 97 == 0 { most = period < 100 ? 9 : period &* 3 / 2 }
      now &+= number % min(max(most, 1), 1_000_000)
      let value: UInt32
      if number % 3 == 0 {
        value = rate.events(in: period, now: now)
      } else {
        rate.count(1 + (number >> 8) % 5, period: period, now: now)
        value = rate.present
      }
      found = (found ^ UInt64(value)) &* 0x100_0000_01b3
    }
    #expect(found == hash)
  }

  private static let periods: [UInt32] = [1000, 10_000, 3, 60_000, 1, 2_147_483_647, 7]

  @Test func aRateFadesOverTwoPeriods() {
    var rate = StickTableRate()
    rate.count(10, period: 1000, now: 50_000)
    #expect(rate.events(in: 1000, now: 50_000) == 10)
    #expect(rate.events(in: 1000, now: 50_999) == 10)
    #expect(rate.events(in: 1000, now: 51_500) == 5)
    #expect(rate.events(in: 1000, now: 52_001) == 0)
  }

  @Test func aPeriodOfNothingNeverHasEvents() {
    var rate = StickTableRate()
    rate.count(10, period: 0, now: 50_000)
    #expect(rate.events(in: 0, now: 50_000) == 0)
  }
}
