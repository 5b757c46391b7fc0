import Basics
import Testing

@testable import Samples

@Suite struct ContentTests {
  /// A ClientHello for `name`, in one record, by a client that offers h2 and http/1.1.
  static func hello(_ name: String, padding: Int = 0) -> [UInt8] {
    let vector = { (content: [UInt8], bytes: Int) in
      bigEndian(UInt64(content.count), bytes: bytes) + content
    }
    var extensions = [0, 0] + vector(vector([0] + vector(Array(name.utf8), 2), 2), 2)
    extensions += [0, 16] + vector(vector([2, 0x68, 0x32, 8] + Array("http/1.1".utf8), 2), 2)
    extensions += [0, 10] + vector(vector([0, 0x1d, 0, 0x17], 2), 2)
    extensions += [0, 35] + vector([1], 2)
    extensions += [0, 21] + vector([UInt8](repeating: 0, count: padding), 2)
    extensions += [0, 51] + vector(vector([0, 0x1d, 0, 2, 8, 9], 2), 2)
    var body: [UInt8] = [3, 3] + [UInt8](repeating: 1, count: 32) + [0]
    body += vector([0x13, 1], 2) + [1, 0] + vector(extensions, 2)
    let message = [1] + vector(body, 3)
    return [0x16, 3, 1] + vector(message, 2)
  }

  private func outcome(_ expression: String, _ bytes: [UInt8]) throws -> SampleOutcome {
    var fixture = SampleFixture()
    fixture.context.isFinal = false
    fixture.context.isInputOpen = true
    fixture.context.request = bytes
    var index = 0
    return try fixture.reader.expression(SampleFixture.words(expression), &index)
      .evaluate(in: &fixture.context)
  }

  private func text(_ expression: String, _ bytes: [UInt8]) throws -> String? {
    try outcome(expression, bytes).value.map { String(decoding: $0.text, as: UTF8.self) }
  }

  private func isUnknown(_ expression: String, _ bytes: [UInt8]) throws -> Bool {
    if case .unknown = try outcome(expression, bytes) { true } else { false }
  }

  private func isAbsent(_ expression: String, _ bytes: [UInt8]) throws -> Bool {
    if case .absent = try outcome(expression, bytes) { true } else { false }
  }

  @Test func aHelloTellsItsParts() throws {
    let hello = ContentTests.hello("www.example.org")
    for (expression, value) in [
      ("req.ssl_sni", "www.example.org"), ("req_ssl_sni", "www.example.org"),
      ("req.ssl_alpn", "h2"), ("req.ssl_hello_type", "1"), ("req.ssl_ver", "196611"),
      ("req.ssl_ec_ext", "1"), ("req.ssl_st_ext", "2"), ("req.ssl_cipherlist,hex", "1301"),
      ("req.ssl_supported_groups,hex", "001D0017"), ("req.ssl_keyshare_groups,hex", "001D"),
    ] {
      #expect(try text(expression, hello) == value, "\(expression)")
    }
    #expect(try isAbsent("req.ssl_sigalgs", hello))
  }

  @Test func everyBeginningOfAHelloIsUndecided() throws {
    let hello = ContentTests.hello("www.example.org", padding: 300)
    for count in 0..<hello.count {
      let beginning = Array(hello[..<count])
      #expect(try isUnknown("req.ssl_sni", beginning))
      #expect(try isUnknown("req.ssl_hello_type", beginning))
    }
  }

  @Test func recordsMayCutAHelloAnywhere() throws {
    let hello = ContentTests.hello("www.example.org", padding: 3000)
    for size in [1, 7, 100, 1400] {
      var records: [UInt8] = []
      for start in stride(from: 5, to: hello.count, by: size) {
        let part = hello[start..<min(hello.count, start + size)]
        records += [0x16, 3, 1] + bigEndian(UInt64(part.count), bytes: 2) + part
      }
      #expect(try text("req.ssl_sni", records) == "www.example.org")
      #expect(try text("req.ssl_hello_type", records) == "1")
    }
  }

  @Test func whatIsNoHelloIsSoForGood() throws {
    for bytes in [
      "GET / HTTP/1.0\r\n", "\u{15}\u{3}\u{1}\u{0}\u{2}\u{2}\u{28}", "\u{16}\u{2}\u{0}\u{1}\u{1}",
    ] {
      #expect(try isAbsent("req.ssl_sni", Array(bytes.utf8)), "\(bytes)")
    }
    // A ServerHello.
    #expect(try isAbsent("req.ssl_sni", [0x16, 3, 3, 0, 90, 2, 0, 0, 86]))
  }

  @Test func payloadsAreCutOut() throws {
    let bytes: [UInt8] = Array("x".utf8) + [0, 3] + Array("abcdef".utf8)
    #expect(try text("req.payload(3,2)", bytes) == "ab")
    #expect(try text("req.payload(3,0)", bytes) == "abcdef")
    #expect(try isUnknown("req.payload(3,7)", bytes))
    #expect(try isAbsent("req.payload(3,20000)", bytes))
    #expect(try text("req.payload_lv(1,2)", bytes) == "abc")
    #expect(try text("req.payload_lv(1,2,5)", bytes) == "cde")
    #expect(try text("req.payload_lv(1,2,+1)", bytes) == "bcd")
    #expect(try isUnknown("req.payload_lv(1,2,8)", bytes))
    #expect(try isAbsent("req.payload_lv(0,1,16384)", bytes))
  }

  @Test func remoteDesktopCookiesAreRead() throws {
    let request = [UInt8](repeating: 3, count: 11) + Array("Cookie: mstshash=alice\r\n".utf8)
    #expect(try text("req.rdp_cookie(mstshash)", request) == "alice")
    #expect(try text("req.rdp_cookie", request) == "alice")
    #expect(try text("rdp_cookie_cnt(msts)", request) == "0")
    #expect(try text("req.rdp_cookie_cnt", request) == "1")
    #expect(try isUnknown("req.rdp_cookie(mstshash)", Array(request.dropLast(1))))
    #expect(try isAbsent("req.rdp_cookie", [UInt8](repeating: 3, count: 30)))
  }
}
