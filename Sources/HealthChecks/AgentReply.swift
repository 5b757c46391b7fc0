/// The line of an agent: words about the server's weight, its limit, its health and what an
/// administrator wants of it. HAProxy manual, `agent-check`.
public struct AgentReply: Hashable, Sendable {
  /// `up`, `down`, `stopped`, `fail`
  public enum Health: Hashable, Sendable { case up, down }
  /// `ready`, `drain`, `maint`
  public enum Administration: Hashable, Sendable { case ready, drain, maintenance }

  /// What it says of the health, and the word it uses.
  public var health: (state: Health, word: [UInt8])? {
    healthState.map { ($0, healthWord) }
  }
  private var healthState: Health?
  private var healthWord: [UInt8] = []
  /// What it says an administrator wants.
  public private(set) var administration: Administration?
  /// The weight as it was written, such as `75%`.
  public private(set) var weight: [UInt8]?
  /// The limit as it was written, behind `maxconn:`.
  public private(set) var maxconn: [UInt8]?
  /// What stands behind `#`.
  public private(set) var description: [UInt8] = []
  /// The first word that means nothing.
  public private(set) var unknown: [UInt8]?

  /// Reads the first line of what an agent sent, up to CR, LF or a zero.
  ///
  /// - Returns: nil when the line is not complete.
  public static func parse(_ bytes: [UInt8]) -> AgentReply? {
    guard let end = bytes.firstIndex(where: { $0 == 0 || $0 == 10 || $0 == 13 }) else {
      return nil
    }
    var reply = AgentReply()
    var rest = bytes[..<end]
    while let first = rest.first {
      if isSeparator(first) {
        rest = rest.dropFirst()
      } else if first == UInt8(ascii: "#") {
        reply.description = Array(rest.dropFirst().drop { $0 == 32 || $0 == 9 })
        break
      } else {
        let word = rest.prefix { !isSeparator($0) }
        rest = rest.dropFirst(word.count + 1)
        reply.take(Array(word))
      }
    }
    return reply
  }

  private static func isSeparator(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: ",")
  }

  private mutating func take(_ word: [UInt8]) {
    let lowered = String(decoding: word, as: UTF8.self).lowercased()
    switch lowered {
    case "up":
      (healthState, healthWord) = (.up, word)
    case "down", "stopped", "fail":
      (healthState, healthWord) = (.down, word)
    case "ready": administration = .ready
    case "drain": administration = .drain
    case "maint": administration = .maintenance
    default:
      if (48...57).contains(word[0]), word.contains(UInt8(ascii: "%")) {
        weight = word
      } else if lowered.hasPrefix("maxconn:") {
        maxconn = Array(word.dropFirst(8))
      } else if lowered.hasPrefix("weight:") {
        weight = Array(word.dropFirst(7))
      } else if unknown == nil {
        unknown = word
      }
    }
  }

  /// What the check found, once weight and limit have been applied.
  ///
  /// - Parameter warning: what was wrong with them; nil when nothing was.
  public func outcome(warning: String?) -> CheckOutcome {
    let warning = warning.map { Array($0.utf8) }
    guard let healthState else {
      var info: [UInt8] = []
      if let unknown {
        info = Array("agent reports an error : ".utf8) + unknown
      } else if let warning {
        info = Array("agent warns : ".utf8) + warning
      }
      return CheckOutcome(.noChange, bytes: info)
    }
    var remark = description
    // What takes a server down is told as it came; anything else leaves room for complaints.
    if remark.isEmpty || healthState == .up { remark = unknown ?? warning ?? remark }
    var info = Array("via agent : ".utf8) + healthWord
    if !remark.isEmpty { info += Array(" (".utf8) + remark + Array(")".utf8) }
    return CheckOutcome(healthState == .up ? .layer7Passed : .layer7WrongStatus, bytes: info)
  }
}
