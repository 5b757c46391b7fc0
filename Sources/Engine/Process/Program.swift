internal import Administration
internal import ConfigurationLanguage
internal import Glibc
internal import KernelIO

/// The program from its command line to its last exit status.
public enum Program {
  /// Runs the program. Call it on the main thread, before any other thread exists.
  ///
  /// - Parameters:
  ///   - commandLine: argv.
  ///   - parts: what it is made of.
  public static func run(_ commandLine: [String], parts: ProgramParts) -> Never {
    let console = Console(executable: Machine.executable)
    let arguments: Arguments
    switch ArgumentsReader.read(commandLine) {
    case .run(let read): arguments = read
    case .version(let kind):
      console.print(versionText(parts).text(kind))
      exit(0)
    case .failure(let alerts):
      for alert in alerts { console.alert(alert) }
      exit(1)
    case .usage(let alerts):
      for alert in alerts { console.alert(alert) }
      exitWithUsage(commandLine, parts: parts, console: console)
    }
    console.configure(arguments.modes)
    if arguments.condition != nil {
      exit(evaluate(arguments, commandLine: commandLine, parts: parts, console: console))
    }
    if arguments.configurationFiles.isEmpty {
      exitWithUsage(commandLine, parts: parts, console: console)
    }
    var boot = Boot(arguments: arguments, parts: parts, console: console)
    switch boot.run() {
    case .exit(let status): exit(status)
    case .signal(let number): die(of: number)
    }
  }

  private static func versionText(_ parts: ProgramParts) -> VersionText {
    VersionText(
      system: Machine.system, engines: parts.probeEngines(), threadCount: Machine.cpuCount)
  }

  private static func exitWithUsage(
    _ commandLine: [String], parts: ProgramParts, console: Console
  ) -> Never {
    console.print(versionText(parts).text(.short))
    let name = Arguments.baseName(of: commandLine.first ?? "sluice")
    console.printError(UsageText.text(programName: name))
    exit(1)
  }

  /// `-cc`: 0 when it is true, 1 when it is not, 2 when it is no condition.
  private static func evaluate(
    _ arguments: Arguments, commandLine: [String], parts: ProgramParts, console: Console
  ) -> Int32 {
    guard case .text(let condition) = arguments.condition else {
      exitWithUsage(commandLine, parts: parts, console: console)
    }
    switch parts.evaluate(condition, Boot.environment(for: arguments)) {
    case .success(let isTrue): return isTrue ? 0 : 1
    case .failure(let failure):
      if let text = failure.text { console.alert(text) }
      return 2
    }
  }

  /// Ends as if the signal had not been handled: whoever waits for the process sees it.
  private static func die(of number: Int32) -> Never {
    signal(number, SIG_DFL)
    var set = sigset_t()
    _ = unsafe sigemptyset(&set)
    _ = unsafe sigaddset(&set, number)
    _ = unsafe pthread_sigmask(SIG_UNBLOCK, &set, nil)
    raise(number)
    exit(128 + number)
  }
}
