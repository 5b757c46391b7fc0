import Basics
import Samples

/// `server` and `default-server`. HAProxy manual, sections 4 and 5.2.
extension ConfigurationDraft {
  mutating func readDefaultServer(_ statement: Statement) {
    var context = ServerContext(location: statement.location)
    guard hasServers(statement, &context) else { return }
    var server = proxy.defaultServer
    server.settings.name = "default-server"
    readServerWords(statement, from: 1, &server, &context, isDefault: true)
    proxy.defaultServer = server
  }

  mutating func readServer(_ statement: Statement) {
    var context = ServerContext(location: statement.location)
    if proxy.isDefaults {
      report(.alert, "'server' not allowed in 'defaults' section.", &context)
      return
    }
    guard hasServers(statement, &context) else { return }
    guard !statement[2].isEmpty else {
      report(.alert, "'server' expects <name> and <addr>[:<port>] as arguments.", &context)
      return
    }
    let name = statement[1]
    if let character = forbiddenCharacter(in: name) {
      report(
        .alert, "character '\(character)' is not permitted in server name '\(name)'.", &context)
      return
    }
    context.server = "\(proxy.name)/\(name)"
    guard let (host, port) = serverAddress(statement[2], &context) else { return }
    var server = proxy.defaultServer
    server.settings.name = name
    server.settings.id = 0
    server.settings.host = host
    server.settings.port = port
    server.settings.location = statement.location
    guard readServerWords(statement, from: 3, &server, &context, isDefault: false) else { return }
    if server.isChecked, server.track != nil {
      report(.alert, "unable to enable checks and tracking at the same time!", &context)
      return
    }
    if server.isAgentChecked, server.agentPort == 0 {
      report(
        .alert, "server \(name) does not have agent port. Agent check has been disabled.", &context)
      return
    }
    if server.settings.weight == 0 {
      report(
        .diagnostic,
        "configured with weight of 0 will never be selected by load balancing algorithms", &context)
    }
    proxy.servers.append(server)
  }

  private mutating func hasServers(
    _ statement: Statement, _ context: inout ServerContext
  ) -> Bool {
    guard !proxy.has(.backend) else { return true }
    report(
      .alert,
      "parsing [\(statement.location)] : '\(statement[0])' not allowed because \(proxy.kind) "
        + "'\(proxy.name)' has no backend capability.", &context)
    return false
  }

  /// Reports about a server line: HAProxy puts the context before the first message of a line only.
  mutating func report(
    _ level: Diagnostic.Level, _ text: String, _ context: inout ServerContext,
    isFatal: Bool = true
  ) {
    let whole = "config : " + context.take() + text
    switch level {
    case .alert where !isFatal: diagnostics.complaint(whole)
    case .alert: diagnostics.alert(whole)
    case .warning: diagnostics.warning(whole)
    case .notice: diagnostics.notice(whole)
    case .diagnostic: diagnostics.diagnostic(whole)
    }
  }

  // MARK: Address

  private mutating func serverAddress(
    _ text: String, _ context: inout ServerContext
  ) -> (ServerConfiguration.Host, ServerConfiguration.Port)? {
    let address: AddressText
    do {
      address = try AddressText.parse(text, environment: environment, options: .server)
    } catch {
      report(.alert, error.description, &context)
      return nil
    }
    let port: ServerConfiguration.Port =
      switch address.port {
      case .none: .ofClient
      case .range(let range): .fixed(range.lowerBound)
      case .offset(let offset): .relative(offset)
      }
    let host: ServerConfiguration.Host?
    switch address.place {
    case .address(let ip): host = ip.isAny ? .ofClient : .ip(ip)
    case .host(let name, _):
      let methods = proxy.defaultServer.initAddress ?? InitAddress()
      // A leading underscore asks for SRV records.
      host = name.hasPrefix("_") ? nil : .name(name, methods)
    case .unix(let path):
      host = Endpoint(.unix, name: Array(path.utf8)).map(ServerConfiguration.Host.unix)
    case .abstract(let name, isPadded: true):
      host = Endpoint(.abstract, name: Array(name.utf8)).map(ServerConfiguration.Host.unix)
    case .abstract(_, isPadded: false), .descriptor, .socketPair: host = nil
    }
    guard let host, address.transport == .stream else {
      report(
        .alert,
        "the address '\(text)' is known but not supported by this version of Sluice.", &context)
      return nil
    }
    return (host, port)
  }

  // MARK: Words

  /// Reads the words of a line until one is wrong.
  ///
  /// - Returns: whether all of them were read.
  @discardableResult
  private mutating func readServerWords(
    _ statement: Statement, from first: Int, _ server: inout ServerDraft,
    _ context: inout ServerContext, isDefault: Bool
  ) -> Bool {
    var line = ServerLine(statement: statement, server: server, index: first)
    line.used = proxy.servers
    defer { server = line.server }
    while !statement[line.index].isEmpty {
      var word = statement[line.index]
      // The only one with an argument in parentheses.
      if word.hasPrefix("set-proxy-v2-tlv-fmt(") { word = "set-proxy-v2-tlv-fmt" }
      switch KeywordTable.server.meaning(of: word) {
      case .keyword(.source):
        guard readServerSource(&line, &context) else { return false }
      case .keyword(let keyword):
        if isDefault, !keyword.isAllowedAsDefault {
          report(
            .alert, "'\(word)' option is not accepted in default-server sections", &context,
            isFatal: false)
          line.index += 2
          continue
        }
        guard apply(keyword, to: &line, &context) else { return false }
      case .other(.ignored):
        line.index += ignoredServerWordsWithValue.contains(word) ? 2 : 1
      case .other(.notSupported):
        report(.alert, notSupported(word), &context)
        // How many arguments follow is not known here, so the rest cannot be read.
        return false
      case .unknown:
        let suggestion = KeywordTable.server.suggestion(for: word)
        let hint = isDefault ? " Hint: no address was expected for this server." : ""
        report(
          .alert, "unknown keyword '\(word)'\(suggestion.isEmpty ? "." : suggestion)\(hint)",
          &context)
        return false
      }
    }
    return true
  }

  /// - Returns: whether reading goes on.
  private mutating func apply(
    _ keyword: ServerKeyword, to line: inout ServerLine, _ context: inout ServerContext
  ) -> Bool {
    switch keyword {
    case .addr: return readCheckAddress(&line, &context)
    case .initAddr: return readInitAddress(&line, &context)
    case .proxyValue: return readProxyValue(&line, &context)
    default: break
    }
    switch line.apply(keyword) {
    case .accepted: return true
    case .warning(let text):
      report(.warning, text + ".", &context)
      return true
    case .complaint(let text):
      report(.alert, text + ".", &context, isFatal: false)
      return true
    case .wrong(let text):
      report(.alert, text + ".", &context)
      return false
    }
  }

  private mutating func readCheckAddress(
    _ line: inout ServerLine, _ context: inout ServerContext
  ) -> Bool {
    let text = line.argument
    guard !text.isEmpty else {
      report(.alert, "'addr' expects <ipv4|ipv6> as argument..", &context)
      return false
    }
    do {
      let address = try AddressText.parse(text, environment: environment, options: .check)
      guard case .address(let ip) = try resolved(address, text: text),
        address.transport == .stream
      else {
        report(
          .alert,
          "'addr' : the address '\(text)' is known but not supported by this version of Sluice.",
          &context)
        return false
      }
      line.server.check.address = ip
      if let port = address.port.single { line.server.check.port = port }
    } catch {
      report(.alert, "'addr' : \(error).", &context)
      return false
    }
    line.index += 2
    return true
  }

  /// `set-proxy-v2-tlv-fmt(<type>) <format>`
  private mutating func readProxyValue(
    _ line: inout ServerLine, _ context: inout ServerContext
  ) -> Bool {
    let word = line.word
    var type: UInt8 = 0
    switch ServerLine.valueType(word) {
    case .success(let number): type = number
    case .failure(let problem):
      report(.alert, problem.text + ".", &context)
      return false
    }
    do {
      let format = try LogFormat.parse(
        line.statement.bytes(line.index + 1), at: .serverConnection,
        reader: sampleReader(at: line.statement.location, rule: "in server directive "))
      line.server.settings.proxyHeader.values.append(.init(type: type, format: format))
    } catch {
      report(.alert, "\(error.message).", &context)
      return false
    }
    line.index += 2
    return true
  }

  private mutating func readInitAddress(
    _ line: inout ServerLine, _ context: inout ServerContext
  ) -> Bool {
    switch line.initAddress() {
    case .success(let methods):
      if case .name(let name, _) = line.server.settings.host {
        line.server.settings.host = .name(name, methods)
      }
      line.server.initAddress = methods
      line.index += 2
      return true
    case .failure(let problem):
      report(.alert, problem.text + ".", &context)
      return false
    }
  }
}

/// What HAProxy puts before messages about a server line.
struct ServerContext {
  let location: SourceLocation
  /// `backend/server`, once the name is known.
  var server: String?
  private var isTaken = false

  init(location: SourceLocation) { self.location = location }

  /// The text before the first message; nothing before later ones.
  mutating func take() -> String {
    guard !isTaken else { return "" }
    isTaken = true
    return "[\(location)] : " + (server.map { "'server \($0)' : " } ?? "")
  }
}
