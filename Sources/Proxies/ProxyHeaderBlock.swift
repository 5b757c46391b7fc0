import Basics

/// Version 2 of the PROXY protocol: a binary block. proxy-protocol.txt, section 2.2.
enum ProxyHeaderBlock {
  /// What every block begins with.
  static let signature: InlineArray<12, UInt8> = [
    0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a,
  ]
  /// Signature, version and command, family, length.
  static let fixedBytes = 16

  /// The types of additional values that are looked at.
  private enum ValueType {
    static let authority: UInt8 = 0x02
    static let checksum: UInt8 = 0x03
    static let uniqueID: UInt8 = 0x05
  }

  /// Reads a complete block with the command PROXY.
  ///
  /// - Parameters:
  ///   - bytes: at least `total` bytes.
  ///   - total: the length of the block.
  static func parse(_ bytes: borrowing Span<UInt8>, total: Int) -> ProxyHeader.Parse {
    let addresses: ProxyHeader.Addresses
    let valuesStart: Int
    switch bytes[13] {
    case 0x11:
      valuesStart = fixedBytes + 12
      guard total >= valuesStart else { return .invalid(.invalidHeader) }
      addresses = .init(
        source: .init(
          ip: IPAddress(v4: UInt32(number(bytes, at: 16, count: 4))),
          port: UInt16(number(bytes, at: 24, count: 2))),
        destination: .init(
          ip: IPAddress(v4: UInt32(number(bytes, at: 20, count: 4))),
          port: UInt16(number(bytes, at: 26, count: 2))))
    case 0x21:
      valuesStart = fixedBytes + 36
      guard total >= valuesStart else { return .invalid(.invalidHeader) }
      addresses = .init(
        source: .init(
          ip: IPAddress(v6: number(bytes, at: 16, count: 8), number(bytes, at: 24, count: 8)),
          port: UInt16(number(bytes, at: 48, count: 2))),
        destination: .init(
          ip: IPAddress(v6: number(bytes, at: 32, count: 8), number(bytes, at: 40, count: 8)),
          port: UInt16(number(bytes, at: 50, count: 2))))
    default:
      // Unix sockets, datagrams and what is not specified: valid, but nothing to take over. How
      // long the addresses are is not known for all of them, so nothing behind them is looked at.
      return .header(ProxyHeader(), consumed: total)
    }
    guard areValuesValid(bytes, from: valuesStart, total: total) else {
      return .invalid(.invalidHeader)
    }
    return .header(ProxyHeader(addresses), consumed: total)
  }

  /// Whether the additional values fill the rest of the block and the known ones are right.
  private static func areValuesValid(
    _ bytes: borrowing Span<UInt8>, from start: Int, total: Int
  ) -> Bool {
    var position = start
    while position < total {
      guard position + 3 <= total else { return false }
      let type = bytes[position]
      let length = Int(number(bytes, at: position + 1, count: 2))
      let value = position + 3
      guard value + length <= total else { return false }
      switch type {
      case ValueType.authority:
        guard length <= 255 else { return false }
      case ValueType.uniqueID:
        guard length <= 128 else { return false }
      case ValueType.checksum:
        guard length == 4 else { return false }
        let checksum = UInt32(number(bytes, at: value, count: 4))
        guard Checksum.compute(bytes, total: total, hole: value) == checksum else { return false }
      default: break
      }
      position = value + length
    }
    return true
  }

  /// A big-endian number.
  private static func number(
    _ bytes: borrowing Span<UInt8>, at start: Int, count: Int
  ) -> UInt64 {
    var result: UInt64 = 0
    for index in start..<(start + count) { result = result << 8 | UInt64(bytes[index]) }
    return result
  }

  /// CRC32c (RFC 4960, appendix B) over the whole block, the checksum itself taken as zero.
  private enum Checksum {
    private static let table: [UInt32] = (0..<256).map { index in
      (0..<8).reduce(UInt32(index)) { rest, _ in
        rest & 1 == 1 ? rest >> 1 ^ 0x82f6_3b78 : rest >> 1
      }
    }

    static func compute(_ bytes: borrowing Span<UInt8>, total: Int, hole: Int) -> UInt32 {
      let table = self.table
      var rest = UInt32.max
      for index in 0..<total {
        let byte = (hole..<(hole + 4)).contains(index) ? 0 : bytes[index]
        rest = rest >> 8 ^ table[Int(UInt8(truncatingIfNeeded: rest) ^ byte)]
      }
      return ~rest
    }
  }
}
