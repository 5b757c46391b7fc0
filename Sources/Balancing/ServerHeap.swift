/// Servers ordered by a key, equal keys by a second one: a binary heap in which every server knows
/// its place, so that any of them can be taken out. Allocates nothing after `init`.
struct ServerHeap: Sendable {
  struct Entry: Sendable {
    var key: UInt64
    /// Decides between equal keys: the smaller goes first.
    var order: UInt64
    var server: Int

    static func precedes(_ left: Entry, _ right: Entry) -> Bool {
      left.key != right.key ? left.key < right.key : left.order < right.order
    }
  }

  /// The heap's array: the first element is the smallest, the rest in heap order.
  private(set) var entries: [Entry] = []
  /// Server to index into `entries`; -1 when it is not here.
  private var places: [Int]

  init(capacity: Int) {
    entries.reserveCapacity(capacity)
    places = Array(repeating: -1, count: capacity)
  }

  /// The server with the smallest key; nil when there is none.
  var first: Int? { entries.first?.server }

  func contains(_ server: Int) -> Bool { places[server] >= 0 }

  mutating func insert(_ server: Int, key: UInt64, order: UInt64) {
    remove(server)
    entries.append(Entry(key: key, order: order, server: server))
    places[server] = entries.count - 1
    rise(from: entries.count - 1)
  }

  /// Takes a server out; nothing happens when it is not here.
  mutating func remove(_ server: Int) {
    let place = places[server]
    guard place >= 0 else { return }
    places[server] = -1
    let last = entries.removeLast()
    guard place < entries.count else { return }
    entries[place] = last
    places[last.server] = place
    rise(from: place)
    sink(from: places[last.server])
  }

  private mutating func rise(from start: Int) {
    var place = start
    while place > 0 {
      let parent = (place - 1) / 2
      guard Entry.precedes(entries[place], entries[parent]) else { return }
      exchange(place, parent)
      place = parent
    }
  }

  private mutating func sink(from start: Int) {
    var place = start
    while true {
      var smallest = place
      let left = 2 * place + 1
      if left < entries.count, Entry.precedes(entries[left], entries[smallest]) { smallest = left }
      let right = left + 1
      if right < entries.count, Entry.precedes(entries[right], entries[smallest]) {
        smallest = right
      }
      guard smallest != place else { return }
      exchange(place, smallest)
      place = smallest
    }
  }

  private mutating func exchange(_ left: Int, _ right: Int) {
    entries.swapAt(left, right)
    places[entries[left].server] = left
    places[entries[right].server] = right
  }
}
