import Basics
public import Samples

/// A text of a check: bytes that are always the same, or a log-format string. HAProxy manual, section
/// 8.2.6.
public struct CheckText: Sendable {
  /// Why a text could not be read.
  public struct Problem: Error, Hashable, Sendable {
    /// What is wrong.
    public let message: String
  }

  private enum Content: Sendable {
    case literal([UInt8])
    case format(LogFormat)
  }

  private let content: Content

  /// A text that is always the same.
  public init(literal: [UInt8]) { content = .literal(literal) }

  init(_ literal: String) { self.init(literal: Array(literal.utf8)) }

  /// - Parameter format: a log-format string.
  /// - Throws: what is known and not supported: aliases, which are about sessions, and flags.
  public init(_ format: LogFormat) throws(Problem) {
    for piece in format.pieces {
      if case .alias(let alias) = piece.content {
        throw Problem(message: CheckText.notSupported("%\(alias.rawValue)"))
      }
      guard piece.options.isEmpty, piece.type == .natural else {
        throw Problem(message: "flags and types of items are" + CheckText.notSupportedHere)
      }
    }
    content = .format(format)
  }

  /// Reads a log-format string.
  ///
  /// - Parameters:
  ///   - text: the argument, its quotes and backslashes already resolved.
  ///   - reader: reads the expressions.
  /// - Throws: what is wrong, or what is known and not supported.
  public static func parse(
    _ text: [UInt8], reader: SampleReader = SampleReader()
  ) throws(Problem) -> CheckText {
    let format: LogFormat
    do {
      format = try LogFormat.parse(text, at: .check, reader: reader)
    } catch {
      throw Problem(message: error.message)
    }
    return try CheckText(format)
  }

  /// A text of the program itself.
  static func format(_ text: String) -> CheckText {
    do {
      return try parse(Array(text.utf8))
    } catch {
      preconditionFailure("a built-in text does not compile: \(error.message)")
    }
  }

  private static let notSupportedHere = " known but not supported by this version of Sluice"

  private static func notSupported(_ text: String) -> String {
    "the expression '\(text)' is" + notSupportedHere
  }

  /// The text.
  ///
  /// - Parameters:
  ///   - samples: what expressions are answered from.
  ///   - bytesMax: where it is cut.
  func bytes(_ samples: inout SampleContext, bytesMax: Int = 16384) -> [UInt8] {
    switch content {
    case .literal(let literal): return literal
    case .format(let format):
      let text = format.text(in: &samples) ?? []
      return text.count > bytesMax ? Array(text[..<bytesMax]) : text
    }
  }
}

extension SampleExpression {
  /// An expression of a check.
  ///
  /// - Parameters:
  ///   - text: the argument.
  ///   - reader: reads it.
  /// - Throws: what is wrong, in HAProxy's words.
  public static func ofCheck(
    _ text: [UInt8], reader: SampleReader = SampleReader()
  ) throws(SampleError) -> SampleExpression {
    var index = 0
    let expression = try reader.expression([text], &index)
    guard expression.fetch.places.contains(.check) else {
      throw SampleError(
        " fetch method '\(String(decoding: text, as: UTF8.self))' extracts information from "
          + "'\(expression.fetch.originNames)', none of which is available here.\n")
    }
    return expression
  }

  /// The value as a number, by way of text; nil when it is none.
  func number(in samples: inout SampleContext) -> Int64? {
    evaluate(in: &samples).value?.cast(to: .string)?.number
  }
}

/// Who checks whom: what a check may name.
public struct CheckFacts {
  /// What expressions are answered from: the backend and the server, the present, the process.
  public var samples: SampleContext
  /// The header of `http-check send-state`; nil without it.
  public var serverState: [UInt8]?
  /// Whether the server is up, so that `disable-on-404` may let it wind down.
  public var isServerUp: Bool

  /// The date in seconds since 1970.
  var date: Int64 { samples.now.seconds }

  /// - Parameters:
  ///   - samples: what expressions are answered from; `backend` and `server` are those of the check.
  ///   - serverState: the header of `http-check send-state`.
  ///   - isServerUp: whether the server is up.
  public init(
    samples: SampleContext = SampleContext(), serverState: [UInt8]? = nil, isServerUp: Bool = true
  ) {
    self.samples = samples
    self.samples.direction = .response
    self.samples.isFinal = true
    self.samples.isInputOpen = false
    self.serverState = serverState
    self.isServerUp = isServerUp
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
