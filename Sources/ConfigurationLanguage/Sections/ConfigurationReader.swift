public import Basics

/// Reads configuration files into one immutable, validated `Configuration`.
public struct ConfigurationReader {
  /// Finds the address of a host name: the process asks the system's resolver. In one family when
  /// one is prescribed; nil when there is none.
  ///
  /// Called for `bind`, `log`, `source` and `addr`, whose names HAProxy resolves while it reads;
  /// names of servers stay names.
  public typealias Resolver = (_ name: String, _ family: IPAddress.Family?) -> IPAddress?

  /// Reads a file that the configuration names, such as one of patterns; nil when it cannot be opened.
  public typealias Loader = (_ name: String) -> [UInt8]?

  /// What came of a reading.
  public struct Outcome: Sendable {
    /// The configuration; it must only run when `diagnostics.hasErrors` is false.
    public var configuration: Configuration
    /// Every message, in order.
    public var diagnostics: Diagnostics
    /// The environment after `setenv` and its kin, for the process to continue with.
    public var environment: Environment
  }

  /// What this process is, for the variables it provides.
  public var identity: Environment.Identity
  /// What conditions are answered from.
  public var facts: ConditionFacts
  /// Finds the addresses of host names.
  public var resolver: Resolver
  /// Reads files that the configuration names.
  public var loader: Loader

  /// - Parameters:
  ///   - identity: what this process is, for the variables it provides.
  ///   - facts: what conditions are answered from.
  ///   - resolver: finds the addresses of host names; without one every name is an error.
  ///   - loader: reads files that the configuration names; without one none can be opened.
  public init(
    identity: Environment.Identity, facts: ConditionFacts = ConditionFacts(),
    resolver: @escaping Resolver = { _, _ in nil }, loader: @escaping Loader = { _ in nil }
  ) {
    self.identity = identity
    self.facts = facts
    self.resolver = resolver
    self.loader = loader
  }

  /// Reads the files, goes on after errors, and validates what was read when there were none: like
  /// HAProxy, which does not look for inconsistencies in half a configuration.
  ///
  /// - Parameters:
  ///   - files: the files in the order in which they apply.
  ///   - environment: the process's environment.
  /// - Returns: the configuration, the messages and the environment to continue with.
  public func read(_ files: [ConfigurationFile], environment: Environment) -> Outcome {
    var lines = ConfigurationLines(
      files: files, environment: environment, identity: identity, facts: facts)
    var draft = ConfigurationDraft(environment: lines.environment, resolve: resolver, load: loader)
    var fileIndex = 0
    while let line = lines.next(&draft.diagnostics) {
      if lines.fileIndex != fileIndex {
        draft.endFile()
        fileIndex = lines.fileIndex
      }
      draft.read(line)
      lines.environment = draft.environment
      lines.section = draft.section
      if draft.isAborted { lines.abort() }
    }
    draft.endFile()
    if !draft.diagnostics.hasErrors { draft.validate() }
    var configuration = draft.finished()
    configuration.global.environment = lines.environment.variables
    return Outcome(
      configuration: configuration, diagnostics: draft.diagnostics,
      environment: lines.environment)
  }
}
