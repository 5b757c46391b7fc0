import Glibc

/// A moment after which waiting is a failure. Every wait of a peer has one.
public struct Deadline: Sendable {
  let end: ContinuousClock.Instant

  /// How long a wait lasts when nobody says: for what is sure to come, on a machine however busy.
  public static let patience: Duration = .seconds(30)

  public init(_ duration: Duration = Deadline.patience) {
    end = ContinuousClock.now.advanced(by: duration)
  }

  public var hasPassed: Bool { ContinuousClock.now >= end }

  /// What is left in the unit of poll(2), rounded up so that no wait ends early.
  var milliseconds: Int32 {
    let left = ContinuousClock.now.duration(to: end)
    guard left > .zero else { return 0 }
    let (seconds, attoseconds) = left.components
    return Int32(clamping: seconds * 1000 + attoseconds / 1_000_000_000_000_000 + 1)
  }
}

/// Time passed since it was made.
public struct Stopwatch: Sendable {
  let start = ContinuousClock.now

  public init() {}

  public var elapsed: Duration { start.duration(to: .now) }
}

/// Waits until the descriptor is ready for one of the events, or the deadline has passed.
///
/// - Returns: what poll(2) reported, nil at the deadline.
func awaitEvents(_ events: Int32, on descriptor: Int32, until deadline: Deadline) throws -> Int16? {
  var entry = pollfd(fd: descriptor, events: Int16(truncatingIfNeeded: events), revents: 0)
  while true {
    let count = poll(&entry, 1, deadline.milliseconds)
    if count > 0 { return entry.revents }
    if count == 0 { return nil }
    guard errno == EINTR else { throw PeerFailure.call("poll") }
  }
}

/// A pause between two looks at something that cannot be waited for, such as a file of /proc.
func pauseBetweenLooks() {
  _ = poll(nil, 0, 2)
}

/// Looks until the condition holds.
public func eventually(
  within limit: Duration = Deadline.patience, _ what: String, _ condition: () throws -> Bool
) throws {
  let deadline = Deadline(limit)
  while try !condition() {
    guard !deadline.hasPassed else { throw PeerFailure("never happened: \(what)") }
    pauseBetweenLooks()
  }
}

/// Lets time pass where time is what a scenario is about: the rhythm of a sender, a slow reader.
public func letPass(_ duration: Duration) {
  let deadline = Deadline(duration)
  while !deadline.hasPassed { _ = poll(nil, 0, deadline.milliseconds) }
}
