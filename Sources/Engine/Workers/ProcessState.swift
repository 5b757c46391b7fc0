import Administration
import Balancing
import Basics
import ConfigurationLanguage
import KernelIO
import Proxies
import Synchronization

/// What all workers share. Touched once per connection, never per byte.
final class ProcessState: Sendable {
  let configuration: Configuration
  let limits: Limits
  /// By index into the configuration's proxies; a backend alone has an entry that nothing uses.
  let frontends: SharedObjects<FrontendState>
  /// By index into the configuration's proxies.
  let backends: SharedObjects<BackendState>
  let mailboxes: [Mailbox]
  let log: Log
  /// Where changes of servers are shown; nil for nowhere.
  let console: Console?
  /// Starts every pseudo-random choice.
  let seed: UInt64
  let checks: [CheckPlan]
  let loads: WorkerLoads
  /// `maxconnrate` and `maxsessrate`
  let rates: AcceptRates
  let reports: WorkerReports
  /// Who runs external checks; nil when there are none.
  let commands: Commands?
  let tables: StickTables
  /// What expressions ask of the process.
  let sampleSources: ProcessSamples
  /// Whether any proxy has rules: only then is counted what only rules ask for.
  let hasRules: Bool
  /// Listening sockets that are open, in all workers.
  let acceptorsOpen = Atomic<Int>(0)
  /// Listening sockets that still have to answer a pause.
  let acceptorsArmed = Atomic<Int>(0)
  /// Connections that were accepted and wait for a place, in all workers.
  let parked = Atomic<Int>(0)
  /// Sessions of the process now.
  private let currentCount = SharedCount<Int>(0)
  private let sessionsCount = SharedCount<UInt64>(0)
  /// A bit for every worker that waits for a place.
  private let awaiting = Atomic<UInt64>(0)
  /// Deals out connections of shared listeners.
  private let dealt = Atomic<UInt64>(0)
  /// Resource errors that were already reported, a bit each.
  private let reported = Atomic<UInt64>(0)

  /// - Parameters:
  ///   - configuration: what to run.
  ///   - limits: its capacities.
  ///   - workerCount: how many workers there will be, 1 to 64.
  ///   - log: where lines go.
  ///   - console: where changes of servers are shown; nil for nowhere.
  ///   - seed: starts every pseudo-random choice.
  ///   - now: the present.
  init(
    configuration: Configuration, limits: Limits, workerCount: Int, log: Log,
    console: Console?, seed: UInt64, now: Instant
  ) {
    self.seed = seed
    self.console = console
    self.configuration = configuration
    self.limits = limits
    self.log = log
    mailboxes = (0..<workerCount).map { _ in Mailbox() }
    loads = WorkerLoads(count: workerCount)
    rates = AcceptRates(
      connectionsMax: configuration.global.connectionRateMax,
      sessionsMax: configuration.global.sessionRateMax)
    reports = WorkerReports(count: workerCount)
    frontends = SharedObjects(
      configuration.proxies.map {
        FrontendState($0, in: configuration, processMaxconn: limits.sessionsMax)
      })
    let backends = Backend.all(
      in: configuration, processConnectionsMax: limits.sessionsMax, seed: seed, now: now)
    var random = PseudoRandom(seed: seed)
    let tables = StickTables(
      configuration, seed: SipHash(UInt64(random.next()), UInt64(random.next())))
    self.tables = tables
    self.backends = SharedObjects(
      configuration.proxies.indices.map {
        BackendState(backends[$0], proxy: $0, in: configuration, tables: tables)
      })
    checks = CheckPlan.all(in: configuration, workerCount: workerCount, random: &random)
    let hasCommands = checks.contains { if case .external = $0.method { true } else { false } }
    commands = hasCommands ? Commands() : nil
    sampleSources = ProcessSamples(
      configuration, hostname: log.names.hostnameBytes, now: now)
    hasRules = frontends.all.contains {
      $0.rules.hasConnectionRules || $0.rules.hasSessionRules || $0.rules.mayInspect
    }
    sampleSources.attach(self)
  }

  var workerCount: Int { mailboxes.count }

  // MARK: Places

  /// How many sessions may still begin on a listener.
  func freePlaces(frontend: Int, listener: Int) -> Int {
    min(
      frontends.with(frontend) { $0.freePlaces(listener: listener) },
      limits.sessionsMax - currentCount.value.load(ordering: .relaxed))
  }

  /// Takes a place in listener, frontend and process, if there is one in each.
  func reservePlace(frontend: Int, listener: Int) -> Bool {
    guard increment(currentCount.value, limit: limits.sessionsMax) else { return false }
    guard frontends.with(frontend, { $0.reserve(listener: listener) }) else {
      currentCount.value.subtract(1, ordering: .acquiringAndReleasing)
      return false
    }
    return true
  }

  /// Gives a place back and wakes the workers that wait for one.
  func releasePlace(frontend: Int, listener: Int) {
    frontends.with(frontend) { $0.release(listener: listener) }
    currentCount.value.subtract(1, ordering: .sequentiallyConsistent)
    guard awaiting.load(ordering: .sequentiallyConsistent) != 0 else { return }
    var workers = awaiting.exchange(0, ordering: .acquiringAndReleasing)
    while workers != 0 {
      let worker = workers.trailingZeroBitCount
      workers &= workers - 1
      mailboxes[worker].post(.placeFreed)
    }
  }

  /// Notes that a worker wants to hear when a place becomes free.
  func awaitPlace(worker: Int) {
    awaiting.bitwiseOr(1 << UInt64(worker), ordering: .sequentiallyConsistent)
  }

  /// Sessions now.
  var sessionCount: Int { currentCount.value.load(ordering: .relaxed) }

  /// Sessions now and connections that will be: what a process that stops waits for.
  var unfinishedCount: Int {
    // In this order: a connection that becomes a session is counted twice for a moment, never not.
    let waiting = parked.load(ordering: .acquiring)
    return waiting + currentCount.value.load(ordering: .acquiring)
  }

  /// Who checks a server; nil when nobody does.
  func checkPlace(backend: Int, server: Int) -> (worker: Int, check: Int)? {
    checks.first { $0.backend == backend && $0.server == server && !$0.isAgent }.map {
      ($0.worker, $0.place)
    }
  }

  /// The worker that gets the next connection of a shared listener.
  func nextWorker() -> Int {
    Int(dealt.wrappingAdd(1, ordering: .relaxed).oldValue % UInt64(workerCount))
  }

  // MARK: Counters

  func nextSessionNumber() -> UInt64 {
    sessionsCount.value.wrappingAdd(1, ordering: .relaxed).oldValue
  }

  /// A session begins.
  func countSession(_ slot: SessionSlot) {
    frontends.with(Int(slot.frontend)) { $0.countSession() }
  }

  /// What the main thread reports of a proxy.
  func snapshot(proxy index: Int) -> ProxySnapshot {
    let proxy = configuration.proxies[index]
    var snapshot = ProxySnapshot(name: proxy.name)
    if proxy.capabilities.contains(.frontend) {
      snapshot.frontendConnections = frontends[index].current
      snapshot.frontendTotal = frontends[index].total
    }
    if proxy.capabilities.contains(.backend) { backends[index].report(to: &snapshot) }
    return snapshot
  }

  // MARK: Trouble

  /// Says once that a resource ran out.
  func reportResource(_ error: Errno) {
    let bit: UInt64 = 1 << UInt64(error.rawValue & 63)
    guard reported.bitwiseOr(bit, ordering: .relaxed).oldValue & bit == 0 else { return }
    log.emergency("Out of resources: \(error.name) (\(error.sentence)).")
  }
}
