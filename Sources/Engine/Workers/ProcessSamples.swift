import Basics
import ConfigurationLanguage
import Glibc
import KernelIO
import Proxies
import Samples
import Synchronization

/// What expressions ask of the running process: counters, names, variables. Asked by every worker.
final class ProcessSamples: SampleSources {
  private let configuration: Configuration
  private let proxyNames: [[UInt8]]
  private let serverNames: [[[UInt8]]]
  private let listenerNames: [[[UInt8]]]
  private let backendIndexes: [String: Int]
  private let frontendIndexes: [String: Int]
  private let serverIndexes: [[String: Int]]
  private let environmentVariables: [String: [UInt8]]
  let hostname: [UInt8]
  private let startedAt: Instant
  private let variables: Mutex<[VariableName: SampleValue]>
  let isStopping = Atomic<Bool>(false)
  /// Set once, before the first worker runs.
  nonisolated(unsafe) private weak var state: ProcessState?

  init(_ configuration: Configuration, hostname: [UInt8], now: Instant) {
    self.configuration = configuration
    self.hostname = hostname
    startedAt = now
    variables = Mutex(configuration.global.variables)
    let proxies = configuration.proxies
    proxyNames = proxies.map { Array($0.name.utf8) }
    serverNames = proxies.map { $0.servers.map { Array($0.name.utf8) } }
    listenerNames = proxies.map { $0.listeners.map { Array(($0.name ?? "").utf8) } }
    let indexes = { (half: ProxyConfiguration.Capabilities) in
      Dictionary(
        proxies.enumerated().filter { $0.element.capabilities.contains(half) }
          .map { ($0.element.name, $0.offset) }, uniquingKeysWith: { first, _ in first })
    }
    backendIndexes = indexes(.backend)
    frontendIndexes = indexes(.frontend)
    serverIndexes = proxies.map { proxy in
      Dictionary(
        proxy.servers.enumerated().map { ($0.element.name, $0.offset) },
        uniquingKeysWith: { first, _ in first })
    }
    environmentVariables = configuration.global.environment.mapValues { Array($0.utf8) }
  }

  /// Lets it see the counters. Called once, before the first worker runs.
  func attach(_ state: ProcessState) { unsafe self.state = state }

  func count(_ counter: SampleCounter, proxy: Int, member: Int) -> Int64? {
    guard let state = unsafe state, state.frontends.all.indices.contains(proxy) else { return nil }
    let section = configuration.proxies[proxy]
    let frontend = state.frontends[proxy]
    let milliseconds = { (duration: Duration?) in duration?.wholeMilliseconds ?? 0 }
    switch counter {
    case .processSessions: return Int64(state.sessionCount)
    case .isStopping: return isStopping.load(ordering: .relaxed) ? 1 : 0
    case .uptimeSeconds: return (SystemCall.now() - startedAt).wholeMilliseconds / 1000
    case .frontendSessions: return Int64(frontend.current)
    case .frontendSessionRate: return Int64(clamping: frontend.sessionRate(now: SystemCall.now()))
    case .frontendID, .backendID: return Int64(section.id)
    case .listenerSessions: return Int64(frontend.sessions(listener: member))
    case .listenerID: return Int64(section.listeners[member].id)
    case .serverID: return Int64(section.servers[member].id)
    case .clientTimeout: return milliseconds(section.timeouts.client)
    case .connectTimeout: return milliseconds(section.timeouts.connect)
    case .queueTimeout: return milliseconds(section.timeouts.queue)
    case .serverTimeout: return milliseconds(section.timeouts.server)
    case .tunnelTimeout: return milliseconds(section.timeouts.tunnel)
    case .backendSessions, .backendFreeSessions, .backendSessionRate, .backendQueue,
      .backendUsableServers, .backendAverageQueue, .backendConnectionSlots, .serverConnections,
      .serverFreeConnections, .serverIsUp, .serverQueue, .serverSessionRate, .serverWeight,
      .serverInitialWeight, .serverUserWeight:
      let now = SystemCall.now()
      return state.backends[proxy].with(absent: nil) {
        $0.count(counter, server: member, now: now)
      }
    }
  }

  func name(proxy: Int) -> [UInt8] { proxyNames[proxy] }
  func name(proxy: Int, server: Int) -> [UInt8] { serverNames[proxy][server] }
  func name(proxy: Int, listener: Int) -> [UInt8] { listenerNames[proxy][listener] }
  func captureRoom(of proxy: Int, isRequest: Bool) -> [Int] {
    isRequest
      ? configuration.proxies[proxy].requestCaptures
      : configuration.proxies[proxy].responseCaptures
  }
  func defaultBackend(of proxy: Int) -> Int? { configuration.proxies[proxy].defaultBackend }
  func proxy(named name: String, isFrontend: Bool) -> Int? {
    isFrontend ? frontendIndexes[name] : backendIndexes[name]
  }
  func server(named name: String, in proxy: Int) -> Int? { serverIndexes[proxy][name] }
  func environment(_ name: String) -> [UInt8]? { environmentVariables[name] }
  func isLocal(_ address: IPAddress) -> Bool { SystemCall.isLocal(address) }

  func variable(_ name: VariableName) -> SampleValue? { variables.withLock { $0[name] } }
  func set(_ name: VariableName, to value: SampleValue?) {
    variables.withLock { $0[name] = value }
  }
}
