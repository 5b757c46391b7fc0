/// What becomes of a keyword that HAProxy 3.4 knows and this version does not carry out.
enum KeywordFate: Hashable, Sendable {
  /// It has no effect in `mode tcp`, or its effect is what this program does anyway.
  case ignored
  /// An error says that the keyword is known but not supported.
  case notSupported
}

/// The keywords of one place in the language.
///
/// `Keyword` enumerates the ones that are carried out, so that an exhaustive `switch` proves that
/// none of them is accepted and then forgotten; `others` holds the rest of what HAProxy 3.4 knows.
struct KeywordTable<Keyword>: Sendable
where Keyword: RawRepresentable & CaseIterable & Sendable, Keyword.RawValue == String {
  private let others: [String: KeywordFate]
  /// Every known name in a fixed order: what `did you mean` chooses from.
  let names: [String]
  /// Whether no name stands in two lists, where only the first would count.
  let hasDistinctNames: Bool

  /// - Parameters:
  ///   - ignored: names that have no effect, separated by white space.
  ///   - notSupported: names that are an error, separated by white space.
  init(ignored: String = "", notSupported: String = "") {
    let ignored = words(of: ignored)
    let notSupported = words(of: notSupported)
    var others: [String: KeywordFate] = [:]
    for name in ignored { others[name] = .ignored }
    for name in notSupported { others[name] = .notSupported }
    self.others = others
    let all = Keyword.allCases.map(\.rawValue) + ignored + notSupported
    names = Set(all).sorted()
    hasDistinctNames = names.count == all.count
  }

  /// What a name stands for.
  enum Meaning {
    /// It is carried out.
    case keyword(Keyword)
    /// It is known, and `KeywordFate` says what becomes of it.
    case other(KeywordFate)
    /// HAProxy 3.4 does not know it.
    case unknown
  }

  /// Looks a name up.
  func meaning(of name: String) -> Meaning {
    if let keyword = Keyword(rawValue: name) { return .keyword(keyword) }
    return others[name].map(Meaning.other) ?? .unknown
  }

  /// Whether HAProxy 3.4 knows the name.
  func knows(_ name: String) -> Bool {
    switch meaning(of: name) {
    case .keyword, .other: true
    case .unknown: false
    }
  }

  /// `; did you mean 'bind' maybe ?`, or nothing.
  func suggestion(for name: String) -> String { Spelling.suggestion(for: name, in: names) }
}

/// The words of a text, split at white space.
func words(of text: String) -> [String] {
  text.split { $0 == " " || $0 == "\n" }.map(String.init)
}

/// `'stick' is known but not supported by this version of Sluice.`
func notSupported(_ what: String) -> String {
  "'\(what)' is known but not supported by this version of Sluice."
}
