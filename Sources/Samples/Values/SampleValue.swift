public import Basics

/// One sample: what a fetch found, or what a converter made of it.
public enum SampleValue: Hashable, Sendable {
  case bool(Bool)
  case integer(Int64)
  case address(IPAddress)
  case string([UInt8])
  case binary([UInt8])

  /// The value's own type: never `any`, `same`, `address` or `method`.
  public var type: SampleType {
    switch self {
    case .bool: .bool
    case .integer: .integer
    case .address(let address): address.family == .v4 ? .ipv4 : .ipv6
    case .string: .string
    case .binary: .binary
    }
  }

  /// The value as another type; nil when this very value cannot be one. HAProxy manual, section
  /// 7.3.1.
  public func cast(to target: SampleType) -> SampleValue? {
    switch target {
    case .any, .same: self
    case .bool, .integer: number.map { .integer($0) }
    case .address: address.map { .address($0) }
    case .ipv4: address.flatMap { $0.asV4.map { .address($0) } }
    case .ipv6: address.map { .address($0.asV6) }
    case .string, .method: .string(text)
    case .binary: .binary(bytes)
    }
  }

  /// The value as a number: text is read up to its first byte that is no digit.
  public var number: Int64? {
    switch self {
    case .bool(let value): value ? 1 : 0
    case .integer(let value): value
    case .address(let value): value.family == .v4 ? Int64(value.v4Number) : nil
    case .string(let text): text.isEmpty ? nil : leadingInteger(text)
    case .binary: nil
    }
  }

  /// The value as an address.
  public var address: IPAddress? {
    switch self {
    case .address(let value): value
    case .integer(let value): IPAddress(v4: UInt32(truncatingIfNeeded: value))
    case .string(let text): IPAddress(utf8: text)
    case .bool, .binary: nil
    }
  }

  /// The value as text; binary data is taken as it is up to its first zero byte.
  public var text: [UInt8] {
    switch self {
    case .bool(let value): return [value ? UInt8(ascii: "1") : UInt8(ascii: "0")]
    case .integer(let value):
      var text: [UInt8] = []
      text.append(decimal: value)
      return text
    case .address(let value):
      var text: [UInt8] = []
      value.write(to: &text)
      return text
    case .string(let text): return text
    case .binary(let bytes):
      guard let zero = bytes.firstIndex(of: 0) else { return bytes }
      return Array(bytes[..<zero])
    }
  }

  /// The value as bytes: numbers are 64 bits in network order.
  public var bytes: [UInt8] {
    switch self {
    case .bool(let value): return bigEndian(value ? 1 : 0, bytes: 8)
    case .integer(let value): return bigEndian(UInt64(bitPattern: value), bytes: 8)
    case .address(let value):
      return value.family == .v4
        ? bigEndian(value.low, bytes: 4)
        : bigEndian(value.high, bytes: 8) + bigEndian(value.low, bytes: 8)
    case .string(let text), .binary(let text): return text
    }
  }
}

/// The lowest bytes of a number, the highest of them first.
func bigEndian(_ number: UInt64, bytes count: Int) -> [UInt8] {
  (0..<count).map { UInt8(truncatingIfNeeded: number >> UInt64(8 * (count - 1 - $0))) }
}

/// The number that bytes of text begin with: an optional sign and digits; saturates.
func leadingInteger(_ text: some Sequence<UInt8>) -> Int64 {
  var isNegative = false
  var isFirst = true
  var number: Int64 = 0
  for byte in text {
    if isFirst {
      isFirst = false
      if byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+") {
        isNegative = byte == UInt8(ascii: "-")
        continue
      }
    }
    guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { break }
    let digit = Int64(byte - UInt8(ascii: "0"))
    let (product, isTooBig) = number.multipliedReportingOverflow(by: 10)
    let (sum, isLate) =
      isNegative
      ? product.subtractingReportingOverflow(digit) : product.addingReportingOverflow(digit)
    if isTooBig || isLate { return isNegative ? .min : .max }
    number = sum
  }
  return number
}

/// The number that all of a text stands for; nil when it is none, or does not fit.
func wholeInteger(_ text: some Collection<UInt8>) -> Int64? {
  Int64(String(decoding: text, as: UTF8.self))
}

extension IPAddress {
  /// The address as IPv4: also one inside an IPv6 address (mapped, 6to4 and the deprecated
  /// compatible form), as HAProxy takes it.
  var asV4: IPAddress? {
    if family == .v4 { return self }
    if high == 0, low >> 32 == 0 || low >> 32 == 0xffff {
      return IPAddress(v4: UInt32(low & 0xffff_ffff))
    }
    if high >> 48 == 0x2002 { return IPAddress(v4: UInt32(truncatingIfNeeded: high >> 16)) }
    return nil
  }

  /// The address as IPv6: IPv4 is mapped.
  var asV6: IPAddress {
    family == .v6 ? self : IPAddress(v6: 0, 0xffff_0000_0000 | low)
  }
}
