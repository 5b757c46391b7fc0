/// A small generator of pseudo-random numbers, held as a value so that a simulation repeats: the
/// same seed gives the same numbers.
///
/// Not for secrets.
public struct PseudoRandom: RandomNumberGenerator, Hashable, Sendable {
  private var state: UInt64

  /// - Parameter seed: any number; equal seeds give equal sequences.
  public init(seed: UInt64) { state = seed }

  /// The next 64 bits (splitmix64: Steele, Lea and Flood, 2014).
  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed &>> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed &>> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed &>> 31)
  }

  /// A number from 0 to `bound` - 1, evenly spread.
  ///
  /// - Parameter bound: above 0.
  public mutating func below(_ bound: Int) -> Int {
    Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(bound)).high)
  }
}
