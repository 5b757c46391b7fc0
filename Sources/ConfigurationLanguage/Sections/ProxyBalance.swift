import Basics
import Samples

/// `balance` and `persist`. HAProxy manual, section 4.
extension ConfigurationDraft {
  mutating func readBalance(_ statement: Statement) {
    warnUnless(.backend, statement.location, "balance")
    let name = statement[1]
    proxy.remarks.subtract([.layer7Hash, .logBalance])
    proxy.hasBalance = true
    proxy.balanceExpression = nil
    proxy.settings.balanceKey = nil
    switch name {
    case "": proxy.settings.balance = .random(draws: 2)
    case "roundrobin": proxy.settings.balance = .roundrobin
    case "static-rr": proxy.settings.balance = .staticRoundrobin
    case "first": proxy.settings.balance = .first
    case "leastconn": proxy.settings.balance = .leastconn
    case "source": proxy.settings.balance = .source
    case "uri", "url_param": proxy.remarks.insert(.layer7Hash)
    case "sticky", "log-hash": proxy.remarks.insert(.logBalance)
    case "hash": readBalanceHash(statement)
    case _ where name.hasPrefix("random"): readRandom(statement, name)
    case _ where name.hasPrefix("hdr("): proxy.remarks.insert(.layer7Hash)
    case _ where name.hasPrefix("rdp-cookie"):
      guard let cookie = ConfigurationDraft.cookieName(name, byDefault: "mstshash") else {
        diagnostics.alert(at: statement.location, "balance rdp-cookie : missing cookie name.")
        return
      }
      proxy.settings.balance = .rdpCookie
      proxy.settings.balanceKey = .remoteDesktopCookie(cookie)
    default:
      diagnostics.alert(
        at: statement.location,
        "balance only supports 'roundrobin', 'static-rr', 'leastconn', 'source', 'uri', "
          + "'url_param', 'hash', 'hdr(name)', 'rdp-cookie(name)', 'log-hash' and 'sticky' "
          + "options.")
    }
  }

  /// The expression is read at the end of the section, when its ACLs are known.
  private mutating func readBalanceHash(_ statement: Statement) {
    guard !statement[2].isEmpty else {
      diagnostics.alert(at: statement.location, "balance hash requires a sample expression.")
      return
    }
    guard statement[3].isEmpty else {
      diagnostics.alert(
        at: statement.location,
        "balance hash takes no other argument (got '\(statement[3])').")
      return
    }
    proxy.settings.balance = .hash
    proxy.balanceExpression = statement.bytes(2)
  }

  /// Reads the expression of `balance hash`.
  mutating func compileBalanceKey(_ index: Int) {
    let proxy = proxies[index]
    guard proxy.has(.backend), let text = proxy.balanceExpression else { return }
    let what = "\(proxy.kind) '\(proxy.name)' [\(proxy.location)]: "
    let expression = String(decoding: text, as: UTF8.self)
    (proxy.reader.file, proxy.reader.line) = (proxy.location.file, proxy.location.line)
    proxy.reader.rule = "in use-server or balance expression "
    do {
      var word = 0
      let key = try proxy.reader.expression([text], &word)
      guard key.fetch.places.contains(.server) else {
        diagnostics.alert(
          what + "error detected while parsing 'balance hash' expression '\(expression)' which "
            + "requires information from \(key.fetch.originNames), which is not available here.")
        return
      }
      proxies[index].settings.balanceKey = key
    } catch {
      diagnostics.alert(
        what + "failed to parse 'balance hash' expression '\(expression)' in : "
          + "\(error.message).")
    }
  }

  /// `persist rdp-cookie`
  mutating func readPersist(_ statement: Statement) {
    let location = statement.location
    guard !statement[1].isEmpty else {
      diagnostics.alert(at: location, "missing persist method.")
      return
    }
    guard statement[1].hasPrefix("rdp-cookie") else {
      diagnostics.alert(at: location, "unknown persist method.")
      return
    }
    if statement[1].hasPrefix("rdp-cookie("), !acceptsOnly(1, statement) { return }
    guard let cookie = ConfigurationDraft.cookieName(statement[1], byDefault: "msts") else {
      diagnostics.alert(
        at: location, "persist rdp-cookie(name)' requires an rdp cookie name.")
      return
    }
    proxy.settings.persistCookie = .remoteDesktopCookie(cookie)
  }

  /// The name in `rdp-cookie(<name>)`; nil when there should be one and is none.
  private static func cookieName(_ word: String, byDefault name: String) -> [UInt8]? {
    let rest = word.utf8.dropFirst("rdp-cookie".utf8.count)
    guard let first = rest.first else { return Array(name.utf8) }
    guard first == UInt8(ascii: "("), let end = rest.firstIndex(of: UInt8(ascii: ")")) else {
      return nil
    }
    let given = Array(rest[..<end].dropFirst())
    return given.isEmpty ? nil : given
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
}
