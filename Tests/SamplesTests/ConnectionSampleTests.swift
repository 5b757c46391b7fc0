import Basics
import Testing

@testable import Samples

@Suite struct ConnectionSampleTests {
  @Test func theKernelsFieldsAreTold() throws {
    var fixture = SampleFixture()
    var facts = TransmissionFacts()
    facts.roundTripMicroseconds = 1499
    facts.roundTripVarianceMicroseconds = 500
    (facts.unacknowledged, facts.selectivelyAcknowledged, facts.lost) = (1, 2, 3)
    (facts.retransmitted, facts.forwardAcknowledged, facts.reordering) = (4, 5, 6)
    fixture.context.clientTransmission = facts
    for (expression, value) in [
      ("fc_rtt", "1"), ("fc_rtt(ms)", "1"), ("fc_rtt(us)", "1499"), ("fc_rttvar", "1"),
      ("fc_rttvar(us)", "500"), ("fc_unacked", "1"), ("fc_sacked", "2"), ("fc_lost", "3"),
      ("fc_retrans", "4"), ("fc_fackets", "5"), ("fc_reordering", "6"),
    ] {
      #expect(try fixture.text(expression) == value, "\(expression)")
    }
    #expect(try fixture.text("bc_rtt") == nil)
    fixture.context.serverTransmission = facts
    #expect(try fixture.text("bc_rtt(us)") == "1499")
    #expect(try fixture.text("bc_rttvar(us)") == "500")
    #expect(
      fixture.problem("fc_rtt(s)")
        == "invalid args in fetch method 'fc_rtt' : expects 'us' or 'ms', got 's'")
  }

  @Test func onlyWhatIsNeededIsAskedFor() throws {
    let fixture = SampleFixture()
    #expect(fixture.problem("src") == nil && fixture.reader.needs == [])
    #expect(fixture.problem("fc_rtt") == nil)
    #expect(fixture.reader.needs == .clientTransmission)
    #expect(fixture.problem("bc_rttvar(us)") == nil && fixture.problem("fc_pp_tlv(1)") == nil)
    #expect(fixture.reader.needs == [.clientTransmission, .serverTransmission, .proxyValues])
    #expect(fixture.problem("dst_port") == nil && fixture.reader.needs.contains(.destination))
    #expect(fixture.problem("bc_src") == nil && fixture.reader.needs.contains(.serverSource))
  }

  @Test func errorsHaveHAProxysNumbersNamesAndWords() throws {
    var fixture = SampleFixture()
    #expect(try fixture.text("fc_err") == "0")
    #expect(try fixture.text("fc_err_str") == "Success")
    #expect(try fixture.text("fc_err_name") == "")
    #expect(try fixture.text("bc_err") == nil)
    fixture.context.clientError = .proxyNoHeader
    fixture.context.serverError = .refused
    #expect(try fixture.text("fc_err") == "15")
    #expect(try fixture.text("fc_err_name") == "PRX_NOT_HDR")
    #expect(try fixture.text("bc_err") == "47")
    #expect(try fixture.text("bc_err_name") == "EREFUSED")
    #expect(try fixture.text("bc_err_str") == "ECONNREFUSED returned by OS")
  }

  @Test func additionalValuesAreFoundByType() throws {
    var fixture = SampleFixture()
    let value = { (type: UInt8, text: String) in [type, 0, UInt8(text.utf8.count)] + text.utf8 }
    fixture.context.proxyValues =
      value(0x02, "example.org") + value(0xe1, "one") + value(0x05, "id-7") + value(0xe1, "two")
      + value(0x02, "late") + [0xe2, 0, 9, 1]
    #expect(try fixture.text("fc_pp_authority") == "example.org")
    #expect(try fixture.text("fc_pp_unique_id") == "id-7")
    #expect(try fixture.text("fc_pp_tlv(0xE1)") == "one")
    #expect(try fixture.text("fc_pp_tlv(authority)") == "example.org")
    #expect(try fixture.text("fc_pp_tlv(0xE2)") == nil)
    // Each value of a type may match.
    #expect(try fixture.holds("fc_pp_tlv(225) two"))
    #expect(try fixture.holds("fc_pp_tlv(225),length 3"))
    #expect(try !fixture.holds("fc_pp_tlv(225) three"))
    #expect(try fixture.holds("fc_pp_tlv(0341),upper TWO"))
    for (argument, problem) in [
      ("nothing", "Could not convert type 'nothing'"), ("256", "Invalid TLV Type '256'"),
      ("-1", "Invalid TLV Type '-1'"),
    ] {
      #expect(
        fixture.problem("fc_pp_tlv(\(argument))")
          == "invalid args in fetch method 'fc_pp_tlv' : \(problem)")
    }
  }
}

@Suite struct AbsentTLSTests {
  @Test func aConnectionWithoutTLSHasNoneOfIt() throws {
    var fixture = SampleFixture()
    #expect(try fixture.text("ssl_fc") == "0")
    #expect(try fixture.text("ssl_bc,not") == "1")
    for name in KnownSamples.fetches where name.hasPrefix("ssl_") {
      guard name != "ssl_fc", name != "ssl_bc" else { continue }
      #expect(try fixture.text(name) == nil, "\(name)")
    }
    #expect(try !fixture.holds("ssl_fc_sni -m found"))
    #expect(try !fixture.holds("ssl_fc_sni_end .org"))
    #expect(try !fixture.holds("ssl_fc_sni_reg ^a"))
    #expect(try !fixture.holds("ssl_fc"))
    #expect(try fixture.text("ssl_c_s_dn(CN,1)") == nil)
    #expect(
      fixture.problem("ssl_c_s_dn(CN,1,rfc1)")
        == "invalid args in fetch method 'ssl_c_s_dn' : only rfc2253 or a blank value are currently "
        + "supported as the format argument.")
  }

  @Test func itsPlacesAreThoseOfItsSide() {
    #expect(!SampleFetch.sslFc.places.contains(.connection))
    #expect(SampleFetch.sslFc.places.contains([.session, .frontendRequest, .log]))
    #expect(!SampleFetch.sslBc.places.contains(.frontendRequest))
    #expect(SampleFetch.sslBc.places.contains([.backendResponse, .log]))
  }
}

@Suite struct HTTPRequestHeadTests {
  private func read(_ text: String) -> HTTPRequestHead.Parse {
    HTTPRequestHead.read(Array(text.utf8))
  }

  @Test func everyBeginningIsUndecidedAndTheWholeIsAHead() {
    let text =
      "\r\nGET /a?b HTTP/1.1\r\nHost: example.org\r\nX: 1\r\n 2\r\nContent-Length: 3\r\n\r\n"
    for count in 0..<text.utf8.count {
      #expect(HTTPRequestHead.read(Array(text.utf8.prefix(count))) == .needMore, "\(count)")
    }
    let head = HTTPRequestHead(
      method: Array("GET".utf8), target: Array("/a?b".utf8), version: Array("1.1".utf8))
    #expect(read(text) == .head(head))
    #expect(read(text + "abc") == .head(head))
  }

  @Test(arguments: [
    "\u{16}\u{3}\u{1}", "hello\n", "GET\r\n\r\n", "GET / HTTP/1.x\r\n", "GET / HTTQ/1.1\r\n",
    "POST /\r\n\r\n", "GET / HTTP/1.1\r\nno field\r\n", "GET / HTTP/1.1\r\n: x\r\n",
    "GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    "GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "GET /\u{7f} HTTP/1.1\r\n", "GET / HTTP/1.1\rX", "GET / HTTP/1.1\r\nA: \u{0}\r\n",
  ]) func whatIsNoHeadIsSoForGood(text: String) {
    #expect(read(text) == .invalid)
    #expect(read(text + "\r\n\r\n") == .invalid)
  }

  @Test func anOldRequestHasNoVersion() {
    #expect(
      read("GET /x\n\n")
        == .head(
          HTTPRequestHead(
            method: Array("GET".utf8), target: Array("/x".utf8), version: Array("1.0".utf8))))
  }

  @Test func fieldsAreCounted() {
    let fields = String(repeating: "A: 1\r\n", count: HTTPRequestHead.fieldsMax)
    guard case .head = read("GET / HTTP/1.1\r\n" + fields + "\r\n") else {
      Issue.record("refused")
      return
    }
    #expect(read("GET / HTTP/1.1\r\n" + fields + "B: 2\r\n\r\n") == .invalid)
  }

  @Test func predefinedListsLookAtIt() throws {
    var fixture = SampleFixture()
    fixture.context.isFinal = false
    fixture.context.isInputOpen = true
    fixture.context.request = Array("POST * HTTP/1.0\r\n".utf8)
    #expect(try fixture.verdict("if HTTP") == .miss)
    fixture.context.request += Array("\r\n".utf8)
    for list in ["HTTP", "HTTP_1.0", "METH_POST", "HTTP_URL_STAR"] {
      #expect(try fixture.verdict("if \(list)") == .pass, "\(list)")
    }
    for list in ["HTTP_1.1", "METH_GET", "METH_CONNECT", "HTTP_URL_SLASH", "HTTP_URL_ABS"] {
      #expect(try fixture.verdict("if \(list)") == .fail, "\(list)")
    }
    #expect(try fixture.text("method,lower") == "post")
    fixture.context.request = Array("\u{16}\u{3}\u{1}".utf8)
    #expect(try fixture.verdict("if HTTP") == .fail)
  }
}
