import Basics
public import ConfigurationLanguage

/// Turns messages into the lines that one `log` target gets: filter, header, length, line feed.
///
/// Everything of the header that does not change between two lines is computed once.
public struct SyslogFraming: Sendable {
  private let format: LogTarget.Format
  /// The facility, already multiplied by eight
  private let facilityBits: UInt32
  /// The longest line with its line feed
  private let lengthMax: Int
  private let levelMax: UInt8
  private let levelMin: UInt8
  /// What stands between the date and the message
  private let middle: [UInt8]

  /// - Parameters:
  ///   - target: the `log` line.
  ///   - tag: `log-tag`, or the program's name.
  ///   - processID: the number of this process.
  ///   - hostname: what `log-send-hostname` says; nil without it.
  public init(_ target: LogTarget, tag: [UInt8], processID: Int32, hostname: [UInt8]?) {
    // Without a format HAProxy looks at what it has to say: a host makes it RFC 3164.
    format = target.format ?? (hostname == nil ? .local : .rfc3164)
    facilityBits = UInt32(target.facility) << 3
    lengthMax = target.lengthMax
    levelMax = target.levelMax
    levelMin = target.levelMin
    var middle: [UInt8] = []
    switch format {
    case .rfc3164:
      middle.append(contentsOf: hostname ?? Array("localhost".utf8))
      middle.append(UInt8(ascii: " "))
      middle.append(tag: tag, processID: processID)
    case .local:
      middle.append(tag: tag, processID: processID)
    case .rfc5424:
      middle.append(contentsOf: hostname ?? [UInt8(ascii: "-")])
      middle.append(UInt8(ascii: " "))
      middle.append(contentsOf: tag.isEmpty ? [UInt8(ascii: "-")] : tag)
      middle.append(UInt8(ascii: " "))
      middle.append(decimal: Int64(processID))
      // Neither message identifier nor structured data.
      middle.append(text: " - - ")
    case .priority, .short, .timed, .iso, .raw:
      break
    }
    self.middle = middle
  }

  /// Whether the target wants lines of a level at all.
  public func admits(_ level: LogLevel) -> Bool { level.rawValue <= levelMax }

  /// Appends one line as it goes on the wire, line feed included, for every kind of target.
  ///
  /// - Parameters:
  ///   - message: the message; a part of it when the target's `len` is too short.
  ///   - level: its level, which the target admits; raised to the target's least grave one.
  ///   - date: the present, in local time.
  ///   - bytes: where the line goes.
  /// - Returns: whether there is a line: an empty message is not sent.
  @discardableResult
  public func write(
    _ message: [UInt8], level: LogLevel, date: LocalDate, into bytes: inout [UInt8]
  ) -> Bool {
    var messageCount = message.count
    while messageCount > 0, message[messageCount - 1] == 0x0a || message[messageCount - 1] == 0 {
      messageCount -= 1
    }
    guard messageCount > 0 else { return false }
    let start = bytes.count
    let severity = UInt32(max(level.rawValue, levelMin))
    switch format {
    case .rfc3164, .local:
      bytes.append(priority: facilityBits + severity)
      bytes.append(syslogDate: date)
      bytes.append(UInt8(ascii: " "))
    case .rfc5424:
      bytes.append(priority: facilityBits + severity)
      bytes.append(text: "1 ")
      bytes.append(isoDate: date)
      bytes.append(UInt8(ascii: " "))
    case .priority:
      bytes.append(priority: facilityBits + severity)
    case .short:
      bytes.append(priority: severity)
    case .timed:
      bytes.append(priority: severity)
      bytes.append(isoDate: date)
      bytes.append(UInt8(ascii: " "))
    case .iso:
      bytes.append(isoDate: date)
      bytes.append(UInt8(ascii: " "))
    case .raw:
      break
    }
    bytes.append(contentsOf: middle)
    bytes.append(contentsOf: message[..<messageCount])
    let excess = bytes.count - start - (lengthMax - 1)
    if excess > 0 { bytes.removeLast(excess) }
    bytes.append(UInt8(ascii: "\n"))
    return true
  }
}

extension [UInt8] {
  /// Appends `<number>`.
  fileprivate mutating func append(priority: UInt32) {
    append(UInt8(ascii: "<"))
    append(decimal: UInt64(priority))
    append(UInt8(ascii: ">"))
  }

  /// Appends `tag[pid]: `, or nothing without a tag.
  fileprivate mutating func append(tag: [UInt8], processID: Int32) {
    guard !tag.isEmpty else { return }
    append(contentsOf: tag)
    append(UInt8(ascii: "["))
    append(decimal: Int64(processID))
    append(text: "]: ")
  }
}
