import Testing

@testable import Samples

@Suite struct RandomNumberTests {
  /// Goal: a share of sessions can be chosen with `rand`. Method: count where numbers fall.
  @Test(arguments: [Int64(1), 2, 10, 100])
  func numbersFillTheirRangeEvenly(bound: Int64) throws {
    var fixture = SampleFixture()
    var counts = [Int](repeating: 0, count: Int(bound))
    for _ in 0..<10_000 {
      guard case .integer(let number)? = try fixture.value("rand(\(bound))") else {
        Issue.record("no number")
        return
      }
      try #require((0..<bound).contains(number))
      counts[Int(number)] += 1
    }
    let expected = 10_000 / Int(bound)
    for count in counts { #expect(count > expected / 2 && count < expected * 2) }
  }

  @Test func numbersWithoutBoundHave32Bits() throws {
    var fixture = SampleFixture()
    var seen: Int64 = 0
    for _ in 0..<1000 {
      guard case .integer(let number)? = try fixture.value("rand") else { continue }
      #expect((0...0xffff_ffff).contains(number))
      seen |= number
    }
    #expect(seen == 0xffff_ffff)
  }
}
