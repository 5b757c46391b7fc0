import Basics
import CLiburing
import Glibc

/// An epoll(7) instance and the memory its events are read into.
///
/// Safe, because it owns that memory and shows only what the last `wait` filled.
@safe struct EventSet: ~Copyable {
  /// What every registration asks for. Edge-triggered, so one registration serves a descriptor
  /// for its whole life. `EPOLLPRI` tells of urgent data, at whose mark receives come back short.
  static let registeredEvents =
    EPOLLIN.rawValue | EPOLLOUT.rawValue | EPOLLRDHUP.rawValue | EPOLLPRI.rawValue
    | EPOLLET.rawValue

  /// What the registration of an eventfd asks for: an event for every write to it.
  static let eventDescriptorEvents = EPOLLIN.rawValue | EPOLLET.rawValue

  private let descriptor: Int32
  private let events: UnsafeMutablePointer<epoll_event>
  private let eventsMax: Int
  private var count = 0
  /// Whether the kernel has epoll_pwait2(2), 5.11; without it, waits are whole milliseconds.
  private var hasNanoseconds = true

  init(eventsMax: Int) throws(Errno) {
    let created = epoll_create1(Int32(EPOLL_CLOEXEC))
    if created < 0 { throw Errno.current }
    descriptor = created
    self.eventsMax = eventsMax
    unsafe events = .allocate(capacity: eventsMax)
  }

  deinit {
    unsafe events.deallocate()
    SystemCall.close(Descriptor(rawValue: descriptor))
  }

  /// Watches a descriptor; `key` comes back with its events. epoll_ctl(2), EPOLL_CTL_ADD.
  func register(
    _ watched: Int32, key: UInt64, events mask: UInt32 = EventSet.registeredEvents
  ) -> Errno? {
    var event = unsafe epoll_event(events: mask, data: epoll_data_t(u64: key))
    return unsafe epoll_ctl(descriptor, EPOLL_CTL_ADD, watched, &event) == 0 ? nil : .current
  }

  /// Stops watching a descriptor. Closing it does the same, unless another process has it too.
  func unregister(_ watched: Int32) {
    var event = unsafe epoll_event()
    _ = unsafe epoll_ctl(descriptor, EPOLL_CTL_DEL, watched, &event)
  }

  /// Waits for events. epoll_pwait2(2).
  ///
  /// - Parameter nanoseconds: how long at most; nil for as long as it takes.
  /// - Returns: how many events there are, or the error.
  mutating func wait(nanoseconds: UInt64?) -> Result<Int, Errno> {
    count = 0
    var found = nanosecondWait(nanoseconds)
    if found < 0, hasNanoseconds, errno == ENOSYS || errno == EPERM {
      // EPERM: sandboxes older than the call refuse what they do not know.
      hasNanoseconds = false
      found = nanosecondWait(nanoseconds)
    }
    if found < 0 { return .failure(.current) }
    count = Int(found)
    return .success(count)
  }

  private func nanosecondWait(_ nanoseconds: UInt64?) -> Int32 {
    // Waiting for nothing needs no exact clock, and the older call is a little cheaper.
    guard hasNanoseconds, let nanoseconds, nanoseconds > 0 else {
      let milliseconds = nanoseconds.map { span in
        // Rounded up, because a deadline must never be early.
        Int32(clamping: span / 1_000_000 + (span % 1_000_000).signum())
      }
      return unsafe epoll_wait(descriptor, events, Int32(clamping: eventsMax), milliseconds ?? -1)
    }
    var span = timespec(
      tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
    return unsafe epoll_pwait2(descriptor, events, Int32(clamping: eventsMax), &span, nil)
  }

  /// One of the events that `wait` found.
  @inline(__always)
  func event(at index: Int) -> (events: UInt32, key: UInt64) {
    invariant(UInt(bitPattern: index) < UInt(bitPattern: count), "an event that is read was found")
    return unsafe (events[index].events, events[index].data.u64)
  }
}
