import Basics
import Samples

/// The actions of `tcp-request` and `tcp-response` rules. HAProxy manual, section 4.3.
extension ConfigurationDraft {
  /// Reads an action; the words end behind it.
  mutating func readAction(_ words: inout RuleWords) throws(SampleError) -> TCPRule.Action {
    let name = words.text
    words.index += 1
    switch name {
    case "accept": return .accept
    case "reject": return .reject
    case "close" where words.stage == .response: return .close
    case "expect-proxy" where words.stage != .response,
      "expect-netscaler-cip" where words.stage != .response:
      guard words.text == "layer4" else {
        throw SampleError(
          "\(words.name) only supports 'layer4' in \(proxy.kind) '\(proxy.name)' (got "
            + "'\(words.text)')")
      }
      words.index += 1
      guard words.stage == .connection else {
        throw SampleError(
          "'\(name) layer4' is not allowed in '\(words.statement[0]) \(words.statement[1])' "
            + "rules in \(proxy.kind) '\(proxy.name)'")
      }
      return name == "expect-proxy" ? .expectProxy : .expectClientAddress
    case "capture" where words.stage != .response: return try readCaptureAction(&words)
    case "silent-drop": return try readSilentDrop(&words)
    case "set-src" where words.stage != .response: return .setSource(try expression(&words))
    case "set-src-port" where words.stage != .response:
      return .setSourcePort(try expression(&words))
    case "set-dst" where words.stage != .response: return .setDestination(try expression(&words))
    case "set-dst-port" where words.stage != .response:
      return .setDestinationPort(try expression(&words))
    case "set-mark", "set-fc-mark": return .setMark(.client, try number(&words, tos: false))
    case "set-tos", "set-fc-tos":
      return .setTypeOfService(.client, try number(&words, tos: true))
    case "set-bc-mark" where words.stage == .content:
      return .setMark(.server, try number(&words, tos: false))
    case "set-bc-tos" where words.stage == .content:
      return .setTypeOfService(.server, try number(&words, tos: true))
    case "set-priority-class" where words.stage == .content:
      return .setPriorityClass(try expression(&words))
    case "set-priority-offset" where words.stage == .content:
      return .setPriorityOffset(try expression(&words))
    case "set-retries" where words.stage == .content: return try readRetries(&words)
    case "set-nice" where words.stage == .content || words.stage == .response:
      guard !words.text.isEmpty else {
        throw SampleError("expects exactly 1 argument (integer value)")
      }
      words.index += 1
      return .setNice
    case "attach-srv" where words.stage == .session:
      throw SampleError("attach-srv rule requires HTTP proxy mode")
    case "set-log-level" where words.stage == .content || words.stage == .response:
      return .setLogLevel(try logLevel(&words))
    default: break
    }
    if name.hasPrefix("set-var") || name.hasPrefix("unset-var") {
      return try readVariableAction(name, &words)
    }
    if name.hasPrefix("track-sc"), words.stage != .response {
      return try readTrackAction(name, &words)
    }
    if let action = try readStickAction(name, &words) { return action }
    let base = String(name.prefix { $0 != "(" })
    if ActionName.notSupported.contains(base), Self.isKnown(base, in: words.stage) {
      throw SampleError(
        notSupported("\(words.statement[0]) \(words.statement[1]) \(base)"))
    }
    throw SampleError(unknownAction(name, words))
  }

  /// Whether HAProxy 3.4 knows an action in rules of a kind.
  static func isKnown(_ name: String, in stage: RuleStage) -> Bool {
    switch name {
    case "close": stage == .response
    case "attach-srv": stage == .session
    case "capture", "do-resolve", "set-priority-class", "set-priority-offset", "switch-mode",
      "use-service", "set-bc-mark", "set-bc-tos", "set-retries":
      stage == .content
    case "expect-proxy", "expect-netscaler-cip": stage == .connection
    case "send-spoe-group", "set-bandwidth-limit", "set-log-level", "set-nice":
      stage == .content || stage == .response
    case "set-src", "set-src-port", "set-dst", "set-dst-port": stage != .response
    default: !name.hasPrefix("track-sc") || stage != .response
    }
  }

  private func unknownAction(_ name: String, _ words: RuleWords) -> String {
    let fixed =
      words.stage == .response
      ? ["accept", "close", "reject"]
      : ["accept", "reject", "capture", "expect-proxy", "expect-netscaler-cip"]
    let others = ActionName.all.filter {
      Self.isKnown($0, in: words.stage) && !fixed.contains($0) && !$0.hasPrefix("track-sc")
    }.sorted()
    let list = others.map { "'\($0)\(ActionName.takesParentheses($0) ? "(*)" : "")'" }
      .joined(separator: ", ")
    let head = fixed.map { "'\($0)'" }.joined(separator: ", ")
    let track = words.stage == .response ? "" : "'track-sc0' ... 'track-sc2', "
    let best = Spelling.closest(to: name, in: others + fixed)
    return "'\(words.statement[0]) \(words.statement[1])' expects \(head), \(track)\(list) in "
      + "\(proxy.kind) '\(proxy.name)' (got '\(name)')."
      + (best.map { " Did you mean '\($0)' maybe ?" } ?? "")
      + (words.stage == .response ? "" : "\n")
  }

  // MARK: Arguments

  /// Reads an expression and checks that it can be evaluated there.
  mutating func expression(
    _ words: inout RuleWords, rule: String? = nil
  ) throws(SampleError) -> SampleExpression {
    let last = words.statement[words.index]
    let rule = rule ?? "in \(words.statement[0]) \(words.statement[1]) expression "
    let expression = try sampleReader(at: words.statement.location, rule: rule).expression(
      words.statement.allBytes(from: 0), &words.index)
    guard !expression.fetch.places.isDisjoint(with: words.places) else {
      throw SampleError(
        "fetch method '\(last)' extracts information from '\(expression.fetch.originNames)', none "
          + "of which is available here")
    }
    return expression
  }

  /// A mark or type of service: decimal, or hexadecimal behind `0x`, or an expression.
  private mutating func number(
    _ words: inout RuleWords, tos: Bool
  ) throws(SampleError) -> TCPRule.Number {
    let text = words.text
    guard !text.isEmpty else { throw SampleError("expects an argument") }
    let value =
      text.lowercased().hasPrefix("0x") ? UInt32(text.dropFirst(2), radix: 16) : UInt32(text)
    if let value {
      words.index += 1
      return .fixed(tos ? value & 0xff : value)
    }
    return .expression(try expression(&words))
  }

  /// A number from 0 to 100, or an expression.
  private mutating func readRetries(_ words: inout RuleWords) throws(SampleError) -> TCPRule.Action
  {
    let text = words.text
    guard !text.isEmpty else {
      throw SampleError(
        "expects exactly 1 argument (an expression or an integer between 1 and 100)")
    }
    let name = words.statement[0]
    guard proxy.has(.backend) else {
      throw SampleError("'\(name)' only available in backend or listen section")
    }
    guard !proxy.isDefaults else {
      throw SampleError("'\(name)' is not allowed in 'defaults' sections")
    }
    guard let number = IntegerText.whole(text) else {
      return .setRetries(.expression(try expression(&words)))
    }
    guard (0...100).contains(number) else {
      throw SampleError("expects an expression or an integer between 1 and 100")
    }
    words.index += 1
    return .setRetries(.fixed(UInt32(number)))
  }

  private static let logLevels = [
    "emerg", "alert", "crit", "err", "warning", "notice", "info", "debug",
  ]

  private func logLevel(_ words: inout RuleWords) throws(SampleError) -> UInt8? {
    let text = words.text
    words.index += 1
    if text == "silent" { return nil }
    guard let level = ConfigurationDraft.logLevels.firstIndex(of: text) else {
      throw SampleError("expects exactly 1 argument (log level name or 'silent')")
    }
    return UInt8(level)
  }

  private func readSilentDrop(_ words: inout RuleWords) throws(SampleError) -> TCPRule.Action {
    guard words.text == "rst-ttl" else { return .silentDrop(timeToLive: nil) }
    words.index += 1
    let text = words.text
    guard !text.isEmpty else { throw SampleError("missing rst-ttl value\n") }
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard digits.count == text.count else {
      throw SampleError(
        "invalid character starting at '\(text.dropFirst(digits.count))' (value 1-255 expected)\n")
    }
    guard let value = UInt8(text), value > 0 else {
      throw SampleError("valid rst-ttl values are [1-255]\n")
    }
    words.index += 1
    return .silentDrop(timeToLive: value)
  }

  /// The most bytes that a place for captures holds.
  static let captureBytesMax = 65536

  private mutating func readCaptureAction(
    _ words: inout RuleWords
  ) throws(SampleError) -> TCPRule.Action {
    let name = words.name
    guard proxy.has(.frontend) else {
      throw SampleError("\(name) : proxy '\(proxy.name)' has no frontend capability")
    }
    guard words.stage == .content else {
      throw SampleError(
        "'capture \(words.text)' is not allowed in '\(words.statement[0]) \(words.statement[1])' "
          + "rules in \(proxy.kind) '\(proxy.name)'")
    }
    let sample: SampleExpression
    do {
      sample = try expression(&words)
    } catch {
      throw SampleError("\(name) : \(error.message)")
    }
    var bytesMax = 0
    if words.text == "len" {
      words.index += 1
      bytesMax = IntegerText.leading(words.text)
      guard bytesMax > 0 else { throw SampleError("\(name) : length must be > 0") }
      words.index += 1
    }
    guard bytesMax > 0 else {
      throw SampleError("\(name) : a positive 'len' argument is mandatory")
    }
    bytesMax = min(bytesMax, ConfigurationDraft.captureBytesMax)
    proxy.settings.requestCaptures.append(bytesMax)
    return .capture(
      sample, bytesMax: bytesMax, index: proxy.settings.requestCaptures.count - 1)
  }

  // MARK: Variables

  mutating func readVariableAction(
    _ word: String, _ words: inout RuleWords
  ) throws(SampleError) -> TCPRule.Action {
    let expectation =
      "Expects 'set-var(<var-name>)', 'set-var-fmt(<var-name>)' or 'unset-var(<var-name>)'"
    let name =
      ["set-var-fmt", "set-var", "unset-var"].first { word.hasPrefix($0) } ?? "set-var"
    let rest = word.dropFirst(name.count)
    guard rest.first == "(" else {
      throw SampleError("invalid or incomplete action '\(word)'. \(expectation)")
    }
    guard rest.last == ")" else {
      throw SampleError("incomplete argument after action '\(word)'. \(expectation)")
    }
    let parts = rest.dropFirst().dropLast().split(
      separator: ",", omittingEmptySubsequences: false
    ).map(String.init)
    if name == "unset-var", parts.count > 1 {
      throw SampleError(
        "unset-var does not expect parameters after the variable name. Only \"set-var\" and "
          + "\"set-var-fmt\" manage conditions")
    }
    let conditions = try VariableConditions(Array(parts.dropFirst()))
    let variable = try VariableName.parse(parts.first ?? "")
    switch name {
    case "unset-var": return .unsetVariable(variable)
    case "set-var":
      return .setVariable(variable, conditions, try expression(&words))
    default:
      let format: LogFormat
      do {
        format = try LogFormat.parse(
          words.bytes, at: words.places, reader: sampleReader(at: words.statement.location))
      } catch {
        throw SampleError(error.message)
      }
      words.index += 1
      return .setVariableFormat(variable, conditions, format)
    }
  }
}
