internal import Basics
internal import Glibc

/// An endpoint in the form that bind(2) and its relatives want.
///
/// Safe: it owns its bytes and lends the pointer for the length of one call only.
@safe
struct RawSocketAddress {
  private var storage = sockaddr_storage()
  /// How many bytes of it count.
  private let length: socklen_t
  /// AF_INET, AF_INET6 or AF_UNIX
  let family: Int32

  init(_ endpoint: Endpoint) {
    switch endpoint.kind {
    case .internet:
      switch endpoint.address.ip.family {
      case .v4:
        family = AF_INET
        length = socklen_t(MemoryLayout<sockaddr_in>.size)
      case .v6:
        family = AF_INET6
        length = socklen_t(MemoryLayout<sockaddr_in6>.size)
      }
    case .unix, .abstract:
      family = AF_UNIX
      length = socklen_t(MemoryLayout<sockaddr_un>.size)
    }
    let bytes = RawSocketAddress.bytes(of: endpoint, family: family)
    unsafe withUnsafeMutableBytes(of: &storage) { room in
      unsafe room.copyBytes(from: bytes)
    }
  }

  /// The fields behind each other: the family in host order, port and address in network order.
  private static func bytes(of endpoint: Endpoint, family: Int32) -> [UInt8] {
    var bytes: [UInt8] = []
    let number = UInt16(family)
    unsafe withUnsafeBytes(of: number) { unsafe bytes.append(contentsOf: $0) }
    switch endpoint.kind {
    case .internet:
      let address = endpoint.address
      bytes += [UInt8(address.port >> 8), UInt8(truncatingIfNeeded: address.port)]
      switch address.ip.family {
      case .v4: bytes.append(bigEndian: UInt64(address.ip.v4Number), bytes: 4)
      case .v6:
        bytes.append(bigEndian: 0, bytes: 4)  // flow label
        bytes.append(bigEndian: address.ip.high, bytes: 8)
        bytes.append(bigEndian: address.ip.low, bytes: 8)
      }
    case .unix: bytes += endpoint.name
    case .abstract: bytes += [0] + endpoint.name
    }
    return bytes
  }

  /// Lends the address for one call.
  func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
    unsafe withUnsafeBytes(of: storage) { bytes in
      // sockaddr_storage is at least as large and as aligned as any sockaddr.
      unsafe body(
        bytes.assumingMemoryBound(to: sockaddr.self).baseAddress.unsafelyUnwrapped, length)
    }
  }
}

extension [UInt8] {
  fileprivate mutating func append(bigEndian number: UInt64, bytes count: Int) {
    for index in stride(from: count - 1, through: 0, by: -1) {
      append(UInt8(truncatingIfNeeded: number >> UInt64(index * 8)))
    }
  }
}
