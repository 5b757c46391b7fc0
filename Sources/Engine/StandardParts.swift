internal import Basics
internal import ConfigurationLanguage

extension ProgramParts {
  /// The parts that the shipped program is made of.
  public static var standard: ProgramParts {
    ProgramParts(
      read: { _, environment in
        var diagnostics = Diagnostics()
        diagnostics.alert("config : this build cannot read configurations.")
        return ConfigurationReading(
          configuration: Configuration(), diagnostics: diagnostics, environment: environment)
      },
      evaluate: { _, _ in
        .failure(ConditionFailure(text: "This build cannot evaluate conditions."))
      },
      probeEngines: { [] },
      makeWorkers: { stop("a build that reads no configuration never needs workers") })
  }
}
