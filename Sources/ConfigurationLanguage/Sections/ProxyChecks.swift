import Basics
import HealthChecks
import Samples

/// How the servers of a proxy are checked. HAProxy manual, section 4, `tcp-check`, `http-check`,
/// `external-check` and the options of the same names.
extension ConfigurationDraft {
  mutating func readTCPCheck(_ statement: Statement) {
    warnUnless(.backend, statement.location, "tcp-check")
    do throws(CheckLine.Problem) {
      var line = CheckLine(
        statement,
        reader: sampleReader(at: statement.location, rule: "in tcp-check expression "))
      defer { reportSampleWarnings() }
      let rule: CheckRule
      switch line.word {
      case "connect": rule = try connecting(&line, proxy.check.tcpRules)
      case "send", "send-lf", "send-binary", "send-binary-lf": rule = try line.sending()
      case "expect": rule = try line.expectation()
      case "comment": rule = try line.remark()
      case _ where isVariableAction(line.word): rule = try readCheckVariable(statement)
      default:
        reportUnknownRule(
          statement, "'comment', 'connect', 'send', 'send-binary', 'expect'")
        return
      }
      proxy.check.addTCP(rule)
    } catch {
      report(error, statement)
    }
  }

  mutating func readHTTPCheck(_ statement: Statement) {
    warnUnless(.backend, statement.location, "http-check")
    do throws(CheckLine.Problem) {
      var line = CheckLine(
        statement,
        reader: sampleReader(at: statement.location, rule: "in tcp-check expression "))
      defer { reportSampleWarnings() }
      let rule: CheckRule
      switch line.word {
      case "disable-on-404":
        if acceptsOnly(1, statement) { proxy.check.setHTTP(\.disablesOn404) }
        return
      case "send-state":
        if acceptsOnly(1, statement) { proxy.check.setHTTP(\.sendsState) }
        return
      case "connect": rule = try connecting(&line, proxy.check.httpRules)
      case "send": rule = try line.sendingHTTP()
      case "expect": rule = try line.expectation()
      case "comment": rule = try line.remark()
      case _ where isVariableAction(line.word): rule = try readCheckVariable(statement)
      default:
        reportUnknownRule(
          statement,
          "'disable-on-404', 'send-state', 'comment', 'connect', 'send', 'expect'")
        return
      }
      if let problem = proxy.check.addHTTP(rule) { throw CheckLine.Problem(problem) }
    } catch {
      report(error, statement)
    }
  }

  private mutating func report(_ problem: CheckLine.Problem, _ statement: Statement) {
    diagnostics.alert(
      at: statement.location, "'\(statement[0]) \(statement[1])' : \(problem.text).")
  }

  private mutating func reportUnknownRule(_ statement: Statement, _ names: String) {
    diagnostics.alert(
      at: statement.location,
      "'\(statement[0])' only supports \(names), 'set-var-fmt(*)', 'set-var(*)', 'unset-var(*)'. "
        + "but got '\(statement[1])'")
  }

  // MARK: Variables

  private func isVariableAction(_ word: String) -> Bool {
    ["set-var", "set-var-fmt", "unset-var"].contains { word.hasPrefix($0) }
  }

  /// `set-var(<name>)`, `set-var-fmt(<name>)` and `unset-var(<name>)`
  private mutating func readCheckVariable(
    _ statement: Statement
  ) throws(CheckLine.Problem) -> CheckRule {
    var words = RuleWords(statement: statement, stage: .content, places: .check)
    let word = statement[1]
    let name = ["set-var-fmt", "set-var", "unset-var"].first { word.hasPrefix($0) } ?? word
    let action: CheckProgram.Action
    do throws(SampleError) {
      switch try readVariableAction(word, &words) {
      case .setVariable(let variable, let conditions, let expression):
        action = .setVariable(variable, conditions, expression)
      case .setVariableFormat(let variable, let conditions, let format):
        action = .setVariableText(variable, conditions, try checkText(format))
      case .unsetVariable(let variable): action = .unsetVariable(variable)
      default: throw SampleError("no action on a variable")
      }
    } catch {
      throw CheckLine.Problem("'\(name)' : \(error.message)")
    }
    return CheckRule(action: .step(action))
  }

  private func checkText(_ format: LogFormat) throws(SampleError) -> CheckText {
    do {
      return try CheckText(format)
    } catch {
      throw SampleError(error.message)
    }
  }

  // MARK: Connecting

  private func connecting(
    _ line: inout CheckLine, _ rules: CheckRules
  ) throws(CheckLine.Problem) -> CheckRule {
    if rules.isPastConnecting {
      throw CheckLine.Problem(
        "first step MUST also be a 'connect', optionally preceded by a 'set-var', an 'unset-var' "
          + "or a 'comment', when there is a 'connect' step in the tcp-check ruleset")
    }
    var connect = CheckProgram.Connect()
    var comment: [UInt8]?
    var portExpression: SampleExpression?
    line.index += 1
    while !line.word.isEmpty {
      let word = line.word
      switch word {
      case "default": connect.usesServerOptions = true
      case "send-proxy": connect.sendsProxy = true
      case "linger": connect.lingers = true
      case "comment": comment = try line.string()
      case "addr": try readAddress(&line, into: &connect)
      case "port":
        let text = String(
          decoding: try line.argument(
            "'port' expects a port number or a sample expression as argument."), as: UTF8.self)
        connect.port = nil
        portExpression = nil
        if text.utf8.allSatisfy({ (48...57).contains($0) }) {
          connect.port = try port(text)
        } else {
          portExpression = try expression(ofPort: Array(text.utf8), line.reader)
        }
      case "ssl", "sni", "alpn", "proto", "via-socks4":
        throw CheckLine.Problem.notSupported("\(line.statement[0]) connect \(word)")
      default:
        throw CheckLine.Problem(
          "expects 'comment', 'port', 'addr', 'send-proxy', 'ssl', 'sni', 'alpn' or 'via-socks4', "
            + "'linger', 'default' but got '\(word)' as argument.")
      }
      line.index += 1
    }
    return CheckRule(
      action: .step(.connect(connect)), comment: comment, port: portExpression)
  }

  private func port(_ text: String) throws(CheckLine.Problem) -> UInt16 {
    guard let port = UInt16(text), port > 0 else {
      throw CheckLine.Problem(
        "expects a valid TCP port (from range 1 to 65535) or a sample expression, got \(text).")
    }
    return port
  }

  private func expression(
    ofPort text: [UInt8], _ reader: SampleReader
  ) throws(CheckLine.Problem) -> SampleExpression {
    do {
      return try SampleExpression.ofCheck(text, reader: reader)
    } catch {
      throw CheckLine.Problem("error detected while parsing port expression : \(error.message)")
    }
  }

  private func readAddress(
    _ line: inout CheckLine, into connect: inout CheckProgram.Connect
  ) throws(CheckLine.Problem) {
    let text = String(
      decoding: try line.argument("'addr' expects <ipv4|ipv6> as argument."), as: UTF8.self)
    let address: AddressText
    let place: AddressText.Place
    do throws(AddressError) {
      address = try AddressText.parse(text, environment: environment, options: .check)
      place = try resolved(address, text: text)
    } catch {
      throw CheckLine.Problem("'addr' : \(error).")
    }
    guard case .address(let ip) = place, address.transport == .stream else {
      throw CheckLine.Problem(
        "'addr' : the address '\(text)' is known but not supported by this version of Sluice")
    }
    connect.address = ip
    connect.addressPort = address.port.single
  }

  // MARK: External commands

  mutating func readExternalCheck(_ statement: Statement) {
    let location = statement.location
    let word = statement[1]
    switch word {
    case "": diagnostics.alert(at: location, "missing argument after 'external-check'.\n")
    case "command", "path":
      guard acceptsOnly(2, statement) else { return }
      guard !statement[2].isEmpty else {
        diagnostics.alert(at: location, "missing argument after '\(word)'.")
        return
      }
      if word == "command" {
        proxy.check.command = statement[2]
      } else {
        proxy.check.path = statement[2]
      }
    default:
      diagnostics.alert(
        at: location,
        "'external-check' only supports 'command' and 'path'. but got '\(word)'.")
    }
  }

  // MARK: Options

  /// The options that choose how servers are checked.
  mutating func readCheckOption(_ statement: Statement, _ option: SpecialOption) {
    let location = statement.location
    if option != .externalCheck { warnUnless(.backend, location, statement[1]) }
    let argumentsMax =
      switch option {
      case .mysqlCheck: 3
      case .smtpchk, .pgsqlCheck: 2
      case .httpchk: 4
      default: 0
      }
    guard acceptsOnly(argumentsMax, statement, behind: 1) else { return }
    switch option {
    case .tcpCheck: proxy.check.choose(.tcp)
    case .externalCheck: proxy.check.choose(.external)
    case .redisCheck: proxy.check.choose(.builtIn(BuiltInChecks.redis))
    case .sslHelloCheck: proxy.check.choose(.builtIn(BuiltInChecks.ssl))
    case .ldapCheck: proxy.check.choose(.builtIn(BuiltInChecks.ldap))
    case .spopCheck: proxy.check.choose(.builtIn(BuiltInChecks.spop))
    case .smtpchk: readSMTPCheck(statement)
    case .pgsqlCheck: readPgsqlCheck(statement)
    case .mysqlCheck: readMySQLCheck(statement)
    default: readHTTPCheckOption(statement)
    }
  }

  private mutating func readSMTPCheck(_ statement: Statement) {
    var command = Array("HELO localhost".utf8)
    if ["EHLO", "HELO"].contains(statement[2]), !statement[3].isEmpty {
      command = statement.bytes(2) + [UInt8(ascii: " ")] + statement.bytes(3)
    }
    proxy.check.choose(.builtIn(BuiltInChecks.smtp(command: command)))
  }

  private mutating func readPgsqlCheck(_ statement: Statement) {
    let location = statement.location
    if statement[2].isEmpty || statement[3].isEmpty {
      diagnostics.alert(
        at: location, "'option pgsql-check' expects 'user <username>' as argument.")
    } else if statement[2] != "user" {
      diagnostics.alert(
        at: location, "'option pgsql-check' only supports optional values: 'user'.")
    } else {
      proxy.check.choose(.builtIn(BuiltInChecks.pgsql(user: statement.bytes(3))))
    }
  }

  private mutating func readMySQLCheck(_ statement: Statement) {
    let location = statement.location
    if statement[2].isEmpty {
      proxy.check.choose(.builtIn(BuiltInChecks.mysql(user: nil)))
    } else if statement[2] != "user" {
      isAborted = true
      diagnostics.alert(
        at: location,
        "'option mysql-check' only supports optional values: 'user' (got '\(statement[2])').")
    } else if statement[3].isEmpty {
      isAborted = true
      diagnostics.alert(
        at: location, "'option mysql-check user' expects <username> as argument.")
    } else if let client = statement[4].isEmpty
      ? .since41 : BuiltInChecks.MySQLClient(rawValue: statement[4])
    {
      let user = (name: statement.bytes(3), client: client)
      proxy.check.choose(.builtIn(BuiltInChecks.mysql(user: user)))
    } else {
      isAborted = true
      diagnostics.alert(
        at: location,
        "keyword 'user' only supports 'post-41', 'pre-41' and 'post-80' (got '\(statement[4])').")
    }
  }

  private mutating func readHTTPCheckOption(_ statement: Statement) {
    let version = statement.bytes(4)
    func report(_ text: String) {
      diagnostics.alert(at: statement.location, "'option httpchk' : \(text).")
    }
    guard !version.contains(13), !version.contains(10) else {
      report(
        "hiding headers or body at the end of the version string is unsupported."
          + "Use 'http-check send' directive instead.")
      return
    }
    var request = HTTPCheckRequest()
    if !statement[2].isEmpty {
      let hasMethod = !statement[3].isEmpty
      if hasMethod { request.method = statement.bytes(2) }
      request.uri = CheckText(literal: statement.bytes(hasMethod ? 3 : 2))
    }
    if !version.isEmpty { request.version = version }
    if !statement[5].isEmpty {
      do {
        request.headers.append(
          .init(
            name: Array("host".utf8),
            value: try CheckText.parse(
              statement.bytes(5),
              reader: sampleReader(
                at: statement.location, rule: "in tcp-check expression "))))
      } catch {
        report(error.message)
        return
      }
    }
    proxy.check.setRequest(request)
  }

  // MARK: What can only be told at the end

  /// The check of a proxy, when every line has been read.
  mutating func finishCheck(_ index: Int) {
    let proxy = proxies[index]
    let check = proxy.check
    let name = "\(proxy.kind) '\(proxy.name)'"
    if check.hasUnusedHTTPRules {
      diagnostics.warning(
        "\(name) uses http-check rules without 'option httpchk', so the rules are ignored.")
    }
    if check.hasUnusedTCPRules {
      diagnostics.warning(
        "\(name) uses tcp-check rules without 'option tcp-check', so the rules are ignored.")
    }
    guard proxy.has(.backend) else { return }
    if let program = check.program {
      proxies[index].settings.checkMethod = .program(program)
      return
    }
    let option = "Proxy '\(proxy.name)' : 'option external-check' unable to find required"
    if global.externalCheck == nil {
      diagnostics.alert("\(option) 'global.external-check'.")
    }
    if check.command == nil { diagnostics.alert("\(option) 'external-check command'.") }
    if !global.permitsFork {
      diagnostics.warning(
        "Proxy '\(proxy.name)' : 'insecure-fork-wanted' not enabled in the global section, "
          + "'option external-check' will likely fail.")
    }
    proxies[index].settings.checkMethod = .external(
      ExternalCheckConfiguration(command: check.command ?? "", path: check.path))
  }
}
