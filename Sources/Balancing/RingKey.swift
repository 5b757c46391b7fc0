public import Basics

/// What the points of a server on the consistent ring are computed from: servers with equal keys
/// get the same points wherever they stand in a configuration. HAProxy manual, section 5.2,
/// `hash-key`.
public struct RingKey: Hashable, Sendable {
  /// The number to which the points' own numbers are added.
  public let base: UInt32

  /// `hash-key id`: the server's `id`.
  public init(id: Int) {
    base = UInt32(truncatingIfNeeded: id) &* UInt32(Farm.effectiveWeightMax)
  }

  /// `hash-key id32`: the server's `id`, hashed so that those of neighbours share no points.
  public init(id32 id: Int) {
    base = HashFunction.avalanche(UInt32(truncatingIfNeeded: id).byteSwapped)
  }

  /// `hash-key addr`, and `hash-key addr-port` when there is a port.
  ///
  /// - Parameters:
  ///   - address: where the server is.
  ///   - port: the port of `addr-port`, a relative one as it is written; nil for `addr`.
  public init(address: IPAddress, port: Int?) {
    let seed = port.map { HashFunction.avalanche(UInt32(truncatingIfNeeded: $0)) } ?? 0
    switch address.family {
    case .v4: base = HashFunction.avalanche(seed &+ address.v4Number.byteSwapped)
    case .v6:
      var bytes: InlineArray<16, UInt8> = .init(repeating: 0)
      for index in 0..<8 {
        bytes[index] = UInt8(truncatingIfNeeded: address.high >> UInt64(56 - 8 * index))
        bytes[index + 8] = UInt8(truncatingIfNeeded: address.low >> UInt64(56 - 8 * index))
      }
      base = HashFunction.xxh32(bytes.span, seed: seed)
    }
  }
}
