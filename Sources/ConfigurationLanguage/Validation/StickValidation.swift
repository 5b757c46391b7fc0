import Basics
import Samples

/// The stick tables that rules name, which can only be found when every section has been read.
extension ConfigurationDraft {
  /// Finds the tables of `track-sc*` and `stick` rules, and sees to it that their types agree.
  mutating func resolveTables(_ index: Int) {
    let settings = proxies[index].settings
    for rules in [settings.connectionRules, settings.sessionRules, settings.contentRules] {
      for (place, rule) in rules.rules.enumerated() {
        guard case .track(let counter, let expression, let table) = rule.action else { continue }
        resolve(
          table, of: expression, counter: counter, for: index,
          isInherited: place < rules.inheritedCount)
      }
    }
    for rule in settings.contentRules.rules { warnAboutContents(rule, index) }
    for rule in settings.stickRules + settings.storeResponseRules { resolve(rule, for: index) }
  }

  private mutating func resolve(
    _ table: NameReference, of expression: SampleExpression, counter: Int, for index: Int,
    isInherited: Bool
  ) {
    let most = global.tune.stickCounters
    guard counter < most else {
      // `tune.stick-counters` came after the rule.
      diagnostics.alert(
        "Proxy '\(proxies[index].name)': \(counter) track-sc number exceeding \(most - 1) "
          + "(tune.stick-counters-1) value.")
      return
    }
    let ownDefaults = isInherited && table.name.isEmpty
    let owner = ownDefaults ? proxies[index].defaultsName : proxies[index].name
    let name = table.name.isEmpty ? owner : table.name
    guard !ownDefaults, let found = self.table(named: table.name, for: index) else {
      diagnostics.alert(
        "Proxy '\(owner)': unable to find table '\(name)' referenced by track-sc\(counter).")
      return
    }
    guard isUsable(expression, in: found) else {
      diagnostics.alert(
        "Proxy '\(owner)': stick-table '\(name)' uses a type incompatible with the "
          + "'track-sc\(counter)' rule.")
      return
    }
    table.proxy = found
  }

  /// What a client sends is rarely there at once.
  private mutating func warnAboutContents(_ rule: TCPRule, _ index: Int) {
    let proxy = proxies[index]
    guard case .track(_, let expression, let table) = rule.action, table.proxy >= 0,
      proxy.has(.frontend), proxy.settings.contentRules.inspectDelay == nil,
      !expression.fetch.places.contains(.session)
    else { return }
    diagnostics.warning(
      "\(proxy.kind) '\(proxy.name)' : a 'tcp-request content track-sc*' rule explicitly "
        + "depending on request contents without any 'tcp-request inspect-delay' setting. This "
        + "means that this rule will randomly find its contents. This can be fixed by setting "
        + "the tcp-request inspect-delay.")
  }

  private mutating func resolve(_ rule: StickRule, for index: Int) {
    let owner = proxies[index].name
    let name = rule.table.name.isEmpty ? owner : rule.table.name
    guard let found = table(named: rule.table.name, for: index) else {
      diagnostics.alert("Proxy '\(owner)': unable to find stick-table '\(name)'.")
      return
    }
    guard isUsable(rule.expression, in: found) else {
      diagnostics.alert(
        "Proxy '\(owner)': type of fetch not usable with type of stick-table '\(name)'.")
      return
    }
    rule.table.proxy = found
    // Where a server is remembered, both ways of naming it are stored.
    for type in [StickTableDataType.serverID, .serverKey] {
      let isStored = proxies[found].settings.stickTable?.stored.contains { $0.type == type }
      if isStored == false { proxies[found].settings.stickTable?.stored.append(.init(type)) }
    }
  }

  private func isUsable(_ expression: SampleExpression, in table: Int) -> Bool {
    let type: SampleType =
      switch proxies[table].settings.stickTable?.keyType {
      case .integer: .integer
      case .ip, nil: .ipv4
      case .ipv6: .ipv6
      case .string: .string
      case .binary: .binary
      }
    return expression.type.casts(to: type)
  }
}
