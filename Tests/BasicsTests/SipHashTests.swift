import Basics
import Testing

@Suite struct SipHashTests {
  /// Vectors of the reference implementation: the key 00 01 ... 0f, the bytes 00 01 02 ...
  @Test(arguments: [
    (0, UInt64(0x726f_db47_dd0e_0e31)), (1, 0x74f8_39c5_93dc_67fd), (8, 0x93f5_f579_9a93_2462),
    (15, 0xa129_ca61_49be_45e5),
  ])
  func hashesAreThePublishedOnes(count: Int, hash: UInt64) {
    let sip = SipHash(0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908)
    let bytes = Array(0..<UInt8(count))
    let found = sip.hash(bytes.span)
    #expect(found == hash)
  }
}
