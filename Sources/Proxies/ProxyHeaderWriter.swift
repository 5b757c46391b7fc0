import Basics

extension ProxyHeader {
  /// Appends the line of version 1 that `send-proxy` sends: at most 107 bytes.
  ///
  /// Without addresses it is `PROXY UNKNOWN`. When only one of the two is an IPv6 address the
  /// other is written as one too.
  public func writeVersionOne(into bytes: inout [UInt8]) {
    guard let addresses else {
      bytes.append(text: "PROXY UNKNOWN\r\n")
      return
    }
    let isV4 = addresses.isV4
    bytes.append(text: isV4 ? "PROXY TCP4 " : "PROXY TCP6 ")
    addresses.source.ip.write(as: isV4 ? .v4 : .v6, into: &bytes)
    bytes.append(UInt8(ascii: " "))
    addresses.destination.ip.write(as: isV4 ? .v4 : .v6, into: &bytes)
    bytes.append(UInt8(ascii: " "))
    bytes.append(decimal: UInt64(addresses.source.port))
    bytes.append(UInt8(ascii: " "))
    bytes.append(decimal: UInt64(addresses.destination.port))
    bytes.append(text: "\r\n")
  }

  /// Appends the block of version 2 that `send-proxy-v2` sends: 16, 28 or 52 bytes.
  ///
  /// Without addresses it is the command LOCAL, which is also what a health check sends. When only
  /// one of the two is an IPv6 address the other is written as one too.
  public func writeVersionTwo(into bytes: inout [UInt8]) {
    writeVersionTwo(into: &bytes, Values())
  }

  /// What a block of version 2 has besides addresses. proxy-protocol.txt, section 2.2
  public struct Values: Sendable {
    /// Before the checksum: types and what they hold.
    public var first: [(type: UInt8, bytes: [UInt8])] = []
    /// Whether a CRC-32C of the whole header is sent: PP2_TYPE_CRC32C.
    public var hasChecksum = false
    /// Behind the checksum: PP2_TYPE_UNIQUE_ID; nil for none.
    public var uniqueID: [UInt8]?

    /// None.
    public init() {}
  }

  /// The same with values behind the addresses. What does not fit into the 65535 bytes of a block is
  /// left out.
  public func writeVersionTwo(into bytes: inout [UInt8], _ values: Values) {
    let start = bytes.count
    writeAddresses(into: &bytes)
    let bodyStart = start + ProxyHeaderBlock.fixedBytes
    func append(_ type: UInt8, _ value: [UInt8]) {
      guard bytes.count - bodyStart + 3 + value.count <= Int(UInt16.max) else { return }
      bytes.append(type)
      bytes.append(bigEndian: UInt64(value.count), count: 2)
      bytes += value
    }
    for value in values.first { append(value.type, value.bytes) }
    var checksumPlace: Int?
    if values.hasChecksum, bytes.count - bodyStart + 7 <= Int(UInt16.max) {
      append(0x03, [0, 0, 0, 0])
      checksumPlace = bytes.count - 4
    }
    if let uniqueID = values.uniqueID { append(0x05, uniqueID) }
    let count = bytes.count - bodyStart
    bytes[bodyStart - 2] = UInt8(truncatingIfNeeded: count >> 8)
    bytes[bodyStart - 1] = UInt8(truncatingIfNeeded: count)
    guard let checksumPlace else { return }
    let checksum = HashFunction.crc32c(Array(bytes[start...]).span)
    for place in 0..<4 {
      bytes[checksumPlace + place] = UInt8(truncatingIfNeeded: checksum >> UInt32(24 - 8 * place))
    }
  }

  private func writeAddresses(into bytes: inout [UInt8]) {
    for index in 0..<ProxyHeaderBlock.signature.count {
      bytes.append(ProxyHeaderBlock.signature[index])
    }
    guard let addresses else {
      bytes.append(bigEndian: 0x2000_0000, count: 4)
      return
    }
    if addresses.isV4 {
      bytes.append(bigEndian: 0x2111_000c, count: 4)
      bytes.append(bigEndian: addresses.source.ip.low, count: 4)
      bytes.append(bigEndian: addresses.destination.ip.low, count: 4)
    } else {
      bytes.append(bigEndian: 0x2121_0024, count: 4)
      bytes.append(mapped: addresses.source.ip)
      bytes.append(mapped: addresses.destination.ip)
    }
    bytes.append(bigEndian: UInt64(addresses.source.port), count: 2)
    bytes.append(bigEndian: UInt64(addresses.destination.port), count: 2)
  }
}

extension ProxyHeader.Addresses {
  /// Whether both addresses are IPv4.
  fileprivate var isV4: Bool { source.ip.family == .v4 && destination.ip.family == .v4 }
}

extension IPAddress {
  /// The IPv4-mapped form of an IPv4 address (RFC 4291, section 2.5.5.2); an IPv6 one as it is.
  fileprivate var mapped: IPAddress {
    family == .v4 ? IPAddress(v6: 0, 0xffff_0000_0000 | low) : self
  }

  fileprivate func write(as family: Family, into bytes: inout [UInt8]) {
    switch family {
    case .v4: write(to: &bytes)
    case .v6: mapped.write(to: &bytes)
    }
  }
}

extension [UInt8] {
  /// Appends the 16 bytes of an address in its IPv6 form.
  fileprivate mutating func append(mapped ip: IPAddress) {
    append(bigEndian: ip.mapped.high, count: 8)
    append(bigEndian: ip.mapped.low, count: 8)
  }

  /// Appends the low `count` bytes of a number, the highest first.
  fileprivate mutating func append(bigEndian number: UInt64, count: Int) {
    for shift in stride(from: (count - 1) * 8, through: 0, by: -8) {
      append(UInt8(truncatingIfNeeded: number >> UInt64(shift)))
    }
  }
}
