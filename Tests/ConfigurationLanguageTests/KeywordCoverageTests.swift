import Glibc
import Testing

@testable import ConfigurationLanguage
@testable import Samples

/// How much of what configurations in `mode tcp` use is there: carried out, or without effect as in
/// HAProxy.
@Suite struct KeywordCoverageTests {
  /// The least percentage that must be reached. Raise it with every keyword that is added.
  static let percentMin = 97

  @Test func mostOfTheLanguageIsThere() {
    let coverage = KeywordCoverage()
    print(coverage.summary)
    for keyword in coverage.remaining {
      print("  remains: \(keyword.area) \(keyword.name) (tier \(keyword.tier))")
    }
    #expect(coverage.percent >= Double(Self.percentMin))
  }

  @Test func theTiersNameKnownKeywords() {
    let known = KnownNames.areas.reduce(into: [:]) { $0[$1.area] = Set($1.names) }
    for keyword in TieredKeyword.all {
      #expect(known[keyword.area]?.contains(keyword.name) == true, "\(keyword)")
    }
    #expect(Set(TieredKeyword.all.map { "\($0.area) \($0.name)" }).count == 562)
  }

  /// The list that the project is planned with, where it lies beside the repository.
  @Test func theTiersAreThoseOfThePlan() throws {
    let root = "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
    let path = root + "/shared/haproxy/keywords.tsv"
    guard let file = fopen(path, "r") else {
      print("skipped: there is no \(path)")
      return
    }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = fread(&bytes, 1, bytes.count, file)
    let rows = String(decoding: bytes[..<count], as: UTF8.self).split(separator: "\n").dropFirst()
    let planned = rows.compactMap { row -> String? in
      let columns = row.split(separator: "\t", omittingEmptySubsequences: false)
      guard columns.count > 2, columns[2] == "T1" || columns[2] == "T2" else { return nil }
      return "\(columns[0]) \(columns[1]) \(columns[2].dropFirst())"
    }
    let own = TieredKeyword.all.map { "\($0.area) \($0.name) \($0.tier)" }
    #expect(own.sorted() == planned.sorted())
  }

  @Test func reasonsAreForKeywordsOfTheTiers() {
    let names = Set(TieredKeyword.all.map { "\($0.area) \($0.name)" })
    for name in KeywordCoverage.reasons.keys { #expect(names.contains(name), "\(name)") }
  }
}

/// What of the tiers is there and what is not.
struct KeywordCoverage {
  /// Why names that are not left out with their family are not there yet.
  static let reasons: [String: String] = {
    let state = "what it reads is written by the runtime API, which is not there."
    let placing = "the system's scheduler places the workers."
    let namespace = "sockets are made in the namespace of the process."
    return [
      "proxy load-server-state-from-file": state, "proxy server-state-file-name": state,
      "global server-state-base": state, "global server-state-file": state,
      "global stats-file": state, "global cpu-policy": "only `none`, which is the default.",
      "global numa-cpu-mapping": placing, "bind thread": placing,
      "bind namespace": namespace, "server namespace": namespace,
      "server socks4": "connections go straight to the servers.",
      "server tfo":
        "a connection is opened before there are bytes that could go with its first packet.",
    ]
  }()

  /// Those that are to be expected.
  let expected: [TieredKeyword]
  /// Those of them that are neither carried out nor ignored as HAProxy ignores them.
  let remaining: [TieredKeyword]
  /// Those of a family that this version leaves out, and that are not there.
  let leftOut: [TieredKeyword]

  init() {
    expected = TieredKeyword.all.filter { $0.family == nil }
    remaining = expected.filter { !$0.isThere }
    leftOut = TieredKeyword.all.filter { $0.family != nil && !$0.isThere }
  }

  var percent: Double {
    100 * Double(expected.count - remaining.count) / Double(expected.count)
  }

  var summary: String {
    let tenths = Int(percent * 10)
    return "\(expected.count - remaining.count) of \(expected.count) keywords "
      + "(\(tenths / 10).\(tenths % 10) %) are carried out or ignored as HAProxy ignores them."
  }

  /// The parts of `docs/configuration.md` that tell all this.
  var blocks: [(name: String, text: String)] {
    let lines = remaining.map { keyword in
      let name = "\(keyword.area) \(keyword.name)"
      return "- `\(name)`: \(KeywordCoverage.reasons[name] ?? "not written yet.")"
    }
    let families = TieredKeyword.Family.allCases.map { family -> String in
      let names = leftOut.filter { $0.family == family }.map { "\($0.area) \($0.name)" }
      return "\(family.reason)\n\n\(KeywordLists.wrapped(names))"
    }
    return [
      ("remaining", ([summary, ""] + lines).joined(separator: "\n")),
      ("left out", families.joined(separator: "\n\n")),
    ]
  }
}

extension TieredKeyword.Family {
  /// Why it is left out, as a sentence.
  var reason: String {
    switch self {
    case .tls: "TLS is passed through, not terminated:"
    case .dns: "Names are resolved when the program starts, by the system's resolver:"
    case .runtime: "There is no runtime API:"
    case .http: "There is no `mode http`:"
    case .master: "There is no master process; `-sf` takes over from a running one:"
    case .lua: "There is no Lua:"
    case .peers: "Tables are not shared between processes:"
    }
  }
}

extension TieredKeyword {
  /// Whether this version carries it out, or ignores it as HAProxy does.
  var isThere: Bool {
    switch area {
    case "global":
      return name == "global" || Self.isThere(first, in: .global) && reads("global\n  \(line)\n")
    case "proxy": return isProxyWordThere
    case "bind":
      return Self.isThere(name, in: .bind) && reads("listen a\n  bind :1 \(name) 1\n")
    case "server" where name == "usesrc":
      return reads("listen a\n  server s 127.0.0.1:1 source 127.0.0.1 usesrc client\n")
    case "server":
      return Self.isThere(name, in: .server)
        && reads("listen a\n  server s 127.0.0.1:1 \(name) 1\n")
    case "action":
      return ActionName.all.contains(first) && !ActionName.notSupported.contains(first)
    case "converter":
      return Self.converters.contains(name)
    case "frontend", "backend", "listen", "defaults": return SectionName(rawValue: name) != nil
    default:
      return area.hasPrefix("fetch") && Self.fetches.contains(name)
    }
  }

  private static let fetches = Set(SampleFetch.listedNames)
  private static let converters = Set(SampleConverter.listedNames)

  private var first: String { String(name.prefix { $0 != " " }) }

  /// The keyword with arguments, where what comes of it is decided behind them.
  private var line: String {
    let arguments = [
      "http-check set-var": "(check.x) int(1)", "http-check unset-var": "(check.x)",
      "numa-cpu-mapping": " on", "rate-limit sessions": " 10", "stick match": " src",
      "stick on": " src", "stick store-request": " src",
    ]
    return name + (arguments[name] ?? " 1")
  }

  private var isProxyWordThere: Bool {
    if name.hasPrefix("option ") {
      let option = String(name.dropFirst("option ".utf8.count))
      if case .notSupported? = BooleanOption.named(option)?.kind { return false }
      return BooleanOption.named(option) != nil || SpecialOption(rawValue: option) != nil
    }
    return Self.isThere(first, in: .proxy) && reads("listen a\n  \(line)\n")
  }

  private static func isThere<Keyword>(_ name: String, in table: KeywordTable<Keyword>) -> Bool {
    switch table.meaning(of: name) {
    case .keyword: !KeywordDump.refused.contains(name)
    case .other(.ignored): true
    case .other(.notSupported), .unknown: false
    }
  }

  /// Whether reading says nothing about support, whatever else it says.
  private func reads(_ text: String) -> Bool {
    !ConfigurationLanguageTests.read(text).diagnostics.entries.contains {
      $0.text.contains("not supported by this version")
    }
  }
}
