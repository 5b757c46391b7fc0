import Balancing
import Basics
import ConfigurationLanguage
import Testing

@testable import Proxies

@Suite struct BackendHashTests {
  @Test func hashKeysBecomePointsOnTheRing() {
    let address = IPAddress(v4: 0x7f00_0001)
    let location = SourceLocation(file: "test.cfg", line: 1)
    func key(
      _ hashKey: ServerHashKey, host: ServerConfiguration.Host? = nil,
      port: ServerConfiguration.Port = .fixed(80)
    ) -> RingKey {
      var server = ServerConfiguration(
        name: "s", id: 5, host: host ?? .ip(address), port: port, location: location)
      server.hashKey = hashKey
      return Backend.ringKey(of: server)
    }
    #expect(key(.id) == RingKey(id: 5))
    #expect(key(.guid) == RingKey(id: 5), "a server without guid")
    #expect(key(.id32) == RingKey(id32: 5))
    #expect(key(.addr) == RingKey(address: address, port: nil))
    #expect(key(.addrPort) == RingKey(address: address, port: 80))
    #expect(key(.addrPort, port: .ofClient) == RingKey(address: address, port: 0))
    #expect(key(.addrPort, port: .relative(-3)) == RingKey(address: address, port: -3))
    #expect(key(.addr, host: .ofClient) == RingKey(address: .anyV4, port: nil))
    if let socket = Endpoint(.unix, name: Array("/s".utf8)) {
      #expect(key(.addr, host: .unix(socket)) == RingKey(id: 5), "no address to hash")
    }
  }

  @Test func theBalanceFactorAndTheAffinityReachTheRing() {
    var section = ProxyConfiguration(
      name: "b", id: 1, capabilities: .backend, location: SourceLocation(file: "f", line: 1))
    section.hashBalanceFactor = 150
    section.hashAffinity = .maxqueue
    #expect(
      Backend.ringLimits(of: section) == RingLimits(balanceFactor: 150, affinity: .maxqueue))
    section.balance = .source
    section.hashType.method = .consistent
    section.hashType.function = nil
    section.hashType.isAvalanche = true
    #expect(
      Backend.algorithm(of: section)
        == .source(KeyHash(.consistent, function: nil, isAvalanche: true)))
    section.balance = .hash
    #expect(
      Backend.algorithm(of: section)
        == .hash(KeyHash(.consistent, function: nil, isAvalanche: true)))
    section.balance = .rdpCookie
    #expect(
      Backend.algorithm(of: section)
        == .rdpCookie(KeyHash(.consistent, function: nil, isAvalanche: true)))
  }
}
