import Proxies
import Testing

@Suite struct SourcePortsTests {
  @Test func everyPortIsLentOnceUntilItIsGivenBack() {
    var ports = SourcePorts(10...12)
    #expect([ports.take(), ports.take(), ports.take(), ports.take()] == [10, 11, 12, nil])
    ports.giveBack(11)
    ports.giveBack(10)
    #expect(ports.freeCount == 2)
    #expect([ports.take(), ports.take(), ports.take()] == [11, 10, nil])
  }

  @Test func whatHasBeenFreeForLongestGoesFirst() {
    var ports = SourcePorts(1...3)
    for expected in [1, 2, 3, 1, 2, 3, 1] as [UInt16] {
      #expect(ports.take() == expected)
      ports.giveBack(expected)
    }
  }

  /// Random loans against a model.
  @Test func loansNeverOverlap() {
    var random = SystemRandomNumberGenerator()
    var ports = SourcePorts(UInt16.max - 6...UInt16.max)
    var lent: Set<UInt16> = []
    for _ in 0..<10_000 {
      if Bool.random(using: &random), let port = lent.randomElement(using: &random) {
        lent.remove(port)
        ports.giveBack(port)
      } else if let port = ports.take() {
        #expect(lent.insert(port).inserted)
      } else {
        #expect(lent.count == 7)
      }
      #expect(ports.freeCount == 7 - lent.count)
    }
  }
}
