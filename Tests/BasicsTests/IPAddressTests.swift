import Basics
import Testing

@Suite struct IPAddressTests {
  @Test(arguments: [
    "0.0.0.0", "127.0.0.1", "255.255.255.255", "::", "::1", "1::", "2001:db8::1",
    "1:2:3:4:5:6:7:8", "1:0:0:4::8", "fe80::1:0:0:1", "::ffff:1.2.3.4",
  ])
  func writesWhatItRead(_ text: String) {
    #expect(IPAddress(text)?.description == text)
  }

  @Test(arguments: [
    "", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1..2.3", "a.b.c.d", ":", ":::", "1:2", "1::2::3",
    "1:2:3:4:5:6:7:8:9", "12345::", "::g", "1:2:3:4:5:6:7:", "::1.2.3", "+1::",
  ])
  func refusesWhatIsNoAddress(_ text: String) {
    #expect(IPAddress(text) == nil)
  }

  @Test func padsDecimals() {
    var bytes: [UInt8] = []
    bytes.append(decimal: 5, width: 3)
    bytes.append(decimal: 50, width: 3)
    bytes.append(decimal: 500, width: 3)
    #expect(String(decoding: bytes, as: UTF8.self) == "005050500")
  }
}
