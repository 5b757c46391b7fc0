import Benchmarking
import Glibc
import Histogram

/// One run: connections are opened, warmed up and watched for a window or several.
extension Loop {
  static let patience: UInt64 = 10_000_000_000

  mutating func play(_ target: LoadTarget) throws {
    echoAddress = try Address(target.address, port: target.echoPort)
    bulkAddress = try Address(target.address, port: target.bulkPort)
    let before = try Observation(of: target.processes, clocksFirst: false)
    result.residentBytesBefore = before.residentBytes
    result.kernelBytesBefore = before.kernelBytes
    switch plan.kind {
    case .bulk: try establish(plan.connections, .sinkClient)
    case .echo, .idle: try establish(plan.connections, .echoClient)
    case .openLoop, .fairness:
      try establish(plan.connections, .echoClient)
      try establish(plan.bulkConnections, .sinkClient)
    case .connect, .placement: break
    }
    if plan.kind == .placement { try observePlacement(target) } else { try watchWindows(target) }
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
}
