import Basics
import Proxies
import Testing

@Suite struct ClientAddressHeaderTests {
  static let magic: UInt32 = 0x4e65_7453
  private static let magicBytes: [UInt8] = [0x4e, 0x65, 0x74, 0x53]
  private static let ports: [UInt8] = [0x04, 0x57, 0x08, 0xae] + [UInt8](repeating: 0, count: 16)
  /// 10.1.2.3 to 10.4.5.6
  private static let four: [UInt8] =
    [0x45, 0, 0, 40, 0, 0, 0, 0, 64, 6, 0, 0, 10, 1, 2, 3, 10, 4, 5, 6] + ports
  /// 2001:db8::1 to 2001:db8::2
  private static let six: [UInt8] =
    [0x60, 0, 0, 0, 0, 20, 6, 64]
    + ([0x20, 1, 0xd, 0xb8] + [UInt8](repeating: 0, count: 11) + [1])
    + ([0x20, 1, 0xd, 0xb8] + [UInt8](repeating: 0, count: 11) + [2]) + ports

  static func standard(_ packet: [UInt8]) -> [UInt8] {
    magicBytes + [0, 0, 0, 0, 0, 0, 0, UInt8(packet.count)] + packet
  }

  private static func old(_ packet: [UInt8]) -> [UInt8] {
    magicBytes + [0, 0, 0, UInt8(packet.count)] + packet
  }

  private func parse(_ bytes: [UInt8]) -> ClientAddressHeader.Parse {
    ClientAddressHeader.parse(bytes.span, magic: ClientAddressHeaderTests.magic)
  }

  static let headers: [(bytes: [UInt8], source: String, destination: String)] = [
    (standard(four), "10.1.2.3", "10.4.5.6"), (old(four), "10.1.2.3", "10.4.5.6"),
    (standard(six), "2001:db8::1", "2001:db8::2"),
  ]

  @Test(arguments: headers.indices) func headersAreReadInAnyFragmentation(index: Int) throws {
    let (bytes, source, destination) = ClientAddressHeaderTests.headers[index]
    for count in 0..<bytes.count { #expect(parse(Array(bytes[..<count])) == .needMore, "\(count)") }
    let addresses = ProxyHeader.Addresses(
      source: SocketAddress(ip: try #require(IPAddress(source)), port: 1111),
      destination: SocketAddress(ip: try #require(IPAddress(destination)), port: 2222))
    #expect(parse(bytes) == .header(addresses, consumed: bytes.count))
    #expect(parse(bytes + [1, 2]) == .header(addresses, consumed: bytes.count))
  }

  @Test func whatIsWrongIsToldApart() {
    var bytes = ClientAddressHeaderTests.standard(ClientAddressHeaderTests.four)
    bytes[0] = 0
    #expect(parse(bytes) == .invalid(.clientAddressWrongMagic))
    for (place, value) in [(8, UInt8(0x20)), (12, 0x55), (12, 0x41), (12 + 9, 17)] {
      bytes = ClientAddressHeaderTests.standard(ClientAddressHeaderTests.four)
      bytes[place] = value
      #expect(parse(bytes) == .invalid(.clientAddressUnknownProtocol), "\(place)")
    }
    bytes = ClientAddressHeaderTests.old(ClientAddressHeaderTests.four)
    bytes[5] = 1
    #expect(parse(bytes) == .invalid(.clientAddressTruncated))
  }
}
