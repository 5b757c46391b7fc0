import Basics
import Testing

@testable import Samples

@Suite struct PatternTests {
  /// An ACL and whether it holds for a client 10.1.2.3:4711 that connected to 127.0.0.1:443.
  static let cases: [(list: String, holds: Bool)] = [
    ("src 10.1.2.3", true), ("src 10.0.0.0/8", true), ("src 10.1.3.0/24", false),
    ("src 192.0.2.1 10.1.2.0/255.255.255.0", true), ("src 10.0.2.3/255.0.255.255", true),
    ("src ::ffff:10.1.2.0/120", true), ("src ::/0", true), ("src 2001:db8::/32", false),
    ("src_port 4711", true), ("src_port 4000:5000", true), ("src_port 4000-4710", false),
    ("src_port gt 4710", true), ("src_port gt 4711", false), ("src_port ge 4711", true),
    ("src_port lt 4711", false), ("src_port le 4711", true), ("src_port :100 4700:", true),
    ("src_port eq 1 2 3 lt 9 4711", false), ("src -m found", true), ("var(txn.x) -m found", false),
    ("src_port -m bool", true), ("int(0) -m bool", false), ("always_true", true),
    ("always_false", false), ("src -m str 10.1.2.3", true), ("src -m beg 10.1.", true),
    ("src -m end .3", true), ("src -m sub .2.", true), ("src -m len 8", true),
    ("src -m len gt 7", true),
    ("src -m reg ^10\\.[01]\\.", true), ("str(a.example.org) -m dom example", true),
    ("str(a.example.org) -m dom xample", false), ("str(/a/b/c?d) -m dir b", true),
    ("str(/a/b/c) -m dir /a/b", true), ("str(/a/bb/c) -m dir b", false),
    ("str(a/b/) -m dir / //", false), ("str(a.b.) -m dom . a.b.", true),
    ("str(AbC) abc", false), ("str(AbC) -i abc", true), ("str(AbC) -i -m beg aB", true),
    ("str(AbC) -i -m reg ^ab", true), ("str(abc) -m bin 616263", true),
    ("bin(616263) -m str abc", true), ("bin(6100) -m len 1", true), ("str(-x) -- -x", true),
    ("str(x) -n x", true), ("str(x) -u 7 x", true), ("str(a) --", false),
  ]

  @Test(arguments: cases.indices) func matchesAsHAProxyDoes(index: Int) throws {
    let (list, holds) = PatternTests.cases[index]
    var fixture = SampleFixture()
    #expect(try fixture.holds(list) == holds, "\(list)")
  }

  @Test func versionsAreDotted() throws {
    var fixture = SampleFixture()
    fixture.context.request = [0x16, 3, 1, 0, 6, 1, 0, 0, 2, 3, 3]
    #expect(try fixture.holds("req.ssl_ver 3.3"))
    #expect(try fixture.holds("req.ssl_ver 3.1:3.4"))
    #expect(try fixture.holds("req_ssl_ver gt 3.2"))
    #expect(try !fixture.holds("req_ssl_ver lt 3.3"))
  }

  @Test func conditionsAreAlternativesOfConjunctions() throws {
    var fixture = SampleFixture()
    try fixture.reader.accessControlList(SampleFixture.words("yes always_true"))
    try fixture.reader.accessControlList(SampleFixture.words("no always_false"))
    for (condition, verdict) in [
      ("if yes", Verdict.pass), ("unless yes", .fail), ("if no or yes", .pass),
      ("if yes no", .fail), ("if yes !no", .pass), ("if ! no", .pass), ("if !!yes", .pass),
      ("if no || no OR yes", .pass), ("if { src 10.0.0.0/8 } !{ src_port 1 }", .pass),
      ("if TRUE !FALSE", .pass), ("if LOCALHOST", .fail), ("if { acl(yes,!no) }", .pass),
    ] {
      #expect(try fixture.verdict(condition) == verdict, "\(condition)")
    }
  }

  @Test func severalLinesOfOneNameAreAlternatives() throws {
    var fixture = SampleFixture()
    try fixture.reader.accessControlList(SampleFixture.words("a src 192.0.2.1"))
    let condition = try fixture.reader.condition(SampleFixture.words("if a"))
    try fixture.reader.accessControlList(SampleFixture.words("a src_port 4711"))
    #expect(condition.evaluate(in: &fixture.context) == .pass)
  }

  @Test func whatIsNotThereYetIsAMissUntilNothingMoreCanCome() throws {
    var fixture = SampleFixture()
    fixture.context.isFinal = false
    fixture.context.request = Array("ab".utf8)
    #expect(try fixture.verdict("if { req.payload(0,4) -m str abcd }") == .miss)
    #expect(try fixture.verdict("if { req.len gt 4 }") == .miss)
    #expect(try fixture.verdict("if { req.len gt 1 }") == .pass)
    #expect(try fixture.verdict("if { req.len gt 4 } or TRUE") == .pass)
    #expect(try fixture.verdict("if { req.len gt 4 } FALSE") == .miss)
    #expect(try fixture.verdict("if FALSE { req.len gt 4 }") == .fail)
    #expect(try fixture.verdict("unless { req.len gt 4 }") == .miss)
    #expect(try fixture.verdict("if WAIT_END") == .miss)
    fixture.context.isFinal = true
    #expect(try fixture.verdict("if { req.len gt 4 }") == .fail)
    #expect(try fixture.verdict("unless { req.len gt 4 }") == .pass)
    #expect(try fixture.verdict("if WAIT_END") == .pass)
  }

  /// A hundred thousand patterns must not cost more than a few dozen steps a search.
  @Test(arguments: [PatternMatch.str, .beg, .end, .dom, .int, .ip])
  func searchingTakesFewStepsAmongVeryMany(match: PatternMatch) throws {
    var index = PatternIndex(match)
    let count: UInt32 = 100_000
    for number in 0..<count {
      let text: String =
        switch match {
        case .int: "\(number &* 7)"
        case .ip: "\(IPAddress(v4: number &* 40_009))/\(16 + number % 17)"
        case .end: ".host\(number).example"
        default: "host\(number).example"
        }
      try index.add(Array(text.utf8), resolve: nil)
    }
    index.complete()
    for number in stride(from: UInt32(0), to: count, by: 997) {
      let sample: SampleValue =
        switch match {
        case .int: .integer(Int64(number) * 7)
        case .ip: .address(IPAddress(v4: number &* 40_009))
        case .beg: .string(Array("host\(number).example.net".utf8))
        case .end: .string(Array("www.host\(number).example".utf8))
        case .dom: .string(Array("www.host\(number).example.net".utf8))
        default: .string(Array("host\(number).example".utf8))
        }
      var steps = 0
      #expect(index.find(sample, steps: &steps) != nil)
      #expect(steps <= (match == .beg || match == .end || match == .dom ? 1200 : 40), "\(steps)")
    }
  }

  /// The tree against comparing with one network after the other.
  @Test func theLongestNetworkIsFound() {
    var random = SampleContext()
    var tree = NetworkTree()
    var networks: [(address: IPAddress, bits: Int)] = []
    for index in 0..<2000 {
      // Few distinct bits, so that networks lie inside each other.
      let address = IPAddress(v4: UInt32(truncatingIfNeeded: random.nextRandom()) & 0x0303_0303)
      let bits = Int(random.nextRandom() % 33)
      tree.add(address, bits: bits, index)
      networks.append((address, bits))
    }
    for _ in 0..<2000 {
      let address = IPAddress(v4: UInt32(truncatingIfNeeded: random.nextRandom()) & 0x0303_0303)
      var best: (bits: Int, index: Int)?
      for (index, network) in networks.enumerated() {
        let mask = NetworkMask.v4(bits: network.bits)
        guard network.address.masked(by: mask) == address.masked(by: mask) else { continue }
        if best.map({ network.bits > $0.bits }) ?? true { best = (network.bits, index) }
      }
      var steps = 0
      #expect(tree.longest(of: address, steps: &steps) == best?.index)
      #expect(steps <= 33)
    }
  }

  /// The sorted list against comparing with one pattern after the other.
  @Test func theFirstPatternInsideATextIsFound() throws {
    var random = SampleContext()
    let word = { (random: inout SampleContext, length: UInt64) in
      (0..<(1 + random.nextRandom() % length)).map { _ in
        UInt8(ascii: "a") + UInt8(random.nextRandom() % 3)
      }
    }
    for _ in 0..<200 {
      let patterns = (0..<20).map { _ in word(&random, 5) }
      let text = word(&random, 12)
      for match in [PatternMatch.sub, .end] {
        var index = PatternIndex(match)
        for pattern in patterns { try index.add(pattern, resolve: nil) }
        index.complete()
        let expected = patterns.firstIndex { pattern in
          match == .end
            ? text.suffix(pattern.count).elementsEqual(pattern)
            : (0..<max(0, text.count - pattern.count + 1)).contains {
              text[$0..<$0 + pattern.count].elementsEqual(pattern)
            }
        }
        #expect(index.find(.string(text)) == expected)
      }
    }
  }
}
