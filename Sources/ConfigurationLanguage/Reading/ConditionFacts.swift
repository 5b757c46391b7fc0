/// What the predicates of `.if` and `-cc` are answered from, besides the environment.
public struct ConditionFacts: Hashable, Sendable {
  /// The version of HAProxy whose behaviour this is.
  public static let compatibleVersion = "3.4.0"

  /// What `version_atleast()` and `version_before()` compare with.
  public var version: String
  /// What `feature()` is true for: the names behind the plus signs of `-vv`'s feature list.
  public var features: Set<String>
  /// What `enabled()` is true for, such as `EPOLL` and `SPLICE`.
  public var enabled: Set<String>

  /// - Parameters:
  ///   - version: what version predicates compare with.
  ///   - features: what `feature()` is true for.
  ///   - enabled: what `enabled()` is true for.
  public init(
    version: String = ConditionFacts.compatibleVersion, features: Set<String> = [],
    enabled: Set<String> = []
  ) {
    self.version = version
    self.features = features
    self.enabled = enabled
  }
}
