import Basics
import Testing

@testable import Samples

@Suite struct ConverterTests {
  /// Each with what HAProxy gives.
  static let cases: [(expression: String, result: String?)] = [
    ("int(5),add(3)", "8"), ("int(5),sub(8)", "-3"), ("int(5),mul(-2)", "-10"),
    ("int(17),div(5)", "3"), ("int(17),div(0)", "9223372036854775807"), ("int(17),mod(5)", "2"),
    ("int(17),mod(0)", "0"), ("int(6),and(3)", "2"), ("int(6),or(3)", "7"), ("int(6),xor(3)", "5"),
    ("int(0),cpl", "-1"), ("int(7),neg", "-7"), ("int(7),bool", "1"), ("int(7),not", "0"),
    ("int(7),odd", "1"), ("int(7),even", "0"),
    ("int(9223372036854775807),add(1)", "9223372036854775807"),
    ("str(abc),base64", "YWJj"), ("str(ab),base64", "YWI="), ("str(YWI=),b64dec", "ab"),
    ("str(YW),b64dec", nil), ("bin(fbff),ub64enc", "-_8"), ("str(-_8),ub64dec,hex", "FBFF"),
    ("str(AB),base2", "0100000101000010"), ("bin(0102ff),hex", "0102FF"),
    ("str(ff),hex2i", "255"), ("str(fg),hex2i", nil), ("int(258),htonl,hex", "00000102"),
    ("bin(01020304050607),be2dec(:,2)", "258:772:1286:7"),
    ("bin(01020304050607),be2dec(-,2,1)", "258-772-1286"),
    ("bin(01020304050607),le2dec(:,2)", "513:1027:1541:7"),
    ("bin(01020304050607),be2hex(-,2)", "0102-0304-0506-07"),
    ("bin(01020304),be2hex(,2)", "01020304"),
    ("str(hello),bytes(1,3)", "ell"), ("str(hello),bytes(3)", "lo"), ("str(hello),bytes(9)", ""),
    ("str(a/b/c),field(2,/)", "b"), ("str(a/b/c),field(-1,/)", "c"), ("str(a/b/c),field(4,/)", nil),
    ("str(a/b/c),field(1,/,2)", "a/b"), ("str(a/b/c/d),field(2,/,0)", "b/c/d"),
    ("str(a//c),field(2,/)", ""), ("str(a//c),word(2,/)", "c"), ("str(a.b-c),word(3,.-)", "c"),
    ("str(f1_f2_f3__f5),word(3,_)", "f3"), ("str(f1_f2_f3__f5),word(2,_,0)", "f2_f3__f5"),
    ("str(f1_f2_f3__f5),word(3,_,2)", "f3__f5"), ("str(f1_f2_f3__f5),word(-2,_,3)", "f1_f2_f3"),
    ("str(f1_f2_f3__f5),word(-3,_,0)", "f1_f2"), ("str(f1_f2_f3__f5),field(5,_)", "f5"),
    ("str(f1_f2_f3__f5),field(2,_,2)", "f2_f3"), ("str(f1_f2_f3__f5),field(-2,_,3)", "f2_f3_"),
    ("str(f1_f2_f3__f5),field(-3,_,0)", "f1_f2_f3"),
    ("str(Example.ORG:8443),host_only", "example.org"), ("str(example.org:8443),port_only", "8443"),
    ("str([::1]:80),host_only", "[::1]"), ("str([::1]),port_only", "0"),
    ("str(AbC),lower", "abc"), ("str(AbC),upper", "ABC"), ("str(AbC),length", "3"),
    ("str(xxaxx),ltrim(x)", "axx"), ("str(xxaxx),rtrim(x)", "xxa"), ("str(abc),reverse", "cba"),
    ("str(a.b.c),reverse_dom", "c.b.a"), ("bool(true),iif(yes,no)", "yes"),
    ("bool(0),iif(yes,no)", "no"), ("str(a=1&b=2),param(b)", "2"), ("str(a=1;b),param(b,;)", ""),
    ("str(a%20b+c),url_dec", "a b+c"), ("str(a%20b+c),url_dec(1)", "a b c"),
    ("str(123456789),crc32", "3421780262"), ("str(123456789),crc32c", "3808858755"),
    ("str(abc),djb2", "193485963"), ("str(abc),sdbm", "807794786"),
    ("str(abc),xxh32", "852579327"), ("str(abc),xxh64", "4952883123889572249"),
    ("str(abc),sha1,hex", "A9993E364706816ABA3E25717850C26C9CD0D89D"),
    (
      "str(abc),sha2,hex", "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD"
    ), ("str(abc),sha2(224),hex", "23097D223405D8228642A477BDA255B32AADBCE4BDA0B3F7E36C9DA7"),
    ("src,ipmask(24)", "10.1.2.0"), ("src,ipmask(255.255.0.0)", "10.1.0.0"),
    ("ipv6(2001:db8:1:2::3),ipmask(32,48)", "2001:db8:1::"),
    ("int(1795382032),utime(%Y-%m-%dT%H:%M:%S)", "2026-11-22T21:13:52"),
    ("int(1795382032678),ms_utime(%T.%N)", "21:13:52.678"),
    ("int(1795382032),utime(%a_%b_%j,-3600)", "Sun_Nov_326"),
    ("int(951782400),utime(%F)", "2000-02-29"), ("int(-1),utime(%F_%T)", "1969-12-31_23:59:59"),
    ("str(abcabc),regsub(b,X)", "aXcabc"), ("str(abcabc),regsub(b,X,g)", "aXcaXc"),
    ("str(abc),regsub('(.)b',<\\\\1>)", "<a>c"), ("str(aBc),regsub(b,x,i)", "axc"),
    ("src", "10.1.2.3"), ("src_port", "4711"), ("src,hex", "0A010203"), ("str(7),add(1)", "8"),
    ("str(12ab),add(1)", "13"), ("int(167838211),ipmask(8)", "10.0.0.0"),
    ("str(x),set-var(txn.a),concat(-,txn.a,!)", "x-x!"), ("var(txn.none,fallback)", "fallback"),
    ("str(b),set-var(txn.c),strcmp(txn.c)", "0"), ("date", "1795382032"),
    ("date(10,ms)", "1795382032688"), ("date_us", "678123"), ("accept_date", "1795382031"),
  ]

  @Test(arguments: cases.indices) func givesWhatHAProxyGives(index: Int) throws {
    let (expression, result) = ConverterTests.cases[index]
    var fixture = SampleFixture()
    #expect(try fixture.text(expression) == result, "\(expression)")
  }

  @Test func separateWordsAreConvertersToo() throws {
    var fixture = SampleFixture()
    #expect(try fixture.text("str(AbC),lower upper length") == "3")
  }

  @Test func variablesAreSetUnderConditions() throws {
    var fixture = SampleFixture()
    let name = VariableName(.transaction, "x")
    _ = try fixture.value("int(5),set-var(txn.x)")
    _ = try fixture.value("int(3),set-var(txn.x,ifgt)")
    #expect(fixture.context.variable(name) == .integer(5))
    _ = try fixture.value("int(9),set-var(txn.x,ifgt)")
    #expect(fixture.context.variable(name) == .integer(9))
    _ = try fixture.value("int(1),set-var(txn.x,ifnotset)")
    #expect(fixture.context.variable(name) == .integer(9))
    _ = try fixture.value("str(),set-var(txn.x,ifnotempty)")
    #expect(fixture.context.variable(name) == .integer(9))
    _ = try fixture.value("int(0),unset-var(txn.x)")
    #expect(fixture.context.variable(name) == nil)
  }

  @Test func resultsStayWithinABuffer() throws {
    var fixture = SampleFixture()
    fixture.context.bufferBytesMax = 1000
    let separator = String(repeating: "-", count: 50)
    let many = String(repeating: ",be2hex(\(separator),1)", count: 20)
    let grown = try #require(try fixture.text("str(abcdef)" + many))
    #expect((900...1000).contains(grown.utf8.count))
    #expect(grown.hasSuffix("2D"), "whole groups only")
    let piece = String(repeating: "x", count: 200)
    let joined = String(repeating: ",concat(\(piece))", count: 9)
    #expect(try fixture.text("str()" + joined) == String(repeating: "x", count: 999))
    #expect(try fixture.text("str()" + joined + ",base64") == nil)
  }

  @Test func mapsGiveTheirValues() throws {
    let files = [
      "m": "# hosts\nexample.org  one two \nb 2\n", "beg": "a 1\nab 2\nb 3\n",
      "ip": "10.0.0.0/8 10\n10.1.0.0/16 11\n2001:db8::/32 6\n", "reg": "^(.)b <\\1>\n",
    ]
    var fixture = SampleFixture()
    fixture.reader = SampleReader(load: { files[$0].map { Array($0.utf8) } })
    #expect(try fixture.text("str(example.org),map(m)") == "one two")
    #expect(try fixture.text("str(nobody),map(m,default)") == "default")
    #expect(try fixture.text("str(nobody),map(m)") == nil)
    #expect(fixture.problem("str(b),map_str_int(m)") != nil)
    #expect(try fixture.value("str(abc),map_beg_int(beg)") == .integer(2))
    #expect(try fixture.value("src,map_ip_int(ip,0)") == .integer(11))
    #expect(try fixture.text("str(xb),map_regm(reg)") == "<x>")
    #expect(
      fixture.problem("src,map_ip(none)")
        == "invalid args in converter 'map_ip' : failed to open pattern file <none>")
  }
}
