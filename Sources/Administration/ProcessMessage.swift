public import ConfigurationLanguage

/// A message on standard error, in the form that tools match.
public enum ProcessMessage {
  /// `[WARNING]  (14217) : text`, ended by a newline.
  ///
  /// - Parameters:
  ///   - level: how bad it is.
  ///   - processID: the process it is about, normally this one.
  ///   - text: may hold several lines and may end with a newline.
  public static func line(
    _ level: Diagnostic.Level, processID: Int32, text: String
  ) -> String {
    let label = "[\(level.rawValue)]"
    let padding = String(repeating: " ", count: max(0, 10 - label.utf8.count))
    let end = text.utf8.last == UInt8(ascii: "\n") ? "" : "\n"
    return "\(label)\(padding) (\(processID)) : \(text)\(end)"
  }

  /// The two notices that come once, before the first warning or alert of a start.
  ///
  /// - Parameter executable: the path the kernel started, nil when unknown.
  public static func introduction(executable: String?) -> [String] {
    let version =
      "haproxy version is \(VersionText.compatibleVersion) compatible "
      + "(Sluice \(VersionText.version))"
    return [version] + (executable.map { ["path to executable is \($0)"] } ?? [])
  }
}
