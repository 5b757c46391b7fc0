import Testing

@testable import ConfigurationLanguage

/// A configuration and everything that is said about it, one message after the other, each with its
/// level. The wording is HAProxy 3.4's, except where something is not supported yet.
struct Golden: CustomTestStringConvertible, Sendable {
  let name: String
  let text: String
  let messages: String

  init(_ name: String, _ text: String, says messages: String) {
    self.name = name
    self.text = text
    self.messages = messages
  }

  var testDescription: String { name }

  static let all =
    section + global + proxy + log + http + bind + server + hash + stickTable + stick + checks
    + rules + validation
}

@Suite struct GoldenTests {
  @Test(arguments: Golden.all) func everyMessageIsAsHAProxySaysIt(golden: Golden) {
    let outcome = read(golden.text + "\n")
    let messages = outcome.diagnostics.entries.map { "\($0.level.rawValue) \($0.text)" }
    #expect(messages.joined(separator: "\n") == golden.messages)
  }
}
