import Basics

/// Converters that read protocols and documents, and digests with names: their arguments, and what
/// they give.
extension SampleReader {
  func checkProtocol(
    _ converter: SampleConverter, _ arguments: [SampleArgument]
  ) throws(SampleError) -> [SampleArgument] {
    let text = arguments.first?.text ?? ""
    switch converter {
    case .mqttFieldValue:
      guard let type = MQTTPacketType(text: text) else {
        throw SampleError("Unknown MQTT type '\(text)'")
      }
      let field = arguments[1].text
      guard type.fieldNames.contains(field.lowercased()) else {
        throw SampleError("Unknown MQTT field name '\(field)' for packet type '\(text)'")
      }
      return [.integer(Int64(type.rawValue)), .string(Array(field.lowercased().utf8))]
    case .fixTagValue:
      guard let tag = FIXMessage.tag(named: text) else {
        throw SampleError("Unknown FIX tag name '\(text)'")
      }
      return [.integer(Int64(tag))]
    case .json:
      guard text.isEmpty || JSONText.Input(rawValue: text) != nil else {
        throw SampleError(
          "Unexpected input code type. Allowed value are 'ascii', 'utf8', 'utf8s', 'utf8p' and "
            + "'utf8ps'")
      }
      return [.string(Array((text.isEmpty ? "ascii" : text).utf8))]
    case .jsonQuery:
      if text.isEmpty { throw SampleError("json_path must not be empty") }
      let type = arguments.count > 1 ? arguments[1].text : ""
      guard type.isEmpty || type == "int" else {
        throw SampleError("output_type only supports \"int\" as argument")
      }
      return [.path(JSONPath(arguments[0].bytes)), .integer(type.isEmpty ? 0 : 1)]
    case .urlEnc:
      guard text.isEmpty || text == "query" else {
        throw SampleError("Unexpected encode type. Allowed value is 'query'")
      }
      return []
    case .httpDate:
      return [arguments.first ?? .integer(0), .integer(try timeUnit(arguments, at: 1))]
    case .digest:
      return [.string(Array(try DigestAlgorithm(text: text).rawValue.utf8))]
    case .hmac:
      return [
        .string(Array(try DigestAlgorithm(text: text).rawValue.utf8)), try key(arguments[1]),
      ]
    case .secureMemcmp:
      if text.isEmpty { throw SampleError("missing variable name") }
      guard let variable = try? VariableName.parse(text) else {
        throw SampleError("failed to register variable name '\(text)'")
      }
      return [.variable(variable)]
    default: return try checkWhen(arguments)
    }
  }

  /// A key: base64, or the variable that holds base64.
  private func key(_ argument: SampleArgument) throws(SampleError) -> SampleArgument {
    if let variable = try? VariableName.parse(argument.text) { return .variable(variable) }
    guard let key = Base64.decode(argument.bytes, isURL: false) else {
      throw SampleError(
        "failed to parse key : argument needs to be base64 encoded, and can either be a string or a "
          + "variable")
    }
    return .string(key)
  }

  /// `when([!]<condition>[,<acl>])`
  private func checkWhen(_ arguments: [SampleArgument]) throws(SampleError) -> [SampleArgument] {
    let text = arguments[0].text
    let isNegated = text.hasPrefix("!")
    let word = isNegated ? String(text.dropFirst()) : text
    guard let condition = WhenCondition(rawValue: word) else {
      let names = WhenCondition.allCases.map(\.rawValue).joined(separator: ",")
      throw SampleError("expects a supported keyword among {\(names)} but got '\(word)'")
    }
    var checked: [SampleArgument] = [
      .integer(isNegated ? 1 : 0), .string(Array(condition.rawValue.utf8)),
    ]
    if condition == .acl {
      let name = arguments.count > 1 ? arguments[1].text : ""
      if name.isEmpty {
        throw SampleError("'acl' selector requires an extra argument with the ACL name")
      }
      guard let list = try? list(named: name) else {
        throw SampleError("ACL '\(name)' not found")
      }
      checked.append(.lists([AccessControlTerm(list: list, isNegated: false)]))
    }
    return checked
  }
}

/// The conditions of the converter `when`. HAProxy manual, section 7.3.1.
enum WhenCondition: String, CaseIterable, Sendable {
  case stopping, normal, error, forwarded, toapplet, processed, acl
}

extension SampleContext {
  /// What a converter of a protocol gives: whether it is settled does not depend on the bytes that may
  /// still come.
  func convertProtocol(_ input: SampleValue, by call: SampleExpression.Call) -> Conversion {
    switch call.converter {
    case .mqttIsValid:
      switch MQTTPacket.read(input.bytes) {
      case .needMore: return .unknown
      case .packet: return .settled(.bool(true))
      case .invalid: return .settled(.bool(false))
      }
    case .mqttFieldValue:
      switch MQTTPacket.read(input.bytes) {
      case .needMore: return .unknown
      case .packet(let packet):
        guard Int64(packet.type.rawValue) == call.arguments[0].integer else { return .settled(nil) }
        return .settled(packet.fields[call.arguments[1].text].map { .string($0) })
      case .invalid: return .settled(nil)
      }
    case .fixIsValid:
      switch FIXMessage.check(input.bytes) {
      case .needMore: return .unknown
      case .valid: return .settled(.bool(true))
      case .invalid: return .settled(.bool(false))
      }
    default:
      let tag = UInt32(truncatingIfNeeded: call.arguments[0].integer)
      switch FIXMessage.value(of: tag, in: input.bytes) {
      case .needMore: return .unknown
      case .value(let value): return .settled(value.isEmpty ? nil : .binary(value))
      case .absent: return .settled(nil)
      }
    }
  }

  /// `when`: lets a value pass, or not.
  mutating func isPassing(_ arguments: [SampleArgument]) -> Bool {
    let isTrue: Bool =
      switch WhenCondition(rawValue: arguments[1].text) {
      case .stopping: sources?.count(.isStopping, proxy: 0, member: 0) == 1
      case .error: isRedispatched || retries > 0 || hasFailed
      case .normal: !(isRedispatched || retries > 0 || hasFailed)
      case .forwarded, .processed: serverError != nil
      case .acl:
        if case .lists(let terms)? = arguments.last {
          AccessControlTerm.evaluate(terms, in: &self) == .pass
        } else {
          false
        }
      case .toapplet, nil: false
      }
    return isTrue != (arguments[0].integer != 0)
  }

  /// Whether the session ended, or will, with an error that is not a rule's.
  private var hasFailed: Bool {
    termination.0 != UInt8(ascii: "-") && termination.0 != UInt8(ascii: "L")
  }

  func compareSecurely(_ input: [UInt8], _ argument: SampleArgument) -> SampleValue? {
    guard case .variable(let name) = argument, let other = variable(name)?.bytes else { return nil }
    guard input.count == other.count else { return .bool(false) }
    // As many steps whatever differs.
    return .bool(zip(input, other).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0)
  }

  func authenticated(_ input: [UInt8], _ arguments: [SampleArgument]) -> SampleValue? {
    guard let algorithm = DigestAlgorithm(rawValue: arguments[0].text) else { return nil }
    switch arguments[1] {
    case .variable(let name):
      guard let text = variable(name)?.text, let key = Base64.decode(text, isURL: false) else {
        return nil
      }
      return .binary(algorithm.authenticate(input, key: key))
    default: return .binary(algorithm.authenticate(input, key: arguments[1].bytes))
    }
  }

  /// `capture-req` and `capture-res`: keeps a value in a declared place, and lets it pass.
  mutating func captured(
    _ input: SampleValue, _ converter: SampleConverter, _ arguments: [SampleArgument]
  ) -> SampleValue? {
    let isRequest = converter == .captureReq
    let index = arguments[0].integer
    let room = sources?.captureRoom(of: frontend, isRequest: isRequest) ?? []
    guard index >= 0, index < Int64(room.count) else { return nil }
    let text = Array(input.text.prefix(room[Int(index)]))
    if isRequest {
      SampleContext.keep(text, at: Int(index), in: &captures)
    } else {
      SampleContext.keep(text, at: Int(index), in: &responseCaptures)
    }
    return input
  }

  private static func keep(_ text: [UInt8], at index: Int, in captures: inout [[UInt8]?]) {
    while captures.count <= index { captures.append(nil) }
    captures[index] = text
  }
}

extension SampleConverter {
  /// What a path leads to.
  func queried(_ text: [UInt8], _ arguments: [SampleArgument]) -> SampleValue? {
    guard case .path(let path) = arguments[0], let found = path.find(in: text) else { return nil }
    switch found {
    case .bool(let value): return .bool(value)
    case .text(let text): return .string(text)
    case .array(let text): return .string(Array(text))
    case .number(let digits):
      guard arguments[1].integer != 0 else { return ShortNumber.text(digits).map { .string($0) } }
      let number = leadingInteger(digits)
      return number.magnitude < 1 << 53 ? .integer(number) : nil
    }
  }

  /// `Sun, 06 Nov 1994 08:49:37 GMT`, with the parts of the second as they are when the unit has them.
  func httpDate(_ number: Int64, _ arguments: [SampleArgument]) -> SampleValue {
    let unitsPerSecond = arguments[1].integer
    let total = number &+ arguments[0].integer
    // Far dates are cut as HAProxy cuts them.
    let seconds = (total / unitsPerSecond) & 0x007f_ffff_ffff_ffff
    let date = CalendarDate(
      seconds: seconds, utcOffsetSeconds: 0, fraction: (0, unitsPerSecond))
    var text = date.formatted(Array("%a, %d %b %Y %H:%M:%S".utf8))
    if unitsPerSecond > 1 {
      text.append(UInt8(ascii: "."))
      text.append(decimal: total % unitsPerSecond)
    }
    return .string(text + " GMT".utf8)
  }

  /// Everything but the unreserved characters becomes `%` and two digits. RFC 3986, section 2.3.
  func urlEncoded(_ text: [UInt8]) -> SampleValue {
    var result: [UInt8] = []
    for byte in text {
      if isWordByte(byte) || "-.~".utf8.contains(byte) {
        result.append(byte)
      } else {
        result += [UInt8(ascii: "%"), upperHex(byte >> 4), upperHex(byte & 15)]
      }
    }
    return .string(result)
  }
}
