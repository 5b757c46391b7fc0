/// `option`. HAProxy manual, section 4.
extension ConfigurationDraft {
  mutating func readOption(_ statement: Statement) {
    let location = statement.location
    let name = statement[1]
    if name.isEmpty {
      diagnostics.alert(closeTo: location, "'option' expects an option name.")
    } else if let option = BooleanOption.named(name) {
      readBoolean(statement, option)
    } else if let removal = OtherOption.removal(of: name) {
      diagnostics.alert(closeTo: location, removal)
    } else if OtherOption.notSupported.contains(name) {
      diagnostics.alert(at: location, notSupported("option \(name)"))
    } else if let option = SpecialOption(rawValue: name) {
      readSpecial(statement, option)
    } else if statement.modifier != .plain {
      diagnostics.alert(
        closeTo: location, "negation/default is not supported for option '\(name)'.")
    } else {
      let suggestion = Spelling.suggestion(for: name, in: OtherOption.names)
      diagnostics.alert(
        at: location, "unknown option '\(name)'\(suggestion.isEmpty ? "." : suggestion)")
    }
  }

  private mutating func readBoolean(_ statement: Statement, _ option: BooleanOption) {
    if case .notSupported = option.kind {
      // Taking back what is never in force is no mistake.
      guard statement.modifier == .plain else { return }
      diagnostics.alert(at: statement.location, notSupported("option \(option.name)"))
      return
    }
    guard acceptsOnly(0, statement, behind: 1) else { return }
    if option.name == "transparent" { warnOfTransparency(statement, "option 'transparent'") }
    guard warnUnless(option.capabilities, statement.location, option.name) else { return }
    switch option.kind {
    case .flag(let flag):
      if statement.modifier == .plain {
        proxy.settings.options.insert(flag)
      } else {
        proxy.settings.options.remove(flag)
      }
      noteRefusal(flag, isRefused: statement.modifier == .no)
    case .httpOnly: note(option.name, statement)
    case .ignored, .notSupported: break
    }
  }

  /// Some options are on without a word, so that taking one back is more than not asking for it.
  private mutating func noteRefusal(_ flag: ProxyConfiguration.Options, isRefused: Bool) {
    let isOnByItself: ProxyConfiguration.Options = [
      .spliceAuto, .spliceRequest, .spliceResponse, .smartConnect,
    ]
    guard isOnByItself.contains(flag) else { return }
    if isRefused {
      proxy.settings.refused.insert(flag)
    } else {
      proxy.settings.refused.remove(flag)
    }
  }

  /// Remembers an option that needs HTTP, for the warning at the end.
  private mutating func note(_ option: String, _ statement: Statement) {
    if statement.modifier == .plain {
      proxy.httpOptions.insert(option)
    } else {
      proxy.httpOptions.remove(option)
    }
  }

  private mutating func readSpecial(_ statement: Statement, _ option: SpecialOption) {
    switch option {
    case .httpclose, .httpKeepAlive, .httpServerClose: _ = acceptsOnly(0, statement, behind: 1)
    case .forwarded: note("forwarded", statement)
    case .redispatch: readRedispatch(statement)
    case .forwardfor, .httplog, .httpslog, .originalto, .tcpka, .tcplog,
      .restrictRequestHeaderNames, .acceptInvalidRequest, .acceptInvalidResponse, .tcpCheck,
      .externalCheck, .httpchk, .ldapCheck, .mysqlCheck, .pgsqlCheck, .redisCheck, .smtpchk,
      .spopCheck, .sslHelloCheck:
      guard statement.modifier == .plain else {
        diagnostics.alert(
          closeTo: statement.location,
          "negation/default is not supported for option '\(option.rawValue)'.")
        return
      }
      readPlain(statement, option)
    }
  }

  /// Options that accept neither `no` nor `default`.
  private mutating func readPlain(_ statement: Statement, _ option: SpecialOption) {
    let location = statement.location
    switch option {
    case .httplog: readLogOption(statement, plain: .httplog, clf: .httplogCLF)
    case .httpslog: readLogOption(statement, plain: .httpslog, clf: nil)
    case .tcplog: readLogOption(statement, plain: .tcplog, clf: .tcplogCLF)
    case .forwardfor: note("forwardfor", statement)
    case .originalto: note("originalto", statement)
    case .tcpka:
      warnUnless([.frontend, .backend], location, "tcpka")
      guard acceptsOnly(0, statement, behind: 1) else { return }
      if proxy.has(.frontend) { proxy.settings.options.insert(.clientKeepAlive) }
      if proxy.has(.backend) { proxy.settings.options.insert(.serverKeepAlive) }
    case .tcpCheck, .externalCheck, .httpchk, .ldapCheck, .mysqlCheck, .pgsqlCheck, .redisCheck,
      .smtpchk, .spopCheck, .sslHelloCheck:
      readCheckOption(statement, option)
    case .acceptInvalidRequest: readInvalidMessages(statement, .frontend, "request")
    case .acceptInvalidResponse: readInvalidMessages(statement, .backend, "response")
    case .restrictRequestHeaderNames: readHeaderNames(statement)
    case .forwarded, .httpclose, .httpKeepAlive, .httpServerClose, .redispatch: break
    }
  }

  private mutating func readRedispatch(_ statement: Statement) {
    guard warnUnless(.backend, statement.location, "redispatch") else { return }
    switch statement.modifier {
    case .plain:
      proxy.settings.redispatchInterval =
        statement[2].isEmpty ? -1 : IntegerText.leading(statement[2])
    case .no, .byDefault: proxy.settings.redispatchInterval = 0
    }
  }

  private mutating func readInvalidMessages(
    _ statement: Statement, _ capability: ProxyConfiguration.Capabilities, _ direction: String
  ) {
    let name = statement[1]
    guard acceptsOnly(0, statement, behind: 1),
      warnUnless(capability, statement.location, name)
    else { return }
    let successor = "accept-unsafe-violations-in-http-\(direction)"
    diagnostics.warning(
      closeTo: statement.location,
      "option '\(name)' is deprecated. please use 'option \(successor)' if absolutely needed.")
    proxy.httpOptions.insert(successor)
  }

  private mutating func readHeaderNames(_ statement: Statement) {
    let name = statement[1]
    let policy = statement[2]
    guard !["preserve", "reject", "delete"].contains(policy) else { return }
    diagnostics.alert(
      at: statement.location,
      policy.isEmpty
        ? "missing parameter. option '\(name)' expects 'preserve', 'reject' or 'delete' option."
        : "invalid parameter '\(policy)'. option '\(name)' expects 'preserve', 'reject' or "
          + "'delete' option.")
  }
}
