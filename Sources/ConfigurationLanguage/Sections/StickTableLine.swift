import Basics
import Samples

/// `stick-table`. HAProxy manual, section 4.2.
extension ConfigurationDraft {
  mutating func readStickTable(_ statement: Statement) {
    guard !proxy.isDefaults else {
      diagnostics.alert(
        at: statement.location, "'stick-table' is not supported in 'defaults' section.")
      return
    }
    if let other = proxy.settings.stickTable {
      diagnostics.alert(
        at: statement.location,
        "stick-table name '\(proxy.name)' conflicts with table declared in \(proxy.kind) "
          + "'\(proxy.name)' at \(other.location).")
      return
    }
    var line = StickTableLine(statement)
    let table = line.read()
    for remark in line.remarks {
      switch remark {
      case .warning(let text): diagnostics.warning(closeTo: statement.location, text)
      case .timeWarning(let text): diagnostics.warning("config : " + text)
      case .wrong(let text): diagnostics.alert(at: statement.location, text)
      case .wrongTime(let text): diagnostics.alert(closeTo: statement.location, text)
      }
    }
    proxy.settings.stickTable = table
  }
}

/// The words of a `stick-table` line, up to the first one that is wrong.
struct StickTableLine {
  /// What is to be said; HAProxy writes some of it with a space less behind the line's number.
  enum Remark {
    case warning(String)
    case timeWarning(String)
    case wrong(String)
    case wrongTime(String)
  }

  private struct Failure: Error {
    let remark: Remark
  }

  private(set) var remarks: [Remark] = []
  private let statement: Statement
  /// The word that is read next.
  private var index = 1
  private var table: StickTableConfiguration
  private var hasType = false

  init(_ statement: Statement) {
    self.statement = statement
    table = StickTableConfiguration(
      keyType: .ip, keyLength: 4, size: 0, location: statement.location)
  }

  /// - Returns: nil when the line is wrong; `remarks` say why.
  mutating func read() -> StickTableConfiguration? {
    do throws(Failure) {
      while !statement[index].isEmpty { try readWord() }
      if table.size == 0 { throw wrong("stick-table: missing size.") }
      if !hasType { throw wrong("stick-table: missing type.") }
      return table
    } catch {
      remarks.append(error.remark)
      return nil
    }
  }

  private func wrong(_ text: String) -> Failure { Failure(remark: .wrong(text)) }

  private mutating func readWord() throws(Failure) {
    let word = statement[index]
    index += 1
    switch word {
    case "size": table.size = try size(of: word)
    case "expire": try readExpire()
    case "nopurge": table.isPurgeRefused = true
    case "type": try readType()
    case "store": try readStore()
    case "srvkey":
      guard let key = StickTableConfiguration.ServerKey(rawValue: statement[index]) else {
        throw wrong("stick-table : unknown server key type '\(statement[index])'.")
      }
      table.serverKey = key
      index += 1
    case "brates-factor":
      table.byteRateFactor = try size(of: word)
      guard (1...1024).contains(table.byteRateFactor) else {
        throw wrong(
          "stick-table: argument 'brates-factor' must be greater than 0 and lower or equal than "
            + "1024.")
      }
    case "peers":
      if statement[index].isEmpty {
        throw wrong("stick-table: missing argument after 'peers'.")
      }
      throw wrong(notSupported("stick-table ... peers"))
    case "write-to":
      if statement[index].isEmpty {
        throw wrong("stick-table : write-to requires table name.")
      }
      throw wrong(notSupported("stick-table ... write-to"))
    case "recv-only": throw wrong(notSupported("stick-table ... recv-only"))
    default: throw wrong("stick-table: unknown argument '\(word)'.")
    }
  }

  private mutating func size(of word: String) throws(Failure) -> UInt32 {
    let text = statement[index]
    guard !text.isEmpty else { throw wrong("stick-table: missing argument after '\(word)'.") }
    index += 1
    do {
      return try SizeText.parse(text)
    } catch {
      throw wrong(
        "stick-table: unexpected character '\(error.character)' in argument of '\(word)'.")
    }
  }

  private mutating func readExpire() throws(Failure) {
    let text = statement[index]
    guard !text.isEmpty else { throw wrong("stick-table: missing argument after 'expire'.") }
    index += 1
    do {
      let time = try TimeText.read(text, unit: .milliseconds)
      if let warning = time.warning { remarks.append(.timeWarning(warning)) }
      table.expire = time.count == 0 ? nil : time.duration
    } catch {
      let remark: Remark =
        switch error {
        case .overflow:
          .wrongTime(
            "stick-table: timer overflow in argument <\(text)> to <expire>, maximum value is "
              + "2147483647 ms (~24.8 days).")
        case .underflow:
          .wrongTime(
            "stick-table: timer underflow in argument <\(text)> to <expire>, minimum non-null value "
              + "is 1 ms.")
        case .unexpected(let character):
          .wrong("stick-table: unexpected character '\(character)' in argument of 'expire'.")
        }
      throw Failure(remark: remark)
    }
  }

  private mutating func readType() throws(Failure) {
    let name = statement[index]
    guard let type = StickTableConfiguration.KeyType(rawValue: name == "ipv4" ? "ip" : name)
    else { throw wrong("stick-table: unknown type '\(name)'.") }
    index += 1
    hasType = true
    table.keyType = type
    switch type {
    case .integer, .ip: table.keyLength = 4
    case .ipv6: table.keyLength = 16
    case .string:
      // The default of 32 includes the final zero byte; a length that is given does not.
      table.keyLength = try length() ?? 31
    case .binary: table.keyLength = try length() ?? 32
    }
  }

  private mutating func length() throws(Failure) -> Int? {
    guard statement[index] == "len" else { return nil }
    guard let length = IntegerText.whole(statement[index + 1]),
      (1..<Int(Int32.max)).contains(length)
    else { throw wrong("'len' expects a positive integer argument.") }
    index += 2
    return length
  }

  // MARK: store

  /// A list of data types separated by commas, some of them with arguments in parentheses.
  private mutating func readStore() throws(Failure) {
    let bytes = statement.bytes(index)
    index += 1
    var place = 0
    while place < bytes.count {
      var name = ""
      var arguments: [String]?
      let start = place
      while place < bytes.count, bytes[place] != UInt8(ascii: ",") {
        guard bytes[place] == UInt8(ascii: "(") else {
          place += 1
          continue
        }
        name = String(decoding: bytes[start..<place], as: UTF8.self)
        let first = place + 1
        guard let end = bytes[first...].firstIndex(of: UInt8(ascii: ")")) else {
          throw wrong("stick-table: missing closing parenthesis after store option '\(name)'.")
        }
        arguments = bytes[first..<end].split(
          separator: UInt8(ascii: ","), omittingEmptySubsequences: false
        ).map { String(decoding: $0, as: UTF8.self) }
        place = end + 1
        // What follows up to the comma is not looked at.
        while place < bytes.count, bytes[place] != UInt8(ascii: ",") { place += 1 }
      }
      if arguments == nil { name = String(decoding: bytes[start..<place], as: UTF8.self) }
      place += 1
      try add(name, arguments)
    }
    try checkExclusions()
  }

  private mutating func add(_ name: String, _ arguments: [String]?) throws(Failure) {
    guard let type = StickTableDataType(name: name) else {
      throw wrong("stick-table: unknown store option '\(name)'.")
    }
    guard !table.stored.contains(where: { $0.type == type }) else {
      remarks.append(
        .warning("stick-table: store option '\(name)' already enabled, ignored."))
      return
    }
    let missing = wrong("stick-table: missing argument to store option '\(name)'.")
    var stored = StickTableConfiguration.Stored(type)
    var argument = arguments?.first
    if type.isArray {
      guard let count = argument else { throw missing }
      // As C's atoi: an int.
      stored.count = Int(Int32(truncatingIfNeeded: IntegerText.leading(count)))
      guard (1...StickTableConfiguration.arrayCountMax).contains(stored.count) else {
        throw wrong(
          "stick-table: array size is out of allowed range (1-100) for store option '\(name)'.")
      }
      argument = (arguments?.count ?? 0) > 1 ? arguments?.last : nil
    }
    if type.storage == .rate {
      guard let text = argument else { throw missing }
      do {
        let time = try TimeText.read(text, unit: .milliseconds)
        if let warning = time.warning { remarks.append(.timeWarning(warning)) }
        stored.period = time.count
      } catch {
        throw wrong("stick-table: error when processing store option '\(name)'.")
      }
    } else if argument != nil {
      throw wrong("stick-table: unexpected argument to store option '\(name)'.")
    }
    table.stored.append(stored)
  }

  /// An array stands in for the single values of the same kind.
  private func checkExclusions() throws(Failure) {
    let types = Set(table.stored.map(\.type))
    let pairs: [(array: StickTableDataType, others: Set<StickTableDataType>, name: String)] = [
      (.gpt, [.gpt0], "gpt0"), (.gpc, [.gpc0, .gpc1], "gpc[0/1]"),
      (.gpcRate, [.gpc0Rate, .gpc1Rate], "gpc[0/1]_rate"),
    ]
    for (array, others, name) in pairs where types.contains(array) {
      guard types.isDisjoint(with: others) else {
        throw wrong(
          "stick-table: simultaneous usage of '\(array.name)' and '\(name)' in a same table is "
            + "not permitted as '\(array.name)' overrides '\(name)'.")
      }
    }
  }
}
