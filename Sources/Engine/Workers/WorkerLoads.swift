import Basics
import Synchronization

/// How many bytes each worker moves, so that a new connection can go to one that is less busy.
///
/// The kernel deals connections out evenly, whatever they turn out to be; long bulk sessions that
/// happen to meet on one worker would slow everybody there while another worker idles. Sessions
/// stay where they are; only new ones are handed over. Each worker writes its own number, at most
/// once an interval, and reads the others' only when it accepts.
final class WorkerLoads: Sendable {
  /// How often a worker publishes its load at most.
  static let interval = Duration.milliseconds(50)
  /// A load that old says nothing any more: who moves bytes publishes.
  static let validity = Duration.milliseconds(200)
  /// A worker with less than this more than another one is not busier: 32 MiB a second.
  static let differenceMin: UInt64 = 32 << 20

  private final class Load: Sendable {
    /// Bytes a second, and when they were published in nanoseconds.
    let bytesPerSecond = Atomic<UInt64>(0)
    let time = Atomic<UInt64>(0)
  }
  private let loads: [Load]

  /// - Parameter count: how many workers there are.
  init(count: Int) { loads = (0..<count).map { _ in Load() } }

  /// Notes what a worker has moved. That worker only.
  ///
  /// - Parameters:
  ///   - bytes: since the last time.
  ///   - span: how long ago that was.
  func publish(_ bytes: UInt64, in span: Duration, by worker: Int, now: Instant) {
    let milliseconds = UInt64(max(1, span.wholeMilliseconds))
    loads[worker].bytesPerSecond.store(bytes / milliseconds * 1000, ordering: .relaxed)
    loads[worker].time.store(now.nanoseconds, ordering: .relaxed)
  }

  /// Who serves a new connection.
  ///
  /// - Parameter preferred: whose turn it is.
  /// - Returns: `preferred`, unless it is busy and another one is much less so.
  func choose(preferred: Int, now: Instant) -> Int {
    let own = load(of: preferred, now: now)
    guard own >= WorkerLoads.differenceMin else { return preferred }
    var (chosen, least) = (preferred, own)
    for worker in loads.indices where worker != preferred {
      let other = load(of: worker, now: now)
      if other < least { (chosen, least) = (worker, other) }
    }
    return own - least >= max(WorkerLoads.differenceMin, own / 2) ? chosen : preferred
  }

  private func load(of worker: Int, now: Instant) -> UInt64 {
    let time = Instant(nanoseconds: loads[worker].time.load(ordering: .relaxed))
    guard now - time <= WorkerLoads.validity else { return 0 }
    return loads[worker].bytesPerSecond.load(ordering: .relaxed)
  }
}
