import Basics
import Testing

@testable import Balancing

@Suite struct FarmTests {
  @Test func minconnAloneIsTheLimit() {
    let candidate = Candidate(id: 1, weight: 1, minconn: 5)
    #expect(candidate.maxconn == 5 && candidate.minconn == 5)
  }

  @Test func withoutMinconnTheLimitDoesNotMove() {
    var farm = Farm(
      candidates: [Candidate(id: 1, weight: 1, maxconn: 9)], algorithm: .first, fullconn: 100,
      usesAllBackups: false)
    #expect(farm.limit(of: 0, now: .origin) == 9)
    farm.sessions = 200
    #expect(farm.limit(of: 0, now: .origin) == 9)
  }

  @Test func weightsOfMapsAreDividedByWhatTheyShare() {
    var farm = Farm(
      candidates: [20, 0, 30].map { Candidate(id: 1, weight: $0) },
      algorithm: .staticRoundrobin, fullconn: 1, usesAllBackups: false)
    for server in 0..<3 {
      let weight = farm.weight(of: server, isReturning: false, now: .origin)
      _ = farm.setStanding(server, isUsable: true, effectiveWeight: weight)
    }
    #expect(farm.candidates.map(\.effectiveWeight) == [2, 0, 3])
    #expect(farm.candidates.map(\.isUsable) == [true, false, true])
    #expect(farm.totalWeight == 5)
  }

  @Test func ratesFadeWithinTwoSeconds() {
    var rate = EventRate()
    let start = Instant(nanoseconds: 1_000_000_000_000)
    for _ in 0..<10 { rate.count(now: start) }
    #expect(rate.perSecond(now: start) == 10)
    #expect(rate.perSecond(now: start + .milliseconds(1500)) == 5)
    #expect(rate.perSecond(now: start + .seconds(3)) == 0)
    #expect(rate.count(now: start + .seconds(3)) == 1)
  }

  @Test func aWorkerWhoseTurnBeganEarlierForgetsNothing() {
    var rate = EventRate()
    let start = Instant(nanoseconds: 1_000_000_000_000)
    for _ in 0..<10 { rate.count(now: start) }
    rate.count(now: start + .seconds(1))
    rate.count(now: start + .milliseconds(998))
    #expect(rate.perSecond(now: start + .seconds(1)) == 12)
  }

  @Test func aLimitedRateLetsSoManyInAtOnceAndTheRestOneByOne() {
    for limit in [1, 2, 5, 100] as [UInt64] {
      var rate = EventRate()
      var now = Instant(nanoseconds: 5_000_000_000)
      for _ in 0..<limit {
        #expect(rate.wait(limit: limit, pending: 0, now: now) == .zero)
        rate.count(now: now)
      }
      #expect(rate.wait(limit: limit, pending: 0, now: now) > .zero)
      // From then on one event each (1000 / limit) milliseconds, the first after a second.
      var waited = Duration.zero
      for event in 1...4 {
        while true {
          let wait = rate.wait(limit: limit, pending: 0, now: now)
          if wait == .zero { break }
          now = now + wait
          waited += wait
        }
        rate.count(now: now)
        let ideal = Duration.milliseconds(1000 + (event - 1) * 1000 / Int(limit))
        #expect(
          waited >= ideal - .milliseconds(2 * event) && waited <= ideal + .milliseconds(2 * event),
          "limit \(limit), event \(event): \(waited)")
      }
    }
  }

  @Test func eventsThatAreAboutToHappenCountToo() {
    var rate = EventRate()
    let now = Instant(nanoseconds: 5_000_000_000)
    rate.count(now: now)
    #expect(rate.wait(limit: 3, pending: 1, now: now) == .zero)
    #expect(rate.wait(limit: 3, pending: 2, now: now) > .zero)
  }

  /// Against sorting, for random insertions and removals.
  @Test func theHeapAlwaysKnowsTheSmallest() {
    var random = PseudoRandom(seed: 5)
    var heap = ServerHeap(capacity: 12)
    var model: [Int: (key: UInt64, order: UInt64)] = [:]
    for step in 0..<5000 {
      let server = random.below(12)
      if random.below(3) == 0 {
        heap.remove(server)
        model[server] = nil
      } else {
        let key = UInt64(random.below(5))
        heap.insert(server, key: key, order: UInt64(step))
        model[server] = (key, UInt64(step))
      }
      let least = model.min { ($0.value.key, $0.value.order) < ($1.value.key, $1.value.order) }
      #expect(heap.first == least?.key)
      #expect(heap.contains(server) == (model[server] != nil))
    }
  }
}
