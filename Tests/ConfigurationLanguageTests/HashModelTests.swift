import Basics
import Testing

@testable import ConfigurationLanguage

@Suite struct HashModelTests {
  private func proxies(_ text: String) -> [ProxyConfiguration] {
    let timeouts = "defaults\n timeout client 6s\n timeout connect 5s\n timeout server 5s\n"
    return read(timeouts + text + "\n").configuration.proxies
  }

  private func type(
    _ method: HashType.Method, _ function: HashFunction?, isAvalanche: Bool
  ) -> HashType {
    var type = HashType()
    type.method = method
    type.function = function
    type.isAvalanche = isAvalanche
    return type
  }

  @Test func hashTypesMeanWhatTheySay() {
    let types: [(text: String, type: HashType)] = [
      ("map-based", type(.mapBased, .sdbm, isAvalanche: false)),
      ("consistent", type(.consistent, .sdbm, isAvalanche: true)),
      ("consistent sdbm", type(.consistent, .sdbm, isAvalanche: false)),
      ("consistent djb2 avalanche", type(.consistent, .djb2, isAvalanche: true)),
      ("map-based none", type(.mapBased, nil, isAvalanche: false)),
      ("map-based wt6 avalanche", type(.mapBased, .wt6, isAvalanche: true)),
      ("consistent crc32", type(.consistent, .crc32, isAvalanche: false)),
    ]
    for (text, type) in types {
      let found = proxies("backend b\n balance source\n hash-type \(text)\n server s 127.0.0.1:1")
      #expect(found.first?.hashType == type, "\(text)")
    }
    #expect(proxies("backend b\n balance source").first?.hashType == HashType())
  }

  @Test func backendsInheritHashingAndFrontendsDoNot() {
    let found = proxies(
      """
       hash-type consistent wt6
       hash-balance-factor 150
       hash-preserve-affinity maxconn
       default-server hash-key addr-port
      backend b
       server s 127.0.0.1:81
       server t 127.0.0.1:82 hash-key id32
      frontend f
       bind :80
       default_backend b
      """)
    #expect(found.map(\.hashType.method) == [.consistent, .mapBased])
    #expect(found.map(\.hashBalanceFactor) == [150, 0])
    #expect(found.map(\.hashAffinity) == [.maxconn, .always])
    #expect(found.first?.servers.map(\.hashKey) == [.addrPort, .id32])
  }
}
