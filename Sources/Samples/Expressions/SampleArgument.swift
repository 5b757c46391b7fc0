public import Basics

/// One argument of a fetch or a converter, checked and ready to be used.
public enum SampleArgument: Sendable {
  /// What kind of argument a fetch or converter takes at a place.
  enum Kind: Sendable {
    case integer, string, ipv4, mask4, ipv6, mask6, frontend, backend, server, table, regex

    /// What HAProxy calls it.
    var name: String {
      switch self {
      case .integer: "integer"
      case .string: "string"
      case .ipv4: "IPv4 address"
      case .mask4: "IPv4 mask"
      case .ipv6: "IPv6 address"
      case .mask6: "IPv6 mask"
      case .frontend: "frontend"
      case .backend: "backend"
      case .server: "server"
      case .table: "table"
      case .regex: "regex"
      }
    }

    /// Whether nothing at all is an argument too: the section's own name.
    var mayBeEmpty: Bool {
      switch self {
      case .string, .frontend, .backend, .server, .table: true
      case .integer, .ipv4, .mask4, .ipv6, .mask6, .regex: false
      }
    }
  }

  case integer(Int64)
  case string([UInt8])
  case address(IPAddress)
  /// A proxy or a server, found when everything has been read.
  case reference(NameReference)
  case variable(VariableName)
  case regex(RegularExpression)
  /// A value already cast: the default of a map.
  case value(SampleValue)
  case lists([AccessControlTerm])
  case map(PatternMap)
  case conditions(VariableConditions)
  case table(TableCall)
  case path(JSONPath)
}

/// A proxy, server or stick table that an expression names, found when everything has been read.
///
/// A class because the expression may already be part of something else by then. Filled in by the
/// reader of the configuration, before anything else sees it; never changed again.
public final class NameReference: @unchecked Sendable {
  /// What is referred to.
  public enum Kind: Sendable { case frontend, backend, server, table }

  public let kind: Kind
  /// `name`, or `backend/server`
  public let name: String
  /// The fetch, for messages.
  public let keyword: String
  /// The converter whose argument it is, for messages; nil for one of the fetch.
  public let converter: String?
  /// What kind of rule it stands in, for messages: `in tracking rule `; empty for most.
  public let rule: String
  /// Whether the fetch is the criterion of an ACL.
  public let isInAccessList: Bool
  /// The place of the argument, from 1.
  public let position: Int
  /// `file:line`
  public let location: String
  /// Index into the configuration's proxies; -1 until it is found.
  public var proxy = -1
  /// Index into the proxy's servers; -1 for a proxy.
  public var server = -1

  init(
    _ kind: Kind, _ name: String, keyword: String, converter: String? = nil, rule: String = "",
    isInAccessList: Bool = false, position: Int = 1, location: String
  ) {
    self.kind = kind
    self.name = name
    self.keyword = keyword
    self.converter = converter
    self.rule = rule
    self.isInAccessList = isInAccessList
    self.position = position
    self.location = location
  }
}

/// Reads `(a,b,...)` behind the name of a fetch or a converter. HAProxy manual, section 2.2.
struct ArgumentList {
  /// The arguments that were there.
  var arguments: [SampleArgument] = []
  /// The index behind the closing parenthesis.
  var end: Int

  /// Why a list is wrong, and how far it was read.
  struct Problem: Error {
    var error: SampleError
    /// The number of arguments read so far.
    var position: Int
  }

  /// - Parameters:
  ///   - text: the expression.
  ///   - start: the index behind the name.
  ///   - kinds: the arguments it may have.
  ///   - minimum: how many it must have.
  ///   - keyword: the name of the fetch, for messages.
  ///   - converter: the name of the converter, for messages; nil for a fetch.
  init(
    _ text: [UInt8], at start: Int, kinds: [SampleArgument.Kind], minimum: Int, keyword: String,
    converter: String? = nil, reader: SampleReader
  ) throws(Problem) {
    end = start
    let isAbsent = start >= text.count || text[start] != UInt8(ascii: "(")
    var position = isAbsent ? start : start + 1
    if kinds.isEmpty || (isAbsent && minimum == 0) {
      try finish(text, &position, isAbsent, kinds, minimum)
      return
    }
    while arguments.count < kinds.count {
      let kind = kinds[arguments.count]
      let word = isAbsent ? [] : ArgumentList.word(text, &position)
      if word.isEmpty, !kind.mayBeEmpty {
        if arguments.count >= minimum { break }
        throw Problem(
          error: SampleError(
            "expected type '\(kind.name)' at position \(arguments.count + 1), but got nothing"),
          position: arguments.count)
      }
      do {
        arguments.append(
          try ArgumentList.argument(
            word, kind, keyword: keyword, converter: converter, position: arguments.count + 1,
            reader: reader))
      } catch {
        throw Problem(error: error, position: arguments.count)
      }
      guard position < text.count, text[position] == UInt8(ascii: ","), !isAbsent else { break }
      if arguments.count == kinds.count { break }
      position += 1
    }
    // An empty list of parentheses is no list when nothing is mandatory.
    try finish(text, &position, isAbsent, kinds, minimum)
  }

  private mutating func finish(
    _ text: [UInt8], _ position: inout Int, _ isAbsent: Bool, _ kinds: [SampleArgument.Kind],
    _ minimum: Int
  ) throws(Problem) {
    if arguments.count < minimum {
      throw Problem(
        error: SampleError(
          "missing arguments (got \(arguments.count)/\(minimum)), type "
            + "'\(kinds[arguments.count].name)' expected"), position: arguments.count)
    }
    guard !isAbsent else { return }
    guard position < text.count, text[position] == UInt8(ascii: ")") else {
      let rest = String(decoding: text[min(position, text.count)...], as: UTF8.self)
      throw Problem(
        error: SampleError(rest.isEmpty ? "expected ')'" : "expected ')' before '\(rest)'"),
        position: arguments.count > 1 ? arguments.count - 1 : arguments.count)
    }
    end = position + 1
  }

  /// The bytes of one argument: quotes protect commas and parentheses, a backslash protects what
  /// follows it.
  private static func word(_ text: [UInt8], _ position: inout Int) -> [UInt8] {
    var word: [UInt8] = []
    var quote: UInt8?
    while position < text.count {
      let byte = text[position]
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'"), quote == nil || quote == byte {
        quote = quote == nil ? byte : nil
      } else if byte == UInt8(ascii: "\\"), quote != UInt8(ascii: "'"), position + 1 < text.count {
        position += 1
        switch text[position] {
        case UInt8(ascii: "\\"), UInt8(ascii: " "), UInt8(ascii: "\""), UInt8(ascii: "'"):
          word.append(text[position])
        case UInt8(ascii: "r"): word.append(UInt8(ascii: "\r"))
        case UInt8(ascii: "n"): word.append(UInt8(ascii: "\n"))
        case UInt8(ascii: "t"): word.append(UInt8(ascii: "\t"))
        default:
          word.append(UInt8(ascii: "\\"))
          continue
        }
      } else if quote == nil, byte == UInt8(ascii: ",") || byte == UInt8(ascii: ")") {
        break
      } else {
        word.append(byte)
      }
      position += 1
    }
    return word
  }

  private static func argument(
    _ word: [UInt8], _ kind: SampleArgument.Kind, keyword: String, converter: String?,
    position: Int, reader: SampleReader
  ) throws(SampleError) -> SampleArgument {
    let text = String(decoding: word, as: UTF8.self)
    let failure = SampleError(
      "failed to parse '\(text)' as type '\(kind.name)' at position \(position)")
    switch kind {
    case .integer:
      guard let number = wholeInteger(word) else { throw failure }
      return .integer(number)
    case .string, .regex: return .string(word)
    case .ipv4:
      guard let address = IPAddress(utf8: word), address.family == .v4 else { throw failure }
      return .address(address)
    case .ipv6:
      guard let address = IPAddress(utf8: word), address.family == .v6 else { throw failure }
      return .address(address)
    case .mask4:
      guard let mask = NetworkMask.v4(text) else { throw failure }
      return .address(mask)
    case .mask6:
      guard let mask = NetworkMask.v6(text) else { throw failure }
      return .address(mask)
    case .frontend, .backend, .server, .table:
      let target: NameReference.Kind =
        switch kind {
        case .frontend: .frontend
        case .backend: .backend
        case .table: .table
        default: .server
        }
      return .reference(
        reader.refer(
          to: text, target, keyword: keyword, converter: converter, position: position))
    }
  }
}

/// The masks of networks: a number of bits, or an address.
enum NetworkMask {
  static func v4(_ text: String) -> IPAddress? {
    if let bits = Int(text), (0...32).contains(bits) { return v4(bits: bits) }
    guard let mask = IPAddress(text), mask.family == .v4 else { return nil }
    return mask
  }

  static func v6(_ text: String) -> IPAddress? {
    if let bits = Int(text), (0...128).contains(bits) { return v6(bits: bits) }
    guard let mask = IPAddress(text), mask.family == .v6 else { return nil }
    return mask
  }

  static func v4(bits: Int) -> IPAddress {
    IPAddress(v4: bits == 0 ? 0 : UInt32.max << UInt32(32 - bits))
  }

  static func v6(bits: Int) -> IPAddress {
    let high = bits == 0 ? 0 : bits >= 64 ? UInt64.max : UInt64.max << UInt64(64 - bits)
    let low = bits <= 64 ? 0 : UInt64.max << UInt64(128 - bits)
    return IPAddress(v6: high, low)
  }
}

extension IPAddress {
  /// The address with all bits cleared that are not in a mask of the same family.
  func masked(by mask: IPAddress) -> IPAddress {
    family == .v4
      ? IPAddress(v4: v4Number & mask.v4Number) : IPAddress(v6: high & mask.high, low & mask.low)
  }
}
