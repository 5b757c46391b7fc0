import Basics
import Testing

@testable import ConfigurationLanguage

/// Lines made of known words and hostile arguments in every section: reading them must come to an
/// end, never trap, and never accept without a word what is not supported.
@Suite struct ReaderFuzzTests {
  private static let sections = ["global", "defaults", "frontend f", "backend b", "listen l"]
  private static let arguments = [
    "0", "-1", "1", "65536", "99999999999999999999", "5x", "5s", "1us", "x", "127.0.0.1:80", ":80",
    "[::1]:1-99", "/x", "abns@x", "fd@3", "ring@x", "a/b", "if", "unless", "if x", "\\ ",
    "%[src]",
    "local0", "info", "global", "check", "name", "from", "é", "random(", "random(9", "hdr(", "clf",
    ",,,", "1-2-3:4", "rdp-cookie(",
  ]

  @Test func anyMixtureOfWordsIsReadToItsEnd() {
    var random = Random(seed: 0x51_1ce)
    let words =
      KeywordTable.global.names + KeywordTable.proxy.names + KeywordTable.bind.names
      + KeywordTable.server.names + OtherOption.names + ReaderFuzzTests.arguments
    for _ in 0..<120 {
      var text = ""
      for _ in 0..<(1 + random.below(12)) {
        if random.below(4) == 0 {
          text += ReaderFuzzTests.sections[random.below(5)] + "\n"
          continue
        }
        let first = ["", "no ", "default ", "option ", "server s :1 ", "bind :1 ", "timeout "]
        text += "  " + first[random.below(first.count)]
        for _ in 0..<random.below(5) { text += words[random.below(words.count)] + " " }
        text += "\n"
      }
      let outcome = read(text)
      #expect(outcome.configuration.proxies.count <= 12)
    }
  }

  @Test func everyKeywordMeetsEveryArgument() {
    for (section, names) in [
      ("global", KeywordTable.global.names), ("listen l", KeywordTable.proxy.names),
      ("defaults", KeywordTable.proxy.names),
    ] {
      for argument in ["", "\"\""] + ReaderFuzzTests.arguments {
        let lines = names.map { "  \($0) \(argument)\n" }
        // Reading gives up after fifty erroneous lines.
        for start in stride(from: 0, to: lines.count, by: 40) {
          _ = read("\(section)\n" + lines[start..<min(start + 40, lines.count)].joined())
        }
      }
    }
  }

  /// A small generator with a fixed sequence.
  private struct Random {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func below(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(bound))
    }
  }
}
