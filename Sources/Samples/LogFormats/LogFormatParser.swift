extension LogFormat {
  /// Compiles the argument of `log-format`.
  ///
  /// - Parameters:
  ///   - text: the argument, its quotes and backslashes already resolved.
  ///   - places: where the expressions in it are evaluated.
  ///   - mergesSpaces: whether spaces are separators, several in a row one; nil for whether it is a
  ///     log that is written.
  ///   - reader: reads the expressions.
  /// - Returns: the format.
  /// - Throws: what is wrong, in HAProxy's words.
  public static func parse(
    _ text: [UInt8], at places: SamplePlaces = .log, mergesSpaces: Bool? = nil,
    reader: SampleReader = SampleReader()
  ) throws(ParseError) -> LogFormat {
    var parser = LogFormatParser(
      text: text, places: places, mergesSpaces: mergesSpaces ?? (places == .log), reader: reader)
    try parser.run()
    return parser.format
  }
}

/// Compiles one log format: reads the text once, from left to right.
private struct LogFormatParser {
  /// What stands before an alias or a sample: `(name:type)` and `{flags}`.
  private struct Prefix {
    var name: Range<UInt32> = 0..<0
    var type: LogFormat.OutputType = .natural
    var flags: Range<Int>?
  }

  let text: [UInt8]
  let places: SamplePlaces
  let mergesSpaces: Bool
  let reader: SampleReader
  var format = LogFormat()
  private var position = 0
  /// The flags that the next item starts with: those of the last `%{...}o`.
  private var defaults: LogFormat.Options
  private var hasGlobalOptions = false
  /// Where a literal in progress begins in `format.bytes`.
  private var literalStart: Int?

  init(text: [UInt8], places: SamplePlaces, mergesSpaces: Bool, reader: SampleReader) {
    self.text = text
    self.places = places
    self.mergesSpaces = mergesSpaces
    self.reader = reader
    // Only in logs does an empty value show as a dash.
    defaults = places == .log ? .mandatory : []
  }

  mutating func run() throws(LogFormat.ParseError) {
    while position < text.count {
      switch text[position] {
      case UInt8(ascii: "%"):
        position += 1
        try parseItem()
      case UInt8(ascii: " ") where mergesSpaces:
        endLiteral()
        add(.separator)
        position += 1
      default:
        appendLiteral(text[position])
        position += 1
      }
    }
    endLiteral()
    settleOptions()
  }

  // MARK: - Items

  /// Reads what follows a `%`.
  private mutating func parseItem() throws(LogFormat.ParseError) {
    var prefix = Prefix()
    if current == UInt8(ascii: "(") {
      position += 1
      try parseName(into: &prefix)
    }
    guard let byte = current else { throw truncated(after: "%") }
    if byte == UInt8(ascii: "{") {
      try parseFlags(into: &prefix)
    } else if byte == UInt8(ascii: "%") {
      appendLiteral(byte)
      position += 1
      return
    } else if isDigit(byte) || byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") {
      throw .init(
        message: "unexpected alias name near '\(character(byte))' at position \(position) "
          + "line : '\(string(0..<text.count))'. Maybe you want to write a single '%', "
          + "use the syntax '%%'")
    } else if byte != UInt8(ascii: "["), !isLetter(byte) {
      // A percent sign before anything else is dropped, as HAProxy does.
      return
    }
    endLiteral()
    if current == UInt8(ascii: "[") {
      position += 1
      try parseSample(prefix)
    } else {
      try parseAlias(prefix)
    }
  }

  /// Reads `name)` or `name:type)`.
  private mutating func parseName(into prefix: inout Prefix) throws(LogFormat.ParseError) {
    let start = position
    var typeStart: Int?
    while let byte = current, byte != UInt8(ascii: ")") {
      if byte == UInt8(ascii: ":"), typeStart == nil {
        typeStart = position + 1
      } else if !isLetter(byte), !isDigit(byte), byte != UInt8(ascii: "_"),
        byte != UInt8(ascii: "-")
      {
        throw .init(
          message: "invalid character in custom name near '\(character(byte))' at position "
            + "\(position) line : '\(string(0..<text.count))'")
      }
      position += 1
    }
    guard position < text.count else { throw truncated(after: "%") }
    let name = start..<(typeStart.map { $0 - 1 } ?? position)
    endLiteral()
    let offset = UInt32(format.bytes.count)
    format.bytes.append(contentsOf: text[name])
    prefix.name = offset..<UInt32(format.bytes.count)
    if let typeStart {
      let word = string(typeStart..<position)
      guard let type = outputType(word) else {
        throw .init(
          message: "unexpected output type '\(word)' at position \(typeStart) line : "
            + "'\(string(0..<text.count))'. Supported types are: str, sint, bool, raw")
      }
      prefix.type = type
    }
    position += 1
  }

  private func outputType(_ word: String) -> LogFormat.OutputType? {
    switch word {
    case "str": .string
    case "sint": .integer
    case "bool": .boolean
    case "raw": .raw
    default: nil
    }
  }

  /// Reads `{flags}` up to the alias or bracket behind it.
  private mutating func parseFlags(into prefix: inout Prefix) throws(LogFormat.ParseError) {
    let start = position + 1
    guard let end = text[start...].firstIndex(of: UInt8(ascii: "}")) else {
      throw truncated(after: string(start..<text.count))
    }
    prefix.flags = start..<end
    position = end + 1
    guard let byte = current, byte == UInt8(ascii: "[") || isLetter(byte) || isDigit(byte) else {
      throw .init(
        message: "parse argument modifier without alias name near '%{\(string(start..<end))}'")
    }
  }

  private mutating func parseAlias(_ prefix: Prefix) throws(LogFormat.ParseError) {
    let start = position
    while let byte = current, isLetter(byte) || isDigit(byte) { position += 1 }
    let name = string(start..<position)
    let options = applying(prefix.flags, to: defaults)
    if name == "o" {
      defaults = options
      // What holds for the whole line is what every `%{...}o` has in common.
      format.options = hasGlobalOptions ? format.options.intersection(options) : options
      hasGlobalOptions = true
      return
    }
    guard let alias = LogAlias(rawValue: name) else {
      throw .init(
        message: "no such format alias '\(name)'. If you wanted to emit the '%' character "
          + "verbatim, you need to use '%%'")
    }
    if alias.isKnownAtClose { format.need = .close }
    add(.alias(alias), text: prefix.name, options: options, type: prefix.type)
  }

  private mutating func parseSample(_ prefix: Prefix) throws(LogFormat.ParseError) {
    let start = position
    var length = 0
    let expression: SampleExpression
    do {
      expression = try reader.expression(in: Array(text[start...]), endingAt: &length)
    } catch {
      throw .init(
        message: "failed to parse sample expression <\(string(start..<text.count))> : "
          + error.message)
    }
    let fetch = expression.fetch
    guard !fetch.places.isDisjoint(with: places) else {
      throw .init(
        message: "sample fetch <\(expression.keyword)> may not be reliably used here because it "
          + "needs '\(fetch.originNames)' which is not available here")
    }
    let end = start + length
    guard end < text.count else {
      throw .init(message: "missing ']' after '\(string(start..<end))'")
    }
    guard text[end] == UInt8(ascii: "]") else {
      throw .init(
        message: "expected ']' after '\(string(start..<end))', but found "
          + "'\(character(text[end]))'")
    }
    if fetch.isKnownAtClose { format.need = .close }
    position = end + 1
    format.expressions.append(expression)
    let options = applying(prefix.flags, to: defaults)
    add(
      .sample(format.expressions.count - 1), text: prefix.name, options: options,
      type: prefix.type)
  }

  // MARK: - Flags

  /// The flags of one `{...}` on top of others; unknown ones are ignored, as HAProxy does.
  private func applying(
    _ flags: Range<Int>?, to options: LogFormat.Options
  ) -> LogFormat.Options {
    guard let flags else { return options }
    var result = options
    for word in text[flags].split(separator: UInt8(ascii: ",")) {
      guard
        let sign = word.lastIndex(where: { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") })
      else { continue }
      let name = string((sign + 1)..<word.endIndex)
      let option: LogFormat.Options
      switch name {
      case "M": option = .mandatory
      case "Q": option = .quote
      case "X": option = .hexadecimal
      case "E": option = .escape
      case "bin": option = .binary
      case "json": option = .json
      case "cbor": option = .cbor
      default: continue
      }
      if word[sign] == UInt8(ascii: "-") {
        result.remove(option)
      } else if result.isDisjoint(with: .encodings) || option.isDisjoint(with: .encodings) {
        // The encoding that was there first stays.
        result.insert(option)
      }
    }
    return result
  }

  /// Lets the flags of the whole line win over those of the items, once they are all known.
  private mutating func settleOptions() {
    for index in format.pieces.indices {
      var options = format.pieces[index].options
      let encoding = format.options.intersection(.encodings)
      if !encoding.isEmpty {
        options.subtract(.encodings)
        options.formUnion(encoding)
      }
      options.remove(.binary)
      options.formUnion(format.options.intersection(.binary))
      // Encodings have their own way to escape.
      if !options.isDisjoint(with: .encodings) { options.remove(.escape) }
      format.pieces[index].options = options
    }
  }

  // MARK: - Pieces

  private mutating func add(
    _ content: LogFormat.Content, text: Range<UInt32> = 0..<0, options: LogFormat.Options = [],
    type: LogFormat.OutputType = .natural
  ) {
    format.pieces.append(.init(content: content, text: text, options: options, type: type))
  }

  private mutating func appendLiteral(_ byte: UInt8) {
    if literalStart == nil { literalStart = format.bytes.count }
    format.bytes.append(byte)
  }

  private mutating func endLiteral() {
    guard let start = literalStart else { return }
    add(.literal, text: UInt32(start)..<UInt32(format.bytes.count))
    literalStart = nil
  }

  // MARK: - Text

  private var current: UInt8? { position < text.count ? text[position] : nil }

  private func string(_ range: Range<Int>) -> String {
    String(decoding: text[range], as: UTF8.self)
  }

  private func character(_ byte: UInt8) -> Character { Character(UnicodeScalar(byte)) }

  private func truncated(after text: String) -> LogFormat.ParseError {
    .init(message: "truncated line after '\(text)'")
  }

  private func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }

  private func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}
