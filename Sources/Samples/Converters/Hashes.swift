/// The hashes that converters and balancing share with HAProxy: the same number for the same key.
public enum SampleHash {
  /// Bob Jenkins' mixing of a number and a large odd factor, what HAProxy calls avalanche.
  public static func avalanche(_ number: UInt32) -> UInt32 {
    var a = number
    a = (a &+ 0x7ed5_5d16) &+ (a << 12)
    a = (a ^ 0xc761_c23c) ^ (a >> 19)
    a = (a &+ 0x1656_67b1) &+ (a << 5)
    a = (a &+ 0xd3a2_646c) ^ (a << 9)
    a = (a &+ 0xfd70_46c5) &+ (a << 3)
    a = (a ^ 0xb55a_4f09) ^ (a >> 16)
    return a &* 3_221_225_473
  }

  /// D. J. Bernstein's.
  public static func djb2(_ key: some Sequence<UInt8>) -> UInt32 {
    key.reduce(5381) { ($0 << 5) &+ $0 &+ UInt32($1) }
  }

  /// That of the sdbm library.
  public static func sdbm(_ key: some Sequence<UInt8>) -> UInt32 {
    key.reduce(0) { UInt32($1) &+ ($0 << 6) &+ ($0 << 16) &- $0 }
  }

  /// Willy Tarreau's.
  public static func wt6(_ key: some Sequence<UInt8>) -> UInt32 {
    var low: UInt32 = 0xa53c_965a
    var high: UInt32 = 0x5ca6_953a
    var lowStep: UInt32 = 6
    var highStep: UInt32 = 18
    for byte in key {
      low = ~(low ^ UInt32(byte))
      high = ~(high &+ UInt32(byte))
      let next = high << lowStep | high >> ((32 &- lowStep) & 31)
      high = low << highStep | low >> ((32 &- highStep) & 31)
      low = next
      let steps = ((low >> 16) ^ high) & 0xffff
      lowStep = steps & 0x1f
      highStep = steps >> 11
    }
    return low ^ high
  }

  /// CRC-32 as Ethernet has it. ISO 3309.
  public static func crc32(_ key: some Sequence<UInt8>) -> UInt32 { crc(key, 0xedb8_8320) }

  /// CRC-32C. RFC 4960, appendix B.
  public static func crc32c(_ key: some Sequence<UInt8>) -> UInt32 { crc(key, 0x82f6_3b78) }

  private static func crc(_ key: some Sequence<UInt8>, _ polynomial: UInt32) -> UInt32 {
    var sum = UInt32.max
    for byte in key {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum >> 1 ^ (sum & 1 == 0 ? 0 : polynomial) }
    }
    return ~sum
  }

  /// xxHash of 32 bits.
  public static func xxh32(_ key: [UInt8], seed: UInt32 = 0) -> UInt32 {
    let (p1, p2, p3): (UInt32, UInt32, UInt32) = (2_654_435_761, 2_246_822_519, 3_266_489_917)
    let (p4, p5): (UInt32, UInt32) = (668_265_263, 374_761_393)
    var index = 0
    var sum: UInt32
    if key.count >= 16 {
      var lanes = [seed &+ p1 &+ p2, seed &+ p2, seed, seed &- p1]
      while index + 16 <= key.count {
        for lane in 0..<4 {
          lanes[lane] = rotate(lanes[lane] &+ word32(key, index + 4 * lane) &* p2, 13) &* p1
        }
        index += 16
      }
      sum =
        rotate(lanes[0], 1) &+ rotate(lanes[1], 7) &+ rotate(lanes[2], 12) &+ rotate(lanes[3], 18)
    } else {
      sum = seed &+ p5
    }
    sum = sum &+ UInt32(truncatingIfNeeded: key.count)
    while index + 4 <= key.count {
      sum = rotate(sum &+ word32(key, index) &* p3, 17) &* p4
      index += 4
    }
    while index < key.count {
      sum = rotate(sum &+ UInt32(key[index]) &* p5, 11) &* p1
      index += 1
    }
    sum = (sum ^ sum >> 15) &* p2
    sum = (sum ^ sum >> 13) &* p3
    return sum ^ sum >> 16
  }

  /// xxHash of 64 bits.
  public static func xxh64(_ key: [UInt8], seed: UInt64 = 0) -> UInt64 {
    let p1: UInt64 = 11_400_714_785_074_694_791
    let p2: UInt64 = 14_029_467_366_897_019_727
    let p3: UInt64 = 1_609_587_929_392_839_161
    let p4: UInt64 = 9_650_029_242_287_828_579
    let p5: UInt64 = 2_870_177_450_012_600_261
    let round = { (sum: UInt64, word: UInt64) in rotate(sum &+ word &* p2, 31) &* p1 }
    var index = 0
    var sum: UInt64
    if key.count >= 32 {
      var lanes = [seed &+ p1 &+ p2, seed &+ p2, seed, seed &- p1]
      while index + 32 <= key.count {
        for lane in 0..<4 { lanes[lane] = round(lanes[lane], word64(key, index + 8 * lane)) }
        index += 32
      }
      sum =
        rotate(lanes[0], 1) &+ rotate(lanes[1], 7) &+ rotate(lanes[2], 12) &+ rotate(lanes[3], 18)
      for lane in lanes { sum = (sum ^ round(0, lane)) &* p1 &+ p4 }
    } else {
      sum = seed &+ p5
    }
    sum = sum &+ UInt64(key.count)
    while index + 8 <= key.count {
      sum = rotate(sum ^ round(0, word64(key, index)), 27) &* p1 &+ p4
      index += 8
    }
    if index + 4 <= key.count {
      sum = rotate(sum ^ UInt64(word32(key, index)) &* p1, 23) &* p2 &+ p3
      index += 4
    }
    while index < key.count {
      sum = rotate(sum ^ UInt64(key[index]) &* p5, 11) &* p1
      index += 1
    }
    sum = (sum ^ sum >> 33) &* p2
    sum = (sum ^ sum >> 29) &* p3
    return sum ^ sum >> 32
  }

  private static func rotate<Number: FixedWidthInteger>(_ number: Number, _ bits: Int) -> Number {
    number << bits | number >> (Number.bitWidth - bits)
  }

  private static func word32(_ key: [UInt8], _ index: Int) -> UInt32 {
    (0..<4).reduce(0) { $0 | UInt32(key[index + $1]) << UInt32(8 * $1) }
  }

  private static func word64(_ key: [UInt8], _ index: Int) -> UInt64 {
    (0..<8).reduce(0) { $0 | UInt64(key[index + $1]) << UInt64(8 * $1) }
  }
}
