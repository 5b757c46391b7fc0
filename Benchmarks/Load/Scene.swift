import Benchmarking
import Glibc
import Histogram

/// One run: connections are opened, warmed up and watched for a window.
extension Loop {
  private static let patience: UInt64 = 10_000_000_000

  mutating func play(_ target: LoadTarget) throws {
    echoAddress = try Address(target.address, port: target.echoPort)
    bulkAddress = try Address(target.address, port: target.bulkPort)
    let before = try Observation(of: target.processes, clocksFirst: false)
    result.residentBytesBefore = before.residentBytes
    result.kernelBytesBefore = before.kernelBytes
    switch plan.kind {
    case .bulk:
      try establish(plan.connections, .sinkClient)
      for client in clients { command(client, Connection.start) }
      try watch(target)
    case .echo:
      try establish(plan.connections, .echoClient)
      isRepeating = true
      let now = Clock.now()
      for client in clients { startMessage(client, now) }
      try watch(target)
    case .connect:
      isRepeating = true
      for _ in 0..<plan.connections { startVisit(Clock.now()) }
      try watch(target)
    case .openLoop, .fairness:
      try establish(plan.connections, .echoClient)
      try establish(plan.bulkConnections, .sinkClient)
      for client in clients.dropFirst(plan.connections) { command(client, Connection.start) }
      startSchedule()
      try watch(target)
    case .idle:
      try establish(plan.connections, .echoClient)
      try watch(target)
    case .placement:
      try observePlacement(target)
    }
    isEnding = true
    result.failure = failure
    result.p50 = microseconds(50)
    result.p99 = microseconds(99)
    result.p999 = microseconds(99.9)
    result.latencies = Int(histogram.totalCount)
  }

  private func microseconds(_ percentile: Double) -> Double {
    histogram.totalCount == 0 ? 0 : Double(histogram.valueAtPercentile(percentile)) / 1000
  }

  /// Opens connections, a handful at a time, each of which exchanges a message (bulk: a byte).
  mutating func establish(_ count: Int, _ role: Connection.Role) throws {
    let address = role == .sinkClient ? bulkAddress : echoAddress
    guard let address else { return }
    for opened in 0..<count {
      let descriptor = try Sockets.connect(to: address)
      result.allConnections += 1
      add(descriptor, role)
      clients.append(descriptor)
      if role == .sinkClient {
        command(descriptor, Connection.ping)
      } else {
        startMessage(descriptor, Clock.now())
      }
      if opened % 64 == 63 || opened == count - 1 {
        run(until: Clock.now() + Loop.patience, messages: result.allConnections)
        if let failure { throw LoadFailure(failure) }
        guard result.allMessages == result.allConnections else {
          throw LoadFailure("no answer within ten seconds")
        }
      }
    }
  }

  private mutating func startSchedule() {
    for (index, client) in clients.prefix(plan.connections).enumerated() {
      connections[Int(client)].role = .openClient
      connections[Int(client)].index = index
    }
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
    result.seconds = Double(ended - windowStart) / 1e9
    result.proxySeconds = Double(after.proxyNanoseconds - before.proxyNanoseconds) / 1e9
    result.loadSeconds = Double(after.ownNanoseconds - before.ownNanoseconds) / 1e9
    result.voluntarySwitches = max(0, after.voluntarySwitches - before.voluntarySwitches)
    result.involuntarySwitches = max(0, after.involuntarySwitches - before.involuntarySwitches)
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
