/// What HAProxy says about HTTP in a proxy that is not in `mode http`.
extension ConfigurationDraft {
  /// What is replaced by something that needs no HTTP.
  mutating func reportMissingHTTP(_ index: Int) {
    let proxy = proxies[index]
    let who = "\(proxy.kind) '\(proxy.name)'"
    if proxy.remarks.contains(.cookie) {
      diagnostics.warning("cookie will be ignored for \(who) (needs 'mode http').")
    }
    if proxy.remarks.contains(.layer7Hash) {
      diagnostics.warning(
        "Layer 7 hash not possible for \(who) (needs 'mode http'). Falling back to round robin.")
      proxies[index].settings.balance = .roundrobin
    }
    if let format = proxy.format {
      let replacement: String? =
        switch format.choice {
        case .httplog, .httpslog: "option tcplog"
        case .httplogCLF: "option tcplog clf"
        case .tcplog, .tcplogCLF, .custom: nil
        }
      if let replacement {
        diagnostics.warning(
          "parsing [\(format.location)] : '\(format.choice.description)' not usable with \(who) "
            + "(needs 'mode http'). Falling back to '\(replacement)'.")
      }
    }
    if proxy.remarks.contains(.logBalance) {
      diagnostics.warning(
        "Unusable balance algorithm for \(who) (needs 'mode log'). Falling back to round robin.")
      proxies[index].settings.balance = .roundrobin
    }
  }

  /// What is ignored.
  mutating func reportIgnoredHTTP(_ index: Int) {
    let proxy = proxies[index]
    let who = "\(proxy.kind) '\(proxy.name)'"
    let statements: [(ProxyDraft.Remarks, String)] = [
      (.stats, "stats"), (.captureCookie, "capture"), (.monitorURI, "monitor-uri"),
    ]
    for (remark, name) in statements where proxy.remarks.contains(remark) {
      diagnostics.warning("'\(name)' statement ignored for \(who) as it requires HTTP mode.")
    }
    let rules: [(ProxyDraft.Remarks, String)] = [
      (.httpRequest, "http-request"), (.httpResponse, "http-response"),
      (.httpAfterResponse, "http-after-response"), (.redirect, "redirect"),
    ]
    for (remark, name) in rules where proxy.remarks.contains(remark) {
      diagnostics.warning("'\(name)' rules ignored for \(who) as they require HTTP mode.")
    }
    let booleans = BooleanOption.all.filter { proxy.has($0.capabilities) }.map(\.name)
    for name in booleans + ["forwarded", "forwardfor", "originalto"]
    where proxy.httpOptions.contains(name) {
      diagnostics.warning("'option \(name)' ignored for \(who) as it requires HTTP mode.")
    }
  }
}
