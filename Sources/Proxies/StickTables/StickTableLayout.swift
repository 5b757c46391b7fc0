public import ConfigurationLanguage
public import Samples

/// Where the parts of an entry lie: a header, the key, then what the table stores, all in words of
/// 32 bits.
public struct StickTableLayout: Sendable {
  /// Where a stored value lies.
  struct Field: Sendable {
    /// The first word; 0 when the type is not stored.
    var word: UInt32 = 0
    /// The number of elements.
    var count: UInt32 = 0
    /// The period of a rate in milliseconds.
    var period: UInt32 = 0
  }

  /// The header, word by word.
  enum Header {
    /// The entry that was used before this one.
    static let older = 0
    /// The entry that was used after this one.
    static let newer = 1
    /// The next entry with the same hash.
    static let chain = 2
    static let hash = 3
    /// How many sessions hold the entry.
    static let references = 4
    /// Which of the entries that have used the place it is.
    static let generation = 5
    /// When it expires, in milliseconds, the low half first.
    static let expiry = 6
    /// The bytes of the key, for strings alone.
    static let keyLength = 8
  }

  /// `type`
  public let keyType: StickTableConfiguration.KeyType
  /// The bytes of a key: exactly, or at most for strings.
  public let keyLength: Int
  /// The first word of the key.
  let key: Int
  /// Words of an entry.
  let stride: Int
  private var fields = InlineArray<27, Field>(repeating: Field())

  init(_ configuration: StickTableConfiguration) {
    keyType = configuration.keyType
    keyLength = configuration.keyLength
    key = keyType == .string ? Header.keyLength + 1 : Header.keyLength
    var word = key + (keyLength + 3) / 4
    for stored in configuration.stored {
      let words =
        switch stored.type.storage {
        case .signed, .unsigned, .serverKey: 1
        case .long: 2
        case .rate: 3
        }
      fields[Int(stored.type.rawValue)] = Field(
        word: UInt32(word), count: UInt32(stored.count), period: stored.period)
      word += words * stored.count
    }
    stride = word
  }

  /// The bytes that one entry takes, its place in the index included.
  public var entryBytesMax: Int { 4 * stride + 8 }

  /// Whether a type, or an array in its place, is stored.
  public func stores(_ type: StickTableDataType, _ element: Int = 0) -> Bool {
    place(of: type, element) != nil
  }

  /// Whether a session counts its bytes here.
  public var storesBytes: Bool {
    stores(.bytesInCount) || stores(.bytesInRate) || stores(.bytesOutCount)
      || stores(.bytesOutRate)
  }

  /// Where an element of a stored value lies. The arrays stand in for `gpt0`, `gpc0`, `gpc1` and
  /// their rates where a table has only those.
  ///
  /// - Returns: its first word and its period; nil when it is not stored.
  func place(
    of type: StickTableDataType, _ element: Int
  ) -> (word: Int, period: UInt32)? {
    let field = fields[Int(type.rawValue)]
    guard field.word > 0 else {
      switch type {
      case .gpt0 where element == 0: return place(of: .gpt, 0)
      case .gpc0 where element == 0: return place(of: .gpc, 0)
      case .gpc1 where element == 0: return place(of: .gpc, 1)
      case .gpc0Rate where element == 0: return place(of: .gpcRate, 0)
      case .gpc1Rate where element == 0: return place(of: .gpcRate, 1)
      default: return nil
      }
    }
    guard element >= 0, element < Int(field.count) else { return nil }
    let words = type.storage == .rate ? 3 : type.storage == .long ? 2 : 1
    return (Int(field.word) + words * element, field.period)
  }
}
