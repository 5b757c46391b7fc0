import Basics
import Testing

@Suite struct HashFunctionTests {
  @Test(arguments: [
    (HashFunction.crc32, "123456789", UInt32(0xcbf4_3926)), (.crc32, "", 0),
    (.djb2, "", 5381), (.djb2, "a", 177670), (.sdbm, "", 0), (.sdbm, "a", 97),
    (.wt6, "", 0xf99a_0360),
  ])
  func hashesAreThePublishedOnes(_ function: HashFunction, _ text: String, _ hash: UInt32) {
    #expect(function.hash(Array(text.utf8).span) == hash)
  }

  /// Values of the reference implementation.
  @Test(arguments: [
    ("", UInt32(0x02cc_5d05)), ("abc", 0x32d1_53ff),
    ("Nobody inspects the spammish repetition", 0xe229_3b2f),
  ])
  func xxh32IsThePublishedOne(_ text: String, _ hash: UInt32) {
    #expect(HashFunction.xxh32(Array(text.utf8).span, seed: 0) == hash)
  }

  /// Values of the reference implementation.
  @Test(arguments: [
    ("", UInt64(0xef46_db37_51d8_e999)), ("abc", 0x44bc_2cf5_ad77_0999),
    ("Nobody inspects the spammish repetition", 0xfbce_a83c_8a37_8bf1),
  ])
  func xxh64IsThePublishedOne(_ text: String, _ hash: UInt64) {
    #expect(HashFunction.xxh64(Array(text.utf8).span, seed: 0) == hash)
  }

  @Test func crc32cIsThePublishedOne() {
    #expect(HashFunction.crc32c(Array("123456789".utf8).span) == 0xe306_9283)
  }

  @Test func theAvalancheKeepsDifferentNumbersApart() {
    #expect(Set((0..<20_000).map { HashFunction.avalanche($0) }).count == 20_000)
  }
}
