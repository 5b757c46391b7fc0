/// A variable: its scope and its name. HAProxy manual, section 2.8.
public struct VariableName: Hashable, Sendable {
  /// How long a variable lives, and who sees it.
  public enum Scope: UInt8, Hashable, Sendable {
    /// The process.
    case process
    /// The session.
    case session
    /// Request and response.
    case transaction
    /// Until the server's connection is there.
    case request
    /// From then on.
    case response
    /// A health check.
    case check
  }

  /// How long it lives.
  public var scope: Scope
  /// The name behind the scope.
  public var name: String

  /// - Parameters:
  ///   - scope: how long it lives.
  ///   - name: the name behind the scope.
  public init(_ scope: Scope, _ name: String) {
    self.scope = scope
    self.name = name
  }

  private static let scopes: [(prefix: String, scope: Scope)] = [
    ("psess.", .session), ("ptxn.", .transaction), ("preq.", .request), ("pres.", .response),
    ("proc.", .process), ("sess.", .session), ("txn.", .transaction), ("req.", .request),
    ("res.", .response), ("check.", .check),
  ]

  /// Reads `scope.name`. The scopes of a parent stream are those of the stream itself here: a
  /// connection has no parent.
  ///
  /// - Throws: what is wrong, in HAProxy's words.
  public static func parse(_ text: String) throws(SampleError) -> VariableName {
    if text.isEmpty { throw SampleError("Empty variable name cannot be accepted") }
    guard
      let (prefix, scope) = scopes.first(where: { text.hasPrefix($0.prefix) && text != $0.prefix })
    else {
      throw SampleError(
        "invalid variable name '\(text)'. A variable name must start with its scope. The scope can "
          + "be 'proc', '(p)sess', '(p)txn', '(p)req', '(p)res' or 'check'")
    }
    let name = text.dropFirst(prefix.count)
    for character in name.utf8 where !isWordByte(character) && character != UInt8(ascii: ".") {
      throw SampleError("invalid syntax at char '\(Character(UnicodeScalar(character)))'")
    }
    return VariableName(scope, String(name))
  }
}

/// Why an expression, a pattern, a condition or a rule is not understood, in HAProxy's words.
public struct SampleError: Error, Hashable, Sendable {
  /// What is wrong.
  public var message: String
  /// - Parameter message: what is wrong.
  public init(_ message: String) { self.message = message }
}

/// Letters, digits and the underscore.
func isWordByte(_ byte: UInt8) -> Bool {
  (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || isDigitByte(byte)
    || byte == UInt8(ascii: "_")
}

func isDigitByte(_ byte: UInt8) -> Bool {
  (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
}

/// What a name of a fetch or a converter is made of.
func isIdentifierByte(_ byte: UInt8) -> Bool {
  isWordByte(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
    || byte == UInt8(ascii: ":") || byte == UInt8(ascii: "+")
}
