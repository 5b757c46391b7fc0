/// The lines of `defaults`, `frontend`, `backend` and `listen`. HAProxy manual, section 4.
extension ConfigurationDraft {
  mutating func readProxy(_ statement: Statement) {
    let name = statement[0]
    switch KeywordTable.proxy.meaning(of: name) {
    case .keyword(let keyword): readProxy(statement, keyword)
    case .other(.ignored): break
    case .other(.notSupported):
      diagnostics.alert(at: statement.location, notSupported(name))
    case .unknown:
      if let removal = RemovedKeyword.message(of: statement) {
        diagnostics.alert("config : parsing [\(statement.location)]\(removal)")
        return
      }
      let suggestion = KeywordTable.proxy.suggestion(for: name)
      diagnostics.alert(
        at: statement.location,
        "unknown keyword '\(name)' in '\(sectionName)' section\(suggestion)")
    }
  }

  private mutating func readProxy(_ statement: Statement, _ keyword: ProxyKeyword) {
    switch keyword {
    case .backlog, .fullconn, .id, .maxconn, .retries: readNumber(statement, keyword)
    case .balance: readBalance(statement)
    case .bind: readBind(statement)
    case .description: readDescription(statement)
    case .disabled, .enabled: readState(statement, isDisabled: keyword == .disabled)
    case .defaultBackend: readDefaultBackend(statement)
    case .useBackend: readUseBackend(statement)
    case .useServer: readUseServer(statement)
    case .forcePersist, .ignorePersist: readPersistRule(statement)
    case .acl: readAccessControlList(statement)
    case .tcpRequest: readTCPRequest(statement)
    case .tcpResponse: readTCPResponse(statement)
    case .uniqueIDFormat: readUniqueIDFormat(statement)
    case .defaultServer: readDefaultServer(statement)
    case .hashBalanceFactor: readHashBalanceFactor(statement)
    case .hashPreserveAffinity: readHashPreserveAffinity(statement)
    case .hashType: readHashType(statement)
    case .server: readServer(statement)
    case .log: readProxyLog(statement)
    case .logFormat: readLogFormat(statement)
    case .errorLogFormat: readErrorLogFormat(statement)
    case .declare: readDeclaration(statement)
    case .logTag: readProxyLogTag(statement)
    case .mode: readMode(statement)
    case .option: readOption(statement)
    case .clientProbeCount, .clientProbeIdle, .clientProbeInterval, .serverProbeCount,
      .serverProbeIdle, .serverProbeInterval:
      readKeepAliveProbes(statement, keyword)
    case .rateLimit: readRateLimit(statement)
    case .dispatch: readDispatch(statement)
    case .transparent: readTransparent(statement)
    case .persist: readPersist(statement)
    case .source: readProxySource(statement)
    case .stick: readStick(statement)
    case .stickTable: readStickTable(statement)
    case .timeout: readTimeout(statement)
    case .externalCheck: readExternalCheck(statement)
    case .httpCheck: readHTTPCheck(statement)
    case .tcpCheck: readTCPCheck(statement)
    case .capture, .cookie, .httpAfterResponse, .httpRequest, .httpResponse, .monitorURI,
      .redirect, .stats:
      readRemark(statement, keyword)
    }
  }

  // MARK: What many keywords check

  /// Warns when the proxy has none of the halves for which a keyword has a meaning.
  ///
  /// - Returns: whether it has one.
  @discardableResult
  mutating func warnUnless(
    _ capabilities: ProxyConfiguration.Capabilities, _ location: SourceLocation, _ keyword: String,
    hint: String = ""
  ) -> Bool {
    if proxy.has(capabilities) { return true }
    let missing: String =
      switch capabilities {
      case .frontend: "no frontend"
      case .backend: "no backend"
      default: "neither frontend nor backend"
      }
    diagnostics.warning(
      at: location,
      "'\(keyword)' ignored because \(proxy.kind) '\(proxy.name)' has \(missing) capability."
        + (hint.isEmpty ? "" : " " + hint))
    return false
  }

  /// Reports arguments that nobody reads.
  ///
  /// - Returns: whether there are none.
  mutating func acceptsOnly(_ count: Int, _ statement: Statement, behind index: Int = 0) -> Bool {
    guard let problem = statement.unexpectedArgument(after: count, behind: index) else {
      return true
    }
    diagnostics.alert(at: statement.location, problem)
    return false
  }

  /// Reports a keyword that `defaults` does not accept.
  ///
  /// - Returns: whether the section is not `defaults`.
  mutating func isOutsideDefaults(_ statement: Statement, _ keyword: String? = nil) -> Bool {
    guard proxy.isDefaults else { return true }
    diagnostics.alert(
      at: statement.location, "'\(keyword ?? statement[0])' not allowed in 'defaults' section.")
    return false
  }

  // MARK: Leaves

  private mutating func readNumber(_ statement: Statement, _ keyword: ProxyKeyword) {
    let location = statement.location
    switch keyword {
    case .id: return readID(statement)
    case .maxconn:
      warnUnless(
        .frontend, location, "maxconn", hint: "Maybe you want 'fullconn' instead ?")
    case .fullconn:
      warnUnless(.backend, location, "fullconn", hint: "Maybe you want 'maxconn' instead ?")
    case .backlog: warnUnless(.frontend, location, "backlog")
    default:
      warnUnless(.backend, location, "retries")
      guard acceptsOnly(1, statement) else { return }
    }
    guard !statement[1].isEmpty else {
      let remark = keyword == .retries ? " (dispatch counts for one)" : ""
      diagnostics.alert(at: location, "'\(statement[0])' expects an integer argument\(remark).")
      return
    }
    let value = max(0, min(IntegerText.leading(statement[1]), Int(Int32.max)))
    switch keyword {
    case .maxconn: proxy.settings.maxconn = value
    case .fullconn: proxy.settings.fullconn = value == 0 ? nil : value
    case .backlog: proxy.settings.backlog = value == 0 ? nil : value
    default: proxy.settings.retries = value
    }
    _ = acceptsOnly(1, statement)
  }

  private mutating func readID(_ statement: Statement) {
    let location = statement.location
    guard !proxy.isDefaults else {
      diagnostics.alert(closeTo: location, "'id' not allowed in 'defaults' section.")
      return
    }
    guard acceptsOnly(1, statement) else { return }
    guard !statement[1].isEmpty else {
      diagnostics.alert(closeTo: location, "'id' expects an integer argument.")
      return
    }
    let id = IntegerText.leading(statement[1])
    guard id > 0, id <= Int(Int32.max) else {
      diagnostics.alert(closeTo: location, "custom id has to be > 0.")
      return
    }
    if let other = proxies.first(where: { $0.hasForcedID && $0.settings.id == id }) {
      diagnostics.alert(
        closeTo: location,
        "\(proxy.kind) \(proxy.name) reuses same custom id as \(other.kind) \(other.name) "
          + "(declared at \(other.location)).")
      return
    }
    proxy.settings.id = id
    proxy.hasForcedID = true
  }

  private mutating func readDescription(_ statement: Statement) {
    let location = statement.location
    if proxy.isDefaults {
      diagnostics.alert(closeTo: location, "'description' not allowed in 'defaults' section.")
    } else if statement[1].isEmpty {
      diagnostics.alert(closeTo: location, "'description' expects a string argument.")
    } else {
      proxy.settings.description = statement.arguments(from: 1).joined(separator: " ")
    }
  }

  private mutating func readState(_ statement: Statement, isDisabled: Bool) {
    guard acceptsOnly(0, statement) else { return }
    proxy.settings.isDisabled = isDisabled
  }

  private mutating func readDefaultBackend(_ statement: Statement) {
    warnUnless(.frontend, statement.location, "default_backend")
    guard !statement[1].isEmpty else {
      diagnostics.alert(at: statement.location, "'default_backend' expects a backend name.")
      return
    }
    proxy.defaultBackend = statement[1]
    guard let extra = statement.unexpectedArgument(after: 1) else { return }
    diagnostics.alert(at: statement.location, extra)
  }

  private mutating func readMode(_ statement: Statement) {
    let location = statement.location
    guard acceptsOnly(1, statement) else { return }
    let name = statement[1]
    if name == "health" {
      diagnostics.alert(
        at: location,
        "'mode health' doesn't exist anymore. Please use 'http-request return status 200' instead.")
      return
    }
    guard let mode = ProxyDraft.Mode(rawValue: name) else {
      diagnostics.alert(at: location, "unknown proxy mode '\(name)'.")
      return
    }
    if mode == .log || mode == .spop, !proxy.has(.backend) {
      let name = mode == .log ? "syslog" : "spop"
      diagnostics.alert(
        at: location, "mode \(name) is only applicable on proxies with backend capability.")
      return
    }
    proxy.mode = mode
    // In `defaults` it does no harm as long as every proxy says something else.
    if mode != .tcp, !proxy.isDefaults {
      diagnostics.alert(at: location, notSupported("mode \(name)"))
    }
  }
}
