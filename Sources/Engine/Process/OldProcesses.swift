internal import Administration
internal import Glibc

/// The processes that this one replaces: `-sf` and `-st`.
struct OldProcesses {
  let identifiers: [Int32]
  let signal: Arguments.OldProcessSignal

  var isEmpty: Bool { identifiers.isEmpty }

  /// Asks them to release their addresses.
  ///
  /// - Returns: whether at least one could be asked.
  func pause() -> Bool { send(SIGTTOU) > 0 }

  /// Asks them to listen again: this process gives up.
  func resume() { _ = send(SIGTTIN) }

  /// Asks them to leave.
  func retire() {
    switch signal {
    case .finish: _ = send(SIGUSR1)
    case .terminate: _ = send(SIGTERM)
    }
  }

  /// Whether one of them is still there; EPERM says so too.
  var isAnyAlive: Bool { identifiers.contains { kill($0, 0) == 0 || errno != ESRCH } }

  private func send(_ number: Int32) -> Int { identifiers.count { kill($0, number) == 0 } }
}
