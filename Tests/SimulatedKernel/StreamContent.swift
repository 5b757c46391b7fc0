/// The bytes of a stream that can be checked without being kept: the first eight name the seed that
/// all the others follow from.
public struct StreamContent: Sendable {
  /// What names the stream; never 0.
  public let seed: UInt64

  /// - Parameter seed: what names the stream; 0 counts as 1.
  public init(seed: UInt64) { self.seed = seed == 0 ? 1 : seed }

  /// The byte at an offset of the stream.
  public func byte(at offset: Int) -> UInt8 {
    let word = offset < 8 ? seed : RandomNumbers.mix(seed &+ UInt64(offset >> 3))
    return UInt8(truncatingIfNeeded: word >> UInt64((offset & 7) * 8))
  }

  /// The bytes of a part of the stream.
  public func bytes(_ range: Range<Int>) -> [UInt8] { range.map(byte(at:)) }
}

/// What went one way through a connection: how much, a hash of it, and whether it was what its
/// first eight bytes promised.
public struct StreamRecord: Sendable {
  /// How many bytes.
  public private(set) var count = 0
  /// A hash of all bytes in their order: FNV-1a.
  public private(set) var hash: UInt64 = 0xcbf2_9ce4_8422_2325
  /// The first bytes, up to `keptMax`.
  public private(set) var kept: [UInt8] = []
  /// The seed that the first eight bytes name; 0 before they are there.
  public private(set) var seed: UInt64 = 0
  /// Where the first byte is that `StreamContent` of that seed does not have there; nil when there
  /// is none. Meaningful for streams that began as one.
  public private(set) var firstDifference: Int?

  /// How many bytes are kept.
  public static let keptMax = 4_096

  init() {}

  mutating func append(_ bytes: some Sequence<UInt8>) {
    for byte in bytes {
      hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
      if count < StreamRecord.keptMax { kept.append(byte) }
      if count < 8 {
        seed |= UInt64(byte) << UInt64(count * 8)
      } else if firstDifference == nil, StreamContent(seed: seed).byte(at: count) != byte {
        firstDifference = count
      }
      count += 1
    }
  }
}

/// Bytes that wait: first in, first out.
struct ByteQueue {
  private var bytes: [UInt8] = []
  private var head = 0

  var count: Int { bytes.count - head }
  var isEmpty: Bool { head == bytes.count }

  mutating func append(_ more: some Sequence<UInt8>) { bytes.append(contentsOf: more) }

  mutating func removeFirst(_ count: Int) -> ArraySlice<UInt8> {
    let end = head + min(count, self.count)
    let first = bytes[head..<end]
    head = end
    if head == bytes.count {
      bytes = []
      head = 0
    } else if head > 65_536, head > bytes.count / 2 {
      bytes.removeSubrange(0..<head)
      head = 0
    }
    return first
  }

  mutating func removeAll() {
    bytes = []
    head = 0
  }
}
