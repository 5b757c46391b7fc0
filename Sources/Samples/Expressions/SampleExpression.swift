/// An expression: a fetch and the converters behind it. HAProxy manual, section 7.3.
public struct SampleExpression: Sendable {
  /// One converter with its arguments.
  struct Call: Sendable {
    let converter: SampleConverter
    let arguments: [SampleArgument]
    /// What goes in, to be cast before.
    let input: SampleType
  }

  /// Where the value begins.
  public let fetch: SampleFetch
  /// The name of the fetch, for messages.
  public let keyword: String
  let arguments: [SampleArgument]
  var calls: [Call] = []
  /// The type of the result, as far as it can be known.
  public internal(set) var type: SampleType

  /// Whether it looks at the bytes of the client.
  public var needsRequest: Bool {
    fetch.needsRequest || accessLists.contains { $0.list.needsRequest }
  }
  /// Whether it looks at the bytes of the server.
  public var needsResponse: Bool {
    fetch.needsResponse || accessLists.contains { $0.list.needsResponse }
  }

  /// The value of a cookie of the remote desktop protocol, as `req.rdp_cookie(<name>)` gives it.
  public static func remoteDesktopCookie(_ name: [UInt8]) -> SampleExpression {
    SampleExpression(
      fetch: .reqRdpCookie, keyword: SampleFetch.reqRdpCookie.rawValue, arguments: [.string(name)],
      type: .string)
  }

  /// Bytes of the server, as `res.payload(<offset>,<length>)` gives them.
  public static func responsePayload(offset: Int64, count: Int64) -> SampleExpression {
    SampleExpression(
      fetch: .resPayload, keyword: SampleFetch.resPayload.rawValue,
      arguments: [.integer(offset), .integer(count)], type: .binary)
  }

  private var accessLists: [AccessControlTerm] {
    (arguments + calls.flatMap(\.arguments)).flatMap { argument -> [AccessControlTerm] in
      if case .lists(let terms) = argument { terms } else { [] }
    }
  }
}

extension SampleReader {
  /// Reads an expression from words: the fetch, its converters behind commas, and further words
  /// that are converters.
  ///
  /// - Parameters:
  ///   - words: the words; reading begins at `index`, which ends behind the last word that belongs
  ///     to the expression.
  /// - Throws: what is wrong, in HAProxy's words.
  public func expression(
    _ words: [[UInt8]], _ index: inout Int
  ) throws(SampleError) -> SampleExpression {
    let text = index < words.count ? words[index] : []
    var (expression, end) = try start(of: text)
    try readConverters(words, &index, text, &end, into: &expression, isOneWord: false)
    return expression
  }

  /// Reads an expression that ends at the first byte behind it, such as the bracket in `%[...]`.
  ///
  /// - Parameter end: the index behind the expression.
  public func expression(
    in text: [UInt8], endingAt end: inout Int
  ) throws(SampleError) -> SampleExpression {
    var expression: SampleExpression
    (expression, end) = try start(of: text)
    var index = 0
    try readConverters([text], &index, text, &end, into: &expression, isOneWord: true)
    return expression
  }

  /// Reads the fetch.
  private func start(of text: [UInt8]) throws(SampleError) -> (SampleExpression, end: Int) {
    let nameEnd = text.firstIndex { !isIdentifierByte($0) } ?? text.count
    let name = String(decoding: text[..<nameEnd], as: UTF8.self)
    guard !name.isEmpty else { throw SampleError("missing fetch method") }
    let member = TableMember(fetch: name)
    guard
      let fetch = member.map({ if case .source = $0.family { .stickSource } else { .stickCounter } }
      )
        ?? SampleFetch.named(name)
    else {
      if KnownSamples.fetches.contains(name) {
        throw SampleError(
          "fetch method '\(name)' is known but not supported by this version of Sluice")
      }
      throw SampleError("unknown fetch method '\(name)'")
    }
    needs.formUnion(fetch.needs)
    let description = SampleFetch.description(of: name) ?? fetch.description
    let list: ArgumentList
    do {
      list = try ArgumentList(
        text, at: nameEnd, kinds: description.arguments, minimum: description.argumentsMin,
        keyword: name, reader: self)
    } catch {
      throw SampleError("fetch method '\(name)' : \(error.error.message)")
    }
    if let member {
      return (
        SampleExpression(
          fetch: fetch, keyword: name, arguments: [.table(member.call(list.arguments))],
          type: description.type), list.end
      )
    }
    let arguments: [SampleArgument]
    do {
      arguments = try check(fetch, list.arguments)
    } catch {
      throw SampleError("invalid args in fetch method '\(name)' : \(error.message)")
    }
    return (
      SampleExpression(
        fetch: fetch, keyword: TLSFact.descriptions[name] == nil ? fetch.rawValue : name,
        arguments: arguments, type: description.type),
      list.end
    )
  }

  /// Reads converters from the rest of a word and from the words behind it.
  ///
  /// - Parameter isOneWord: whether the expression ends at the first byte that does not belong to
  ///   it.
  private func readConverters(
    _ words: [[UInt8]], _ index: inout Int, _ first: [UInt8], _ end: inout Int,
    into expression: inout SampleExpression, isOneWord: Bool
  ) throws(SampleError) {
    var text = first
    var last: String?
    while true {
      if end < text.count, text[end] != UInt8(ascii: ",") {
        if isOneWord { return }
        throw SampleError(
          last.map { "missing comma after converter '\($0)'" }
            ?? "missing comma after fetch keyword")
      }
      while end < text.count, text[end] == UInt8(ascii: ",") { end += 1 }
      var isNewWord = false
      if end >= text.count {
        if isOneWord { return }
        index += 1
        guard index < words.count, !words[index].isEmpty else { return }
        text = words[index]
        end = 0
        isNewWord = true
      }
      let nameEnd = text[end...].firstIndex { !isIdentifierByte($0) } ?? text.count
      let name = String(decoding: text[end..<nameEnd], as: UTF8.self)
      guard let (converter, description) = SampleConverter.named(name) else {
        // A word of its own that is no converter belongs to what follows the expression.
        if isNewWord, !KnownSamples.converters.contains(name) { return }
        throw SampleError(
          KnownSamples.converters.contains(name)
            ? "converter '\(name)' is known but not supported by this version of Sluice"
            : "unknown converter '\(name)'")
      }
      try add(converter, description, name, text, nameEnd, &end, to: &expression)
      last = name
    }
  }

  private func add(
    _ converter: SampleConverter, _ description: ConverterDescription, _ name: String,
    _ text: [UInt8], _ nameEnd: Int, _ end: inout Int, to expression: inout SampleExpression
  ) throws(SampleError) {
    guard expression.type.casts(to: description.input) else {
      throw SampleError("converter '\(name)' cannot be applied")
    }
    let list: ArgumentList
    do {
      list = try ArgumentList(
        text, at: nameEnd, kinds: description.arguments, minimum: description.argumentsMin,
        keyword: expression.keyword, converter: name, reader: self)
    } catch {
      throw SampleError(
        "invalid arg \(error.position + 1) in converter '\(name)' : \(error.error.message)")
    }
    let arguments: [SampleArgument]
    do {
      arguments = try check(converter, named: name, list.arguments)
    } catch {
      throw SampleError("invalid args in converter '\(name)' : \(error.message)")
    }
    end = list.end
    expression.calls.append(
      SampleExpression.Call(
        converter: converter, arguments: arguments, input: description.input))
    if description.output != .same { expression.type = description.output }
  }
}
