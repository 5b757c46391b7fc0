/// What the parser of a reply makes of it.
enum ReplyVerdict: Hashable, Sendable {
  /// More bytes are needed.
  case needMore
  /// It is as it should be; more steps follow.
  case proceed
  /// It is as it should be, and says this.
  case passed([UInt8])
  /// It is not as it should be; empty when the reply says nothing itself.
  case failed(CheckStatus, code: Int, info: [UInt8])
}

/// The packets of MySQL and MariaDB. MySQL internals manual, "Client/Server Protocol".
enum MySQLReply {
  /// Reads the greeting, or the packet behind it.
  ///
  /// - Parameters:
  ///   - bytes: everything since the connection was made.
  ///   - isSecond: the packet behind the greeting.
  ///   - isLast: nothing follows in the program.
  ///   - hasEnded: nothing more will come.
  static func parse(
    _ bytes: [UInt8], isSecond: Bool, isLast: Bool, hasEnded: Bool
  ) -> ReplyVerdict {
    var offset = 0
    if isSecond {
      guard bytes.count >= 4 else { return incomplete(hasEnded) }
      offset = 4 + length(bytes, at: 0)
    }
    guard bytes.count >= offset + 4 else { return incomplete(hasEnded) }
    let count = length(bytes, at: offset)
    guard bytes.count >= offset + 4 + count else { return incomplete(hasEnded) }
    if count > 0, bytes[offset + 4] == 0xff {
      let packet = bytes[(offset + 4)...]
      let code = packet.count >= 3 ? Int(bytes[offset + 5]) | Int(bytes[offset + 6]) << 8 : 0
      return .failed(.layer7WrongStatus, code: code, info: Array(packet.dropFirst(3)))
    }
    guard isLast else { return .proceed }
    // The version of the server stands in the greeting, up to a zero.
    return .passed(Array(bytes.dropFirst(5).prefix { $0 != 0 }))
  }

  private static func length(_ bytes: [UInt8], at index: Int) -> Int {
    Int(bytes[index]) | Int(bytes[index + 1]) << 8 | Int(bytes[index + 2]) << 16
  }

  private static func incomplete(_ hasEnded: Bool) -> ReplyVerdict {
    hasEnded ? .failed(.layer7InvalidResponse, code: 0, info: []) : .needMore
  }
}

/// The answer to an anonymous bind. RFC 4511, section 4.2.2.
enum LDAPReply {
  /// - Parameters:
  ///   - bytes: everything since the request; the first byte is known to be 0x30.
  ///   - hasEnded: nothing more will come.
  static func parse(_ bytes: [UInt8], hasEnded: Bool) -> ReplyVerdict {
    let incomplete: ReplyVerdict =
      hasEnded ? .failed(.layer7InvalidResponse, code: 0, info: []) : .needMore
    let foreign = ReplyVerdict.failed(
      .layer7InvalidResponse, code: 0, info: Array("Not LDAPv3 protocol".utf8))
    var rest = bytes.dropFirst()
    guard let first = rest.popFirst() else { return incomplete }
    var length = Int(first)
    if first & 0x80 != 0 {
      // One server encodes lengths in four bytes, none in three.
      let count = Int(first & 0x7f)
      guard count == 2 || count == 4 else { return foreign }
      guard rest.count >= count else { return incomplete }
      length = rest.prefix(count).reduce(0) { $0 << 8 | Int($1) }
      rest = rest.dropFirst(count)
    }
    guard rest.count >= length else { return incomplete }
    guard rest.starts(with: [0x02, 0x01, 0x01, 0x61]) else {
      return rest.count < 4 ? incomplete : foreign
    }
    rest = rest.dropFirst(4)
    guard let size = rest.popFirst() else { return incomplete }
    if size & 0x80 != 0 { rest = rest.dropFirst(Int(size & 0x7f)) }
    guard rest.count >= 3 else { return incomplete }
    guard rest.starts(with: [0x0a, 0x01]) else { return foreign }
    let code = Int(rest[rest.startIndex + 2])
    guard code == 0 else {
      return .failed(
        .layer7WrongStatus, code: code,
        info: Array("See RFC: http://tools.ietf.org/html/rfc4511#section-4.1.9".utf8))
    }
    return .passed(Array("Success".utf8))
  }
}

/// The hello of an SPOE agent. SPOE.txt, section 3.2.5.
enum SPOPReply {
  private enum Problem: Int, Error {
    case normal = 0
    case invalid = 4
    case noVersion = 5
    case noFrameSize = 6
    case noCapabilities = 7
    case badVersion = 8
    case badFrameSize = 9

    var sentence: String {
      switch self {
      case .normal: "normal"
      case .invalid: "invalid frame received"
      case .noVersion: "version value not found"
      case .noFrameSize: "max-frame-size value not found"
      case .noCapabilities: "capabilities value not found"
      case .badVersion: "unsupported version"
      case .badFrameSize: "max-frame-size too big or too small"
      }
    }
  }

  private static let frameSizes = 256...(16384 - 4)

  /// - Parameters:
  ///   - bytes: everything since the request.
  ///   - hasEnded: nothing more will come.
  static func parse(_ bytes: [UInt8], hasEnded: Bool) -> ReplyVerdict {
    do throws(Problem) {
      guard bytes.count >= 11 else {
        if hasEnded { throw .invalid }
        return .needMore
      }
      let length = bytes[..<4].reduce(0) { $0 << 8 | Int($1) }
      guard bytes[4] == 101 || bytes[4] == 102, bytes[5..<9].elementsEqual([0, 0, 0, 1]),
        bytes[9] == 0, bytes[10] == 0
      else { throw .invalid }
      guard bytes.count >= 4 + length else {
        if hasEnded { throw .invalid }
        return .needMore
      }
      var reader = SPOPReader(rest: bytes[11...])
      try hello(&reader)
      return .passed(Array("SPOA server is ok".utf8))
    } catch {
      return .failed(
        .layer7InvalidResponse, code: error.rawValue, info: Array(error.sentence.utf8))
    }
  }

  private static func hello(_ reader: inout SPOPReader) throws(Problem) {
    var hasVersion = false
    var hasFrameSize = false
    var hasCapabilities = false
    while !reader.rest.isEmpty {
      guard let key = reader.string(), !key.isEmpty else { throw .invalid }
      if key.elementsEqual("version".utf8) {
        guard let version = reader.typedString() else { throw .invalid }
        guard let major = majorVersion(version) else { throw .invalid }
        guard major == 2 else { throw .badVersion }
        hasVersion = true
      } else if key.elementsEqual("max-frame-size".utf8) {
        guard let size = reader.typedInteger() else { throw .invalid }
        guard let size = Int(exactly: size), frameSizes.contains(size) else { throw .badFrameSize }
        hasFrameSize = true
      } else if key.elementsEqual("capabilities".utf8) {
        guard reader.typedString() != nil else { throw .invalid }
        hasCapabilities = true
      } else {
        guard reader.skipValue() else { throw .invalid }
      }
    }
    if !hasVersion { throw .noVersion }
    if !hasFrameSize { throw .noFrameSize }
    if !hasCapabilities { throw .noCapabilities }
  }

  /// The major number of `2.0`; nil when it is no version.
  private static func majorVersion(_ text: ArraySlice<UInt8>) -> Int? {
    let parts = String(decoding: text, as: UTF8.self).split(
      separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, let major = Int(parts[0]), let minor = Int(parts[1]), minor >= 0 else {
      return nil
    }
    return minor == 0 ? major : -1
  }
}

/// Reads the values of SPOP frames. SPOE.txt, section 3.1.
private struct SPOPReader {
  var rest: ArraySlice<UInt8>

  mutating func integer() -> UInt64? {
    guard let first = rest.popFirst() else { return nil }
    var value = UInt64(first)
    guard value >= 240 else { return value }
    var shift: UInt64 = 4
    while let byte = rest.popFirst() {
      guard shift < 64 else { return nil }
      value &+= UInt64(byte) << shift
      shift += 7
      if byte < 128 { return value }
    }
    return nil
  }

  mutating func string() -> ArraySlice<UInt8>? {
    guard let count = integer(), count <= UInt64(rest.count) else { return nil }
    defer { rest = rest.dropFirst(Int(count)) }
    return rest.prefix(Int(count))
  }

  mutating func typedString() -> ArraySlice<UInt8>? {
    guard let type = rest.popFirst(), type & 0x0f == 8 else { return nil }
    return string()
  }

  mutating func typedInteger() -> UInt64? {
    guard let type = rest.popFirst(), (2...5).contains(type & 0x0f) else { return nil }
    return integer()
  }

  mutating func skipValue() -> Bool {
    guard let type = rest.popFirst() else { return false }
    let bytes: Int
    switch type & 0x0f {
    case 0, 1: return true
    case 2...5: return integer() != nil
    case 6: bytes = 4
    case 7: bytes = 16
    case 8, 9: return string() != nil
    default: return false
    }
    guard rest.count >= bytes else { return false }
    rest = rest.dropFirst(bytes)
    return true
  }
}
