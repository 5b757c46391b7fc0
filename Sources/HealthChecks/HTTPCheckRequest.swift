import Samples

/// A request of `option httpchk` and `http-check send`. HAProxy manual, `http-check send`.
public struct HTTPCheckRequest: Sendable {
  /// A header of the request.
  public struct Header: Sendable {
    /// The name, as it was written.
    public var name: [UInt8]
    /// The value; nothing is sent when it is empty.
    public var value: CheckText

    /// - Parameters:
    ///   - name: as it was written.
    ///   - value: a log-format string.
    public init(name: [UInt8], value: CheckText) {
      self.name = name
      self.value = value
    }
  }

  /// `meth`; nil for OPTIONS
  public var method: [UInt8]?
  /// `uri`, `uri-lf`; nil for `/`
  public var uri: CheckText?
  /// `ver`; nil for `HTTP/1.0`
  public var version: [UInt8]?
  /// `hdr`
  public var headers: [Header] = []
  /// `body`, `body-lf`
  public var body: CheckText?

  /// The request of `option httpchk` without arguments.
  public init() {}

  /// Takes over what another request says.
  public mutating func overwrite(with other: HTTPCheckRequest) {
    if let method = other.method { self.method = method }
    if let uri = other.uri { self.uri = uri }
    if let version = other.version { self.version = version }
    if !other.headers.isEmpty { headers = other.headers }
    if let body = other.body { self.body = body }
  }

  var isHead: Bool { method == Array("HEAD".utf8) }

  /// The bytes on the wire. Names are in lower case, as HAProxy writes them.
  func bytes(_ samples: inout SampleContext, serverState: [UInt8]?) -> [UInt8] {
    let method = method ?? Array("OPTIONS".utf8)
    var uri = uri?.bytes(&samples) ?? []
    if uri.isEmpty { uri = Array("/".utf8) }
    let version = version ?? Array("HTTP/1.0".utf8)
    let isPersistent = HTTPCheckRequest.isAtLeastOneOne(version)
    var result = method + [UInt8(ascii: " ")] + uri + [UInt8(ascii: " ")]
    result += Array((isPersistent ? "HTTP/1.1" : "HTTP/1.0").utf8) + HTTPCheckRequest.lineEnd
    var connection = Array("close".utf8)
    for header in headers {
      let value = header.value.bytes(&samples)
      if value.isEmpty { continue }
      if HTTPCheckRequest.isConnection(header.name) {
        connection = value
        continue
      }
      HTTPCheckRequest.append(header.name, value, to: &result)
    }
    if let state = serverState {
      HTTPCheckRequest.append(Array("x-haproxy-server-state".utf8), state, to: &result)
    }
    let body = body?.bytes(&samples) ?? []
    let isBodiless = ["OPTIONS", "GET", "HEAD", "DELETE"].contains { Array($0.utf8) == method }
    if !isBodiless || !body.isEmpty {
      HTTPCheckRequest.append(
        Array("content-length".utf8), Array(String(body.count).utf8), to: &result)
    }
    // What a version does anyway need not be said; there are no connections in HTTP/2.
    let implied = isPersistent ? "keep-alive" : "close"
    if String(decoding: connection, as: UTF8.self).lowercased() != implied,
      version != Array("HTTP/2".utf8)
    {
      HTTPCheckRequest.append(Array("connection".utf8), connection, to: &result)
    }
    return result + HTTPCheckRequest.lineEnd + body
  }

  private static let lineEnd: [UInt8] = [13, 10]

  private static func append(_ name: [UInt8], _ value: [UInt8], to result: inout [UInt8]) {
    result += name.map { (65...90).contains($0) ? $0 + 32 : $0 }
    result += [UInt8(ascii: ":"), UInt8(ascii: " ")] + value + lineEnd
  }

  private static func isConnection(_ name: [UInt8]) -> Bool {
    String(decoding: name, as: UTF8.self).lowercased() == "connection"
  }

  /// HTTP/1.1 and later, HTTP/2 too, for this is a version in a configuration.
  private static func isAtLeastOneOne(_ version: [UInt8]) -> Bool {
    let text = Array("HTTP/".utf8)
    guard version.starts(with: text) else { return false }
    let rest = version[text.count...]
    if rest.count == 1 { return rest.first == UInt8(ascii: "2") }
    guard rest.count == 3, let major = rest.first, let minor = rest.last else { return false }
    return major > UInt8(ascii: "1") || major == UInt8(ascii: "1") && minor >= UInt8(ascii: "1")
  }
}
