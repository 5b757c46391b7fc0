import Basics
import ConfigurationLanguage
import Proxies
import Samples
import Testing

/// Golden lines. Those that HAProxy 2.6 and 3.4 write alike were compared with the real thing.
@Suite struct SessionLogTests {
  @Test func tcplogIsTheReferencesLine() {
    #expect(
      LogFixture.line(.tcplog)
        == "127.0.0.1:46836 [22/Nov/2026:22:13:52.678] fe be/s1 4/5/4009 12345 -- 5/4/3/2/1 6/7")
    var record = LogFixture.record
    record.server = -1
    record.waitMilliseconds = -1
    record.connectMilliseconds = -1
    record.termination = .init(.serverAbort, .connect)
    record.isRedispatched = true
    #expect(
      LogFixture.line(.tcplog, record)
        == "127.0.0.1:46836 [22/Nov/2026:22:13:52.678] fe be/<NOSRV> -1/-1/4009 12345 SC "
        + "5/4/3/2/+1 6/7")
  }

  @Test func tcplogAsSoonAsPossibleMarksTotals() {
    #expect(
      LogFixture.line(.tcplog, asap: true)
        == "127.0.0.1:46836 [22/Nov/2026:22:13:52.678] fe be/s1 4/5/+4009 +12345 -- 5/4/3/2/1 6/7"
    )
  }

  @Test func tcplogCLFIsTheReferencesLine() {
    #expect(
      LogFixture.line(.tcplogCLF)
        == "127.0.0.1 - - [22/Nov/2026:21:13:52 +0000] \"TCP \" 000 12345 \"\" \"\" 46836 678 "
        + "\"fe\" \"be\" \"s1\" 2 4 5 4009 678 ---- 5 4 3 2 1 6 7 \"\" \"\" ")
  }

  @Test(arguments: [
    ("OG", "txn_close"), ("B", "12345"), ("CC", "-"), ("CS", "-"), ("H", "vm"), ("ID", "-"),
    ("ST", "0"), ("T", "22/Nov/2026:21:13:52 +0000"), ("Ta", "4009"), ("Tc", "5"), ("Th", "2"),
    ("Ti", "-1"), ("Tl", "22/Nov/2026:22:13:52 +0100"), ("Tq", "-1"), ("Tr", "-1"),
    ("TR", "-1"), ("Td", "4001"), ("Ts", "1795382032"), ("Tt", "4009"), ("Tu", "4009"),
    ("Tw", "4"), ("U", "678"), ("ac", "5"), ("b", "be"), ("bc", "3"), ("bi", "10.0.0.2"),
    ("bp", "40140"), ("bq", "7"), ("ci", "127.0.0.1"), ("cp", "46836"), ("f", "fe"),
    ("fc", "4"), ("fi", "10.0.0.1"), ("fp", "8080"), ("ft", "fe"), ("hr", ""), ("hrl", ""),
    ("hs", ""), ("hsl", ""), ("HM", "<BADREQ>"), ("HP", "<BADREQ>"), ("HPO", "<BADREQ>"),
    ("HQ", "<BADREQ>"), ("HU", "<BADREQ>"), ("HV", "<BADREQ>"), ("lc", "41"), ("ms", "678"),
    ("pid", "13160"), ("r", "<BADREQ>"), ("rc", "1"), ("rt", "42"), ("s", "s1"), ("sc", "2"),
    ("si", "2001:db8::1"), ("sp", "9000"), ("sq", "6"), ("sslc", "-"), ("sslv", "-"),
    ("t", "22/Nov/2026:22:13:52.678"), ("tr", "22/Nov/2026:22:13:52.678"),
    ("trg", "22/Nov/2026:21:13:52 +0000"), ("trl", "22/Nov/2026:22:13:52 +0100"),
    ("ts", "--"), ("tsc", "----"),
  ])
  func everyAliasHasItsValue(alias: String, value: String) throws {
    #expect(try LogFixture.line("%" + alias) == value)
    #expect(try LogFixture.line("<%" + alias + ">") == "<" + value + ">")
  }

  @Test func theTableOfAliasesIsComplete() {
    #expect(LogAlias.allCases.count == 64)
  }

  @Test(arguments: [
    ("ci", "7F000001"), ("cp", "B6F4"), ("si", "20010DB8000000000000000000000001"),
    ("sp", "2328"), ("Ts", "6B035B10"), ("ms", "2A6"), ("rt", "002A"), ("lc", "0029"),
    ("pid", "3368"), ("Tt", "4009"), ("B", "12345"), ("f", "fe"),
  ])
  func hexadecimalFlag(alias: String, value: String) throws {
    #expect(try LogFixture.line("%{+X}" + alias) == value)
    #expect(try LogFixture.line("%{+X,+Q}o%" + alias) == (alias == "f" ? "\"fe\"" : value))
  }

  @Test func quotesStandAroundTextOnly() throws {
    #expect(
      try LogFixture.line("%{+Q}o %ci %cp %f %ft %b %s %t %T %bi %ID %r %ts %rc %hr %H|%[src]")
        == "\"127.0.0.1\" 46836 \"fe\" \"fe\" \"be\" \"s1\" 22/Nov/2026:22:13:52.678 "
        + "22/Nov/2026:21:13:52 +0000 \"10.0.0.2\" \"\" \"<BADREQ>\" -- 1 \"vm\"|\"127.0.0.1\"")
    #expect(try LogFixture.line("%{+Q}[src_port]") == "\"46836\"")
  }

  @Test func escapeFlagPutsABackslashBeforeMarkup() throws {
    var record = LogFixture.record
    record.server = 1
    #expect(try LogFixture.line("%s", record) == "se\"r]ver")
    #expect(try LogFixture.line("%{+E}s", record) == "se\\\"r\\]ver")
    #expect(try LogFixture.line("%{+E,+Q}s", record) == "\"se\\\"r\\]ver\"")
    #expect(try LogFixture.line("%{+E}[srv_name]", record) == "se\\\"r\\]ver")
  }

  @Test func spacesMergeAlsoAroundEmptyValues() throws {
    #expect(try LogFixture.line("  a   b ") == "a b ")
    #expect(try LogFixture.line("a %hr b") == "a b")
    #expect(try LogFixture.line("a %{-M}ID b") == "a b")
    #expect(try LogFixture.line("a %ID b") == "a - b")
  }

  @Test func samplesHaveTheirValuesOrADash() throws {
    let format = "%[src] %[src_port] %[dst] %[dst_port] %[fe_name] %[be_name] %[srv_name]"
    #expect(try LogFixture.line(format) == "127.0.0.1 46836 10.0.0.1 8080 fe be s1")
    var record = LogFixture.record
    record.clientAddress = nil
    record.frontendAddress = nil
    record.backend = -1
    record.server = -1
    #expect(try LogFixture.line(format, record) == "- - - - fe fe -")
  }

  @Test func unixSocketsShowTheListenersNumber() throws {
    var record = LogFixture.record
    record.clientAddress = nil
    record.frontendAddress = nil
    record.backendSourceAddress = nil
    record.serverAddress = nil
    #expect(
      try LogFixture.line("%ci:%cp %fi:%fp %bi:%bp %si:%sp", record) == "unix:7 unix:7 -:- -:-")
    record.isServerUnix = true
    #expect(try LogFixture.line("%bi:%bp %si:%sp", record) == "unix:0 unix:0")
  }

  @Test func jsonIsAnObjectOfTheNamedValues() throws {
    #expect(
      try LogFixture.line(
        "%{+json}o ignored %(ip)ci %cp %(port)cp %(text:str)cp %(yes:bool)cp %(b)B %(t)t %(h)hr "
          + "%(id)ID %(ts)ts %(src)[src] %(sp)[src_port] %(rc)rc", asap: true)
        == "{\"ip\": \"127.0.0.1\", \"port\": 46836, \"text\": \"46836\", \"yes\": true, "
        + "\"b\": 12345, \"t\": \"22/Nov/2026:22:13:52.678\", \"h\": null, \"id\": \"\", "
        + "\"ts\": \"--\", \"src\": \"127.0.0.1\", \"sp\": 46836, \"rc\": 1}")
  }

  /// The bytes were taken apart by hand with RFC 8949, appendix B.
  @Test func cborIsAMapOfTheNamedValuesInHexadecimal() throws {
    // {"ip": "127.0.0.1", "b": 12345, "t": -1, "p": 46836, "ok": true, "h": null, "ts": "--",
    // "ft": (_ "fe")}
    #expect(
      try LogFixture.line(
        "%{+cbor}o x %(ip)ci %cp %(b)B %(t)Ti %(p)[src_port] %(ok:bool)cp %(h)hr %(ts)ts %(ft)ft",
        asap: true)
        == "BF" + "626970" + "693132372E302E302E31" + "6162" + "193039" + "6174" + "20"
        + "6170" + "19B6F4" + "626F6B" + "F5" + "6168" + "F6" + "627473" + "622D2D"
        + "626674" + "7F626665FF" + "FF")
    #expect(try LogFixture.line("a %{+cbor}ms %{+cbor}f") == "a 1902A6 626665")
  }

  @Test func cborStaysBinaryWhenAsked() throws {
    var bytes: [UInt8] = []
    try LogFormat.parse(Array("%{+cbor,+bin}o%(a)Tc%(n)ID".utf8)).write(
      LogFixture.record, LogFixture.names, logsAsSoonAsPossible: false, into: &bytes)
    #expect(bytes == [0xbf, 0x61, 0x61, 0x05, 0x61, 0x6e, 0xf6, 0xff])
  }

  @Test func anEarlyLineSaysSo() throws {
    var record = LogFixture.record
    record.isEarly = true
    #expect(try LogFixture.line("%OG", record) == "txn_connect")
  }

  @Test func connectLineNamesBothEnds() {
    var bytes: [UInt8] = []
    LogFixture.record.writeConnectLine(LogFixture.names, into: &bytes)
    #expect(
      String(decoding: bytes, as: UTF8.self)
        == "Connect from 127.0.0.1:46836 to 10.0.0.1:8080 (fe/TCP)")
    var record = LogFixture.record
    record.clientAddress = nil
    bytes.removeAll()
    record.writeConnectLine(LogFixture.names, into: &bytes)
    #expect(String(decoding: bytes, as: UTF8.self) == "Connect to unix:7 (fe/TCP)")
  }

  @Test func sessionErrorNamesTheListener() {
    var record = LogFixture.record
    var bytes: [UInt8] = []
    record.writeSessionError(.proxyNoHeader, LogFixture.names, into: &bytes)
    #expect(
      String(decoding: bytes, as: UTF8.self)
        == "127.0.0.1:46836 [22/Nov/2026:22:13:52.678] fe/named: Received something which does "
        + "not look like a PROXY protocol header")
    record.listener = 0
    record.clientAddress = nil
    bytes.removeAll()
    record.writeSessionError(.proxyEmpty, LogFixture.names, into: &bytes)
    #expect(
      String(decoding: bytes, as: UTF8.self)
        == "unix:1 [22/Nov/2026:22:13:52.678] fe/1: Connection closed while waiting for PROXY "
        + "protocol header")
  }

  @Test func aReusedBufferIsAppendedTo() {
    var bytes = Array("before ".utf8)
    LogFormat.tcplog.write(
      LogFixture.record, LogFixture.names, logsAsSoonAsPossible: false, into: &bytes)
    #expect(bytes.starts(with: Array("before 127.0.0.1".utf8)))
  }
}
