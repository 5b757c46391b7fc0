import Basics
import HealthChecks

/// What can only be checked about servers when every line has been read.
extension ConfigurationDraft {
  mutating func checkServers(_ index: Int) {
    checkServerNames(index)
    assignServerIDs(index)
    for server in proxies[index].servers.indices {
      resolveTracking(ServerReference(proxy: index, server: server))
    }
    for server in proxies[index].servers {
      if server.settings.initialState != .none, server.track != nil {
        diagnostics.alert("unable to set init-state and tracking at the same time!")
      }
      if server.hasRedirection {
        diagnostics.alert(
          "\(proxies[index].kind) '\(proxies[index].name)' : server cannot have cookie or redirect "
            + "prefix in non-HTTP mode.")
      }
      if server.hasCookie {
        diagnostics.warning(
          "\(proxies[index].kind) '\(proxies[index].name)' : ignoring cookie for server "
            + "'\(server.settings.name)' as HTTP mode is disabled.")
      }
    }
    checkCheckPorts(index)
  }

  private mutating func checkServerNames(_ index: Int) {
    var seen: [String: SourceLocation] = [:]
    for server in proxies[index].servers {
      let name = server.settings.name
      if let other = seen[name] {
        diagnostics.alert(
          "parsing [\(server.settings.location)] : \(proxies[index].kind) "
            + "'\(proxies[index].name)', another server named '\(name)' was already defined at "
            + "line \(other.line), please use distinct names.")
      }
      seen[name] = server.settings.location
    }
  }

  /// Numbers servers that have no `id`, leaving out numbers in use.
  private mutating func assignServerIDs(_ index: Int) {
    let forced = Set(
      proxies[index].servers.filter(\.hasForcedID).map(\.settings.id))
    var next = 1
    for server in proxies[index].servers.indices {
      if !proxies[index].servers[server].hasForcedID {
        while forced.contains(next) { next += 1 }
        proxies[index].servers[server].settings.id = next
      }
      next += 1
    }
  }

  /// A check needs a port from somewhere.
  private mutating func checkCheckPorts(_ index: Int) {
    let program: CheckProgram? =
      if case .program(let program) = proxies[index].settings.checkMethod { program } else { nil }
    for server in proxies[index].servers where server.isChecked && server.check.port == nil {
      if case .unix = server.settings.host { continue }
      if case .fixed = server.settings.port { continue }
      if program?.namesEveryPort == true { continue }
      diagnostics.alert(
        "config: \(proxies[index].kind) '\(proxies[index].name)': server "
          + "'\(server.settings.name)' has neither service port nor check port.")
    }
  }

  // MARK: Tracking

  private mutating func resolveTracking(_ reference: ServerReference) {
    let server = proxies[reference.proxy].servers[reference.server]
    guard let track = server.track else { return }
    switch trackedServer(track, by: reference) {
    case .success(let target):
      proxies[reference.proxy].servers[reference.server].settings.track = target
    case .failure(let problem):
      diagnostics.alert(
        "[\(server.settings.location)] : 'server \(proxies[reference.proxy].name)/"
          + "\(server.settings.name)' : \(problem.text)")
    }
  }

  private func trackedServer(
    _ text: String, by reference: ServerReference
  ) -> Result<ServerReference, ServerLine.Problem> {
    var proxy = reference.proxy
    var name = text
    if let slash = text.lastIndex(of: "/") {
      let backend = String(text[..<slash])
      name = String(text[text.index(after: slash)...])
      guard let found = proxies.firstIndex(where: { $0.name == backend && $0.has(.backend) })
      else {
        return .failure(.init(text: "unable to find required proxy '\(backend)' for tracking."))
      }
      proxy = found
    }
    guard let server = proxies[proxy].servers.firstIndex(where: { $0.settings.name == name })
    else {
      return .failure(.init(text: "unable to find required server '\(name)' for tracking."))
    }
    let target = ServerReference(proxy: proxy, server: server)
    let tracked = proxies[proxy].servers[server]
    guard tracked.isChecked || tracked.isAgentChecked || tracked.track != nil else {
      return .failure(
        .init(
          text: "unable to use \(path(target)) for tracking as it does not have any check nor "
            + "agent enabled."))
    }
    // Every link that was set before this one ends somewhere, so following them ends too.
    var link: ServerReference? = target
    while let current = link, current != reference {
      link = proxies[current.proxy].servers[current.server].settings.track
    }
    guard link == nil else {
      return .failure(
        .init(
          text: "unable to track \(path(target)) as it belongs to a tracking chain looping back to "
            + "\(path(reference))."))
    }
    return .success(target)
  }

  private func path(_ reference: ServerReference) -> String {
    let proxy = proxies[reference.proxy]
    return "\(proxy.name)/\(proxy.servers[reference.server].settings.name)"
  }
}
