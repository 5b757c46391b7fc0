import Basics
import Samples

/// Names of proxies and servers in rules, which can only be found when every section has been read.
extension ConfigurationDraft {
  // MARK: use_backend and use-server

  mutating func resolve(switching reference: ProxyDraft.Reference, for index: Int) {
    let reader = proxies[index].reader
    (reader.file, reader.line) = (reference.location.file, reference.location.line)
    let format: LogFormat
    do {
      format = try LogFormat.parse(reference.name, at: .switching, reader: reader)
    } catch {
      diagnostics.alert(
        "Parsing [\(reference.location)]: failed to parse use_backend rule '\(reference.text)' : "
          + "\(error.message).")
      return
    }
    let target: SwitchingRule.Target
    if format.isLiteral {
      guard let found = backend(named: reference.text, for: index, keyword: "use_backend") else {
        return
      }
      target = .backend(found)
    } else {
      target = .named(format)
    }
    proxies[index].settings.switchingRules.append(
      SwitchingRule(condition: reference.condition, target: target))
  }

  mutating func resolve(server reference: ProxyDraft.Reference, for index: Int) {
    guard let condition = reference.condition else { return }
    let reader = proxies[index].reader
    (reader.file, reader.line) = (reference.location.file, reference.location.line)
    let format: LogFormat
    do {
      format = try LogFormat.parse(reference.name, at: .server, reader: reader)
    } catch {
      diagnostics.alert(
        "Parsing [\(reference.location)]; use-server rule failed to parse log-format "
          + "'\(reference.text)' : \(error.message).")
      return
    }
    let target: ServerRule.Target
    if format.isLiteral {
      let server = proxies[index].servers.firstIndex { $0.settings.name == reference.text }
      guard let server else {
        diagnostics.alert(
          "\(proxies[index].kind) '\(proxies[index].name)' : unable to find server "
            + "'\(reference.text)' referenced in a 'use-server' rule.")
        return
      }
      target = .server(server)
    } else {
      target = .named(format)
    }
    proxies[index].settings.serverRules.append(ServerRule(condition: condition, target: target))
  }

  mutating func backend(named name: String, for index: Int, keyword: String) -> Int? {
    let proxy = proxies[index]
    guard let target = proxies.firstIndex(where: { $0.name == name && $0.has(.backend) }) else {
      diagnostics.alert("Proxy '\(proxy.name)': unable to find required \(keyword): '\(name)'.")
      return nil
    }
    guard target != index else {
      diagnostics.alert("Proxy '\(proxy.name)': loop detected for \(keyword): '\(name)'.")
      return nil
    }
    return target
  }

  /// The proxy whose stick table a name means; nil when there is none.
  ///
  /// - Parameter name: empty for the section's own.
  func table(named name: String, for index: Int) -> Int? {
    if name.isEmpty { return proxies[index].settings.stickTable == nil ? nil : index }
    return proxies.firstIndex { $0.name == name && $0.settings.stickTable != nil }
  }

  // MARK: Arguments of expressions

  /// Finds the proxies and servers that expressions of a section name, and of the sections that its
  /// rules come from. Names in rules of `defaults` mean the same for every section.
  mutating func resolveReferences(_ index: Int) {
    for reader in proxies[index].inheritedReaders {
      for reference in reader.references where reference.proxy < 0 {
        resolve(reference, for: index, isInherited: true)
      }
    }
    for reference in proxies[index].reader.references where reference.proxy < 0 {
      resolve(reference, for: index, isInherited: false)
    }
  }

  private mutating func resolve(
    _ reference: NameReference, for index: Int, isInherited: Bool
  ) {
    let owner = proxies[index].name
    let keyword = reference.isInAccessList ? "ACL keyword" : "sample fetch keyword"
    let head = "parsing [\(reference.location)]: "
    let converter = reference.converter.map { "conversion keyword '\($0)' for " } ?? ""
    let subject =
      "in arg \(reference.position) of \(converter)\(keyword) '\(reference.keyword)' "
      + "\(reference.rule)in proxy "
    let tail = "\(subject)'\(owner)'"
    switch reference.kind {
    case .frontend, .backend:
      let isFrontend = reference.kind == .frontend
      let half: ProxyConfiguration.Capabilities = isFrontend ? .frontend : .backend
      let found =
        reference.name.isEmpty
        ? index : proxies.firstIndex { $0.name == reference.name && $0.has(half) }
      guard let found else {
        diagnostics.alert(
          "\(head)unable to find \(isFrontend ? "frontend" : "backend") '\(reference.name)' "
            + "referenced \(tail).")
        return
      }
      guard proxies[found].has(half) else {
        diagnostics.alert(
          "\(head)proxy '\(proxies[found].name)', referenced \(tail), has not "
            + "\(isFrontend ? "frontend" : "backend") capability.")
        return
      }
      reference.proxy = found
    case .table:
      if isInherited, reference.name.isEmpty {
        diagnostics.alert(
          "\(head)table name must be set \(subject)'\(proxies[index].defaultsName)'.")
        return
      }
      guard let found = table(named: reference.name, for: index) else {
        let name = reference.name.isEmpty ? owner : reference.name
        diagnostics.alert("\(head)unable to find table '\(name)' referenced \(tail).")
        return
      }
      reference.proxy = found
    case .server:
      let parts = reference.name.split(
        separator: "/", maxSplits: 1, omittingEmptySubsequences: false
      ).map(String.init)
      guard !reference.name.isEmpty, let name = parts.last else {
        diagnostics.alert("\(head)missing server name \(tail).")
        return
      }
      var proxy = index
      if parts.count == 2 {
        guard
          let found = proxies.firstIndex(where: { $0.name == parts[0] && $0.has(.backend) })
        else {
          diagnostics.alert("\(head)unable to find proxy '\(parts[0])' referenced \(tail).")
          return
        }
        proxy = found
      }
      guard let server = proxies[proxy].servers.firstIndex(where: { $0.settings.name == name })
      else {
        diagnostics.alert(
          "\(head)unable to find server '\(name)' in proxy '\(proxies[proxy].name)', referenced "
            + "\(tail).")
        return
      }
      reference.proxy = proxy
      reference.server = server
    }
  }
}
