import Basics

/// `timeout`. HAProxy manual, section 4.
extension ConfigurationDraft {
  /// A timeout of a proxy that this program uses, with the half it belongs to.
  private struct Timeout {
    let path: WritableKeyPath<ProxyTimeouts, Duration?>
    let capability: ProxyConfiguration.Capabilities
  }

  private static func timeout(named name: String) -> Timeout? {
    switch name {
    case "client": .init(path: \.client, capability: .frontend)
    case "client-fin": .init(path: \.clientFin, capability: .frontend)
    case "client-hs": .init(path: \.clientHandshake, capability: .frontend)
    case "connect": .init(path: \.connect, capability: .backend)
    case "server": .init(path: \.server, capability: .backend)
    case "server-fin": .init(path: \.serverFin, capability: .backend)
    case "check": .init(path: \.check, capability: .backend)
    case "queue": .init(path: \.queue, capability: .backend)
    case "tunnel": .init(path: \.tunnel, capability: .backend)
    default: nil
    }
  }

  /// Timeouts that only mean something in `mode http`; HAProxy accepts them everywhere.
  static let httpTimeoutNames: Set = ["http-keep-alive", "http-request", "tarpit"]

  mutating func readTimeout(_ statement: Statement) {
    let location = statement.location
    let name = statement[1]
    let timeout = ConfigurationDraft.timeout(named: name)
    guard timeout != nil || ConfigurationDraft.httpTimeoutNames.contains(name) else {
      diagnostics.alert(
        at: location,
        "'timeout' supports 'client', 'server', 'connect', 'check', 'queue', 'handshake', "
          + "'http-keep-alive', 'http-request', 'tunnel', 'tarpit', 'client-fin' and "
          + "'server-fin' (got '\(name)')")
      return
    }
    guard let value = timeoutValue(statement, name) else { return }
    var warning: String?
    let text = statement[2]
    if isSuspiciouslySmall(text) {
      let count = IntegerText.leading(text)
      warning =
        "'timeout \(name) \(count)' in \(proxy.kind) '\(proxy.name)' is suspiciously small for a "
        + "value in milliseconds. Please use an explicit unit ('\(count)ms') if that was the "
        + "intent."
    }
    let new = value == .zero ? nil : value
    if let timeout {
      if !proxy.has(timeout.capability) {
        let half = timeout.capability == .backend ? "backend" : "frontend"
        warning =
          "'timeout \(name)' will be ignored because \(proxy.kind) '\(proxy.name)' has no \(half) "
          + "capability"
      } else if isOverwriting(
        proxy.settings.timeouts[keyPath: timeout.path],
        proxy.inheritedTimeouts[keyPath: timeout.path])
      {
        warning = "overwriting 'timeout \(name)' which was already specified"
      }
      proxy.settings.timeouts[keyPath: timeout.path] = new
    } else {
      if isOverwriting(proxy.httpTimeouts[name], proxy.inheritedHTTPTimeouts[name]) {
        warning = "overwriting 'timeout \(name)' which was already specified"
      }
      proxy.httpTimeouts[name] = new
    }
    if !statement[3].isEmpty {
      diagnostics.alert(
        at: location,
        "'timeout \(name)' : unexpected extra argument '\(statement[3])' after value '\(text)'.")
    } else if let warning {
      diagnostics.warning(at: location, warning)
    }
  }

  private func isOverwriting(_ current: Duration?, _ inherited: Duration?) -> Bool {
    !proxy.isDefaults && current != inherited
  }

  private mutating func timeoutValue(_ statement: Statement, _ name: String) -> Duration? {
    let text = statement[2]
    guard !text.isEmpty else {
      diagnostics.alert(
        at: statement.location,
        "'timeout \(name)' expects an integer value (in milliseconds)")
      return nil
    }
    do {
      return try TimeText.parse(text, unit: .milliseconds, &diagnostics)
    } catch {
      let problem =
        switch error {
        case .overflow:
          "timer overflow in argument '\(text)' to 'timeout \(name)' (maximum value is 2147483647 "
            + "ms or ~24.8 days)"
        case .underflow:
          "timer underflow in argument '\(text)' to 'timeout \(name)' (minimum non-null value is "
            + "1 ms)"
        case .unexpected(let character): "unexpected character '\(character)' in 'timeout \(name)'"
        }
      diagnostics.alert(at: statement.location, problem)
    }
    return nil
  }
}

/// Whether a time was written without a unit and is so short that seconds were probably meant.
func isSuspiciouslySmall(_ text: String) -> Bool {
  guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
    return false
  }
  return (1..<100).contains(IntegerText.leading(text))
}
