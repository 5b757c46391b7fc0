import Basics

/// When checks begin and how long they may take.
public enum CheckTiming {
  /// How long one check may take.
  public struct Limits: Hashable, Sendable {
    /// From the beginning until the connection is there.
    public var connect: Duration
    /// From then on; nil when `connect` is the limit for the whole check.
    public var exchange: Duration?
  }

  /// How long one check may take: `inter` for everything, unless `timeout check` is set; then at
  /// most `timeout connect` for connecting, and `timeout check` for what follows.
  ///
  /// - Parameters:
  ///   - inter: the server's `inter`.
  ///   - timeoutConnect: the backend's `timeout connect`.
  ///   - timeoutCheck: the backend's `timeout check`.
  public static func limits(
    inter: Duration, timeoutConnect: Duration?, timeoutCheck: Duration?
  ) -> Limits {
    guard let timeoutCheck else { return Limits(connect: inter, exchange: nil) }
    return Limits(connect: min(inter, timeoutConnect ?? inter), exchange: timeoutCheck)
  }

  /// Intervals below this one do not decide how far first checks are spread.
  private static let spreadIntervalMin: Duration = .seconds(1)

  /// The delays of the first checks of all checked servers of all backends, so that they do not
  /// come at once: the i-th of n waits i/n of the smallest interval of at least a second.
  ///
  /// - Parameters:
  ///   - intervals: the first interval of every server, in the order of the configuration.
  ///   - spreadPercent: `spread-checks`, 0 to 50.
  ///   - spreadMax: `max-spread-checks`
  ///   - fraction: called once a server for a random number from 0 to below 1.
  public static func firstDelays(
    intervals: [Duration], spreadPercent: Int, spreadMax: Duration?, fraction: () -> Double
  ) -> [Duration] {
    let smallest = intervals.filter { $0 >= spreadIntervalMin }.min() ?? .zero
    return intervals.enumerated().map { index, interval in
      var window = max(smallest, interval)
      window += jitter(interval, percent: spreadPercent, fraction: fraction())
      if let spreadMax, window > spreadMax { window = spreadMax }
      return .milliseconds(window.wholeMilliseconds * Int64(index) / Int64(intervals.count))
    }
  }

  /// A deviation of at most `percent` of an interval to either side.
  static func jitter(_ interval: Duration, percent: Int, fraction: Double) -> Duration {
    guard percent > 0 else { return .zero }
    let bound = interval.wholeMilliseconds * Int64(percent) / 100
    return .milliseconds(bound - Int64(2 * Double(bound) * fraction))
  }
}
