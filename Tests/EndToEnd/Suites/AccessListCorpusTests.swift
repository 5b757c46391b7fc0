import Glibc
import Peers
import Testing

/// Random ACLs against random inputs, which both programs see as what clients send: the verdicts are
/// the same. A failure names the seed.
@Suite(
  "ACLs decide as HAProxy's do",
  .enabled(if: Twins.isReferenceThere && !ProgramUnderTest.isReference, "haproxy is not installed"))
struct AccessListCorpusTests {
  private static let listCount = 40

  @Test("on a corpus", arguments: ProgramUnderTest.engines, [UInt64(1), 2, 3, 4, 5])
  func verdicts(engine: EngineChoice, seed: UInt64) throws {
    var corpus = Corpus(seed: seed)
    let inputs = (0..<80).map { _ in corpus.input() }
    let directory = try TemporaryDirectory()
    let lists = try (0..<Self.listCount).map { index in
      let list = corpus.accessList(near: inputs)
      // Every fifth has its patterns in a file.
      guard index % 5 == 0, list.canBeInFile else {
        return ([list.head] + (list.canBeInFile ? ["--"] : []) + list.patterns).joined(
          separator: " ")
      }
      let file = try directory.write("\(index)", list.patterns.joined(separator: "\n") + "\n")
      return "\(list.head) -f \(file)"
    }
    let rules = lists.enumerated().map { index, list in
      "    acl a\(index) \(list)\n    tcp-request content set-var(sess.a\(index)) bool(true) if a\(index)"
    }
    let format = lists.indices.map { "%[var(sess.a\($0))]" }.joined()
    let twins = try Twins(engine, defaults: "") { port in
      """
      listen px
          bind 127.0.0.1:\(port)
          log-format "%ci:%cp verdict=\(format)"
          tcp-request inspect-delay 5s
      \(rules.joined(separator: "\n"))
          tcp-request content reject
          server s 127.0.0.1:1
      """
    }
    var matchCount = 0
    for input in inputs {
      let verdicts = try twins.both { stage in
        let client = try stage.client()
        try client.send(input.text)
        try client.finish()
        _ = try client.receiveToEnd()
        let line = try stage.log.line(containing: ":\(client.localPort) verdict=")
        let start = line.firstRange(of: "verdict=")?.upperBound ?? line.startIndex
        let verdicts = line[start...].prefix(Self.listCount).map { $0 == "1" }
        try #require(verdicts.count == Self.listCount, "\(line)")
        return verdicts
      }
      matchCount += verdicts.ours.count { $0 }
      for (index, list) in lists.enumerated()
      where verdicts.ours[index] != verdicts.theirs[index] {
        Issue.record(
          "seed \(seed): acl \(list) on \(input.text): \(verdicts.ours[index]), HAProxy says \(verdicts.theirs[index])"
        )
      }
    }
    // A corpus that never matches, or always, would prove little.
    let share = Double(matchCount) / Double(inputs.count * lists.count)
    #expect(share > 0.05 && share < 0.95)
  }
}

/// What one client sends: a text, a number, an address and some bytes.
private struct CorpusInput {
  let word: String
  let number: String
  let address: String
  let bytes: String

  var text: String { "\(word)|\(number)|\(address)|\(bytes)" }
}

/// An ACL without its name.
private struct CorpusList {
  /// What is looked at, and how.
  let head: String
  let patterns: [String]
  /// Operators before numbers are for lines of the configuration only.
  var canBeInFile = true
}

/// A source of inputs and of ACLs that now and then match them.
private struct Corpus {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 | 1 }

  /// xorshift64*
  private mutating func next(_ bound: Int) -> Int {
    state ^= state >> 12
    state ^= state << 25
    state ^= state >> 27
    return Int((state &* 0x2545_f491_4f6c_dd1d) >> 33) % bound
  }

  private mutating func pick<Value>(_ values: [Value]) -> Value { values[next(values.count)] }

  private mutating func word() -> String {
    (0..<(1 + next(12))).map { _ in
      pick(["a", "b", "c", "A", "B", ".", "/", "0", "1", "-", "?", ":"])
    }
    .joined()
  }

  private mutating func number() -> String {
    pick(["", "-"]) + "\(next(pick([5, 100, 70_000])))" + pick(["", "", "", "x"])
  }

  private mutating func address() -> String {
    if next(4) == 0 {
      return "2001:db8::" + String(next(4), radix: 16) + ":" + String(next(300), radix: 16)
    }
    return pick([
      "10.0.\(next(3)).\(next(256))", "10.\(next(2)).0.1", "192.0.2.\(next(16))", "10.0.0",
    ])
  }

  mutating func input() -> CorpusInput {
    CorpusInput(word: word(), number: number(), address: address(), bytes: word())
  }

  /// Everything behind the name of an ACL.
  mutating func accessList(near inputs: [CorpusInput]) -> CorpusList {
    switch next(8) {
    case 0...3: textList(near: inputs)
    case 4, 5: numberList(near: inputs)
    case 6: addressList(near: inputs)
    default: byteList(near: inputs)
    }
  }

  private mutating func textList(near inputs: [CorpusInput]) -> CorpusList {
    let method = pick(["str", "beg", "end", "sub", "dir", "dom", "reg", "len", "found"])
    let flags = pick(["", "", "-i "])
    let fetch = "req.payload(0,0),field(1,|)" + pick(["", "", ",lower", ",upper", ",ltrim(a)"])
    if method == "found" {
      return CorpusList(head: "\(fetch) -m found", patterns: [], canBeInFile: false)
    }
    if method == "len" {
      return CorpusList(
        head: "\(fetch) -m len", patterns: numbers(1 + next(3), below: 14), canBeInFile: false)
    }
    let patterns = (0..<(1 + next(4))).map { _ in part(of: pick(inputs).word, method) }
    return CorpusList(head: "\(fetch) \(flags)-m \(method)", patterns: patterns)
  }

  /// A part of a text that a pattern of this kind may be, with its case changed now and then.
  private mutating func part(of word: String, _ method: String) -> String {
    let characters = Array(word)
    let count = method == "str" ? characters.count : 1 + next(min(3, characters.count))
    var start = next(characters.count - count + 1)
    if method == "beg" || method == "str" { start = 0 }
    if method == "end" { start = characters.count - count }
    var text = String(characters[start..<(start + count)])
    if next(4) == 0 { text = pick([text.lowercased(), text.uppercased()]) }
    // What HAProxy makes of a word of delimiters alone depends on the byte behind the text.
    if method == "dir" || method == "dom", text.allSatisfy({ "/?.:".contains($0) }) { text += "a" }
    guard method == "reg" else { return text }
    let quoted = text.map { "?.".contains($0) ? "[\($0)]" : String($0) }.joined()
    return pick(["^", ""]) + quoted + pick(["", "$", "[a-c]", ".*1"])
  }

  /// Numbers, ranges and comparisons.
  private mutating func numbers(_ count: Int, below bound: Int) -> [String] {
    (0..<count).map { _ in
      let low = next(bound)
      switch next(5) {
      case 0: return "\(low)"
      case 1: return "\(low):\(low + next(bound))"
      case 2: return pick(["\(low):", ":\(low)"])
      default: return "\(pick(["eq", "ge", "gt", "le", "lt"])) \(low)"
      }
    }
  }

  private mutating func numberList(near inputs: [CorpusInput]) -> CorpusList {
    let fetch = "req.payload(0,0),field(2,|)" + pick(["", ",mod(7)", ",add(3)", ",neg"])
    if next(6) == 0 {
      return CorpusList(
        head: "\(fetch) -m \(pick(["bool", "found"]))", patterns: [], canBeInFile: false)
    }
    return CorpusList(
      head: "\(fetch) -m int", patterns: numbers(1 + next(3), below: pick([6, 100, 70_000])),
      canBeInFile: false)
  }

  private mutating func addressList(near inputs: [CorpusInput]) -> CorpusList {
    let patterns = (0..<(1 + next(4))).map { _ -> String in
      let address = pick(inputs).address
      if address == "10.0.0" { return "10.0.0.0/24" }
      if address.contains(":") { return address + pick(["", "/64", "/126", "/32"]) }
      return address + pick(["", "/8", "/16", "/24", "/30", "/255.255.0.255", "/31"])
    }
    return CorpusList(head: "req.payload(0,0),field(3,|) -m ip", patterns: patterns)
  }

  private mutating func byteList(near inputs: [CorpusInput]) -> CorpusList {
    let patterns = (0..<(1 + next(4))).map { _ in
      pick(inputs).bytes.utf8.map { byte in
        let digits = String(byte, radix: 16, uppercase: byte % 2 == 0)
        return digits.utf8.count < 2 ? "0" + digits : digits
      }.joined()
    }
    return CorpusList(head: "req.payload(0,0),field(4,|) -m bin", patterns: patterns)
  }
}
