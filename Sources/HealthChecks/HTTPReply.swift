/// The beginning of an HTTP/1 response, as far as it has come. RFC 9112.
///
/// A pure and bounded parser: it looks at each byte a fixed number of times and copies only the body.
public struct HTTPReply: Hashable, Sendable {
  /// What has come so far.
  public enum Verdict: Hashable, Sendable {
    /// The header section is not complete.
    case needMore
    /// This is no HTTP/1 response.
    case invalid
    /// The header section is complete; `isComplete` tells about the body.
    case reply(HTTPReply)
  }

  /// A header.
  public struct Field: Hashable, Sendable {
    /// Its name, as it came.
    public var name: ArraySlice<UInt8>
    /// Its value without white space around it.
    public var value: ArraySlice<UInt8>
  }

  /// The status code, three digits.
  public var status: Int
  /// The reason phrase, often empty.
  public var reason: ArraySlice<UInt8>
  /// The headers in order.
  public var fields: [Field] = []
  /// What has come of the body.
  public var body: [UInt8] = []
  /// Whether nothing more belongs to the response.
  public var isComplete = false
  /// Whether the body breaks the rules of its encoding.
  public var isMalformed = false

  /// The most headers a response may have.
  static let fieldsMax = 101

  /// Reads what has come.
  ///
  /// - Parameters:
  ///   - bytes: everything since the request.
  ///   - hasEnded: whether nothing more will come.
  ///   - isBodiless: the request was HEAD.
  public static func parse(
    _ bytes: [UInt8], hasEnded: Bool, isBodiless: Bool = false
  ) -> Verdict {
    var reader = LineReader(bytes: bytes)
    guard let start = reader.line() else {
      return looksLikeReply(bytes) ? .needMore : .invalid
    }
    guard var reply = statusLine(start) else { return .invalid }
    while true {
      guard let line = reader.line() else { return .needMore }
      if line.isEmpty { break }
      guard reply.fields.count < fieldsMax, let field = field(line) else { return .invalid }
      reply.fields.append(field)
    }
    let isBodiless =
      isBodiless || reply.status == 204 || reply.status == 304 || (100..<200).contains(reply.status)
    if !reply.takeBody(bytes[reader.index...], hasEnded: hasEnded, isBodiless: isBodiless) {
      reply.isMalformed = true
    }
    return .reply(reply)
  }

  private static let prefix = Array("HTTP/1.".utf8)

  private static func looksLikeReply(_ bytes: [UInt8]) -> Bool {
    zip(bytes, prefix).allSatisfy { $0 == $1 }
  }

  /// `HTTP/1.1 200 OK`
  private static func statusLine(_ line: ArraySlice<UInt8>) -> HTTPReply? {
    guard line.starts(with: prefix) else { return nil }
    var rest = line.dropFirst(prefix.count)
    guard let minor = rest.popFirst(), isDigit(minor), rest.first == UInt8(ascii: " ") else {
      return nil
    }
    rest = rest.drop { $0 == UInt8(ascii: " ") }
    let digits = rest.prefix { isDigit($0) }
    guard digits.count == 3 else { return nil }
    let status = digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    rest = rest.dropFirst(3)
    guard rest.isEmpty || rest.first == UInt8(ascii: " ") else { return nil }
    return HTTPReply(status: status, reason: rest.drop { $0 == UInt8(ascii: " ") })
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

  private static func field(_ line: ArraySlice<UInt8>) -> Field? {
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex else {
      return nil
    }
    let name = line[..<colon]
    guard name.allSatisfy({ $0 > 32 && $0 < 127 }) else { return nil }
    return Field(name: name, value: trimmed(line[(colon + 1)...]))
  }

  private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var bytes = bytes.drop { $0 == 32 || $0 == 9 }
    while let last = bytes.last, last == 32 || last == 9 { bytes.removeLast() }
    return bytes
  }

  /// - Returns: false when the body is malformed.
  private mutating func takeBody(
    _ rest: ArraySlice<UInt8>, hasEnded: Bool, isBodiless: Bool
  ) -> Bool {
    if isBodiless {
      isComplete = true
      return true
    }
    if isChunked { return takeChunks(rest) }
    var lengths = fields.filter { $0.isNamed("content-length") }.map(\.value)
    guard let length = lengths.popLast() else {
      body = Array(rest)
      isComplete = hasEnded
      return true
    }
    guard lengths.allSatisfy({ $0 == length }), let count = HTTPReply.number(length) else {
      return false
    }
    body = Array(rest.prefix(count))
    isComplete = body.count == count
    return true
  }

  private var isChunked: Bool {
    fields.contains {
      $0.isNamed("transfer-encoding")
        && String(decoding: $0.value, as: UTF8.self).lowercased().hasSuffix("chunked")
    }
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
    guard !digits.isEmpty, digits.count <= 15, digits.allSatisfy(isDigit) else { return nil }
    return digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
  }

  private mutating func takeChunks(_ rest: ArraySlice<UInt8>) -> Bool {
    var reader = LineReader(bytes: Array(rest))
    while let line = reader.line() {
      let digits = line.prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: " ") }
      guard !digits.isEmpty, digits.count <= 8,
        let size = Int(String(decoding: digits, as: UTF8.self), radix: 16), size >= 0
      else { return false }
      if size == 0 {
        isComplete = true
        return true
      }
      body += reader.take(size)
      guard reader.index < reader.bytes.count else { return true }
      guard reader.line()?.isEmpty ?? true else { return false }
    }
    return true
  }

  /// Whether a header as the pattern describes it is there.
  func has(_ pattern: HeaderPattern, name: [UInt8], value: [UInt8]) -> Bool {
    let lowered = HTTPReply.lowercased(name[...])
    return fields.contains { field in
      let fieldName = HTTPReply.lowercased(field.name)
      guard pattern.name.matches(fieldName[...], lowered) else { return false }
      guard let part = pattern.value else { return true }
      if pattern.isWhole { return part.matches(field.value, value) }
      return field.value.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        .contains { part.matches(HTTPReply.trimmed($0), value) }
    }
  }

  fileprivate static func lowercased(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    bytes.map { (65...90).contains($0) ? $0 + 32 : $0 }
  }
}

extension HTTPReply.Field {
  /// - Parameter name: in lower case.
  func isNamed(_ name: String) -> Bool { HTTPReply.lowercased(self.name).elementsEqual(name.utf8) }
}

/// Takes lines off some bytes; a line ends with LF or CR LF.
private struct LineReader {
  let bytes: [UInt8]
  /// The first byte that was not taken.
  var index = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  /// The next line without its end; nil when it is not complete.
  mutating func line() -> ArraySlice<UInt8>? {
    guard let end = bytes[index...].firstIndex(of: UInt8(ascii: "\n")) else { return nil }
    var line = bytes[index..<end]
    if line.last == UInt8(ascii: "\r") { line.removeLast() }
    index = end + 1
    return line
  }

  /// So many bytes, or what there is of them.
  mutating func take(_ count: Int) -> ArraySlice<UInt8> {
    let end = min(bytes.count, index + count)
    defer { index = end }
    return bytes[index..<end]
  }
}
