import Basics

/// What the health checks of one server have led to so far.
///
/// `health` counts from 0 to rise + fall - 1; the checks call the server up from `rise` on. One
/// success below `rise` adds 1, and reaching `rise` leads to the top at once; one failure takes 1
/// away, and falling below `rise` leads to 0 at once. A server starts at `rise`: up, but the first
/// failure takes it down.
public struct HealthState: Sendable {
  /// `init-state`: the health of a server whose checks begin.
  public enum Beginning: Hashable, Sendable {
    /// Up, and as many failures as `fall` take it down.
    case fullyUp
    /// Up, and the first failure takes it down.
    case up
    /// Down, and the first success takes it up.
    case down
    /// Down, and as many successes as `rise` take it up.
    case fullyDown
  }

  /// What the configuration says.
  public struct Settings: Hashable, Sendable {
    /// `inter`
    public var inter: Duration
    /// `fastinter`; nil for `inter`
    public var fastinter: Duration?
    /// `downinter`; nil for `inter`
    public var downinter: Duration?
    /// `rise`, above 0
    public var rise: Int
    /// `fall`, above 0
    public var fall: Int
    /// `agent-check`: only what an agent says counts, not whether it could be reached.
    public var isAgent: Bool
    /// `init-state`
    public var beginning = Beginning.up

    /// The health of a server whose checks begin.
    var firstHealth: Int {
      switch beginning {
      case .fullyUp: rise + fall - 1
      case .up: rise
      case .down: rise - 1
      case .fullyDown: 0
      }
    }

    /// - Parameters:
    ///   - inter: above zero.
    ///   - fastinter: nil for `inter`.
    ///   - downinter: nil for `inter`.
    ///   - rise: above 0.
    ///   - fall: above 0.
    ///   - isAgent: `agent-check`
    public init(
      inter: Duration = .seconds(2), fastinter: Duration? = nil, downinter: Duration? = nil,
      rise: Int = 2, fall: Int = 3, isAgent: Bool = false
    ) {
      self.inter = inter
      self.fastinter = fastinter
      self.downinter = downinter
      self.rise = rise
      self.fall = fall
      self.isAgent = isAgent
    }

    /// The settings of an agent, of which one word is enough.
    ///
    /// - Parameter inter: `agent-inter`
    public static func agent(inter: Duration) -> Settings {
      Settings(inter: inter, rise: 1, fall: 1, isAgent: true)
    }
  }

  /// What the configuration says.
  public let settings: Settings
  /// 0 to rise + fall - 1.
  public private(set) var health: Int
  /// What the last check or observation found.
  public private(set) var lastOutcome = CheckOutcome(.initializing, duration: nil)
  /// Whether no check is to be made: the server is in maintenance.
  public private(set) var isPaused = false
  /// Whether the next delay is `fastinter` whatever the health is.
  private var isHurried = false

  /// The health of a server whose checks have not begun.
  public init(_ settings: Settings) {
    self.settings = settings
    health = settings.firstHealth
  }

  /// The best health.
  public var healthMax: Int { settings.rise + settings.fall - 1 }

  /// Whether the checks call the server up.
  public var isPassing: Bool { health >= settings.rise }

  /// What one outcome did.
  public struct Change: Hashable, Sendable {
    /// Whether the status or the health moved, which `option log-health-checks` reports.
    public var isReported: Bool
    /// Whether a failure was counted.
    public var isFailureCounted: Bool
  }

  /// Counts one outcome.
  public mutating func record(_ outcome: CheckOutcome) -> Change {
    var change = Change(
      isReported: outcome.status != lastOutcome.status, isFailureCounted: false)
    lastOutcome = outcome
    switch outcome.status.result {
    case .unknown: break
    case .neutral: change.isReported = false
    case .failed:
      guard health > 0, !settings.isAgent || outcome.status.hasCode else { break }
      change = Change(isReported: true, isFailureCounted: true)
      health -= 1
      if health < settings.rise { health = 0 }
    case .passed, .conditionallyPassed:
      guard health < healthMax else { break }
      change.isReported = true
      health += 1
      if health >= settings.rise { health = healthMax }
    }
    return change
  }

  /// Takes an agent at its word.
  public mutating func obey(_ state: AgentReply.Health) {
    switch state {
    case .up: health = healthMax
    case .down: health = 0
    }
  }

  /// Lets the next failure be the last one (`on-error sudden-death`).
  public mutating func weaken() {
    if health > settings.rise { health = settings.rise + 1 }
  }

  /// Lets this failure be the last one (`on-error mark-down`).
  public mutating func exhaust() { health = settings.rise }

  /// Makes the next delay `fastinter`.
  public mutating func hurry() { isHurried = true }

  /// Stops the checks: the server enters maintenance.
  public mutating func pause() {
    isPaused = true
    health = 0
  }

  /// Lets the checks go on: the server leaves maintenance as it began.
  public mutating func resume() {
    isPaused = false
    health = settings.firstHealth
  }

  /// The time between two checks: `inter` in full health, `downinter` when it is down, `fastinter`
  /// in between and before the first check.
  ///
  /// - Parameter isServerDown: the server's state, which an administrator may have changed.
  public func interval(isServerDown: Bool) -> Duration {
    if !isHurried, health == healthMax { return settings.inter }
    if isServerDown, health == 0 { return settings.downinter ?? settings.inter }
    return settings.fastinter ?? settings.inter
  }

  /// The time from the end of a check to the next one.
  ///
  /// - Parameters:
  ///   - isServerDown: the server's state.
  ///   - spreadPercent: `spread-checks`, 0 to 50.
  ///   - fraction: a random number from 0 to below 1.
  public mutating func nextDelay(
    isServerDown: Bool, spreadPercent: Int, fraction: Double
  ) -> Duration {
    let interval = interval(isServerDown: isServerDown)
    isHurried = false
    return interval + CheckTiming.jitter(interval, percent: spreadPercent, fraction: fraction)
  }

  /// `2/3 UP`, `1/2 DOWN`: how far the health is from changing, as `option log-health-checks`
  /// shows it.
  ///
  /// - Parameter hasWeight: a server that is up with weight 0 is called DRAIN.
  public func progress(hasWeight: Bool) -> String {
    isPassing
      ? "\(health - settings.rise + 1)/\(settings.fall) \(hasWeight ? "UP" : "DRAIN")"
      : "\(health)/\(settings.rise) DOWN"
  }
}
