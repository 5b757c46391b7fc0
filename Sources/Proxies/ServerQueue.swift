import Basics

/// Sessions that wait for a slot of one server, or of any server of a backend: by priority class,
/// then by time of arrival. Entering and leaving is O(log n) and allocates nothing once the queue
/// has been as long before.
struct ServerQueue: Sendable {
  /// The rank of a waiting session.
  struct Rank: Comparable, Sendable {
    var classNumber: Int16
    /// Milliseconds of arrival, moved by the priority's offset.
    var time: Int64
    /// Decides between those of the same millisecond.
    var sequence: UInt64

    static func < (left: Rank, right: Rank) -> Bool {
      if left.classNumber != right.classNumber { return left.classNumber < right.classNumber }
      if left.time != right.time { return left.time < right.time }
      return left.sequence < right.sequence
    }

    /// Whether this one goes first when the two head different queues.
    func precedesOrEquals(_ other: Rank) -> Bool {
      classNumber != other.classNumber ? classNumber < other.classNumber : time <= other.time
    }
  }

  private struct Place: Sendable {
    var waiter: Waiter
    var rank: Rank
    /// `servedCount` on arrival.
    var servedBefore: UInt64
    /// Which of the sessions that have used this place it is.
    var generation: UInt32
    /// Index into `heap`; -1 while the place is free.
    var heapIndex: Int
  }

  private var places: [Place] = []
  private var freePlaces: [UInt32] = []
  private var heap: [UInt32] = []
  private var sequence: UInt64 = 0
  /// Sessions that have got a slot through this queue.
  private var servedCount: UInt64 = 0

  var count: Int { heap.count }
  var isEmpty: Bool { heap.isEmpty }

  /// The rank of who is next.
  var firstRank: Rank? { heap.first.map { places[Int($0)].rank } }

  mutating func insert(
    _ waiter: Waiter, priority: QueuePriority, now: Instant
  ) -> (place: UInt32, generation: UInt32) {
    sequence += 1
    let rank = Rank(
      classNumber: priority.classNumber,
      time: Int64(now.nanoseconds / 1_000_000) + Int64(priority.offsetMilliseconds),
      sequence: sequence)
    let index: UInt32
    if let free = freePlaces.popLast() {
      index = free
    } else {
      index = UInt32(places.count)
      places.append(
        Place(waiter: waiter, rank: rank, servedBefore: 0, generation: 0, heapIndex: -1))
    }
    let generation = places[Int(index)].generation
    places[Int(index)] = Place(
      waiter: waiter, rank: rank, servedBefore: servedCount, generation: generation,
      heapIndex: heap.count)
    heap.append(index)
    rise(from: heap.count - 1)
    return (index, generation)
  }

  /// Takes out who is next, to be served.
  mutating func serveFirst() -> (waiter: Waiter, passed: Int)? {
    guard let index = heap.first else { return nil }
    let passed = take(index)
    servedCount += 1
    return passed
  }

  /// Takes out who is next, not to be served here.
  mutating func dismissFirst() -> (waiter: Waiter, passed: Int)? {
    heap.first.map { take($0) }
  }

  /// Takes out a session that no longer wants to wait.
  ///
  /// - Returns: nil when it is no longer here.
  mutating func remove(place: UInt32, generation: UInt32) -> Int? {
    let index = Int(place)
    guard index < places.count, places[index].generation == generation,
      places[index].heapIndex >= 0
    else { return nil }
    return take(place).passed
  }

  private mutating func take(_ place: UInt32) -> (waiter: Waiter, passed: Int) {
    let index = Int(place)
    let taken = places[index]
    places[index].heapIndex = -1
    places[index].generation &+= 1
    freePlaces.append(place)
    let last = heap.removeLast()
    if taken.heapIndex < heap.count {
      heap[taken.heapIndex] = last
      places[Int(last)].heapIndex = taken.heapIndex
      rise(from: taken.heapIndex)
      sink(from: places[Int(last)].heapIndex)
    }
    return (taken.waiter, Int(servedCount - taken.servedBefore) + 1)
  }

  private func precedes(_ left: Int, _ right: Int) -> Bool {
    places[Int(heap[left])].rank < places[Int(heap[right])].rank
  }

  private mutating func rise(from start: Int) {
    var index = start
    while index > 0 {
      let parent = (index - 1) / 2
      guard precedes(index, parent) else { return }
      exchange(index, parent)
      index = parent
    }
  }

  private mutating func sink(from start: Int) {
    var index = start
    while true {
      var smallest = index
      let left = 2 * index + 1
      if left < heap.count, precedes(left, smallest) { smallest = left }
      let right = left + 1
      if right < heap.count, precedes(right, smallest) { smallest = right }
      guard smallest != index else { return }
      exchange(index, smallest)
      index = smallest
    }
  }

  private mutating func exchange(_ left: Int, _ right: Int) {
    heap.swapAt(left, right)
    places[Int(heap[left])].heapIndex = left
    places[Int(heap[right])].heapIndex = right
  }

  /// Stops the program unless every place is either waiting or free.
  func checkInvariants() {
    invariant(
      heap.count + freePlaces.count == places.count, "a place of a queue is waiting or free")
    for index in heap.indices {
      invariant(
        places[Int(heap[index])].heapIndex == index, "who waits knows its index in the heap")
      invariant(
        index == 0 || !precedes(index, (index - 1) / 2), "nobody waits in front of an earlier one")
    }
  }
}
