import Samples

/// What a check says of itself, in HAProxy's words.
extension CheckRun {
  var number: Int { program.steps[index].number }

  func description(of pattern: CheckExpectation.Pattern) -> [UInt8] {
    switch pattern {
    case .string(let text), .body(let text):
      Array(" '".utf8) + text + Array("'".utf8)
    case .binary: Array(" (binary)".utf8)
    case .text, .bodyText: Array(" (log-format string)".utf8)
    case .hexadecimal: Array(" (log-format binary)".utf8)
    case .status: Array("(status codes)".utf8)
    case .header: Array(" (header pattern)".utf8)
    case .builtIn, .expression, .statusExpression, .bodyExpression: Array(" (regex)".utf8)
    case .hexadecimalExpression: Array(" (binary regex)".utf8)
    case .reply: Array(" (custom function)".utf8)
    }
  }

  /// The program has come to its end.
  var success: CheckOutcome {
    var samples = samples
    let note = "(tcp-check)"
    guard program.steps.indices.contains(index) else {
      return CheckOutcome(.layer7Passed, info: note)
    }
    switch program.steps[index].action {
    case .connect:
      return CheckOutcome(.layer4Passed, info: number == 0 ? "" : note)
    case .send, .setVariable, .setVariableText, .unsetVariable:
      return CheckOutcome(.layer7Passed, info: note)
    case .expect(let expectation):
      if program.disablesOn404, facts.isServerUp, code == 404 {
        return CheckOutcome(.layer7ConditionallyPassed, info: "", code: 404)
      }
      var info: [UInt8] = []
      if let text = expectation.onSuccess {
        info = text.bytes(&samples)
      } else if program.kind == .tcp {
        info = Array(note.utf8)
      }
      return CheckOutcome(
        expectation.okStatus ?? .layer7Passed, bytes: info,
        code: expectation.statusCode?.number(in: &samples).map { Int(clamping: $0) } ?? code)
    }
  }

  /// Where in the rules of `option tcp-check` the connection broke.
  var placeInRules: [UInt8] {
    guard program.kind == .tcp else { return [] }
    guard program.steps.indices.contains(index), number > 0 else {
      return Array(" at initial connection step of tcp-check".utf8)
    }
    var text = Array(" at step \(number) of tcp-check".utf8)
    switch program.steps[index].action {
    case .connect(let connect):
      text += Array((connect.port.map { " (connect port \($0))" } ?? " (connect)").utf8)
    case .send: text += Array(" (send)".utf8)
    case .expect(let expectation):
      switch expectation.pattern {
      case .string(let pattern):
        text += Array(" (expect string '".utf8) + pattern + Array("')".utf8)
      case .binary(let pattern):
        text += Array(" (expect binary '".utf8) + hexadecimalDigits(of: pattern)
        text += Array("')".utf8)
      case .text: text += Array(" (expect log-format string)".utf8)
      case .hexadecimal: text += Array(" (expect log-format binary)".utf8)
      case .expression: text += Array(" (expect regex)".utf8)
      case .hexadecimalExpression: text += Array(" (expect binary regex)".utf8)
      case .status, .statusExpression, .header, .body, .bodyText, .bodyExpression, .builtIn,
        .reply:
        break
      }
    case .setVariable, .setVariableText, .unsetVariable: break
    }
    if let comment = program.steps[index].comment {
      text += Array(" comment: '".utf8) + comment + Array("'".utf8)
    }
    return text
  }
}
