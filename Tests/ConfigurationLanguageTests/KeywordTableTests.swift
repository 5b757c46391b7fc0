import Samples
import Testing

@testable import ConfigurationLanguage

@Suite struct KeywordTableTests {
  @Test func theListIsWhole() {
    #expect(KnownNames.areas.reduce(0) { $0 + $1.names.count } == 1145)
  }

  @Test(arguments: KnownNames.areas.map(\.area))
  func everyNameOfHAProxyIsRecognised(area: String) {
    let names = KnownNames.areas.first { $0.area == area }?.names ?? []
    for name in names {
      #expect(isRecognised(name, in: area), "\(area): \(name)")
    }
  }

  private func isRecognised(_ name: String, in area: String) -> Bool {
    let first = String(name.prefix { $0 != " " })
    let rest = String(name.dropFirst(first.count + 1))
    switch area {
    case "global": return name == "global" || KeywordTable.global.knows(first)
    case "bind": return KeywordTable.bind.knows(name)
    case "server": return KeywordTable.server.knows(name)
    case "proxy":
      if first == "option" {
        return BooleanOption.named(rest) != nil || SpecialOption(rawValue: rest) != nil
          || OtherOption.notSupported.contains(rest)
      }
      if first == "timeout" {
        return !read("listen a\n  timeout \(rest) 1s\n").diagnostics.hasErrors
      }
      return KeywordTable.proxy.knows(first)
    case "action": return ActionName.all.contains(first)
    case "converter": return KnownSamples.converters.contains(name)
    case _ where area.hasPrefix("fetch"): return KnownSamples.fetches.contains(name)
    default:
      return SectionName(rawValue: name) != nil || SectionName.notSupported.contains(name)
        || SectionName.skippedWords[area]?.contains(name) == true
    }
  }

  /// A name that is in two lists would be accepted or refused by chance.
  @Test func noNameHasTwoMeanings() {
    #expect(KeywordTable.global.hasDistinctNames)
    #expect(KeywordTable.proxy.hasDistinctNames)
    #expect(KeywordTable.bind.hasDistinctNames)
    #expect(KeywordTable.server.hasDistinctNames)
    #expect(Set(OtherOption.names).count == OtherOption.names.count)
  }

  /// Whatever is only known must be an error with file and line wherever it stands.
  @Test func whatIsNotSupportedIsAnErrorThatSaysSo() {
    for name in KeywordTable.proxy.names {
      guard case .other(.notSupported) = KeywordTable.proxy.meaning(of: name) else { continue }
      let outcome = read("listen a\n  \(name) x\n")
      #expect(
        outcome.diagnostics.entries.first
          == Diagnostic(
            .alert,
            "config : parsing [f.cfg:2] : '\(name)' is known but not supported by this version of "
              + "Sluice."))
      #expect(outcome.diagnostics.hasErrors)
    }
  }
}
