import Basics

/// What was read so far, and the section that is being read.
struct ConfigurationDraft {
  /// Which section a line belongs to.
  enum Place: Hashable {
    /// None yet: at the beginning of a file.
    case outside
    case global
    /// `frontend`, `backend`, `listen` or `defaults`, named by `sectionName`.
    case proxy
    /// A section that this version does not support; its lines are skipped.
    case skipped
    /// A proxy whose first line was wrong, so that its lines belong to nothing.
    case orphaned
  }

  var diagnostics = Diagnostics()
  /// The environment in force at this line.
  var environment = Environment()
  let resolve: ConfigurationReader.Resolver
  let load: ConfigurationReader.Loader
  var place = Place.outside
  /// The word that began the section, as messages name it.
  var sectionName = ""
  var global = GlobalConfiguration()
  /// Keywords of `global` that may come once and have come.
  var seenInGlobal: Set<GlobalKeyword> = []
  /// Where `tune.splice` stands.
  var spliceLocation: SourceLocation?
  /// `expose-deprecated-directives`
  var allowsDeprecated = false
  /// Where files with a relative name are looked for.
  var defaultPath = DefaultPath.current
  /// Whether a section other than `global` was begun: it is too late for `nbthread` then.
  var hasOtherSections = false
  /// The section being read when `place` is `proxy`.
  var proxy = ProxyDraft.builtIn
  /// Finished `defaults` sections; the built-in one is the first.
  var defaults = [ProxyDraft.builtIn]
  /// Finished proxies, in the order of their sections.
  var proxies: [ProxyDraft] = []
  /// HAProxy stops reading at some errors, because what follows would make no sense.
  var isAborted = false

  /// What `.SECTION` stands for: the name of the section, or its keyword when it has none.
  private(set) var section: String?

  init(
    environment: Environment, resolve: @escaping ConfigurationReader.Resolver,
    load: @escaping ConfigurationReader.Loader
  ) {
    self.environment = environment
    self.resolve = resolve
    self.load = load
  }

  /// Reads one line.
  mutating func read(_ line: Line) {
    let statement = Statement(line)
    if statement.modifier != .plain { checkModifier(statement) }
    if beginSection(statement) { return }
    switch place {
    case .outside:
      diagnostics.alert(
        closeTo: statement.location, "unknown keyword '\(statement[0])' out of section.")
    case .global: readGlobal(statement)
    case .proxy: readProxy(statement)
    case .skipped: break
    case .orphaned:
      diagnostics.alert(at: statement.location, "'listen' or 'defaults' expected.")
    }
  }

  /// Ends a file: a section does not reach into the next one.
  mutating func endFile() {
    endSection()
    place = .outside
    sectionName = ""
    section = nil
  }

  private static let modifiable: Set = [
    "option", "log", "busy-polling", "set-dumpable", "strict-limits", "insecure-fork-wanted",
    "numa-cpu-mapping",
  ]

  private mutating func checkModifier(_ statement: Statement) {
    guard !ConfigurationDraft.modifiable.contains(statement[0]) else { return }
    diagnostics.alert(
      closeTo: statement.location,
      "negation/default currently supported only for options, log, busy-polling, set-dumpable, "
        + "strict-limits, insecure-fork-wanted and numa-cpu-mapping.")
  }

  /// Begins a section when the line does.
  private mutating func beginSection(_ statement: Statement) -> Bool {
    let name = statement[0]
    if let kind = SectionName(rawValue: name) {
      endSection()
      enter(statement)
      if kind == .global {
        place = .global
        if let problem = statement.unexpectedArgument(after: 0) {
          diagnostics.alert(at: statement.location, problem)
        }
        if hasOtherSections {
          diagnostics.diagnostic(
            "config : parsing [\(statement.location)] : global section detected after a "
              + "non-global one, the prevalence of their statements is unspecified")
        }
      } else {
        hasOtherSections = true
        beginProxy(statement, kind)
      }
      return true
    }
    // Inside a proxy, `cache` or `ring` would still begin a section, as they do in HAProxy.
    guard SectionName.notSupported.contains(name) else { return false }
    endSection()
    enter(statement)
    place = .skipped
    hasOtherSections = true
    diagnostics.alert(at: statement.location, notSupported(name))
    return true
  }

  private mutating func enter(_ statement: Statement) {
    sectionName = statement[0]
    section = statement[1].isEmpty ? statement[0] : statement[1]
  }

  /// Puts the section being read among the finished ones.
  mutating func endSection() {
    guard place == .proxy else { return }
    if proxy.isDefaults {
      defaults.append(proxy)
    } else {
      proxies.append(proxy)
    }
    place = .outside
  }
}
