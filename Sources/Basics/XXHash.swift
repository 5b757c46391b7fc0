/// The two older of the xxHash functions. https://github.com/Cyan4973/xxHash, doc/xxhash_spec.md
extension HashFunction {
  /// XXH32.
  public static func xxh32(_ bytes: borrowing Span<UInt8>, seed: UInt32) -> UInt32 {
    let prime1: UInt32 = 0x9e37_79b1
    let prime2: UInt32 = 0x85eb_ca77
    let prime3: UInt32 = 0xc2b2_ae3d
    let prime4: UInt32 = 0x27d4_eb2f
    let prime5: UInt32 = 0x1656_67b1
    var index = 0
    var hash = seed &+ prime5
    if bytes.count >= 16 {
      var lanes: InlineArray<4, UInt32> = [
        seed &+ prime1 &+ prime2, seed &+ prime2, seed, seed &- prime1,
      ]
      while bytes.count - index >= 16 {
        for lane in 0..<4 {
          let piece: UInt32 = word(bytes, at: index + 4 * lane)
          lanes[lane] = rotated(lanes[lane] &+ piece &* prime2, by: 13) &* prime1
        }
        index += 16
      }
      hash =
        rotated(lanes[0], by: 1) &+ rotated(lanes[1], by: 7) &+ rotated(lanes[2], by: 12)
        &+ rotated(lanes[3], by: 18)
    }
    hash &+= UInt32(truncatingIfNeeded: bytes.count)
    while bytes.count - index >= 4 {
      let piece: UInt32 = word(bytes, at: index)
      hash = rotated(hash &+ piece &* prime3, by: 17) &* prime4
      index += 4
    }
    while index < bytes.count {
      hash = rotated(hash &+ UInt32(bytes[index]) &* prime5, by: 11) &* prime1
      index += 1
    }
    hash = (hash ^ (hash &>> 15)) &* prime2
    hash = (hash ^ (hash &>> 13)) &* prime3
    return hash ^ (hash &>> 16)
  }

  /// XXH64.
  public static func xxh64(_ bytes: borrowing Span<UInt8>, seed: UInt64) -> UInt64 {
    let prime1: UInt64 = 0x9e37_79b1_85eb_ca87
    let prime2: UInt64 = 0xc2b2_ae3d_27d4_eb4f
    let prime3: UInt64 = 0x1656_67b1_9e37_79f9
    let prime4: UInt64 = 0x85eb_ca77_c2b2_ae63
    let prime5: UInt64 = 0x27d4_eb2f_1656_67c5
    let round = { (lane: UInt64, word: UInt64) in
      rotated(lane &+ word &* prime2, by: 31) &* prime1
    }
    var index = 0
    var hash = seed &+ prime5
    if bytes.count >= 32 {
      var lanes: InlineArray<4, UInt64> = [
        seed &+ prime1 &+ prime2, seed &+ prime2, seed, seed &- prime1,
      ]
      while bytes.count - index >= 32 {
        for lane in 0..<4 { lanes[lane] = round(lanes[lane], word(bytes, at: index + 8 * lane)) }
        index += 32
      }
      hash =
        rotated(lanes[0], by: 1) &+ rotated(lanes[1], by: 7) &+ rotated(lanes[2], by: 12)
        &+ rotated(lanes[3], by: 18)
      for lane in 0..<4 { hash = (hash ^ round(0, lanes[lane])) &* prime1 &+ prime4 }
    }
    hash &+= UInt64(bytes.count)
    while bytes.count - index >= 8 {
      hash = rotated(hash ^ round(0, word(bytes, at: index)), by: 27) &* prime1 &+ prime4
      index += 8
    }
    if bytes.count - index >= 4 {
      let piece: UInt32 = word(bytes, at: index)
      hash = rotated(hash ^ UInt64(piece) &* prime1, by: 23) &* prime2 &+ prime3
      index += 4
    }
    while index < bytes.count {
      hash = rotated(hash ^ UInt64(bytes[index]) &* prime5, by: 11) &* prime1
      index += 1
    }
    hash = (hash ^ (hash &>> 33)) &* prime2
    hash = (hash ^ (hash &>> 29)) &* prime3
    return hash ^ (hash &>> 32)
  }

  /// A number whose lowest byte comes first.
  private static func word<Word: FixedWidthInteger>(
    _ bytes: borrowing Span<UInt8>, at index: Int
  ) -> Word {
    var word: Word = 0
    for place in 0..<(Word.bitWidth / 8) {
      word |= Word(truncatingIfNeeded: bytes[index + place]) &<< Word(8 * place)
    }
    return word
  }
}
