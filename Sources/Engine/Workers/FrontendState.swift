import Balancing
import Basics
import ConfigurationLanguage
import Samples
import Synchronization

/// What every worker needs of a frontend, taken out of the configuration once: trivial values.
struct FrontendSettings: Sendable {
  let clientTimeout: Duration?
  let clientFinTimeout: Duration?
  /// For the PROXY header: `timeout client-hs`, else `timeout client`.
  let handshakeTimeout: Duration?
  let clientLingers: Bool
  let clientKeepAlive: Bool
  let clientProbes: KeepAliveProbes
  let sendBuffer: Int?
  let receiveBuffer: Int?
  let notSentLowWater: Int?
  /// Whether there is anything to log to.
  let isLogging: Bool
  let splicing: SplicePermission
}

/// A frontend as all workers see it: its settings, and how many sessions it has.
final class FrontendState: Sendable {
  let settings: FrontendSettings
  let listeners: [ListenerConfiguration]
  let rules: FrontendRules
  /// The backend of all its sessions: an index into the configuration's proxies, -1 when there is none
  /// or rules decide.
  let backend: Int
  /// The backend when no rule decides, -1 for none.
  let defaultBackend: Int
  let backendAbortsOnClose: Bool
  let backendLingers: Bool
  /// The most sessions at a time.
  let maxconn: Int
  private let currentCount = SharedCount<Int>(0)
  private let totalCount = SharedCount<UInt64>(0)
  private let rate = Mutex(EventRate())
  /// `rate-limit sessions`; 0 for no limit.
  let sessionRateMax: UInt64
  /// The sessions that are limited, and those that are about to be accepted.
  private let limited = Mutex((rate: EventRate(), pending: UInt64(0)))
  /// Sessions now, for each listener.
  private let listenerCurrent: SharedObjects<SharedCount<Int>>

  init(_ proxy: ProxyConfiguration, in configuration: Configuration, processMaxconn: Int) {
    let timeouts = proxy.timeouts
    let tune = configuration.global.tune
    settings = FrontendSettings(
      clientTimeout: timeouts.client,
      clientFinTimeout: timeouts.clientFin,
      handshakeTimeout: timeouts.clientHandshake ?? timeouts.client,
      clientLingers: !proxy.options.contains(.noLinger),
      clientKeepAlive: proxy.options.contains(.clientKeepAlive),
      clientProbes: proxy.clientProbes,
      sendBuffer: tune.sendBufferClient,
      receiveBuffer: tune.receiveBufferClient,
      notSentLowWater: tune.notSentClient,
      isLogging: !proxy.logs.isEmpty,
      splicing: SplicePermission(proxy))
    listeners = proxy.listeners
    var fixed = proxy.switchingRules.isEmpty ? proxy.defaultBackend : nil
    if let rule = proxy.switchingRules.first, rule.condition == nil,
      case .backend(let index) = rule.target
    {
      fixed = index
    }
    backend = fixed ?? -1
    rules = FrontendRules(
      proxy, in: configuration, isFixed: fixed != nil || proxy.switchingRules.isEmpty)
    defaultBackend = proxy.defaultBackend ?? -1
    let options = backend >= 0 ? configuration.proxies[backend].options : []
    backendAbortsOnClose = options.contains(.abortOnClose)
    backendLingers = !options.contains(.noLinger)
    sessionRateMax = UInt64(proxy.sessionRateMax)
    maxconn = proxy.maxconn > 0 ? min(proxy.maxconn, processMaxconn) : processMaxconn
    listenerCurrent = SharedObjects(proxy.listeners.map { _ in SharedCount(0) })
  }

  /// Counts a session for `fe_sess_rate`.
  func countRate(now: Instant) { rate.withLock { _ = $0.count(now: now) } }

  /// Sessions per second; counted only where there are rules.
  func sessionRate(now: Instant) -> UInt64 { rate.withLock { $0.perSecond(now: now) } }

  /// How long the next session has to wait for `rate-limit sessions`. Zero reserves it: it is settled
  /// with `settleSession`.
  func reserveSession(now: Instant) -> Duration {
    limited.withLock {
      let wait = $0.rate.wait(limit: sessionRateMax, pending: $0.pending, now: now)
      if wait == .zero { $0.pending += 1 }
      return wait
    }
  }

  /// A session that was reserved was accepted, or there was none.
  func settleSession(isAccepted: Bool, now: Instant) {
    limited.withLock {
      $0.pending -= 1
      if isAccepted { $0.rate.count(now: now) }
    }
  }

  /// Sessions of a listener now.
  func sessions(listener: Int) -> Int {
    listenerCurrent.with(listener) { $0.value.load(ordering: .relaxed) }
  }

  /// Sessions now, PROXY headers under way included.
  var current: Int { currentCount.value.load(ordering: .relaxed) }
  /// Sessions ever.
  var total: UInt64 { totalCount.value.load(ordering: .relaxed) }

  /// Counts a session that begins.
  func countSession() { totalCount.value.wrappingAdd(1, ordering: .relaxed) }

  /// Places free in the frontend and a listener.
  func freePlaces(listener: Int) -> Int {
    var free = maxconn - currentCount.value.load(ordering: .relaxed)
    let limit = listeners[listener].maxconn
    if limit > 0 {
      free = min(free, limit - sessions(listener: listener))
    }
    return free
  }

  /// Takes a place, if there is one.
  func reserve(listener: Int) -> Bool {
    guard increment(currentCount.value, limit: maxconn) else { return false }
    let limit = listeners[listener].maxconn
    let isReserved = listenerCurrent.with(listener) {
      increment($0.value, limit: limit > 0 ? limit : .max)
    }
    guard isReserved else {
      currentCount.value.subtract(1, ordering: .acquiringAndReleasing)
      return false
    }
    return true
  }

  /// Gives a place back.
  func release(listener: Int) {
    listenerCurrent.with(listener) { _ = $0.value.subtract(1, ordering: .acquiringAndReleasing) }
    currentCount.value.subtract(1, ordering: .acquiringAndReleasing)
  }
}

/// Counts up unless the limit is reached.
func increment(_ count: borrowing Atomic<Int>, limit: Int) -> Bool {
  var value = count.load(ordering: .relaxed)
  while value < limit {
    let (exchanged, original) = count.weakCompareExchange(
      expected: value, desired: value + 1, ordering: .acquiringAndReleasing)
    if exchanged { return true }
    value = original
  }
  return false
}
