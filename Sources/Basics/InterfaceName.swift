/// The name of a network interface: 1 to 15 bytes, a trivial value. IFNAMSIZ, netdevice(7)
public struct InterfaceName: Hashable, Sendable {
  /// The longest name.
  public static let bytesMax = 15

  /// The bytes of the name, the first one lowest, and zeros behind it.
  private let words: (low: UInt64, high: UInt64)

  /// - Parameter name: the name.
  /// - Returns: nil when it is empty, too long, or has a zero byte.
  public init?(_ name: some Collection<UInt8>) {
    guard (1...InterfaceName.bytesMax).contains(name.count), !name.contains(0) else { return nil }
    var words: (low: UInt64, high: UInt64) = (0, 0)
    for (place, byte) in name.enumerated() {
      if place < 8 {
        words.low |= UInt64(byte) &<< UInt64(8 * place)
      } else {
        words.high |= UInt64(byte) &<< UInt64(8 * (place - 8))
      }
    }
    self.words = words
  }

  /// A byte of the name; 0 behind its end.
  ///
  /// - Parameter place: 0 to 15.
  public subscript(_ place: Int) -> UInt8 {
    let word = place < 8 ? words.low : words.high
    return UInt8(truncatingIfNeeded: word &>> UInt64(8 * (place & 7)))
  }

  public static func == (left: InterfaceName, right: InterfaceName) -> Bool {
    left.words == right.words
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(words.low)
    hasher.combine(words.high)
  }
}
