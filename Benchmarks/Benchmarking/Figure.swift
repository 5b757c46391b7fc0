/// What can be read from a cell.
public enum Figure: String, Codable, Sendable, CaseIterable {
  /// Proxy processor time for a unit of work: s/GB, or microseconds.
  case processorTime
  /// GB/s, or units a second.
  case throughput
  /// Microseconds.
  case p50, p99, p999
  /// A second.
  case voluntarySwitches, involuntarySwitches
  /// Of the proxy, the kernel's workers for it included.
  case threads
  /// MiB.
  case residentMemory
  /// How busy the cores of the proxy and of the load were, 0...1.
  case proxyShare, loadShare
  /// Bytes for a session.
  case userMemory, kernelMemory

  /// The value, or nil when the cell has none or failed.
  public func value(of cell: Cell, in workload: Workload) -> Double? {
    let result = cell.result
    if result.failure != nil { return nil }
    let hasProxy = cell.variant != .direct
    switch self {
    case .processorTime:
      guard hasProxy, workload.unit != .none else { return nil }
      return workload.units(of: result).map { result.proxySeconds / $0 * workload.scale }
    case .throughput:
      return result.seconds > 0 ? workload.units(of: result).map { $0 / result.seconds } : nil
    case .p50: return workload.hasLatency ? result.p50 : nil
    case .p99: return workload.hasLatency ? result.p99 : nil
    case .p999: return workload.hasLatency ? result.p999 : nil
    case .voluntarySwitches:
      return hasProxy ? ratio(Double(result.voluntarySwitches), result.seconds) : nil
    case .involuntarySwitches:
      return hasProxy ? ratio(Double(result.involuntarySwitches), result.seconds) : nil
    case .threads: return hasProxy ? Double(result.threads) : nil
    case .residentMemory: return hasProxy ? Double(result.residentBytesAfter) / 1_048_576 : nil
    case .proxyShare: return hasProxy ? ratio(result.proxySeconds, result.seconds) : nil
    case .loadShare: return ratio(result.loadSeconds, result.seconds)
    case .userMemory:
      guard workload.kind == .idle, hasProxy else { return nil }
      let growth = Double(result.residentBytesAfter - result.residentBytesBefore)
      return growth / Double(workload.connections)
    case .kernelMemory:
      guard workload.kind == .idle else { return nil }
      return Double(result.kernelBytesAfter - result.kernelBytesBefore)
        / Double(workload.connections)
    }
  }

  private func ratio(_ value: Double, _ divisor: Double) -> Double? {
    divisor > 0 ? value / divisor : nil
  }
}

extension Workload {
  /// How much work was done: gigabytes, requests or connections.
  func units(of result: LoadResult) -> Double? {
    let units =
      switch unit {
      case .gigabyte: Double(result.bytes) / 1e9
      case .request, .connection: Double(result.messages)
      case .none: kind == .fairness ? Double(result.bulkBytes) / 1e9 : 0
      }
    return units > 0 ? units : nil
  }

  /// How much work a whole run did, for what is counted from its start.
  public func allUnits(of result: LoadResult) -> Double? {
    let units = unit == .gigabyte ? Double(result.allBytes) / 1e9 : Double(result.allMessages)
    return units > 0 ? units : nil
  }

  /// Seconds for a gigabyte, microseconds for everything else.
  var scale: Double { unit == .gigabyte || unit == .none ? 1 : 1e6 }

  /// What throughput is counted in.
  public var throughputUnit: String {
    switch unit {
    case .gigabyte: "GB/s"
    case .request: "requests/s"
    case .connection: "connections/s"
    case .none: kind == .fairness ? "GB/s beside" : ""
    }
  }
}

extension Record {
  /// All rounds of a figure.
  public func spread(_ figure: Figure, _ workload: Workload, _ variant: Variant) -> Spread? {
    Spread(
      cells.filter { $0.workload == workload.name && $0.variant == variant }
        .compactMap { figure.value(of: $0, in: workload) })
  }

  /// A figure of one variant by that of another, round for round. What changes the machine's speed for
  /// longer than a round lasts changes both and leaves the ratio alone.
  public func ratios(
    _ figure: Figure, _ workload: Workload, _ subject: Variant, by peer: Variant
  ) -> Spread? {
    func values(_ variant: Variant) -> [(round: Int, value: Double)] {
      cells.filter { $0.workload == workload.name && $0.variant == variant }.compactMap { cell in
        figure.value(of: cell, in: workload).map { (cell.round, $0) }
      }
    }
    let theirs = values(peer)
    return Spread(
      values(subject).compactMap { ours in
        theirs.first { $0.round == ours.round && $0.value > 0 }.map { ours.value / $0.value }
      })
  }

  /// The sentences of cells that failed.
  public func failures(_ workload: Workload, _ variant: Variant) -> [String] {
    cells.filter { $0.workload == workload.name && $0.variant == variant }
      .compactMap { $0.result.failure }
  }
}
