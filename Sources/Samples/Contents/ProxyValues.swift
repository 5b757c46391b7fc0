/// The additional values of a PROXY header of version 2, as they came: a type, two bytes of length, the
/// value. proxy-protocol.txt, section 2.2
enum ProxyValues {
  static let authority: UInt8 = 0x02
  static let uniqueID: UInt8 = 0x05

  /// The most bytes a value may have.
  static let valueBytesMax = 1024

  /// The numbers of the types that have names in `fc_pp_tlv`. HAProxy manual, section 7.3.3
  static let types: [String: UInt8] = [
    "ALPN": 0x01, "AUTHORITY": authority, "CRC32C": 0x03, "NOOP": 0x04, "UNIQUE_ID": uniqueID,
    "SSL": 0x20, "SSL_VERSION": 0x21, "SSL_CN": 0x22, "SSL_CIPHER": 0x23, "SSL_SIG_ALG": 0x24,
    "SSL_KEY_ALG": 0x25, "NETNS": 0x30,
  ]

  /// The values of a type, in order. What is behind a malformed one is not looked at.
  static func all(of type: UInt8, in bytes: [UInt8]) -> [[UInt8]] {
    var values: [[UInt8]] = []
    var index = 0
    while index + 3 <= bytes.count {
      let count = Int(bytes[index + 1]) << 8 | Int(bytes[index + 2])
      let start = index + 3
      guard start + count <= bytes.count, count <= valueBytesMax else { break }
      if bytes[index] == type { values.append(Array(bytes[start..<start + count])) }
      index = start + count
    }
    return values
  }
}
