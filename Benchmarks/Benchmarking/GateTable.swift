/// The promises as a matrix: a row for each workload and figure, a column for each peer.
public struct GateTable: Sendable {
  private static let peers: [Variant] = [.haproxy, .haproxySplice, .nginx, .epoll]

  public let text: String

  public init(_ record: Record) {
    var table = Table(["workload", "figure"] + GateTable.peers.map { "vs \($0.title)" })
    for figure in [Figure.processorTime, .p50, .p99, .userMemory, .throughput] {
      for workload in record.workloads {
        let gates = Gate.all.filter { $0.workload == workload.name && $0.figure == figure }
        guard !gates.isEmpty else { continue }
        let cells = GateTable.peers.map { peer in
          gates.first { $0.peer == peer }.map { GateTable.cell($0, record) } ?? "–"
        }
        let remark = figure == .throughput ? GateTable.limitRemark(workload, record) : ""
        table.add([workload.title, figure.title + remark] + cells)
      }
    }
    if let ours = ThreadRatio(of: .ring, in: record) {
      let theirs = ThreadRatio(of: .haproxy, in: record)
      let ratio = NumberText.fixed(ours.ratio, 3)
      let cell =
        theirs.map {
          let verdict: Gate.Verdict = ours.ratio <= $0.ratio ? .met : .missed
          return "\(ratio) ≤ \(NumberText.fixed($0.ratio, 3)) (its own) \(verdict.rawValue)"
        } ?? Gate.Verdict.notMeasured.rawValue
      table.add(["cost of a connection, two threads by one", "CPU", cell, "–", "–", "–"])
    }
    text = table.isEmpty ? "None of these workloads.\n" : table.text
  }

  private static func cell(_ gate: Gate, _ record: Record) -> String {
    let verdict = gate.verdict(in: record).rawValue
    guard let ratio = gate.ratios(in: record)?.median else { return verdict }
    let sign = gate.isFloor ? "≥" : "≤"
    return "\(NumberText.fixed(ratio, 3)) \(sign) \(NumberText.fixed(gate.limit, 2)) \(verdict)"
  }

  /// Says where a saturated throughput was the load's, not the proxy's.
  private static func limitRemark(_ workload: Workload, _ record: Record) -> String {
    guard let load = record.spread(.loadShare, workload, .ring)?.median,
      let proxy = record.spread(.proxyShare, workload, .ring)?.median,
      load > 0.95 && proxy < 0.95
    else { return "" }
    return " (the load's core was the limit)"
  }
}

extension Figure {
  /// What people call it.
  public var title: String {
    switch self {
    case .processorTime: "CPU"
    case .throughput: "throughput"
    case .p50: "p50"
    case .p99: "p99"
    case .p999: "p99.9"
    case .voluntarySwitches: "voluntary context switches"
    case .involuntarySwitches: "involuntary context switches"
    case .threads: "threads"
    case .residentMemory: "resident memory"
    case .proxyShare: "share of the proxy's core"
    case .loadShare: "share of the load's core"
    case .userMemory: "user memory"
    case .kernelMemory: "kernel memory"
    }
  }
}
