/// An IPv4 or IPv6 address: a trivial value of 24 bytes.
public struct IPAddress: Hashable, Sendable {
  /// The address family.
  public enum Family: UInt8, Sendable { case v4, v6 }

  /// IPv4 or IPv6.
  public var family: Family
  /// The first 64 bits of an IPv6 address, as a number; 0 for IPv4.
  public var high: UInt64
  /// The last 64 bits of an IPv6 address, as a number; an IPv4 address in the low 32 bits.
  public var low: UInt64

  /// - Parameter v4: the address as a number: 127.0.0.1 is 0x7f00_0001.
  @inlinable public init(v4: UInt32) {
    family = .v4
    high = 0
    low = UInt64(v4)
  }

  /// - Parameters:
  ///   - high: the first 64 bits.
  ///   - low: the last 64 bits.
  @inlinable public init(v6 high: UInt64, _ low: UInt64) {
    family = .v6
    self.high = high
    self.low = low
  }

  /// 0.0.0.0
  public static let anyV4 = IPAddress(v4: 0)
  /// ::
  public static let anyV6 = IPAddress(v6: 0, 0)

  /// Whether this is 0.0.0.0 or `::`.
  @inlinable public var isAny: Bool { high == 0 && low == 0 }

  /// The IPv4 address as a number; meaningful for IPv4 only.
  @inlinable public var v4Number: UInt32 { UInt32(truncatingIfNeeded: low) }

  /// The eight groups of an IPv6 address.
  @inlinable public func group(_ index: Int) -> UInt16 {
    let word = index < 4 ? high : low
    return UInt16(truncatingIfNeeded: word >> UInt64(48 - 16 * (index & 3)))
  }

  /// Whether this is an IPv4-mapped IPv6 address (::ffff:a.b.c.d, RFC 4291 section 2.5.5.2).
  @inlinable public var isV4Mapped: Bool {
    family == .v6 && high == 0 && low >> 32 == 0xffff
  }

  /// The IPv4 address inside an IPv4-mapped one; any other address as it is.
  @inlinable public var unmapped: IPAddress {
    isV4Mapped ? IPAddress(v4: UInt32(truncatingIfNeeded: low)) : self
  }
}

// MARK: - Text

extension IPAddress: CustomStringConvertible {
  /// Appends the address as text: dotted for IPv4, RFC 5952 for IPv6.
  public func write(to bytes: inout [UInt8]) {
    switch family {
    case .v4:
      for shift in stride(from: 24, through: 0, by: -8) {
        bytes.append(decimal: UInt64((v4Number >> shift) & 0xff))
        if shift > 0 { bytes.append(UInt8(ascii: ".")) }
      }
    case .v6:
      writeV6(to: &bytes)
    }
  }

  private func writeV6(to bytes: inout [UInt8]) {
    if isV4Mapped {
      bytes.append(contentsOf: "::ffff:".utf8)
      unmapped.write(to: &bytes)
      return
    }
    // The longest run of two or more zero groups, the first of equals, becomes "::".
    var best = (start: -1, length: 1)
    var index = 0
    while index < 8 {
      var end = index
      while end < 8, group(end) == 0 { end += 1 }
      if end - index > best.length { best = (index, end - index) }
      index = end + 1
    }
    index = 0
    while index < 8 {
      if index == best.start {
        bytes.append(UInt8(ascii: ":"))
        bytes.append(UInt8(ascii: ":"))
        index += best.length
        continue
      }
      if index > 0, index != best.start + best.length || best.start < 0 {
        bytes.append(UInt8(ascii: ":"))
      }
      bytes.append(hexadecimal: UInt64(group(index)))
      index += 1
    }
  }

  public var description: String {
    var bytes: [UInt8] = []
    write(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Reads an address in text form: dotted IPv4 of four parts, or IPv6 (RFC 4291 section 2.2).
  ///
  /// - Parameter text: the address alone: no port, no brackets, no zone.
  /// - Returns: the address, or nil when the text is not one.
  public init?(_ text: some StringProtocol) {
    self.init(utf8: Array(text.utf8))
  }

  /// As `init(_:)`, from bytes.
  public init?(utf8 bytes: [UInt8]) {
    if bytes.contains(UInt8(ascii: ":")) {
      guard let address = IPAddress.parseV6(bytes) else { return nil }
      self = address
    } else {
      guard let number = IPAddress.parseV4(bytes[...]) else { return nil }
      self.init(v4: number)
    }
  }

  private static func parseV4(_ bytes: ArraySlice<UInt8>) -> UInt32? {
    var number: UInt32 = 0
    var parts = 0
    for part in bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false) {
      guard (1...3).contains(part.count), parts < 4 else { return nil }
      var value: UInt32 = 0
      for byte in part {
        guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
        value = value * 10 + UInt32(byte - UInt8(ascii: "0"))
      }
      guard value <= 255 else { return nil }
      number = number << 8 | value
      parts += 1
    }
    return parts == 4 ? number : nil
  }

  private static func parseV6(_ bytes: [UInt8]) -> IPAddress? {
    var groups: [UInt16] = []
    var gap: Int?
    var index = 0
    if bytes.starts(with: [UInt8(ascii: ":"), UInt8(ascii: ":")]) {
      gap = 0
      index = 2
    }
    while index < bytes.count {
      let end = bytes[index...].firstIndex(of: UInt8(ascii: ":")) ?? bytes.count
      let part = bytes[index..<end]
      if part.contains(UInt8(ascii: ".")) {
        guard end == bytes.count, let number = parseV4(part) else { return nil }
        groups.append(UInt16(number >> 16))
        groups.append(UInt16(truncatingIfNeeded: number))
        break
      }
      guard (1...4).contains(part.count),
        let value = UInt16(String(decoding: part, as: UTF8.self), radix: 16),
        part.first != UInt8(ascii: "+"), part.first != UInt8(ascii: "-")
      else { return nil }
      groups.append(value)
      guard end < bytes.count else { break }
      index = end + 1
      guard index < bytes.count else { return nil }
      if bytes[index] == UInt8(ascii: ":") {
        guard gap == nil else { return nil }
        gap = groups.count
        index += 1
      }
    }
    if let gap {
      guard groups.count < 8 else { return nil }
      groups.insert(contentsOf: repeatElement(0, count: 8 - groups.count), at: gap)
    }
    guard groups.count == 8 else { return nil }
    let number = { (range: Range<Int>) in groups[range].reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
    }
    return IPAddress(v6: number(0..<4), number(4..<8))
  }
}

extension [UInt8] {
  /// Appends a number in decimal digits.
  public mutating func append(decimal number: UInt64) {
    var digits = InlineArray<20, UInt8>(repeating: 0)
    var count = 0
    var rest = number
    repeat {
      digits[count] = UInt8(ascii: "0") + UInt8(rest % 10)
      rest /= 10
      count += 1
    } while rest > 0
    while count > 0 {
      count -= 1
      append(digits[count])
    }
  }

  /// Appends a number in decimal digits, with a minus sign when it is negative.
  public mutating func append(decimal number: Int64) {
    if number < 0 { append(UInt8(ascii: "-")) }
    append(decimal: number.magnitude)
  }

  /// Appends a number in decimal digits, padded with zeros to `width`.
  public mutating func append(decimal number: UInt64, width: Int) {
    var bound: UInt64 = 10
    for _ in 1..<Swift.max(width, 1) {
      if number < bound { append(UInt8(ascii: "0")) }
      bound = bound &* 10
    }
    // The loop above wrote a zero for every power of ten that the number does not reach.
    append(decimal: number)
  }

  /// Appends a number in lower-case hexadecimal digits.
  public mutating func append(hexadecimal number: UInt64) {
    var shift = 60
    while shift > 0, number >> UInt64(shift) == 0 { shift -= 4 }
    while shift >= 0 {
      let digit = UInt8((number >> UInt64(shift)) & 0xf)
      append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
      shift -= 4
    }
  }
}
