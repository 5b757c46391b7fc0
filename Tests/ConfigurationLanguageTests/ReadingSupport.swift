import ConfigurationLanguage

/// What reading some files gives: the lines as text and every message.
struct ReadingOutcome {
  /// `line: <word> <word>` for every line that a section parser sees.
  var lines: [String] = []
  /// `LEVEL text` for every message.
  var messages: [String] = []
  var environment = Environment()

  /// The messages without the two that sum the errors of the files up.
  var ownMessages: [String] {
    messages.filter { !$0.contains("rror(s) found in") && !$0.contains("Fatal errors found") }
  }
}

/// Reads files as a section parser does that knows section names and `setenv`, and reports every
/// line that begins with `bad`.
func reading(
  _ files: [ConfigurationFile], environment: [String: String] = [:],
  facts: ConditionFacts = ConditionFacts()
) -> ReadingOutcome {
  var lines = ConfigurationLines(
    files: files, environment: Environment(environment),
    identity: .init(sluiceVersion: "0.1.0", localPeer: "peer"), facts: facts)
  var diagnostics = Diagnostics()
  var outcome = ReadingOutcome()
  while let line = lines.next(&diagnostics) {
    switch line[0] {
    case "global", "defaults", "frontend", "backend", "listen":
      lines.section = line[1].isEmpty ? line[0] : line[1]
    case "setenv":
      do {
        try lines.environment.set(line[1], to: line[2])
      } catch {
        diagnostics.alert("\(line.location) \(error.reason)")
      }
    case "bad": diagnostics.alert("bad \(line.location)")
    default: break
    }
    let words = line.words.map { "<\($0.text)>" }.joined(separator: " ")
    outcome.lines.append("\(line.location.line): \(words)")
  }
  outcome.messages = diagnostics.entries.map { "\($0.level.rawValue) \($0.text)" }
  outcome.environment = lines.environment
  return outcome
}

/// Reads one file named `f.cfg`.
func reading(
  _ text: String, environment: [String: String] = [:], facts: ConditionFacts = ConditionFacts()
) -> ReadingOutcome {
  reading(
    [ConfigurationFile(name: "f.cfg", text: text)], environment: environment, facts: facts)
}
