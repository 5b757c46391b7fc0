import Basics

@testable import Samples

/// Expressions and conditions of tests, and a session to evaluate them for.
struct SampleFixture {
  var reader = SampleReader()
  var context = SampleContext()

  init() {
    context.source = SocketAddress(ip: IPAddress(v4: 0x0a01_0203), port: 4711)
    context.destination = SocketAddress(ip: IPAddress(v4: 0x7f00_0001), port: 443)
    context.connectionSource = context.source
    context.connectionDestination = context.destination
    context.now = WallTime(microseconds: 1_795_382_032_678_123)
    context.acceptDate = WallTime(microseconds: 1_795_382_031_000_001)
  }

  static func words(_ text: String) -> [[UInt8]] {
    text.split(separator: " ").map { Array($0.utf8) }
  }

  /// The value of an expression.
  mutating func value(_ text: String) throws -> SampleValue? {
    var index = 0
    return try reader.expression(SampleFixture.words(text), &index).evaluate(in: &context).value
  }

  /// The value of an expression as text.
  mutating func text(_ expression: String) throws -> String? {
    try value(expression).map { String(decoding: $0.text, as: UTF8.self) }
  }

  /// The verdict of a condition that begins with `if` or `unless`.
  mutating func verdict(_ condition: String) throws -> Verdict {
    try reader.condition(SampleFixture.words(condition)).evaluate(in: &context)
  }

  /// Whether an anonymous ACL holds.
  mutating func holds(_ text: String) throws -> Bool {
    try verdict("if { \(text) }") == .pass
  }

  /// What is wrong with an expression.
  func problem(_ text: String) -> String? {
    var index = 0
    do {
      _ = try reader.expression(SampleFixture.words(text), &index)
      return nil
    } catch {
      return error.message
    }
  }
}
