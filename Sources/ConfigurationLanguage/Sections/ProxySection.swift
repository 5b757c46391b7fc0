import Basics
import Samples

/// The lines that begin a proxy or a `defaults` section. HAProxy manual, section 4.
extension ConfigurationDraft {
  mutating func beginProxy(_ statement: Statement, _ section: SectionName) {
    let isDefaults = section == .defaults
    let capabilities: ProxyConfiguration.Capabilities =
      switch section {
      case .frontend: .frontend
      case .backend: .backend
      case .defaults, .listen, .global: [.frontend, .backend]
      }
    // Until the line turns out to be right, what follows belongs to nothing.
    place = .orphaned
    guard isDefaults || checkHeader(statement, capabilities) else { return }
    var name = statement[1]
    var from = 2
    if isDefaults, name == "from", !statement[2].isEmpty, statement[3].isEmpty {
      name = ""
      from = 1
    }
    var draft = ProxyDraft(
      name: name, capabilities: capabilities, isDefaults: isDefaults, location: statement.location,
      reader: SampleReader(
        load: loader(for: statement.location.file),
        resolve: { [resolve] name in resolve(name, .v4) ?? resolve(name, .v6) }))
    if isDefaults, !name.isEmpty {
      guard replaceDefaults(named: name, with: &draft) else { return }
    }
    guard checkOtherKinds(statement, draft) else { return }
    guard let origin = origin(of: draft, statement, from) else { return }
    if let origin { draft.inherit(from: defaults[origin]) }
    proxy = draft
    place = .proxy
  }

  /// Opens the files that lines of a file name, where `default-path` says.
  func loader(for file: String) -> ConfigurationReader.Loader {
    guard defaultPath != .current else { return load }
    return { [load, defaultPath] name in load(defaultPath.resolve(name, in: file)) }
  }

  /// Checks the words of a line that begins a proxy.
  private mutating func checkHeader(
    _ statement: Statement, _ capabilities: ProxyConfiguration.Capabilities
  ) -> Bool {
    let location = statement.location
    let name = statement[1]
    if name.isEmpty {
      diagnostics.alert(at: location, "'\(statement[0])' expects an <id> argument")
      isAborted = true
      return false
    }
    if let character = forbiddenCharacter(in: name) {
      diagnostics.alert(
        at: location,
        "character '\(character)' is not permitted in '\(statement[0])' name '\(name)'.")
    }
    if let other = proxies.first(where: { $0.name == name && $0.has(capabilities) }) {
      diagnostics.alert(
        "config : Parsing [\(location)]: \(capabilities.proxyKind) '\(name)' has the same name as "
          + "\(other.kind) '\(other.name)' declared at \(other.location).")
    }
    let hasWrongOrigin =
      !statement[2].isEmpty && (statement[3].isEmpty || statement[2] != "from")
    let surplus = hasWrongOrigin ? nil : statement.unexpectedArgument(after: 3)
    if let surplus { diagnostics.alert(at: location, surplus) }
    guard hasWrongOrigin || surplus != nil else { return true }
    if capabilities.contains(.frontend) {
      diagnostics.alert(
        at: location, "please use the 'bind' keyword for listening addresses.")
    } else if surplus == nil {
      // HAProxy drops the section without a word; its lines must not vanish here.
      diagnostics.alert(
        at: location, "'\(statement[0])' cannot handle unexpected argument '\(statement[2])'.")
    }
    return false
  }

  /// A named `defaults` section replaces the one of the same name, unless that is in use.
  private mutating func replaceDefaults(named name: String, with draft: inout ProxyDraft) -> Bool {
    guard let old = defaults.lastIndex(where: { $0.name == name && !$0.isReplaced }) else {
      return true
    }
    if defaults[old].isNamedByOthers {
      diagnostics.alert(
        "config : Parsing [\(draft.location)]: defaults '\(name)' has the same name as another "
          + "defaults section declared at \(defaults[old].location) which was explicitly "
          + "referenced hence cannot be replaced. Please remove or rename one of the offending "
          + "defaults section.")
      isAborted = true
      return false
    }
    draft.replaced = defaults[old].location
    defaults[old].isReplaced = true
    return true
  }

  /// Since HAProxy 3.3 no two sections may have one name, whatever they are.
  private mutating func checkOtherKinds(_ statement: Statement, _ draft: ProxyDraft) -> Bool {
    guard !draft.name.isEmpty else { return true }
    var other = proxies.first { $0.name == draft.name }
    if other == nil, !draft.isDefaults {
      other = defaults.last { $0.name == draft.name && !$0.isReplaced }
    }
    guard let other else { return true }
    diagnostics.alert(
      "config : Parsing [\(statement.location)]: \(draft.kind) '\(draft.name)' has the same name "
        + "as \(other.kind) '\(other.name)' declared at \(other.location). This is no longer "
        + "supported as of 3.3. Please rename one or the other.")
    isAborted = true
    return false
  }

  /// Finds the `defaults` section that a new section starts from.
  ///
  /// - Returns: its index, the inner nil for built-in values, the outer nil after an error.
  private mutating func origin(
    of draft: ProxyDraft, _ statement: Statement, _ index: Int
  ) -> Int?? {
    let location = statement.location
    guard statement[index] == "from" else {
      guard !draft.isDefaults else { return .some(nil) }
      let last = defaults.count - 1
      defaults[last].isUsedAsLast = true
      warnAboutMixedUse(last, location)
      return last
    }
    let name = statement[index + 1]
    guard
      let found = defaults.lastIndex(where: { $0.name == name && !name.isEmpty && !$0.isReplaced })
    else {
      diagnostics.alert(
        at: location, "defaults section '\(name)' not found for \(draft.kind) '\(draft.name)'.")
      isAborted = true
      return nil
    }
    if let replaced = defaults[found].replaced {
      diagnostics.alert(
        at: location,
        "ambiguous defaults section name '\(name)' referenced by \(draft.kind) '\(draft.name)' "
          + "exists at least at \(defaults[found].location) and \(replaced).")
    }
    if let character = forbiddenCharacter(in: name) {
      diagnostics.alert(
        at: location,
        "character '\(character)' is not permitted in defaults section name '\(name)' when "
          + "designated by its name (section found at \(defaults[found].location)).")
    }
    defaults[found].isNamedByOthers = true
    warnAboutMixedUse(found, location)
    return found
  }

  private mutating func warnAboutMixedUse(_ index: Int, _ location: SourceLocation) {
    let section = defaults[index]
    guard section.isNamedByOthers, section.isUsedAsLast else { return }
    diagnostics.warning(
      at: location,
      "defaults section '\(section.name)' (declared at \(section.location)) is explicitly "
        + "referenced by another proxy and implicitly used here. To avoid any ambiguity don't mix "
        + "both usage. Add a last defaults section not explicitly used or always use explicit "
        + "references.")
  }
}
