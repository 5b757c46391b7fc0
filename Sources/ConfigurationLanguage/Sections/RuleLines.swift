import Basics
import Samples

/// `acl`, `tcp-request` and `tcp-response`. HAProxy manual, sections 4.2 and 7.
extension ConfigurationDraft {
  // MARK: acl

  mutating func readAccessControlList(_ statement: Statement) {
    let location = statement.location
    guard !proxy.isDefaults || !proxy.name.isEmpty else {
      diagnostics.alert(at: location, "'acl' not allowed in anonymous 'defaults' section.")
      return
    }
    let name = statement[1]
    if let character = forbiddenCharacter(in: name) {
      diagnostics.alert(
        at: location, "character '\(character)' is not permitted in acl name '\(name)'.")
      return
    }
    if name.lowercased() == "or" {
      diagnostics.alert(
        at: location,
        "acl name '\(name)' will never match. 'or' is used to express a logical disjunction within "
          + "a condition.")
      return
    }
    do {
      try sampleReader(at: location).accessControlList(statement.allBytes(from: 1))
    } catch {
      diagnostics.alert(
        at: location, "error detected while parsing ACL '\(name)' : \(error.message).")
    }
    reportSampleWarnings()
  }

  /// The reader of the section, told where it is.
  ///
  /// - Parameter rule: what kind of rule it reads, for messages: `in tracking rule `.
  func sampleReader(at location: SourceLocation, rule: String = "") -> SampleReader {
    proxy.reader.file = location.file
    proxy.reader.line = location.line
    proxy.reader.rule = rule
    return proxy.reader
  }

  /// Shows what the reader of the section has to say.
  mutating func reportSampleWarnings() {
    for warning in proxy.reader.warnings { diagnostics.warning("config : \(warning)") }
    proxy.reader.warnings.removeAll()
  }

  // MARK: Conditions

  /// Reads the condition of a line that has one, from its `if` or `unless` on.
  ///
  /// - Parameters:
  ///   - context: what comes before the reason in an alert.
  /// - Returns: nil after an error.
  mutating func condition(
    _ statement: Statement, at index: Int, context: String, ending: String = "."
  ) -> AccessControlCondition? {
    defer { reportSampleWarnings() }
    do {
      return try sampleReader(at: statement.location).condition(statement.allBytes(from: index))
    } catch {
      diagnostics.alert(at: statement.location, "\(context) : \(error.message)\(ending)")
      return nil
    }
  }

  /// Warns about ACLs that cannot hold where they are used.
  mutating func warnAboutConflicts(
    _ condition: AccessControlCondition, _ places: SamplePlaces, at location: SourceLocation,
    rule: String? = nil
  ) {
    let place = rule.map { " in '\($0)'" } ?? ""
    if let list = condition.list(incompatibleWith: places) {
      diagnostics.warning(
        at: location,
        list.name.isEmpty
          ? "anonymous acl will never match\(place) because it uses keyword "
            + "'\(list.firstKeyword)' which is incompatible with '\(places.name)'"
          : "acl '\(list.name)' will never match\(place) because it only involves keywords that "
            + "are incompatible with '\(places.name)'")
      return
    }
    for list in condition.lists {
      guard let keyword = list.keyword(incompatibleWith: places) else { continue }
      diagnostics.warning(
        at: location,
        list.name.isEmpty
          ? "anonymous acl involves keyword '\(keyword)' which is incompatible with "
            + "'\(places.name)'"
          : "acl '\(list.name)' involves \(rule == nil ? "keywords" : "keyword") '\(keyword)' "
            + "which is incompatible with '\(places.name)'")
      return
    }
  }

  // MARK: tcp-request

  mutating func readTCPRequest(_ statement: Statement) {
    let location = statement.location
    let kind = "\(proxy.kind) '\(proxy.name)'"
    switch statement[1] {
    case "":
      diagnostics.alert(
        at: location,
        proxy.isDefaults
          ? "missing argument for 'tcp-request' in defaults section"
          : "missing argument for 'tcp-request' in \(kind)")
    case "inspect-delay":
      guard !proxy.isDefaults || !proxy.name.isEmpty else {
        diagnostics.alert(
          at: location,
          "tcp-request inspect-delay is not allowed in anonymous 'defaults' sections")
        return
      }
      readInspectDelay(statement, \.contentRules)
    case "connection": readFrontendRule(statement, .connection, \.connectionRules)
    case "session": readFrontendRule(statement, .session, \.sessionRules)
    case "content":
      var places: SamplePlaces = []
      if proxy.has(.frontend) { places.insert(.frontendRequest) }
      if proxy.has(.backend) { places.insert(.backendRequest) }
      readRule(statement, .content, places, \.contentRules)
    default:
      diagnostics.alert(
        at: location,
        "'tcp-request' expects 'inspect-delay', 'connection', or 'content' in "
          + (proxy.isDefaults ? "defaults section" : kind) + " (got '\(statement[1])')")
    }
  }

  mutating func readTCPResponse(_ statement: Statement) {
    let location = statement.location
    let kind = "\(proxy.kind) '\(proxy.name)'"
    switch statement[1] {
    case "":
      diagnostics.alert(at: location, "missing argument for 'tcp-response' in \(kind)")
    case "inspect-delay", "content":
      guard proxy.has(.backend), !proxy.isDefaults || !proxy.name.isEmpty else {
        diagnostics.alert(
          at: location,
          "tcp-response \(statement[1]) is only allowed in 'backend' sections or 'defaults' section "
            + "with a name")
        return
      }
      if statement[1] == "inspect-delay" { return readInspectDelay(statement, \.responseRules) }
      var places: SamplePlaces = .backendResponse
      if proxy.has(.frontend) { places.insert(.frontendResponse) }
      readRule(statement, .response, places, \.responseRules)
    default:
      diagnostics.alert(
        at: location,
        "'tcp-response' expects 'inspect-delay' or 'content' in \(kind) (got '\(statement[1])')")
    }
  }

  private mutating func readInspectDelay(
    _ statement: Statement, _ path: WritableKeyPath<ProxyConfiguration, TCPRules>
  ) {
    let location = statement.location
    let kind = "\(proxy.kind) '\(proxy.name)'"
    let text = statement[2]
    let what = "'\(statement[0]) inspect-delay'"
    var problem = "\(what) expects a positive delay in milliseconds, in \(kind)"
    guard !text.isEmpty else {
      diagnostics.alert(at: location, problem)
      return
    }
    let delay: Duration
    do {
      delay = try TimeText.parse(text, unit: .milliseconds, &diagnostics)
    } catch {
      switch error {
      case .overflow:
        problem +=
          " (timer overflow in '\(text)', maximum value is 2147483647 ms or ~24.8 days)"
      case .underflow:
        problem += " (timer underflow in '\(text)', minimum non-null value is 1 ms)"
      case .unexpected(let character): problem += " (unexpected character '\(character)')"
      }
      diagnostics.alert(at: location, problem)
      return
    }
    if proxy.settings[keyPath: path].inspectDelay != nil, !proxy.inheritsDelay.contains(path) {
      diagnostics.warning(
        at: location,
        "ignoring \(statement[0]) inspect-delay (was already defined) in \(kind)")
      return
    }
    proxy.inheritsDelay.remove(path)
    proxy.settings[keyPath: path].inspectDelay = delay == .zero ? nil : delay
  }

  private mutating func readFrontendRule(
    _ statement: Statement, _ stage: RuleStage,
    _ path: WritableKeyPath<ProxyConfiguration, TCPRules>
  ) {
    guard proxy.has(.frontend) else {
      diagnostics.alert(
        at: statement.location,
        "tcp-request \(statement[1]) is not allowed because \(proxy.kind) \(proxy.name) is not a "
          + "frontend")
      return
    }
    readRule(statement, stage, stage == .connection ? .connection : .session, path)
  }

  /// Reads `<action> ... [{if|unless} <condition>]` and adds the rule.
  private mutating func readRule(
    _ statement: Statement, _ stage: RuleStage, _ places: SamplePlaces,
    _ path: WritableKeyPath<ProxyConfiguration, TCPRules>
  ) {
    let location = statement.location
    let family = "\(statement[0]) \(statement[1])"
    guard !proxy.isDefaults || !proxy.name.isEmpty else {
      diagnostics.alert(
        at: location, "\(family) is not allowed in anonymous 'defaults' sections")
      return
    }
    var words = RuleWords(statement: statement, stage: stage, places: places)
    let action: TCPRule.Action
    do {
      action = try readAction(&words)
    } catch {
      reportSampleWarnings()
      diagnostics.alert(at: location, error.message)
      return
    }
    reportSampleWarnings()
    let name = "'\(family) \(statement[2])'"
    var condition: AccessControlCondition?
    if words.text == "if" || words.text == "unless" {
      condition = self.condition(
        statement, at: words.index,
        context: "\(name) : error detected in \(proxy.kind) '\(proxy.name)' while parsing "
          + "'\(words.text)' condition", ending: "")
      guard condition != nil else { return }
    } else if !words.text.isEmpty {
      diagnostics.alert(
        at: location,
        "\(name) only accepts 'if' or 'unless', in \(proxy.kind) '\(proxy.name)' (got "
          + "'\(words.text)')")
      return
    }
    warnIfMisplaced(family, stage, at: location)
    if let condition { warnAboutConflicts(condition, places, at: location, rule: family) }
    proxy.settings[keyPath: path].rules.append(
      TCPRule(
        action: action, condition: condition,
        place: RulePlace(file: location.file, line: location.line)))
  }

  /// Rules are carried out in a fixed order, whatever the order of lines.
  private mutating func warnIfMisplaced(
    _ family: String, _ stage: RuleStage, at location: SourceLocation
  ) {
    let own = { (rules: TCPRules) in rules.rules.count > rules.inheritedCount }
    let later: String? =
      switch stage {
      case .connection where own(proxy.settings.sessionRules): "tcp-request session"
      case .connection, .session:
        own(proxy.settings.contentRules) ? "tcp-request content" : laterRule
      case .content: laterRule
      case .response: nil
      }
    guard let later else { return }
    diagnostics.warning(
      at: location,
      "a '\(family)' rule placed after a '\(later)' rule will still be processed before.")
  }

  /// What comes after `tcp-request content` and is there already.
  private var laterRule: String? {
    if proxy.remarks.contains(.httpRequest) { return "http-request" }
    if proxy.remarks.contains(.redirect) { return "redirect" }
    if !proxy.useBackends.isEmpty { return "use_backend" }
    return proxy.useServers.isEmpty ? nil : "use-server"
  }
}

/// The words of a rule, from its action on.
struct RuleWords {
  let statement: Statement
  let stage: RuleStage
  let places: SamplePlaces
  /// The next word.
  var index = 2

  var text: String { statement[index] }
  var bytes: [UInt8] { statement.bytes(index) }
  /// `'tcp-request content reject'`
  var name: String { "'\(statement[0]) \(statement[1]) \(statement[2])'" }
}
