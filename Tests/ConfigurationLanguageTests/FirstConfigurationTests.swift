import Basics
import Testing

@testable import ConfigurationLanguage

@Suite struct FirstConfigurationTests {
  static let text = """
    global
        log /dev/log local0
        log /dev/log local1 notice
        daemon

    defaults
        mode tcp
        timeout connect 5000ms
        timeout client 50000ms
        timeout server 50000ms

    listen my_tcp_service
        bind 192.168.1.1:1234
        server backend1 192.168.1.100:5000 check

    """

  @Test func readsWithoutAWordIntoTheRightModel() throws {
    let outcome = read(FirstConfigurationTests.text)
    #expect(outcome.diagnostics.entries == [])
    let configuration = outcome.configuration
    #expect(configuration.hasListeners)
    #expect(configuration.global.isDaemon)
    #expect(configuration.global.logs.map(\.facility) == [16, 17])
    #expect(configuration.global.logs.map(\.levelMax) == [7, 5])
    let target = try #require(Endpoint(.unix, name: Array("/dev/log".utf8)))
    #expect(configuration.global.logs.map(\.destination) == [.datagram(target), .datagram(target)])

    #expect(configuration.proxies.count == 1)
    let proxy = configuration.proxies[0]
    #expect(proxy.name == "my_tcp_service")
    #expect(proxy.capabilities == [.frontend, .backend])
    #expect(proxy.id == 2)
    #expect(proxy.defaultBackend == 0)
    #expect(proxy.location == SourceLocation(file: "f.cfg", line: 12))
    // Decision 0002: no word about logs means the targets of `global`.
    #expect(proxy.logs == outcome.configuration.global.logs)
    #expect(proxy.balance == .random(draws: 2))
    #expect(proxy.retries == 3)
    #expect(proxy.timeouts.connect == .seconds(5))
    #expect(proxy.timeouts.client == .seconds(50))
    #expect(proxy.timeouts.server == .seconds(50))
    #expect(proxy.timeouts.queue == .seconds(5))
    #expect(proxy.timeouts.check == nil)

    #expect(proxy.listeners.count == 1)
    let listener = proxy.listeners[0]
    let ip = try #require(IPAddress("192.168.1.1"))
    #expect(listener.address == .endpoint(Endpoint(SocketAddress(ip: ip, port: 1234))))
    #expect(listener.id == 1)

    #expect(proxy.servers.count == 1)
    let server = proxy.servers[0]
    #expect(server.name == "backend1")
    #expect(server.id == 1)
    #expect(server.host == .ip(try #require(IPAddress("192.168.1.100"))))
    #expect(server.port == .fixed(5000))
    #expect(server.check == CheckConfiguration())
    #expect(server.track == nil)
  }
}

/// Reads a configuration called `f.cfg`.
func read(_ text: String, environment: [String: String] = [:]) -> ConfigurationReader.Outcome {
  let reader = ConfigurationReader(
    identity: .init(sluiceVersion: "0", localPeer: "peer"),
    resolver: { name, _ in name == "localhost" ? IPAddress("127.0.0.1") : nil })
  return reader.read(
    [ConfigurationFile(name: "f.cfg", text: text)], environment: Environment(environment))
}
