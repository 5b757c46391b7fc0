import Basics

/// The receives in flight on a kernel that cannot count a receive's bytes itself (before
/// Linux 6.17): what is left of each, found by its token.
///
/// Open addressing with linear probing; grows by doubling, so it allocates only when there have
/// never been as many receives before.
@safe struct ReceiveTable: ~Copyable {
  /// A receive that the ring starts anew for every piece.
  struct Receive {
    /// The request as the engine knows it.
    var token: Token
    /// When its timeout expires.
    var deadline: Instant
    /// What may still be delivered; 0 in a free place.
    var bytesLeft: Int
    /// The socket.
    var socket: Descriptor
    /// Whether it was cancelled: it is not started anew then, however the cancellation raced with
    /// a completion.
    var isCancelled = false

    static let free = Receive(
      token: .ignored, deadline: .distantFuture, bytesLeft: 0, socket: .none)
  }

  private var places: UnsafeMutablePointer<Receive>
  private var mask: Int
  private(set) var count = 0

  /// - Parameter capacity: how many places to begin with, a power of two.
  init(capacity: Int) {
    invariant(capacity & (capacity - 1) == 0 && capacity > 1, "a table has 2^n places")
    unsafe places = .allocate(capacity: capacity)
    unsafe places.initialize(repeating: .free, count: capacity)
    mask = capacity - 1
  }

  deinit { unsafe places.deallocate() }

  @inline(__always)
  private func home(of token: Token) -> Int {
    // Fibonacci hashing: the slots of a table are consecutive numbers.
    Int(truncatingIfNeeded: (token.rawValue &* 0x9e37_79b9_7f4a_7c15) >> 32) & mask
  }

  /// The place of a receive; nil when there is none with that token. Good until the next change.
  @inline(__always)
  func find(_ token: Token) -> Int? {
    var index = home(of: token)
    while unsafe places[index].bytesLeft != 0 {
      if unsafe places[index].token == token { return index }
      index = (index &+ 1) & mask
    }
    return nil
  }

  subscript(index: Int) -> Receive {
    @inline(__always) get { unsafe places[index] }
    @inline(__always) nonmutating set { unsafe places[index] = newValue }
  }

  /// Adds a receive whose token is not in the table.
  mutating func add(_ receive: Receive) {
    invariant(receive.bytesLeft > 0, "a receive delivers at least a byte")
    if (count + 1) * 2 > mask { grow() }
    var index = home(of: receive.token)
    while unsafe places[index].bytesLeft != 0 {
      invariant(
        unsafe places[index].token != receive.token, "a token names one request in flight")
      index = (index &+ 1) & mask
    }
    unsafe places[index] = receive
    count &+= 1
  }

  /// Removes what `find` found, and closes the gap.
  mutating func remove(at index: Int) {
    var gap = index
    var next = (gap &+ 1) & mask
    while unsafe places[next].bytesLeft != 0 {
      // An entry may move into the gap unless its home lies behind it.
      let distance = unsafe (next &- home(of: places[next].token)) & mask
      if distance >= (next &- gap) & mask {
        unsafe places[gap] = places[next]
        gap = next
      }
      next = (next &+ 1) & mask
    }
    unsafe places[gap] = .free
    count &-= 1
  }

  private mutating func grow() {
    var bigger = ReceiveTable(capacity: (mask + 1) * 2)
    for index in 0...mask where unsafe places[index].bytesLeft != 0 {
      bigger.add(unsafe places[index])
    }
    self = bigger
  }
}
