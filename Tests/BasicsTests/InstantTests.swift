import Basics
import Testing

@Suite struct InstantTests {
  /// Around where the division of 64 bits ends (2^73 as, 9444.7 s), and at the ends.
  @Test(
    arguments: [
      0, 1, 999_999_999, 1_000_000_000, 9_444_732_965_739, 9_444_732_965_740, 86_400_000_000_000,
      .max, -1, -1_000_000_001, .min,
    ] as [Int64])
  func durationsKeepTheirNanoseconds(count: Int64) {
    #expect(Duration(nanoseconds: count) == .nanoseconds(count))
    #expect(Duration(nanoseconds: count).nanoseconds == count)
    #expect(Duration.nanoseconds(count).wholeMilliseconds == count / 1_000_000)
  }

  @Test func partsOfANanosecondAreCutOff() {
    for nanoseconds in [0, 7, 9_444_732_965_739, 9_444_732_965_740] as [Int128] {
      let duration = Duration(attoseconds: nanoseconds * 1_000_000_000 + 999_999_999)
      #expect(duration.nanoseconds == Int64(nanoseconds))
    }
    #expect(Duration(attoseconds: -1).nanoseconds == 0)
    #expect(Duration(attoseconds: -1_999_999_999).nanoseconds == -1)
  }

  @Test func durationsThatDoNotFitSaturate() {
    #expect(Duration.seconds(Int64.max).nanoseconds == .max)
    #expect(Duration.seconds(Int64.min).nanoseconds == .min)
  }

  @Test func differencesAndSumsOfInstantsAgree() {
    let (early, late) = (Instant(nanoseconds: 5), Instant(nanoseconds: 12_000_000_005))
    #expect(late - early == .seconds(12))
    #expect(early - late == .seconds(-12))
    #expect(early + .seconds(12) == late)
    #expect(late + .seconds(-12) == early)
    #expect(early + .seconds(-1) == .origin)
    #expect(Instant(nanoseconds: .max - 5) + .seconds(1) == .distantFuture)
  }
}
