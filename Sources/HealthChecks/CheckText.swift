/// A log-format string of a check: literal text and the few sample expressions that a check can
/// use. HAProxy manual, section 8.2.6.
public struct CheckText: Hashable, Sendable {
  /// One piece of the text.
  enum Piece: Hashable, Sendable {
    case literal([UInt8])
    case sample(CheckSample)
  }

  /// Why a text could not be read.
  public struct Problem: Error, Hashable, Sendable {
    /// What is wrong.
    public let message: String
  }

  let pieces: [Piece]

  /// A text that is always the same.
  public init(literal: [UInt8]) { pieces = [.literal(literal)] }

  init(_ pieces: [Piece]) { self.pieces = pieces }

  init(_ literal: String) { self.init(literal: Array(literal.utf8)) }

  /// Reads a log-format string.
  ///
  /// - Parameter text: the argument, its quotes and backslashes already resolved.
  /// - Throws: what is wrong, or what is known and not supported.
  public static func parse(_ text: [UInt8]) throws(Problem) -> CheckText {
    var pieces: [Piece] = []
    var literal: [UInt8] = []
    var index = 0
    func flush() {
      if !literal.isEmpty { pieces.append(.literal(literal)) }
      literal = []
    }
    while index < text.count {
      let byte = text[index]
      switch byte {
      case UInt8(ascii: "%") where index + 1 < text.count && text[index + 1] == byte:
        literal.append(byte)
        index += 2
      case UInt8(ascii: "%"):
        guard index + 1 < text.count, text[index + 1] == UInt8(ascii: "[") else {
          throw Problem(message: notSupported(text[index...].prefix(4)))
        }
        guard let end = text[index...].firstIndex(of: UInt8(ascii: "]")) else {
          throw Problem(
            message:
              "missing closing bracket ']' after '%[' in '\(String(decoding: text, as: UTF8.self))'"
          )
        }
        flush()
        pieces.append(.sample(try CheckSample.parse(text[(index + 2)..<end])))
        index = end + 1
      default:
        literal.append(byte)
        index += 1
      }
    }
    flush()
    return CheckText(pieces)
  }

  fileprivate static func notSupported(_ text: some Collection<UInt8>) -> String {
    "the expression '\(String(decoding: text, as: UTF8.self))' is known but not supported by this "
      + "version of Sluice"
  }

  /// Whether it never writes anything.
  var isEmpty: Bool { pieces.isEmpty }

  /// The text.
  ///
  /// - Parameters:
  ///   - facts: who checks whom.
  ///   - input: what the server has sent.
  ///   - bytesMax: where it is cut.
  func bytes(_ facts: CheckFacts, input: [UInt8], bytesMax: Int = 16384) -> [UInt8] {
    var result: [UInt8] = []
    for piece in pieces where result.count < bytesMax {
      switch piece {
      case .literal(let literal): result += literal
      case .sample(let sample): result += sample.value(facts, input: input) ?? []
      }
    }
    return result.count > bytesMax ? Array(result[..<bytesMax]) : result
  }
}

/// Who checks whom: what the texts of a check may name.
public struct CheckFacts: Hashable, Sendable {
  /// The backend's name.
  public var backend: String
  /// The server's name.
  public var server: String
  /// The backend's `id`.
  public var backendID: Int
  /// The server's `id`.
  public var serverID: Int
  /// The date in seconds since 1970.
  public var date: Int64
  /// The header of `http-check send-state`; nil without it.
  public var serverState: [UInt8]?
  /// Whether the server is up, so that `disable-on-404` may let it wind down.
  public var isServerUp: Bool

  /// - Parameters:
  ///   - backend: the backend's name.
  ///   - server: the server's name.
  ///   - backendID: the backend's `id`.
  ///   - serverID: the server's `id`.
  ///   - date: seconds since 1970.
  ///   - serverState: the header of `http-check send-state`.
  ///   - isServerUp: whether the server is up.
  public init(
    backend: String, server: String, backendID: Int = 0, serverID: Int = 0, date: Int64 = 0,
    serverState: [UInt8]? = nil, isServerUp: Bool = true
  ) {
    self.backend = backend
    self.server = server
    self.backendID = backendID
    self.serverID = serverID
    self.date = date
    self.serverState = serverState
    self.isServerUp = isServerUp
  }
}

/// A sample expression that a check can use: a fetch and its converters. HAProxy manual, sections
/// 7.3 and 7.3.1.
public struct CheckSample: Hashable, Sendable {
  enum Source: Hashable, Sendable {
    case backendName, backendID, serverName, serverID
    /// `str`, `int`
    case constant([UInt8])
    /// `res.payload`; a length of 0 is all the rest.
    case payload(offset: Int, count: Int)
  }

  enum Converter: Hashable, Sendable {
    case cutAtLineEnd
    case trimLeft([UInt8])
    case trimRight([UInt8])
    case hexadecimal
    case lowercase
    case uppercase
  }

  let source: Source
  let converters: [Converter]

  init(_ source: Source, _ converters: [Converter] = []) {
    self.source = source
    self.converters = converters
  }

  /// Reads an expression.
  ///
  /// - Throws: what is known and not supported; this program cannot tell it from what is unknown.
  public static func parse(_ text: some Collection<UInt8>) throws(CheckText.Problem) -> CheckSample
  {
    let problem = CheckText.Problem(message: CheckText.notSupported(text))
    guard var words = calls(in: Array(text)), !words.isEmpty else { throw problem }
    let fetch = words.removeFirst()
    let source: Source
    switch (fetch.name, fetch.arguments.count) {
    case ("be_name", 0): source = .backendName
    case ("be_id", 0): source = .backendID
    case ("srv_name", 0): source = .serverName
    case ("srv_id", 0): source = .serverID
    case ("str", 1): source = .constant(Array(fetch.arguments[0].utf8))
    case ("int", 1):
      guard Int64(fetch.arguments[0]) != nil else { throw problem }
      source = .constant(Array(fetch.arguments[0].utf8))
    case ("res.payload", 2), ("payload", 2):
      guard let offset = Int(fetch.arguments[0]), let count = Int(fetch.arguments[1]),
        offset >= 0, count >= 0, offset < 1 << 30, count < 1 << 30
      else { throw problem }
      source = .payload(offset: offset, count: count)
    default: throw problem
    }
    var converters: [Converter] = []
    for call in words {
      switch (call.name, call.arguments.count) {
      case ("cut_crlf", 0): converters.append(.cutAtLineEnd)
      case ("hex", 0): converters.append(.hexadecimal)
      case ("lower", 0): converters.append(.lowercase)
      case ("upper", 0): converters.append(.uppercase)
      case ("ltrim", 1): converters.append(.trimLeft(Array(call.arguments[0].utf8)))
      case ("rtrim", 1): converters.append(.trimRight(Array(call.arguments[0].utf8)))
      default: throw problem
      }
    }
    return CheckSample(source, converters)
  }

  /// Takes `a(1,2),b` apart: names with their arguments. nil when it is not of that form.
  private static func calls(in text: [UInt8]) -> [(name: String, arguments: [String])]? {
    var calls: [(name: String, arguments: [String])] = []
    var index = 0
    while index < text.count {
      let start = index
      while index < text.count, text[index] != UInt8(ascii: "("), text[index] != UInt8(ascii: ",") {
        index += 1
      }
      let name = String(decoding: text[start..<index], as: UTF8.self)
      guard !name.isEmpty else { return nil }
      var arguments: [String] = []
      if index < text.count, text[index] == UInt8(ascii: "(") {
        guard let end = text[index...].firstIndex(of: UInt8(ascii: ")")) else { return nil }
        arguments = text[(index + 1)..<end].split(
          separator: UInt8(ascii: ","), omittingEmptySubsequences: false
        ).map { unquoted(String(decoding: $0, as: UTF8.self)) }
        if arguments == [""] { arguments = [] }
        index = end + 1
      }
      calls.append((name, arguments))
      if index < text.count {
        guard text[index] == UInt8(ascii: ","), index + 1 < text.count else { return nil }
        index += 1
      }
    }
    return calls
  }

  private static func unquoted(_ text: String) -> String {
    guard text.count >= 2, let first = text.first, first == text.last, "'\"".contains(first) else {
      return text
    }
    return String(text.dropFirst().dropLast())
  }

  /// The value; nil when there is none.
  func value(_ facts: CheckFacts, input: [UInt8]) -> [UInt8]? {
    var bytes: [UInt8]
    switch source {
    case .backendName: bytes = Array(facts.backend.utf8)
    case .backendID: bytes = Array(String(facts.backendID).utf8)
    case .serverName: bytes = Array(facts.server.utf8)
    case .serverID: bytes = Array(String(facts.serverID).utf8)
    case .constant(let constant): bytes = constant
    case .payload(let offset, let count):
      guard offset <= input.count, offset + count <= input.count else { return nil }
      bytes = Array(count == 0 ? input[offset...] : input[offset..<offset + count])
    }
    for converter in converters { CheckSample.convert(&bytes, converter) }
    return bytes
  }

  /// The value as a number; nil when it is none.
  func number(_ facts: CheckFacts, input: [UInt8]) -> Int? {
    value(facts, input: input).flatMap { Int(String(decoding: $0, as: UTF8.self)) }
  }

  private static func convert(_ bytes: inout [UInt8], _ converter: Converter) {
    switch converter {
    case .cutAtLineEnd:
      let end = bytes.firstIndex { $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\n") }
      if let end { bytes.removeSubrange(end...) }
    case .trimLeft(let set): bytes = Array(bytes.drop { set.contains($0) })
    case .trimRight(let set): while let last = bytes.last, set.contains(last) { bytes.removeLast() }
    case .hexadecimal: bytes = hexadecimalDigits(of: bytes)
    case .lowercase: bytes = bytes.map { (65...90).contains($0) ? $0 + 32 : $0 }
    case .uppercase: bytes = bytes.map { (97...122).contains($0) ? $0 - 32 : $0 }
    }
  }
}

/// Two upper case digits a byte.
func hexadecimalDigits(of bytes: [UInt8]) -> [UInt8] {
  let digits = Array("0123456789ABCDEF".utf8)
  return bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
}

/// The bytes that hexadecimal digits stand for; nil when there is another character or one too few.
public func bytes(ofHexadecimal digits: [UInt8]) -> [UInt8]? {
  guard digits.count % 2 == 0 else { return nil }
  var result: [UInt8] = []
  result.reserveCapacity(digits.count / 2)
  for index in stride(from: 0, to: digits.count, by: 2) {
    guard let high = digitValue(digits[index]), let low = digitValue(digits[index + 1]) else {
      return nil
    }
    result.append(high << 4 | low)
  }
  return result
}

private func digitValue(_ digit: UInt8) -> UInt8? {
  switch digit {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
  case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
  case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
  default: nil
  }
}
