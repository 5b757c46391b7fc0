/// The fields of a line of `option tcplog`. HAProxy manual, section 8.2.2.
public struct TCPLogLine: Sendable {
  public let clientPort: UInt16
  public let frontend: String
  public let backend: String
  public let server: String
  /// Tw, Tc and Tt in milliseconds.
  public let times: [Int]
  public let bytesRead: Int
  /// The two letters of the termination state.
  public let state: String
  /// actconn, feconn, beconn and srv_conn.
  public let connections: [Int]
  /// As printed, with the plus sign of a redispatch.
  public let retries: String
  /// Of the server and of the backend.
  public let queues: [Int]

  /// Reads the line after its syslog header; nil when it is no such line.
  public init?(_ line: String) {
    guard let header = line.utf8.firstRange(of: "]: ") else { return nil }
    let words = line[header...].split(whereSeparator: { $0 == " " || $0 == "\n" }).map(String.init)
    guard words.count == 9 else { return nil }
    guard let port = words[0].split(separator: ":").last.flatMap({ UInt16($0) }) else {
      return nil
    }
    let route = words[3].split(separator: "/").map(String.init)
    let counts = words[7].split(separator: "/").map(String.init)
    guard route.count == 2, counts.count == 5, let bytes = Int(words[5]) else { return nil }
    clientPort = port
    frontend = words[2]
    (backend, server) = (route[0], route[1])
    times = words[4].split(separator: "/").compactMap { Int($0) }
    bytesRead = bytes
    state = words[6]
    connections = counts.dropLast().compactMap { Int($0) }
    retries = counts[4]
    queues = words[8].split(separator: "/").compactMap { Int($0) }
  }
}

extension String.UTF8View {
  /// The index after the first occurrence of the words.
  fileprivate func firstRange(of words: String) -> Index? {
    var index = startIndex
    while index != endIndex {
      if self[index...].starts(with: words.utf8) {
        return self.index(index, offsetBy: words.utf8.count)
      }
      index = self.index(after: index)
    }
    return nil
  }
}
