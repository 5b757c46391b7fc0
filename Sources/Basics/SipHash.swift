/// SipHash-2-4: a hash whose collisions nobody can look for who does not know its key, for tables
/// whose keys strangers choose. Aumasson, Bernstein, "SipHash: a fast short-input PRF", 2012.
public struct SipHash: Hashable, Sendable {
  private let first: UInt64
  private let second: UInt64

  /// - Parameters:
  ///   - first: half of the secret.
  ///   - second: the other half.
  public init(_ first: UInt64, _ second: UInt64) {
    self.first = first
    self.second = second
  }

  /// The hash of some bytes. Any thread.
  public func hash(_ bytes: borrowing Span<UInt8>) -> UInt64 {
    var state = State(first, second)
    var index = 0
    while bytes.count - index >= 8 {
      state.add(SipHash.word(bytes, at: index, count: 8))
      index += 8
    }
    let rest = SipHash.word(bytes, at: index, count: bytes.count - index)
    state.add(rest | UInt64(truncatingIfNeeded: bytes.count) &<< 56)
    return state.finish()
  }

  private static func word(_ bytes: borrowing Span<UInt8>, at start: Int, count: Int) -> UInt64 {
    var word: UInt64 = 0
    for index in 0..<count { word |= UInt64(bytes[start + index]) &<< UInt64(8 * index) }
    return word
  }

  private struct State {
    var v0: UInt64
    var v1: UInt64
    var v2: UInt64
    var v3: UInt64

    init(_ first: UInt64, _ second: UInt64) {
      v0 = first ^ 0x736f_6d65_7073_6575
      v1 = second ^ 0x646f_7261_6e64_6f6d
      v2 = first ^ 0x6c79_6765_6e65_7261
      v3 = second ^ 0x7465_6462_7974_6573
    }

    mutating func add(_ word: UInt64) {
      v3 ^= word
      round()
      round()
      v0 ^= word
    }

    mutating func finish() -> UInt64 {
      v2 ^= 0xff
      for _ in 0..<4 { round() }
      return v0 ^ v1 ^ v2 ^ v3
    }

    private mutating func round() {
      v0 &+= v1
      v1 = State.rotated(v1, by: 13) ^ v0
      v0 = State.rotated(v0, by: 32)
      v2 &+= v3
      v3 = State.rotated(v3, by: 16) ^ v2
      v0 &+= v3
      v3 = State.rotated(v3, by: 21) ^ v0
      v2 &+= v1
      v1 = State.rotated(v1, by: 17) ^ v2
      v2 = State.rotated(v2, by: 32)
    }

    private static func rotated(_ word: UInt64, by count: UInt64) -> UInt64 {
      (word &<< count) | (word &>> (64 &- count))
    }
  }
}
