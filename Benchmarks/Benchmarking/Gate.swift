/// A promise about the ratio of two variants: the median of the rounds' ratios.
public struct Gate: Sendable, Equatable {
  /// What came of it.
  public enum Verdict: String, Sendable {
    case met
    case missed
    /// Missed, but not in every round: another run may say otherwise.
    case missedWithinSpread = "missed, not in every round"
    case notMeasured = "not measured"
  }

  public var workload: String
  public var figure: Figure
  public var subject = Variant.ring
  public var peer: Variant
  public var limit: Double
  /// Whether more is better.
  public var isFloor = false

  /// The ratios, subject by peer, of the rounds in which both were measured.
  public func ratios(in record: Record) -> Spread? {
    record.workloads.first { $0.name == workload }
      .flatMap { record.ratios(figure, $0, subject, by: peer) }
  }

  public func verdict(in record: Record) -> Verdict {
    guard let ratios = ratios(in: record) else { return .notMeasured }
    if isFloor ? ratios.median >= limit : ratios.median <= limit { return .met }
    let isWithin = isFloor ? ratios.highest >= limit : ratios.lowest <= limit
    return isWithin ? .missedWithinSpread : .missed
  }
}

extension Gate {
  /// The columns of the table of promises, in its order.
  private static let peers: [Variant] = [.haproxy, .haproxySplice, .nginx, .epoll]

  /// Every promise.
  public static let all: [Gate] =
    processor("bulk-8", 0.30, 0.40, 0.30, 1.05)
    + processor("bulk-64", 0.30, 0.40, 0.30, 1.05)
    + processor("bulk-1", 0.30, 0.55, 0.30, 1.05)
    + processor("veth-bulk-8", 0.30, 0.60, 0.40, 1.05)
    + processor("echo-64-64B", 0.80, 0.88, 0.95, 1.0)
    + processor("echo-500-64B", 0.80, 0.88, 0.95, 1.0)
    + processor("echo-64-16KiB", 0.88, 0.92, 0.85, 1.0)
    + processor("echo-32-128KiB", 0.32, 0.60, 0.32, 1.05)
    + processor("connect", 0.85, 0.85, 1.0, 1.0)
    + processor("open-loop", 0.85, 0.85, 1.0, 1.0)
    + row("open-loop", .p50, [1.0, 1.0, 1.1, 1.1])
    + row("open-loop", .p99, [1.0, 1.0, 1.1, 1.1])
    + row("idle", .userMemory, [0.3, 0.3, 0.12])
    + [Gate(workload: "fairness", figure: .p99, peer: .haproxy, limit: 1.0)]
    + Workload.all.filter(\.saturates).flatMap {
      row($0.name, .throughput, [1.0, 1.0, 1.0, 0.95], isFloor: true)
    }

  private static func processor(_ workload: String, _ limits: Double...) -> [Gate] {
    row(workload, .processorTime, limits)
  }

  private static func row(
    _ workload: String, _ figure: Figure, _ limits: [Double], isFloor: Bool = false
  ) -> [Gate] {
    zip(peers, limits).map {
      Gate(workload: workload, figure: figure, peer: $0, limit: $1, isFloor: isFloor)
    }
  }
}

/// What a second thread makes of the cost of a connection, and the promise about it.
public struct ThreadRatio: Sendable, Equatable {
  /// Processor time for a connection with two threads by that with one.
  public let ratio: Double

  public init?(of variant: Variant, in record: Record) {
    func median(_ name: String) -> Double? {
      record.workloads.first { $0.name == name }
        .flatMap { record.spread(.processorTime, $0, variant)?.median }
    }
    guard let one = median("connect-1-thread"), let two = median("connect-2-threads"), one > 0
    else { return nil }
    ratio = two / one
  }
}
