import Basics

/// The deadlines of requests, the earliest on top: a heap with four children a node on memory
/// of its own.
///
/// A heap and not a wheel, because it is exact to the nanosecond and tells the earliest deadline at
/// once; nearly all deadlines are later than those before them, so adding one costs a comparison.
struct DeadlineHeap: ~Copyable {
  struct Entry: BitwiseCopyable {
    var deadline: Instant
    var request: RequestIndex
  }

  private var entries: ZeroedTable<Entry>
  private(set) var count = 0

  /// - Parameter capacity: how many deadlines fit before it grows.
  init(capacity: Int) { entries = ZeroedTable(capacity: capacity) }

  /// The earliest deadline, or `distantFuture`.
  var earliest: Instant { count == 0 ? .distantFuture : entries[0].deadline }

  /// The request of the earliest deadline. There must be one.
  var first: RequestIndex {
    invariant(count > 0, "a heap that is asked for its first deadline has one")
    return entries[0].request
  }

  /// Gives a request a deadline; it must have none yet.
  mutating func add(_ request: RequestIndex, at deadline: Instant, in requests: inout RequestSlab) {
    invariant(requests[request].heapPlace == 0, "a request has one deadline at most")
    if count == entries.capacity { entries.grow(to: count + 1) }
    count &+= 1
    rise(Entry(deadline: deadline, request: request), from: count &- 1, in: &requests)
  }

  /// Takes a request's deadline away, if it has one.
  mutating func remove(_ request: RequestIndex, in requests: inout RequestSlab) {
    let place = Int(requests[request].heapPlace)
    guard place > 0 else { return }
    requests[request].heapPlace = 0
    count &-= 1
    let hole = place &- 1
    guard hole < count else { return }
    let last = entries[count]
    if hole > 0, last.deadline < entries[(hole &- 1) >> 2].deadline {
      rise(last, from: hole, in: &requests)
    } else {
      sink(last, from: hole, in: &requests)
    }
  }

  private mutating func rise(_ entry: Entry, from place: Int, in requests: inout RequestSlab) {
    var place = place
    while place > 0 {
      let parent = (place &- 1) >> 2
      guard entry.deadline < entries[parent].deadline else { break }
      put(entries[parent], at: place, in: &requests)
      place = parent
    }
    put(entry, at: place, in: &requests)
  }

  private mutating func sink(_ entry: Entry, from place: Int, in requests: inout RequestSlab) {
    var place = place
    while true {
      let firstChild = place &* 4 &+ 1
      guard firstChild < count else { break }
      var child = firstChild
      for other in (firstChild &+ 1)..<(firstChild &+ 4)
      where other < count && entries[other].deadline < entries[child].deadline { child = other }
      guard entries[child].deadline < entry.deadline else { break }
      put(entries[child], at: place, in: &requests)
      place = child
    }
    put(entry, at: place, in: &requests)
  }

  @inline(__always)
  private mutating func put(_ entry: Entry, at place: Int, in requests: inout RequestSlab) {
    entries[place] = entry
    requests[entry.request].heapPlace = UInt32(truncatingIfNeeded: place &+ 1)
  }
}
