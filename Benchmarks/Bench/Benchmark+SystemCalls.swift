import Benchmarking

/// The pass that counts system calls; its times do not count.
extension Benchmark {
  func countSystemCalls() throws {
    for counter in [SystemCalls.Counter.perf, .strace] {
      if let reason = SystemCallCount.reasonToSkip(counter, scratch) {
        skip(nil, nil, "system calls are not counted by \(counter.rawValue): \(reason)")
        continue
      }
      say("system calls, counted by \(counter.rawValue)")
      for workload in workloads where workload.unit != .none && workload.network == .loopback {
        for variant in variants where variant != .direct && variant.takesPart(in: workload) {
          do {
            record.systemCalls.append(try count(counter, workload, variant))
          } catch let failure as BenchFailure {
            skip(variant, workload, "system calls: \(failure.sentence)")
          }
        }
      }
    }
  }

  private func count(
    _ counter: SystemCalls.Counter, _ workload: Workload, _ variant: Variant
  ) throws -> SystemCalls {
    var plan = plan(workload, .loopback)
    (plan.warmUpMilliseconds, plan.windowMilliseconds, plan.windows) = (0, 300, 1)
    // A traced proxy could not keep up with the real rate.
    if counter == .strace && plan.requestsPerSecond > 0 { plan.requestsPerSecond = 1000 }
    var count: SystemCallCount?
    let result = try play(plan, workload, variant, .loopback) { processes in
      count = try SystemCallCount(counter, processes, scratch: scratch)
    }
    guard let calls = count?.end(), !calls.isEmpty, let units = workload.allUnits(of: result),
      result.failure == nil
    else { throw BenchFailure(result.failure ?? "\(counter.rawValue) counted nothing") }
    return SystemCalls(
      workload: workload.name, variant: variant, counter: counter,
      perUnit: Double(calls.values.reduce(0, +)) / units,
      names: counter == .strace ? calls : [:])
  }
}
