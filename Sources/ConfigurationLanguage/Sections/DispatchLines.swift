import Basics

/// `dispatch`, `transparent` and `rate-limit`. HAProxy manual, section 4.2.
extension ConfigurationDraft {
  // MARK: A backend without servers

  mutating func readDispatch(_ statement: Statement) {
    let location = statement.location
    guard !proxy.isDefaults else {
      diagnostics.alert(at: location, "'dispatch' not allowed in 'defaults' section.")
      return
    }
    warnUnless(.backend, location, "dispatch")
    let text = statement[1]
    let address: SocketAddress
    do throws(AddressError) {
      let parsed = try AddressText.parse(text, environment: environment, options: .dispatch)
      guard case .address(let ip) = try resolved(parsed, text: text) else {
        throw .invalidAddress(host: text, text: text)
      }
      address = SocketAddress(ip: ip, port: parsed.port.single ?? 0)
    } catch {
      diagnostics.alert(at: location, "'dispatch' : \(error)")
      return
    }
    guard acceptsOnly(1, statement) else { return }
    if !allowsDeprecated {
      diagnostics.warning(
        closeTo: location,
        "'dispatch' is deprecated in 3.3 and will be removed in 3.5. The modern way to do the same is "
          + "to create a server with the same address, and possibly to assign any extra server a "
          + "weight of zero if any:\n    server dispatch \(text)\nNote that it is still possible to "
          + "silence this warning by setting 'expose-deprecated-directives' in the 'global' section, "
          + "but do not wait to fix your configuration!")
    }
    proxy.dispatch = address
  }

  mutating func readTransparent(_ statement: Statement) {
    proxy.settings.options.insert(.transparent)
    guard acceptsOnly(0, statement) else { return }
    warnOfTransparency(statement, "'transparent'")
  }

  mutating func warnOfTransparency(_ statement: Statement, _ what: String) {
    guard !allowsDeprecated else { return }
    diagnostics.warning(
      closeTo: statement.location,
      "\(what) is deprecated in 3.3 and will be removed in 3.5. The modern way to do the same is to "
        + "create a server with address 0.0.0.0. It is still possible to silence this warning by "
        + "setting 'expose-deprecated-directives' in the 'global' section, but do not wait to fix "
        + "your configuration!")
  }

  /// `dispatch` and `transparent` become a server of their own, the only one that balancing chooses.
  mutating func finishDispatch(_ index: Int) {
    let proxy = proxies[index]
    let isTransparent = proxy.settings.options.contains(.transparent)
    guard proxy.has(.backend), proxy.dispatch != nil || isTransparent else { return }
    guard !proxy.hasBalance else {
      if isTransparent {
        diagnostics.alert(
          "\(proxy.kind) '\(proxy.name)' cannot use both transparent and balance mode.")
      } else {
        diagnostics.warning(
          "dispatch address of \(proxy.kind) '\(proxy.name)' will be ignored in balance mode.")
      }
      return
    }
    var host = ServerConfiguration.Host.ofClient
    var port = ServerConfiguration.Port.ofClient
    if let address = proxy.dispatch { (host, port) = (.ip(address.ip), .fixed(address.port)) }
    for server in proxies[index].servers.indices {
      proxies[index].servers[server].settings.weight = 0
    }
    let id = (proxies[index].servers.map(\.settings.id).max() ?? 0) + 1
    proxies[index].servers.append(
      ServerDraft(
        settings: ServerConfiguration(
          name: "<NOSRV>", id: id, host: host, port: port, location: proxy.location)))
    proxies[index].settings.balance = .random(draws: 1)
  }

  // MARK: rate-limit

  mutating func readRateLimit(_ statement: Statement) {
    let location = statement.location
    guard statement[1] == "sessions" else {
      diagnostics.alert(
        at: location, "'rate-limit' only supports 'sessions' (got '\(statement[1])')")
      return
    }
    let text = statement[2]
    guard !text.isEmpty else {
      diagnostics.alert(
        at: location,
        "'rate-limit sessions' expects expects an integer value (in sessions/second)")
      return
    }
    let (value, end) = IntegerText.scan(Array(text.utf8)[...])
    if let wrong = text.utf8.dropFirst(end).first {
      diagnostics.alert(
        at: location,
        "'rate-limit sessions' : unexpected character '\(Character(UnicodeScalar(wrong)))' in "
          + "integer value '\(text)'")
      return
    }
    if !proxy.has(.frontend) {
      diagnostics.warning(
        at: location,
        "rate-limit sessions will be ignored because \(proxy.kind) '\(proxy.name)' has no frontend "
          + "capability")
    } else if !proxy.isDefaults, proxy.settings.sessionRateMax != proxy.inheritedSessionRateMax {
      diagnostics.warning(
        at: location, "overwriting rate-limit sessions which was already specified")
    }
    proxy.settings.sessionRateMax = Int(UInt32(truncatingIfNeeded: value))
  }
}
