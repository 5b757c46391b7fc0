import Benchmarking

/// A record with two rounds of one workload, told the processor seconds of each variant.
func record(
  workload name: String = "bulk-8", _ seconds: [Variant: [Double]],
  change: (inout LoadResult) -> Void = { _ in }
) -> Record {
  let workload = Workload.all.first { $0.name == name } ?? Workload.all[0]
  var record = Record(
    machine: Machine(), command: "bench", rounds: 2, warmUpMilliseconds: 1,
    windowMilliseconds: 1000, isQuick: false, workloads: [workload])
  for variant in Variant.allCases {
    for (round, value) in (seconds[variant] ?? []).enumerated() {
      var result = LoadResult()
      result.seconds = 1
      result.bytes = 1_000_000_000
      result.messages = 1000
      result.proxySeconds = value
      change(&result)
      record.cells.append(
        Cell(workload: workload.name, variant: variant, round: round + 1, result: result))
    }
  }
  return record
}
