import Basics

/// What a converter gives.
enum Conversion {
  case value(SampleValue)
  /// A value, or none, that more bytes will not change.
  case settled(SampleValue?)
  case absent
  /// More bytes may bring a value.
  case unknown
}

extension SampleContext {
  /// Applies a converter to a value of its input type.
  mutating func convert(_ input: SampleValue, by call: SampleExpression.Call) -> Conversion {
    switch call.converter {
    case .bytes: return bytes(input.bytes, call.arguments)
    case .mqttIsValid, .mqttFieldValue, .fixIsValid, .fixTagValue:
      return convertProtocol(input, by: call)
    default: break
    }
    let value: SampleValue? =
      switch call.converter {
      case .add, .sub, .mul, .div, .mod, .and, .or, .xor:
        number(call.arguments[0]).map {
          .integer(arithmetic(call.converter, input.number ?? 0, $0))
        }
      case .cpl: .integer(~(input.number ?? 0))
      case .neg: .integer(0 &- (input.number ?? 0))
      case .bool: .bool(input.number != 0)
      case .not: .bool(input.number == 0)
      case .odd: .bool((input.number ?? 0) & 1 == 1)
      case .even: .bool((input.number ?? 0) & 1 == 0)
      case .concat: .string(concatenated(input.text, call.arguments))
      case .addItem: .string(withItem(input.text, call.arguments))
      case .iif: .string(call.arguments[input.number != 0 ? 0 : 1].bytes)
      case .strcmp: compared(input.text, call.arguments[0]).map { .integer($0) }
      case .ipmask: masked(input, call.arguments)
      case .ltime, .utime, .msLtime, .msUtime, .usLtime, .usUtime:
        .string(formatted(call.converter, input.number ?? 0, call.arguments))
      case .regsub: substituted(input.text, call.arguments)
      case .nbsrv, .srvIsUp, .srvQueue, .feExists: looked(up: input.text, call.converter)
      case .setVar: stored(input, call.arguments)
      case .unsetVar: removed(input, call.arguments)
      case .table: asked(input, call.arguments)
      case .secureMemcmp: compareSecurely(input.bytes, call.arguments[0])
      case .hmac: authenticated(input.bytes, call.arguments)
      case .when: isPassing(call.arguments) ? input : nil
      case .captureReq, .captureRes: captured(input, call.converter, call.arguments)
      case .map:
        if case .map(let map) = call.arguments[0] { map.value(for: input) } else { nil }
      default: call.converter.pure(input, call.arguments, bytesMax: bufferBytesMax)
      }
    return value.flatMap { bounded($0, by: call.converter) }.map { .value($0) } ?? .absent
  }

  /// A result that fits into a buffer, as HAProxy's do: a longer one is cut where pieces are put
  /// together, and is no result elsewhere. A chain of converters would grow without a bound.
  private func bounded(_ value: SampleValue, by converter: SampleConverter) -> SampleValue? {
    switch value {
    case .string(let text) where text.count > bufferBytesMax:
      switch converter {
      case .concat, .addItem, .regsub: .string(Array(text.prefix(bufferBytesMax - 1)))
      default: nil
      }
    case .binary(let bytes) where bytes.count > bufferBytesMax: nil
    default: value
    }
  }

  // MARK: Numbers

  /// A number, or that of a variable.
  private func number(_ argument: SampleArgument) -> Int64? {
    if case .variable(let name) = argument { return variable(name)?.number }
    return argument.integer
  }

  /// 64 bits that saturate, as HAProxy's do; a division by zero gives the largest number.
  private func arithmetic(_ converter: SampleConverter, _ left: Int64, _ right: Int64) -> Int64 {
    switch converter {
    case .add:
      let (sum, isOver) = left.addingReportingOverflow(right)
      return isOver ? (left < 0 ? .min : .max) : sum
    case .sub:
      let (difference, isOver) = left.subtractingReportingOverflow(right)
      return isOver ? (left < 0 ? .min : .max) : difference
    case .mul:
      let (product, isOver) = left.multipliedReportingOverflow(by: right)
      return isOver ? ((left < 0) == (right < 0) ? .max : .min) : product
    case .div:
      let (quotient, isOver) = left.dividedReportingOverflow(by: right)
      return isOver ? .max : quotient
    case .mod:
      if right == 0 { return 0 }
      return right == -1 ? 0 : left % right
    case .and: return left & right
    case .or: return left | right
    default: return left ^ right
    }
  }

  private func bytes(_ input: [UInt8], _ arguments: [SampleArgument]) -> Conversion {
    guard let start = number(arguments[0]), start >= 0 else { return .absent }
    guard start < Int64(input.count) else {
      return isFinal ? .value(.binary([])) : .unknown
    }
    let rest = input[Int(start)...]
    guard arguments.count > 1 else { return .value(.binary(Array(rest))) }
    guard let count = number(arguments[1]), count >= 0 else { return .absent }
    if count > Int64(rest.count), !isFinal { return .unknown }
    return .value(.binary(Array(rest.prefix(Int(clamping: count)))))
  }

  // MARK: Text

  private func concatenated(_ input: [UInt8], _ arguments: [SampleArgument]) -> [UInt8] {
    var text = input + arguments[0].bytes
    if arguments.count > 1, case .variable(let name) = arguments[1] {
      text += variable(name)?.text ?? []
    }
    if arguments.count > 2 { text += arguments[2].bytes }
    return text
  }

  /// Appends an item behind a delimiter, unless it would be the first.
  private func withItem(_ input: [UInt8], _ arguments: [SampleArgument]) -> [UInt8] {
    var item: [UInt8] = []
    if case .variable(let name) = arguments[1] { item = variable(name)?.text ?? [] }
    let suffix = arguments.count > 2 ? arguments[2].bytes : []
    if item.isEmpty, suffix.isEmpty { return input }
    return input + (input.isEmpty ? [] : arguments[0].bytes) + item + suffix
  }

  private func compared(_ text: [UInt8], _ argument: SampleArgument) -> Int64? {
    guard case .variable(let name) = argument, let other = variable(name)?.text else { return nil }
    for (left, right) in zip(text, other) where left != right {
      return Int64(left) - Int64(right)
    }
    return Int64(text.count).subtractingClamped(Int64(other.count))
  }

  private func substituted(_ text: [UInt8], _ arguments: [SampleArgument]) -> SampleValue? {
    guard case .regex(let expression) = arguments[0] else { return nil }
    return .string(
      expression.replacing(
        in: text, with: arguments[1].bytes, isGlobal: arguments[2].integer != 0,
        bytesMax: bufferBytesMax))
  }

  // MARK: Addresses and dates

  private func masked(_ input: SampleValue, _ arguments: [SampleArgument]) -> SampleValue? {
    guard let address = input.address else { return nil }
    if let v4 = address.asV4, case .address(let mask) = arguments[0] {
      return .address(v4.masked(by: mask))
    }
    guard arguments.count > 1, case .address(let mask) = arguments[1] else { return nil }
    return .address(address.masked(by: mask))
  }

  private func formatted(
    _ converter: SampleConverter, _ number: Int64, _ arguments: [SampleArgument]
  ) -> [UInt8] {
    let unitsPerSecond: Int64 =
      switch converter {
      case .msLtime, .msUtime: 1000
      case .usLtime, .usUtime: 1_000_000
      default: 1
      }
    let isLocal = converter == .ltime || converter == .msLtime || converter == .usLtime
    let offset = arguments.count > 1 ? arguments[1].integer : 0
    let total = number.addingClamped(offset)
    var seconds = total / unitsPerSecond
    var rest = total % unitsPerSecond
    if rest < 0 {
      rest += unitsPerSecond
      seconds -= 1
    }
    let date = CalendarDate(
      seconds: seconds, utcOffsetSeconds: isLocal ? utcOffsetSeconds : 0,
      fraction: (rest, unitsPerSecond))
    return date.formatted(arguments[0].bytes)
  }

  // MARK: The process

  /// Looks something up by a name: `backend`, `backend/server` or `frontend`.
  private func looked(up text: [UInt8], _ converter: SampleConverter) -> SampleValue? {
    guard let sources else { return nil }
    let name = String(decoding: text, as: UTF8.self)
    if converter == .feExists { return .bool(sources.proxy(named: name, isFrontend: true) != nil) }
    let parts = name.split(separator: "/", maxSplits: 1).map(String.init)
    let isServer = converter != .nbsrv
    let proxy: Int?
    if isServer, parts.count == 1 {
      proxy = backend >= 0 ? backend : nil
    } else {
      proxy = parts.first.flatMap { sources.proxy(named: $0, isFrontend: false) }
    }
    guard let proxy else { return nil }
    if !isServer {
      return sources.count(.backendUsableServers, proxy: proxy, member: -1).map { .integer($0) }
    }
    guard let server = parts.last.flatMap({ sources.server(named: $0, in: proxy) }) else {
      return nil
    }
    if converter == .srvIsUp {
      return sources.count(.serverIsUp, proxy: proxy, member: server).map { .bool($0 != 0) }
    }
    return sources.count(.serverQueue, proxy: proxy, member: server).map { .integer($0) }
  }

  /// What a stick table says of a key.
  private func asked(_ input: SampleValue, _ arguments: [SampleArgument]) -> SampleValue? {
    guard let tables, case .table(let call) = arguments[0], let table = call.table else {
      return nil
    }
    return tables.answer(call.question, key: input, table: table.proxy, adds: call.adds)
      ?? call.absent.map { .integer($0) }
  }

  private mutating func stored(
    _ input: SampleValue, _ arguments: [SampleArgument]
  ) -> SampleValue? {
    if case .variable(let name) = arguments[0], case .conditions(let conditions) = arguments[1] {
      set(name, to: input, if: conditions)
    }
    return input
  }

  private mutating func removed(
    _ input: SampleValue, _ arguments: [SampleArgument]
  ) -> SampleValue? {
    if case .variable(let name) = arguments[0] { set(name, to: nil) }
    return input
  }
}

extension Int64 {
  fileprivate func addingClamped(_ other: Int64) -> Int64 {
    let (sum, isOver) = addingReportingOverflow(other)
    return isOver ? (self < 0 ? .min : .max) : sum
  }

  fileprivate func subtractingClamped(_ other: Int64) -> Int64 {
    let (difference, isOver) = subtractingReportingOverflow(other)
    return isOver ? (self < 0 ? .min : .max) : difference
  }
}
