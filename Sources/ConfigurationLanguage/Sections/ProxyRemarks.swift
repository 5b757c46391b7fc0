/// Keywords about HTTP: they are only remembered, because HAProxy says in `mode tcp` that it
/// ignores them.
extension ConfigurationDraft {
  mutating func readRemark(_ statement: Statement, _ keyword: ProxyKeyword) {
    switch keyword {
    case .httpRequest: readRule(statement, .httpRequest)
    case .httpResponse: readRule(statement, .httpResponse)
    case .httpAfterResponse: readRule(statement, .httpAfterResponse)
    case .redirect:
      guard isOutsideDefaults(statement) else { return }
      proxy.remarks.insert(.redirect)
      warnIfBehindUseBackend(statement)
    case .cookie:
      warnUnless(.backend, statement.location, "cookie")
      guard !statement[1].isEmpty else {
        diagnostics.alert(
          at: statement.location, "'cookie' expects <cookie_name> as argument.")
        return
      }
      proxy.remarks.insert(.cookie)
    case .capture: readCapture(statement)
    case .monitorURI:
      warnUnless(.frontend, statement.location, "monitor-uri")
      guard acceptsOnly(1, statement) else { return }
      guard !statement[1].isEmpty else {
        diagnostics.alert(at: statement.location, "'monitor-uri' expects an URI.")
        return
      }
      proxy.remarks.insert(.monitorURI)
    case .stats: readStats(statement)
    default: break
    }
  }

  private mutating func readRule(_ statement: Statement, _ remark: ProxyDraft.Remarks) {
    guard !proxy.isDefaults || !proxy.name.isEmpty else {
      diagnostics.alert(
        at: statement.location,
        "'\(statement[0])' not allowed in anonymous 'defaults' section.")
      return
    }
    proxy.remarks.insert(remark)
    if remark == .httpRequest { warnIfBehindRedirect(statement) }
  }

  /// Rules are carried out in a fixed order, whatever the order of lines.
  private mutating func warnIfBehindRedirect(_ statement: Statement) {
    guard proxy.remarks.contains(.redirect) else { return warnIfBehindUseBackend(statement) }
    diagnostics.warning(
      at: statement.location,
      "a '\(statement[0])' rule placed after a 'redirect' rule will still be processed before.")
  }

  private mutating func warnIfBehindUseBackend(_ statement: Statement) {
    guard !proxy.useBackends.isEmpty else { return }
    diagnostics.warning(
      at: statement.location,
      "a '\(statement[0])' rule placed after a 'use_backend' rule will still be processed before.")
  }

  private mutating func readCapture(_ statement: Statement) {
    warnUnless(.frontend, statement.location, "capture")
    let what = statement[1]
    let isHeader =
      (what == "request" || what == "response") && statement[2] == "header"
    guard what == "cookie" || isHeader else {
      diagnostics.alert(
        at: statement.location,
        "'capture' expects 'cookie' or 'request header' or 'response header'.")
      return
    }
    guard isOutsideDefaults(statement, "capture \(what)"),
      acceptsOnly(4, statement, behind: 1)
    else { return }
    if what == "cookie" {
      guard !statement[4].isEmpty else {
        diagnostics.alert(
          at: statement.location, "'capture' expects 'cookie' <cookie_name> 'len' <len>.")
        return
      }
      proxy.remarks.insert(.captureCookie)
    } else if statement[3].isEmpty || statement[4] != "len" || statement[5].isEmpty {
      diagnostics.alert(
        at: statement.location,
        "'capture \(what)' expects 'header' <header_name> 'len' <len>.")
    }
  }

  private static let statsParameters: Set = [
    "admin", "auth", "enable", "hide-version", "http-request", "realm", "refresh", "scope",
    "show-desc", "show-legends", "show-modules", "show-node", "show-version", "uri",
  ]

  private mutating func readStats(_ statement: Statement) {
    let name = statement[1]
    guard ConfigurationDraft.statsParameters.contains(name) else {
      let problem =
        name.isEmpty ? "missing keyword in 'stats'" : "unknown stats parameter '\(name)'"
      diagnostics.alert(
        closeTo: statement.location,
        "\(problem), expects 'admin', 'uri', 'realm', 'auth', 'scope', 'enable', 'hide-version', "
          + "'show-node', 'show-desc' , 'show-legends' or 'show-version'.")
      return
    }
    if proxy.isDefaults, name == "admin" || name == "http-request" {
      diagnostics.alert(
        closeTo: statement.location,
        "'\(name == "admin" ? "stats admin" : "stats")' not allowed in 'defaults' section.")
      return
    }
    proxy.remarks.insert(.stats)
  }
}
