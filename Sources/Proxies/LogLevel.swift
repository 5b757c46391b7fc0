/// How grave a log line is. RFC 5424, section 6.2.1, table 2; the names are those of `log`.
public enum LogLevel: UInt8, CaseIterable, Comparable, Sendable {
  case emerg, alert, crit, err, warning, notice, info, debug

  /// The grave ones come first.
  public static func < (left: LogLevel, right: LogLevel) -> Bool {
    left.rawValue < right.rawValue
  }
}
