import Basics

/// The head of an HTTP/1 request, read from what a client sent: for `req.proto_http` and the like,
/// which look at HTTP in `mode tcp` too. RFC 9112, with HAProxy's tolerance.
public struct HTTPRequestHead: Hashable, Sendable {
  /// The method as it came.
  public var method: [UInt8]
  /// The request's target as it came.
  public var target: [UInt8]
  /// `1.0`, `1.1`: what is behind `HTTP/`.
  public var version: [UInt8]

  /// What the bytes received so far are.
  public enum Parse: Hashable, Sendable {
    /// The beginning of a head.
    case needMore
    /// A whole head, up to its empty line.
    case head(HTTPRequestHead)
    /// No head, whatever follows.
    case invalid
  }

  /// The most header fields that are accepted: `tune.http.maxhdr`'s default.
  static let fieldsMax = 101

  /// Looks for a head at the beginning of what a client has sent so far.
  ///
  /// Linear in the number of bytes; more of them only ever turn `needMore` into an answer.
  public static func read(_ bytes: [UInt8]) -> Parse {
    var reader = HTTPRequestReader(bytes: bytes)
    return reader.read()
  }
}

private struct HTTPRequestReader {
  let bytes: [UInt8]
  var index = 0
  private var fieldCount = 0
  private var contentLength: [UInt8]?
  private var host: [UInt8]?

  init(bytes: [UInt8]) { self.bytes = bytes }

  private enum LineEnd { case missing, wrong, found }

  mutating func read() -> HTTPRequestHead.Parse {
    while index < bytes.count, isLineByte(bytes[index]) { index += 1 }
    let methodStart = index
    while index < bytes.count, isTokenByte(bytes[index]) { index += 1 }
    guard index < bytes.count else { return .needMore }
    guard index > methodStart, bytes[index] == UInt8(ascii: " ") else { return .invalid }
    let method = Array(bytes[methodStart..<index])
    skipSpaces()
    let targetStart = index
    while index < bytes.count, bytes[index] > 32, bytes[index] < 127 { index += 1 }
    guard index < bytes.count else { return .needMore }
    let target = Array(bytes[targetStart..<index])
    var version = Array("1.0".utf8)
    if isLineByte(bytes[index]) {
      // HTTP/0.9 has nothing behind the target, and knows only one method.
      guard method == Array("GET".utf8), !target.isEmpty else { return .invalid }
    } else {
      guard bytes[index] == UInt8(ascii: " "), !target.isEmpty else { return .invalid }
      skipSpaces()
      let start = index
      while index < bytes.count, isVersionByte(bytes[index]) { index += 1 }
      guard index < bytes.count else { return .needMore }
      if start == index {
        guard method == Array("GET".utf8) else { return .invalid }
      } else {
        let text = bytes[start..<index]
        guard text.count == 8, text.starts(with: "HTTP/".utf8), isDigitByte(text[start + 5]),
          text[start + 6] == UInt8(ascii: "."), isDigitByte(text[start + 7])
        else { return .invalid }
        version = Array(text[(start + 5)...])
      }
    }
    switch endLine() {
    case .missing: return .needMore
    case .wrong: return .invalid
    case .found: break
    }
    let head = HTTPRequestHead(method: method, target: target, version: version)
    while true {
      guard let parse = readField() else { continue }
      switch parse {
      case .found: return .head(head)
      case .missing: return .needMore
      case .wrong: return .invalid
      }
    }
  }

  /// Reads one field or the empty line.
  ///
  /// - Returns: nil behind a field, `found` behind the empty line.
  private mutating func readField() -> LineEnd? {
    guard index < bytes.count else { return .missing }
    if isLineByte(bytes[index]) { return endLine() }
    let nameStart = index
    while index < bytes.count, isTokenByte(bytes[index]) { index += 1 }
    guard index < bytes.count else { return .missing }
    guard index > nameStart, bytes[index] == UInt8(ascii: ":") else { return .wrong }
    let name = Array(bytes[nameStart..<index]).lowercased
    index += 1
    let valueStart = index
    while true {
      while index < bytes.count, !isLineByte(bytes[index]) {
        if bytes[index] == 0 { return .wrong }
        index += 1
      }
      let valueEnd = index
      switch endLine() {
      case .missing: return .missing
      case .wrong: return .wrong
      case .found: break
      }
      guard index < bytes.count else { return .missing }
      // A line that begins with white space goes on with the field before it.
      if bytes[index] == UInt8(ascii: " ") || bytes[index] == UInt8(ascii: "\t") { continue }
      return note(name, trimmed(bytes[valueStart..<valueEnd]))
    }
  }

  private mutating func note(_ name: [UInt8], _ value: [UInt8]) -> LineEnd? {
    fieldCount += 1
    if fieldCount > HTTPRequestHead.fieldsMax { return .wrong }
    if name == Array("content-length".utf8) {
      guard !value.isEmpty, value.count <= 18, value.allSatisfy(isDigitByte) else { return .wrong }
      if let contentLength, contentLength != value { return .wrong }
      contentLength = value
    } else if name == Array("host".utf8) {
      if let host, host != value { return .wrong }
      host = value
    }
    return nil
  }

  /// Steps over CR LF or LF.
  private mutating func endLine() -> LineEnd {
    if index < bytes.count, bytes[index] == UInt8(ascii: "\r") { index += 1 }
    guard index < bytes.count else { return .missing }
    guard bytes[index] == UInt8(ascii: "\n") else { return .wrong }
    index += 1
    return .found
  }

  private mutating func skipSpaces() {
    while index < bytes.count, bytes[index] == UInt8(ascii: " ") { index += 1 }
  }

  private func trimmed(_ value: ArraySlice<UInt8>) -> [UInt8] {
    let isBlank = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
    return Array(value.drop(while: isBlank).reversed().drop(while: isBlank).reversed())
  }

  private func isLineByte(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "\r") || byte == UInt8(ascii: "\n")
  }

  private func isVersionByte(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "/") || byte == UInt8(ascii: ".") || isDigitByte(byte)
      || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
  }

  private func isTokenByte(_ byte: UInt8) -> Bool {
    isWordByte(byte) || "!#$%&'*+-.^`|~".utf8.contains(byte)
  }
}
