import Basics
import ConfigurationLanguage
import HealthChecks
import KernelIO
import Proxies

extension BackendEffect {
  /// Whether it is about a session that waited.
  fileprivate var isAboutWaiting: Bool {
    switch self {
    case .granted, .reassign: true
    case .line, .shutDown, .check, .tracked: false
    }
  }
}

/// Carries out what follows from a change in a backend: lines, grants, ends of sessions.
extension Worker where K: ~Copyable {
  /// Tells waiting sessions of the slots that became free at a server.
  mutating func grantSlots(backend: Int, server: Int) {
    let now = kernel.now
    while true {
      let grant = state.backends[backend].with(absent: nil) { $0.nextGrant(server, now: now) }
      guard let grant else { return }
      tell(grant, backend: backend)
    }
  }

  func tell(_ grant: Grant, backend: Int) {
    state.mailboxes[Int(grant.waiter.worker)].post(
      .granted(
        slot: grant.waiter.slot, generation: grant.waiter.generation,
        backend: Int32(backend), server: Int32(grant.server), places: grant.places))
  }

  /// Carries out the effects of a change in a backend, and those that follow in others.
  mutating func deliver(_ effects: [BackendEffect], backend: Int) {
    guard !effects.isEmpty else { return }
    // Those who wait come first: a session that is granted a place can then be ended with the rest.
    var pending = (effects.filter(\.isAboutWaiting) + effects.filter { !$0.isAboutWaiting })
      .map { (backend, $0) }
    var next = 0
    while next < pending.count {
      let (origin, effect) = pending[next]
      next += 1
      switch effect {
      case .line(let line): report(line, backend: origin)
      case .granted(let grant): tell(grant, backend: origin)
      case .reassign(let waiter, let previous, let places):
        state.mailboxes[Int(waiter.worker)].post(
          .reassign(
            slot: waiter.slot, generation: waiter.generation,
            previous: previous.map { Int32($0) } ?? -1, places: places))
      case .shutDown(let server, let cause):
        for mailbox in state.mailboxes {
          mailbox.post(
            .endSessions(backend: Int32(origin), server: Int32(server), cause: cause))
        }
      case .check(let server, let notAfter):
        if let place = state.checkPlace(backend: origin, server: server) {
          state.mailboxes[place.worker].post(
            .hurryCheck(check: Int32(place.check), notAfter: notAfter))
        }
      case .tracked(let tracker, let change):
        let now = kernel.now
        let more = state.backends[tracker.proxy].with(absent: []) {
          $0.applyTracked(change, to: tracker.server, now: now)
        }
        pending += more.map { (tracker.proxy, $0) }
        armBackendTimer(tracker.proxy)
      }
    }
    armBackendTimer(backend)
  }

  private mutating func report(_ line: StateLine, backend: Int) {
    if let console = state.console {
      if line.isAlert { console.alert(line.notice) } else { console.warning(line.notice) }
    }
    logLine.message.removeAll(keepingCapacity: true)
    logLine.message.append(contentsOf: line.text.utf8)
    state.log.send(
      &logLine, level: LogLevel(rawValue: line.level) ?? .notice, proxy: backend,
      at: kernel.wallTime(), through: &kernel, worker: index)
  }

  // MARK: Slow start

  /// Sets the timer for the next step of servers that are warming up. The worker that saw the
  /// change looks after it.
  private mutating func armBackendTimer(_ backend: Int) {
    guard !backendTimers.contains(backend),
      let due = state.backends[backend].with(absent: nil, { $0.nextTick })
    else { return }
    backendTimers.append(backend)
    kernel.timer(
      at: due,
      token: Token(
        operation: Operation.backendTimer.rawValue, slot: UInt32(backend), generation: 0))
  }

  /// Servers of a backend warm up a step further.
  mutating func backendTimerElapsed(_ completion: Completion) {
    let backend = Int(completion.token.slot)
    backendTimers.removeAll { $0 == backend }
    let now = kernel.now
    let effects = state.backends[backend].with(absent: []) { $0.tick(now: now) }
    deliver(effects, backend: backend)
    armBackendTimer(backend)
  }
}
