/// The hash functions that HAProxy knows by name. HAProxy manual, `hash-type`, and the converters of
/// the same names.
public enum HashFunction: String, CaseIterable, Hashable, Sendable {
  case sdbm, djb2, wt6, crc32

  /// The hash of some bytes, equal to HAProxy's on every machine.
  @inlinable public func hash(_ bytes: borrowing Span<UInt8>) -> UInt32 {
    switch self {
    case .sdbm: HashFunction.sdbm(bytes)
    case .djb2: HashFunction.djb2(bytes)
    case .wt6: HashFunction.wt6(bytes)
    case .crc32: HashFunction.crc32(bytes)
    }
  }

  @usableFromInline static func sdbm(_ bytes: borrowing Span<UInt8>) -> UInt32 {
    var hash: UInt32 = 0
    for index in bytes.indices {
      hash = UInt32(bytes[index]) &+ (hash &<< 6) &+ (hash &<< 16) &- hash
    }
    return hash
  }

  @usableFromInline static func djb2(_ bytes: borrowing Span<UInt8>) -> UInt32 {
    var hash: UInt32 = 5381
    for index in bytes.indices { hash = (hash &<< 5) &+ hash &+ UInt32(bytes[index]) }
    return hash
  }

  /// Two words that are mixed with each byte and rotated into each other, by steps that the words
  /// themselves decide.
  @usableFromInline static func wt6(_ bytes: borrowing Span<UInt8>) -> UInt32 {
    var first: UInt32 = 0xa53c_965a
    var second: UInt32 = 0x5ca6_953a
    var firstStep: UInt32 = 6
    var secondStep: UInt32 = 18
    for index in bytes.indices {
      let byte = UInt32(bytes[index])
      let mixedFirst = ~(first ^ byte)
      let mixedSecond = ~(second &+ byte)
      first = rotated(mixedSecond, by: firstStep)
      second = rotated(mixedFirst, by: secondStep)
      let steps = ((first &>> 16) ^ second) & 0xffff
      firstStep = steps & 0x1f
      secondStep = steps &>> 11
    }
    return first ^ second
  }

  /// CRC-32 as in Ethernet and gzip (polynomial 0x04c11db7, reflected). RFC 1952, section 8.
  @usableFromInline static func crc32(_ bytes: borrowing Span<UInt8>) -> UInt32 {
    remainder(bytes, 0xedb8_8320)
  }

  /// CRC-32C, Castagnoli's (polynomial 0x1edc6f41, reflected). RFC 4960, appendix B.
  public static func crc32c(_ bytes: borrowing Span<UInt8>) -> UInt32 {
    remainder(bytes, 0x82f6_3b78)
  }

  private static func remainder(_ bytes: borrowing Span<UInt8>, _ polynomial: UInt32) -> UInt32 {
    var remainder = ~UInt32(0)
    for index in bytes.indices {
      remainder ^= UInt32(bytes[index])
      for _ in 0..<8 {
        remainder = (remainder &>> 1) ^ (remainder & 1 == 1 ? polynomial : 0)
      }
    }
    return ~remainder
  }

  /// Spreads neighbouring numbers over all 32 bits (Bob Jenkins' full-avalanche integer hash, then
  /// a large odd factor): what `avalanche` adds to a hash. Different numbers stay different.
  public static func avalanche(_ number: UInt32) -> UInt32 {
    var hash = number
    hash = (hash &+ 0x7ed5_5d16) &+ (hash &<< 12)
    hash = (hash ^ 0xc761_c23c) ^ (hash &>> 19)
    hash = (hash &+ 0x1656_67b1) &+ (hash &<< 5)
    hash = (hash &+ 0xd3a2_646c) ^ (hash &<< 9)
    hash = (hash &+ 0xfd70_46c5) &+ (hash &<< 3)
    hash = (hash ^ 0xb55a_4f09) ^ (hash &>> 16)
    return hash &* 3_221_225_473
  }

  static func rotated<Word: FixedWidthInteger>(_ word: Word, by count: Word) -> Word {
    (word &<< count) | (word &>> (Word(Word.bitWidth) &- count))
  }
}
