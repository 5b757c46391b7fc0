public import Administration
public import ConfigurationLanguage

/// What came of reading the configuration.
public struct ConfigurationReading: Sendable {
  /// The configuration; only used when `diagnostics` has no errors.
  public var configuration: Configuration
  /// Every message, those that end with `Fatal errors found in configuration.` included.
  public var diagnostics: Diagnostics
  /// The environment the program goes on with.
  public var environment: [String: String]

  /// All values as the properties say.
  public init(
    configuration: Configuration, diagnostics: Diagnostics, environment: [String: String]
  ) {
    self.configuration = configuration
    self.diagnostics = diagnostics
    self.environment = environment
  }
}

/// Why a condition of `-cc` has no answer.
public struct ConditionFailure: Error, Equatable {
  /// The alert; nil for none.
  public var text: String?

  /// - Parameter text: the alert; nil for none.
  public init(text: String?) { self.text = text }
}

/// The parts of the program that the life of the process puts to work.
public struct ProgramParts {
  /// Reads files into a configuration.
  public var read: ([ConfigurationSource], [String: String]) -> ConfigurationReading
  /// Evaluates the condition of `-cc`.
  public var evaluate: (String, [String: String]) -> Result<Bool, ConditionFailure>
  /// Asks the kernel which engines it permits.
  public var probeEngines: () -> [VersionText.Engine]
  /// Makes the workers, which do not run yet.
  public var makeWorkers: () -> any Workers

  /// All values as the properties say.
  public init(
    read: @escaping ([ConfigurationSource], [String: String]) -> ConfigurationReading,
    evaluate: @escaping (String, [String: String]) -> Result<Bool, ConditionFailure>,
    probeEngines: @escaping () -> [VersionText.Engine],
    makeWorkers: @escaping () -> any Workers
  ) {
    self.read = read
    self.evaluate = evaluate
    self.probeEngines = probeEngines
    self.makeWorkers = makeWorkers
  }
}
