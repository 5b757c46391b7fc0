import Basics

/// `clitcpka-cnt`, `clitcpka-idle`, `clitcpka-intvl` and the same of servers. HAProxy manual, section
/// 4.2.
extension ConfigurationDraft {
  mutating func readKeepAliveProbes(_ statement: Statement, _ keyword: ProxyKeyword) {
    let location = statement.location
    let name = statement[0]
    guard !statement[1].isEmpty else {
      diagnostics.alert(at: location, "'\(name)' expects an integer value")
      return
    }
    let value: UInt32
    switch keyword {
    case .clientProbeCount, .serverProbeCount:
      guard let number = probeCount(statement) else { return }
      value = number
    default:
      guard let seconds = probeSeconds(statement) else { return }
      value = seconds
    }
    let isOfClient: Bool
    let path: WritableKeyPath<KeepAliveProbes, UInt32>
    switch keyword {
    case .clientProbeCount: (isOfClient, path) = (true, \.count)
    case .clientProbeIdle: (isOfClient, path) = (true, \.idleSeconds)
    case .clientProbeInterval: (isOfClient, path) = (true, \.intervalSeconds)
    case .serverProbeCount: (isOfClient, path) = (false, \.count)
    case .serverProbeIdle: (isOfClient, path) = (false, \.idleSeconds)
    default: (isOfClient, path) = (false, \.intervalSeconds)
    }
    if !proxy.has(isOfClient ? .frontend : .backend) {
      diagnostics.warning(
        at: location,
        "\(name) will be ignored because \(proxy.kind) '\(proxy.name)' has no "
          + "\(isOfClient ? "frontend" : "backend") capability")
    }
    if isOfClient {
      proxy.settings.clientProbes[keyPath: path] = value
    } else {
      proxy.settings.serverProbes[keyPath: path] = value
    }
  }

  private mutating func probeCount(_ statement: Statement) -> UInt32? {
    let text = statement[1]
    let (value, end) = IntegerText.scan(Array(text.utf8)[...])
    if let wrong = text.utf8.dropFirst(end).first {
      diagnostics.alert(
        at: statement.location,
        "'\(statement[0])' : unexpected character '\(Character(UnicodeScalar(wrong)))' in integer "
          + "value '\(text)'")
      return nil
    }
    return UInt32(truncatingIfNeeded: value)
  }

  private mutating func probeSeconds(_ statement: Statement) -> UInt32? {
    let (name, text) = (statement[0], statement[1])
    do {
      let reading = try TimeText.read(text, unit: .seconds)
      if let warning = reading.warning { diagnostics.warning("config : " + warning) }
      return reading.count
    } catch {
      let problem =
        switch error {
        case .overflow:
          "timer overflow in argument '\(text)' to '\(name)' (maximum value is 2147483647 ms or "
            + "~24.8 days)"
        case .underflow:
          "timer underflow in argument '\(text)' to '\(name)' (minimum non-null value is 1 ms)"
        case .unexpected(let character):
          "unexpected character '\(character)' in argument to <\(name)>.\n"
        }
      diagnostics.alert(at: statement.location, problem)
      return nil
    }
  }

  /// `tcp-ut` of a bind or server line.
  ///
  /// - Returns: milliseconds, or what is wrong.
  static func userTimeout(_ text: String) -> Result<UInt32, ServerLine.Problem> {
    guard !text.isEmpty else {
      return .failure(.init(text: "'tcp-ut' : missing TCP User Timeout value"))
    }
    do {
      return .success(try TimeText.read(text, unit: .milliseconds).count)
    } catch {
      let problem =
        switch error {
        case .overflow:
          "timer overflow in argument '\(text)' to 'tcp-ut' (maximum value is 2147483647 ms or "
            + "~24.8 days)"
        case .underflow:
          "timer underflow in argument '\(text)' to 'tcp-ut' (minimum non-null value is 1 ms)"
        case .unexpected: "'tcp-ut' : expects a positive delay in milliseconds"
        }
      return .failure(.init(text: problem))
    }
  }
}
