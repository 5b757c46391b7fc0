import Balancing
public import Basics
import ConfigurationLanguage
public import HealthChecks

// MARK: - What checks find

extension Backend {
  /// Takes in what a health check of a server found.
  ///
  /// - Returns: what follows from it outside; often nothing.
  public mutating func record(
    check outcome: CheckOutcome, server: Int, now: Instant
  ) -> [BackendEffect] {
    var effects: [BackendEffect] = []
    count(outcome, of: server, &effects)
    switch outcome.status.result {
    case .unknown, .neutral: break
    case .failed: stopIfExhausted(server, now: now, &effects)
    case .passed:
      if isPassing(server) { run(server, cause: cause(server), now: now, &effects) }
    case .conditionallyPassed:
      if isPassing(server) { windDown(server, cause: cause(server), now: now, &effects) }
    }
    return effects
  }

  private mutating func count(
    _ outcome: CheckOutcome, of server: Int, _ effects: inout [BackendEffect]
  ) {
    guard let change = servers[server].health?.record(outcome) else { return }
    if change.isFailureCounted { servers[server].counters.failedChecks += 1 }
    switch outcome.status.result {
    case .passed, .conditionallyPassed: servers[server].observer?.forgive()
    case .unknown, .neutral, .failed: break
    }
    if logsHealthChecks, change.isReported, let health = servers[server].health {
      let hasWeight = farm.candidates[server].weight > 0
      effects.append(
        .line(.check(servers[server].label, health, hasWeight: hasWeight)))
    }
  }

  private mutating func stopIfExhausted(
    _ server: Int, now: Instant, _ effects: inout [BackendEffect]
  ) {
    guard let health = servers[server].health, health.health == 0 else { return }
    stop(server, cause: cause(server), now: now, &effects)
  }

  func isPassing(_ server: Int) -> Bool {
    guard !servers[server].administration.isMaintenance else { return false }
    guard servers[server].trackedOperation != .stopped else { return false }
    return (servers[server].health?.isPassing ?? true) && (servers[server].agent?.isPassing ?? true)
  }

  /// What a line about a change gives as the reason: nothing that was logged before.
  private func cause(_ server: Int) -> CheckOutcome? {
    guard servers[server].tracked == nil, !logsHealthChecks else { return nil }
    return servers[server].health?.lastOutcome
  }

  /// Takes in that connections to a server failed one after another (`observe`, `on-error`).
  mutating func react(
    to finding: String, of server: Int, now: Instant
  ) -> [BackendEffect] {
    guard let observer = servers[server].observer else { return [] }
    var effects: [BackendEffect] = []
    servers[server].health?.hurry()
    servers[server].counters.failedObservations += 1
    let outcome = CheckOutcome(.healthAnalyze, info: finding, duration: nil)
    switch observer.reaction {
    case .fastInter: break
    case .suddenDeath, .failCheck, .markDown:
      if observer.reaction == .suddenDeath { servers[server].health?.weaken() }
      if observer.reaction == .markDown { servers[server].health?.exhaust() }
      count(outcome, of: server, &effects)
      stopIfExhausted(server, now: now, &effects)
    }
    if let health = servers[server].health, health.settings.fastinter != nil {
      let isDown = servers[server].operation == .stopped
      effects.append(
        .check(server: server, notAfter: now + health.interval(isServerDown: isDown)))
    }
    return effects
  }

  /// Whether a server is to be checked at present; agents are always asked.
  ///
  /// - Parameter isAgent: the agent is meant.
  public func isChecked(_ server: Int, isAgent: Bool = false) -> Bool {
    if isAgent { return servers[server].agent != nil }
    return servers[server].health.map { !$0.isPaused } ?? false
  }

  /// The time from the end of a check to the next one.
  ///
  /// - Parameters:
  ///   - server: a server with `check`, or with `agent-check`.
  ///   - isAgent: the agent is meant.
  ///   - spreadPercent: `spread-checks`, 0 to 50.
  ///   - fraction: a random number from 0 to below 1.
  public mutating func nextCheckDelay(
    of server: Int, isAgent: Bool = false, spreadPercent: Int, fraction: Double
  ) -> Duration {
    let isDown = servers[server].operation == .stopped
    let path = isAgent ? \Server.agent : \Server.health
    return servers[server][keyPath: path]?.nextDelay(
      isServerDown: isDown, spreadPercent: spreadPercent, fraction: fraction) ?? .seconds(2)
  }

  /// A server that one of this backend tracks has changed.
  public mutating func applyTracked(
    _ change: TrackedChange, to server: Int, now: Instant
  ) -> [BackendEffect] {
    var effects: [BackendEffect] = []
    switch change {
    case .stopped:
      servers[server].trackedOperation = .stopped
      stop(server, cause: nil, now: now, &effects)
    case .running:
      servers[server].trackedOperation = .running
      run(server, cause: nil, now: now, &effects)
    case .stopping:
      servers[server].trackedOperation = .stopping
      windDown(server, cause: nil, now: now, &effects)
    case .maintenance:
      effects = administer(.inheritedMaintenance, server, now: now)
    case .endOfMaintenance(let operation):
      servers[server].trackedOperation = operation
      effects = readminister(.inheritedMaintenance, server, now: now)
    case .drain(let isOn):
      effects =
        isOn
        ? administer(.inheritedDrain, server, now: now)
        : readminister(.inheritedDrain, server, now: now)
    }
    return effects
  }
}

// MARK: - Up and down

extension Backend {
  mutating func stop(
    _ server: Int, cause: CheckOutcome?, now: Instant, _ effects: inout [BackendEffect]
  ) {
    guard !servers[server].administration.isMaintenance,
      servers[server].operation != .stopped
    else { return }
    let before = Standing(self, server)
    servers[server].operation = .stopped
    let requeued = withdraw(server, isDown: true, now: now, &effects)
    let counts = counts(server, requeued: requeued)
    effects.append(
      .line(
        .down(
          servers[server].label, cause: cause, wasStopping: before.wasStopping, counts: counts)))
    settle(server, before, now: now, &effects)
    tell(.stopped, server, &effects)
  }

  private mutating func windDown(
    _ server: Int, cause: CheckOutcome?, now: Instant, _ effects: inout [BackendEffect]
  ) {
    guard !servers[server].administration.isMaintenance,
      servers[server].operation != .stopping
    else { return }
    let before = Standing(self, server)
    servers[server].operation = .stopping
    let requeued = withdraw(server, isDown: false, now: now, &effects)
    let counts = counts(server, requeued: requeued)
    effects.append(.line(.stopping(servers[server].label, cause: cause, counts: counts)))
    settle(server, before, now: now, &effects)
    tell(.stopping, server, &effects)
  }

  mutating func run(
    _ server: Int, cause: CheckOutcome?, now: Instant, _ effects: inout [BackendEffect]
  ) {
    guard !servers[server].administration.isMaintenance else { return }
    switch servers[server].operation {
    case .starting, .running: return
    case .stopped, .stopping: break
    }
    let before = Standing(self, server)
    beginRunning(server, now: now)
    present(server, isReturning: before.operation == .stopped, cause: cause, now: now, &effects)
    settle(server, before, now: now, &effects)
    tell(.running, server, &effects)
  }

  /// Leaves `stopped` or `stopping`, for `starting` when there is a slow start.
  mutating func beginRunning(_ server: Int, now: Instant) {
    if farm.candidates[server].slowstart > .zero {
      servers[server].operation = .starting
      servers[server].nextRamp = now + .seconds(1)
      farm.setWarming(server, since: now)
    } else {
      servers[server].operation = .running
    }
  }

  /// Lets a server take sessions, those that wait first.
  private mutating func present(
    _ server: Int, isReturning: Bool, cause: CheckOutcome?, now: Instant,
    _ effects: inout [BackendEffect]
  ) {
    updateStanding(server, isReturning: isReturning, now: now)
    shutDownBackups(for: server, now: now, &effects)
    let requeued = grantAll(server, now: now, &effects)
    let counts = counts(server, requeued: requeued)
    effects.append(.line(.up(servers[server].label, cause: cause, counts: counts)))
  }

  /// `on-marked-up shutdown-backup-sessions`
  mutating func shutDownBackups(
    for server: Int, now: Instant, _ effects: inout [BackendEffect]
  ) {
    guard servers[server].shutsDownBackupSessionsWhenUp, !farm.candidates[server].isBackup,
      farm.candidates[server].effectiveWeight > 0
    else { return }
    for backup in servers.indices where farm.candidates[backup].isBackup {
      effects.append(.shutDown(server: backup, cause: .up))
      _ = redistribute(backup, &effects)
    }
  }

  /// Takes a server out of balancing and away from those who wait for it.
  ///
  /// - Returns: how many had to move on.
  mutating func withdraw(
    _ server: Int, isDown: Bool, now: Instant, _ effects: inout [BackendEffect]
  ) -> Int {
    if servers[server].operation != .starting {
      servers[server].nextRamp = nil
      farm.setWarming(server, since: nil)
    }
    updateStanding(server, isReturning: false, now: now)
    if isDown, servers[server].shutsDownSessionsWhenDown {
      effects.append(.shutDown(server: server, cause: .down))
      // Those are ended, not moved: the line does not count them.
      _ = redistribute(server, &effects)
    }
    let requeued = redistribute(server, &effects)
    // The server may have been the one that those who wait for any had to wait for.
    for other in servers.indices where other != server && !queue.isEmpty {
      _ = grantAll(other, now: now, &effects)
    }
    return requeued
  }

  /// Sends those who wait for a server away when they may move on, and those who wait for any when
  /// there is none left.
  private mutating func redistribute(_ server: Int, _ effects: inout [BackendEffect]) -> Int {
    var count = 0
    let mayMove = redispatchInterval != 0 && !persists
    if servers[server].administration.isMaintenance || mayMove {
      while let dismissed = servers[server].queue.dismissFirst() {
        let places = QueuePlaces(server: dismissed.passed)
        effects.append(.reassign(dismissed.waiter, previous: server, places: places))
        count += 1
      }
      if count > 0 { queueChanged(of: server) }
    }
    guard farm.totalWeight == 0 else { return count }
    while let dismissed = queue.dismissFirst() {
      let places = QueuePlaces(backend: dismissed.passed)
      effects.append(.reassign(dismissed.waiter, previous: nil, places: places))
      count += 1
    }
    return count
  }

  /// Gives all free slots of a server to those who wait.
  @discardableResult
  mutating func grantAll(
    _ server: Int, now: Instant, _ effects: inout [BackendEffect]
  ) -> Int {
    var count = 0
    while let grant = nextGrant(server, now: now) {
      effects.append(.granted(grant))
      count += 1
    }
    return count
  }

  mutating func updateStanding(_ server: Int, isReturning: Bool, now: Instant) {
    let weight = farm.weight(of: server, isReturning: isReturning, now: now)
    let old = farm.setStanding(
      server, isUsable: servers[server].isAvailable, effectiveWeight: weight)
    balance.standingChanged(of: server, from: old, in: farm)
  }

  func counts(_ server: Int, requeued: Int) -> StateCounts {
    StateCounts(
      active: farm.activeCount, backup: farm.backupCount,
      sessions: servers[server].connections, requeued: requeued,
      queued: servers[server].queue.count)
  }

  /// What a change begins from.
  struct Standing {
    let operation: OperationalState
    let wasStopping: Bool
    let usable: Int

    init(_ backend: Backend, _ server: Int) {
      operation = backend.servers[server].operation
      wasStopping = operation == .stopping || backend.servers[server].administration.isDrain
      usable = backend.farm.activeCount + backend.farm.backupCount
    }
  }

  /// Keeps the books of a change, and says when the last server went.
  mutating func settle(
    _ server: Int, _ before: Standing, now: Instant, _ effects: inout [BackendEffect]
  ) {
    let operation = servers[server].operation
    if operation != before.operation {
      if before.operation == .stopped {
        servers[server].counters.downtime += now - servers[server].lastChange
      } else if operation == .stopped {
        servers[server].counters.downTransitions += 1
      }
      servers[server].lastChange = now
    }
    let usable = farm.activeCount + farm.backupCount
    if before.usable > 0, usable == 0 {
      lastChange = now
      counters.downTransitions += 1
      effects.append(.line(.noServer(kind: kind, name: name)))
    } else if before.usable == 0, usable > 0 {
      counters.downtime += now - lastChange
      lastChange = now
    }
  }

  func tell(_ change: TrackedChange, _ server: Int, _ effects: inout [BackendEffect]) {
    for tracker in servers[server].trackers { effects.append(.tracked(tracker, change)) }
  }
}

// MARK: - Slow start

extension Backend {
  /// When `tick` is due; nil while no server is warming up.
  public var nextTick: Instant? { servers.compactMap(\.nextRamp).min() }

  /// Raises the weights and limits of the servers that are warming up.
  public mutating func tick(now: Instant) -> [BackendEffect] {
    var effects: [BackendEffect] = []
    for server in servers.indices {
      guard let due = servers[server].nextRamp, due <= now else { continue }
      let candidate = farm.candidates[server]
      let isWarm = candidate.warmingSince.map { now - $0 >= candidate.slowstart } ?? true
      if isWarm {
        let before = Standing(self, server)
        servers[server].nextRamp = nil
        servers[server].operation = .running
        farm.setWarming(server, since: nil)
        present(server, isReturning: false, cause: nil, now: now, &effects)
        settle(server, before, now: now, &effects)
      } else {
        servers[server].nextRamp = now + .seconds(1)
        updateStanding(server, isReturning: false, now: now)
        grantAll(server, now: now, &effects)
      }
    }
    return effects
  }
}
