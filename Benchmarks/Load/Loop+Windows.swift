import Benchmarking
import Glibc

/// The windows of a run: what begins before each, and what comes to rest behind it.
extension Loop {
  mutating func watchWindows(_ target: LoadTarget) throws {
    for window in 1...plan.windows {
      if plan.windows > 1 {
        print(LoadPlan.ready)
        fflush(nil)
        guard readLine() != nil else { throw LoadFailure("nothing on standard input") }
      }
      begin()
      try watch(target)
      if window < plan.windows { try rest() }
    }
  }

  private mutating func begin() {
    switch plan.kind {
    case .bulk: for client in clients { command(client, Connection.start) }
    case .echo:
      isRepeating = true
      for client in clients { startMessage(client, Clock.now()) }
    case .connect:
      isRepeating = true
      for _ in 0..<plan.connections { startVisit(Clock.now()) }
    case .openLoop, .fairness:
      for client in clients.dropFirst(plan.connections) { command(client, Connection.start) }
      startSchedule()
    case .idle, .placement: break
    }
  }

  /// Starts nothing more and waits until nothing is under way.
  private mutating func rest() throws {
    isRepeating = false
    schedulePeriod = 0
    let deadline = Clock.now() + Loop.patience
    var before = (bytes: -1, messages: -1)
    while before != (result.allBytes, result.allMessages) || hasUnanswered {
      guard Clock.now() < deadline else { throw LoadFailure("no rest within ten seconds") }
      before = (result.allBytes, result.allMessages)
      run(until: Clock.now() + 3_000_000)
      if let failure { throw LoadFailure(failure) }
    }
  }

  private var hasUnanswered: Bool {
    switch plan.kind {
    case .echo, .connect: result.allMessages < started
    case .openLoop, .fairness: !haveAnswered(scheduled)
    case .bulk, .idle, .placement: false
    }
  }

  private mutating func startSchedule() {
    for (index, client) in clients.prefix(plan.connections).enumerated() {
      connections[Int(client)].role = .openClient
      connections[Int(client)].index = index
      connections[Int(client)].answered = 0
    }
    scheduled = 0
    schedulePeriod = 1_000_000_000 / UInt64(plan.requestsPerSecond)
    scheduleStart = Clock.now() + 1_000_000
  }

  /// Lets the warm-up pass and then watches for the window.
  private mutating func watch(_ target: LoadTarget) throws {
    run(until: Clock.now() + UInt64(plan.warmUpMilliseconds) * 1_000_000)
    if let failure { throw LoadFailure(failure) }
    let before = try Observation(of: target.processes, clocksFirst: false)
    windowStart = Clock.now()
    windowEnd = windowStart + UInt64(plan.windowMilliseconds) * 1_000_000
    isRecording = true
    run(until: windowEnd)
    let ended = Clock.now()
    let after = try Observation(of: target.processes, clocksFirst: true)
    isRecording = false
    if let failure { throw LoadFailure(failure) }
    result.seconds += Double(ended - windowStart) / 1e9
    result.proxySeconds += Double(after.proxyNanoseconds - before.proxyNanoseconds) / 1e9
    result.loadSeconds += Double(after.ownNanoseconds - before.ownNanoseconds) / 1e9
    result.voluntarySwitches += max(0, after.voluntarySwitches - before.voluntarySwitches)
    result.involuntarySwitches += max(0, after.involuntarySwitches - before.involuntarySwitches)
    result.threads = after.threads
    result.residentBytesAfter = after.residentBytes
    result.kernelBytesAfter = after.kernelBytes
    if schedulePeriod != 0 { try finishSchedule() }
  }

  /// Waits for the answers to what was due in the window; what never came is a failure.
  private mutating func finishSchedule() throws {
    let due = Int((windowEnd - scheduleStart) / schedulePeriod)
    let deadline = Clock.now() + 2_000_000_000
    // The schedule goes on meanwhile: requests behind the window do not count, but they keep the
    // proxy as busy as it was.
    while Clock.now() < deadline && failure == nil && !haveAnswered(due) {
      run(until: Clock.now() + 2_000_000)
    }
    if let failure { throw LoadFailure(failure) }
    if !haveAnswered(due) { throw LoadFailure("requests of the window were never answered") }
  }

  /// Whether every request before this one was answered.
  private func haveAnswered(_ due: Int) -> Bool {
    clients.prefix(plan.connections).allSatisfy { client in
      let connection = connections[Int(client)]
      return connection.answered * plan.connections + connection.index >= due
    }
  }
}
