/// The digests of `sha1` and `sha2`. FIPS 180-4.
enum Digest {
  static func sha1(_ message: [UInt8]) -> [UInt8] {
    var state: [UInt32] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0]
    for block in blocks(of: message) {
      var words = block
      for index in 16..<80 {
        words.append(
          left(words[index - 3] ^ words[index - 8] ^ words[index - 14] ^ words[index - 16], 1))
      }
      var (a, b, c, d, e) = (state[0], state[1], state[2], state[3], state[4])
      for index in 0..<80 {
        let (f, k): (UInt32, UInt32) =
          switch index {
          case 0..<20: (b & c | ~b & d, 0x5a82_7999)
          case 20..<40: (b ^ c ^ d, 0x6ed9_eba1)
          case 40..<60: (b & c | b & d | c & d, 0x8f1b_bcdc)
          default: (b ^ c ^ d, 0xca62_c1d6)
          }
        let next = left(a, 5) &+ f &+ e &+ k &+ words[index]
        (e, d, c, b, a) = (d, c, left(b, 30), a, next)
      }
      for (index, value) in [a, b, c, d, e].enumerated() { state[index] = state[index] &+ value }
    }
    return state.flatMap { bigEndian(UInt64($0), bytes: 4) }
  }

  /// - Parameter bits: 224 or 256.
  static func sha2(_ message: [UInt8], bits: Int) -> [UInt8] {
    var state: [UInt32] =
      bits == 224
      ? [
        0xc105_9ed8, 0x367c_d507, 0x3070_dd17, 0xf70e_5939, 0xffc0_0b31, 0x6858_1511,
        0x64f9_8fa7, 0xbefa_4fa4,
      ]
      : [
        0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c,
        0x1f83_d9ab, 0x5be0_cd19,
      ]
    for block in blocks(of: message) {
      var words = block
      for index in 16..<64 {
        let (low, high) = (words[index - 15], words[index - 2])
        let first = right(low, 7) ^ right(low, 18) ^ low >> 3
        let second = right(high, 17) ^ right(high, 19) ^ high >> 10
        words.append(words[index - 16] &+ first &+ words[index - 7] &+ second)
      }
      var v = state
      for index in 0..<64 {
        let sum = right(v[4], 6) ^ right(v[4], 11) ^ right(v[4], 25)
        let choice = v[4] & v[5] ^ ~v[4] & v[6]
        let first = v[7] &+ sum &+ choice &+ roundConstants[index] &+ words[index]
        let other = right(v[0], 2) ^ right(v[0], 13) ^ right(v[0], 22)
        let majority = v[0] & v[1] ^ v[0] & v[2] ^ v[1] & v[2]
        v = [
          first &+ other &+ majority, v[0], v[1], v[2], v[3] &+ first, v[4], v[5], v[6],
        ]
      }
      for index in 0..<8 { state[index] = state[index] &+ v[index] }
    }
    return Array(state.flatMap { bigEndian(UInt64($0), bytes: 4) }[..<(bits / 8)])
  }

  /// The message with its padding, in blocks of sixteen words.
  private static func blocks(of message: [UInt8]) -> [[UInt32]] {
    var padded = message + [0x80]
    while padded.count % 64 != 56 { padded.append(0) }
    padded += bigEndian(UInt64(message.count) * 8, bytes: 8)
    return stride(from: 0, to: padded.count, by: 64).map { start in
      stride(from: start, to: start + 64, by: 4).map { index in
        padded[index..<index + 4].reduce(0) { $0 << 8 | UInt32($1) }
      }
    }
  }

  private static func left(_ word: UInt32, _ bits: UInt32) -> UInt32 {
    word << bits | word >> (32 - bits)
  }

  private static func right(_ word: UInt32, _ bits: UInt32) -> UInt32 {
    word >> bits | word << (32 - bits)
  }

  private static let roundConstants: [UInt32] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4,
    0xab1c_5ed5, 0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe,
    0x9bdc_06a7, 0xc19b_f174, 0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f,
    0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da, 0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7,
    0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967, 0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc,
    0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85, 0xa2bf_e8a1, 0xa81a_664b,
    0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070, 0x19a4_c116,
    0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7,
    0xc671_78f2,
  ]
}
