import Basics
import Samples

/// What can only be checked when every line has been read. Messages carry no `config :` here, as in
/// HAProxy.
extension ConfigurationDraft {
  mutating func validate() {
    if global.tune.splice.mode == .ring, global.engine == .epoll, let location = spliceLocation {
      diagnostics.alert(
        at: location,
        "'tune.splice ring' needs io_uring, which 'tune.engine epoll' and 'noio_uring' exclude; "
          + "'tune.splice auto' splices on both engines.")
    }
    assignProxyIDs()
    for index in proxies.indices where !proxies[index].settings.isDisabled {
      validateProxy(index)
    }
    if diagnostics.hasErrors { diagnostics.alert("Fatal errors found in configuration.") }
  }

  /// The configuration that the drafts amount to.
  func finished() -> Configuration {
    var configuration = Configuration()
    configuration.global = global
    for draft in proxies {
      for reader in draft.inheritedReaders + [draft.reader] {
        configuration.sampleNeeds.formUnion(reader.needs)
      }
    }
    configuration.proxies = proxies.map { draft in
      var proxy = draft.settings
      if proxy.options.contains(.smartAccept) {
        for index in proxy.listeners.indices { proxy.listeners[index].acceptsSmartly = true }
      }
      proxy.servers = draft.servers.map { $0.finished(proxySource: draft.source) }
      return proxy
    }
    return configuration
  }

  /// Numbers proxies that have no `id`; HAProxy begins with 2 and keeps to it.
  private mutating func assignProxyIDs() {
    let forced = Set(proxies.filter(\.hasForcedID).map(\.settings.id))
    var next = 2
    for index in proxies.indices where !proxies[index].hasForcedID {
      while forced.contains(next) { next += 1 }
      proxies[index].settings.id = next
      next += 1
    }
  }

  /// The checks of one proxy, in the order in which HAProxy reports them.
  private mutating func validateProxy(_ index: Int) {
    let proxy = proxies[index]
    guard proxy.mode == .tcp else {
      diagnostics.alert(
        "parsing [\(proxy.location)] : \(proxy.kind) '\(proxy.name)' inherits 'mode "
          + "\(proxy.mode.rawValue)', which is known but not supported by this version of Sluice.")
      return
    }
    reportMissingHTTP(index)
    if proxy.has(.frontend), proxy.settings.listeners.isEmpty {
      diagnostics.warning(
        "\(proxy.kind) '\(proxy.name)' has no 'bind' directive. Please declare it as a backend if "
          + "this was intended.")
    }
    resolveBackends(index)
    compileLogFormat(index)
    compileErrorLogFormat(index)
    compileUniqueIDFormat(index)
    compileBalanceKey(index)
    resolveTables(index)
    resolveReferences(index)
    finishCheck(index)
    checkTimeouts(index)
    checkServers(index)
    finishDispatch(index)
    // Decision 0002: a section without any word about logs uses the targets of `global`.
    if !proxy.decidesLogs { proxies[index].settings.logs = global.logs }
    if proxy.has(.frontend), proxies[index].settings.logs.isEmpty, proxies[index].format != nil {
      diagnostics.warning(
        "log format ignored for \(proxy.kind) '\(proxy.name)' since it has no log address.")
    }
    reportIgnoredHTTP(index)
    assignListenerIDs(index)
  }

  // MARK: Leaves

  private mutating func checkTimeouts(_ index: Int) {
    let proxy = proxies[index]
    let timeouts = proxy.settings.timeouts
    let isClientEndless = proxy.has(.frontend) && timeouts.client == nil
    let isServerEndless =
      proxy.has(.backend) && !proxy.servers.isEmpty
      && (timeouts.connect == nil || timeouts.server == nil && timeouts.tunnel == nil)
    if isClientEndless || isServerEndless {
      diagnostics.warning(
        "missing timeouts for \(proxy.kind) '\(proxy.name)'.\n"
          + "   | While not properly invalid, you will certainly encounter various problems\n"
          + "   | with such a configuration. To fix this, please ensure that all following\n"
          + "   | timeouts are set to a non-zero value: 'client', 'connect', 'server'.")
    }
    if proxy.has(.backend), timeouts.queue == nil {
      proxies[index].settings.timeouts.queue = timeouts.connect
    }
  }

  private mutating func compileUniqueIDFormat(_ index: Int) {
    guard let format = proxies[index].uniqueIDFormat, proxies[index].has(.frontend) else { return }
    do {
      let reader = proxies[index].reader
      (reader.file, reader.line) = (format.location.file, format.location.line)
      reader.rule = "in unique-id-format string "
      proxies[index].settings.uniqueIDFormat = try LogFormat.parse(
        format.text, at: [.frontendRequest, .switching], mergesSpaces: true, reader: reader)
    } catch {
      diagnostics.alert(
        "Parsing [\(format.location)]: failed to parse unique-id : \(error.message).")
    }
  }

  private mutating func compileLogFormat(_ index: Int) {
    guard let format = proxies[index].format else { return }
    switch format.choice {
    case .tcplog, .httplog, .httpslog:
      proxies[index].settings.sessionLog = .format(.tcplog)
    case .tcplogCLF, .httplogCLF:
      proxies[index].settings.sessionLog = .format(.tcplogCLF)
    case .custom(let text):
      do {
        let reader = proxies[index].reader
        (reader.file, reader.line) = (format.location.file, format.location.line)
        reader.rule = "in log-format string "
        let compiled = try LogFormat.parse(text, reader: reader)
        proxies[index].settings.sessionLog = .format(compiled)
        reportAliasesThatNeedHTTP(compiled, format.location, index)
      } catch {
        diagnostics.alert(
          "Parsing [\(format.location)]: failed to parse log-format : \(error.message).")
      }
    }
  }

  private mutating func reportAliasesThatNeedHTTP(
    _ format: LogFormat, _ location: SourceLocation, _ index: Int
  ) {
    for alias in format.aliasesThatNeedHTTP {
      diagnostics.diagnostic(
        "parsing [\(location)]: format alias '\(alias)' used from \(proxies[index].kind) "
          + "'\(proxies[index].name)' may not work as expected (item depends on HTTP proxy mode).")
    }
  }

  private mutating func compileErrorLogFormat(_ index: Int) {
    guard let format = proxies[index].errorFormat, proxies[index].has(.frontend) else { return }
    do {
      let reader = proxies[index].reader
      (reader.file, reader.line) = (format.location.file, format.location.line)
      reader.rule = "in log-format string "
      let compiled = try LogFormat.parse(format.text, reader: reader)
      proxies[index].settings.errorLogFormat = compiled
      reportAliasesThatNeedHTTP(compiled, format.location, index)
    } catch {
      diagnostics.alert(
        "Parsing [\(format.location)]: failed to parse error-log-format : \(error.message).")
    }
  }

  /// Numbers listeners that have no `id`: each from its predecessor on, leaving out numbers in use.
  private mutating func assignListenerIDs(_ index: Int) {
    var used = Set(proxies[index].settings.listeners.map(\.id))
    var next = 1
    for place in proxies[index].settings.listeners.indices {
      if proxies[index].settings.listeners[place].id == 0 {
        while used.contains(next) { next += 1 }
        proxies[index].settings.listeners[place].id = next
        used.insert(next)
      } else {
        next = proxies[index].settings.listeners[place].id
      }
      next += 1
    }
  }

  // MARK: Backends

  /// Finds the backends that a frontend leads to.
  private mutating func resolveBackends(_ index: Int) {
    let proxy = proxies[index]
    if let name = proxy.defaultBackend {
      if let target = backend(named: name, for: index, keyword: "default_backend") {
        proxies[index].settings.defaultBackend = target
        if !proxy.servers.isEmpty {
          diagnostics.warning(
            "In proxy '\(proxy.name)', the 'default_backend' rule always has precedence over the "
              + "servers, which will never be used.")
        }
      }
    } else if proxy.settings.capabilities == [.frontend, .backend] {
      proxies[index].settings.defaultBackend = index
    }
    for reference in proxy.useBackends { resolve(switching: reference, for: index) }
    for reference in proxy.useServers { resolve(server: reference, for: index) }
  }
}
