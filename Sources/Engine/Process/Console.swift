public import Administration
public import ConfigurationLanguage
internal import Glibc
internal import Synchronization

/// Standard error and standard output of the process, in HAProxy's message form. Any thread may
/// call it.
public final class Console: Sendable {
  private struct State {
    var isQuiet = false
    var isVerbose = false
    /// Until the process serves: only then is the introduction printed.
    var isStarting = true
    var wasIntroduced = false
    var showsDiagnostics = false
    var warnings = 0
  }

  private let state = Mutex(State())
  private let standardError: Int32
  private let standardOutput: Int32
  private let executable: String?

  /// - Parameters:
  ///   - executable: the path the kernel started, for the introduction; nil when unknown.
  ///   - standardError: the descriptor of messages.
  ///   - standardOutput: the descriptor of answers.
  public init(
    executable: String? = nil, standardError: Int32 = 2, standardOutput: Int32 = 1
  ) {
    self.executable = executable
    self.standardError = standardError
    self.standardOutput = standardOutput
  }

  /// How many warnings there were so far, shown or not.
  public var warningCount: Int { state.withLock { $0.warnings } }

  /// Whether messages are shown no more.
  var isQuiet: Bool { state.withLock { $0.isQuiet && !$0.isVerbose } }

  /// Applies the flags before anything is read.
  public func configure(_ modes: Arguments.Modes) {
    state.withLock { state in
      state.isQuiet = modes.contains(.quiet)
      state.isVerbose = modes.contains(.verbose)
      state.showsDiagnostics = modes.contains(.diagnostic)
    }
  }

  /// Applies the mode that flags and configuration agree on.
  public func configure(_ mode: RunMode) {
    state.withLock { state in
      state.isQuiet = mode.isQuiet
      state.isVerbose = mode.isVerbose
    }
  }

  /// From now on nothing is shown: the standard streams are gone.
  public func silence() {
    state.withLock { state in
      state.isQuiet = true
      state.isVerbose = false
    }
  }

  /// The process serves: messages come without an introduction from now on.
  public func finishStart() { state.withLock { $0.isStarting = false } }

  /// An error: the process will not start, or something serious happened.
  public func alert(_ text: String) { show(.alert, text) }
  /// Something to look at.
  public func warning(_ text: String) { show(.warning, text) }
  /// Something to know.
  public func notice(_ text: String) { show(.notice, text) }

  /// Shows every message of a reading, in order.
  public func show(_ diagnostics: Diagnostics) {
    for entry in diagnostics.entries { show(entry.level, entry.text) }
  }

  private func show(_ level: Diagnostic.Level, _ text: String) {
    state.withLock { state in
      switch level {
      case .diagnostic:
        guard state.showsDiagnostics else { return }
        state.warnings += 1
      case .warning: state.warnings += 1
      case .alert, .notice: break
      }
      var output = ""
      if level != .notice, state.isStarting, !state.wasIntroduced {
        state.wasIntroduced = true
        for line in ProcessMessage.introduction(executable: executable) {
          output += ProcessMessage.line(.notice, processID: getpid(), text: line)
        }
      }
      output += ProcessMessage.line(level, processID: getpid(), text: text)
      if !state.isQuiet || state.isVerbose { write(output, to: standardError) }
    }
  }

  /// Prints on standard output unless the process is quiet.
  public func answer(_ text: String) {
    state.withLock { state in
      if !state.isQuiet || state.isVerbose { write(text, to: standardOutput) }
    }
  }

  /// Prints on standard output, quiet or not.
  public func print(_ text: String) { write(text, to: standardOutput) }

  /// Prints on standard error as it is, quiet or not.
  public func printError(_ text: String) { write(text, to: standardError) }

  private func write(_ text: String, to descriptor: Int32) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { bytes in
        unsafe Glibc.write(descriptor, bytes.baseAddress, bytes.count)
      }
      if count < 0, errno == EINTR { continue }
      // Nobody can be told that standard error is gone.
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }
}
