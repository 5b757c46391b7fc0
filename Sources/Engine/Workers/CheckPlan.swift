import Balancing
import Basics
import ConfigurationLanguage
import HealthChecks

/// Who checks a server, when first, and how: worked out once at boot.
struct CheckPlan: Sendable {
  /// Indexes into the configuration.
  let backend: Int
  let server: Int
  /// The worker that runs the check.
  let worker: Int
  /// Its place among that worker's checks.
  let place: Int
  let endpoint: Endpoint
  let sendProxy: ProxyProtocolVersion?
  let connectTimeout: Duration
  let isTcpCheck: Bool
  /// How long after the start it begins.
  let firstDelay: Duration

  /// The plans of every checked server of a configuration: spread over the smallest interval, dealt
  /// out to the workers in turn.
  ///
  /// - Parameters:
  ///   - configuration: names resolved.
  ///   - workerCount: how many workers there are.
  ///   - random: for `spread-checks`.
  static func all(
    in configuration: Configuration, workerCount: Int, random: inout PseudoRandom
  ) -> [CheckPlan] {
    var found: [(backend: Int, server: Int, check: CheckConfiguration, endpoint: Endpoint)] = []
    for (backend, proxy) in configuration.proxies.enumerated() where !proxy.isDisabled {
      for (index, server) in proxy.servers.enumerated() {
        guard let check = server.check, let endpoint = checkedEndpoint(server, check) else {
          continue
        }
        found.append((backend, index, check, endpoint))
      }
    }
    var numbers = random
    let delays = CheckTiming.firstDelays(
      intervals: found.map { $0.check.fastinter ?? $0.check.inter },
      spreadPercent: configuration.global.spreadChecks,
      spreadMax: configuration.global.maxSpreadChecks,
      fraction: { Double.random(in: 0..<1, using: &numbers) })
    random = numbers
    return found.enumerated().map { index, item in
      let proxy = configuration.proxies[item.backend]
      let limits = CheckTiming.limits(
        inter: item.check.inter, timeoutConnect: proxy.timeouts.connect,
        timeoutCheck: proxy.timeouts.check)
      return CheckPlan(
        backend: item.backend, server: item.server, worker: index % workerCount,
        place: index / workerCount, endpoint: item.endpoint, sendProxy: item.check.sendProxy,
        connectTimeout: limits.connect, isTcpCheck: proxy.options.contains(.tcpCheck),
        firstDelay: delays[index])
    }
  }

  /// Where a server is checked: its own address and port, unless the check has others.
  private static func checkedEndpoint(
    _ server: ServerConfiguration, _ check: CheckConfiguration
  ) -> Endpoint? {
    if case .unix(let endpoint) = server.host, check.address == nil { return endpoint }
    let ip: IPAddress
    if let address = check.address {
      ip = address
    } else if case .ip(let address) = server.host {
      ip = address
    } else {
      return nil
    }
    if let port = check.port { return Endpoint(SocketAddress(ip: ip, port: port)) }
    guard case .fixed(let port) = server.port else { return nil }
    return Endpoint(SocketAddress(ip: ip, port: port))
  }

  /// The check as its worker runs it.
  func slot(startingAt now: Instant) -> CheckSlot {
    CheckSlot(
      backend: backend, server: server, endpoint: endpoint, sendProxy: sendProxy,
      connectTimeout: connectTimeout, isTcpCheck: isTcpCheck, due: now + firstDelay)
  }
}
