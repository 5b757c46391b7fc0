public import ConfigurationLanguage

/// How the process runs, after flags and configuration were weighed against each other.
public struct RunMode: Equatable, Sendable {
  /// Whether it goes to the background.
  public var isDaemon = false
  /// Whether it says nothing.
  public var isQuiet = false
  /// Whether it says more, whatever `isQuiet` is.
  public var isVerbose = false
  /// Whether it stays in the foreground and keeps talking.
  public var isDebug = false
  /// Whether it only checks the configuration.
  public var isCheck = false
  /// Whether a warning ends it.
  public var isZeroWarning = false

  /// The mode without flags and configuration.
  public init() {}

  /// Whether messages are shown at all.
  public var showsMessages: Bool { !isQuiet || isVerbose }

  /// The flags win over the configuration, and `-D` wins over `-db` and `-d`.
  ///
  /// - Parameters:
  ///   - modes: the flags.
  ///   - global: the configuration.
  /// - Returns: the mode, and a warning when debug mode had to switch others off.
  public static func decide(
    modes: Arguments.Modes, global: GlobalConfiguration
  ) -> (mode: RunMode, warning: String?) {
    var mode = RunMode()
    mode.isVerbose = modes.contains(.verbose)
    mode.isCheck = modes.contains(.check)
    mode.isZeroWarning = modes.contains(.zeroWarning) || global.isZeroWarning
    mode.isDebug = modes.contains(.debug)
    mode.isDaemon = modes.contains(.daemon) || global.isDaemon
    mode.isQuiet = modes.contains(.quiet) || global.isQuiet
    if modes.contains(.debug) || modes.contains(.foreground) {
      mode.isDaemon = false
      mode.isQuiet = false
    }
    if modes.contains(.daemon) {
      mode.isDebug = false
      mode.isDaemon = true
    }
    if modes.contains(.quiet) { mode.isQuiet = true }
    guard mode.isDebug, mode.isDaemon || mode.isQuiet else { return (mode, nil) }
    mode.isDaemon = false
    mode.isQuiet = false
    return (
      mode,
      "<debug> mode incompatible with <quiet> and <daemon>. Keeping <debug> only."
    )
  }
}

/// How `-c` ends for a configuration without errors.
public struct CheckVerdict: Equatable, Sendable {
  /// What is printed on standard output unless the process is quiet.
  public var lines: [String] = []
  /// The exit status: 0, or 2 when nothing would be served.
  public var status: Int32

  /// - Parameters:
  ///   - configuration: what was read.
  ///   - hasWarnings: whether anything was warned about.
  ///   - isVerbose: `-V`.
  public init(configuration: Configuration, hasWarnings: Bool, isVerbose: Bool) {
    if hasWarnings { lines.append("Warnings were found.") }
    let hasListener = configuration.proxies.contains { !$0.isDisabled && !$0.listeners.isEmpty }
    status = hasListener ? 0 : 2
    if !hasListener {
      lines.append(
        "Configuration file has no error but will not start (no listener) => exit(2).")
    } else if isVerbose {
      lines.append("Configuration file is valid")
    }
  }
}
