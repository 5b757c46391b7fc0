import Basics

/// The requests in flight that the ring must help along, found by their tokens: receives on a kernel
/// that cannot count their bytes (before Linux 6.17), and polls that the peer's FIN would end.
///
/// Open addressing with linear probing; grows by doubling, so it allocates only when there have
/// never been as many such requests before.
@safe struct RenewalTable: ~Copyable {
  /// A request that may reach the kernel more than once.
  struct Request {
    /// The request as the engine knows it.
    var token: Token
    /// The socket.
    var descriptor: Descriptor
    /// When its timeout expires.
    var deadline: Instant
    /// What a receive may still deliver; 0 for a poll.
    var bytesLeft = 0
    /// What a poll waits for.
    var events: PollEvents = []
    /// Whether a poll goes on after its first event.
    var isMultishot = false
    /// Whether a poll that was asked for one event waits with a multishot request.
    var isPatient = false
    /// Whether it was cancelled: it is not started anew then, however the cancellation raced with
    /// a completion.
    var isCancelled = false
    /// The event of a patient poll, kept until its request has ended; 0 for none.
    var held: Int32 = 0

    init(token: Token, descriptor: Descriptor, timeout: Duration?) {
      self.token = token
      self.descriptor = descriptor
      // A fresh reading: the timeout counts from here, not from the start of the turn.
      deadline = timeout.map { SystemCall.now() + $0 } ?? .distantFuture
    }

    /// A free place.
    static let free = Request(token: .ignored, descriptor: .none, timeout: nil)
    /// Whether the place is free.
    var isFree: Bool { token == .ignored }
  }

  private var places: UnsafeMutablePointer<Request>
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

  /// The place of a request; nil when there is none with that token. Good until the next change.
  @inline(__always)
  func find(_ token: Token) -> Int? {
    var index = home(of: token)
    while unsafe !places[index].isFree {
      if unsafe places[index].token == token { return index }
      index = (index &+ 1) & mask
    }
    return nil
  }

  subscript(index: Int) -> Request {
    @inline(__always) get { unsafe places[index] }
    @inline(__always) nonmutating set { unsafe places[index] = newValue }
  }

  /// Adds a request whose token is not in the table.
  mutating func add(_ request: Request) {
    if (count + 1) * 2 > mask { grow() }
    var index = home(of: request.token)
    while unsafe !places[index].isFree {
      invariant(
        unsafe places[index].token != request.token, "a token names one request in flight")
      index = (index &+ 1) & mask
    }
    unsafe places[index] = request
    count &+= 1
  }

  /// Removes what `find` found, and closes the gap.
  mutating func remove(at index: Int) {
    var gap = index
    var next = (gap &+ 1) & mask
    while unsafe !places[next].isFree {
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
    var bigger = RenewalTable(capacity: (mask + 1) * 2)
    for index in 0...mask where unsafe !places[index].isFree {
      bigger.add(unsafe places[index])
    }
    self = bigger
  }
}
