import Basics

/// `balance` and `source`. HAProxy manual, section 4.
extension ConfigurationDraft {
  mutating func readBalance(_ statement: Statement) {
    warnUnless(.backend, statement.location, "balance")
    let name = statement[1]
    proxy.remarks.subtract([.layer7Hash, .logBalance])
    switch name {
    case "": proxy.settings.balance = .random(draws: 2)
    case "roundrobin": proxy.settings.balance = .roundrobin
    case "static-rr": proxy.settings.balance = .staticRoundrobin
    case "first": proxy.settings.balance = .first
    case "leastconn": proxy.settings.balance = .leastconn
    case "source": proxy.settings.balance = .source
    case "uri", "url_param": proxy.remarks.insert(.layer7Hash)
    case "sticky", "log-hash": proxy.remarks.insert(.logBalance)
    case "hash": diagnostics.alert(at: statement.location, notSupported("balance hash"))
    case _ where name.hasPrefix("random"): readRandom(statement, name)
    case _ where name.hasPrefix("hdr("): proxy.remarks.insert(.layer7Hash)
    case _ where name.hasPrefix("rdp-cookie"):
      diagnostics.alert(at: statement.location, notSupported("balance rdp-cookie"))
    default:
      diagnostics.alert(
        at: statement.location,
        "balance only supports 'roundrobin', 'static-rr', 'leastconn', 'source', 'uri', "
          + "'url_param', 'hash', 'hdr(name)', 'rdp-cookie(name)', 'log-hash' and 'sticky' "
          + "options.")
    }
  }

  private mutating func readRandom(_ statement: Statement, _ name: String) {
    let argument = name.dropFirst("random".count)
    guard argument.hasPrefix("("), argument.dropFirst().first != ")" else {
      proxy.settings.balance = .random(draws: 2)
      return
    }
    let text = String(argument.dropFirst())
    let (draws, end) = IntegerText.scan(Array(text.utf8)[...])
    let rest = text.utf8.dropFirst(end)
    var problem: String?
    if rest.isEmpty {
      problem = "random : missing closing parenthesis."
    } else if rest.first != UInt8(ascii: ")") {
      let character = String(Substring(rest).prefix(1))
      problem = "random : unexpected character '\(character)' after argument."
    } else if draws < 1 {
      problem = "random : number of draws must be at least 1."
    }
    if let problem {
      diagnostics.alert(at: statement.location, "balance \(problem)")
    } else {
      proxy.settings.balance = .random(draws: min(draws, Int(Int32.max)))
    }
  }

  mutating func readProxySource(_ statement: Statement) {
    let location = statement.location
    warnUnless(.backend, location, "source")
    guard !statement[1].isEmpty else {
      diagnostics.alert(
        at: location,
        "'source' expects <addr>[:<port>], and optionally 'usesrc' <addr>, and 'interface' <name>.")
      return
    }
    do {
      proxy.source = try sourceEndpoint(statement[1], .proxySource)
    } catch {
      diagnostics.alert(at: location, "'source \(statement[1])' : \(error)")
      return
    }
    switch statement[2] {
    case "": break
    case "usesrc", "interface":
      diagnostics.alert(at: location, notSupported("source ... \(statement[2])"))
    default:
      diagnostics.alert(
        at: location, "'source' only supports optional keywords 'interface' and 'usesrc'.")
    }
  }

  /// Reads the address that connections to servers come from.
  func sourceEndpoint(
    _ text: String, _ options: AddressText.Options
  ) throws(AddressError) -> Endpoint {
    let address = try AddressText.parse(text, environment: environment, options: options)
    if case .range(let range) = address.port, range.count > 1 {
      // A range of source ports would have to be handed out one by one.
      throw .portRangeNotPermitted(text: text)
    }
    let place = try resolved(address, text: text)
    guard case .address(let ip) = place else { throw .invalidAddress(host: text, text: text) }
    return Endpoint(SocketAddress(ip: ip, port: address.port.single ?? 0))
  }

  /// Replaces a host name by its address.
  func resolved(
    _ address: AddressText, text: String
  ) throws(AddressError) -> AddressText.Place {
    guard case .host(let name, let family) = address.place else { return address.place }
    guard let ip = resolve(name, family) else { throw .invalidAddress(host: name, text: text) }
    return .address(ip)
  }
}
