import Basics
import KernelIO
import Proxies

/// Entries of stick tables whose life is over are taken out in bounded steps, each table's by one
/// worker. Nobody depends on when: an entry that has expired is not found any more.
extension Worker where K: ~Copyable {
  /// How often a table is visited at most, and how soon when a visit did not get to its end.
  private static var visitInterval: Duration { .milliseconds(20) }
  private static var continuation: Duration { .milliseconds(1) }

  /// The tables that this worker looks after.
  private var tablesToExpire: [Int] {
    state.tables.proxies.enumerated()
      .filter { $0.offset % state.workerCount == index }.map(\.element)
      .filter { state.tables[$0].entryLife != nil }
  }

  private func tableToken(_ table: Int) -> Token {
    Token(operation: Operation.tableTimer.rawValue, slot: UInt32(table), generation: 0)
  }

  /// Begins to look after tables.
  mutating func startExpiry() {
    for table in tablesToExpire { expire(table: table) }
  }

  /// Looks after tables no longer.
  mutating func stopExpiry() {
    for table in tablesToExpire { kernel.cancel(tableToken(table)) }
  }

  mutating func tableTimerElapsed(_ completion: Completion) {
    guard completion.error != .cancelled, isRunning else { return }
    expire(table: Int(completion.token.slot))
  }

  private mutating func expire(table index: Int) {
    let table = state.tables[index]
    guard let life = table.entryLife else { return }
    // Whatever comes from now on lives at least that long.
    let next = table.expire(now: kernel.now) ?? kernel.now + life
    let pause = next <= kernel.now ? Worker.continuation : Worker.visitInterval
    kernel.timer(at: max(next, kernel.now + pause), token: tableToken(index))
  }
}
