import Basics
import Testing

@Suite struct InterfaceNameTests {
  @Test func itsBytesAreThoseOfTheName() throws {
    for text in ["l", "eth0", "12345678", "123456789", "abcdefghijklmno"] {
      let name = try #require(InterfaceName(text.utf8))
      let padded = Array(text.utf8) + [UInt8](repeating: 0, count: 16)
      #expect((0..<16).map { name[$0] } == Array(padded.prefix(16)))
      #expect(name == InterfaceName(text.utf8) && name != InterfaceName("eth9".utf8))
    }
  }

  @Test func namesThatNoInterfaceHasAreNone() {
    for text in ["", "abcdefghijklmnop", "a\0b"] { #expect(InterfaceName(text.utf8) == nil) }
  }
}
