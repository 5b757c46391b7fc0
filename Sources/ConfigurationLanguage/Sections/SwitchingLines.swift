import Basics
import Samples

/// `use_backend`, `use-server`, `force-persist`, `ignore-persist`, `unique-id-format`. HAProxy manual,
/// section 4.2.
extension ConfigurationDraft {
  mutating func readUseBackend(_ statement: Statement) {
    let location = statement.location
    guard isOutsideDefaults(statement) else { return }
    warnUnless(.frontend, location, "use_backend")
    guard !statement[1].isEmpty else {
      diagnostics.alert(at: location, "'use_backend' expects a backend name.")
      return
    }
    var condition: AccessControlCondition?
    if statement[2] == "if" || statement[2] == "unless" {
      condition = self.condition(
        statement, at: 2, context: "error detected while parsing switching rule")
      guard let condition else { return }
      warnAboutConflicts(condition, .switching, at: location)
    } else if !statement[2].isEmpty {
      diagnostics.alert(
        at: location,
        "unexpected keyword '\(statement[2])' after switching rule, only 'if' and 'unless' are "
          + "allowed.")
      return
    }
    proxy.useBackends.append(
      .init(name: statement.bytes(1), location: location, condition: condition))
  }

  mutating func readUseServer(_ statement: Statement) {
    guard isOutsideDefaults(statement) else { return }
    warnUnless(.backend, statement.location, "use-server")
    guard !statement[1].isEmpty else {
      diagnostics.alert(at: statement.location, "'use-server' expects a server name.")
      return
    }
    guard let condition = mandatoryCondition(statement, at: 2, "switching rule", .server) else {
      return
    }
    proxy.useServers.append(
      .init(name: statement.bytes(1), location: statement.location, condition: condition))
  }

  mutating func readPersistRule(_ statement: Statement) {
    guard isOutsideDefaults(statement) else { return }
    warnUnless(.backend, statement.location, statement[0])
    let what = "a '\(statement[0])' rule"
    guard let condition = mandatoryCondition(statement, at: 1, what, .backendRequest) else {
      return
    }
    proxy.settings.persistRules.append(
      PersistRule(forces: statement[0] == "force-persist", condition: condition))
  }

  private mutating func mandatoryCondition(
    _ statement: Statement, at index: Int, _ what: String, _ places: SamplePlaces
  ) -> AccessControlCondition? {
    guard statement[index] == "if" || statement[index] == "unless" else {
      diagnostics.alert(
        at: statement.location,
        "'\(statement[0])' requires either 'if' or 'unless' followed by a condition.")
      return nil
    }
    guard
      let condition = condition(
        statement, at: index, context: "error detected while parsing \(what)")
    else { return nil }
    warnAboutConflicts(condition, places, at: statement.location)
    return condition
  }

  mutating func readUniqueIDFormat(_ statement: Statement) {
    guard !statement[1].isEmpty else {
      diagnostics.alert(at: statement.location, "unique-id-format expects an argument.")
      return
    }
    guard statement[2].isEmpty else {
      diagnostics.alert(
        at: statement.location,
        "unique-id-format expects only one argument, don't forget to escape spaces!")
      return
    }
    proxy.uniqueIDFormat = (statement.bytes(1), statement.location)
  }
}
