import Basics
import ConfigurationLanguage
import HealthChecks
import KernelIO
import Proxies
import Samples
import SimulatedKernel

@testable import Engine

/// The real worker over a simulated kernel: one run from accept to the last log line.
struct Simulation {
  static let front = Endpoint(SocketAddress(ip: IPAddress(v4: 0x0a00_0001), port: 1234))

  /// The address of one of the servers.
  static func server(_ index: Int) -> Endpoint {
    Endpoint(SocketAddress(ip: IPAddress(v4: 0x0a00_0100 + UInt32(index)), port: 5000))
  }

  let world: SimulatedWorld
  let state: ProcessState
  /// What the worker had counted when it ended.
  let counters = Counters()
  final class Counters {
    var value = WorkerCounters()
    /// Sessions that track something, and keys for which servers are to be remembered.
    var tracking = 0
    var stores = 0
  }
  /// The most turns a run may take: far more than any does.
  static let turnsMax = 1_000_000

  /// - Parameters:
  ///   - world: with its servers set up.
  ///   - proxy: a `listen` section whose listeners are bound at `front`.
  ///   - others: sections behind it.
  ///   - sessionsMax: `maxconn` of the process.
  ///   - splice: when and how far channels splice.
  ///   - checksMax: `tune.max-checks-per-thread`
  init(
    world: SimulatedWorld, proxy: ProxyConfiguration, others: [ProxyConfiguration] = [],
    sessionsMax: Int = 1000, splice: SpliceLimits = SpliceLimits(), checksMax: Int? = nil
  ) {
    self.world = world
    var configuration = Configuration()
    var proxy = proxy
    var target = LogTarget(
      destination: .descriptor(world.openDatagramSocket(to: Simulation.front).rawValue),
      facility: 16, location: proxy.location)
    target.format = .raw
    proxy.logs = [target]
    configuration.proxies = [proxy] + others
    configuration.global.tune.checksPerThreadMax = checksMax
    let limits = Limits(
      sessionsMax: sessionsMax, buffersPerWorker: world.buffersMax,
      bufferBytes: world.bufferBytes, acceptBatch: 4, splice: splice)
    let log = Log(
      configuration, programName: "sluice", processID: 1, hostname: "simulation",
      sockets: [LogSockets(for: []), LogSockets(for: [])], console: nil)
    state = ProcessState(
      configuration: configuration, limits: limits, workerCount: 1, log: log, console: nil,
      seed: world.seed, now: world.now)
  }

  /// A `listen` section with servers at `server(0)` and on.
  static func proxy(servers: Int) -> ProxyConfiguration {
    let location = SourceLocation(file: "simulation.cfg", line: 1)
    var proxy = ProxyConfiguration(
      name: "front", id: 1, capabilities: [.frontend, .backend], location: location)
    proxy.listeners = [
      ListenerConfiguration(address: .endpoint(front), id: 1, location: location)
    ]
    proxy.defaultBackend = 0
    proxy.sessionLog = .format(.tcplog)
    proxy.servers = (0..<servers).map { index in
      ServerConfiguration(
        name: "s\(index)", id: index + 1, host: .ip(server(index).address.ip),
        port: .fixed(server(index).address.port), location: location)
    }
    return proxy
  }

  /// Runs until nothing happens any more, or `lasting` has passed; then stops as a process does.
  ///
  /// - Returns: what was left over when the worker had ended.
  func run(lasting: Duration) -> SimulatedLeftovers {
    let listener = world.listen(on: Simulation.front, backlogMax: 64)
    state.acceptorsOpen.add(1, ordering: .relaxed)
    var worker = Worker(
      kernel: SimulatedKernel(world: world), index: 0, state: state,
      acceptors: [Acceptor(socket: listener, frontend: 0, listener: 0, isShared: false)])
    let end = world.now + lasting
    worker.start()
    while world.now < end, world.turns < Simulation.turnsMax {
      worker.turn(deadline: end)
      worker.checkInvariants()
    }
    state.mailboxes[0].post(.stopListening(drain: false))
    state.mailboxes[0].post(.stopSessions)
    let stopped = world.now + .seconds(300)
    worker.turn(deadline: world.now)
    while state.sessionCount > 0, world.now < stopped { worker.turn(deadline: stopped) }
    state.mailboxes[0].post(.stop)
    worker.turn(deadline: world.now)
    counters.value = worker.counters
    counters.tracking = worker.stickCounters.count
    counters.stores = worker.stickCounters.storeCount
    for _ in 0..<10 { worker.turn(deadline: world.now + .seconds(1)) }
    worker.closeLogs(world)
    return world.finish()
  }

  /// The lines under tcplog.
  var lines: [String] { world.datagrams.map(\.text).filter { $0.contains(" front front/") } }
}

extension Worker where K == SimulatedKernel {
  /// Closes the descriptor of the log, which the process would keep to its end.
  mutating func closeLogs(_ world: SimulatedWorld) {
    for target in state.configuration.proxies.flatMap(\.logs) {
      if case .descriptor(let number) = target.destination {
        kernel.close(Descriptor(rawValue: number))
      }
    }
    turn(deadline: world.now)
  }
}

extension Worker where K: ~Copyable {
  /// What must hold between two turns.
  func checkInvariants() {
    for slot in checks where slot.phase == .waiting || slot.phase == .queued {
      precondition(slot.inFlight.isEmpty && slot.socket == .none && slot.run == nil)
    }
    precondition(
      checksRunning == checks.count { $0.phase != .waiting && $0.phase != .queued })
    precondition(checksRunning <= state.configuration.global.tune.checksPerThreadMax ?? .max)
    precondition(
      queuedChecks.sorted() == checks.indices.filter { checks[$0].phase == .queued })
    for index in table.indexesInUse() {
      let slot = table[index].value
      slot.session.checkInvariants()
      slot[from: .client].checkInvariants()
      slot[from: .server].checkInvariants()
    }
    for backend in state.backends.all {
      backend.with(absent: ()) { $0.checkInvariants(now: kernel.now) }
    }
  }
}
