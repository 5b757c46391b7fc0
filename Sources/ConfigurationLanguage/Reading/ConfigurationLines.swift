/// The lines of all configuration files, one by one, with every directive already done: what the
/// section parsers work on.
///
/// A loop pulls: a line's words are resolved only when it is asked for, so that `setenv` on one line
/// is seen by the next. Nothing is read here; the files' bytes are given.
///
///     while let line = lines.next(&diagnostics) { ... }
///
/// A section does not reach over the end of a file: see `fileIndex`. At the end of each file and of
/// the last one the sum of its errors is reported as HAProxy does (`Error(s) found in configuration
/// file`, `Fatal errors found in configuration.`), which is why every error of a line must be in the
/// diagnostics before the next line is asked for.
public struct ConfigurationLines: Sendable {
  /// After so many erroneous lines the rest of a file is not read.
  static let erroneousLinesMax = 50

  /// The files, in order.
  public let files: [ConfigurationFile]
  /// Which of the files the last line came from.
  public private(set) var fileIndex = 0
  /// The environment that the next line is resolved with. `setenv` and its kin change it; at the
  /// end it is the one to continue with.
  public var environment: Environment
  /// What `.SECTION` expands to: the name of the current section, or its keyword when it has no
  /// name. The section parser sets it; nil outside of sections.
  public var section: String?

  private let facts: ConditionFacts
  private var physical: PhysicalLines
  private var lineNumber = 0
  private var blocks = ConditionalBlocks()
  private var progress = Progress.reading
  /// The length of the last line when nothing ended it: an error unless it is noticed to be another.
  private var unterminatedBytes: Int?
  private var erroneousLines = 0
  /// How many errors there were when the last line was handed out, and when the file began.
  private var errorCountOfLine: Int?
  private var errorCountOfFile: Int?
  private var hasErroneousFile = false
  /// Whether the advice about empty arguments was given.
  private var hasAdvised = false

  /// How far the reading has come.
  private enum Progress {
    case reading
    /// What remains of this file is not read, but it is ended properly.
    case stopping
    /// As `stopping`, and no other file is read.
    case stoppingForGood
    /// Nothing is read any more.
    case aborting
    /// An error asks for the end once the next line is done.
    case abortingAfterLine
    case finished
  }

  /// - Parameters:
  ///   - files: the files, in the order in which they apply.
  ///   - environment: the process's environment.
  ///   - identity: what this process is, for the variables it provides.
  ///   - facts: what conditions are answered from.
  public init(
    files: [ConfigurationFile], environment: Environment, identity: Environment.Identity,
    facts: ConditionFacts = ConditionFacts()
  ) {
    self.files = files
    self.environment = environment
    self.environment.prepareForReading(identity, compatibleVersion: facts.version)
    self.facts = facts
    physical = PhysicalLines(files.first ?? ConfigurationFile(name: "", bytes: []))
  }

  /// Where the last line stands.
  public var location: SourceLocation {
    SourceLocation(file: files.isEmpty ? "" : files[fileIndex].name, line: lineNumber)
  }

  /// Gives up: no further line follows (HAProxy's ERR_ABORT). To be called between two lines.
  public mutating func abort() { if progress != .finished { progress = .aborting } }

  /// The next line that has words and counts.
  ///
  /// - Parameter diagnostics: takes what is wrong with the lines on the way.
  /// - Returns: nil when all files are read, or the reading was given up.
  public mutating func next(_ diagnostics: inout Diagnostics) -> Line? {
    if files.isEmpty { progress = .finished }
    if errorCountOfFile == nil { errorCountOfFile = diagnostics.errorCount }
    if let count = errorCountOfLine {
      if diagnostics.errorCount > count { erroneousLines += 1 }
      if progress == .abortingAfterLine { progress = .aborting }
      errorCountOfLine = nil
    }
    while progress != .finished {
      guard progress == .reading || progress == .abortingAfterLine, let line = physical.next()
      else {
        endFile(&diagnostics)
        continue
      }
      guard mayContinue(&diagnostics) else { continue }
      if !line.isTerminated { unterminatedBytes = line.bytes.count }
      if let words = read(line.bytes, &diagnostics) {
        errorCountOfLine = diagnostics.errorCount
        return Line(location: location, words: words)
      }
    }
    return nil
  }

  // MARK: Files

  /// Counts the line that begins; false when the file is not read any further.
  private mutating func mayContinue(_ diagnostics: inout Diagnostics) -> Bool {
    if let position = unterminatedBytes {
      // Something follows, so the line ended at a zero byte.
      alert("Stray NUL character at position \(position + 1).", &diagnostics)
      unterminatedBytes = nil
      stopFile()
      return false
    }
    lineNumber += 1
    guard erroneousLines < ConfigurationLines.erroneousLinesMax else {
      alert("too many fatal errors (\(erroneousLines)), stopping now.", &diagnostics)
      stopFile()
      return false
    }
    return true
  }

  /// Reads no more of this file, without taking back that the next one must not be read.
  private mutating func stopFile() {
    progress = progress == .abortingAfterLine ? .stoppingForGood : .stopping
  }

  private mutating func endFile(_ diagnostics: inout Diagnostics) {
    if progress != .aborting {
      if let position = unterminatedBytes {
        alert(
          "Missing LF on last line, file might have been truncated at position \(position + 1).",
          &diagnostics)
      }
      if blocks.depth > 0 {
        alert("non-terminated '.if' block.", &diagnostics)
        progress = .stoppingForGood
      }
    }
    let isLast = fileIndex + 1 == files.count
    let isAborted =
      switch progress {
      case .aborting, .stoppingForGood, .abortingAfterLine: true
      case .reading, .stopping, .finished: false
      }
    if diagnostics.errorCount > errorCountOfFile ?? 0 {
      hasErroneousFile = true
      diagnostics.alert(
        "config : Error(s) found in configuration file : \(files[fileIndex].name)")
    }
    section = nil
    guard !isLast, !isAborted else {
      progress = .finished
      if hasErroneousFile, !isAborted {
        diagnostics.alert("config : Fatal errors found in configuration.")
      }
      if !hasErroneousFile { environment.finishReading(files: files) }
      return
    }
    fileIndex += 1
    physical = PhysicalLines(files[fileIndex])
    progress = .reading
    lineNumber = 0
    blocks = ConditionalBlocks()
    unterminatedBytes = nil
    erroneousLines = 0
    errorCountOfFile = diagnostics.errorCount
  }

  private func alert(_ text: String, _ diagnostics: inout Diagnostics) {
    diagnostics.alert("config : parsing [\(location)]: \(text)")
  }

  // MARK: Lines

  /// Resolves one line; nil when there is nothing left of it for a section parser.
  private mutating func read(
    _ line: ArraySlice<UInt8>, _ diagnostics: inout Diagnostics
  ) -> [Word]? {
    let indent = line.prefix { $0.isSpace }.count
    let text = Array(line.dropFirst(indent))
    if text.first == UInt8(ascii: "[") {
      readScope(text, &diagnostics)
      return nil
    }
    var splitter = LineSplitter(
      text,
      variables: .init(
        environment: environment, file: location.file, line: lineNumber, section: section))
    let split: SplitLine
    do throws(SplitFault) {
      split = try splitter.split()
    } catch {
      report(error, text, indent, &diagnostics)
      return nil
    }
    let words = split.words
    guard let first = words.first, !first.bytes.isEmpty else { return nil }
    if first.bytes.first == UInt8(ascii: "."), take(directive: first.text, split, &diagnostics) {
      return nil
    }
    if blocks.isMasked { return nil }
    if first.bytes.first == UInt8(ascii: ".") {
      say(directive: first.text, words, &diagnostics)
      return nil
    }
    guard let empty = words.firstIndex(where: \.bytes.isEmpty) else { return words }
    reportEmpty(empty, split, text, indent, &diagnostics)
    return nil
  }

  /// A scope in brackets, which HAProxy's configurations of filters know; nothing here does, but it
  /// is read and checked in the same way.
  private mutating func readScope(_ text: [UInt8], _ diagnostics: inout Diagnostics) {
    // This is HAProxy's one message here with a space before the colon.
    let prefix = "config : parsing [\(location)] : "
    guard let end = text.firstIndex(of: UInt8(ascii: "]")), end > 1 else {
      diagnostics.alert(prefix + "empty scope name is forbidden.")
      return
    }
    let others = Array(".:-".utf8)
    let isNotPermitted = { (byte: UInt8) in !byte.isNameCharacter && !others.contains(byte) }
    if let byte = text[1..<end].first(where: isNotPermitted) {
      diagnostics.alert(prefix + "character '\(byte.text)' is not permitted in a scope name.")
      progress = .abortingAfterLine
      return
    }
    if let byte = text[(end + 1)...].first(where: { !$0.isSpace }), byte != UInt8(ascii: "#") {
      diagnostics.alert(
        prefix + "character '\(byte.text)' is not permitted after scope declaration.")
      progress = .abortingAfterLine
    }
  }

  private mutating func report(
    _ fault: SplitFault, _ text: [UInt8], _ indent: Int, _ diagnostics: inout Diagnostics
  ) {
    erroneousLines += 1
    if case .tooManyWords(let position, let word) = fault {
      alert(
        "too many words, truncating after word \(LineSplitter.wordsMax), position \(position): "
          + "<\(word.text)>.", &diagnostics)
    } else if let index = fault.index {
      let excerpt = PrintableExcerpt(text, position: index, width: 80)
      alert(
        "\(fault.phrase) at position \(index + indent + 1):\n  \(excerpt.text)\n"
          + excerpt.caret(indent: 2), &diagnostics)
    }
  }

  /// An empty argument: C parsers would take it for the end of the line.
  private mutating func reportEmpty(
    _ number: Int, _ split: SplitLine, _ text: [UInt8], _ indent: Int,
    _ diagnostics: inout Diagnostics
  ) {
    erroneousLines += 1
    var position = split.starts[number] < text.count ? split.starts[number] : 0
    var isVariable = false
    if let index = split.emptyAt {
      position = index
      isVariable = index < text.count && text[index].isNameCharacter
    }
    let excerpt = PrintableExcerpt(text, position: position, width: 80)
    let advice =
      hasAdvised
      ? ""
      : "\nAborting to prevent all subsequent arguments from being silently ignored. If this is "
        + "caused by an environment variable expansion, please have a look at section 2.3 of the "
        + "configuration manual to find solutions to address this."
    hasAdvised = true
    alert(
      "argument number \(number) at position \(position + indent + 1) is empty and marks the end "
        + "of the argument list:\n  \(excerpt.text)\n\(excerpt.caret(indent: 2))\(advice)",
      &diagnostics)
    guard isVariable else { return }
    let name = String(decoding: text[position...].prefix { $0.isNameCharacter }, as: UTF8.self)
    if let suggestion = environment.suggestion(for: name) {
      diagnostics.notice("config : Hint: maybe you meant \(suggestion) instead ?")
    }
  }

  // MARK: Directives

  /// `.if` and its kin; false for any other directive.
  private mutating func take(
    directive: String, _ split: SplitLine, _ diagnostics: inout Diagnostics
  ) -> Bool {
    do throws(ConditionalBlocks.Misplacement) {
      switch directive {
      case ".if":
        guard let branch = blocks.open() else {
          alert(
            "too many nested '.if', max is \(ConditionalBlocks.depthMax).", &diagnostics)
          progress = .aborting
          return true
        }
        decide(branch, directive, split, &diagnostics)
      case ".elif": decide(try blocks.alternative(), directive, split, &diagnostics)
      case ".else":
        guard hasNoArgument(directive, split, &diagnostics) else { return true }
        try blocks.otherwise()
      case ".endif":
        guard hasNoArgument(directive, split, &diagnostics) else { return true }
        try blocks.close()
      default: return false
      }
    } catch .lone {
      alert("lone '\(directive)' with no matching '.if'.", &diagnostics)
      progress = directive == ".endif" ? .stoppingForGood : .aborting
    } catch {
      alert("'\(directive)' after '.else' is not permitted.", &diagnostics)
      progress = .aborting
    }
    return true
  }

  private mutating func hasNoArgument(
    _ directive: String, _ split: SplitLine, _ diagnostics: inout Diagnostics
  ) -> Bool {
    guard split.starts.count > 1, case let word = split.word(1), !word.bytes.isEmpty
    else { return true }
    alert("Unexpected argument '\(word.text)' for '\(directive)'.", &diagnostics)
    progress = .stoppingForGood
    return false
  }

  private mutating func decide(
    _ branch: ConditionalBlocks.Branch, _ directive: String, _ split: SplitLine,
    _ diagnostics: inout Diagnostics
  ) {
    guard branch == .undecided else { return }
    let condition = split.merged(from: 1)
    switch ConfigurationCondition.evaluate(condition, environment: environment, facts: facts) {
    case .success(let isTrue): blocks.decide(isTrue)
    case .failure(let problem):
      let width = 80 - directive.utf8.count - 1
      let excerpt = PrintableExcerpt(condition, position: problem.position, width: width)
      alert(
        "\(problem.message) in '\(directive)' at position \(problem.position + 1):\n"
          + "  \(directive) \(excerpt.text)\n\(excerpt.caret(indent: directive.utf8.count + 3))",
        &diagnostics)
      progress = .aborting
    }
  }

  /// `.alert` and its kin.
  private mutating func say(
    directive: String, _ words: [Word], _ diagnostics: inout Diagnostics
  ) {
    guard [".alert", ".warning", ".notice", ".diag"].contains(directive) else {
      alert("unknown directive '\(directive)'.", &diagnostics)
      stopFile()
      return
    }
    if words.count > 2, !words[2].bytes.isEmpty {
      alert(
        "Unexpected argument '\(words[2].text)' for '\(directive)'. Use quotes if the message "
          + "should contain spaces.", &diagnostics)
      return
    }
    let text = "config : parsing [\(location)]: '\(words.count > 1 ? words[1].text : "")'."
    switch directive {
    case ".alert":
      diagnostics.alert(text)
      progress = .aborting
    case ".warning": diagnostics.warning(text)
    case ".notice": diagnostics.notice(text)
    default: diagnostics.diagnostic(text)
    }
  }
}
