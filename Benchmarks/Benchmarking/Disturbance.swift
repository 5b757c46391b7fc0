/// Signs that something else ran on the machine.
public struct Disturbance: Sendable {
  /// Cells in which a closed loop kept neither of the two cores busy.
  public let count: Int
  /// Cells that were looked at.
  public let total: Int

  public init(_ record: Record) {
    var (count, total) = (0, 0)
    for cell in record.cells where cell.variant != .direct && cell.result.failure == nil {
      guard let workload = record.workloads.first(where: { $0.name == cell.workload }),
        // One or a few connections leave both sides waiting for each other.
        workload.saturates, workload.connections >= 32,
        let proxy = Figure.proxyShare.value(of: cell, in: workload),
        let load = Figure.loadShare.value(of: cell, in: workload)
      else { continue }
      total += 1
      if max(proxy, load) < 0.85 { count += 1 }
    }
    self.count = count
    self.total = total
  }

  /// A warning when there were more than a few.
  public var sentence: String? {
    guard total > 0, count * 20 > total else { return nil }
    return
      "The machine was not quiet: in \(count) of \(total) windows of closed loops neither the proxy "
      + "nor the load got its core. Do not trust these figures."
  }
}
