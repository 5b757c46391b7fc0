import Glibc
import Testing

@testable import ConfigurationLanguage
@testable import Samples

/// `docs/configuration.md` lists every keyword with what becomes of it, so the lists are checked
/// against the tables of the program.
///
/// After a change to the tables, `SLUICE_WRITE_PAGE=1 swift test --filter ConfigurationPageTests`
/// writes the lists anew.
@Suite struct ConfigurationPageTests {
  private static let path =
    String(#filePath.split(separator: "/").dropLast(3).flatMap { "/" + $0 })
    + "/docs/configuration.md"

  @Test func thePageListsWhatTheProgramDoes() throws {
    let page = try read(ConfigurationPageTests.path)
    let expected = withCurrentLists(page)
    if getenv("SLUICE_WRITE_PAGE") != nil {
      try write(expected, to: ConfigurationPageTests.path)
    } else {
      #expect(page == expected)
    }
  }

  @Test func thePageHasEveryListOnce() throws {
    let page = try read(ConfigurationPageTests.path)
    for (name, _) in ConfigurationPageTests.blocks {
      let marks = page.split(separator: "\n").filter { $0 == "<!-- list: \(name) -->" }
      #expect(marks.count == 1, "\(name)")
    }
  }

  /// What stands between the marks of each list.
  private static let blocks =
    KeywordLists.all.map { (name: $0.name, text: KeywordLists.wrapped($0.words)) }
    + KeywordCoverage().blocks

  /// A list must not call a word carried out on which the program only says something.
  @Test(arguments: KeywordLists.remarkedInProxies)
  func whatIsListedAsNeedingHTTPWarns(name: String) {
    let arguments = [
      "capture": "cookie a len 8", "cookie": "a insert", "monitor-uri": "/up", "stats": "enable",
    ]
    let outcome = ConfigurationLanguageTests.read(
      "listen a\n  bind :1\n  mode tcp\n  \(name) \(arguments[name] ?? "deny")\n")
    #expect(
      outcome.diagnostics.entries.contains {
        $0.level == .warning && ($0.text.hasSuffix("HTTP mode.") || $0.text.contains("mode http"))
      })
    #expect(!outcome.diagnostics.hasErrors)
  }

  /// Puts the current words between each mark and the end of its block.
  private func withCurrentLists(_ page: String) -> String {
    var lines: [String] = []
    var isSkipping = false
    for line in page.split(separator: "\n", omittingEmptySubsequences: false) {
      if isSkipping, line == "<!-- end -->" { isSkipping = false }
      if isSkipping { continue }
      lines.append(String(line))
      if let (_, text) = ConfigurationPageTests.blocks.first(where: {
        line == "<!-- list: \($0.name) -->"
      }) {
        lines.append(text)
        isSkipping = true
      }
    }
    return lines.joined(separator: "\n")
  }

  private func read(_ path: String) throws -> String {
    let file = try #require(fopen(path, "r"))
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes[..<count], as: UTF8.self)
  }

  private func write(_ text: String, to path: String) throws {
    let file = try #require(fopen(path, "w"))
    defer { fclose(file) }
    let bytes = Array(text.utf8)
    #expect(fwrite(bytes, 1, bytes.count, file) == bytes.count)
  }
}

/// Every list of the page: what the tables say, less the few names that are in them only for the
/// sake of a message.
enum KeywordLists {
  static let remarkedInProxies = [
    "capture", "cookie", "http-after-response", "http-request", "http-response", "monitor-uri",
    "redirect", "stats",
  ]
  /// In the tables as carried out, but an error or a warning whatever follows them.
  static let removed = ["nbproc", "process", "tune.chksize"]
  static let refused = ["numa-cpu-mapping", "usesrc"]
  private static let withoutEffect = [
    "cookie", "noepoll", "redir", "tune.maxaccept", "tune.renice.startup",
  ]

  static let all: [(name: String, words: [String])] =
    table(.global, as: "global") + table(.proxy, as: "proxy") + options + timeouts + samples
    + table(.bind, as: "bind") + table(.server, as: "server") + [
      ("sections", SectionName.allCases.map(\.rawValue)),
      ("sections not supported", Array(SectionName.notSupported)),
    ]

  /// Words in code quotes, in lines of at most a hundred columns.
  static func wrapped(_ words: [String]) -> String {
    guard !words.isEmpty else { return "none" }
    var lines = [""]
    for word in words.sorted() {
      let item = "`\(word)`"
      let line = lines[lines.count - 1]
      if line.isEmpty {
        lines[lines.count - 1] = item
      } else if line.utf8.count + item.utf8.count < 100 {
        lines[lines.count - 1] = line + " " + item
      } else {
        lines.append(item)
      }
    }
    return lines.joined(separator: "\n")
  }

  private static func table<Keyword>(
    _ table: KeywordTable<Keyword>, as area: String
  ) -> [(name: String, words: [String])] {
    var carriedOut: [String] = []
    var ignored: [String] = []
    var notSupported: [String] = []
    let remarked = area == "proxy" ? remarkedInProxies : []
    for name in table.names {
      switch table.meaning(of: name) {
      case .keyword where removed.contains(name) || remarked.contains(name): break
      case .keyword where refused.contains(name): notSupported.append(name)
      case .keyword where withoutEffect.contains(name): ignored.append(name)
      case .keyword: carriedOut.append(name)
      case .other(.ignored): ignored.append(name)
      case .other(.notSupported): notSupported.append(name)
      case .unknown: Issue.record("\(name) is in a table that does not know it")
      }
    }
    let lists = [
      (area, carriedOut), ("\(area) without effect", ignored),
      ("\(area) not supported", notSupported),
    ]
    return area == "proxy" ? lists + [("proxy needs HTTP", remarkedInProxies)] : lists
  }

  private static let options: [(name: String, words: [String])] = {
    var carriedOut = [
      "external-check", "httpchk", "ldap-check", "mysql-check", "pgsql-check", "redis-check",
      "redispatch", "smtpchk", "spop-check", "ssl-hello-chk", "tcp-check", "tcpka", "tcplog",
    ]
    var ignored = [
      "http-keep-alive", "http-restrict-req-hdr-names", "http-server-close", "httpclose",
    ]
    var needsHTTP = SpecialOption.allCases.map(\.rawValue)
      .filter { !carriedOut.contains($0) && !ignored.contains($0) }
    var notSupported = Array(OtherOption.notSupported)
    for option in BooleanOption.all {
      switch option.kind {
      case .flag where withoutEffect.contains("option \(option.name)"): ignored.append(option.name)
      case .flag: carriedOut.append(option.name)
      case .httpOnly: needsHTTP.append(option.name)
      case .ignored: ignored.append(option.name)
      case .notSupported: notSupported.append(option.name)
      }
    }
    return [
      ("option", carriedOut), ("option without effect", ignored),
      ("option needs HTTP", needsHTTP), ("option not supported", notSupported),
    ]
  }()

  private static let samples: [(name: String, words: [String])] = {
    let fetches = Set(SampleFetch.listedNames)
    let converters = Set(SampleConverter.listedNames)
    return [
      ("action", Array(ActionName.all.subtracting(ActionName.notSupported))),
      ("action not supported", Array(ActionName.notSupported)),
      ("fetch", Array(fetches)),
      ("fetch not supported", Array(KnownSamples.fetches.subtracting(fetches))),
      ("converter", Array(converters)),
      ("converter not supported", Array(KnownSamples.converters.subtracting(converters))),
    ]
  }()

  private static let timeouts: [(name: String, words: [String])] = {
    // The words that HAProxy names when it gets another one; `client-hs` is called `handshake`.
    let names = [
      "check", "client", "client-fin", "client-hs", "connect", "queue", "server", "server-fin",
      "tunnel",
    ]
    let known = names.filter {
      !ConfigurationLanguageTests.read("listen a\n  timeout \($0) 1s\n").diagnostics.hasErrors
    }
    return [
      ("timeout", known),
      ("timeout without effect", Array(ConfigurationDraft.httpTimeoutNames)),
    ]
  }()
}
