/// The middle and the ends of repeated measurements.
public struct Spread: Sendable, Equatable {
  public let median: Double
  public let lowest: Double
  public let highest: Double
  public let count: Int

  /// Nil when there is nothing to tell.
  public init?(_ values: [Double]) {
    let sorted = values.sorted()
    guard let first = sorted.first, let last = sorted.last else { return nil }
    let middle = sorted.count / 2
    median = sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    lowest = first
    highest = last
    count = sorted.count
  }
}
