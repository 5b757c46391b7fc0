import Balancing
public import Basics
import ConfigurationLanguage
import HealthChecks

// MARK: - Maintenance and drain

extension Backend {
  /// Puts a server into maintenance or drain state, for one reason.
  ///
  /// - Parameters:
  ///   - reason: exactly one of the reasons for maintenance or for draining.
  ///   - server: which one.
  ///   - now: the present.
  public mutating func administer(
    _ reason: AdministrativeState, _ server: Int, now: Instant
  ) -> [BackendEffect] {
    let old = servers[server].administration
    guard !old.contains(reason) else { return [] }
    var effects: [BackendEffect] = []
    let before = Standing(self, server)
    servers[server].administration.insert(reason)
    let new = servers[server].administration
    if new.isMaintenance {
      if !old.isMaintenance { enterMaintenance(server, before, now: now, &effects) }
    } else if !old.isDrain {
      let requeued = withdraw(server, isDown: false, now: now, &effects)
      effects.append(
        .line(
          .drain(
            servers[server].label, isForced: new.contains(.forcedDrain),
            isDown: servers[server].operation == .stopped,
            counts: counts(server, requeued: requeued))))
    }
    settle(server, before, now: now, &effects)
    if AdministrativeState.maintenance.contains(reason), !old.isMaintenance {
      tell(.maintenance, server, &effects)
    } else if AdministrativeState.drain.contains(reason), !old.isDrain {
      tell(.drain(true), server, &effects)
    }
    return effects
  }

  private mutating func enterMaintenance(
    _ server: Int, _ before: Standing, now: Instant, _ effects: inout [BackendEffect]
  ) {
    let isForced = servers[server].administration.contains(.forcedMaintenance)
    let label = servers[server].label
    servers[server].health?.pause()
    guard servers[server].operation != .stopped else {
      updateStanding(server, isReturning: false, now: now)
      effects.append(.line(.maintenanceWhileDown(label, isForced: isForced)))
      return
    }
    servers[server].operation = .stopped
    let requeued = withdraw(server, isDown: true, now: now, &effects)
    effects.append(
      .line(
        .maintenance(
          label, isForced: isForced, wasStopping: before.wasStopping,
          counts: counts(server, requeued: requeued))))
  }

  /// Takes one reason for maintenance or drain state away.
  ///
  /// - Parameters:
  ///   - reason: exactly one of the reasons for maintenance or for draining.
  ///   - server: which one.
  ///   - now: the present.
  public mutating func readminister(
    _ reason: AdministrativeState, _ server: Int, now: Instant
  ) -> [BackendEffect] {
    let old = servers[server].administration
    guard old.contains(reason) else { return [] }
    var effects: [BackendEffect] = []
    let before = Standing(self, server)
    servers[server].administration.remove(reason)
    let new = servers[server].administration
    let label = servers[server].label
    if old.isMaintenance, !new.isMaintenance {
      leaveMaintenance(server, reason, now: now, &effects)
    } else if new.isMaintenance, AdministrativeState.maintenance.contains(reason) {
      effects.append(
        .line(.stillMaintenance(label, isForced: new.contains(.forcedMaintenance))))
    } else if !new.isMaintenance, old.isDrain {
      if new.isDrain {
        effects.append(
          .line(.stillDraining(label, isForced: new.contains(.forcedDrain))))
      } else {
        let isDown = servers[server].operation == .stopped
        effects.append(
          .line(.endOfDrain(label, isForced: reason == .forcedDrain, isDown: isDown)))
        updateStanding(server, isReturning: false, now: now)
        grantAll(server, now: now, &effects)
      }
    }
    settle(server, before, now: now, &effects)
    if old.isMaintenance, !new.isMaintenance {
      tell(.endOfMaintenance(servers[server].operation), server, &effects)
    } else if old.isDrain, !new.isDrain {
      tell(.drain(false), server, &effects)
    }
    return effects
  }

  private mutating func leaveMaintenance(
    _ server: Int, _ reason: AdministrativeState, now: Instant, _ effects: inout [BackendEffect]
  ) {
    servers[server].health?.resume()
    switch servers[server].trackedOperation {
    case _ where servers[server].initialState == .down: break
    case _ where servers[server].initialState == .fullyDown: break
    case _ where servers[server].initialState != .none: servers[server].operation = .running
    case _ where servers[server].agent?.isPassing == false: break
    case .stopped: break
    case .stopping: servers[server].operation = .stopping
    case .starting, .running: beginRunning(server, now: now)
    }
    effects.append(
      .line(
        .endOfMaintenance(
          servers[server].label, isForced: reason == .forcedMaintenance,
          isDown: servers[server].operation == .stopped,
          isDraining: servers[server].administration.isDrain)))
    updateStanding(server, isReturning: true, now: now)
    shutDownBackups(for: server, now: now, &effects)
    grantAll(server, now: now, &effects)
  }
}
