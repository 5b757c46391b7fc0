/// A compiled `log-format`: what to write, piece by piece. HAProxy manual, section 8.2.6.
///
/// The bytes of literals and names lie in one array and the pieces are trivial values, so that
/// writing a line counts no references.
public struct LogFormat: Sendable {
  /// The flags in `%{...}`.
  public struct Options: OptionSet, Sendable {
    /// One bit a flag
    public var rawValue: UInt8
    /// - Parameter rawValue: one bit a flag.
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    /// `+M`: an empty value is written as `-`. On from the start in `log-format`.
    public static let mandatory = Options(rawValue: 1 << 0)
    /// `+Q`: text stands between double quotes.
    public static let quote = Options(rawValue: 1 << 1)
    /// `+X`: addresses, ports and some numbers are hexadecimal.
    public static let hexadecimal = Options(rawValue: 1 << 2)
    /// `+E`: a backslash before `"`, `\` and `]`.
    public static let escape = Options(rawValue: 1 << 3)
    /// `+bin`: what is binary stays binary; without it CBOR is written in hexadecimal.
    public static let binary = Options(rawValue: 1 << 4)
    /// `+json`
    public static let json = Options(rawValue: 1 << 5)
    /// `+cbor`. RFC 8949.
    public static let cbor = Options(rawValue: 1 << 6)
    /// The two that decide how a value is encoded.
    public static let encodings: Options = [.json, .cbor]
  }

  /// The type forced with `%(name:type)`; matters with `+json` and `+cbor` only.
  public enum OutputType: UInt8, Sendable {
    /// No type was given.
    case natural
    /// `str`
    case string
    /// `sint`
    case integer
    /// `bool`
    case boolean
    /// `raw`: without any flag
    case raw
  }

  /// What a piece writes.
  public enum Content: Sendable {
    /// One space, unless the line ends with one or is empty.
    case separator
    /// The bytes `text` of the format, as they are.
    case literal
    /// The value of an alias; `text` is its name for `+json` and `+cbor`.
    case alias(LogAlias)
    /// The value of an expression, by its place in `expressions`; `text` is its name for `+json` and
    /// `+cbor`.
    case sample(Int)
  }

  /// One piece of the line.
  public struct Piece: Sendable {
    /// What it writes
    public var content: Content
    /// The piece's bytes in `LogFormat.bytes`.
    public var text: Range<UInt32>
    /// The flags it is written with
    public var options: Options = []
    /// The type it is written as
    public var type: OutputType = .natural
  }

  /// When everything a format wants is known.
  public enum Need: UInt8, Comparable, Sendable {
    /// When the server's connection is there; at the end for a session that never gets one.
    case connect
    /// At the end.
    case close

    /// The earlier moment is the smaller one.
    public static func < (left: Need, right: Need) -> Bool { left.rawValue < right.rawValue }
  }

  /// Why a format could not be compiled.
  public struct ParseError: Error, Hashable, Sendable {
    /// What was wrong, in HAProxy's words: what follows `failed to parse log-format : `.
    public var message: String

    /// - Parameter message: what was wrong.
    public init(message: String) { self.message = message }
  }

  /// What to write, in order.
  public internal(set) var pieces: [Piece] = []
  /// The bytes of literals and names.
  public internal(set) var bytes: [UInt8] = []
  /// The expressions in `%[...]`, in order.
  public internal(set) var expressions: [SampleExpression] = []
  /// The flags common to the whole line, from `%{...}o`.
  public internal(set) var options: Options = []
  /// The earliest moment of the line. HAProxy's flags `LW_*`: everything but an address is known
  /// late, and an address counts as known once the session is established.
  public internal(set) var need: Need = .connect

  /// A format that writes nothing.
  public init() {}

  /// `option tcplog`
  public static let tcplog = builtIn(
    "%ci:%cp [%t] %ft %b/%s %Tw/%Tc/%Tt %B %ts %ac/%fc/%bc/%sc/%rc %sq/%bq")

  /// `option tcplog clf`
  public static let tcplogCLF = builtIn(
    "%{+Q}o %{-Q}ci - - [%T] \"TCP \" 000 %B \"\" \"\" %cp %ms %ft %b %s %Th %Tw %Tc %Tt %U "
      + "%ts-- %ac %fc %bc %sc %rc %sq %bq \"\" \"\" ")

  /// The names of the aliases that say nothing in a tcp proxy, in the order of the format.
  public var aliasesThatNeedHTTP: [String] {
    pieces.compactMap { piece in
      guard case .alias(let alias) = piece.content, alias.needsHTTP else { return nil }
      return alias.rawValue
    }
  }

  /// Whether the format has expressions that look at the bytes of a side, or that anything but a
  /// session's record is needed for.
  public var hasExpressions: Bool { !expressions.isEmpty }

  private static func builtIn(_ text: String) -> LogFormat {
    do {
      return try LogFormat.parse(Array(text.utf8))
    } catch {
      preconditionFailure("a built-in log format does not compile")
    }
  }
}

extension LogFormat {
  /// Whether the format is nothing but text.
  public var isLiteral: Bool {
    pieces.allSatisfy { piece in
      if case .literal = piece.content { true } else { false }
    }
  }

  /// The text of a format that is evaluated without a session; nil when it has aliases, which need one.
  public func text(in context: inout SampleContext) -> [UInt8]? {
    var text: [UInt8] = []
    for piece in pieces {
      switch piece.content {
      case .separator: text.append(UInt8(ascii: " "))
      case .literal: text += bytes[Int(piece.text.lowerBound)..<Int(piece.text.upperBound)]
      case .sample(let place): text += expressions[place].text(in: &context)
      case .alias: return nil
      }
    }
    return text
  }
}
