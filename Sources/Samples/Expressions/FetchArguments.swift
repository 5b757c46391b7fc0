extension SampleReader {
  /// Checks the arguments of a fetch and brings them into the form in which they are used.
  func check(
    _ fetch: SampleFetch, _ arguments: [SampleArgument]
  ) throws(SampleError) -> [SampleArgument] {
    switch fetch {
    case .acl: return [.lists(try accessControlTerms(arguments))]
    case .variable:
      guard case .string(let name)? = arguments.first else { return arguments }
      let variable = try VariableName.parse(String(decoding: name, as: UTF8.self))
      return [.variable(variable)] + arguments.dropFirst()
    case .bool:
      switch arguments.first?.text {
      case "true", "1": return [.integer(1)]
      case "false", "0": return [.integer(0)]
      default: throw SampleError("Expects 'true', 'false', '0' or '1'")
      }
    case .bin:
      guard case .string(let digits)? = arguments.first else { return arguments }
      return [.string(try hexadecimal(digits))]
    case .date:
      return [arguments.first ?? .integer(0), .integer(try timeUnit(arguments, at: 1))]
    case .acceptDate: return [.integer(try timeUnit(arguments, at: 0))]
    case .uuid:
      let version = arguments.first?.integer ?? 4
      guard version == 4 || version == 7 else {
        throw SampleError("Unsupported UUID version: '\(version)'")
      }
      return [.integer(version)]
    case .reqPayloadLv, .resPayloadLv, .payloadLv: return try payloadArguments(arguments)
    case .fcRtt, .fcRttvar, .bcRtt, .bcRttvar: return try transmissionUnit(arguments)
    case .fcUnacked, .fcSacked, .fcLost, .fcRetrans, .fcFackets, .fcReordering:
      if let text = arguments.first?.text, !text.isEmpty {
        warnings.append("no argument supported for 'fc_*' sample expressions returning counters.")
      }
      return []
    case .clientTLS:
      // Of these, only names of certificates have a third argument.
      let format = arguments.count > 2 ? arguments[2].text : ""
      guard format.isEmpty || format == "rfc2253" else {
        throw SampleError(
          "only rfc2253 or a blank value are currently supported as the format argument.")
      }
      return arguments
    case .fcPpTlv: return [.integer(try valueType(arguments[0].text))]
    default: return arguments
    }
  }

  /// How many units of time make a second.
  func timeUnit(
    _ arguments: [SampleArgument], at index: Int
  ) throws(SampleError) -> Int64 {
    guard index < arguments.count else { return 1 }
    switch arguments[index].text {
    case "s": return 1
    case "ms": return 1000
    case "us": return 1_000_000
    default:
      throw SampleError("expects 's', 'ms' or 'us', got '\(arguments[index].text)'")
    }
  }

  /// `us` or `ms`; anything else is wrong, also nothing between parentheses.
  private func transmissionUnit(
    _ arguments: [SampleArgument]
  ) throws(SampleError) -> [SampleArgument] {
    guard let text = arguments.first?.text else { return [] }
    switch text {
    case "us": return [.integer(1)]
    case "ms", "": return [.integer(0)]
    default: throw SampleError("expects 'us' or 'ms', got '\(text)'")
    }
  }

  /// The number of a type of additional values: a name in any case, or a number, also hexadecimal or
  /// octal.
  private func valueType(_ text: String) throws(SampleError) -> Int64 {
    if let type = ProxyValues.types[text.uppercased()] { return Int64(type) }
    let lower = text.lowercased()
    let number: Int64? =
      if lower.hasPrefix("0x") {
        Int64(lower.dropFirst(2), radix: 16)
      } else if lower.hasPrefix("0"), lower.count > 1 {
        Int64(lower.dropFirst(), radix: 8)
      } else {
        lower.isEmpty ? 0 : Int64(lower)
      }
    guard let number else { throw SampleError("Could not convert type '\(text)'") }
    guard (0...255).contains(number) else { throw SampleError("Invalid TLV Type '\(text)'") }
    return number
  }

  /// `<offset>,<length>[,<offset2>]`: the third is absolute, or relative behind a sign.
  private func payloadArguments(
    _ arguments: [SampleArgument]
  ) throws(SampleError) -> [SampleArgument] {
    // No buffer is as long as that; sums of them stay in range.
    let most = Int64(Int32.max)
    let (offset, length) = (min(arguments[0].integer, most), min(arguments[1].integer, most))
    if offset < 0 { throw SampleError("payload offset1 must be positive") }
    if length <= 0 { throw SampleError("payload length must be > 0") }
    guard arguments.count > 2, case .string(let text) = arguments[2], let first = text.first else {
      return [.integer(offset), .integer(length)]
    }
    let isRelative = first == UInt8(ascii: "+") || first == UInt8(ascii: "-")
    guard let number = wholeInteger(text) else {
      throw SampleError("payload offset2 is not a number")
    }
    let second = max(-most, min(number, most))
    if offset + length + second < 0 { throw SampleError("payload offset2 too negative") }
    return [
      .integer(offset), .integer(length), .integer(isRelative ? offset + length + second : second),
    ]
  }
}

/// The bytes that hexadecimal digits stand for.
func hexadecimal(_ digits: [UInt8]) throws(SampleError) -> [UInt8] {
  guard digits.count % 2 == 0 else {
    throw SampleError("an even number of hex digit is expected")
  }
  var bytes: [UInt8] = []
  for index in stride(from: 0, to: digits.count, by: 2) {
    var byte: UInt8 = 0
    for digit in digits[index...index + 1] {
      guard let value = Character(UnicodeScalar(digit)).hexDigitValue else {
        throw SampleError(
          "an hex digit is expected (found '\(Character(UnicodeScalar(digit)))')")
      }
      byte = byte << 4 | UInt8(value)
    }
    bytes.append(byte)
  }
  return bytes
}

extension SampleArgument {
  /// The argument's text; empty for what is none.
  var text: String { String(decoding: bytes, as: UTF8.self) }

  /// The argument's bytes; none for what is no text.
  var bytes: [UInt8] {
    if case .string(let bytes) = self { bytes } else { [] }
  }

  /// The argument's number; 0 for what is none.
  var integer: Int64 {
    if case .integer(let number) = self { number } else { 0 }
  }
}
