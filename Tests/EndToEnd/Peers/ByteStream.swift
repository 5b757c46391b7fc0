/// A reproducible stream of bytes, told by its digest.
public struct ByteStream: Sendable {
  /// What a receiver can compare.
  public struct Digest: Equatable, Sendable {
    public let byteCount: Int
    public let hash: String

    public init(byteCount: Int, hash: String) {
      self.byteCount = byteCount
      self.hash = hash
    }
  }

  private var state: UInt64

  public init(seed: UInt64) {
    state = seed &* 0x9e37_79b9_7f4a_7c15 | 1
  }

  /// The next bytes. Xorshift: fast, and no two pieces are alike.
  public mutating func next(_ count: Int) -> [UInt8] {
    var word = state
    defer { state = word }
    return [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      for index in 0..<count {
        if index & 7 == 0 {
          word ^= word &<< 13
          word ^= word &>> 7
          word ^= word &<< 17
        }
        buffer[index] = UInt8(truncatingIfNeeded: word &>> (UInt64(index & 7) &* 8))
      }
      filled = count
    }
  }

  /// A number up to and including the limit.
  public mutating func number(upTo limit: Int) -> Int {
    let bytes = next(4)
    return bytes.reduce(0) { $0 << 8 | Int($1) } % (limit + 1)
  }

  /// Sends so many bytes in pieces and finishes the stream.
  ///
  /// - Parameter pieceBytesMax: pieces are of random sizes up to this one, or all of it when
  ///   `isMixed` is false.
  public static func send(
    _ byteCount: Int, seed: UInt64, over connection: Connection, pieceBytesMax: Int = 65536,
    isMixed: Bool = false
  ) throws -> Digest {
    var stream = ByteStream(seed: seed)
    var sizes = ByteStream(seed: ~seed)
    var hash = SHA256()
    var sent = 0
    while sent < byteCount {
      let wanted = isMixed ? 1 + sizes.number(upTo: pieceBytesMax - 1) : pieceBytesMax
      let piece = stream.next(min(wanted, byteCount - sent))
      hash.update(piece)
      try connection.send(piece, within: .seconds(60))
      sent += piece.count
    }
    try connection.finish()
    return Digest(byteCount: sent, hash: hash.finish())
  }

  /// Receives until the stream ends.
  public static func receive(over connection: Connection) throws -> Digest {
    var hash = SHA256()
    var received = 0
    while true {
      switch try connection.look(until: Deadline(.seconds(60))) {
      case .bytes(let bytes):
        hash.update(bytes)
        received += bytes.count
      case .ended(.finished):
        return Digest(byteCount: received, hash: hash.finish())
      case .ended(.reset):
        throw PeerFailure("reset after \(received) bytes")
      case .nothing:
        throw PeerFailure("stuck after \(received) bytes")
      }
    }
  }
}
