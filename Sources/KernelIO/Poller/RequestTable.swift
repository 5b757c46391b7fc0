import Basics

/// The number of a request in its table; 0 for none, so that zeroed memory means "nothing".
struct RequestIndex: Hashable, BitwiseCopyable {
  var rawValue: UInt32
  static let none = RequestIndex(rawValue: 0)
  @inline(__always) var position: Int { Int(rawValue) }
}

/// What a request waits for.
enum RequestKind: UInt8, BitwiseCopyable {
  /// A place that no request uses.
  case unused = 0
  case accept, connect, receive, poll, timer
}

/// A request in flight. Zeroed memory is an unused one.
struct Request: BitwiseCopyable {
  var token: Token
  /// receive: how much of its `bytesMax` is left.
  var bytesLeft: Int
  /// poll: the `PollEvents` asked for.
  var events: UInt32
  /// What it is on; -1 for a timer.
  var descriptor: Int32
  /// The neighbours in the list of its descriptor's requests; `next` also links unused places.
  var previous: RequestIndex
  var next: RequestIndex
  /// The next request whose token falls into the same bucket.
  var nextInBucket: RequestIndex
  /// Its place in the heap of deadlines, counted from 1; 0 when it has no deadline.
  var heapPlace: UInt32
  var kind: RequestKind
  var isMultishot: Bool
}

/// The requests in flight, found by their index or, for `cancel`, by their token in constant time.
struct RequestTable: ~Copyable {
  private var requests: ZeroedTable<Request>
  private var buckets: ZeroedTable<RequestIndex>
  private var firstUnused = RequestIndex.none
  /// How many places were ever used, the never used place 0 included.
  private var touched = 1
  private(set) var count = 0

  /// - Parameter capacity: how many requests fit before it grows; a power of two.
  init(capacity: Int) {
    invariant(capacity.nonzeroBitCount == 1, "a request table's capacity is a power of two")
    requests = ZeroedTable(capacity: capacity)
    buckets = ZeroedTable(capacity: capacity)
  }

  subscript(index: RequestIndex) -> Request {
    @inline(__always) get { requests[index.position] }
    @inline(__always) _modify { yield &requests[index.position] }
  }

  /// A place for a new request, with its token, kind and descriptor set and all else zero.
  mutating func add(_ kind: RequestKind, token: Token, descriptor: Int32) -> RequestIndex {
    invariant(
      token == .ignored || find(token) == .none, "a token names one request in flight at most")
    let index: RequestIndex
    if firstUnused != .none {
      index = firstUnused
      firstUnused = self[index].next
    } else {
      if touched == requests.capacity { grow() }
      index = RequestIndex(rawValue: UInt32(touched))
      touched += 1
    }
    let bucket = bucket(of: token)
    self[index] = Request(
      token: token, bytesLeft: 0, events: 0, descriptor: descriptor, previous: .none, next: .none,
      nextInBucket: buckets[bucket], heapPlace: 0, kind: kind, isMultishot: false)
    buckets[bucket] = index
    count &+= 1
    return index
  }

  /// The request of a token, or `none`.
  func find(_ token: Token) -> RequestIndex {
    var index = buckets[bucket(of: token)]
    while index != .none, self[index].token != token { index = self[index].nextInBucket }
    return index
  }

  /// Frees a request's place. It must be in no list and have no deadline any more.
  mutating func remove(_ index: RequestIndex) {
    invariant(self[index].kind != .unused, "a request ends once")
    invariant(self[index].heapPlace == 0, "a request that ended has no deadline")
    let bucket = bucket(of: self[index].token)
    if buckets[bucket] == index {
      buckets[bucket] = self[index].nextInBucket
    } else {
      var before = buckets[bucket]
      while self[before].nextInBucket != index { before = self[before].nextInBucket }
      self[before].nextInBucket = self[index].nextInBucket
    }
    self[index].kind = .unused
    self[index].next = firstUnused
    firstUnused = index
    count &-= 1
  }

  @inline(__always)
  private func bucket(of token: Token) -> Int {
    // Fibonacci hashing: the product's high bits depend on every bit of the token.
    let product = token.rawValue &* 0x9e37_79b9_7f4a_7c15
    return Int(truncatingIfNeeded: product >> 32) & (buckets.capacity &- 1)
  }

  @inline(never)
  private mutating func grow() {
    requests.grow(to: requests.capacity * 2)
    buckets = ZeroedTable(capacity: requests.capacity)
    for position in 1..<touched where requests[position].kind != .unused {
      let bucket = bucket(of: requests[position].token)
      requests[position].nextInBucket = buckets[bucket]
      buckets[bucket] = RequestIndex(rawValue: UInt32(position))
    }
  }
}
