/// The one source of chance of a simulation: SplitMix64, so that a seed says everything.
public struct RandomNumbers: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// - Parameter seed: any number.
  public init(seed: UInt64) { state = seed }

  /// Any number.
  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    return RandomNumbers.mix(state)
  }

  /// A number from 0 to `bound` less one; `bound` is at least 1.
  public mutating func below(_ bound: Int) -> Int {
    Int(truncatingIfNeeded: next() >> 1) % bound
  }

  /// A number of the closed range.
  public mutating func number(in range: ClosedRange<Int>) -> Int {
    range.lowerBound + below(range.upperBound - range.lowerBound + 1)
  }

  /// True once in `1 / ratio` times; never for 0 and always for 1.
  public mutating func chance(_ ratio: Double) -> Bool {
    // No number is drawn for what is switched off, so that a fault can be added without changing
    // what the old seeds do.
    guard ratio > 0 else { return false }
    return Double(next() >> 11) < ratio * 9_007_199_254_740_992
  }

  /// SplitMix64's finaliser: every bit of the result depends on every bit of the number.
  static func mix(_ number: UInt64) -> UInt64 {
    var z = number
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
