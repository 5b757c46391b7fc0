/// What HAProxy says about keywords of proxies that it has removed.
enum RemovedKeyword {
  /// The message behind `parsing [file:line]`, with the colon HAProxy puts there; nil for a word
  /// that was never one.
  static func message(of statement: Statement) -> String? {
    let name = statement[0]
    switch name {
    case "contimeout", "clitimeout", "srvtimeout":
      let successor = ["contimeout": "connect", "clitimeout": "client"][name] ?? "server"
      return " : the '\(name)' directive is not supported anymore since HAProxy 2.1. Use "
        + "'timeout \(successor)'."
    case "monitor-net":
      return " : 'monitor-net' doesn't exist anymore. Please use 'http-request return status 200 "
        + "if { src \(statement[1]) }' instead."
    case "bind-process": return ": 'bind-process' is not supported anymore."
    case "appsession": return " : 'appsession' is not supported anymore since HAProxy 1.6."
    case "grace":
      return ": the 'grace' keyword is not supported any more since HAProxy version 2.5."
    case "redispatch", "redisp":
      return " : keyword '\(name)' directive is not supported anymore since HAProxy 2.1. Use "
        + "'option redispatch'."
    case "usesrc": return " : 'usesrc' only allowed after a 'source' statement."
    case "block":
      return " : The 'block' directive is not supported anymore since HAProxy 2.1. Use "
        + "'http-request deny' which uses the exact same syntax."
    case "reqdeny":
      return " : The 'reqdeny' not supported anymore since HAProxy 2.1. Use 'http-request deny' "
        + "instead."
    case "reqpass":
      return " : The 'reqpass' not supported anymore since HAProxy 2.1."
    case "reqipass":
      return " : The 'reqipass' directive is not supported anymore since HAProxy 2.1."
    case "rspdel":
      return " : The 'rspdel' directive is not supported anymore since HAProxy 2.1. Use "
        + "'http-response del-header' ."
    default:
      return successors[name].map {
        " : The '\(name)' directive is not supported anymore since HAProxy 2.1. Use \($0) instead."
      }
    }
  }

  /// The rules of HAProxy 1.x that changed headers, with what replaced them.
  private static let successors: [String: String] = [
    "cliexp":
      "'http-request replace-path', 'http-request replace-uri' or "
      + "'http-request replace-header'",
    "reqadd": "'http-request add-header'",
    "reqallow": "'http-request allow'",
    "reqdel": "'http-request del-header'",
    "reqiallow": "'http-request allow'",
    "reqidel": "'http-request del-header'",
    "reqideny": "'http-request deny'",
    "reqirep": "'http-request replace-header'",
    "reqitarpit": "'http-request tarpit'",
    "reqrep":
      "'http-request replace-path', 'http-request replace-uri' or "
      + "'http-request replace-header'",
    "reqtarpit": "'http-request tarpit'",
    "rspadd": "'http-response add-header'",
    "rspdeny": "'http-response deny'",
    "rspidel": "'http-response del-header'",
    "rspideny": "'http-response deny'",
    "rspirep": "'http-response replace-header'",
    "rsprep": "'http-response replace-header'",
    "srvexp": "'http-response replace-header'",
  ]
}
