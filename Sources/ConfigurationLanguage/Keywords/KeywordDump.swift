import Basics
import Samples

/// The words that are carried out, or ignored as HAProxy ignores them, in the form of HAProxy's
/// `-dK`: for tools that compare programs and versions. HAProxy management guide, section 3.
///
/// Everything comes from the tables of the parser, and how many arguments a word takes from what
/// reads it. HAProxy leaves out words that are older than its tables; here none is left out.
public enum KeywordDump {
  /// Words in the tables for the sake of a message: nothing but an error comes of them.
  static let refused: Set = ["nbproc", "numa-cpu-mapping", "process", "tune.chksize", "usesrc"]

  /// - Parameter classes: what follows `-dK`: names of classes with commas between them. Names that
  ///   are no class say nothing, as in HAProxy, and everything behind `all` is `all`.
  /// - Returns: what is printed.
  public static func text(classes: String) -> String {
    var lines: [String] = []
    var isAll = false
    for name in classes.split(separator: ",", omittingEmptySubsequences: false) {
      if name == "help" {
        lines += help
        continue
      }
      if name == "all" { isAll = true }
      for entry in entries where isAll || name == entry.name {
        lines.append("# List of registered \(entry.title):")
        lines += entry.lines()
      }
    }
    return lines.map { $0 + "\n" }.joined()
  }

  private static let help = [
    "# List of supported keyword classes:", "all: list all keywords", "acl: ACL keywords",
    "cfg: configuration keywords", "cli: CLI keywords", "cnv: sample converter keywords",
    "flt: filter names", "smp: sample fetch functions", "svc: service names",
  ]

  /// There is no runtime API, no filter and no service.
  private static var entries: [(name: String, title: String, lines: () -> [String])] {
    [
      ("acl", "ACL keywords", SampleKeywordDump.accessControlLines),
      ("cfg", "configuration keywords", configurationLines),
      ("cli", "CLI keywords", { [] }),
      ("cnv", "sample converter functions", SampleKeywordDump.converterLines),
      ("flt", "filter names", { [] }),
      ("smp", "sample fetch functions", SampleKeywordDump.fetchLines),
      ("svc", "service names", { [] }),
    ]
  }

  private static func configurationLines() -> [String] {
    var lines = ["global"]
    lines += words(of: .global).map { "\t\($0)" }
    lines.append("listen")
    lines += words(of: .proxy).map { "\t\($0)" }
    lines += words(of: .bind).map { "\tbind <addr> \($0)\(argument(ofBindWord: $0))" }
    lines += words(of: .server).map { "\tserver <name> <addr> \($0)\(argument(ofServerWord: $0))" }
    lines += options.map { "\toption \($0.name) [ \($0.marks)]" }
    for (family, stage) in [
      ("tcp-request connection", RuleStage.connection), ("tcp-request session", .session),
      ("tcp-request content", .content), ("tcp-response content", .response),
    ] {
      let names = ActionName.all.subtracting(ActionName.notSupported).filter {
        ConfigurationDraft.isKnown($0, in: stage)
      }
      lines += sorted(names).map {
        "\t\(family) \($0)\(ActionName.takesParentheses($0) ? "*" : "")"
      }
    }
    return lines
  }

  private static func words<Keyword>(of table: KeywordTable<Keyword>) -> [String] {
    sorted(
      table.names.filter { name in
        switch table.meaning(of: name) {
        case .keyword: !refused.contains(name)
        case .other(.ignored): true
        case .other(.notSupported), .unknown: false
        }
      })
  }

  private static var options: [(name: String, marks: String)] {
    let booleans = BooleanOption.all.compactMap { option -> (name: String, marks: String)? in
      switch option.kind {
      case .flag, .ignored: (option.name, marks(option.capabilities, needsHTTP: false))
      case .httpOnly: (option.name, marks(option.capabilities, needsHTTP: true))
      case .notSupported: nil
      }
    }
    let specials = SpecialOption.allCases.map {
      (name: $0.rawValue, marks: marks($0.capabilities, needsHTTP: $0.needsHTTP))
    }
    return (booleans + specials).sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  private static func marks(
    _ capabilities: ProxyConfiguration.Capabilities, needsHTTP: Bool
  ) -> String {
    (capabilities.contains(.frontend) ? "FE " : "") + (capabilities.contains(.backend) ? "BE " : "")
      + (needsHTTP ? "HTTP " : "")
  }

  /// ` +1` for a word that takes an argument.
  static func argument(ofBindWord word: String) -> String {
    guard let keyword = BindKeyword(rawValue: word) else {
      return ignoredBindWordsWithValue.contains(word) ? " +1" : ""
    }
    var line = BindLine(statement: Statement(emptyLine), listeners: [])
    var index = 0
    _ = line.apply(keyword, at: &index)
    return index > 1 ? " +\(index - 1)" : ""
  }

  /// ` +1` for a word that takes an argument, ` +-1` for one that may take more.
  static func argument(ofServerWord word: String) -> String {
    guard let keyword = ServerKeyword(rawValue: word) else {
      return ignoredServerWordsWithValue.contains(word) ? " +1" : ""
    }
    if keyword == .source { return " +-1" }
    var line = ServerLine(statement: Statement(emptyLine), server: .plain, index: 0)
    return line.applyFlag(keyword) == nil ? " +1" : ""
  }

  /// What the readers of words get when only their steps matter.
  private static let emptyLine = Line(location: SourceLocation(file: "", line: 0), words: [])

  /// By bytes, as HAProxy sorts.
  private static func sorted(_ names: some Sequence<String>) -> [String] {
    names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}
