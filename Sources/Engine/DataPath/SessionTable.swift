import Basics
import Glibc

/// A place in the session table. Valid while the table lives; the session in it may change, which
/// its generation tells.
@safe struct SlotPointer {
  private let pointer: UnsafeMutablePointer<SessionSlot>
  /// The place's number.
  let index: UInt32

  @inline(__always)
  init(_ pointer: UnsafeMutablePointer<SessionSlot>, index: UInt32) {
    unsafe self.pointer = unsafe pointer
    self.index = index
  }

  /// The slot itself, in place.
  @inline(__always)
  var value: SessionSlot {
    unsafeAddress { unsafe UnsafePointer(pointer) }
    nonmutating unsafeMutableAddress { unsafe pointer }
  }
}

/// The sessions of one worker: a slab whose memory is reserved at boot and touched only as far as
/// it is used. Places are reused last in, first out, so that the warm ones stay warm.
@safe struct SessionTable: ~Copyable {
  private let slots: UnsafeMutablePointer<SessionSlot>
  private let free: UnsafeMutablePointer<UInt32>
  private var freeCount = 0
  /// Places that have been used at least once.
  private var touched = 0
  /// How many sessions there can be.
  let capacity: Int
  /// How many sessions there are.
  private(set) var count = 0

  /// - Parameter capacity: the most sessions at a time, 1 to `Token.slotMax`.
  init(capacity: Int) {
    self.capacity = capacity
    unsafe slots = unsafe SessionTable.reserve(capacity)
    unsafe free = unsafe SessionTable.reserve(capacity)
  }

  deinit {
    unsafe munmap(slots, capacity * MemoryLayout<SessionSlot>.stride)
    unsafe munmap(free, capacity * MemoryLayout<UInt32>.stride)
  }

  private static func reserve<T>(_ capacity: Int) -> UnsafeMutablePointer<T> {
    let bytes = capacity * MemoryLayout<T>.stride
    let memory = unsafe mmap(
      nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let memory = unsafe memory, unsafe (memory != MAP_FAILED) else {
      stop("the session table cannot be reserved")
    }
    return unsafe memory.bindMemory(to: T.self, capacity: capacity)
  }

  /// The slot at a place that was in use before.
  @inline(__always)
  subscript(_ index: UInt32) -> SlotPointer {
    unsafe SlotPointer(slots + Int(index), index: index)
  }

  /// Whether a place holds the session that a token speaks of.
  @inline(__always)
  func isCurrent(_ index: UInt32, generation: UInt32) -> Bool {
    guard Int(index) < touched else { return false }
    let slot = self[index]
    return slot.value.generation == generation && slot.value.isInUse
  }

  /// Takes a free place; nil when there is none.
  mutating func take() -> SlotPointer? {
    let index: UInt32
    var generation: UInt32 = 1
    if freeCount > 0 {
      freeCount -= 1
      index = unsafe free[freeCount]
      generation = unsafe slots[Int(index)].generation &+ 1
    } else if touched < capacity {
      index = UInt32(truncatingIfNeeded: touched)
      touched += 1
    } else {
      return nil
    }
    var slot = SessionSlot()
    slot.generation = generation
    slot.isInUse = true
    unsafe (slots + Int(index)).initialize(to: slot)
    count += 1
    return self[index]
  }

  /// Gives a place back. Nothing of its session may be in flight.
  mutating func giveBack(_ slot: SlotPointer) {
    invariant(slot.value.isInUse, "a place is given back once")
    invariant(slot.value.inFlight.isEmpty, "nothing is in flight when a place is given back")
    invariant(
      slot.value.tracking < 0 && slot.value.stores < 0, "a session that is over tracks nothing")
    slot.value.isInUse = false
    unsafe free[freeCount] = slot.index
    freeCount += 1
    count -= 1
  }

  /// Every place in use, oldest place first; for hard stops and reports.
  func indexesInUse() -> [UInt32] {
    (0..<touched).filter { unsafe slots[$0].isInUse }.map { UInt32($0) }
  }
}
