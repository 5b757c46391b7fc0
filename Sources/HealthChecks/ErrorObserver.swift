/// `observe layer4`: counts connections to one server that failed one after another.
public struct ErrorObserver: Hashable, Sendable {
  /// `on-error`
  public enum Reaction: Hashable, Sendable {
    /// Only check again soon.
    case fastInter
    /// Count a failed check.
    case failCheck
    /// Count a failed check, after which the next one is fatal.
    case suddenDeath
    /// Take the server down.
    case markDown
  }

  /// `on-error`
  public let reaction: Reaction
  /// `error-limit`, above 0
  public let limit: Int
  private var consecutiveErrors = 0

  /// - Parameters:
  ///   - reaction: `on-error`
  ///   - limit: `error-limit`
  public init(reaction: Reaction, limit: Int) {
    self.reaction = reaction
    self.limit = max(limit, 1)
  }

  /// A connection was made, or a check passed.
  public mutating func forgive() { consecutiveErrors = 0 }

  /// A connection failed.
  ///
  /// - Returns: what to tell people when the limit is reached, which begins anew; else nil.
  public mutating func fail() -> String? {
    consecutiveErrors += 1
    guard consecutiveErrors >= limit else { return nil }
    defer { consecutiveErrors = 0 }
    return "Detected \(consecutiveErrors) consecutive errors, "
      + "last one was: L4 unsuccessful connection"
  }
}
