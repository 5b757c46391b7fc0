/// The converters that are carried out; the raw value is the name. HAProxy manual, section 7.3.1.
public enum SampleConverter: String, CaseIterable, Sendable {
  case add, sub, mul, div, mod, and, or, xor, cpl, neg, bool, not, odd, even
  case base64, b64dec, ub64enc, ub64dec, base2, be2dec, le2dec, be2hex, hex, hex2i, htonl
  case bytes, concat, cutCrlf = "cut_crlf", field, word, hostOnly = "host_only"
  case portOnly = "port_only", length, lower, upper, ltrim, rtrim, reverse
  case reverseDom = "reverse_dom", iif, strcmp, param, addItem = "add_item"
  case urlDec = "url_dec"
  case crc32, crc32c, djb2, sdbm, wt6, xxh32, xxh64, sha1, sha2
  case ipmask, ltime, utime
  case msLtime = "ms_ltime", msUtime = "ms_utime", usLtime = "us_ltime", usUtime = "us_utime"
  case regsub
  case mqttIsValid = "mqtt_is_valid", mqttFieldValue = "mqtt_field_value"
  case fixIsValid = "fix_is_valid", fixTagValue = "fix_tag_value"
  case json, jsonQuery = "json_query", urlEnc = "url_enc", httpDate = "http_date", date
  case xxh3, digest, hmac, secureMemcmp = "secure_memcmp", when
  case captureReq = "capture-req", captureRes = "capture-res"
  case nbsrv, srvIsUp = "srv_is_up", srvQueue = "srv_queue", feExists = "fe_exists"
  case setVar = "set-var", unsetVar = "unset-var"
  /// The whole family `map_<match>_<output>`; which member says the `PatternMap` in the arguments.
  case map
  /// The whole family `table_*` and `in_table`; which member says the `TableCall` in the arguments.
  case table = "table_<data>"

  /// The converter of a name with what is known of it; nil when it is not carried out.
  static func named(_ name: String) -> (SampleConverter, ConverterDescription)? {
    if let kind = PatternMap.Kind(name) { return (.map, kind.description) }
    if let member = TableMember(converter: name) { return (.table, member.converterDescription) }
    return SampleConverter(rawValue: name).map { ($0, $0.description) }
  }
}

extension SampleConverter {
  /// The names that lists of converters have, those of whole families included.
  static var listedNames: [String] {
    allCases.filter { $0 != .table && $0 != .map }.map(\.rawValue)
      + ["map", "map_<match>[_<out>]"] + TableMember.converterNames
  }
}

/// What is known of a converter before it is used.
struct ConverterDescription {
  let input: SampleType
  let output: SampleType
  /// How many arguments it must have.
  var argumentsMin = 0
  /// The kinds of the arguments that it may have.
  var arguments: [SampleArgument.Kind] = []
}

extension SampleConverter {
  /// What is known of it before it is used.
  var description: ConverterDescription {
    switch self {
    case .add, .sub, .mul, .div, .mod, .and, .or, .xor:
      ConverterDescription(
        input: .integer, output: .integer, argumentsMin: 1, arguments: [.string])
    case .cpl, .neg: ConverterDescription(input: .integer, output: .integer)
    case .bool, .not, .odd, .even: ConverterDescription(input: .integer, output: .bool)
    case .base64, .ub64enc, .base2, .hex: ConverterDescription(input: .binary, output: .string)
    case .b64dec, .ub64dec: ConverterDescription(input: .string, output: .binary)
    case .be2dec, .le2dec, .be2hex:
      ConverterDescription(
        input: .binary, output: .string, argumentsMin: 1, arguments: [.string, .integer, .integer])
    case .hex2i, .length, .portOnly: ConverterDescription(input: .string, output: .integer)
    case .htonl: ConverterDescription(input: .integer, output: .binary)
    case .bytes:
      ConverterDescription(
        input: .binary, output: .binary, argumentsMin: 1, arguments: [.string, .string])
    case .concat:
      ConverterDescription(
        input: .string, output: .string, argumentsMin: 1,
        arguments: [.string, .string, .string])
    case .addItem:
      ConverterDescription(
        input: .string, output: .string, argumentsMin: 2,
        arguments: [.string, .string, .string])
    case .field, .word:
      ConverterDescription(
        input: .string, output: .string, argumentsMin: 2,
        arguments: [.integer, .string, .integer])
    case .cutCrlf, .hostOnly, .lower, .upper, .reverse, .reverseDom:
      ConverterDescription(input: .string, output: .string)
    case .ltrim, .rtrim:
      ConverterDescription(input: .string, output: .string, argumentsMin: 1, arguments: [.string])
    case .iif:
      ConverterDescription(
        input: .bool, output: .string, argumentsMin: 2, arguments: [.string, .string])
    case .strcmp:
      ConverterDescription(
        input: .string, output: .integer, argumentsMin: 1, arguments: [.string])
    case .param:
      ConverterDescription(
        input: .string, output: .string, argumentsMin: 1, arguments: [.string, .string])
    case .urlDec: ConverterDescription(input: .string, output: .string, arguments: [.integer])
    case .crc32, .crc32c, .djb2, .sdbm, .wt6, .xxh32, .xxh64, .xxh3:
      ConverterDescription(input: .binary, output: .integer, arguments: [.integer])
    case .mqttIsValid, .fixIsValid: ConverterDescription(input: .binary, output: .bool)
    case .mqttFieldValue:
      ConverterDescription(
        input: .binary, output: .string, argumentsMin: 2, arguments: [.string, .string])
    case .fixTagValue:
      ConverterDescription(input: .binary, output: .binary, argumentsMin: 1, arguments: [.string])
    case .json, .urlEnc:
      ConverterDescription(input: .string, output: .string, argumentsMin: 1, arguments: [.string])
    case .jsonQuery:
      ConverterDescription(
        input: .string, output: .any, argumentsMin: 1, arguments: [.string, .string])
    case .httpDate:
      ConverterDescription(input: .integer, output: .string, arguments: [.integer, .string])
    case .date: ConverterDescription(input: .string, output: .integer)
    case .digest:
      ConverterDescription(input: .binary, output: .binary, argumentsMin: 1, arguments: [.string])
    case .hmac:
      ConverterDescription(
        input: .binary, output: .binary, argumentsMin: 2, arguments: [.string, .string])
    case .secureMemcmp:
      ConverterDescription(input: .binary, output: .bool, argumentsMin: 1, arguments: [.string])
    case .when:
      ConverterDescription(
        input: .any, output: .same, argumentsMin: 1, arguments: [.string, .string])
    case .captureReq, .captureRes:
      ConverterDescription(input: .string, output: .string, argumentsMin: 1, arguments: [.integer])
    case .sha1: ConverterDescription(input: .binary, output: .binary)
    case .sha2: ConverterDescription(input: .binary, output: .binary, arguments: [.integer])
    case .ipmask:
      ConverterDescription(
        input: .address, output: .address, argumentsMin: 1, arguments: [.mask4, .mask6])
    case .ltime, .utime, .msLtime, .msUtime, .usLtime, .usUtime:
      ConverterDescription(
        input: .integer, output: .string, argumentsMin: 1, arguments: [.string, .integer])
    case .regsub:
      ConverterDescription(
        input: .string, output: .string, argumentsMin: 2, arguments: [.regex, .string, .string])
    case .nbsrv, .srvQueue: ConverterDescription(input: .string, output: .integer)
    case .srvIsUp, .feExists: ConverterDescription(input: .string, output: .bool)
    case .setVar:
      ConverterDescription(
        input: .any, output: .same, argumentsMin: 1,
        arguments: Array(repeating: .string, count: 5))
    case .unsetVar:
      ConverterDescription(input: .any, output: .same, argumentsMin: 1, arguments: [.string])
    case .map:
      ConverterDescription(
        input: .string, output: .string, argumentsMin: 1, arguments: [.string, .string])
    case .table:
      ConverterDescription(input: .any, output: .integer, argumentsMin: 1, arguments: [.table])
    }
  }
}

extension SampleReader {
  /// Checks the arguments of a converter and brings them into the form in which they are used.
  func check(
    _ converter: SampleConverter, named name: String, _ arguments: [SampleArgument]
  ) throws(SampleError) -> [SampleArgument] {
    switch converter {
    case .map:
      guard let kind = PatternMap.Kind(name) else { return arguments }
      return [.map(try map(kind, arguments))]
    case .table:
      guard let member = TableMember(converter: name) else { return arguments }
      return [.table(member.call(arguments))]
    case .add, .sub, .mul, .div, .mod, .and, .or, .xor:
      return [try operand(arguments[0])]
    case .bytes: return try arguments.map { argument throws(SampleError) in try operand(argument) }
    case .concat, .addItem:
      guard arguments.count > 1, !arguments[1].bytes.isEmpty else {
        if converter == .addItem, arguments.count < 3 || arguments[2].bytes.isEmpty {
          throw SampleError("one of the optional arguments has to be nonempty")
        }
        return arguments
      }
      do {
        let variable = try VariableName.parse(arguments[1].text)
        return [arguments[0], .variable(variable)] + arguments.dropFirst(2)
      } catch {
        throw SampleError("failed to register variable name '\(arguments[1].text)'")
      }
    case .strcmp:
      guard let variable = try? VariableName.parse(arguments[0].text) else {
        throw SampleError("failed to register variable name '\(arguments[0].text)'")
      }
      return [.variable(variable)]
    case .field, .word:
      if arguments[0].integer == 0 { throw SampleError("Unexpected value 0 for index") }
      if arguments[1].bytes.isEmpty { throw SampleError("Empty separators list") }
      return arguments
    case .be2dec, .le2dec:
      let size = arguments.count > 1 ? arguments[1].integer : 1
      guard (1...8).contains(size) else {
        throw SampleError("chunk_size out of [1..8] range (\(size))")
      }
      return [arguments[0], .integer(size), try truncation(arguments)]
    case .be2hex:
      let size = arguments.count > 1 ? arguments[1].integer : 1
      guard size > 0 else { throw SampleError("chunk_size needs to be positive (\(size))") }
      return [arguments[0], .integer(size), try truncation(arguments)]
    case .sha2:
      let bits = arguments.first?.integer ?? 256
      guard [224, 256, 384, 512].contains(bits) else {
        throw SampleError("Unsupported number of bits: '\(bits)'")
      }
      return [.integer(bits)]
    case .regsub: return try substitution(arguments)
    case .mqttFieldValue, .fixTagValue, .json, .jsonQuery, .urlEnc, .httpDate, .digest, .hmac,
      .secureMemcmp, .when:
      return try checkProtocol(converter, arguments)
    case .setVar:
      let variable = try VariableName.parse(arguments[0].text)
      let words = arguments.dropFirst().map(\.text)
      return [.variable(variable), .conditions(try VariableConditions(Array(words)))]
    case .unsetVar: return [.variable(try VariableName.parse(arguments[0].text))]
    default: return arguments
    }
  }

  private func truncation(_ arguments: [SampleArgument]) throws(SampleError) -> SampleArgument {
    guard arguments.count > 2 else { return .integer(0) }
    let value = arguments[2].integer
    guard value == 0 || value == 1 else {
      throw SampleError("Unsupported truncate value (\(value))")
    }
    return .integer(value)
  }

  /// A number, or the variable that holds one.
  private func operand(_ argument: SampleArgument) throws(SampleError) -> SampleArgument {
    let text = argument.bytes
    if let first = text.first,
      isDigitByte(first) || first == UInt8(ascii: "-")
        || first == UInt8(ascii: "+")
    {
      guard let number = wholeInteger(text) else {
        throw SampleError("expects an integer or a variable name")
      }
      return .integer(number)
    }
    guard let variable = try? VariableName.parse(argument.text) else {
      throw SampleError("expects an integer or a variable name")
    }
    return .variable(variable)
  }

  private func substitution(
    _ arguments: [SampleArgument]
  ) throws(SampleError) -> [SampleArgument] {
    let flags = arguments.count > 2 ? arguments[2].bytes : []
    for flag in flags where flag != UInt8(ascii: "i") && flag != UInt8(ascii: "g") {
      throw SampleError(
        "invalid regex flag '\(Character(UnicodeScalar(flag)))', only 'i' and 'g' are supported")
    }
    let expression = try RegularExpression(
      arguments[0].bytes, ignoresCase: flags.contains(UInt8(ascii: "i")))
    return [
      .regex(expression), .string(arguments[1].bytes),
      .integer(flags.contains(UInt8(ascii: "g")) ? 1 : 0),
    ]
  }
}

/// When a variable is set only under some circumstances: `set-var(name,ifnotset,...)`. HAProxy manual,
/// section 4.3, `set-var`.
public struct VariableConditions: OptionSet, Hashable, Sendable {
  public var rawValue: UInt16
  public init(rawValue: UInt16) { self.rawValue = rawValue }
  static let ifExists = VariableConditions(rawValue: 1 << 0)
  static let ifNotExists = VariableConditions(rawValue: 1 << 1)
  static let ifEmpty = VariableConditions(rawValue: 1 << 2)
  static let ifNotEmpty = VariableConditions(rawValue: 1 << 3)
  static let ifSet = VariableConditions(rawValue: 1 << 4)
  static let ifNotSet = VariableConditions(rawValue: 1 << 5)
  static let ifGreater = VariableConditions(rawValue: 1 << 6)
  static let ifLess = VariableConditions(rawValue: 1 << 7)

  private static let names: [String: VariableConditions] = [
    "ifexists": .ifExists, "ifnotexists": .ifNotExists, "ifempty": .ifEmpty,
    "ifnotempty": .ifNotEmpty, "ifset": .ifSet, "ifnotset": .ifNotSet, "ifgt": .ifGreater,
    "iflt": .ifLess,
  ]

  /// - Parameter words: the conditions' names.
  /// - Throws: what is wrong, in HAProxy's words.
  public init(_ words: [String]) throws(SampleError) {
    self = []
    for word in words where !word.isEmpty {
      guard let condition = VariableConditions.names[word] else {
        throw SampleError("unknown condition \"\(word)\"")
      }
      formUnion(condition)
    }
  }

  /// Whether a new value may take the place of the old one.
  ///
  /// - Parameters:
  ///   - old: the value so far; nil when the variable is not set.
  ///   - new: the value to come.
  func allow(replacing old: SampleValue?, with new: SampleValue) -> Bool {
    if contains(.ifExists) || contains(.ifSet), old == nil { return false }
    if contains(.ifNotExists) || contains(.ifNotSet), old != nil { return false }
    let isEmpty: Bool =
      switch new {
      case .string(let text), .binary(let text): text.isEmpty
      case .bool, .integer, .address: false
      }
    if contains(.ifEmpty), !isEmpty { return false }
    if contains(.ifNotEmpty), isEmpty { return false }
    if !isDisjoint(with: [.ifGreater, .ifLess]) {
      guard let before = old?.number, let after = new.number else { return false }
      if contains(.ifGreater), after <= before { return false }
      if contains(.ifLess), after >= before { return false }
    }
    return true
  }
}
