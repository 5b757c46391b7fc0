import Administration
import Basics
import ConfigurationLanguage
import Glibc
import KernelIO
import Proxies
import Synchronization

/// The worker threads of the process, as the main thread sees them.
///
/// Each thread makes its own kernel, since a ring belongs to the thread that submits to it, and runs
/// one `Worker` on it until it is told to stop.
final class WorkerGroup: Workers {
  private var threads: [Thread] = []
  private var state: ProcessState?
  private var sockets: [ListeningSocket] = []
  private let seed: UInt64

  /// - Parameter seed: starts every pseudo-random choice.
  init(seed: UInt64) { self.seed = seed }

  func start(_ process: PreparedProcess) throws(WorkersFailure) {
    let configuration = process.configuration
    let tune = configuration.global.tune
    let engine = EngineReport(process.isEpollDisabled ? .auto : configuration.global.engine)
    var splice = SpliceLimits(configuration, process.limits)
    splice.isOnRing = engine.usesRing && tune.splice.mode == .ring
    if tune.splice.mode == .ring, !engine.usesRing {
      process.console.warning(
        "'tune.splice ring' needs io_uring, which is not to be had; 'tune.splice auto' is used.")
    }
    let limits = Limits(
      sessionsMax: process.limits.maxconn,
      buffersPerWorker: Limits.buffersPerWorker(
        wanted: tune.buffers, workers: process.threadCount),
      connectingBytesMax: tune.bufsize, splice: splice)
    let log = Log(
      configuration, programName: process.programName, processID: getpid(),
      hostname: Host.name(), sockets: process.logSockets, console: process.console)
    let state = ProcessState(
      configuration: configuration, limits: limits, workerCount: process.threadCount, log: log,
      console: process.console, seed: seed, now: SystemCall.now())
    self.state = state
    sockets = process.listeningSockets
    let poolBytes = limits.buffersPerWorker * limits.bufferBytes
    let sentence =
      "Using \(engine.sentence); \(process.threadCount) worker\(process.threadCount == 1 ? "" : "s") "
      + "with \(limits.buffersPerWorker) receive buffers of \(limits.bufferBytes / 1024) KiB each, "
      + "\(poolBytes * process.threadCount / 1_048_576) MiB in all."
    if engine.isRefused {
      process.console.warning(sentence)
    } else {
      process.console.notice(sentence)
    }
    state.commands?.start(keepsStreams: !process.console.isQuiet) { [console = process.console] in
      if let (text, isAlert) = $1.message {
        if isAlert { console.alert(text) } else { console.warning(text) }
      }
      state.mailboxes[$0.worker].post(.commandEnded(check: Int32($0.check), $1))
    }
    for index in 0..<process.threadCount {
      let acceptors = WorkerGroup.acceptors(of: index, among: process.listeningSockets)
      state.acceptorsOpen.add(acceptors.count, ordering: .relaxed)
      let result = Thread.start("sluice/\(index)") {
        WorkerGroup.run(index: index, state: state, acceptors: acceptors, engine: engine)
      }
      switch result {
      case .success(let thread): threads.append(thread)
      case .failure(let failure):
        throw WorkersFailure(
          text: "Cannot start worker \(index): \(Errno(rawValue: failure.number).sentence).")
      }
    }
  }

  /// The listening sockets of a worker: its own, and those without a worker on the first one.
  private static func acceptors(
    of worker: Int, among sockets: [ListeningSocket]
  ) -> [Acceptor] {
    sockets.filter { ($0.worker ?? 0) == worker }.map {
      Acceptor(
        socket: $0.descriptor, frontend: Int32($0.proxy), listener: Int32($0.listener),
        isShared: $0.worker == nil)
    }
  }

  /// The body of a worker's thread.
  private static func run(
    index: Int, state: ProcessState, acceptors: [Acceptor], engine: EngineReport
  ) {
    let limits = state.limits
    if let processors = state.configuration.global.processors.ofThread[index + 1],
      !Machine.run(on: processors.numbers)
    {
      state.log.send(
        "Worker \(index) cannot run on the processors of 'cpu-map': \(Errno.current.sentence)",
        level: .warning, proxy: nil, at: SystemCall.wallTime())
    }
    if engine.usesRing {
      var options = RingOptions()
      options.bufferBytes = limits.bufferBytes
      options.buffersMax = limits.buffersPerWorker
      if limits.splice.isOnRing {
        options.kernelThreadsMax = UInt32(clamping: limits.splice.kernelThreadsMax)
      }
      do throws(RingError) {
        var worker = Worker(
          kernel: try Ring(options: options), index: index, state: state, acceptors: acceptors)
        worker.run()
        return
      } catch {
        // Memory for one more ring may be missing where a first one could be made.
        state.log.send(
          "Worker \(index) runs on epoll: \(error.description)", level: .warning, proxy: nil,
          at: SystemCall.wallTime())
      }
    }
    let options = PollerOptions(
      bufferBytes: limits.bufferBytes, buffersMax: limits.buffersPerWorker)
    do throws(Errno) {
      var worker = Worker(
        kernel: try Poller(options: options), index: index, state: state, acceptors: acceptors)
      worker.run()
    } catch {
      state.log.send(
        "Worker \(index) cannot run: \(error.sentence)", level: .emerg, proxy: nil,
        at: SystemCall.wallTime())
      stop("a worker has a kernel")
    }
  }

  // MARK: Listening

  func stopListening(drain: Bool) {
    state?.sampleSources.isStopping.store(true, ordering: .relaxed)
    post(.stopListening(drain: drain))
  }

  func pauseListening() -> Bool {
    guard let state else { return true }
    state.acceptorsArmed.store(state.acceptorsOpen.load(ordering: .acquiring), ordering: .releasing)
    post(.pauseListening)
    // The workers answer within a turn; a second is for a machine that is very busy.
    for _ in 0..<1000 where state.acceptorsArmed.load(ordering: .acquiring) > 0 { usleep(1000) }
    var isPaused = true
    for socket in sockets where !socket.isInherited && !isUnix(socket) {
      if !ListeningCall.suspend(socket.descriptor) { isPaused = false }
    }
    return isPaused
  }

  func resumeListening() -> [ListeningSocket] {
    var refused: [ListeningSocket] = []
    for socket in sockets where !socket.isInherited && !isUnix(socket) {
      if !ListeningCall.listen(socket.descriptor, backlog: socket.backlog) {
        refused.append(socket)
      }
    }
    post(.resumeListening)
    return refused
  }

  private func isUnix(_ socket: ListeningSocket) -> Bool {
    guard let state,
      case .endpoint(let endpoint) =
        state.configuration.proxies[socket.proxy].listeners[socket.listener].address
    else { return true }
    return endpoint.kind != .internet
  }

  var hasStoppedListening: Bool { state?.acceptorsOpen.load(ordering: .acquiring) ?? 0 == 0 }

  // MARK: Sessions

  func stopSessions() { post(.stopSessions) }

  var sessionCount: Int { state?.unfinishedCount ?? 0 }

  func snapshot() -> [ProxySnapshot] {
    guard let state else { return [] }
    return state.configuration.proxies.indices.map { state.snapshot(proxy: $0) }
  }

  func reportLines() -> [String] {
    guard let state else { return [] }
    state.reports.clear()
    post(.report)
    // The workers answer within a turn; a tenth of a second is for a machine that is busy.
    for _ in 0..<100 where state.reports.current.contains(where: { $0 == nil }) { usleep(1000) }
    return state.reports.current.enumerated().map { worker, report in
      report?.line(worker: worker) ?? "Worker \(worker) is too busy to answer."
    }
  }

  func log(_ text: String, level: UInt8, proxy: Int?) {
    state?.log.send(
      text, level: LogLevel(rawValue: min(level, 7)) ?? .debug, proxy: proxy,
      at: SystemCall.wallTime())
  }

  func finish() {
    post(.stop)
    for thread in threads { thread.join() }
    threads = []
    state?.commands?.finish()
  }

  private func post(_ message: Message) {
    guard let state else { return }
    for mailbox in state.mailboxes { mailbox.post(message) }
  }
}
