import Basics

/// What is known about a descriptor. Zeroed memory is one that was never used.
struct DescriptorSlot: BitwiseCopyable {
  /// The events that epoll reported and that no call has found used up since: `EPOLLIN` stays set
  /// until a receive or an accept came back with EAGAIN, or with less than it asked for.
  var ready: UInt32
  /// Which use of the number this is; travels through epoll, so that an event of an earlier use is
  /// recognised.
  var generation: UInt32
  /// The requests in flight on it.
  var firstRequest: RequestIndex
  /// Whether it is registered with epoll. Stays true until `close`.
  var isRegistered: Bool
  /// Whether epoll cannot watch it, as for regular files, which are always ready.
  var isAlwaysReady: Bool
  /// Whether it is in the run queue.
  var isRunnable: Bool
  /// Whether a listening socket: other processes may share it.
  var isListener: Bool
}

/// What is known about each descriptor, by its number, and the requests in flight on it.
struct DescriptorTable: ~Copyable {
  private var slots: ZeroedTable<DescriptorSlot>

  /// - Parameter capacity: how many descriptors fit before it grows.
  init(capacity: Int) { slots = ZeroedTable(capacity: capacity) }

  var capacity: Int { slots.capacity }

  subscript(descriptor: Int32) -> DescriptorSlot {
    @inline(__always) get { slots[Int(descriptor)] }
    @inline(__always) _modify { yield &slots[Int(descriptor)] }
  }

  /// Makes sure that a descriptor has its place.
  @inline(__always)
  mutating func reserve(_ descriptor: Int32) {
    if Int(descriptor) >= slots.capacity { slots.grow(to: Int(descriptor) + 1) }
  }

  /// Puts a request at the front of its descriptor's list.
  mutating func link(_ index: RequestIndex, in requests: inout RequestTable) {
    let descriptor = requests[index].descriptor
    let first = self[descriptor].firstRequest
    requests[index].next = first
    if first != .none { requests[first].previous = index }
    self[descriptor].firstRequest = index
  }

  /// Takes a request out of its descriptor's list.
  mutating func unlink(_ index: RequestIndex, in requests: inout RequestTable) {
    let request = requests[index]
    if request.previous == .none {
      self[request.descriptor].firstRequest = request.next
    } else {
      requests[request.previous].next = request.next
    }
    if request.next != .none { requests[request.next].previous = request.previous }
  }
}
