import Testing

@testable import ConfigurationLanguage

/// Whatever the bytes are, reading ends and nothing traps. The seed of a failure is in its message.
@Suite struct ReadingFuzzTests {
  /// A small generator whose sequence is fixed by its seed (SplitMix64).
  private struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9e37_79b9_7f4a_7c15
      var mixed = state
      mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
      mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
      return mixed ^ mixed >> 31
    }
  }

  private static let corpus = """
    global
      setenv A "x y"
      log "${A[*]}" '#' \\x41 "${B-default}" # comment
    .if defined(A) && !(streq("$A",b) || version_atleast(3.4-dev1))
      daemon
    .elif 0
    .else
    .notice "hello $A"
    .endif
    [scope]
    listen a
      bind 127.0.0.1:80-81,[::1]:90,unix@/tmp/x,abns@n,fd@3
      timeout client 30s
      server s 10.0.0.1:+1 weight 10

    """
  private static let fragments = [
    "\"", "'", "\\", "${", "}", "[*]", "$A", "\0", "\r", "\n", "\n.if ", "\n.endif\n", "\n.else\n",
    "(", ")", "&&", "||", "!", "-", ":", "@", "\\x", " ", "\u{e9}", ",", "0",
    "99999999999999999999",
    "ipv6@", "stream+", "]", "[", "#", "d", "ms",
  ]

  private static func mutation(_ generator: inout Generator) -> [UInt8] {
    var bytes = Array(corpus.utf8)
    for _ in 0...Int.random(in: 0...12, using: &generator) {
      let index = Int.random(in: 0...bytes.count, using: &generator)
      switch Int.random(in: 0...3, using: &generator) {
      case 0:
        bytes.insert(
          contentsOf: fragments.randomElement(using: &generator)?.utf8 ?? "".utf8, at: index)
      case 1: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: index)
      case 2:
        bytes.removeSubrange(
          index..<min(bytes.count, index + Int.random(in: 0...9, using: &generator)))
      default:
        let end = min(bytes.count, index + Int.random(in: 0...40, using: &generator))
        bytes.insert(contentsOf: bytes[index..<end], at: index)
      }
    }
    return bytes
  }

  private func read(_ bytes: [UInt8], _ label: String) {
    let lineCount = bytes.count { $0 == UInt8(ascii: "\n") } + 1
    let outcome = reading([ConfigurationFile(name: "f.cfg", bytes: bytes)])
    #expect(outcome.lines.count <= lineCount, "more lines than there are: \(label)")
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      let text = String(decoding: line, as: UTF8.self)
      for word in text.split(separator: " ").map(String.init) {
        for options in [AddressText.Options.bind, .server, .log, .serverSource] {
          _ = Result { () throws(AddressError) in
            try AddressText.parse(word, environment: Environment(["A": "::1"]), options: options)
          }
        }
        _ = Result { () throws(TimeText.Problem) in try TimeText.read(word, unit: .milliseconds) }
        _ = Result { () throws(SizeText.Problem) in try SizeText.parse(word) }
        _ = IntegerText.leading(word)
        _ = ReleaseVersion(word)
      }
      _ = ConfigurationCondition.evaluate(
        Array(line), environment: Environment(), facts: ConditionFacts())
    }
  }

  @Test(arguments: 0..<8 as Range<UInt64>)
  func survivesMutatedConfigurations(seed: UInt64) {
    var generator = Generator(state: seed)
    for round in 0..<20 {
      read(Self.mutation(&generator), "seed \(seed), round \(round)")
    }
  }

  @Test(arguments: 100..<104 as Range<UInt64>)
  func survivesRandomBytes(seed: UInt64) {
    var generator = Generator(state: seed)
    for round in 0..<20 {
      let count = Int.random(in: 0...400, using: &generator)
      let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
      read(bytes, "seed \(seed), round \(round)")
    }
  }
}
