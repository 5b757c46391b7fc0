/// One line as the section parsers see it: `no` and `default` are taken off.
struct Statement {
  /// What stood before the keyword.
  enum Modifier: Hashable, Sendable { case plain, no, byDefault }

  let location: SourceLocation
  let modifier: Modifier
  /// The keyword and its arguments. As in HAProxy, an empty argument ends the list for everything
  /// that walks over it.
  private(set) var words: [Word]

  init(_ line: Line) {
    location = line.location
    modifier =
      switch line[0] {
      case "no": .no
      case "default": .byDefault
      default: .plain
      }
    words = modifier == .plain ? line.words : Array(line.words.dropFirst())
  }

  /// The text of a word, or the empty string behind the last one.
  subscript(_ index: Int) -> String { index < words.count ? words[index].text : "" }

  /// The bytes of a word, or none behind the last one.
  func bytes(_ index: Int) -> [UInt8] { index < words.count ? words[index].bytes : [] }

  /// The bytes of the words from an index on, up to the first empty one.
  func allBytes(from index: Int) -> [[UInt8]] {
    guard index < words.count else { return [] }
    return words[index...].prefix { !$0.bytes.isEmpty }.map(\.bytes)
  }

  /// The arguments from an index on, up to the first empty one.
  func arguments(from index: Int) -> [String] {
    guard index < words.count else { return [] }
    return words[index...].prefix { !$0.bytes.isEmpty }.map(\.text)
  }

  /// What is wrong when more than `count` arguments follow the word at `index`: the message, nil
  /// when nothing is.
  func unexpectedArgument(after count: Int, behind index: Int = 0) -> String? {
    let extra = self[index + count + 1]
    guard !extra.isEmpty else { return nil }
    let keyword = (0...index).map { self[$0] }.joined(separator: " ")
    return "'\(keyword)' cannot handle unexpected argument '\(extra)'."
  }
}

extension Diagnostics {
  /// `config : parsing [file:line] : ...`
  mutating func alert(at location: SourceLocation, _ text: String) {
    alert("config : parsing [\(location)] : \(text)")
  }

  /// `config : parsing [file:line]: ...`: HAProxy writes some messages without the space.
  mutating func alert(closeTo location: SourceLocation, _ text: String) {
    alert("config : parsing [\(location)]: \(text)")
  }

  /// An alert of HAProxy that does not keep the process from starting.
  mutating func complaint(at location: SourceLocation, _ text: String) {
    complaint("config : parsing [\(location)] : \(text)")
  }

  /// `config : parsing [file:line] : ...`
  mutating func warning(at location: SourceLocation, _ text: String) {
    warning("config : parsing [\(location)] : \(text)")
  }

  /// `config : parsing [file:line]: ...`
  mutating func warning(closeTo location: SourceLocation, _ text: String) {
    warning("config : parsing [\(location)]: \(text)")
  }
}

/// The first character that a name of a proxy, a server or an ACL may not have; nil when all is
/// well, the empty string for an empty name.
func forbiddenCharacter(in name: String) -> String? {
  if name.isEmpty { return "" }
  return name.unicodeScalars.first { scalar in
    !(scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)))
      && !".:_-".unicodeScalars.contains(scalar)
  }.map { String($0) }
}
