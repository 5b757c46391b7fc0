import Basics
import Samples

/// The actions of `tcp-request` and `tcp-response` rules that are about stick tables. HAProxy manual,
/// section 4.3.
extension ConfigurationDraft {
  /// `track-sc<number> <key> [table <table>]`
  mutating func readTrackAction(
    _ name: String, _ words: inout RuleWords
  ) throws(SampleError) -> TCPRule.Action {
    let rule = words.name
    let digits = name.dropFirst("track-sc".utf8.count)
    guard digits.allSatisfy({ $0.isASCII && $0.isNumber }) else {
      throw SampleError("\(rule) : Wrong track-sc number '\(digits)'")
    }
    let counter = digits.isEmpty ? 0 : Int(digits) ?? Int.max
    let most = global.tune.stickCounters
    guard most > 0 else {
      throw SampleError(
        "\(rule) : \(counter) track-sc number not usable, stick-counters are disabled by "
          + "tune.stick-counters")
    }
    guard counter < most else {
      throw SampleError(
        "\(rule) : \(counter) track-sc number exceeding \(most - 1) (tune.stick-counters-1) value")
    }
    let key: SampleExpression
    do {
      key = try expression(&words, rule: "in tracking rule ")
    } catch {
      throw SampleError("\(rule) : \(error.message)")
    }
    var table = ""
    if words.text == "table" {
      words.index += 1
      table = words.text
      words.index += 1
    }
    return .track(
      counter: counter, key,
      table: sampleReader(at: words.statement.location).table(named: table))
  }

  /// `sc-inc-gpc(<element>,<counter>)` and its relatives.
  ///
  /// - Returns: nil for another action.
  mutating func readStickAction(
    _ name: String, _ words: inout RuleWords
  ) throws(SampleError) -> TCPRule.Action? {
    if name.hasPrefix("sc-inc-gpc") {
      try checkStickCounters(name)
      return .addToCounter(try incrementedElement(name), .fixed(1))
    }
    if name.hasPrefix("sc-set-gpt") {
      try checkStickCounters(name)
      return .setTag(try taggedElement(name), try stickNumber(&words))
    }
    if name.hasPrefix("sc-add-gpc") {
      return .addToCounter(try raisedElement(name), try stickNumber(&words))
    }
    return nil
  }

  private func checkStickCounters(_ name: String) throws(SampleError) {
    guard global.tune.stickCounters > 0 else {
      throw SampleError(
        "Cannot use '\(name)', stick-counters are disabled via tune.stick-counters")
    }
  }

  private func incrementedElement(_ name: String) throws(SampleError) -> StickElement {
    let usage = "Expects sc-inc-gpc(<GPC ID>,<Track ID>)"
    let most = global.tune.stickCounters - 1
    var scan = ActionScan(name, after: "sc-inc-gpc")
    switch scan.take() {
    case UInt8(ascii: "("):
      let element = scan.number()
      guard scan.take() == UInt8(ascii: ",") else {
        throw SampleError("Missing gpc ID '\(name)'. \(usage)")
      }
      let counter = scan.number()
      guard scan.take() == UInt8(ascii: ")") else {
        throw SampleError("invalid stick table track ID '\(name)'. \(usage)")
      }
      guard (0...most).contains(counter) else {
        throw SampleError(
          "invalid stick table track ID '\(name)'. The max allowed ID is \(most) "
            + "(tune.stick-counters)")
      }
      return StickElement(.gpc, element: element, counter: counter)
    case let digit? where digit == UInt8(ascii: "0") || digit == UInt8(ascii: "1"):
      let type = digit == UInt8(ascii: "0") ? StickTableDataType.gpc0 : .gpc1
      guard !scan.isAtEnd else { return StickElement(type, element: 0, counter: 0) }
      guard scan.take() == UInt8(ascii: "("), case let counter = scan.number(),
        scan.take() == UInt8(ascii: ")")
      else {
        throw SampleError("invalid stick table track ID. Expects \(name)(<Track ID>)")
      }
      guard (0...most).contains(counter) else {
        throw SampleError(
          "invalid stick table track ID. The max allowed ID is \(most) (tune.stick-counters)")
      }
      return StickElement(type, element: 0, counter: counter)
    default: throw SampleError("invalid gpc ID '\(name)'. \(usage)")
    }
  }

  private func taggedElement(_ name: String) throws(SampleError) -> StickElement {
    let usage = "Expects sc-set-gpt(<GPT ID>,<Track ID>)"
    let most = global.tune.stickCounters - 1
    var scan = ActionScan(name, after: "sc-set-gpt")
    let element: StickElement
    switch scan.take() {
    case UInt8(ascii: "("):
      let place = scan.number()
      guard scan.take() == UInt8(ascii: ",") else {
        throw SampleError("Missing gpt ID '\(name)'. \(usage)")
      }
      element = StickElement(.gpt, element: place, counter: scan.number())
      guard scan.take() == UInt8(ascii: ")") else {
        throw SampleError("invalid stick table track ID '\(name)'. \(usage)")
      }
    case UInt8(ascii: "0"):
      guard !scan.isAtEnd else { return StickElement(.gpt0, element: 0, counter: 0) }
      guard scan.take() == UInt8(ascii: "("), case let counter = scan.number(),
        scan.take() == UInt8(ascii: ")")
      else {
        throw SampleError(
          "invalid stick table track ID '\(name)'. Expects sc-set-gpt0(<Track ID>)")
      }
      element = StickElement(.gpt0, element: 0, counter: counter)
    default: throw SampleError("invalid gpt ID '\(name)'. \(usage)")
    }
    guard (0...most).contains(element.counter) else {
      throw SampleError(
        "invalid stick table track ID '\(name)'. The max allowed ID is \(most)")
    }
    return element
  }

  private func raisedElement(_ name: String) throws(SampleError) -> StickElement {
    let most = global.tune.stickCounters - 1
    var scan = ActionScan(name, after: "sc-add-gpc")
    guard scan.take() == UInt8(ascii: "(") else {
      throw SampleError(
        "Missing or invalid arguments for '\(name)'. Expects sc-add-gpc(<GPC ID>,<Track ID>)")
    }
    let element = scan.number()
    guard scan.take() == UInt8(ascii: ",") else {
      throw SampleError("Missing gpc ID. Expects \(name)(<GPC ID>,<Track ID>)")
    }
    let rest = scan.rest
    let counter = scan.number()
    guard scan.take() == UInt8(ascii: ")") else {
      throw SampleError(
        "invalid stick table track ID '\(rest)'. Expects \(name)(<GPC ID>,<Track ID>)")
    }
    guard counter >= 0, counter <= most else {
      throw SampleError(
        "invalid stick table track ID '\(name)'. The max allowed ID is \(most) "
          + "(tune.stick-counters)")
    }
    return StickElement(.gpc, element: element, counter: counter)
  }

  /// A number, or an expression that gives one. No word at all is 0.
  private mutating func stickNumber(
    _ words: inout RuleWords
  ) throws(SampleError) -> TCPRule.Number {
    let text = words.text
    guard let number = text.isEmpty ? 0 : IntegerText.whole(text) else {
      return .expression(try expression(&words))
    }
    words.index += 1
    return .fixed(UInt32(truncatingIfNeeded: number))
  }
}

/// What stands behind the name of an action, from left to right.
private struct ActionScan {
  private var bytes: ArraySlice<UInt8>

  init(_ name: String, after prefix: String) {
    bytes = Array(name.utf8)[prefix.utf8.count...]
  }

  var isAtEnd: Bool { bytes.isEmpty }

  /// What has not been looked at.
  var rest: String { String(decoding: bytes, as: UTF8.self) }

  /// The next byte; nil at the end.
  mutating func take() -> UInt8? { bytes.popFirst() }

  /// A number as C's strtol reads it: without a digit it is 0, and nothing was there.
  mutating func number() -> Int {
    let sign = bytes.first == UInt8(ascii: "-") ? 1 : 0
    let digits = bytes.dropFirst(sign).prefix {
      (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
    }
    guard !digits.isEmpty else { return 0 }
    bytes = bytes.dropFirst(sign + digits.count)
    let number = Int(String(decoding: digits, as: UTF8.self)) ?? Int(Int32.max)
    return sign == 1 ? -number : number
  }
}
