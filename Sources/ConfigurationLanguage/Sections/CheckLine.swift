import Basics
import HealthChecks
import Samples

/// The words of a `tcp-check` or `http-check` line. HAProxy manual, `tcp-check connect` and its
/// relatives.
struct CheckLine {
  /// What is wrong with a line.
  struct Problem: Error {
    let text: String
    init(_ text: String) { self.text = text }

    /// Something that is known; the period comes from whoever reports it.
    static func notSupported(_ what: String) -> Problem {
      Problem(String(ConfigurationLanguage.notSupported(what).dropLast()))
    }
  }

  let statement: Statement
  /// Reads the expressions of the section.
  let reader: SampleReader
  /// The word that is read next.
  var index = 1

  init(_ statement: Statement, reader: SampleReader) {
    self.statement = statement
    self.reader = reader
  }

  var word: String { statement[index] }
  var isHTTP: Bool { statement[0] == "http-check" }

  /// The argument behind the current word, which is stepped onto.
  mutating func argument(_ problem: @autoclosure () -> String) throws(Problem) -> [UInt8] {
    guard !statement[index + 1].isEmpty else { throw Problem(problem()) }
    index += 1
    return statement.bytes(index)
  }

  /// A string behind the current word.
  mutating func string() throws(Problem) -> [UInt8] {
    let name = word
    return try argument("'\(name)' expects a string as argument.")
  }

  /// A log-format string.
  func text(_ bytes: [UInt8]) throws(Problem) -> CheckText {
    do {
      return try CheckText.parse(bytes, reader: reader)
    } catch {
      throw Problem(
        "'\(String(decoding: bytes, as: UTF8.self))' invalid log-format string (\(error.message))")
    }
  }

  /// What hexadecimal digits stand for.
  func binary(_ digits: [UInt8], _ problem: (String) -> String) throws(Problem) -> [UInt8] {
    if let bytes = bytes(ofHexadecimal: digits) { return bytes }
    let allowed = Set("0123456789abcdefABCDEF".utf8)
    guard digits.count % 2 == 0 else {
      throw Problem(problem("an even number of hex digit is expected"))
    }
    let wrong = digits.first { !allowed.contains($0) } ?? 0
    throw Problem(
      problem("an hex digit is expected (found '\(Character(UnicodeScalar(wrong)))')"))
  }

  // MARK: Rules

  /// `send`, `send-lf`, `send-binary`, `send-binary-lf`
  mutating func sending() throws(Problem) -> CheckRule {
    let name = word
    let isBinary = name == "send-binary"
    let data = try argument(
      // HAProxy has the two words in this order.
      "'\(isBinary ? "binary string" : "string")' expects a \(name) as argument")
    index += 1
    var comment: [UInt8]?
    while !word.isEmpty {
      guard word == "comment" else {
        throw Problem("expects 'comment' but got '\(word)' as argument.")
      }
      comment = try string()
      index += 1
    }
    let payload: CheckProgram.Payload
    switch name {
    case "send": payload = .bytes(data)
    case "send-binary":
      payload = .bytes(
        try binary(data) {
          "'\(String(decoding: data, as: UTF8.self))' invalid binary string (\($0)).\n"
        })
    case "send-lf": payload = .text(try text(data))
    default: payload = .hexadecimal(try text(data))
    }
    return CheckRule(action: .step(.send(payload)), comment: comment)
  }

  /// `comment`
  mutating func remark() throws(Problem) -> CheckRule {
    let text = try argument("expects a string as argument")
    return CheckRule(action: .comment, comment: text)
  }

  /// `send` of `http-check`
  mutating func sendingHTTP() throws(Problem) -> CheckRule {
    var request = HTTPCheckRequest()
    var comment: [UInt8]?
    var host: String?
    index += 1
    while !word.isEmpty {
      switch word {
      case "meth": request.method = try string()
      case "uri": request.uri = CheckText(literal: try string())
      case "uri-lf": request.uri = try text(try string())
      case "ver": request.version = try string()
      case "body": request.body = CheckText(literal: try string())
      case "body-lf": request.body = try text(try string())
      case "comment": comment = try string()
      case "hdr":
        let name = statement.bytes(index + 1)
        guard !statement[index + 1].isEmpty, !statement[index + 2].isEmpty else {
          throw Problem("'hdr' expects <name> and <value> as arguments")
        }
        let lowered = statement[index + 1].lowercased()
        if lowered == "host" {
          if let host {
            throw Problem(
              "'\(statement[index + 1])' header already defined (previous value is '\(host)')")
          }
          host = statement[index + 2]
        }
        // The length is what it is, whatever the line says.
        if lowered != "content-length", lowered != "transfer-encoding" {
          request.headers.append(.init(name: name, value: try text(statement.bytes(index + 2))))
        }
        index += 2
      default:
        throw Problem(
          "expects 'comment', 'meth', 'uri', 'uri-lf', 'ver', 'hdr', 'body' or 'body-lf' but got "
            + "'\(word)' as argument.")
      }
      index += 1
    }
    return CheckRule(action: .step(.send(.http(request))), comment: comment)
  }
}
