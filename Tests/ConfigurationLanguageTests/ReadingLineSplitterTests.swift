import Testing

@testable import ConfigurationLanguage

/// Every expectation here was checked against HAProxy 3.4.0's own line parser.
@Suite struct ReadingLineSplitterTests {
  private static let environment = [
    "X": "val", "EMPTY": "", "LIST": "a b  c", "ADDRESS": "127.0.0.1",
  ]

  private func split(_ line: String, hasComments: Bool = true) throws(SplitFault) -> [String] {
    var splitter = LineSplitter(
      line.utf8,
      variables: .init(
        environment: Environment(Self.environment), file: "f.cfg", line: 7, section: "web"),
      hasComments: hasComments)
    return try splitter.split().words.map(\.text)
  }

  @Test(arguments: [
    ("bind :80", ["bind", ":80"]),
    ("\ta \t  b\t", ["a", "b"]),
    ("a # b", ["a"]),
    ("a#b", ["a"]),
    ("a\\#b", ["a#b"]),
    ("a \"#\" '#'", ["a", "#", "#"]),
    ("a b\r", ["a", "b"]),
    ("a b \r c", ["a", "b", "c"]),
    ("a\u{0b}b", ["a", "b"]),
    ("a\\ b c", ["a b", "c"]),
    ("\\t\\n\\r\\\\", ["\t\n\r\\"]),
    ("\\x41\\x4a \\1 \\q", ["AJ", "\\1", "\\q"]),
    ("a\\", ["a\\"]),
    ("\\' \\\" \\$X", ["'", "\"", "\\$X"]),
    ("\"a b\"'c d'e", ["a bc de"]),
    ("'a\\b \"$X\"'", ["a\\b \"$X\""]),
    ("\"it's\"", ["it's"]),
    ("\"\\$X \\\"\"", ["$X \""]),
    ("", []),
    ("   ", []),
    ("# only a comment", []),
    ("a \"\" ''", ["a", "", ""]),
    ("a\"\"b", ["ab"]),
    ("a\\x00b c", ["a", "c"]),
  ])
  func splitsQuotesEscapesAndComments(line: String, words: [String]) throws {
    #expect(try split(line) == words)
  }

  @Test(arguments: [
    ("$X ${X}", ["$X", "${X}"]),
    ("\"$X\" \"${X}y\" \"$Xy\"", ["val", "valy", ""]),
    ("\"${NONE-a b}\" \"${X-a}\" \"${EMPTY-a}\"", ["a b", "val", ""]),
    ("\"${NONE-}\"", [""]),
    ("a \"${LIST[*]}\" b", ["a", "a", "b", "c", "b"]),
    ("x\"${LIST[*]}\"y", ["xa", "b", "cy"]),
    ("a \"${EMPTY[*]}\" \"${NONE[*]}\" b", ["a", "b"]),
    ("\"${NONE[*]-p q}\"", ["p", "q"]),
    ("\"${LIST}\"", ["a b  c"]),
    ("\"${.FILE}:${.LINE} $.SECTION\"", ["f.cfg:7 web"]),
  ])
  func expandsVariablesOnlyInDoubleQuotes(line: String, words: [String]) throws {
    #expect(try split(line) == words)
  }

  @Test(arguments: [
    ("a \"b", SplitFault.quote(2)),
    ("a 'b\\'c'", .quote(7)),
    ("a \"b\r\"", .quote(2)),
    ("\"${X\"", .brace(2)),
    ("\"${X-abc", .brace(2)),
    ("\"$1\"", .variableName(2)),
    ("\"${-}\"", .variableName(3)),
    ("\"$.OTHER\"", .variableName(2)),
    ("\"a$\"", .variableName(3)),
    ("a\\x4g", .hexadecimal(1)),
    ("a\\x4", .hexadecimal(1)),
    ("\"${LIST[a]}\"", .expansion(7)),
    ("\"${LIST[*\"", .expansion(7)),
  ])
  func namesTheFaultAndItsPlace(line: String, fault: SplitFault) {
    #expect(throws: fault) { try split(line) }
  }

  @Test func holdsSixtyFourWordsAndNoMore() throws {
    let full = (1...64).map(String.init)
    #expect(try split(full.joined(separator: " ")) == full)
    #expect(throws: SplitFault.tooManyWords(position: 181, word: Word("64"))) {
      try split((full + ["65"]).joined(separator: " "))
    }
  }

  @Test func readsNoCommentsOnTheCommandLine() throws {
    #expect(try split("a #b \\#", hasComments: false) == ["a", "#b", "\\#"])
  }

  @Test func keepsBytesThatAreNotText() throws {
    var splitter = LineSplitter(
      [0x61, 0xff, 0x20, 0x80],
      variables: .init(environment: Environment(), file: nil, line: 1, section: nil))
    #expect(try splitter.split().words == [Word([0x61, 0xff]), Word([0x80])])
  }
}
