public import Basics
public import ConfigurationLanguage
public import HealthChecks

/// A server of a backend at run time: its state, its queue, its counters. Weight, load and limits
/// are in the backend's farm.
public struct Server: Sendable {
  /// `server <name>`
  public let name: String
  /// `id`, or its place from 1
  public let id: Int
  /// How log lines call it.
  public let label: ServerLabel
  /// `init-state`
  let initialState: ServerConfiguration.InitialState
  /// `on-marked-down shutdown-sessions`
  let shutsDownSessionsWhenDown: Bool
  /// `on-marked-up shutdown-backup-sessions`
  let shutsDownBackupSessionsWhenUp: Bool
  /// The server that this one tracks.
  public let tracked: ServerReference?
  /// The servers that track this one.
  public internal(set) var trackers: [ServerReference] = []

  /// Whether it works.
  public internal(set) var operation: OperationalState = .running
  /// What administrators say.
  public internal(set) var administration: AdministrativeState = []
  /// What checks have found; nil without `check`.
  public internal(set) var health: HealthState?
  /// What its agent has said; nil without `agent-check`.
  public internal(set) var agent: HealthState?
  /// `observe layer4`; nil without.
  var observer: ErrorObserver?
  /// Whether the tracked server is down, or stopping.
  var trackedOperation: OperationalState = .running
  /// When the weight is to be raised next; nil when it is not warming up.
  var nextRamp: Instant?
  /// When its state last changed.
  public internal(set) var lastChange: Instant
  /// Connections to it that are there or being made.
  public internal(set) var connections = 0
  /// What it has counted.
  public internal(set) var counters = ServerCounters()
  /// Sessions that wait for this very server.
  var queue = ServerQueue()

  init(_ configuration: ServerConfiguration, backend: String, tracked: String?, now: Instant) {
    name = configuration.name
    id = configuration.id
    label = ServerLabel(
      backend: backend, server: configuration.name, isBackup: configuration.isBackup,
      tracked: tracked)
    shutsDownSessionsWhenDown = configuration.shutsDownSessionsWhenDown
    shutsDownBackupSessionsWhenUp = configuration.shutsDownBackupSessionsWhenUp
    self.tracked = configuration.track
    initialState = configuration.initialState
    lastChange = now
    if let check = configuration.check {
      var settings = HealthState.Settings(
        inter: check.inter, fastinter: check.fastinter, downinter: check.downinter,
        rise: check.rise, fall: check.fall)
      settings.beginning = Server.beginning(configuration.initialState)
      health = HealthState(settings)
      // Without checks of its own nothing could take it up again.
      if configuration.observesLayer4 {
        observer = ErrorObserver(
          reaction: Server.reaction(configuration.onError), limit: configuration.errorLimit)
      }
    }
    if let agent = configuration.agent { self.agent = HealthState(.agent(inter: agent.inter)) }
    if initialState == .down || initialState == .fullyDown { operation = .stopped }
    if configuration.isDisabled {
      operation = .stopped
      administration = [.forcedMaintenance, .configuredMaintenance]
      health?.pause()
    }
  }

  private static func beginning(
    _ state: ServerConfiguration.InitialState
  ) -> HealthState.Beginning {
    switch state {
    case .none, .up: .up
    case .fullyUp: .fullyUp
    case .down: .down
    case .fullyDown: .fullyDown
    }
  }

  private static func reaction(_ error: ServerConfiguration.OnError) -> ErrorObserver.Reaction {
    switch error {
    case .failCheck: .failCheck
    case .fastInter: .fastInter
    case .suddenDeath: .suddenDeath
    case .markDown: .markDown
    }
  }

  /// Whether its state lets it have new sessions, its weight aside.
  var isAvailable: Bool {
    guard !administration.isMaintenance, !administration.isDrain else { return false }
    switch operation {
    case .starting, .running: return true
    case .stopped, .stopping: return false
    }
  }
}

/// What one server has counted since the start.
public struct ServerCounters: Hashable, Sendable {
  /// Connections started: `stot`.
  public var connectionsTotal = 0
  /// The most connections at once: `smax`.
  public var connectionsMax = 0
  /// The most connections started in a second: `rate_max`.
  public var rateMax: UInt64 = 0
  /// The most sessions that waited for it at once: `qmax`.
  public var queuedMax = 0
  /// Sessions that balancing gave to it: `lbtot`.
  public var balancedTotal = 0
  /// Sessions that ended because they could not connect to it: `econn`.
  public var failedConnections = 0
  /// Connections that were tried again: `wretr`.
  public var retries = 0
  /// Sessions that moved on to another server: `wredis`.
  public var redispatches = 0
  /// Checks that failed while it was up: `chkfail`.
  public var failedChecks = 0
  /// Times that observation reached the limit of errors: `hanafail`.
  public var failedObservations = 0
  /// Times it went down: `chkdown`.
  public var downTransitions = 0
  /// The time it was down, up to the last change: `downtime`.
  public var downtime: Duration = .zero

  /// Nothing counted.
  public init() {}
}
