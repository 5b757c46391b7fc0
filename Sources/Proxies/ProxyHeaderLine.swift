import Basics

/// Version 1 of the PROXY protocol: a line of text. proxy-protocol.txt, section 2.1.
///
/// Reads from left to right and stops at the first byte that cannot be right, so that a peer which
/// sends garbage is not waited for.
struct ProxyHeaderLine {
  private enum Field {
    case value(Range<Int>)
    case needMore
    case bad
  }

  /// How many bytes there are.
  private let count: Int
  private var position = 0

  init(count: Int) { self.count = count }

  mutating func parse(_ bytes: borrowing Span<UInt8>) -> ProxyHeader.Parse {
    switch match("PROXY ", bytes) {
    case .bad: return ProxyHeader.mismatch(bytes)
    case .needMore: return .needMore
    case .value: break
    }
    guard position < count else { return .needMore }
    if bytes[position] == UInt8(ascii: "U") {
      switch match("UNKNOWN", bytes) {
      case .bad: return .invalid(.unknownProtocol)
      case .needMore: return .needMore
      case .value: return parseUnknown(bytes)
      }
    }
    switch match("TCP", bytes) {
    case .bad: return .invalid(.unknownProtocol)
    case .needMore: return .needMore
    case .value: break
    }
    guard position < count else { return .needMore }
    let family: IPAddress.Family
    switch bytes[position] {
    case UInt8(ascii: "4"): family = .v4
    case UInt8(ascii: "6"): family = .v6
    default: return .invalid(.unknownProtocol)
    }
    position += 1
    switch match(" ", bytes) {
    case .bad: return .invalid(.unknownProtocol)
    case .needMore: return .needMore
    case .value: return parseAddresses(family, bytes)
    }
  }

  /// `UNKNOWN` ends the line, or is followed by something that has to be ignored.
  ///
  /// HAProxy takes the bare word only; the protocol's text demands more of a receiver.
  private mutating func parseUnknown(_ bytes: borrowing Span<UInt8>) -> ProxyHeader.Parse {
    guard position < count else { return .needMore }
    guard bytes[position] == UInt8(ascii: " ") || bytes[position] == 0x0d else {
      return .invalid(.unknownProtocol)
    }
    while position < count {
      guard position + 2 <= ProxyHeader.versionOneBytesMax else { break }
      if bytes[position] == 0x0d {
        guard position + 1 < count else { return .needMore }
        guard bytes[position + 1] == 0x0a else { return .invalid(.invalidHeader) }
        return .header(ProxyHeader(), consumed: position + 2)
      }
      position += 1
    }
    return position + 2 > ProxyHeader.versionOneBytesMax ? .invalid(.invalidHeader) : .needMore
  }

  private mutating func parseAddresses(
    _ family: IPAddress.Family, _ bytes: borrowing Span<UInt8>
  ) -> ProxyHeader.Parse {
    let addressBytesMax = family == .v4 ? 15 : 45
    var ranges = InlineArray<4, Range<Int>>(repeating: 0..<0)
    for index in 0..<4 {
      let end: UInt8 = index < 3 ? UInt8(ascii: " ") : 0x0d
      let bytesMax = index < 2 ? addressBytesMax : 5
      switch field(until: end, bytesMax: bytesMax, isAddress: index < 2, bytes) {
      case .needMore: return .needMore
      case .bad: return .invalid(.invalidHeader)
      case .value(let range): ranges[index] = range
      }
    }
    guard position < count else { return .needMore }
    guard bytes[position] == 0x0a else { return .invalid(.invalidHeader) }
    position += 1
    guard let source = address(ranges[0], port: ranges[2], family, bytes),
      let destination = address(ranges[1], port: ranges[3], family, bytes)
    else { return .invalid(.invalidHeader) }
    return .header(
      ProxyHeader(.init(source: source, destination: destination)), consumed: position)
  }

  /// Reads a fixed word.
  private mutating func match(_ word: StaticString, _ bytes: borrowing Span<UInt8>) -> Field {
    let start = position
    for index in 0..<word.utf8CodeUnitCount {
      guard position < count else { return .needMore }
      let expected = unsafe word.utf8Start[index]
      guard bytes[position] == expected else { return .bad }
      position += 1
    }
    return .value(start..<position)
  }

  /// Reads a field and the byte that ends it.
  private mutating func field(
    until end: UInt8, bytesMax: Int, isAddress: Bool, _ bytes: borrowing Span<UInt8>
  ) -> Field {
    let start = position
    while position < count {
      let byte = bytes[position]
      if byte == end {
        guard position > start else { return .bad }
        position += 1
        return .value(start..<(position - 1))
      }
      let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      let isOfAddress =
        isAddress
        && (byte == UInt8(ascii: ".") || byte == UInt8(ascii: ":")
          || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20))
      guard isDigit || isOfAddress, position - start < bytesMax else { return .bad }
      position += 1
    }
    return .needMore
  }

  private func address(
    _ text: Range<Int>, port: Range<Int>, _ family: IPAddress.Family,
    _ bytes: borrowing Span<UInt8>
  ) -> SocketAddress? {
    guard let ip = ProxyHeaderText.address(text, family, bytes),
      let port = ProxyHeaderText.port(port, bytes)
    else { return nil }
    return SocketAddress(ip: ip, port: port)
  }
}
