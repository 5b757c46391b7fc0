/// The words behind the address of a `log` line. HAProxy manual, section 4.2, `log`.
struct LogTargetWords {
  let statement: Statement
  private var index = 2
  private(set) var lengthMax = 1024
  private(set) var format: LogTarget.Format?
  private(set) var sampleRanges: [ClosedRange<Int>] = []
  private(set) var sampleSize = 0
  private(set) var facility: UInt8 = 0
  private(set) var levelMax: UInt8 = 7
  private(set) var levelMin: UInt8 = 0

  init(statement: Statement) { self.statement = statement }

  private static let facilities = [
    "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "auth2",
    "ftp", "ntp", "audit", "alert", "cron2", "local0", "local1", "local2", "local3", "local4",
    "local5", "local6", "local7",
  ]
  private static let levels = [
    "emerg", "alert", "crit", "err", "warning", "notice", "info", "debug",
  ]

  mutating func read() throws(LogLineProblem) {
    if let text = takeValue(of: "len") {
      lengthMax = IntegerText.leading(text)
      guard (80...65535).contains(lengthMax) else {
        throw LogLineProblem("invalid log length '\(text)', must be between 80 and 65535")
      }
    }
    if let text = takeValue(of: "format") {
      format = LogTarget.Format(rawValue: text)
      guard format != nil else { throw LogLineProblem("unknown log format '\(text)'") }
    }
    if let text = takeValue(of: "sample") { try readSample(text) }
    if statement[index] == "profile" { throw LogLineProblem(notSupported("log ... profile")) }
    facility = try take(LogTargetWords.facilities, "log facility")
    if !statement[index].isEmpty {
      levelMax = try take(LogTargetWords.levels, "optional log level")
    }
    if !statement[index].isEmpty {
      levelMin = try take(LogTargetWords.levels, "optional minimum log level")
    }
    guard statement[index].isEmpty else {
      throw LogLineProblem("cannot handle unexpected argument '\(statement[index])'")
    }
  }

  private mutating func takeValue(of word: String) -> String? {
    guard statement[index] == word else { return nil }
    index += 2
    return statement[index - 1]
  }

  private mutating func take(
    _ names: [String], _ what: String
  ) throws(LogLineProblem) -> UInt8 {
    let name = statement[index]
    guard let number = names.firstIndex(of: name) else {
      throw LogLineProblem("unknown \(what) '\(name)'")
    }
    index += 1
    return UInt8(number)
  }

  /// `<ranges>:<size>`, such as `1,2-5:10`.
  private mutating func readSample(_ text: String) throws(LogLineProblem) {
    guard let colon = text.firstIndex(of: ":") else { throw LogLineProblem("Missing sample size") }
    let list = text[..<colon]
    let sizeText = text[text.index(after: colon)...]
    var rest = list
    while !rest.isEmpty {
      let part = rest.prefix { $0 != "," }
      guard let range = range(part) else {
        throw LogLineProblem("wrong sample range '\(rest)'")
      }
      let isOverlapping = sampleRanges.contains {
        $0.contains(range.lowerBound) || $0.contains(range.upperBound)
      }
      guard !isOverlapping else { throw LogLineProblem("ranges are overlapping") }
      sampleRanges.append(range)
      rest = rest[part.endIndex...].dropFirst()
    }
    guard !sampleRanges.isEmpty else { throw LogLineProblem("no sampling ranges given") }
    guard let size = number(sizeText), size > 0 else {
      throw LogLineProblem("wrong sample size '\(sizeText)' for sample range '\(list)'")
    }
    let highest = sampleRanges.map(\.upperBound).max() ?? 0
    guard size >= highest else {
      throw LogLineProblem(
        "sample size \(size) should be greater or equal to \(highest) the maximum of the high "
          + "ranges limits")
    }
    sampleRanges.sort { $0.lowerBound < $1.lowerBound }
    sampleSize = size
  }

  private func range(_ text: Substring) -> ClosedRange<Int>? {
    let ends = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = ends.first, let low = number(first), low > 0 else { return nil }
    guard ends.count == 2 else { return low...low }
    guard let high = number(ends[1]), high > low else { return nil }
    return low...high
  }

  private func number(_ text: Substring) -> Int? {
    guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return Int(text)
  }
}
