import Balancing
import Basics
import ConfigurationLanguage
import HealthChecks

/// Who checks a server or asks its agent, when first, and how: worked out once at boot.
struct CheckPlan: Sendable {
  /// What is done.
  enum Method: Sendable {
    /// A conversation over a connection.
    case program(CheckProgram)
    /// A command; which one, the backend's configuration says.
    case external
  }

  /// Where connections go unless the program says otherwise.
  enum Target: Sendable {
    case unix(Endpoint)
    case internet(IPAddress?, port: UInt16?)
  }

  /// Indexes into the configuration.
  let backend: Int
  let server: Int
  /// Whether the agent is asked, and not the server checked.
  let isAgent: Bool
  /// The worker that runs the check.
  let worker: Int
  /// Its place among that worker's checks.
  let place: Int
  let method: Method
  let target: Target
  /// The PROXY header of a connection that goes where the traffic goes.
  let sendProxy: ProxyProtocolVersion?
  /// The version of `tcp-check connect send-proxy`.
  let sendProxyOnDemand: ProxyProtocolVersion
  let limits: CheckTiming.Limits
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
    let found = candidates(in: configuration)
    var numbers = random
    let delays = CheckTiming.firstDelays(
      intervals: found.map(\.firstInterval),
      spreadPercent: configuration.global.spreadChecks,
      spreadMax: configuration.global.maxSpreadChecks,
      fraction: { Double.random(in: 0..<1, using: &numbers) })
    random = numbers
    return found.enumerated().map { index, item in
      let proxy = configuration.proxies[item.backend]
      let server = proxy.servers[item.server]
      let limits = CheckTiming.limits(
        inter: item.inter, timeoutConnect: proxy.timeouts.connect,
        timeoutCheck: proxy.timeouts.check)
      return CheckPlan(
        backend: item.backend, server: item.server, isAgent: item.isAgent,
        worker: index % workerCount, place: index / workerCount, method: item.method,
        target: item.target, sendProxy: item.isAgent ? nil : server.check?.sendProxy,
        sendProxyOnDemand: server.sendProxy ?? .v1, limits: limits, firstDelay: delays[index])
    }
  }

  /// A server to be checked, or an agent to be asked.
  private struct Candidate {
    let backend: Int
    let server: Int
    let isAgent: Bool
    let method: Method
    let target: Target
    let inter: Duration
    let firstInterval: Duration
  }

  private static func candidates(in configuration: Configuration) -> [Candidate] {
    var found: [Candidate] = []
    for (backend, proxy) in configuration.proxies.enumerated() where !proxy.isDisabled {
      let method: Method =
        switch proxy.checkMethod {
        case .program(let program): .program(program)
        case .external: .external
        }
      for (index, server) in proxy.servers.enumerated() {
        if let check = server.check {
          let target = target(of: server, address: check.address, port: check.port)
          if isReachable(target, by: method) {
            found.append(
              Candidate(
                backend: backend, server: index, isAgent: false, method: method, target: target,
                inter: check.inter, firstInterval: check.fastinter ?? check.inter))
          }
        }
        if let agent = server.agent {
          let method = Method.program(BuiltInChecks.agent(string: agent.send))
          let target = target(of: server, address: agent.address, port: agent.port)
          if isReachable(target, by: method) {
            found.append(
              Candidate(
                backend: backend, server: index, isAgent: true, method: method, target: target,
                inter: agent.inter, firstInterval: agent.inter))
          }
        }
      }
    }
    return found
  }

  /// Where a server is checked: its own address and port, unless the check has others.
  private static func target(
    of server: ServerConfiguration, address: IPAddress?, port: UInt16?
  ) -> Target {
    var ownPort: UInt16?
    if case .fixed(let port) = server.port { ownPort = port }
    switch (address, server.host) {
    case (let address?, _): return .internet(address, port: port ?? ownPort)
    case (nil, .unix(let endpoint)): return .unix(endpoint)
    case (nil, .ip(let ip)): return .internet(ip, port: port ?? ownPort)
    case (nil, .ofClient), (nil, .name): return .internet(nil, port: port ?? ownPort)
    }
  }

  /// Whether the first connection has somewhere to go.
  private static func isReachable(_ target: Target, by method: Method) -> Bool {
    guard case .program(let program) = method,
      let first = program.steps.first(where: \.connects),
      case .connect(let connect) = first.action, first.port == nil
    else { return true }
    return endpoint(connect, target) != nil
  }

  private static func endpoint(_ connect: CheckProgram.Connect, _ target: Target) -> Endpoint? {
    switch target {
    case .unix(let endpoint) where connect.address == nil: return endpoint
    case .unix:
      guard let ip = connect.address, let port = connect.port ?? connect.addressPort else {
        return nil
      }
      return Endpoint(SocketAddress(ip: ip, port: port))
    case .internet(let address, let port):
      guard let ip = connect.address ?? address,
        let port = connect.port ?? connect.addressPort ?? port
      else { return nil }
      return Endpoint(SocketAddress(ip: ip, port: port))
    }
  }

  /// Where a connection goes; nil when nobody knows.
  func endpoint(of connect: CheckProgram.Connect) -> Endpoint? {
    CheckPlan.endpoint(connect, target)
  }

  /// The PROXY header of a connection; nil for none.
  func proxyHeader(of connect: CheckProgram.Connect) -> ProxyProtocolVersion? {
    if connect.sendsProxy { return sendProxyOnDemand }
    return connect.usesServerOptions ? sendProxy : nil
  }
}
