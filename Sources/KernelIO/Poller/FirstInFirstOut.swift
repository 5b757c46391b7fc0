import Basics

/// A first-in, first-out queue of trivial elements that reuses its memory and grows by doubling.
struct FirstInFirstOut<Element: BitwiseCopyable>: ~Copyable {
  private var table: ZeroedTable<Element>
  private var head = 0
  private(set) var count = 0

  /// - Parameter capacity: how many elements fit before it grows; a power of two.
  init(capacity: Int) {
    invariant(capacity.nonzeroBitCount == 1, "a queue's capacity is a power of two")
    table = ZeroedTable(capacity: capacity)
  }

  @inline(__always)
  mutating func append(_ element: Element) {
    if count == table.capacity { grow() }
    table[(head &+ count) & (table.capacity &- 1)] = element
    count &+= 1
  }

  /// The element `index` places behind the first.
  subscript(index: Int) -> Element {
    @inline(__always) get {
      invariant(UInt(bitPattern: index) < UInt(bitPattern: count), "an index is in its queue")
      return table[(head &+ index) & (table.capacity &- 1)]
    }
  }

  /// Takes the first `number` elements away.
  @inline(__always)
  mutating func removeFirst(_ number: Int = 1) {
    invariant(number >= 0 && number <= count, "no more is taken from a queue than it holds")
    head = (head &+ number) & (table.capacity &- 1)
    count &-= number
  }

  @inline(never)
  private mutating func grow() {
    var larger = ZeroedTable<Element>(capacity: table.capacity * 2)
    for index in 0..<count { larger[index] = self[index] }
    table = larger
    head = 0
  }
}
