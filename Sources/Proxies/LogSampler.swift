public import ConfigurationLanguage

/// `sample <ranges>:<size>` of one `log` target: which lines of every `size` are sent.
///
/// Lines that the target's level keeps out are not counted: ask `SyslogFraming.admits` first.
public struct LogSampler: Sendable {
  private let ranges: [ClosedRange<Int>]
  private let size: Int
  private var next = 1

  /// - Parameter target: the `log` line.
  public init(_ target: LogTarget) {
    ranges = target.sampleRanges
    size = target.sampleSize
  }

  /// Counts one line and says whether it is sent.
  public mutating func take() -> Bool {
    guard !ranges.isEmpty else { return true }
    let index = next
    next = index >= size ? 1 : index + 1
    return ranges.contains { $0.contains(index) }
  }
}
