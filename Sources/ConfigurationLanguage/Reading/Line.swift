/// One word of a configuration line after quotes, escapes and variables were resolved.
public struct Word: Hashable, Sendable {
  /// The bytes; they need not be UTF-8.
  public var bytes: [UInt8]

  /// A word of any bytes.
  public init(_ bytes: [UInt8]) { self.bytes = bytes }
  /// A word of text.
  public init(_ text: String) { bytes = Array(text.utf8) }

  /// The word as text; bytes that are not UTF-8 are replaced.
  public var text: String { String(decoding: bytes, as: UTF8.self) }
}

/// One line of a configuration that has words left when directives such as `.if` are done: what
/// the section parsers work on. The first word is never empty.
public struct Line: Sendable {
  /// Where the line stands.
  public var location: SourceLocation
  /// At least one word.
  public var words: [Word]

  /// - Parameters:
  ///   - location: where the line stands.
  ///   - words: at least one word.
  public init(location: SourceLocation, words: [Word]) {
    self.location = location
    self.words = words
  }

  /// The text of a word, or the empty string behind the last one (as HAProxy's argument array).
  public subscript(_ index: Int) -> String { index < words.count ? words[index].text : "" }
}
