import Benchmarking
import CLinux
import Glibc
import Histogram

/// The load's only loop: clients and backend on one thread and one epoll(7).
///
/// Edge-triggered; EPOLLOUT is asked for when a send did not fit; a receive that did not fill its
/// buffer is the last one. What clients and backend receive is thrown away by the kernel
/// (MSG_TRUNC, tcp(7)) unless messages are small or contents are checked.
struct Loop: ~Copyable {
  let plan: LoadPlan
  let content = Content()
  let connections: UnsafeMutablePointer<Connection>
  let connectionsMax: Int
  private let poll: Int32
  private let events: UnsafeMutablePointer<epoll_event>
  private static let eventsMax: Int32 = 256

  /// Where clients connect.
  var echoAddress: Address?
  var bulkAddress: Address?
  /// Client sockets in the order in which they were opened.
  var clients: [Int32] = []
  /// Connections with something to do without an event.
  var queue: [Int32] = []
  /// Closed loops start the next message.
  var isRepeating = false
  /// Messages (visits) of closed loops that were ever started.
  var started = 0
  /// Messages and bytes count for the window.
  var isRecording = false
  /// When the open loop began, and what separates two requests, in nanoseconds.
  var scheduleStart: UInt64 = 0
  var schedulePeriod: UInt64 = 0
  var scheduled = 0
  var windowStart: UInt64 = .max
  var windowEnd: UInt64 = .max

  var result = LoadResult()
  var histogram = Histogram<UInt64>(
    lowestDiscernibleValue: 1, highestTrackableValue: 60_000_000_000)
  /// The first thing that went wrong.
  var failure: String?
  /// True once failures are those of the end.
  var isEnding = false

  init(plan: LoadPlan) throws {
    self.plan = plan
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    connectionsMax = Int(min(limit.rlim_cur, 1 << 20))
    connections = .allocate(capacity: connectionsMax)
    connections.initialize(repeating: Connection(), count: connectionsMax)
    events = .allocate(capacity: Int(Loop.eventsMax))
    poll = epoll_create1(Int32(EPOLL_CLOEXEC))
    queue.reserveCapacity(1024)
    guard poll >= 0 else { throw LoadFailure.call("epoll_create1") }
  }

  deinit {
    _ = close(poll)
    events.deallocate()
    connections.deallocate()
  }

  // MARK: Sockets

  /// Watches a socket; it gets edges for input only.
  mutating func add(_ descriptor: Int32, _ role: Connection.Role, watchesOutput: Bool = false) {
    guard Int(descriptor) < connectionsMax else { return fail("too many descriptors") }
    let connection = connections + Int(descriptor)
    let generation = connection.pointee.generation &+ 1
    connection.pointee = Connection(
      role: role, watchesOutput: watchesOutput, generation: generation)
    var mask = EPOLLIN.rawValue | EPOLLRDHUP.rawValue
    if role != .echoListener && role != .bulkListener { mask |= EPOLLET.rawValue }
    if watchesOutput { mask |= EPOLLOUT.rawValue }
    control(EPOLL_CTL_ADD, descriptor, mask)
  }

  mutating func remove(_ descriptor: Int32) {
    connections[Int(descriptor)].role = .none
    _ = close(descriptor)
  }

  private mutating func control(_ operation: Int32, _ descriptor: Int32, _ mask: UInt32) {
    let key = UInt64(connections[Int(descriptor)].generation) << 32 | UInt64(UInt32(descriptor))
    var event = epoll_event(events: mask, data: epoll_data_t(u64: key))
    if epoll_ctl(poll, operation, descriptor, &event) != 0 { fail("epoll_ctl failed") }
  }

  mutating func fail(_ sentence: String) {
    if failure == nil && !isEnding { failure = sentence }
  }

  // MARK: Turns

  /// Serves until a time or until so many messages were completed since the start.
  mutating func run(until end: UInt64, messages goal: Int = .max) {
    while failure == nil && result.allMessages < goal {
      let now = Clock.now()
      if now >= end { return }
      let isSpinning = schedulePeriod != 0
      if isSpinning { sendDue(now) }
      let milliseconds = min((end - now) / 1_000_000, 1000)
      let timeout = isSpinning || !queue.isEmpty ? 0 : Int32(milliseconds)
      let count = epoll_wait(poll, events, Loop.eventsMax, timeout)
      if count < 0 && errno != EINTR { return fail("epoll_wait failed") }
      if !queue.isEmpty { serveQueue() }
      for index in 0..<Int(max(0, count)) {
        let event = events[index]
        let descriptor = Int32(truncatingIfNeeded: event.data.u64 & 0xffff_ffff)
        let generation = UInt32(truncatingIfNeeded: event.data.u64 >> 32)
        if connections[Int(descriptor)].generation == generation {
          handle(descriptor, event.events)
        }
      }
    }
  }

  private mutating func serveQueue() {
    let waiting = queue
    queue.removeAll(keepingCapacity: true)
    for descriptor in waiting {
      connections[Int(descriptor)].isQueued = false
      if connections[Int(descriptor)].role == .bulkServer { stream(descriptor) }
    }
  }

  private mutating func handle(_ descriptor: Int32, _ mask: UInt32) {
    switch connections[Int(descriptor)].role {
    case .none: break
    case .echoListener: accept(descriptor, .echoServer)
    case .bulkListener: accept(descriptor, .bulkServer)
    case .echoServer: serveEcho(descriptor, mask)
    case .bulkServer: serveBulk(descriptor)
    case .echoClient, .visitClient: hearEcho(descriptor)
    case .openClient: hearOpen(descriptor)
    case .sinkClient: sink(descriptor)
    }
  }

  // MARK: Bytes

  /// What a receive found.
  enum Received {
    /// So many bytes; more may be there when `isDrained` is false.
    case bytes(Int, isDrained: Bool)
    case nothing
    case end
  }

  /// Receives what is there, up to a piece, and compares it when that is asked for or cheap.
  @inline(__always)
  mutating func receive(_ descriptor: Int32, isContent: Bool = true) -> Received {
    let compares = plan.isChecking || plan.messageBytes <= 1024
    let flags = Int32(MSG_DONTWAIT) | (compares ? 0 : Int32(MSG_TRUNC))
    let wanted = compares ? Content.pieceBytesMax : 64 << 20
    let count = recv(descriptor, content.scratch, wanted, flags)
    if count > 0 {
      let connection = connections + Int(descriptor)
      if compares && isContent
        && !content.scratchMatches(count, at: connection.pointee.receiveOffset)
      {
        fail("wrong bytes were received")
      }
      Content.advance(&connection.pointee.receiveOffset, count)
      return .bytes(count, isDrained: count < wanted)
    }
    if count == 0 { return .end }
    if errno == EAGAIN || errno == EINTR { return .nothing }
    fail("recv: \(String(cString: strerror(errno)))")
    return .end
  }

  /// Sends what is due; true when nothing is left.
  @discardableResult
  mutating func flush(_ descriptor: Int32) -> Bool {
    let connection = connections + Int(descriptor)
    while connection.pointee.toSend > 0 {
      let wanted = min(connection.pointee.toSend, Content.pieceBytesMax)
      guard sendPiece(descriptor, wanted) else { return false }
    }
    return true
  }

  /// Sends one piece; false when it did not fit and an edge will tell when to go on.
  mutating func sendPiece(_ descriptor: Int32, _ wanted: Int) -> Bool {
    let connection = connections + Int(descriptor)
    let count = send(
      descriptor, content.bytes + connection.pointee.sendOffset, wanted,
      Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL))
    if count < 0 && errno != EAGAIN && errno != EINTR {
      fail("send: \(String(cString: strerror(errno)))")
      return false
    }
    if count > 0 {
      connection.pointee.toSend -= count
      Content.advance(&connection.pointee.sendOffset, count)
    }
    if count == wanted { return true }
    if !connection.pointee.watchesOutput {
      connection.pointee.watchesOutput = true
      control(
        EPOLL_CTL_MOD, descriptor,
        EPOLLIN.rawValue | EPOLLOUT.rawValue | EPOLLRDHUP.rawValue | EPOLLET.rawValue)
    }
    return false
  }
}
