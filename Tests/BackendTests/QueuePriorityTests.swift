import Balancing
import Basics
import ConfigurationLanguage
import Testing

@testable import Proxies

@Suite struct QueuePriorityTests {
  private static func priority(_ classNumber: Int64, _ offset: Int64) -> QueuePriority {
    var priority = QueuePriority()
    priority.setClass(classNumber)
    priority.setOffset(offset)
    return priority
  }

  @Test func prioritiesHaveBounds() {
    let cases: [(given: Int64, classNumber: Int16, offset: Int32)] = [
      (0, 0, 0), (5, 5, 5), (-2048, -2047, -2048), (2048, 2047, 2048),
      (524_288, 2047, 524_287), (-524_288, -2047, -524_287),
      // Only the low 32 bits count.
      ((1 << 32) + 3, 3, 3), (0xffff_ffff, -1, -1),
    ]
    for (given, classNumber, offset) in cases {
      let priority = QueuePriorityTests.priority(given, given)
      #expect(priority.classNumber == classNumber, "\(given)")
      #expect(priority.offsetMilliseconds == offset, "\(given)")
    }
  }

  /// Beside a list that is sorted anew every time.
  @Test(arguments: 0..<20)
  func aQueueServesByClassThenByTimeAndOffset(seed: Int) {
    struct Waiting {
      var slot: UInt32
      var classNumber: Int16
      var time: Int64
      var place: UInt32
      var generation: UInt32
      var servedBefore: Int
    }
    var random = PseudoRandom(seed: UInt64(seed))
    var queue = ServerQueue()
    var model: [Waiting] = []
    var served = 0
    var milliseconds: Int64 = 1_000_000
    /// Who is next: the lowest class, then the earliest, then who came first.
    func next() -> Int? {
      model.indices.min { left, right in
        let (left, right) = (model[left], model[right])
        return (left.classNumber, left.time, left.slot)
          < (right.classNumber, right.time, right.slot)
      }
    }
    for slot in 0..<UInt32(1500) {
      milliseconds += Int64(random.below(3))
      let now = Instant(nanoseconds: UInt64(milliseconds) * 1_000_000)
      switch random.below(5) {
      case 0...2:
        let priority = QueuePriorityTests.priority(
          Int64(random.below(5) - 2), Int64(random.below(41) - 20))
        let waiter = Waiter(worker: 0, slot: slot, generation: 0)
        let (place, generation) = queue.insert(waiter, priority: priority, now: now)
        model.append(
          Waiting(
            slot: slot, classNumber: priority.classNumber,
            time: milliseconds + Int64(priority.offsetMilliseconds), place: place,
            generation: generation, servedBefore: served))
      case 3:
        let expected = next()
        let found = queue.serveFirst()
        #expect(found?.waiter.slot == expected.map { model[$0].slot })
        guard let expected else { continue }
        #expect(found?.passed == served - model[expected].servedBefore + 1)
        model.remove(at: expected)
        served += 1
      default:
        guard !model.isEmpty else { continue }
        let gone = model.remove(at: random.below(model.count))
        #expect(
          queue.remove(place: gone.place, generation: gone.generation)
            == served - gone.servedBefore + 1)
      }
      #expect(queue.count == model.count)
      queue.checkInvariants()
    }
  }

  /// A free slot goes to the better class, in whichever queue it waits; then to who is earlier.
  @Test func bothQueuesAreMergedByPriority() {
    let now = Instant(nanoseconds: 5_000_000_000_000)
    func rank(_ classNumber: Int64, _ offset: Int64) -> ServerQueue.Rank {
      var queue = ServerQueue()
      _ = queue.insert(
        Waiter(worker: 0, slot: 0, generation: 0),
        priority: QueuePriorityTests.priority(classNumber, offset), now: now)
      return queue.firstRank ?? ServerQueue.Rank(classNumber: 0, time: 0, sequence: 0)
    }
    #expect(rank(-1, 500).precedesOrEquals(rank(0, -500)))
    #expect(!rank(1, -500).precedesOrEquals(rank(0, 500)))
    #expect(rank(0, 3).precedesOrEquals(rank(0, 3)))
    #expect(!rank(0, 4).precedesOrEquals(rank(0, 3)))
  }

  @Test func whoHasTheBetterClassGetsTheSlotFirst() {
    var desk = Desk(balance: .roundrobin, servers: [.init(maxconn: 1)])
    #expect(desk.assign(1) == .server(0))
    let priorities = [
      QueuePriority(), QueuePriorityTests.priority(-5, 100), QueuePriorityTests.priority(0, -3000),
      QueuePriorityTests.priority(9, -9000),
    ]
    for (index, priority) in priorities.enumerated() {
      desk.backend.enter(now: desk.now)
      var request = AssignmentRequest(
        client: nil, waiter: Waiter(worker: 0, slot: UInt32(index), generation: 0))
      request.priority = priority
      #expect(desk.isQueued(desk.backend.assign(request, now: desk.now), at: nil))
    }
    var served: [UInt32] = []
    for _ in priorities {
      desk.backend.release(0)
      if let grant = desk.backend.nextGrant(0, now: desk.now) { served.append(grant.waiter.slot) }
    }
    #expect(served == [1, 2, 0, 3])
  }
}
