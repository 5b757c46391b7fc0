import Basics
import KernelIO

/// Something that will happen in the world.
enum WorldEvent {
  /// What a socket sent arrives at the other side, as far as there is room.
  case delivery(from: SimulatedSocket)
  /// A reset arrives.
  case reset(of: SimulatedSocket)
  /// A connect of the engine is answered.
  case connectAnswer(SimulatedRequest, Errno?)
  /// The next splice of a chain is done.
  case chainStep(SimulatedRequest)
  /// A request's timeout or timer is over.
  case deadline(SimulatedRequest)
  /// A client connects to the engine.
  case arrival(SimulatedPeer)
  /// A peer looks at its connection and its script.
  case peer(SimulatedPeer)
  /// Something the test does.
  case action(() -> Void)
}

/// What will happen, in the order of time and, at one time, in the order of scheduling.
struct EventQueue {
  private struct Entry {
    var time: Instant
    var serial: UInt64
    var event: WorldEvent

    static func < (left: Entry, right: Entry) -> Bool {
      left.time == right.time ? left.serial < right.serial : left.time < right.time
    }
  }

  private var heap: [Entry] = []
  private var serial: UInt64 = 0

  var earliest: Instant? { heap.first?.time }
  var count: Int { heap.count }

  mutating func add(_ event: WorldEvent, at time: Instant) {
    serial += 1
    heap.append(Entry(time: time, serial: serial, event: event))
    var place = heap.count - 1
    while place > 0, heap[place] < heap[(place - 1) / 2] {
      heap.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  mutating func removeFirst() -> WorldEvent {
    let first = heap[0]
    let last = heap.removeLast()
    guard !heap.isEmpty else { return first.event }
    heap[0] = last
    var place = 0
    while true {
      var least = place
      for child in [2 * place + 1, 2 * place + 2]
      where child < heap.count && heap[child] < heap[least] { least = child }
      guard least != place else { return first.event }
      heap.swapAt(place, least)
      place = least
    }
  }
}
