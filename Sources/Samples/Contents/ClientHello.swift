/// One handshake message of TLS put together from its records. RFC 8446, sections 4 and 5.1.
enum TLSHandshake {
  /// What the bytes are.
  enum Reading {
    /// The message without its header of four bytes, and its type.
    case message(type: UInt8, [UInt8])
    case needMore
    case invalid
  }

  /// - Parameter bytes: what a side sent from its beginning; however it is cut into records and
  ///   segments, the message is the same.
  static func read(_ bytes: [UInt8]) -> Reading {
    var message: [UInt8] = []
    var index = 0
    while true {
      guard index < bytes.count else { return .needMore }
      guard bytes[index] == 0x16 else { return .invalid }
      guard index + 1 < bytes.count else { return .needMore }
      guard bytes[index + 1] >= 3 else { return .invalid }
      guard index + 5 <= bytes.count else { return .needMore }
      let length = Int(bytes[index + 3]) << 8 | Int(bytes[index + 4])
      guard length > 0 else { return .invalid }
      index += 5
      let end = min(index + length, bytes.count)
      message += bytes[index..<end]
      index = end
      guard message.count >= 4 else { continue }
      let count = Int(message[1]) << 16 | Int(message[2]) << 8 | Int(message[3])
      if message.count >= 4 + count {
        return .message(type: message[0], Array(message[4..<4 + count]))
      }
    }
  }
}

/// A ClientHello of TLS: what a client says before anything is encrypted. RFC 8446, section 4.1.2.
public struct ClientHello: Equatable, Sendable {
  /// What the bytes of a client are.
  public enum Reading: Equatable, Sendable {
    case hello(ClientHello)
    /// The beginning of one: more bytes may complete it.
    case needMore
    /// None: more bytes change nothing.
    case invalid
  }

  /// The cipher suites, two bytes each.
  public let cipherSuites: [UInt8]
  private let extensions: [UInt8]

  /// Reads what a client sent from its beginning. O(n), bounded by the bytes.
  public static func read(_ bytes: [UInt8]) -> Reading {
    switch TLSHandshake.read(bytes) {
    case .needMore:
      // What is no ClientHello by its first byte never becomes one.
      return bytes.count > 5 && bytes[5] != 1 ? .invalid : .needMore
    case .invalid: return .invalid
    case .message(let type, let body):
      guard type == 1, let hello = ClientHello(body) else { return .invalid }
      return .hello(hello)
    }
  }

  private init?(_ body: [UInt8]) {
    var cursor = Cursor(bytes: body[...])
    guard let version = cursor.take(2), version.first.map({ $0 >= 3 }) == true,
      version.last.map({ $0 >= 1 }) == true, cursor.take(32) != nil,
      let session = cursor.vector(lengthBytes: 1), session.count <= 32,
      let ciphers = cursor.vector(lengthBytes: 2), ciphers.count >= 2,
      let methods = cursor.vector(lengthBytes: 1), !methods.isEmpty,
      let extensions = cursor.vector(lengthBytes: 2)
    else { return nil }
    cipherSuites = Array(ciphers)
    self.extensions = Array(extensions)
  }

  /// The content of an extension; nil when the client did not send it, or one before it is broken.
  public func `extension`(_ type: Int) -> ArraySlice<UInt8>? {
    var cursor = Cursor(bytes: extensions[...])
    while let number = cursor.number(2), let content = cursor.vector(lengthBytes: 2) {
      if number == type { return content }
    }
    return nil
  }

  /// The name of the host that the client wants. RFC 6066, section 3.
  public var serverName: [UInt8]? {
    guard let content = self.extension(0) else { return nil }
    var cursor = Cursor(bytes: content)
    guard let names = cursor.vector(lengthBytes: 2) else { return nil }
    cursor = Cursor(bytes: names)
    while let type = cursor.number(1), let name = cursor.vector(lengthBytes: 2) {
      if type == 0 { return Array(name) }
    }
    return nil
  }

  /// The protocols that the client offers, in its order. RFC 7301, section 3.1.
  public var protocols: [[UInt8]] {
    guard let content = self.extension(16) else { return [] }
    var cursor = Cursor(bytes: content)
    guard let names = cursor.vector(lengthBytes: 2) else { return [] }
    cursor = Cursor(bytes: names)
    var protocols: [[UInt8]] = []
    while let name = cursor.vector(lengthBytes: 1) { protocols.append(Array(name)) }
    return protocols
  }

  /// The entries of an extension that is a list behind its length: supported groups (10), signature
  /// algorithms (13).
  func list(in type: Int) -> [UInt8]? {
    guard let content = self.extension(type) else { return nil }
    var cursor = Cursor(bytes: content)
    guard let list = cursor.vector(lengthBytes: 2), list.count >= 2 else { return nil }
    return Array(list)
  }

  /// The groups for which the client sent a key, two bytes each. RFC 8446, section 4.2.8.
  var keyShareGroups: [UInt8]? {
    guard let content = self.extension(51) else { return nil }
    var cursor = Cursor(bytes: content)
    guard let shares = cursor.vector(lengthBytes: 2) else { return nil }
    cursor = Cursor(bytes: shares)
    var groups: [UInt8] = []
    while let group = cursor.take(2), cursor.vector(lengthBytes: 2) != nil { groups += group }
    return groups
  }

  /// Takes bytes off the front, never more than there are.
  private struct Cursor {
    var bytes: ArraySlice<UInt8>

    mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
      guard count <= bytes.count else { return nil }
      defer { bytes = bytes.dropFirst(count) }
      return bytes.prefix(count)
    }

    mutating func number(_ count: Int) -> Int? {
      take(count)?.reduce(0) { $0 << 8 | Int($1) }
    }

    mutating func vector(lengthBytes: Int) -> ArraySlice<UInt8>? {
      number(lengthBytes).flatMap { take($0) }
    }
  }
}
