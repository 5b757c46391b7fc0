internal import Administration
internal import Basics
internal import ConfigurationLanguage
internal import KernelIO

extension ProgramParts {
  /// The parts that the shipped program is made of.
  public static var standard: ProgramParts {
    ProgramParts(
      read: read, evaluate: evaluate, probeEngines: probeEngines,
      makeWorkers: {
        WorkerGroup(seed: SystemCall.now().nanoseconds ^ UInt64(SystemCall.wallTime().microseconds))
      })
  }

  private static var identity: Environment.Identity {
    Environment.Identity(
      sluiceVersion: VersionText.version, localPeer: Host.name(), isMasterWorker: false)
  }

  private static var facts: ConditionFacts {
    ConditionFacts(
      version: VersionText.compatibleVersion,
      features: Set(VersionText.features.filter(\.isPresent).map(\.name)),
      enabled: ["POLL", "EPOLL", "GETADDRINFO", "REUSEPORT"])
  }

  private static func read(
    _ files: [ConfigurationSource], _ environment: [String: String]
  ) -> ConfigurationReading {
    let reader = ConfigurationReader(
      identity: identity, facts: facts, resolver: { ServerNames.lookUp($0, family: $1) },
      loader: { ConfigurationSource.content(of: $0) })
    let outcome = reader.read(
      files.map { ConfigurationFile(name: $0.name, bytes: $0.bytes) },
      environment: Environment(environment))
    return ConfigurationReading(
      configuration: outcome.configuration, diagnostics: outcome.diagnostics,
      environment: outcome.environment.variables)
  }

  private static func evaluate(
    _ condition: String, _ variables: [String: String]
  ) -> Result<Bool, ConditionFailure> {
    var variables = variables
    variables["SLUICE_VERSION"] = VersionText.version
    let environment = Environment(variables)
    return ConfigurationCondition.check(condition, environment: environment, facts: facts)
      .mapError { ConditionFailure(text: $0.message) }
  }

  private static func probeEngines() -> [VersionText.Engine] {
    let epoll = VersionText.Engine(
      name: "epoll", preference: 300, isUsable: true, reason: "")
    switch RingProbe.check() {
    case .success(let features):
      return [
        VersionText.Engine(
          name: "io_uring", preference: 400, isUsable: true, reason: features.description), epoll,
      ]
    case .failure(let error):
      return [
        VersionText.Engine(
          name: "io_uring", preference: 400, isUsable: false, reason: error.description), epoll,
      ]
    }
  }
}
