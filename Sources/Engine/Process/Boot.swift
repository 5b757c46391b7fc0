internal import Administration
internal import Basics
internal import ConfigurationLanguage
internal import Glibc
internal import KernelIO

/// The start of the process, step by step in HAProxy's order, and then its life.
///
/// Every step returns false, or an end, when the process must not go on; it has said why by then.
struct Boot {
  /// How often and how far apart the old processes are asked to release an address.
  private static let bindAttempts = 200
  private static let bindPause: UInt32 = 10_000  // microseconds

  let arguments: Arguments
  let parts: ProgramParts
  let console: Console
  private let oldProcesses: OldProcesses
  private var configuration = Configuration()
  private var mode = RunMode()
  private var threadCount = 1

  init(arguments: Arguments, parts: ProgramParts, console: Console) {
    self.arguments = arguments
    self.parts = parts
    self.console = console
    oldProcesses = OldProcesses(
      identifiers: arguments.oldProcesses, signal: arguments.oldProcessSignal)
  }

  private var name: String { arguments.programName }

  /// Starts, serves, and returns how the process ends.
  mutating func run() -> SignalLoop.End {
    guard readConfiguration() else { return .exit(1) }
    // The streams and the working folder change below: nothing may be lost to a full pipe.
    let null = unsafe open("/dev/null", O_RDWR | O_CLOEXEC)
    guard null >= 0 else {
      console.alert("Cannot open /dev/null")
      return .exit(1)
    }
    guard mode.isDaemon, !mode.isCheck else { return start(daemon: nil, null: null) }
    switch Daemon.split(programName: name, console: console) {
    case .parent(let status): return .exit(status)
    case .child(let daemon): return start(daemon: daemon, null: null)
    }
  }

  /// What a configuration sees: the process's own environment and the variables HAProxy sets.
  static func environment(for arguments: Arguments) -> [String: String] {
    var environment = Machine.environment
    environment["HAPROXY_LOCALPEER"] = arguments.localPeer ?? Machine.hostName
    environment["HAPROXY_BRANCH"] = VersionText.compatibleBranch
    if environment["HAPROXY_STARTUP_VERSION"] == nil {
      environment["HAPROXY_STARTUP_VERSION"] = VersionText.compatibleVersion
    }
    return environment
  }

  private mutating func readConfiguration() -> Bool {
    if let directory = arguments.directory, unsafe chdir(directory) != 0 {
      console.alert(
        "Could not change to directory \(directory) : \(KernelIO.Errno.current.sentence)")
      return false
    }
    let sources: [ConfigurationSource]
    do throws(ConfigurationSource.Failure) {
      sources = try ConfigurationSource.load(arguments.configurationFiles)
    } catch {
      console.alert(error.text)
      return false
    }
    let reading = parts.read(sources, Boot.environment(for: arguments))
    console.show(reading.diagnostics)
    guard !reading.diagnostics.hasErrors else { return false }
    configuration = reading.configuration
    if !reading.environment.isEmpty { Machine.setEnvironment(reading.environment) }
    let (decided, warning) = RunMode.decide(
      modes: arguments.modes, global: configuration.global)
    mode = decided
    console.configure(decided)
    if let warning { console.warning(warning) }
    return true
  }

  /// Everything behind the fork.
  private mutating func start(daemon: consuming Daemon?, null: Int32) -> SignalLoop.End {
    tzset()  // Reads the zone's file while it is in reach.
    if let byte = arguments.poisonByte { Machine.poisonMemory(byte) }
    let names = ServerNames(isFailureIgnored: arguments.isResolutionFailureIgnored)
    guard names.resolve(&configuration, console: console) else {
      console.alert("Failed to initialize server(s) addr.")
      return .exit(1)
    }
    if mode.isZeroWarning, console.warningCount > 0 {
      console.alert("Some warnings were found and 'zero-warning' is set. Aborting.")
      return .exit(1)
    }
    if let classes = arguments.keywordClasses { console.print(KeywordDump.text(classes: classes)) }
    if mode.isCheck {
      let verdict = CheckVerdict(
        configuration: configuration, hasWarnings: console.warningCount > 0,
        isVerbose: mode.isVerbose)
      for line in verdict.lines { console.answer(line + "\n") }
      return .exit(verdict.status)
    }
    guard var limits = planLimits() else { return .exit(1) }
    guard
      let privileges = Privileges(
        configuration, programPath: arguments.programPath, console: console)
    else { return .exit(1) }
    let resources = ResourceLimits(
      programName: name, isStrict: configuration.global.isStrictLimits, console: console)
    guard resources.raiseDescriptors(&limits),
      resources.limitMemory(megabytes: arguments.memoryMegabytes)
    else { return .exit(1) }

    // From here on others may know of this process: a signal waits until it can be answered, and
    // does not end the process with connections in its queues.
    SignalLoop.blockSignals()
    guard var opener = openListeners() else { return .exit(1) }
    if mode.isQuiet, !mode.isVerbose { Daemon.detachStandardStreams(to: null) }
    guard resources.checkDescriptors(limits), writePidfile() else {
      return giveUp(&opener)
    }
    let sendBuffer = configuration.global.tune.sendBufferLog
    let logSockets = (0...threadCount).map { _ in
      LogSockets(for: configuration.allLogTargets, sendBufferBytes: sendBuffer)
    }
    var steering: Steering?
    if !oldProcesses.isEmpty {
      var begun = Steering(opener.sockets, configuration: configuration)
      begun.begin()
      steering = consume begun
    }
    guard privileges.enterChroot() else { return giveUp(&opener) }
    oldProcesses.retire()
    guard privileges.changeIdentity() else {
      opener.closeAll()
      return .exit(1)
    }
    if configuration.global.isDumpable,
      !resources.permitCore(programPath: arguments.programPath)
    {
      return .exit(1)
    }
    if configuration.global.preallocatesDescriptors { ResourceLimits.touchDescriptors() }
    if let niceness = configuration.global.tune.niceness,
      setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, Int32(niceness)) != 0
    {
      console.warning(
        "couldn't set the runtime nice value to \(niceness): \(KernelIO.Errno.current.sentence)")
    }
    let process = PreparedProcess(
      configuration: configuration, limits: limits, threadCount: threadCount,
      listeningSockets: opener.sockets, logSockets: logSockets, programName: name,
      isEpollDisabled: arguments.isEpollDisabled, console: console)
    return serve(process, daemon: daemon, null: null, steering: steering)
  }

  private mutating func planLimits() -> ProcessLimits? {
    let global = configuration.global
    if arguments.isSpliceDisabled { configuration.global.isSpliceDisabled = true }
    if arguments.isReuseportDisabled { configuration.global.isReuseportDisabled = true }
    chooseProcessors(global.processors)
    threadCount = global.nbthread ?? Machine.cpuCount
    if let limit = global.threadLimit, threadCount > limit {
      if global.nbthread != nil {
        console.warning(
          "nbthread forced to a higher value (\(threadCount)) than the configured "
            + "thread-hard-limit (\(limit)), enforcing the limit. Please fix either value to remove "
            + "this warning.")
      }
      threadCount = limit
    }
    let atBoot = ResourceLimits.descriptors
    let checks = configuration.proxies.flatMap(\.servers).reduce(0) {
      $0 + ($1.check == nil ? 0 : 1) + ($1.agent == nil ? 0 : 1)
    }
    let demand = ProcessLimits.Demand(
      softLimitAtBoot: atBoot.soft, hardLimitAtBoot: atBoot.hard,
      listeners: ListenerOpener.count(
        of: configuration, workerCount: threadCount,
        isReuseport: !configuration.global.isReuseportDisabled),
      checks: checks, threads: threadCount, maxconn: arguments.maxconn,
      memoryMegabytes: arguments.memoryMegabytes)
    let limits = ProcessLimits(
      demand: demand, configuration: configuration, isPermitted: ResourceLimits.isPermitted)
    if let notice = limits.notice { console.notice(notice) }
    configuration.applyLimits(globalMaxconn: limits.maxconn, proxyMaxconn: arguments.proxyMaxconn)
    if mode.isVerbose || mode.isDebug {
      let engines = parts.probeEngines().filter(\.isUsable)
      if let engine = engines.max(by: { $0.preference < $1.preference }) {
        console.print("Using \(engine.name)() as the polling mechanism.\n")
      }
    }
    return limits
  }

  /// `cpu-set`: before processors are counted.
  private func chooseProcessors(_ choice: ProcessorChoice) {
    guard choice.isRestricted else { return }
    let before = Machine.processors
    // All there can be: the kernel leaves out those that are not there.
    if choice.isReset { Machine.run(on: Set(0...ProcessorSet.numberMax)) }
    let chosen = choice.remaining(of: Machine.processors)
    guard chosen.isEmpty || !Machine.run(on: chosen) else { return }
    Machine.run(on: before)
    console.warning("'cpu-set' leaves no processor to run on. Ignoring.")
  }

  /// Opens the listeners, asking the old processes to make room if need be.
  private func openListeners() -> ListenerOpener? {
    var opener = ListenerOpener(
      configuration: configuration, workerCount: threadCount,
      isReuseport: !configuration.global.isReuseportDisabled, console: console)
    var attemptsLeft = oldProcesses.isEmpty ? 0 : Boot.bindAttempts
    var outcome = opener.openMissing(isLast: attemptsLeft == 0)
    while outcome == .retryable, attemptsLeft > 0 {
      attemptsLeft = oldProcesses.pause() ? attemptsLeft - 1 : 0
      if attemptsLeft > 0 { usleep(Boot.bindPause) }
      outcome = opener.openMissing(isLast: attemptsLeft == 0)
    }
    guard outcome == .complete else {
      console.alert("[\(name).main()] Some protocols failed to start their listeners! Exiting.")
      _ = giveUp(&opener)
      return nil
    }
    guard !opener.sockets.isEmpty else {
      console.alert(
        "[\(arguments.programPath).main()] No enabled listener found (check for 'bind' "
          + "directives) ! Exiting.")
      return nil
    }
    return opener
  }

  /// The old processes take their addresses back.
  private func giveUp(_ opener: inout ListenerOpener) -> SignalLoop.End {
    opener.closeAll()
    oldProcesses.resume()
    return .exit(1)
  }

  private func writePidfile() -> Bool {
    guard mode.isDaemon, let path = arguments.pidfile ?? configuration.global.pidfile else {
      return true
    }
    if Daemon.writePidfile(path) { return true }
    console.alert("[\(name).main()] Cannot create pidfile \(path)")
    return false
  }

  /// Starts the workers and waits for signals.
  private func serve(
    _ process: PreparedProcess, daemon: consuming Daemon?, null: Int32,
    steering: consuming Steering?
  ) -> SignalLoop.End {
    let workers = parts.makeWorkers()
    do throws(WorkersFailure) {
      try workers.start(process)
    } catch {
      console.alert(error.text)
      return .exit(1)
    }
    if mode.isDaemon {
      Daemon.detachStandardStreams(to: null)
      console.silence()
    }
    close(null)
    if let daemon { daemon.reportReady() }
    console.finishStart()
    var loop = SignalLoop(
      workers: workers, configuration: process.configuration, console: console,
      oldProcesses: oldProcesses, steering: steering)
    return loop.run()
  }
}
