import HealthChecks
import Testing

/// The protocol checks: their bytes on the wire and what they make of the answers.
@Suite struct ProtocolDialogueTests {
  @Test func redis() {
    let dialogue = Dialogue(BuiltInChecks.redis, [.dribbles("+PONG\r\n")])
    #expect(dialogue.sentText == ["*1\r\n$4\r\nPING\r\n"])
    #expect(
      dialogue.reason == ", reason: Layer7 check passed, code: 0, info: \"Redis server is ok\"")
    #expect(
      Dialogue(BuiltInChecks.redis, [.says("-NOAUTH Authentication required.\r\nx"), .ends]).reason
        == ", reason: Layer7 wrong status, code: 0, info: \"-NOAUTH Authentication required.\"")
    #expect(Dialogue(BuiltInChecks.redis, [.sleeps]).reason == ", reason: Layer7 timeout")
  }

  @Test func smtp() {
    let program = BuiltInChecks.smtp(command: Array("EHLO me".utf8))
    let dialogue = Dialogue(
      program,
      [.says("220 hi\r\n"), .says("250-a\r\n25"), .says("0-b\r\n250 ok\r\n"), .says("221 bye\r\n")])
    #expect(dialogue.sentText == ["EHLO me\r\n", "QUIT\r\n"])
    #expect(dialogue.connections.first?.lingers == true)
    #expect(dialogue.reason == ", reason: Layer7 check passed, code: 221, info: \"bye\"")
    #expect(
      Dialogue(program, [.says("554  go away\r\n")]).reason
        == ", reason: Layer7 wrong status, code: 554, info: \"go away\"")
    #expect(
      Dialogue(program, [.says("hello\r\n")]).reason
        == ", reason: Layer7 invalid response, info: \"hello\"")
    #expect(
      Dialogue(program, [.says("220 hi\r\n"), .says("500 what\r\n"), .ends]).reason
        == ", reason: Layer7 wrong status, code: 500, info: \"what\"")
  }

  @Test func pgsql() {
    let program = BuiltInChecks.pgsql(user: Array("haproxy".utf8))
    let dialogue = Dialogue(program, [.says([0x52, 0, 0, 0, 8, 0, 0, 0, 0])])
    #expect(
      dialogue.sent == [
        [0, 0, 0, 22, 0, 3, 0, 0] + Array("user".utf8) + [0] + Array("haproxy".utf8) + [0, 0]
      ])
    #expect(
      dialogue.reason
        == ", reason: Layer7 check passed, code: 0, info: \"PostgreSQL server is ok\"")
    #expect(
      Dialogue(program, [.says([0x52, 0, 0, 0, 8, 0, 0, 0, 8])]).reason
        == ", reason: Layer7 wrong status, code: 0, info: \"PostgreSQL unknown error\"")
    #expect(
      Dialogue(program, [.says([0x45, 0, 0, 0, 60] + Array("SFATAL".utf8) + [0])]).reason
        == ", reason: Layer7 invalid response, info: \"FATAL\"")
  }

  private let greeting: [UInt8] = [13, 0, 0, 0, 10] + Array("5.5.5-10.11".utf8) + [0]
  private let denied: [UInt8] =
    [18, 0, 0, 2, 0xff, 0x15, 0x04] + Array("#28000No access".utf8)

  @Test func mysql() {
    let plain = Dialogue(BuiltInChecks.mysql(user: nil), [.says(greeting)])
    #expect(plain.sent.isEmpty)
    #expect(plain.reason == ", reason: Layer7 check passed, code: 0, info: \"5.5.5-10.11\"")
    let program = BuiltInChecks.mysql(user: (Array("haproxy".utf8), .since41))
    let login =
      [0x29, 0, 0, 1, 0, 0x82, 0, 0, 0, 0x80, 0, 1, 0x21] + [UInt8](repeating: 0, count: 23)
      + Array("haproxy".utf8) + [0, 0, 1, 0, 0, 0, 1]
    let accepted = Dialogue(program, [.dribbles(greeting + [1, 0, 0, 2, 0])])
    #expect(accepted.sent == [login])
    #expect(accepted.reason == ", reason: Layer7 check passed, code: 0, info: \"5.5.5-10.11\"")
    #expect(
      Dialogue(program, [.says(greeting), .says(denied)]).reason
        == ", reason: Layer7 wrong status, code: 1045, info: \"#28000No access\"")
    #expect(Dialogue(program, [.says(greeting)]).reason == "waits")
    #expect(
      Dialogue(program, [.says(greeting), .ends]).reason == ", reason: Layer7 invalid response")
    let old = Dialogue(
      BuiltInChecks.mysql(user: (Array("me".utf8), .before41)), [.says(greeting), .says(denied)])
    #expect(old.sent == [[9, 0, 0, 1, 0, 0x80, 0, 0, 1, 0x6d, 0x65, 0, 0, 1, 0, 0, 0, 1]])
    let new = Dialogue(BuiltInChecks.mysql(user: (Array("me".utf8), .since80)), [.ends])
    #expect(new.sent[0].count == 4 + 58 + 5)
    #expect(new.sent[0][4..<8].elementsEqual([0, 0x82, 8, 0]))
  }

  @Test func ldap() {
    let success: [UInt8] = [0x30, 12, 2, 1, 1, 0x61, 7, 0x0a, 1, 0, 4, 0, 4, 0]
    let dialogue = Dialogue(BuiltInChecks.ldap, [.dribbles(success)])
    #expect(dialogue.sent == [[0x30, 12, 2, 1, 1, 0x60, 7, 2, 1, 3, 4, 0, 0x80, 0]])
    #expect(dialogue.reason == ", reason: Layer7 check passed, code: 0, info: \"Success\"")
    var refusal = success
    refusal[9] = 49
    #expect(
      Dialogue(BuiltInChecks.ldap, [.says(refusal)]).reason
        == ", reason: Layer7 wrong status, code: 49, info: \"See RFC: "
        + "http://tools.ietf.org/html/rfc4511#section-4.1.9\"")
    let long: [UInt8] =
      [0x30, 0x84, 0, 0, 0, 16, 2, 1, 1, 0x61, 0x84, 0, 0, 0, 7, 0x0a, 1, 0, 4, 0, 4, 0]
    #expect(Dialogue(BuiltInChecks.ldap, [.says(long)]).outcome?.status == .layer7Passed)
    #expect(
      Dialogue(BuiltInChecks.ldap, [.says("HTTP/1.0 400 Bad")]).reason
        == ", reason: Layer7 invalid response, info: \"Not LDAPv3 protocol\"")
    #expect(
      Dialogue(BuiltInChecks.ldap, [.says([0x30] + [UInt8](repeating: 1, count: 14))]).reason
        == ", reason: Layer7 invalid response, info: \"Not LDAPv3 protocol\"")
  }

  @Test func sslHello() {
    let dialogue = Dialogue(BuiltInChecks.ssl, [.says([0x15, 3, 0, 0, 2, 2, 0x28])])
    let hello = dialogue.sent[0]
    #expect(hello.count == 5 + 0x79)
    #expect(hello[11..<15].elementsEqual([1, 2, 3, 4]))
    #expect(dialogue.reason == ", reason: Layer6 check passed")
    #expect(
      Dialogue(BuiltInChecks.ssl, [.says("HTTP/1.0")]).reason
        == ", reason: Layer6 invalid response")
    #expect(
      Dialogue(BuiltInChecks.ssl, [.says([0x16, 3]), .sleeps]).reason == ", reason: Layer6 timeout")
  }

  @Test func spop() {
    func string(_ text: String) -> [UInt8] { [UInt8(text.utf8.count)] + Array(text.utf8) }
    func frame(_ payload: [UInt8]) -> [UInt8] {
      [0, 0, 0, UInt8(payload.count + 7), 101, 0, 0, 0, 1, 0, 0] + payload
    }
    let version = string("version") + [8] + string("2.0")
    let size = string("max-frame-size") + [3, 0xfc, 0xf0, 0x06]
    let capabilities = string("capabilities") + [8, 0]
    let dialogue = Dialogue(BuiltInChecks.spop, [.dribbles(frame(version + size + capabilities))])
    #expect(dialogue.sent[0].count == 4 + 0x4e)
    #expect(
      dialogue.reason == ", reason: Layer7 check passed, code: 0, info: \"SPOA server is ok\"")
    #expect(
      Dialogue(BuiltInChecks.spop, [.says(frame(version + size))]).reason
        == ", reason: Layer7 invalid response, info: \"capabilities value not found\"")
    #expect(
      Dialogue(BuiltInChecks.spop, [.says("HTTP/1.1 400\r\n")]).reason
        == ", reason: Layer7 invalid response, info: \"invalid frame received\"")
    let old = string("version") + [8] + string("1.0")
    #expect(
      Dialogue(BuiltInChecks.spop, [.says(frame(old + size + capabilities))]).reason
        == ", reason: Layer7 invalid response, info: \"unsupported version\"")
  }
}

/// `option httpchk` and `http-check`.
@Suite struct HTTPDialogueTests {
  private func program(
    _ request: HTTPCheckRequest = HTTPCheckRequest(),
    _ pattern: CheckExpectation.Pattern = .status([200...399])
  ) -> CheckProgram {
    CheckProgram(.http, [.init(.send(.http(request)), number: 1), .expect(pattern, 2)])
  }

  @Test func theStatusDecides() {
    let dialogue = Dialogue(program(), [.dribbles("HTTP/1.1 200 OK\r\nA: b\r\n\r\n")])
    #expect(dialogue.sentText == ["OPTIONS / HTTP/1.0\r\n\r\n"])
    #expect(dialogue.reason == ", reason: Layer7 check passed, code: 200")
    #expect(
      Dialogue(program(), [.says("HTTP/1.1 503 So sorry\r\n\r\n")]).reason
        == ", reason: Layer7 wrong status, code: 503, info: \"So sorry\"")
    #expect(
      Dialogue(program(), [.says("HTTP/1.1 503\r\n\r\n")]).reason
        == ", reason: Layer7 wrong status, code: 503, info: \"TCPCHK did not match content(status "
        + "codes) at step 2\"")
  }

  @Test func whatIsNoResponseIsInvalid() {
    for script in [
      [Dialogue.Line.says("garbage\r\n\r\n")], [.says("HTTP/1.1 200 OK\r\nA"), .ends], [.ends],
    ] {
      #expect(
        Dialogue(program(), script).reason
          == ", reason: Socket error")
    }
    #expect(
      Dialogue(
        program(), [.says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n")]
      ).reason
        == ", reason: Layer7 invalid response, info: \"TCPCHK did not match content(status codes) "
        + "at step 2\"")
  }

  @Test func requestsReadAsHAProxyWritesThem() throws {
    var request = HTTPCheckRequest()
    request.method = Array("POST".utf8)
    request.uri = CheckText(literal: Array("/x".utf8))
    request.version = Array("HTTP/1.1".utf8)
    request.headers = [
      .init(name: Array("Host".utf8), value: try CheckText.parse(Array("%[srv_name]".utf8))),
      .init(name: Array("X-Y".utf8), value: CheckText(literal: Array("z".utf8))),
    ]
    request.body = CheckText(literal: Array("abc".utf8))
    #expect(
      Dialogue(program(request), [.ends]).sentText == [
        "POST /x HTTP/1.1\r\nhost: s1\r\nx-y: z\r\ncontent-length: 3\r\nconnection: close\r\n\r\nabc"
      ])
  }

  @Test func bodiesAreReadAsTheirLengthSays() {
    let wanted = program(HTTPCheckRequest(), .body("hello"))
    let head = "HTTP/1.1 200 OK\r\n"
    for reply in [
      "Content-Length: 5\r\n\r\nhello", "\r\nhello",
      "Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\n\r\n",
    ] {
      #expect(
        Dialogue(wanted, [.dribbles(head + reply)]).reason
          == ", reason: Layer7 check passed, code: 200")
    }
    #expect(
      Dialogue(wanted, [.says(head + "content-length: 3\r\n\r\nbye")]).reason
        == ", reason: Layer7 invalid response, info: \"HTTP content check did not match\"")
    #expect(
      Dialogue(wanted, [.says(head + "content-length: 0\r\n\r\n")]).reason
        == ", reason: Layer7 invalid response, info: \"HTTP content check could not find a "
        + "response body\"")
    #expect(Dialogue(wanted, [.says(head + "\r\nhel")]).reason == "waits")
  }

  @Test func aServerThatIsUpMayWindDownWithA404() {
    var program = program()
    program.disablesOn404 = true
    let reply = [Dialogue.Line.says("HTTP/1.1 404 Not Found\r\n\r\n")]
    #expect(
      Dialogue(program, reply).reason == ", reason: Layer7 check conditionally passed, code: 404")
    var facts = Dialogue.facts
    facts.isServerUp = false
    #expect(
      Dialogue(program, reply, facts: facts).reason
        == ", reason: Layer7 wrong status, code: 404, info: \"Not Found\"")
  }

  @Test func headersAreLookedFor() {
    let reply = [Dialogue.Line.says("HTTP/1.1 200 OK\r\nX-A: b , c\r\nX-B:\r\n\r\n")]
    func finds(
      _ name: String, _ method: HeaderPattern.Method = .same, _ value: String? = nil,
      _ valueMethod: HeaderPattern.Method = .same, isWhole: Bool = false
    ) -> Bool {
      let pattern = HeaderPattern(
        name: .init(method, CheckText(literal: Array(name.utf8))),
        value: value.map { .init(valueMethod, CheckText(literal: Array($0.utf8))) },
        isWhole: isWhole)
      return Dialogue(program(HTTPCheckRequest(), .header(pattern)), reply).outcome?.status
        == .layer7Passed
    }
    #expect(finds("x-a") && finds("X-B") && !finds("x"))
    #expect(finds("x-", .beginning) && finds("-A", .ending) && finds("-", .contained))
    #expect(finds("x-a", .same, "c") && finds("x-a", .same, "b") && !finds("x-a", .same, "b , c"))
    #expect(finds("x-a", .same, "b , c", isWhole: true) && !finds("x-a", .same, "c", isWhole: true))
    #expect(finds("x-a", .same, "b ,", .beginning, isWhole: true))
  }
}
