import Glibc

/// What went wrong with a peer, in one sentence.
public struct PeerFailure: Error, CustomStringConvertible {
  public let description: String

  public init(_ description: String) {
    self.description = description
  }

  /// The failure of a call that has just set `errno`.
  static func call(_ name: String) -> PeerFailure {
    PeerFailure("\(name): \(String(cString: strerror(errno)))")
  }
}

/// Throws when a call answered with a negative number; hands on its answer otherwise.
@discardableResult
func checked(_ name: String, _ result: Int32) throws -> Int32 {
  guard result >= 0 else { throw PeerFailure.call(name) }
  return result
}
