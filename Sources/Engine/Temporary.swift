import Basics
import ConfigurationLanguage
import KernelIO
import Proxies
import Sessions
import Administration

struct AssignmentRequest { var clientAddress: IPAddress?; var waiter: Waiter }
struct Waiter { var worker: UInt16; var slot: UInt32; var generation: UInt32 }
enum Assignment { case server(Int), queued, queueFull, unavailable }
struct Effects {}
struct BackendSettings: Sendable {
  var queueTimeout: Duration?; var connectTimeout: Duration?; var serverTimeout: Duration?
  var serverFinTimeout: Duration?; var tunnelTimeout: Duration?; var serverKeepAlive: Bool; var sendBuffer: Int?; var receiveBuffer: Int?
}
struct ServerSettings: Sendable { var host: ServerConfiguration.Host; var port: ServerConfiguration.Port; var source: Endpoint?; var sendProxy: ProxyProtocolVersion?; var address: SocketAddress? }
final class BackendState: Sendable {
  let settings: BackendSettings
  let servers: [ServerSettings]
  let retryRules: Session.RetryRules
  init(proxy: Int, in configuration: Configuration, limits: Limits, seed: UInt64) {
    let p = configuration.proxies[proxy]
    let t = p.timeouts
    settings = BackendSettings(queueTimeout: t.queue ?? t.connect, connectTimeout: t.connect, serverTimeout: t.server, serverFinTimeout: t.serverFin, tunnelTimeout: t.tunnel, serverKeepAlive: false)
    servers = p.servers.map { s in
      var a: SocketAddress?
      if case .ip(let ip) = s.host, case .fixed(let port) = s.port { a = SocketAddress(ip: ip, port: port) }
      return ServerSettings(host: s.host, port: s.port, source: s.source, sendProxy: s.sendProxy, address: a) }
    retryRules = .init(retriesMax: p.retries, redispatchInterval: p.redispatchInterval, isRoundRobinFamily: true, hasOtherServers: false)
  }
  func assign(_ r: AssignmentRequest, now: Instant) -> Assignment { servers.isEmpty ? .unavailable : .server(0) }
  func cancelWait(_ w: Waiter, now: Instant) -> Effects { Effects() }
  func release(server: Int, now: Instant) -> Effects { Effects() }
  func connectSucceeded(server: Int, now: Instant) {}
  func connectFailed(server: Int, now: Instant) -> Effects { Effects() }
  func sessionCounts(server: Int) -> (backend: Int, server: Int) { (0, 0) }
}
struct CheckSlot {}
extension Worker where K: ~Copyable {
  mutating func deliver(_ e: Effects) {}
  mutating func startChecks() {}
  mutating func checkCompleted(_ o: Operation, _ c: Completion) {}
  mutating func backendTimerElapsed(_ c: Completion) {}
  mutating func reassign(_ slot: UInt32, generation: UInt32) {}
}
