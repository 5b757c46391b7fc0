import Basics
import Proxies
import Testing

@Suite struct ProxyHeaderTests {
  static let signature: [UInt8] = [13, 10, 13, 10, 0, 13, 10, 81, 85, 73, 84, 10]

  static func block(_ command: UInt8, _ family: UInt8, _ content: [UInt8]) -> [UInt8] {
    signature + [command, family, UInt8(content.count >> 8), UInt8(content.count & 0xff)] + content
  }

  static func value(_ type: UInt8, _ content: [UInt8]) -> [UInt8] {
    [type, UInt8(content.count >> 8), UInt8(content.count & 0xff)] + content
  }

  static let v4: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8, 0x1f, 0x90, 0x01, 0xbb]

  static let v4Addresses = ProxyHeader.Addresses(
    source: .init(ip: .init(v4: 0x0102_0304), port: 8080),
    destination: .init(ip: .init(v4: 0x0506_0708), port: 443))

  static func parse(_ bytes: [UInt8]) -> ProxyHeader.Parse { ProxyHeader.parse(bytes.span) }

  static func parse(_ text: String) -> ProxyHeader.Parse { parse(Array(text.utf8)) }

  /// Whole headers and what they mean; whatever stands behind them stays untouched.
  static let good: [(bytes: [UInt8], addresses: ProxyHeader.Addresses?)] = [
    (Array("PROXY TCP4 1.2.3.4 5.6.7.8 8080 443\r\n".utf8), v4Addresses),
    (
      Array("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n".utf8),
      .init(
        source: .init(ip: .init(v4: .max), port: 65535),
        destination: .init(ip: .init(v4: .max), port: 65535))
    ),
    (
      Array("PROXY TCP6 2001:db8::1 ::ffff:5.6.7.8 1 2\r\n".utf8),
      .init(
        source: .init(ip: .init(v6: 0x2001_0db8_0000_0000, 1), port: 1),
        destination: .init(ip: .init(v6: 0, 0xffff_0506_0708), port: 2))
    ),
    (Array("PROXY UNKNOWN\r\n".utf8), nil),
    (
      Array(
        ("PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
          + "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n").utf8), nil
    ),
    (block(0x21, 0x11, v4), v4Addresses),
    (
      block(0x21, 0x21, (0..<32).map { UInt8($0) } + [0, 80, 0xff, 0xff]),
      .init(
        source: .init(ip: .init(v6: 0x0001_0203_0405_0607, 0x0809_0a0b_0c0d_0e0f), port: 80),
        destination: .init(
          ip: .init(v6: 0x1011_1213_1415_1617, 0x1819_1a1b_1c1d_1e1f), port: 65535))
    ),
    (block(0x21, 0x31, .init(repeating: 0x2f, count: 216)), nil),
    (block(0x21, 0x00, []), nil),
    (block(0x21, 0x00, [1, 2, 3]), nil),
    (block(0x21, 0x12, v4), nil),
    (block(0x20, 0x00, []), nil),
    (block(0x20, 0x11, v4), nil),
    (block(0x20, 0x00, [0xff, 0xff]), nil),
    (
      block(
        0x21, 0x11,
        v4 + value(4, []) + value(2, Array("a.example".utf8))
          + value(0xee, .init(repeating: 7, count: 2000))), v4Addresses
    ),
  ]

  static let bad: [(bytes: [UInt8], failure: ProxyHeader.Failure)] = [
    (Array("GET / HTTP/1.0\r\n\r\n".utf8), .notHeader),
    (Array("hello\n".utf8), .truncated),
    (Array("POST / HTTP/1.1\r\n".utf8), .notHeader),
    (Array("PROXY BAR 1\r\n".utf8), .unknownProtocol),
    (Array("PROXY TCP5 1.2.3.4".utf8), .unknownProtocol),
    (Array("PROXY UNKNOWNS\r\n".utf8), .unknownProtocol),
    (Array("PROXY TCP4 a.b 2\r\n".utf8), .invalidHeader),
    (Array("PROXY TCP4 1.2.3.4 5.6.7.8 8080 443\n".utf8), .invalidHeader),
    (Array("PROXY TCP4 1.2.3.4 5.6.7.8 8080 443\rx".utf8), .invalidHeader),
    (Array("PROXY TCP4 1.2.3.4  5.6.7.8 8080 443\r\n".utf8), .invalidHeader),
    (Array("PROXY TCP4 1.2.3.4 5.6.7.8 8080 65536\r\n".utf8), .invalidHeader),
    (Array("PROXY TCP4 1.2.3 5.6.7.8 8080 443\r\n".utf8), .invalidHeader),
    (Array("PROXY TCP4 1.2.3.4 5.6.7.8 8080 443 1\r\n".utf8), .invalidHeader),
    (Array("PROXY TCP4 ::1 ::1 1 1\r\n".utf8), .invalidHeader),
    (Array("PROXY TCP6 1.2.3.4 1.2.3.4 1 1\r\n".utf8), .invalidHeader),
    (Array("PROXY TCP6 ::1 ::g 1 1\r\n".utf8), .invalidHeader),
    (Array("PROXY TCP6 :::1 ::1 1 1\r\n".utf8), .invalidHeader),
    (Array(("PROXY UNKNOWN " + String(repeating: "x", count: 95)).utf8), .invalidHeader),
    (signature + [0x31, 0x11, 0, 0], .notHeader),
    (block(0x22, 0x11, v4), .invalidHeader),
    (block(0x21, 0x11, Array(v4.dropLast())), .invalidHeader),
    (block(0x21, 0x21, .init(repeating: 0, count: 35)), .invalidHeader),
    (block(0x21, 0x11, v4 + [1]), .invalidHeader),
    (block(0x21, 0x11, v4 + [1, 0, 1]), .invalidHeader),
    (block(0x21, 0x11, v4 + value(2, .init(repeating: 65, count: 256))), .invalidHeader),
    (block(0x21, 0x11, v4 + value(5, .init(repeating: 65, count: 129))), .invalidHeader),
    (block(0x21, 0x11, v4 + value(3, [0, 0, 0, 0])), .invalidHeader),
    (block(0x21, 0x11, v4 + value(3, [0, 0, 0])), .invalidHeader),
    (signature + [0x21, 0x11, 0xff, 0xff], .truncated),
  ]

  @Test(arguments: good.indices)
  func aGoodHeaderIsConsumedAndNoMore(index: Int) {
    let (bytes, addresses) = Self.good[index]
    let verdict = ProxyHeader.Parse.header(ProxyHeader(addresses), consumed: bytes.count)
    #expect(Self.parse(bytes) == verdict)
    #expect(Self.parse(bytes + Array("payload\r\n".utf8)) == verdict)
    #expect(Self.parse(bytes + bytes) == verdict)
  }

  @Test(arguments: good.indices)
  func aGoodHeaderCutAnywhereNeedsMore(index: Int) {
    let bytes = Self.good[index].bytes
    for count in 0..<bytes.count {
      #expect(Self.parse(Array(bytes[..<count])) == .needMore, "at \(count)")
    }
  }

  @Test(arguments: bad.indices)
  func aBadHeaderIsRejectedWithTheReferencesCode(index: Int) {
    let (bytes, failure) = Self.bad[index]
    #expect(Self.parse(bytes) == .invalid(failure), "\(String(decoding: bytes, as: UTF8.self))")
  }

  @Test func theLongestLineIsAccepted() {
    let address = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
    let line = "PROXY UNKNOWN \(address) \(address) 65535 65535\r\n"
    #expect(line.utf8.count == ProxyHeader.versionOneBytesMax)
    #expect(Self.parse(line) == .header(ProxyHeader(), consumed: line.utf8.count))
    let longer = "PROXY UNKNOWN \(address) \(address) 65535 65535x\r\n"
    #expect(Self.parse(longer) == .invalid(.invalidHeader))
  }

  /// The header's own reader of addresses accepts what `IPAddress` accepts, and nothing else.
  @Test func addressesAreReadAsEverywhereElse() {
    var random = Random(state: 7)
    let pieces = ["::", ":", "0", "1", "ffff", "AbC", "12345", "1.2.3.4", "255", "256", ".", "0."]
    var accepted = 0
    for _ in 0..<30_000 {
      var text = ""
      for _ in 0...random.next(12) {
        text += pieces[random.next(random.next(2) == 0 ? 5 : pieces.count)]
        if random.next(3) > 0 { text += ":" }
      }
      if random.next(2) == 0, text.last == ":" { text.removeLast() }
      guard text.utf8.count <= 39 else { continue }
      for (name, other) in [("TCP4", "1.2.3.4"), ("TCP6", "::1")] {
        let line = "PROXY \(name) \(text) \(other) 1 2\r\n"
        let expected = IPAddress(text).flatMap {
          $0.family == (name == "TCP4" ? .v4 : .v6) ? $0 : nil
        }
        if case .header(let header, _) = Self.parse(line) {
          accepted += 1
          #expect(header.addresses?.source.ip == expected, "\(text)")
        } else {
          #expect(expected == nil, "\(text)")
        }
      }
    }
    #expect(accepted > 300)
  }

  @Test func aRightChecksumIsAccepted() {
    // The checksum of a block of version 2 that another implementation made: CRC32c with the
    // known check value e3069283 for "123456789", over the block with four zeros in its place.
    let zeroed = Self.block(0x21, 0x11, Self.v4 + Self.value(3, [0, 0, 0, 0]))
    var rest = UInt32.max
    for byte in zeroed {
      rest ^= UInt32(byte)
      for _ in 0..<8 { rest = rest & 1 == 1 ? rest >> 1 ^ 0x82f6_3b78 : rest >> 1 }
    }
    let checksum = ~rest
    let bytes = (0..<4).map { UInt8(truncatingIfNeeded: checksum >> UInt32(24 - 8 * $0)) }
    let block = Self.block(0x21, 0x11, Self.v4 + Self.value(3, bytes))
    #expect(
      Self.parse(block) == .header(ProxyHeader(Self.v4Addresses), consumed: block.count))
  }

  @Test func aPeerThatLeavesIsToldApart() {
    #expect(ProxyHeader.failure(atEndOf: 0) == .closed)
    #expect(ProxyHeader.failure(atEndOf: 1) == .truncated)
  }

  @Test func failuresHaveTheReferencesWords() {
    #expect(
      ProxyHeader.Failure.allCases.map { "\($0.text)" } == [
        "Connection closed while waiting for PROXY protocol header",
        "Connection error while waiting for PROXY protocol header",
        "Timeout while waiting for PROXY protocol header",
        "Truncated PROXY protocol header received",
        "Received something which does not look like a PROXY protocol header",
        "Received an invalid PROXY protocol header",
        "Received an unhandled protocol in the PROXY protocol header",
      ])
  }

  // MARK: - Writing

  private func versionOne(_ header: ProxyHeader) -> String {
    var bytes: [UInt8] = []
    header.writeVersionOne(into: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  private func versionTwo(_ header: ProxyHeader) -> [UInt8] {
    var bytes: [UInt8] = []
    header.writeVersionTwo(into: &bytes)
    return bytes
  }

  @Test func versionTwoHasValuesBehindTheAddresses() {
    var values = ProxyHeader.Values()
    values.first = [(0xe1, [1, 2]), (0xea, [])]
    values.hasChecksum = true
    values.uniqueID = Array("id".utf8)
    var bytes: [UInt8] = [9]
    ProxyHeader(Self.v4Addresses).writeVersionTwo(into: &bytes, values)
    let block = Array(bytes.dropFirst())
    #expect(bytes[0] == 9, "what is there already stays")
    #expect(Array(block[12..<16]) == [0x21, 0x11, 0, 32])
    #expect(Array(block[28..<36]) == [0xe1, 0, 2, 1, 2, 0xea, 0, 0])
    #expect(Array(block[36..<39]) == [3, 0, 4])
    #expect(Array(block[43...]) == [5, 0, 2, 0x69, 0x64])
    var zeroed = block
    zeroed.replaceSubrange(39..<43, with: [0, 0, 0, 0])
    let sum = block[39..<43].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    #expect(sum == HashFunction.crc32c(zeroed.span))
    #expect(
      Self.parse(block) == .header(ProxyHeader(Self.v4Addresses), consumed: block.count))
  }

  @Test func whatDoesNotFitIntoABlockIsLeftOut() {
    var values = ProxyHeader.Values()
    values.first = [
      (1, [UInt8](repeating: 7, count: 65_523)), (2, [UInt8](repeating: 7, count: 70_000)),
      (3, [8]),
    ]
    values.hasChecksum = true
    var bytes: [UInt8] = []
    ProxyHeader().writeVersionTwo(into: &bytes, values)
    #expect(bytes.count == 16 + 3 + 65_523 + 4)
    #expect(Array(bytes[12..<16]) == [0x20, 0, 0xff, 0xfa])
    #expect(Array(bytes.suffix(4)) == [3, 0, 1, 8])
  }

  @Test func versionOneIsALine() {
    #expect(versionOne(ProxyHeader()) == "PROXY UNKNOWN\r\n")
    #expect(
      versionOne(ProxyHeader(Self.v4Addresses)) == "PROXY TCP4 1.2.3.4 5.6.7.8 8080 443\r\n")
    let mixed = ProxyHeader.Addresses(
      source: .init(ip: .init(v6: 0x2001_0db8_0000_0000, 1), port: 1),
      destination: Self.v4Addresses.destination)
    #expect(
      versionOne(ProxyHeader(mixed)) == "PROXY TCP6 2001:db8::1 ::ffff:5.6.7.8 1 443\r\n")
  }

  @Test func versionTwoIsABlock() {
    #expect(versionTwo(ProxyHeader()) == Self.signature + [0x20, 0, 0, 0])
    #expect(versionTwo(ProxyHeader(Self.v4Addresses)) == Self.block(0x21, 0x11, Self.v4))
    let mixed = ProxyHeader.Addresses(
      source: Self.v4Addresses.source,
      destination: .init(ip: .init(v6: 0x2001_0db8_0000_0000, 1), port: 2))
    #expect(
      versionTwo(ProxyHeader(mixed))
        == Self.block(
          0x21, 0x21,
          [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 1, 2, 3, 4]
            + [0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1] + [0x1f, 0x90, 0, 2]))
  }

  @Test func whatIsWrittenCanBeRead() {
    for (_, addresses) in Self.good {
      let header = ProxyHeader(addresses)
      let line = Array(versionOne(header).utf8)
      #expect(Self.parse(line) == .header(header, consumed: line.count))
      let block = versionTwo(header)
      #expect(Self.parse(block) == .header(header, consumed: block.count))
    }
  }

  // MARK: - Hostile bytes

  /// Goal: no sequence of bytes traps, asks for more for ever, or means different things depending
  /// on how it was cut. Method: seeded mutations of good and bad headers, every prefix parsed.
  @Test(arguments: 0..<4 as Range<UInt64>)
  func cutsNeverChangeTheVerdict(seed: UInt64) {
    var random = Random(state: seed &* 0x9e37_79b9_7f4a_7c15 &+ 1)
    for _ in 0..<400 {
      let bytes = mutated(&random)
      var verdict = ProxyHeader.Parse.needMore
      for count in 0...bytes.count {
        let next = Self.parse(Array(bytes[..<count]))
        check(next, after: verdict, count: count, bytes)
        verdict = next
      }
      if verdict == .needMore { #expect(bytes.count < ProxyHeader.bytesMax) }
    }
  }

  private func check(
    _ next: ProxyHeader.Parse, after verdict: ProxyHeader.Parse, count: Int, _ bytes: [UInt8]
  ) {
    switch (verdict, next) {
    case (.needMore, .header(_, let consumed)):
      // Not a byte is waited for that is not needed.
      #expect(consumed == count, "\(bytes)")
    case (.needMore, _): break
    case (.invalid(.truncated), .invalid(.notHeader)): #expect(count == 16, "\(bytes)")
    default: #expect(verdict == next, "\(bytes)")
    }
  }

  private func mutated(_ random: inout Random) -> [UInt8] {
    let pool = Self.good.map(\.bytes) + Self.bad.map(\.bytes)
    var bytes = pool[random.next(pool.count)]
    // Long blocks would make every prefix of them expensive and no more telling.
    if bytes.count > 300 { bytes.removeLast(bytes.count - 300) }
    for _ in 0..<random.next(4) {
      switch random.next(5) {
      case 0: bytes.insert(UInt8(random.next(256)), at: random.next(bytes.count + 1))
      case 1: if !bytes.isEmpty { bytes[random.next(bytes.count)] = UInt8(random.next(256)) }
      case 2: if !bytes.isEmpty { bytes.remove(at: random.next(bytes.count)) }
      case 3: if !bytes.isEmpty { bytes[random.next(bytes.count)] ^= 1 << UInt8(random.next(8)) }
      default: bytes.append(contentsOf: pool[random.next(pool.count)].prefix(40))
      }
    }
    return bytes
  }

  private struct Random {
    var state: UInt64

    mutating func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
  }
}
