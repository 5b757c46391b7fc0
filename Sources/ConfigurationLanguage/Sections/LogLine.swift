import Basics
import Samples

/// `log`, `log-tag`, `log-format` and the log `option`s. HAProxy manual, sections 4.2 and 8.
extension ConfigurationDraft {
  mutating func readProxyLog(_ statement: Statement) {
    guard let change = logChange(statement, isGlobal: false) else { return }
    proxy.decidesLogs = true
    switch change {
    case .none:
      proxy.settings.logs = []
      proxy.copiedLogs = []
    case .add(let target): proxy.settings.logs.append(target)
    case .addGlobal:
      // A copy of each, once; the ones written here keep their own places.
      for target in global.logs where !proxy.copiedLogs.contains(target) {
        proxy.copiedLogs.insert(target)
        var copy = target
        copy.location = statement.location
        proxy.settings.logs.append(copy)
      }
    }
  }

  mutating func readGlobalLog(_ statement: Statement) {
    guard let change = logChange(statement, isGlobal: true) else { return }
    switch change {
    case .none: global.logs = []
    case .add(let target): global.logs.append(target)
    case .addGlobal: break
    }
  }

  /// What a `log` line does to the list of targets.
  private enum LogChange { case none, add(LogTarget), addGlobal }

  private mutating func logChange(_ statement: Statement, isGlobal: Bool) -> LogChange? {
    do throws(LogLineProblem) {
      if statement.modifier == .no {
        guard statement[1].isEmpty else {
          throw LogLineProblem("'no log' does not expect arguments")
        }
        return LogChange.none
      }
      if statement[1] == "global", statement[2].isEmpty {
        guard !isGlobal else {
          throw LogLineProblem("'global' is not supported for a global syslog server")
        }
        return .addGlobal
      }
      guard !statement[1].isEmpty, !statement[2].isEmpty else {
        throw LogLineProblem(
          "expects <address> and <facility> \(isGlobal ? "" : "or global") as arguments")
      }
      return .add(try logTarget(statement))
    } catch {
      diagnostics.alert(at: statement.location, "log : \(error.text)")
      return nil
    }
  }

  private func logTarget(_ statement: Statement) throws(LogLineProblem) -> LogTarget {
    // The words are read first: HAProxy reports a wrong one before a wrong address.
    var line = LogTargetWords(statement: statement)
    try line.read()
    let destination: LogTarget.Destination
    do {
      destination = try logDestination(statement[1])
    } catch {
      throw LogLineProblem(error.text)
    }
    var target = LogTarget(
      destination: destination, facility: line.facility, location: statement.location)
    target.lengthMax = line.lengthMax
    target.levelMax = line.levelMax
    target.levelMin = line.levelMin
    target.sampleRanges = line.sampleRanges
    target.sampleSize = line.sampleSize
    switch destination {
    case .datagram: target.format = line.format
    case .descriptor: target.format = line.format ?? .raw
    }
    return target
  }

  private func logDestination(
    _ text: String
  ) throws(LogLineProblem) -> LogTarget.Destination {
    let target: LogTargetText
    let place: AddressText.Place
    do {
      target = try LogTargetText.parse(text, environment: environment)
    } catch {
      throw LogLineProblem(error.description)
    }
    guard case .address(let address) = target else { throw .notSupported(text) }
    do {
      place = try resolved(address, text: text)
    } catch {
      throw LogLineProblem(error.description)
    }
    if case .descriptor(let number) = place { return .descriptor(number) }
    guard address.transport == .datagram else { throw .notSupported(text) }
    switch place {
    case .address(let ip):
      return .datagram(Endpoint(SocketAddress(ip: ip, port: address.port.single ?? 514)))
    case .unix(let path):
      guard let endpoint = Endpoint(.unix, name: Array(path.utf8)) else {
        throw .notSupported(text)
      }
      return .datagram(endpoint)
    case .abstract(let name, isPadded: true):
      guard let endpoint = Endpoint(.abstract, name: Array(name.utf8)) else {
        throw .notSupported(text)
      }
      return .datagram(endpoint)
    case .abstract, .socketPair, .host, .descriptor: throw .notSupported(text)
    }
  }

  // MARK: Tag and format

  mutating func readProxyLogTag(_ statement: Statement) {
    guard !statement[1].isEmpty else {
      diagnostics.alert(
        at: statement.location, "'log-tag' expects a tag for use in syslog.")
      return
    }
    proxy.settings.logTag = statement[1]
  }

  mutating func readLogFormat(_ statement: Statement) {
    let location = statement.location
    guard !statement[1].isEmpty else {
      diagnostics.alert(at: location, "log-format expects an argument.")
      return
    }
    guard statement[2].isEmpty else {
      diagnostics.alert(
        at: location,
        "log-format expects only one argument, don't forget to escape spaces!")
      return
    }
    setFormat(.custom(statement.bytes(1)), location, "log-format")
  }

  /// `error-log-format`: for sessions that end with an error, and clients that get no session.
  mutating func readErrorLogFormat(_ statement: Statement) {
    let location = statement.location
    guard !statement[1].isEmpty else {
      diagnostics.alert(at: location, "error-log-format expects an argument.")
      return
    }
    guard statement[2].isEmpty else {
      diagnostics.alert(
        at: location,
        "error-log-format expects only one argument, don't forget to escape spaces!")
      return
    }
    if proxy.errorFormat != nil, proxy.isDefaults {
      diagnostics.warning(
        closeTo: location,
        "'error-log-format' overrides previous 'error-log-format' in 'defaults' section.")
    }
    proxy.errorFormat = (statement.bytes(1), location)
    guard !proxy.has(.frontend) else { return }
    diagnostics.warning(
      at: location,
      "backend '\(proxy.name)' : 'error-log-format' directive is ignored in backends.")
  }

  /// `declare capture { request | response } len <length>`
  mutating func readDeclaration(_ statement: Statement) {
    let location = statement.location
    let name = statement[0]
    let problem: String?
    if proxy.isDefaults {
      problem = "'\(name)' not available in default section"
    } else if !proxy.has(.frontend) {
      problem = "'\(name)' only available in frontend or listen section"
    } else if statement[1] != "capture" {
      problem =
        statement[1].isEmpty
        ? "'\(name)' needs a second keyword that specify the type of declaration ('capture')"
        : "unknown declaration type '\(statement[1])' (supports 'capture')"
    } else if statement[2] != "request", statement[2] != "response" {
      problem = "'\(name) capture' requires a direction ('request' or 'response')"
    } else if statement[3] != "len" {
      problem = "'\(name) capture' requires a capture length ('len')"
    } else if statement[4].isEmpty {
      problem =
        "'\(name) capture': 'len' requires a numeric value that represents the capture length"
    } else if let length = IntegerText.whole(statement[4]) {
      problem = length > 0 ? nil : "length must be > 0"
      if problem == nil {
        declareCapture(min(length, ConfigurationDraft.captureBytesMax), statement)
      }
    } else {
      problem = "'\(name) capture': cannot parse the length '\(statement[4])'."
    }
    if let problem { diagnostics.alert(at: location, problem) }
  }

  private mutating func declareCapture(_ bytesMax: Int, _ statement: Statement) {
    if statement[2] == "request" {
      proxy.settings.requestCaptures.append(bytesMax)
    } else {
      proxy.settings.responseCaptures.append(bytesMax)
    }
  }

  /// `option tcplog [clf]`, `option httplog [clf]`, `option httpslog`
  mutating func readLogOption(
    _ statement: Statement, plain: ProxyDraft.Format, clf: ProxyDraft.Format?
  ) {
    let location = statement.location
    let name = statement[1]
    var choice = plain
    if let clf, !statement[2].isEmpty {
      guard statement[2] == "clf" else {
        diagnostics.alert(at: location, "keyword '\(name)' only supports option 'clf'.")
        return
      }
      guard acceptsOnly(1, statement, behind: 1) else { return }
      choice = clf
    }
    setFormat(choice, location, "option \(name)")
  }

  private mutating func setFormat(
    _ choice: ProxyDraft.Format, _ location: SourceLocation, _ directive: String
  ) {
    if let old = proxy.format, proxy.isDefaults {
      diagnostics.warning(
        closeTo: location,
        "'\(choice.description)' overrides previous '\(old.choice.description)' in 'defaults' "
          + "section.")
    }
    proxy.format = (choice, location)
    guard !proxy.has(.frontend) else { return }
    diagnostics.warning(
      at: location,
      "backend '\(proxy.name)' : '\(directive)' directive is ignored in backends.")
  }
}

/// What is wrong with a `log` line.
struct LogLineProblem: Error {
  let text: String

  init(_ text: String) { self.text = text }

  static func notSupported(_ target: String) -> LogLineProblem {
    LogLineProblem("the target '\(target)' is known but not supported by this version of Sluice.")
  }
}
