/// The environment variables that a configuration sees and changes.
///
/// A value: the process passes its own environment in and puts the result in force when the
/// configuration is accepted.
public struct Environment: Hashable, Sendable {
  /// Why a variable could not be set: its name is empty or holds `=` (EINVAL of setenv(3)).
  public struct InvalidName: Error, Hashable, Sendable {
    /// What HAProxy's message ends with: the text of EINVAL.
    public let reason = "Invalid argument"
  }

  /// Name and value of every variable.
  public private(set) var variables: [String: String]

  /// - Parameter variables: name and value of every variable.
  public init(_ variables: [String: String] = [:]) { self.variables = variables }

  /// The value of a variable; nil when it is not set.
  public subscript(name: String) -> String? { variables[name] }

  /// `setenv`: sets a variable, whether it was set or not.
  ///
  /// - Throws: `InvalidName`; nothing has changed then.
  public mutating func set(_ name: String, to value: String) throws(InvalidName) {
    guard Environment.isValid(name) else { throw InvalidName() }
    variables[name] = value
  }

  /// `presetenv`: sets a variable unless it is already set.
  ///
  /// - Throws: `InvalidName`; nothing has changed then.
  public mutating func preset(_ name: String, to value: String) throws(InvalidName) {
    guard Environment.isValid(name) else { throw InvalidName() }
    if variables[name] == nil { variables[name] = value }
  }

  /// `unsetenv`: removes a variable; no effect when it is not set.
  ///
  /// - Throws: `InvalidName`; nothing has changed then.
  public mutating func unset(_ name: String) throws(InvalidName) {
    guard Environment.isValid(name) else { throw InvalidName() }
    variables[name] = nil
  }

  /// `resetenv`: removes every variable but the named ones.
  public mutating func reset(keeping names: [String]) {
    let kept = Set(names)
    variables = variables.filter { kept.contains($0.key) }
  }

  /// Sets variables whose names are known to be valid.
  mutating func merge(_ others: [String: String]) {
    variables.merge(others) { _, new in new }
  }

  /// Removes variables whose names are known to be valid.
  mutating func remove(_ names: [String]) {
    for name in names { variables[name] = nil }
  }

  private static func isValid(_ name: String) -> Bool {
    !name.isEmpty && !name.utf8.contains(UInt8(ascii: "="))
  }

  /// The variable whose name looks most like a given one; nil when none is close enough. What
  /// HAProxy's `Hint: maybe you meant` is about.
  public func suggestion(for name: String) -> String? {
    Spelling.closest(to: name, in: variables.keys.sorted())
  }

  /// Expands `$NAME` and `${NAME}` anywhere in a text: the rule of addresses, which HAProxy expands
  /// outside quotes too. Unknown variables expand to nothing; there are no defaults and no escapes.
  public func expanding(_ text: String) -> String {
    let bytes = Array(text.utf8)
    guard bytes.contains(UInt8(ascii: "$")) else { return text }
    var result: [UInt8] = []
    var index = 0
    while index < bytes.count {
      guard bytes[index] == UInt8(ascii: "$") else {
        result.append(bytes[index])
        index += 1
        continue
      }
      index += 1
      let isBraced = index < bytes.count && bytes[index] == UInt8(ascii: "{")
      if isBraced { index += 1 }
      let start = index
      while index < bytes.count, bytes[index].isNameCharacter { index += 1 }
      let name = String(decoding: bytes[start..<index], as: UTF8.self)
      if isBraced, index < bytes.count, bytes[index] == UInt8(ascii: "}") { index += 1 }
      if let value = variables[name] { result.append(contentsOf: value.utf8) }
    }
    return String(decoding: result, as: UTF8.self)
  }
}
