/// xxHash of the third generation with 64 bits: the converter `xxh3`. The specification of xxHash,
/// section XXH3.
enum XXH3 {
  private static let prime32: (UInt64, UInt64, UInt64) = (0x9e37_79b1, 0x85eb_ca77, 0xc2b2_ae3d)
  private static let prime64: (UInt64, UInt64, UInt64, UInt64, UInt64) = (
    0x9e37_79b1_85eb_ca87, 0xc2b2_ae3d_27d4_eb4f, 0x1656_67b1_9e37_79f9, 0x85eb_ca77_c2b2_ae63,
    0x27d4_eb2f_1656_67c5
  )
  private static let mixing: (UInt64, UInt64) = (0x1656_6791_9e37_79f9, 0x9fb2_1c65_1e98_df25)

  /// The default secret, eight bytes a word, the lowest first.
  private static let secret: [UInt8] = [
    0xbe4b_a423_396c_feb8, 0x1cad_21f7_2c81_017c, 0xdb97_9083_e96d_d4de, 0x1f67_b3b7_a4a4_4072,
    0x78e5_c0cc_4ee6_79cb, 0x2172_ffcc_7dd0_5a82, 0x8e24_43f7_7446_08b8, 0x4c26_3a81_e690_35e0,
    0xcb00_c391_bb52_283c, 0xa32e_531b_8b65_d088, 0x4ef9_0da2_9748_6471, 0xd8ac_dea9_46ef_1938,
    0x3f34_9ce3_3f76_faa8, 0x1d4f_0bc7_c7bb_dcf9, 0x3159_b4cd_4be0_518a, 0x6473_78d9_c97e_9fc8,
    0xc3eb_d334_83ac_c5ea, 0xeb63_13fa_ffa0_81c5, 0x49da_f0b7_51dd_0d17, 0x9e68_d429_2655_16d3,
    0xfca1_477d_58be_162b, 0xce31_d07a_d1b8_f88f, 0x2804_1695_8f3a_cb45, 0x7e40_4bbb_cafb_d7af,
  ].flatMap { (word: UInt64) in (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }

  /// - Parameters:
  ///   - key: the bytes to hash.
  ///   - seed: changes all of the result.
  static func hash(_ key: [UInt8], seed: UInt64) -> UInt64 {
    switch key.count {
    case 0:
      avalanche64(seed ^ word(secret, 56) ^ word(secret, 64))
    case 1...3: hashUpTo3(key, seed)
    case 4...8: hashUpTo8(key, seed)
    case 9...16: hashUpTo16(key, seed)
    case 17...128: hashUpTo128(key, seed)
    case 129...240: hashUpTo240(key, seed)
    default: hashLong(key, seed)
    }
  }

  // MARK: Short keys

  private static func hashUpTo3(_ key: [UInt8], _ seed: UInt64) -> UInt64 {
    let (first, middle, last) = (key[0], key[key.count / 2], key[key.count - 1])
    let combined =
      UInt64(first) << 16 | UInt64(middle) << 24 | UInt64(last) | UInt64(key.count) << 8
    return avalanche64(combined ^ ((half(secret, 0) ^ half(secret, 4)) &+ seed))
  }

  private static func hashUpTo8(_ key: [UInt8], _ seed: UInt64) -> UInt64 {
    let swapped = seed ^ UInt64(UInt32(truncatingIfNeeded: seed).byteSwapped) << 32
    let flip = (word(secret, 8) ^ word(secret, 16)) &- swapped
    var hash = (half(key, key.count - 4) &+ half(key, 0) << 32) ^ flip
    hash ^= rotate(hash, 49) ^ rotate(hash, 24)
    hash = hash &* mixing.1
    hash ^= (hash >> 35) &+ UInt64(key.count)
    hash = hash &* mixing.1
    return hash ^ hash >> 28
  }

  private static func hashUpTo16(_ key: [UInt8], _ seed: UInt64) -> UInt64 {
    let low = word(key, 0) ^ ((word(secret, 24) ^ word(secret, 32)) &+ seed)
    let high = word(key, key.count - 8) ^ ((word(secret, 40) ^ word(secret, 48)) &- seed)
    return avalanche(
      UInt64(key.count) &+ low.byteSwapped &+ high &+ folded(low, high))
  }

  // MARK: Middling keys

  private static func hashUpTo128(_ key: [UInt8], _ seed: UInt64) -> UInt64 {
    var sum = UInt64(key.count) &* prime64.0
    for index in 0..<(key.count - 1) / 32 + 1 {
      sum = sum &+ mix(key, 16 * index, 32 * index, seed)
      sum = sum &+ mix(key, key.count - 16 * (index + 1), 32 * index + 16, seed)
    }
    return avalanche(sum)
  }

  private static func hashUpTo240(_ key: [UInt8], _ seed: UInt64) -> UInt64 {
    var sum = UInt64(key.count) &* prime64.0
    for index in 0..<8 { sum = sum &+ mix(key, 16 * index, 16 * index, seed) }
    sum = avalanche(sum)
    for index in 8..<key.count / 16 {
      sum = sum &+ mix(key, 16 * index, 16 * (index - 8) + 3, seed)
    }
    return avalanche(sum &+ mix(key, key.count - 16, 136 - 17, seed))
  }

  private static func mix(
    _ key: [UInt8], _ index: Int, _ secretIndex: Int, _ seed: UInt64
  ) -> UInt64 {
    folded(
      word(key, index) ^ (word(secret, secretIndex) &+ seed),
      word(key, index + 8) ^ (word(secret, secretIndex + 8) &- seed))
  }

  // MARK: Long keys

  private static func hashLong(_ key: [UInt8], _ seed: UInt64) -> UInt64 {
    var seeded: [UInt8] = []
    for index in stride(from: 0, to: secret.count, by: 16) {
      for value in [word(secret, index) &+ seed, word(secret, index + 8) &- seed] {
        for shift in 0..<8 { seeded.append(UInt8(truncatingIfNeeded: value >> (8 * shift))) }
      }
    }
    var sums = [
      prime32.2, prime64.0, prime64.1, prime64.2, prime64.3, prime32.1, prime64.4, prime32.0,
    ]
    let stripesPerBlock = (secret.count - 64) / 8
    let blockBytes = 64 * stripesPerBlock
    let blocks = (key.count - 1) / blockBytes
    for block in 0..<blocks {
      for stripe in 0..<stripesPerBlock {
        accumulate(&sums, key, block * blockBytes + 64 * stripe, seeded, 8 * stripe)
      }
      for index in 0..<8 {
        sums[index] ^= sums[index] >> 47
        sums[index] ^= word(seeded, secret.count - 64 + 8 * index)
        sums[index] = sums[index] &* prime32.0
      }
    }
    for stripe in 0..<(key.count - 1 - blockBytes * blocks) / 64 {
      accumulate(&sums, key, blocks * blockBytes + 64 * stripe, seeded, 8 * stripe)
    }
    accumulate(&sums, key, key.count - 64, seeded, secret.count - 64 - 7)
    var result = UInt64(key.count) &* prime64.0
    for index in 0..<4 {
      result =
        result
        &+ folded(
          sums[2 * index] ^ word(seeded, 11 + 16 * index),
          sums[2 * index + 1] ^ word(seeded, 11 + 16 * index + 8))
    }
    return avalanche(result)
  }

  private static func accumulate(
    _ sums: inout [UInt64], _ key: [UInt8], _ index: Int, _ secret: [UInt8], _ secretIndex: Int
  ) {
    for lane in 0..<8 {
      let value = word(key, index + 8 * lane)
      let keyed = value ^ word(secret, secretIndex + 8 * lane)
      sums[lane ^ 1] = sums[lane ^ 1] &+ value
      sums[lane] = sums[lane] &+ (keyed & 0xffff_ffff) &* (keyed >> 32)
    }
  }

  // MARK: Arithmetic

  private static func avalanche(_ hash: UInt64) -> UInt64 {
    let mixed = (hash ^ hash >> 37) &* mixing.0
    return mixed ^ mixed >> 32
  }

  private static func avalanche64(_ hash: UInt64) -> UInt64 {
    var mixed = (hash ^ hash >> 33) &* prime64.1
    mixed = (mixed ^ mixed >> 29) &* prime64.2
    return mixed ^ mixed >> 32
  }

  /// Both halves of a product of 128 bits, one over the other.
  private static func folded(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = left.multipliedFullWidth(by: right)
    return product.high ^ product.low
  }

  private static func rotate(_ number: UInt64, _ bits: UInt64) -> UInt64 {
    number << bits | number >> (64 - bits)
  }

  private static func half(_ bytes: [UInt8], _ index: Int) -> UInt64 {
    (0..<4).reduce(0) { $0 | UInt64(bytes[index + $1]) << UInt64(8 * $1) }
  }

  private static func word(_ bytes: [UInt8], _ index: Int) -> UInt64 {
    (0..<8).reduce(0) { $0 | UInt64(bytes[index + $1]) << UInt64(8 * $1) }
  }
}
