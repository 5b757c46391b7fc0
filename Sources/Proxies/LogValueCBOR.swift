import Samples

/// The bytes of CBOR that log lines are made of. RFC 8949, section 3.
enum CBOR {
  /// The three upper bits of an item's first byte.
  enum MajorType: UInt8 {
    case unsigned = 0x00
    case negative = 0x20
    case text = 0x60
  }

  /// A map without a length begins.
  static let mapStart: UInt8 = 0xbf
  /// A text without a length begins: its parts follow.
  static let textStart: UInt8 = 0x7f
  /// The end of what has no length
  static let end: UInt8 = 0xff
  static let `false`: UInt8 = 0xf4
  static let `true`: UInt8 = 0xf5
  static let null: UInt8 = 0xf6
}

extension LogValueWriter {
  /// What an alias or sample is in CBOR.
  private enum Shape {
    case number
    case text
    /// HAProxy writes these as texts of parts.
    case textOfParts
  }

  /// Appends the value in CBOR, in binary.
  ///
  /// The value is written as text first and that text is then replaced: encoded lines are rare,
  /// and the other forms need not know of this one.
  func writeCBOR(_ content: LogFormat.Content, into bytes: inout [UInt8]) {
    let start = bytes.count
    var plain = self
    plain.options = options.intersection(.hexadecimal)
    plain.marksTotals = false
    plain.writeText(content, into: &bytes)
    if case .sample = content, type == .raw { return }
    guard bytes.count > start else {
      bytes.append(CBOR.null)
      return
    }
    switch shape(of: content) {
    case .number:
      let number = decimal(in: bytes[start...])
      bytes.removeSubrange(start...)
      if type == .boolean {
        bytes.append(number != 0 ? CBOR.true : CBOR.false)
      } else if number < 0 {
        bytes.append(cbor: .negative, argument: number.magnitude - 1)
      } else {
        bytes.append(cbor: .unsigned, argument: number.magnitude)
      }
    case .text:
      bytes.wrapCBORText(from: start)
    case .textOfParts:
      bytes.wrapCBORText(from: start)
      bytes.insert(CBOR.textStart, at: start)
      bytes.append(CBOR.end)
    }
  }

  private func shape(of content: LogFormat.Content) -> Shape {
    switch content {
    case .separator, .literal: .text
    case .sample(let place):
      switch samples.value(place) {
      case .bool?, .integer?: type == .string ? .text : .number
      case .address?, .string?, .binary?, nil: .text
      }
    case .alias(let alias):
      switch alias {
      case .frontendTransport, .request, .method, .path, .pathOnly, .query, .uri, .version:
        .textOfParts
      case .clientPort, .frontendPort, .backendSourcePort, .serverPort, .timestamp, .milliseconds,
        .sessionNumber, .logCount, .processID:
        isHexadecimal ? .text : .number
      case .handshakeTime, .waitTime, .connectTime, .dataTime, .totalTime, .userTime, .activeTime,
        .idleTime, .queryTime, .requestTime, .responseTime, .bytesToClient, .bytesToServer,
        .processConnections, .frontendConnections, .backendConnections, .serverConnections,
        .retries, .serverQueue, .backendQueue, .status:
        .number
      case .origin, .requestCookie, .responseCookie, .hostname, .uniqueID, .dateUTC, .dateLocal,
        .backend, .backendSourceAddress, .clientAddress, .frontend, .frontendAddress,
        .requestHeaders, .requestHeaderList, .responseHeaders, .responseHeaderList, .server,
        .serverAddress, .cipher, .protocolVersion, .date, .requestDate, .requestDateUTC,
        .requestDateLocal, .termination, .terminationWithCookies:
        .text
      }
    }
  }

  /// The number that decimal digits, possibly behind a sign, stand for.
  private func decimal(in text: ArraySlice<UInt8>) -> Int64 {
    var number: Int64 = 0
    for byte in text where (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
      number = number &* 10 &+ Int64(byte - UInt8(ascii: "0"))
    }
    if text.first == UInt8(ascii: "-") { number = -number }
    return number
  }
}

extension [UInt8] {
  /// Appends the first bytes of an item: its type and its argument.
  mutating func append(cbor type: CBOR.MajorType, argument: UInt64) {
    let byteCount = CBOR.argumentBytes(argument)
    switch byteCount {
    case 0: append(type.rawValue | UInt8(argument))
    case 1: append(type.rawValue | 24)
    case 2: append(type.rawValue | 25)
    case 4: append(type.rawValue | 26)
    default: append(type.rawValue | 27)
    }
    for shift in stride(from: (byteCount - 1) * 8, through: 0, by: -8) {
      append(UInt8(truncatingIfNeeded: argument >> UInt64(shift)))
    }
  }

  /// Makes the bytes from `start` on a text item.
  mutating func wrapCBORText(from start: Int) {
    let end = count
    append(cbor: .text, argument: UInt64(end - start))
    // The head was appended behind the text: rotate it to the front.
    let headCount = count - end
    for _ in 0..<headCount {
      let last = removeLast()
      insert(last, at: start)
    }
  }

  /// Replaces the bytes from `start` on by their upper-case hexadecimal digits.
  mutating func makeHexadecimal(from start: Int) {
    let byteCount = count - start
    append(contentsOf: repeatElement(0, count: byteCount))
    for index in stride(from: byteCount - 1, through: 0, by: -1) {
      let byte = self[start + index]
      self[start + 2 * index] = Self.upperHexadecimalDigit(byte >> 4)
      self[start + 2 * index + 1] = Self.upperHexadecimalDigit(byte & 0xf)
    }
  }

  private static func upperHexadecimalDigit(_ digit: UInt8) -> UInt8 {
    digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "A") + digit - 10
  }
}

extension CBOR {
  /// How many bytes an argument takes behind the first one.
  fileprivate static func argumentBytes(_ argument: UInt64) -> Int {
    switch argument {
    case 0..<24: 0
    case 24...0xff: 1
    case 0x100...0xffff: 2
    case 0x1_0000...0xffff_ffff: 4
    default: 8
    }
  }
}
