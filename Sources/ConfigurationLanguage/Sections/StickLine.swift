import Basics
import Samples

/// `stick on`, `stick match`, `stick store-request`, `stick store-response`. HAProxy manual, section
/// 4.2.
extension ConfigurationDraft {
  mutating func readStick(_ statement: Statement) {
    let location = statement.location
    guard !proxy.isDefaults else {
      diagnostics.alert(at: location, "'stick' not allowed in 'defaults' section.")
      return
    }
    guard warnUnless(.backend, location, "stick") else { return }
    let kind: (matches: Bool, stores: Bool, isResponse: Bool)
    switch statement[1] {
    case "store", "store-request": kind = (false, true, false)
    case "store-response": kind = (false, true, true)
    case "match": kind = (true, false, false)
    case "on": kind = (true, true, false)
    default:
      diagnostics.alert(at: location, "'stick' expects 'on', 'match', or 'store'.")
      return
    }
    guard !statement[2].isEmpty else {
      diagnostics.alert(at: location, "'stick' expects a fetch method.")
      return
    }
    let places: SamplePlaces = kind.isResponse ? .store : .server
    var index = 2
    guard let expression = stickExpression(statement, &index, places) else { return }
    var table = ""
    if statement[index] == "table" {
      table = statement[index + 1]
      index += 2
    }
    var condition: AccessControlCondition?
    if statement[index] == "if" || statement[index] == "unless" {
      condition = self.condition(
        statement, at: index, context: "'stick': error detected while parsing sticking condition")
      guard let condition else { return }
      warnAboutConflicts(condition, places, at: location)
    } else if !statement[index].isEmpty {
      diagnostics.alert(at: location, "'stick': unknown keyword '\(statement[index])'.")
      return
    }
    let rule = StickRule(
      matches: kind.matches, stores: kind.stores, expression: expression,
      table: sampleReader(at: location).table(named: table), condition: condition)
    if kind.isResponse {
      proxy.settings.storeResponseRules.append(rule)
    } else {
      proxy.settings.stickRules.append(rule)
    }
  }

  private mutating func stickExpression(
    _ statement: Statement, _ index: inout Int, _ places: SamplePlaces
  ) -> SampleExpression? {
    let expression: SampleExpression
    do {
      let reader = sampleReader(at: statement.location, rule: "in stick rule ")
      expression = try reader.expression(statement.allBytes(from: 0), &index)
    } catch {
      diagnostics.alert(at: statement.location, "'stick': \(error.message)")
      return nil
    }
    reportSampleWarnings()
    guard !expression.fetch.places.isDisjoint(with: places) else {
      let when = places == .store ? "for 'store-response'" : "during request"
      diagnostics.alert(
        at: statement.location,
        "'stick': fetch method '\(expression.keyword)' extracts information from "
          + "'\(expression.fetch.originNames)', none of which is available \(when).")
      return nil
    }
    return expression
  }
}
