/// One message about a configuration, in HAProxy's wording, without level and process number.
public struct Diagnostic: Hashable, Sendable {
  /// How bad it is, as HAProxy names it.
  public enum Level: String, Sendable {
    case notice = "NOTICE", warning = "WARNING", alert = "ALERT", diagnostic = "DIAG"
  }

  /// How bad it is.
  public var level: Level
  /// The text behind `(pid) : `, such as `config : parsing [f.cfg:7] : unknown keyword ...`. May
  /// hold several lines.
  public var text: String

  /// - Parameters:
  ///   - level: how bad it is.
  ///   - text: the message.
  public init(_ level: Level, _ text: String) {
    self.level = level
    self.text = text
  }
}

/// The messages of one reading, in the order they came up. The reader goes on after an error and
/// reports everything it finds.
public struct Diagnostics: Sendable {
  /// All messages in order.
  public private(set) var entries: [Diagnostic] = []
  /// How many errors there were.
  public private(set) var errorCount = 0
  /// Whether the configuration must not run.
  public var hasErrors: Bool { errorCount > 0 }
  /// Whether there was at least one warning.
  public private(set) var hasWarnings = false

  /// No messages.
  public init() {}

  /// An error: the process will not start.
  public mutating func alert(_ text: String) {
    entries.append(Diagnostic(.alert, text))
    errorCount += 1
  }

  /// An alert that does not keep the process from starting: HAProxy says it about a second
  /// `maxconn` in `global`, for example, and goes on with the first.
  public mutating func complaint(_ text: String) { entries.append(Diagnostic(.alert, text)) }

  /// Something that is probably not meant; the process starts unless told to mind warnings.
  public mutating func warning(_ text: String) {
    entries.append(Diagnostic(.warning, text))
    hasWarnings = true
  }

  /// Something to know.
  public mutating func notice(_ text: String) { entries.append(Diagnostic(.notice, text)) }

  /// A message that only `-dD` shows.
  public mutating func diagnostic(_ text: String) {
    entries.append(Diagnostic(.diagnostic, text))
  }
}
