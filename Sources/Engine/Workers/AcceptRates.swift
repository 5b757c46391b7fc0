import Balancing
import Basics
import Synchronization

/// How many connections and sessions may begin in a second: `maxconnrate` and `maxsessrate`. What comes
/// beyond waits in the kernel's queue. HAProxy manual, section 3.2. Asked by every worker.
final class AcceptRates: Sendable {
  /// 0 for no limit
  private let connectionsMax: UInt64
  private let sessionsMax: UInt64
  private let connections = Mutex(EventRate())
  private let sessions = Mutex(EventRate())

  init(connectionsMax: Int, sessionsMax: Int) {
    self.connectionsMax = UInt64(clamping: connectionsMax)
    self.sessionsMax = UInt64(clamping: sessionsMax)
  }

  /// Whether there is a limit at all.
  var isLimited: Bool { connectionsMax > 0 || sessionsMax > 0 }

  /// Counts a connection that is about to be accepted, if that is permitted now.
  ///
  /// - Returns: how long to wait before asking again; nil when it may be accepted.
  func admit(now: Instant) -> Duration? {
    if sessionsMax > 0, let pause = sessions.withLock({ $0.pause(limit: sessionsMax, now: now) }) {
      return pause
    }
    guard connectionsMax > 0 else { return nil }
    return connections.withLock { rate in
      if let pause = rate.pause(limit: connectionsMax, now: now) { return pause }
      rate.count(now: now)
      return nil
    }
  }

  /// Counts a session that begins.
  func countSession(now: Instant) {
    if sessionsMax > 0 { sessions.withLock { _ = $0.count(now: now) } }
  }
}

extension EventRate {
  /// How long to wait for a rate to fall below a limit before looking again; nil when it is below.
  func pause(limit: UInt64, now: Instant) -> Duration? {
    guard perSecond(now: now) >= limit else { return nil }
    return .milliseconds(max(1, min(50, 1000 / Int64(clamping: limit))))
  }
}
