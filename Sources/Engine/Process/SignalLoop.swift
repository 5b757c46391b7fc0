internal import Administration
internal import Basics
internal import ConfigurationLanguage
internal import Glibc

/// The main thread while the workers serve: waits for signals and for time.
struct SignalLoop: ~Copyable {
  /// How the process ends.
  enum End: Equatable {
    case exit(Int32)
    case signal(Int32)
  }

  /// syslog(3)'s LOG_WARNING and LOG_NOTICE
  private static let levelWarning: UInt8 = 4
  private static let levelNotice: UInt8 = 5
  /// How often to look whether a steered address is ours alone.
  private static let steeringInterval = Duration.milliseconds(10)
  /// The same, when it takes unusually long.
  private static let steeringIntervalLong = Duration.seconds(1)
  private static let steeringPatience = Duration.seconds(2)

  private let workers: any Workers
  private let configuration: Configuration
  private let console: Console
  private let oldProcesses: OldProcesses
  private var steering: Steering?
  private var life: ProcessLife
  private let started: Instant

  init(
    workers: any Workers, configuration: Configuration, console: Console,
    oldProcesses: OldProcesses, steering: consuming Steering?
  ) {
    self.workers = workers
    self.configuration = configuration
    self.console = console
    self.oldProcesses = oldProcesses
    self.steering = steering
    life = ProcessLife(
      grace: configuration.global.grace, hardStopAfter: configuration.global.hardStopAfter)
    started = SignalLoop.now
  }

  /// Blocks, in this thread and those it starts, what `run` waits for, and ignores what nobody
  /// wants.
  static func blockSignals() {
    signal(SIGPIPE, SIG_IGN)
    signal(SIGUSR2, SIG_IGN)
    var set = waitedSet
    _ = unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
  }

  private static var waitedSet: sigset_t {
    var set = sigset_t()
    _ = unsafe sigemptyset(&set)
    for number in [SIGINT, SIGTERM, SIGUSR1, SIGHUP, SIGQUIT, SIGTTOU, SIGTTIN] {
      _ = unsafe sigaddset(&set, number)
    }
    return set
  }

  /// Serves until the process is to end.
  mutating func run() -> End {
    while true {
      if let signal = wait() {
        for action in life.handle(signal, now: SignalLoop.now) {
          if let end = perform(action) { return end }
        }
      }
      let actions = life.advance(
        now: SignalLoop.now, sessions: workers.sessionCount,
        hasStoppedListening: workers.hasStoppedListening)
      for action in actions {
        if let end = perform(action) { return end }
      }
      endSteeringWhereAlone()
    }
  }

  private static var now: Instant {
    var time = timespec()
    _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Instant(nanoseconds: UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec))
  }

  /// One signal; nil when time is up or the signal means nothing.
  private func wait() -> ProcessLife.Signal? {
    var set = SignalLoop.waitedSet
    var number: Int32
    if let sleep = shortest(life.sleep(now: SignalLoop.now), steeringSleep) {
      var time = timespec(
        tv_sec: Int(sleep.components.seconds),
        tv_nsec: Int(sleep.components.attoseconds / 1_000_000_000))
      number = unsafe sigtimedwait(&set, nil, &time)
    } else {
      number = unsafe sigwaitinfo(&set, nil)
    }
    switch number {
    case SIGTERM, SIGINT: return .stop(number)
    case SIGUSR1: return .softStop
    case SIGTTOU: return .pause
    case SIGTTIN: return .resume
    case SIGHUP: return .dump
    case SIGQUIT: return .trim
    default: return nil
    }
  }

  private func shortest(_ one: Duration?, _ other: Duration?) -> Duration? {
    guard let one, let other else { return one ?? other }
    return min(one, other)
  }

  private var steeringSleep: Duration? {
    guard steering != nil else { return nil }
    return SignalLoop.now - started < SignalLoop.steeringPatience
      ? SignalLoop.steeringInterval : SignalLoop.steeringIntervalLong
  }

  private mutating func endSteeringWhereAlone() {
    guard steering != nil else { return }
    let isOver = !oldProcesses.isAnyAlive
    if steering?.end(everywhere: isOver) == true { steering = nil }
  }

  private mutating func perform(_ action: ProcessLife.Action) -> End? {
    switch action {
    case .pauseListening: pause()
    case .resumeListening: resume()
    case .dumpStates: dump()
    case .trimMemory:
      for line in workers.reportLines() { console.notice(line) }
      if !configuration.global.keepsMemory { Machine.trimMemory() }
    case .announceGrace(let duration):
      let text = "Scheduling a soft-stop in \(duration.wholeMilliseconds) ms."
      console.notice(text)
      workers.log(text, level: SignalLoop.levelWarning, proxy: nil)
    case .stopListening: workers.stopListening(drain: true)
    case .announceStopped: announce(\.stoppedLine) { _ in true }
    case .hardStop:
      warn("soft-stop running for too long, performing a hard-stop.")
      announce(\.hardStoppedLine) { $0.frontendConnections > 0 }
      workers.stopSessions()
    case .announceResistance: warn("Some tasks resisted to hard-stop, exiting now.")
    case .stopSessions: workers.stopSessions()
    case .exit:
      workers.finish()
      return .exit(0)
    case .die(let number):
      workers.finish()
      return .signal(number)
    }
    return nil
  }

  private func warn(_ text: String, proxy: Int? = nil) {
    console.warning(text)
    workers.log(text, level: SignalLoop.levelWarning, proxy: proxy)
  }

  private func announce(
    _ line: KeyPath<ProxySnapshot, String>, where condition: (ProxySnapshot) -> Bool
  ) {
    for (index, proxy) in workers.snapshot().enumerated()
    where !configuration.proxies[index].isDisabled && condition(proxy) {
      warn(proxy[keyPath: line], proxy: index)
    }
  }

  private func pause() {
    guard workers.pauseListening() else {
      warn("Some proxies refused to pause, performing soft stop now.")
      workers.stopListening(drain: true)
      return
    }
    announceFrontends("Paused", except: [])
  }

  private func resume() {
    let failed = workers.resumeListening()
    for socket in failed {
      let section = configuration.proxies[socket.proxy]
      let line = section.listeners[socket.listener]
      var place = "Bind on socket \(line.id)"
      if case .endpoint(let endpoint) = line.address, endpoint.kind == .internet {
        place = "Port \(endpoint.address.port)"
      }
      warn(
        "\(place) busy while trying to enable \(section.kindName) \(section.name).",
        proxy: socket.proxy)
    }
    announceFrontends("Resumed", except: Set(failed.map(\.proxy)))
    if !failed.isEmpty {
      warn(
        "Some proxies refused to resume, probably due to a conflict on a listening port. You may "
          + "want to try again after the conflicting application is stopped, otherwise a restart "
          + "might be needed to resume safe operations.")
    }
  }

  private func announceFrontends(_ verb: String, except: Set<Int>) {
    for (proxy, section) in configuration.proxies.enumerated()
    where !section.isDisabled && !section.listeners.isEmpty && !except.contains(proxy) {
      warn("\(verb) \(section.kindName) \(section.name).", proxy: proxy)
    }
  }

  private func dump() {
    console.warning("SIGHUP received, dumping servers states.")
    for (index, proxy) in workers.snapshot().enumerated() {
      workers.log(
        "SIGHUP received, dumping servers states for proxy \(proxy.name).",
        level: SignalLoop.levelNotice, proxy: index)
      for line in proxy.dumpLines {
        console.warning(line)
        workers.log(line, level: SignalLoop.levelNotice, proxy: index)
      }
    }
  }
}
