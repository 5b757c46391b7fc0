/// The ClientHello that a TLS client would send, made by hand.
public struct ClientHelloBytes: Sendable {
  public var serverName: String?
  public var protocols: [String] = []
  /// Bytes of a key share, as big as those of post-quantum key exchanges.
  public var keyShareBytes = 32
  /// The longest record; a longer hello is cut into several.
  public var recordBytesMax = 16384

  public init(serverName: String?) { self.serverName = serverName }

  /// Everything that goes over the wire.
  public var bytes: [UInt8] {
    let hello = message
    var records: [UInt8] = []
    for start in stride(from: 0, to: hello.count, by: recordBytesMax) {
      let part = hello[start..<min(hello.count, start + recordBytesMax)]
      records += [0x16, 3, 1] + number(part.count, 2) + part
    }
    return records
  }

  private var message: [UInt8] {
    var body: [UInt8] = [3, 3]
    body += (0..<32).map { UInt8($0) }
    body += vector([UInt8](repeating: 7, count: 32), 1)
    body += vector([0x13, 1, 0x13, 2, 0xc0, 0x2f], 2)
    body += vector([0], 1)
    var extensions: [UInt8] = []
    if let serverName {
      extensions += [0, 0] + vector(vector([0] + vector(Array(serverName.utf8), 2), 2), 2)
    }
    extensions += [0, 10] + vector(vector([0x11, 0xec, 0, 0x1d], 2), 2)
    extensions += [0, 13] + vector(vector([4, 3, 8, 4], 2), 2)
    extensions += [0, 35] + vector([], 2)
    if !protocols.isEmpty {
      extensions += [0, 16] + vector(vector(protocols.flatMap { vector(Array($0.utf8), 1) }, 2), 2)
    }
    let share = [UInt8](repeating: 9, count: keyShareBytes)
    extensions += [0, 51] + vector(vector([0x11, 0xec] + vector(share, 2), 2), 2)
    body += vector(extensions, 2)
    return [1] + number(body.count, 3) + body
  }

  private func number(_ value: Int, _ bytes: Int) -> [UInt8] {
    (0..<bytes).map { UInt8(truncatingIfNeeded: value >> (8 * (bytes - 1 - $0))) }
  }

  private func vector(_ content: [UInt8], _ lengthBytes: Int) -> [UInt8] {
    number(content.count, lengthBytes) + content
  }
}
