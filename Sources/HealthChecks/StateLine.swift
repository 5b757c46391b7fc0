/// A line about the state of a server or a backend, to be logged and shown on standard error.
public struct StateLine: Hashable, Sendable {
  /// The severity of the log line, 0 (emerg) to 7 (debug).
  public let level: UInt8
  /// The log line.
  public let text: String
  /// The line for standard error when it differs from `text`.
  public let notice: String
  /// Whether it is an alert on standard error, and not a warning.
  public let isAlert: Bool

  static let emergency: UInt8 = 0
  static let alert: UInt8 = 1
  static let notice: UInt8 = 5

  init(_ level: UInt8, _ text: String, notice: String? = nil, isAlert: Bool = false) {
    self.level = level
    self.text = text
    self.notice = notice ?? text
    self.isAlert = isAlert
  }
}

/// A server by its names, as the lines call it.
public struct ServerLabel: Hashable, Sendable {
  /// The backend's name.
  public let backend: String
  /// The server's name.
  public let server: String
  /// `backup`
  public let isBackup: Bool
  /// `backend/server` that is tracked; nil without `track`.
  public let tracked: String?

  /// - Parameters:
  ///   - backend: the backend's name.
  ///   - server: the server's name.
  ///   - isBackup: `backup`
  ///   - tracked: `backend/server`; nil without `track`.
  public init(backend: String, server: String, isBackup: Bool, tracked: String?) {
    self.backend = backend
    self.server = server
    self.isBackup = isBackup
    self.tracked = tracked
  }

  fileprivate var name: String { "\(isBackup ? "Backup " : "")Server \(backend)/\(server)" }
  fileprivate var via: String { tracked.map { " via \($0)" } ?? "" }
}

/// The numbers at the end of a state line.
public struct StateCounts: Hashable, Sendable {
  /// Usable servers that are no backups.
  public var active: Int
  /// Usable backups.
  public var backup: Int
  /// Sessions on this server.
  public var sessions: Int
  /// Sessions that had to move on, or that could.
  public var requeued: Int
  /// Sessions that wait for this server.
  public var queued: Int

  /// - Parameters:
  ///   - active: usable servers that are no backups.
  ///   - backup: usable backups.
  ///   - sessions: sessions on this server.
  ///   - requeued: sessions that had to move on, or that could.
  ///   - queued: sessions that wait for this server.
  public init(active: Int, backup: Int, sessions: Int, requeued: Int, queued: Int) {
    self.active = active
    self.backup = backup
    self.sessions = sessions
    self.requeued = requeued
    self.queued = queued
  }

  private var onBackup: String { backup > 0 && active == 0 ? " Running on backup." : "" }

  fileprivate var left: String {
    ". \(active) active and \(backup) backup servers left.\(onBackup)"
      + " \(sessions) sessions active, \(requeued) requeued, \(queued) remaining in queue"
  }

  fileprivate var online: String {
    ". \(active) active and \(backup) backup servers online.\(onBackup)"
      + " \(requeued) sessions requeued, \(queued) total in queue"
  }
}

// MARK: - What checks lead to

extension StateLine {
  /// A check went well or badly (`option log-health-checks`).
  public static func check(
    _ server: ServerLabel, _ health: HealthState, hasWeight: Bool
  ) -> StateLine {
    let outcome = health.lastOutcome
    let verdict: String
    switch outcome.status.result {
    case .unknown, .neutral, .failed: verdict = "failed"
    case .passed: verdict = "succeeded"
    case .conditionallyPassed: verdict = "conditionally succeeded"
    }
    return StateLine(
      notice,
      "\(health.settings.isAgent ? "Agent" : "Health") check for \(server.isBackup ? "backup " : "")server \(server.backend)/\(server.server)"
        + " \(verdict)\(outcome.reason), status: \(health.progress(hasWeight: hasWeight)).")
  }

  /// The server went down.
  ///
  /// - Parameters:
  ///   - cause: the check that did it; nil when it was logged already, or was none.
  ///   - wasStopping: it had no new sessions before, so that nobody need be alarmed.
  public static func down(
    _ server: ServerLabel, cause: CheckOutcome?, wasStopping: Bool, counts: StateCounts
  ) -> StateLine {
    StateLine(
      wasStopping ? notice : alert,
      "\(server.name) is DOWN\(cause?.reason ?? "")\(server.via)\(counts.left).")
  }

  /// The server came up, or has warmed up.
  public static func up(
    _ server: ServerLabel, cause: CheckOutcome?, counts: StateCounts
  ) -> StateLine {
    StateLine(notice, "\(server.name) is UP\(cause?.reason ?? "")\(server.via)\(counts.online).")
  }

  /// The server wants no new sessions.
  public static func stopping(
    _ server: ServerLabel, cause: CheckOutcome?, counts: StateCounts
  ) -> StateLine {
    StateLine(
      notice, "\(server.name) is stopping\(cause?.reason ?? "")\(server.via)\(counts.online).")
  }

  /// No server of the backend is left.
  ///
  /// - Parameters:
  ///   - kind: `backend`, or `proxy` for a `listen` section.
  ///   - name: the section's name.
  public static func noServer(kind: String, name: String) -> StateLine {
    StateLine(
      emergency, "\(kind) \(name) has no server available!",
      notice: "\(kind) '\(name)' has no server available!", isAlert: true)
  }
}

// MARK: - What administrators do

extension StateLine {
  /// A server that was up enters maintenance.
  ///
  /// - Parameter isForced: by an administrator, and not because the tracked server did.
  public static func maintenance(
    _ server: ServerLabel, isForced: Bool, wasStopping: Bool, counts: StateCounts
  ) -> StateLine {
    StateLine(
      wasStopping ? notice : alert,
      "\(server.name) is going DOWN for maintenance\(isForced ? "" : server.via)\(counts.left).")
  }

  /// A server that was down enters maintenance.
  public static func maintenanceWhileDown(_ server: ServerLabel, isForced: Bool) -> StateLine {
    StateLine(
      notice,
      "\(server.name) was DOWN and now enters maintenance\(isForced ? "" : server.via).")
  }

  /// A server leaves maintenance.
  public static func endOfMaintenance(
    _ server: ServerLabel, isForced: Bool, isDown: Bool, isDraining: Bool
  ) -> StateLine {
    StateLine(
      notice,
      "\(server.name) is \(isDown ? "DOWN" : "UP")/\(isDraining ? "DRAIN" : "READY")"
        + " (leaving \(isForced ? "forced " : "")maintenance).")
  }

  /// One of two reasons for maintenance is gone.
  public static func stillMaintenance(_ server: ServerLabel, isForced: Bool) -> StateLine {
    StateLine(
      notice,
      isForced
        ? "\(server.name) remains in forced maintenance."
        : "\(server.name) is leaving forced maintenance but remains in maintenance\(server.via).")
  }

  /// A server gets no new sessions from now on.
  public static func drain(
    _ server: ServerLabel, isForced: Bool, isDown: Bool, counts: StateCounts
  ) -> StateLine {
    StateLine(
      notice,
      "\(server.name) enters drain state\(isForced ? "" : server.via)"
        + "\(isDown ? counts.left : counts.online).")
  }

  /// A server may get new sessions again.
  public static func endOfDrain(_ server: ServerLabel, isForced: Bool, isDown: Bool) -> StateLine {
    StateLine(
      notice,
      "\(server.name) is \(isDown ? "DOWN" : "UP")"
        + (isForced ? " (leaving forced drain)." : " (leaving drain)\(server.via)."))
  }

  /// One of two reasons for draining is gone.
  public static func stillDraining(_ server: ServerLabel, isForced: Bool) -> StateLine {
    StateLine(
      notice,
      "\(server.name) remains in "
        + (isForced ? "forced drain mode." : "drain mode\(server.via)."))
  }
}
