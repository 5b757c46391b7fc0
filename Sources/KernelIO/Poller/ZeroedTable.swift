import Basics
import Glibc

/// A table of trivial elements in memory of its own, which starts as zero bytes and costs resident
/// memory only where it was touched.
///
/// Safe, because it owns its memory, checks every index and lends no pointer.
@safe struct ZeroedTable<Element: BitwiseCopyable>: ~Copyable {
  private var base: UnsafeMutablePointer<Element>
  private(set) var capacity: Int

  /// - Parameter capacity: how many elements, at least 1. All zero bytes must be a valid element.
  init(capacity: Int) {
    invariant(capacity > 0, "a table holds at least one element")
    unsafe base = ZeroedTable.allocate(capacity)
    self.capacity = capacity
  }

  deinit { unsafe free(base) }

  subscript(index: Int) -> Element {
    @inline(__always) get {
      invariant(UInt(bitPattern: index) < UInt(bitPattern: capacity), "an index is in its table")
      return unsafe base[index]
    }
    @inline(__always) _modify {
      invariant(UInt(bitPattern: index) < UInt(bitPattern: capacity), "an index is in its table")
      yield unsafe &base[index]
    }
  }

  /// Makes room for at least `count` elements, doubling; the new ones are zero.
  @inline(never)
  mutating func grow(to count: Int) {
    var larger = capacity
    while larger < count { larger *= 2 }
    guard larger > capacity else { return }
    let moved = unsafe ZeroedTable.allocate(larger)
    unsafe moved.update(from: base, count: capacity)
    unsafe free(base)
    unsafe base = moved
    capacity = larger
  }

  private static func allocate(_ count: Int) -> UnsafeMutablePointer<Element> {
    // Large blocks come from fresh zero pages, so calloc(3) does not touch them.
    guard let memory = unsafe calloc(count, MemoryLayout<Element>.stride) else {
      stop("there is memory for the tables of the kernel")
    }
    return unsafe memory.bindMemory(to: Element.self, capacity: count)
  }
}
