/// The words of one line and where they came from.
struct SplitLine {
  /// The words one after another, each followed by a zero byte. A word may hold zero bytes of its
  /// own (`\x00`).
  var output: [UInt8] = []
  /// Where each word begins in `output`.
  var starts: [Int] = []
  /// What the first empty word comes from, as an index into the line; nil when no word is empty,
  /// or when it is only empty because it begins with `\x00`.
  var emptyAt: Int?

  /// A word, which ends at its first zero byte as C strings do.
  func word(_ index: Int) -> Word {
    Word(Array(output[starts[index]...].prefix { $0 != 0 }))
  }

  /// All words.
  var words: [Word] { starts.indices.map(word) }

  /// Everything from a word on as one expression: the words again separated by spaces.
  func merged(from index: Int) -> [UInt8] {
    guard index < starts.count else { return [] }
    return output[starts[index]...].dropLast().map { $0 == 0 ? UInt8(ascii: " ") : $0 }
  }
}

/// Why a line cannot be split into words; the number is an index into the line.
enum SplitFault: Error, Equatable {
  case quote(Int)
  case brace(Int)
  case variableName(Int)
  case hexadecimal(Int)
  case expansion(Int)
  /// More words than a line may have; where the last one of them begins in the output.
  case tooManyWords(position: Int, word: Word)

  /// What HAProxy calls it, before ` at position`.
  var phrase: String {
    switch self {
    case .quote: "unmatched quote"
    case .brace: "unmatched brace in environment variable name"
    case .variableName: "forbidden first char in environment variable name"
    case .hexadecimal: "truncated or invalid hexadecimal sequence"
    case .expansion: "truncated or invalid word expansion sequence"
    case .tooManyWords: "too many words"
    }
  }

  /// The index into the line that a caret points at; nil for too many words.
  var index: Int? {
    switch self {
    case .quote(let index), .brace(let index), .variableName(let index), .hexadecimal(let index),
      .expansion(let index):
      index
    case .tooManyWords: nil
    }
  }
}

/// Splits one line into words: quotes, escapes, comments and, inside double quotes, environment
/// variables. HAProxy manual, sections 2.2 and 2.3.
///
/// A word exists from its first character, or from a pair of quotes with nothing between them; so
/// `"$UNSET"` is an empty word, while `"${UNSET[*]}"` is none at all.
struct LineSplitter {
  /// The most words of a line.
  static let wordsMax = 64

  /// What variables expand to.
  struct Variables {
    var environment: Environment
    /// `.FILE`
    var file: String?
    /// `.LINE`
    var line: Int
    /// `.SECTION`; nil outside of sections.
    var section: String?

    /// A variable's value. The outer nil says that there can be no such variable.
    func value(of name: ArraySlice<UInt8>) -> String?? {
      let text = String(decoding: name, as: UTF8.self)
      guard name.first == UInt8(ascii: ".") else { return .some(environment[text]) }
      switch text {
      case ".FILE": return .some(file)
      case ".LINE": return .some(String(line))
      case ".SECTION": return .some(section)
      default: return nil
      }
    }
  }

  private let line: [UInt8]
  private let variables: Variables
  /// Whether `#` begins a comment; it does not on the command line.
  private let hasComments: Bool

  private var result = SplitLine()
  private var index = 0
  /// Whether a word has begun and not ended.
  private var isInWord = false
  /// Where the current word begins in the output, and which index into the line began it.
  private var wordStart = 0
  private var wordOrigin = 0
  /// Whether there were more than `wordsMax` words.
  private var hasTooMany = false
  /// The open quote and its index.
  private var quote: (character: UInt8, index: Int)?
  /// Whether nothing was emitted since the last opening quote.
  private var isQuoteEmpty = false
  /// The first of the variables that were not set, until one was.
  private var unknownName: Int?

  /// - Parameters:
  ///   - line: the line without its end; it ends at the first zero byte.
  ///   - variables: what variables expand to.
  ///   - hasComments: whether `#` begins a comment.
  init(_ line: some Sequence<UInt8>, variables: Variables, hasComments: Bool = true) {
    self.line = Array(line.prefix { $0 != 0 })
    self.variables = variables
    self.hasComments = hasComments
  }

  /// Splits the line.
  mutating func split() throws(SplitFault) -> SplitLine {
    while index < line.count {
      let wasInWord = isInWord
      let origin = index
      let byte = line[index]
      switch byte {
      case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
        // Quoted or not: so a line may end with CR LF.
        index = line.count
      case UInt8(ascii: "#") where hasComments && quote == nil:
        index = line.count
      case UInt8(ascii: "\""), UInt8(ascii: "'"):
        if let quote, quote.character != byte { emit(byte) } else { toggleQuote(byte) }
      case UInt8(ascii: "\\") where !isIn(UInt8(ascii: "'")):
        try takeEscape()
      case UInt8(ascii: "$") where isIn(UInt8(ascii: "\"")):
        try takeVariable(wasInWord)
        continue
      case _ where byte.isSpace && quote == nil:
        isInWord = false
        while index < line.count, line[index].isSpace { index += 1 }
      default:
        emit(byte)
      }
      noteBoundary(wasInWord, origin)
    }
    if isInWord { endWord() }
    if let quote { throw .quote(quote.index) }
    if hasTooMany {
      let position = result.starts[LineSplitter.wordsMax - 1]
      throw .tooManyWords(
        position: position + 1, word: result.word(LineSplitter.wordsMax - 1))
    }
    return result
  }

  private func isIn(_ character: UInt8) -> Bool { quote?.character == character }

  private func byte(at index: Int) -> UInt8 { index < line.count ? line[index] : 0 }

  // MARK: Words

  /// Takes one character of the line as it is.
  private mutating func emit(_ byte: UInt8) {
    index += 1
    isInWord = true
    append(byte)
  }

  private mutating func append(_ byte: UInt8) {
    result.output.append(byte)
    isQuoteEmpty = false
  }

  /// Begins or ends a word when the last step went from one side to the other.
  private mutating func noteBoundary(_ wasInWord: Bool, _ origin: Int) {
    if !wasInWord, isInWord {
      wordOrigin = origin
      if result.starts.count < LineSplitter.wordsMax {
        result.starts.append(wordStart)
      } else {
        hasTooMany = true
      }
    } else if wasInWord, !isInWord {
      endWord()
    }
  }

  private mutating func endWord() {
    if result.emptyAt == nil, result.output.count == wordStart {
      result.emptyAt = unknownName ?? wordOrigin
    }
    append(0)
    wordStart = result.output.count
  }

  private mutating func toggleQuote(_ character: UInt8) {
    if quote != nil {
      // An empty pair of quotes is a word all the same.
      if isQuoteEmpty { isInWord = true }
      quote = nil
    } else {
      quote = (character, index)
      isQuoteEmpty = true
    }
    index += 1
  }

  // MARK: Escapes

  /// A backslash outside of single quotes. Before anything that needs no escape it is itself.
  private mutating func takeEscape() throws(SplitFault) {
    let next = byte(at: index + 1)
    var escaped: UInt8?
    switch next {
    case UInt8(ascii: " "), UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""):
      escaped = next
    case UInt8(ascii: "t"): escaped = UInt8(ascii: "\t")
    case UInt8(ascii: "n"): escaped = UInt8(ascii: "\n")
    case UInt8(ascii: "r"): escaped = UInt8(ascii: "\r")
    case UInt8(ascii: "#") where hasComments: escaped = next
    case UInt8(ascii: "$") where quote != nil: escaped = next
    case UInt8(ascii: "x"):
      guard let high = byte(at: index + 2).hexadecimalValue,
        let low = byte(at: index + 3).hexadecimalValue
      else { throw .hexadecimal(index) }
      escaped = high << 4 | low
      index += 2
    default: break
    }
    if escaped != nil { index += 1 }
    emit(escaped ?? UInt8(ascii: "\\"))
  }

  // MARK: Variables

  /// `$NAME`, `${NAME}`, `${NAME-default}` or `${NAME[*]}` inside double quotes.
  private mutating func takeVariable(_ wasInWord: Bool) throws(SplitFault) {
    let origin = index
    index += 1
    var brace: Int?
    if byte(at: index) == UInt8(ascii: "{") {
      brace = index
      index += 1
    }
    let name = try takeName()
    guard let known = variables.value(of: line[name]) else {
      throw .variableName(name.lowerBound)
    }
    var value = known.map { Array($0.utf8) }
    var isExpanded = false
    if brace != nil, byte(at: index) == UInt8(ascii: "[") {
      guard byte(at: index + 1) == UInt8(ascii: "*"), byte(at: index + 2) == UInt8(ascii: "]")
      else { throw .expansion(index) }
      isExpanded = true
      index += 3
    }
    if let brace {
      if byte(at: index) == UInt8(ascii: "-") {
        let start = index + 1
        while index < line.count, line[index] != UInt8(ascii: "}") { index += 1 }
        guard index < line.count else { throw .brace(brace) }
        value = value ?? Array(line[start..<index])
      }
      guard byte(at: index) == UInt8(ascii: "}") else { throw .brace(brace) }
      index += 1
    }
    // A list without elements makes no word, in spite of the quotes around it.
    if isExpanded { isQuoteEmpty = false }
    insert(value, isExpanded: isExpanded, name: name.lowerBound, wasInWord, origin)
  }

  private mutating func takeName() throws(SplitFault) -> Range<Int> {
    let start = index
    let first = byte(at: start)
    guard first.isLetter || first == UInt8(ascii: "_") || first == UInt8(ascii: ".") else {
      throw .variableName(start)
    }
    index += 1
    while index < line.count, line[index].isNameCharacter { index += 1 }
    return start..<index
  }

  /// Puts a variable's value in place of it; white space in a list separates words.
  private mutating func insert(
    _ value: [UInt8]?, isExpanded: Bool, name: Int, _ wasInWord: Bool, _ origin: Int
  ) {
    var wasInWord = wasInWord
    if let value {
      unknownName = nil
      for byte in value {
        isInWord = !(isExpanded && byte.isSpace)
        if isInWord { append(byte) }
        noteBoundary(wasInWord, origin)
        wasInWord = isInWord
      }
    } else if !isExpanded {
      isInWord = true
      if unknownName == nil { unknownName = name }
    }
    noteBoundary(wasInWord, origin)
  }
}
