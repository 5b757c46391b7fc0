/// The ports of `source <address>:<low>-<high>`: each is lent to one connection at a time, the one that
/// has been free for longest first. Not for several threads at once.
public struct SourcePorts: Sendable {
  /// A ring with the free ports.
  private var ports: [UInt16]
  private var first = 0
  /// How many are free.
  public private(set) var freeCount: Int

  /// - Parameter range: the ports.
  public init(_ range: ClosedRange<UInt16>) {
    ports = Array(range)
    freeCount = ports.count
  }

  /// Lends a port. O(1).
  ///
  /// - Returns: a port to be given back; nil when all of them are lent.
  public mutating func take() -> UInt16? {
    guard freeCount > 0 else { return nil }
    let port = ports[first]
    first = first + 1 == ports.count ? 0 : first + 1
    freeCount -= 1
    return port
  }

  /// Ends the loan of a port. O(1).
  public mutating func giveBack(_ port: UInt16) {
    precondition(freeCount < ports.count, "only a port that was lent is given back")
    let place = first + freeCount
    ports[place < ports.count ? place : place - ports.count] = port
    freeCount += 1
  }
}
