/// What an expression asks of an entry of a stick table. HAProxy manual, section 7.3.
public enum TableQuestion: Hashable, Sendable {
  /// Whether a counter tracks something, or whether a key is in a table.
  case presence
  /// The entry's key.
  case key
  /// How many sessions hold the entry.
  case trackers
  /// Milliseconds until the entry expires.
  case remainingLife
  /// Milliseconds since the entry was used.
  case idleTime
  /// An element of something stored that is no rate.
  case value(StickTableDataType, Int)
  /// Bytes, in units of 1024.
  case kilobytes(StickTableDataType)
  /// Events in the period of a rate.
  case rate(StickTableDataType, Int)
  /// Adds one to a general purpose counter and its rate; answers with the new value.
  case increment(StickTableDataType, Int)
  /// Sets a general purpose counter to 0; answers with the old value.
  case clear(StickTableDataType, Int)
  /// Adds one to the count of connections; answers with the new value.
  case countConnection

  /// The same question about another element of an array.
  func of(element: Int) -> TableQuestion {
    switch self {
    case .value(let type, _): .value(type, element)
    case .rate(let type, _): .rate(type, element)
    case .increment(let type, _): .increment(type, element)
    case .clear(let type, _): .clear(type, element)
    case .presence, .key, .trackers, .remainingLife, .idleTime, .kilobytes, .countConnection: self
    }
  }

  /// The type of the answers.
  var type: SampleType {
    switch self {
    case .presence: .bool
    case .key: .any
    default: .integer
    }
  }
}

/// The stick tables of the process, as the session sees them that is evaluated. Each worker has its
/// own, and only that worker asks it.
public protocol SampleTables: AnyObject {
  /// Asks about what a stick counter of the session tracks.
  ///
  /// - Parameters:
  ///   - question: what is asked.
  ///   - counter: the number of the stick counter.
  ///   - table: the proxy whose table is asked about the same key; nil for the tracked one.
  /// - Returns: nil when nothing is tracked, or the table does not store what is asked for.
  func answer(_ question: TableQuestion, counter: Int, table: Int?) -> SampleValue?

  /// Asks about a key.
  ///
  /// - Parameters:
  ///   - question: what is asked.
  ///   - key: what is to become the key.
  ///   - table: the proxy that the table belongs to.
  ///   - adds: whether an entry is made when there is none.
  /// - Returns: nil when the table does not store what is asked for.
  func answer(_ question: TableQuestion, key: SampleValue, table: Int, adds: Bool) -> SampleValue?

  /// The entries of a table.
  func count(table: Int) -> Int64

  /// The entries that there is still room for.
  func available(table: Int) -> Int64
}

/// A fetch or converter about stick tables with its arguments.
public struct TableCall: Sendable {
  let question: TableQuestion
  /// The number of a stick counter; -1 for the client's address, or for what a converter is given.
  var counter = -1
  /// nil for the table that the counter tracks.
  var table: NameReference?
  /// Whether an entry is made when there is none.
  var adds = false
  /// The answer when there is no entry.
  var absent: Int64?
}
