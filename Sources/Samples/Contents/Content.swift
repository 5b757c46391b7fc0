/// The bytes that one side has sent so far, and what can be read from them. Pure and bounded: hostile
/// bytes give `absent`, too few give `unknown`.
struct Content {
  let bytes: [UInt8]
  /// The most bytes there can ever be.
  let bytesMax: Int
  /// Whether more may come.
  let isOpen: Bool

  init(_ bytes: [UInt8], bytesMax: Int, isOpen: Bool) {
    self.bytes = bytes
    self.bytesMax = bytesMax
    self.isOpen = isOpen
  }

  // MARK: Parts of the bytes

  /// `req.payload(<offset>,<length>)`; a length of 0 is all there is. HAProxy manual, section 7.3.5.
  func payload(offset: Int64, count: Int64) -> SampleOutcome {
    let limit = Int64(bytesMax)
    guard offset >= 0, count >= 0, offset <= limit, count <= limit - offset else { return .absent }
    guard offset + count <= Int64(bytes.count) else { return .unknown }
    let end = count == 0 ? bytes.count : Int(offset + count)
    return .value(.binary(Array(bytes[Int(offset)..<end])), mayChange: count == 0 && isOpen)
  }

  /// `req.payload_lv(<offset1>,<length>,<offset2>)`: as many bytes as the number says that stands at
  /// `lengthOffset`. HAProxy manual, section 7.3.5.
  func payload(lengthOffset: Int64, lengthBytes: Int64, offset: Int64) -> SampleOutcome {
    let limit = Int64(bytesMax)
    guard (0...limit).contains(lengthOffset), (0...limit).contains(lengthBytes) else {
      return .absent
    }
    guard lengthOffset + lengthBytes <= Int64(bytes.count) else { return .unknown }
    var count: UInt32 = 0
    for byte in bytes[Int(lengthOffset)..<Int(lengthOffset + lengthBytes)] {
      count = count << 8 | UInt32(byte)
    }
    guard count > 0, Int64(count) <= limit, (0...limit).contains(offset),
      offset + Int64(count) <= limit
    else { return .absent }
    guard offset + Int64(count) <= Int64(bytes.count) else { return .unknown }
    return .value(
      .binary(Array(bytes[Int(offset)..<Int(offset) + Int(count)])), mayChange: false)
  }

  // MARK: Remote desktop

  /// The value of a cookie in a connection request. MS-RDPBCGR, section 2.2.1.1; X.224 before it takes
  /// eleven bytes.
  ///
  /// - Parameter name: the cookie's name; empty for any.
  func remoteDesktopCookie(_ name: [UInt8]) -> SampleOutcome {
    guard bytes.count > 18 else { return .unknown }
    guard Array(bytes[11..<18]).lowercased == Array("cookie:".utf8) else { return .absent }
    var index = 18
    while index < bytes.count, bytes[index] == UInt8(ascii: " ") { index += 1 }
    if name.isEmpty {
      while index < bytes.count, bytes[index] != UInt8(ascii: "=") {
        if bytes[index] == UInt8(ascii: "\r") || bytes[index] == UInt8(ascii: "\n") {
          return .absent
        }
        index += 1
      }
      guard index < bytes.count else { return .unknown }
    } else {
      guard bytes.count - index > name.count else { return .unknown }
      guard bytes[index + name.count] == UInt8(ascii: "="),
        Array(bytes[index..<index + name.count]).lowercased == name.lowercased
      else { return .absent }
      index += name.count
    }
    index += 1
    let start = index
    while index < bytes.count, bytes[index] != UInt8(ascii: "\r") { index += 1 }
    guard index + 1 < bytes.count else { return .unknown }
    guard bytes[index + 1] == UInt8(ascii: "\n") else { return .absent }
    return .value(.string(Array(bytes[start..<index])), mayChange: false)
  }

  // MARK: TLS

  /// The first bytes of a record of TLS or SSLv3: RFC 8446, section 5.1.
  private var isRecord: Bool {
    guard let type = bytes.first else { return false }
    return (0x14...0x17).contains(type) || type == 0xff
  }

  /// `req.ssl_hello_type`: the type of the handshake message, once all of it is there.
  var helloType: SampleOutcome {
    guard let first = bytes.first else { return .unknown }
    guard isRecord else { return .absent }
    if first == 0x16 {
      switch TLSHandshake.read(bytes) {
      case .message(let type, _): return .value(.integer(Int64(type)), mayChange: false)
      case .needMore: return .unknown
      case .invalid: return .absent
      }
    }
    // HAProxy looks at records of other types as if they held a handshake message.
    guard bytes.count >= 9 else { return .unknown }
    guard bytes[1] >= 3, Int(bytes[3]) << 8 | Int(bytes[4]) >= 4 else { return .absent }
    let count = Int(bytes[6]) << 16 | Int(bytes[7]) << 8 | Int(bytes[8])
    guard bytes.count >= 9 + count else { return .unknown }
    return .value(.integer(Int64(bytes[5])), mayChange: false)
  }

  /// `req.ssl_ver`: the version that the hello asks for, 16 bits each for major and minor; SSLv2 hellos
  /// are known too.
  var helloVersion: SampleOutcome {
    guard let first = bytes.first else { return .unknown }
    guard isRecord else { return oldHelloVersion(first) }
    guard bytes.count >= 11 else { return .unknown }
    let length = Int(bytes[3]) << 8 | Int(bytes[4])
    guard bytes[1] >= 3, (6...(1 << 14) + 2048).contains(length) else { return .absent }
    guard bytes.count - 5 >= min(length, bytesMax - 5) else { return .unknown }
    return .value(.integer(Int64(bytes[9]) << 16 | Int64(bytes[10])), mayChange: false)
  }

  /// The hello of SSLv2, which newer clients once used to ask for newer versions.
  private func oldHelloVersion(_ first: UInt8) -> SampleOutcome {
    let isShort = first & 0x80 != 0
    let header = isShort ? 2 : 3
    guard bytes.count > header else { return .unknown }
    let length = Int(first & (isShort ? 0x7f : 0x3f)) << 8 | Int(bytes[1])
    let padding = isShort ? 0 : Int(bytes[2])
    guard bytes[header] == 1 else { return .absent }
    guard bytes.count >= header + 9 else { return .unknown }
    let field = { (index: Int) in
      Int(bytes[header + 1 + index]) << 8 | Int(bytes[header + 2 + index])
    }
    let (ciphers, identifier, challenge) = (field(2), field(4), field(6))
    guard ciphers % 3 == 0, identifier == 0 || identifier == 16, (16...32).contains(challenge),
      length == 9 + ciphers + identifier + challenge
    else { return .absent }
    let rest = min(ciphers + identifier + challenge + padding, bytesMax - header - 9)
    guard bytes.count >= header + 9 + rest else { return .unknown }
    return .value(
      .integer(Int64(bytes[header + 1]) << 16 | Int64(bytes[header + 2])), mayChange: false)
  }

  /// The `req.ssl_*` fetches that look into a ClientHello.
  func clientHello(_ fetch: SampleFetch) -> SampleOutcome {
    switch ClientHello.read(bytes) {
    case .needMore: return .unknown
    case .invalid: return .absent
    case .hello(let hello):
      let value: SampleValue? =
        switch fetch {
        case .reqSslSni: hello.serverName.map { .string($0) }
        case .reqSslAlpn: hello.protocols.first.map { .string($0) }
        case .reqSslCipherlist: .binary(hello.cipherSuites)
        case .reqSslEcExt: hello.extension(10) == nil ? nil : .bool(true)
        case .reqSslStExt:
          .integer(hello.extension(35).map { $0.isEmpty ? 1 : 2 } ?? 0)
        case .reqSslSupportedGroups: hello.list(in: 10).map { .binary($0) }
        case .reqSslSigalgs: hello.list(in: 13).map { .binary($0) }
        case .reqSslKeyshareGroups: hello.keyShareGroups.map { .binary($0) }
        default: nil
        }
      return value.map { .value($0, mayChange: false) } ?? .absent
    }
  }
}
