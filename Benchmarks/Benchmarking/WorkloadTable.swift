extension Record {
  /// The variants that have anything to say under a workload.
  public func variants(of workload: Workload) -> [Variant] {
    Variant.allCases.filter { variant in
      cells.contains { $0.workload == workload.name && $0.variant == variant }
    }
  }

  /// The table of a workload: one row a variant.
  public func table(of workload: Workload) -> String {
    switch workload.kind {
    case .idle: idleTable(workload)
    case .placement: placementTable(workload)
    case .bulk, .echo, .connect, .openLoop, .fairness: workTable(workload)
    }
  }

  private func workTable(_ workload: Workload) -> String {
    var table = Table([
      "variant", "CPU \(workload.unit.rawValue)", "lowest..highest", "ours/its",
      workload.throughputUnit, "ours/its", "p50 us", "p99 us", "p99.9 us", "switches/s", "threads",
      "RSS MiB",
      "calls/unit", "core of proxy, load",
    ])
    for variant in variants(of: workload) {
      let processor = spread(.processorTime, workload, variant)
      let throughput = spread(.throughput, workload, variant)
      func text(_ figure: Figure) -> String {
        spread(figure, workload, variant).map { NumberText.short($0.median) } ?? "–"
      }
      let switches = [Figure.voluntarySwitches, .involuntarySwitches]
        .compactMap { spread($0, workload, variant)?.median }
      let calls = calls(workload, variant)
      table.add([
        variant.title + failureMark(workload, variant),
        processor.map { NumberText.short($0.median) } ?? "–",
        processor.map { "\(NumberText.short($0.lowest))..\(NumberText.short($0.highest))" } ?? "–",
        ratio(.processorTime, workload, variant),
        throughput.map { NumberText.short($0.median) } ?? "–",
        ratio(.throughput, workload, variant),
        text(.p50), text(.p99), text(.p999),
        switches.isEmpty ? "–" : NumberText.short(switches.reduce(0, +)),
        text(.threads), text(.residentMemory),
        calls.map { NumberText.short($0.perUnit) } ?? "–",
        "\(percent(.proxyShare, workload, variant)), \(percent(.loadShare, workload, variant))",
      ])
    }
    return table.text
  }

  private func idleTable(_ workload: Workload) -> String {
    var table = Table([
      "variant", "user bytes/session", "lowest..highest", "ours/its", "kernel bytes/session",
      "above no proxy", "RSS MiB",
    ])
    let floor = spread(.kernelMemory, workload, .direct)?.median
    for variant in variants(of: workload) {
      let user = spread(.userMemory, workload, variant)
      let kernel = spread(.kernelMemory, workload, variant)?.median
      table.add([
        variant.title + failureMark(workload, variant),
        user.map { NumberText.short($0.median) } ?? "–",
        user.map { "\(NumberText.short($0.lowest))..\(NumberText.short($0.highest))" } ?? "–",
        ratio(.userMemory, workload, variant),
        kernel.map(NumberText.short) ?? "–",
        variant == .direct
          ? "–" : floor.flatMap { floor in kernel.map { NumberText.short($0 - floor) } } ?? "–",
        spread(.residentMemory, workload, variant).map { NumberText.short($0.median) } ?? "–",
      ])
    }
    return table.text
  }

  private func placementTable(_ workload: Workload) -> String {
    var table = Table([
      "variant", "round", "bulk sessions on the busy thread", "new connections there",
      "new connections elsewhere",
    ])
    for cell in cells where cell.workload == workload.name {
      guard let placement = cell.result.placement else {
        table.add([
          cell.variant.title, "\(cell.round)", cell.result.failure ?? "–", "–", "–",
        ])
        continue
      }
      table.add([
        cell.variant.title, "\(cell.round)", "\(placement.bulkConnections)",
        "\(placement.onBusyThread)", "\(placement.elsewhere)",
      ])
    }
    return table.text
  }

  /// What was counted at full speed, or else what strace counted.
  private func calls(_ workload: Workload, _ variant: Variant) -> SystemCalls? {
    let found = systemCalls.filter { $0.workload == workload.name && $0.variant == variant }
    return found.first { $0.counter == .perf } ?? found.first
  }

  /// Sluice on io_uring by this variant.
  private func ratio(_ figure: Figure, _ workload: Workload, _ variant: Variant) -> String {
    guard variant != .ring, let ratios = ratios(figure, workload, .ring, by: variant) else {
      return "–"
    }
    return NumberText.fixed(ratios.median, 2)
  }

  private func percent(_ figure: Figure, _ workload: Workload, _ variant: Variant) -> String {
    spread(figure, workload, variant).map { "\(Int(($0.median * 100).rounded())) %" } ?? "–"
  }

  private func failureMark(_ workload: Workload, _ variant: Variant) -> String {
    let count = failures(workload, variant).count
    return count == 0 ? "" : " (\(count) failed)"
  }
}
