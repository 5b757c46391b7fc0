import Basics
import Testing

@testable import Samples

@Suite struct MQTTPacketTests {
  private static func text(_ text: String) -> [UInt8] {
    bigEndian(UInt64(text.utf8.count), bytes: 2) + text.utf8
  }

  private static func packet(_ first: UInt8, _ body: [UInt8]) -> [UInt8] {
    let length: [UInt8] =
      body.count < 128
      ? [UInt8(body.count)] : [UInt8(body.count & 127) | 128, UInt8(body.count >> 7)]
    return [first] + length + body
  }

  /// A client of MQTT 3.1.1 with everything that it can say.
  static let old = packet(
    0x10,
    text("MQTT") + [4, 0xc6, 0, 60] + text("client-7") + text("will/topic") + text("gone")
      + text("alice") + text("secret"))

  /// A client of MQTT 5.0 with properties.
  static let new = packet(
    0x10,
    text("MQTT") + [5, 0x04, 0, 10]
      + [20, 17, 0, 0, 0, 9, 33, 0, 5, 38, 0, 1, 97, 0, 1, 98, 39, 0, 0, 1, 0]
      + text("") + [5, 24, 0, 0, 0, 3] + text("t") + text(String(repeating: "p", count: 120)))

  static let acknowledgement = packet(
    0x20, [1, 0] + [9, 18, 0, 3, 97, 98, 99, 19, 0, 30])

  private func value(_ expression: String, _ packet: [UInt8]) throws -> String? {
    var fixture = SampleFixture()
    fixture.context.request = packet
    return try fixture.text("req.payload(0,0),\(expression)")
  }

  @Test func fieldsOfAClientAreRead() throws {
    for (field, result) in [
      ("flags", "198"), ("protocol_name", "MQTT"), ("protocol_version", "4"), ("keepalive", "60"),
      ("client_identifier", "client-7"), ("will_topic", "will/topic"), ("will_payload", "gone"),
      ("username", "alice"), ("password", "secret"),
    ] {
      #expect(try value("mqtt_field_value(connect,\(field))", MQTTPacketTests.old) == result)
    }
    #expect(try value("mqtt_field_value(CONNECT,17)", MQTTPacketTests.old) == nil)
    #expect(try value("mqtt_field_value(connack,flags)", MQTTPacketTests.old) == nil)
    for (field, result) in [
      ("17", "9"), ("33", "5"), ("39", "256"), ("34", "0"), ("23", "0"), ("24", "3"), ("1", "0"),
      ("client_identifier", nil), ("21", nil), ("38", nil), ("will_topic", "t"),
    ] {
      #expect(
        try value("mqtt_field_value(1,\(field))", MQTTPacketTests.new) == result, "\(field)")
    }
  }

  @Test func fieldsOfAnAcknowledgementAreRead() throws {
    let plain: [UInt8] = [0x20, 2, 0, 5]
    #expect(try value("mqtt_is_valid", plain) == "1")
    #expect(try value("mqtt_field_value(connack,reason_code)", plain) == "5")
    #expect(try value("mqtt_field_value(connack,protocol_version)", plain) == "4")
    // What follows belongs to the next packet.
    #expect(try value("mqtt_field_value(connack,protocol_version)", plain + [0xd0, 0]) == "4")
    let packet = MQTTPacketTests.acknowledgement
    for (field, result) in [
      ("flags", "1"), ("reason_code", "0"), ("protocol_version", "5"), ("18", "abc"),
      ("19", "30"), ("36", "0"), ("31", nil),
    ] {
      #expect(try value("mqtt_field_value(CONNACK,\(field))", packet) == result, "\(field)")
    }
  }

  @Test(arguments: [MQTTPacketTests.old, MQTTPacketTests.new, MQTTPacketTests.acknowledgement])
  func everyBeginningIsUndecided(packet: [UInt8]) {
    for count in 0..<packet.count {
      #expect(MQTTPacket.read(Array(packet[..<count])) == .needMore, "\(count)")
    }
    guard case .packet = MQTTPacket.read(packet) else {
      Issue.record("refused")
      return
    }
  }

  @Test(arguments: [
    [0x00, 0], [0x11, 0], [0xf1, 0], [0x10, 0], [0x30, 0], [0xc0, 0],
    [0x10, 0xff, 0xff, 0xff, 0xff],
    packet(0x10, text("MQTX") + [4, 2, 0, 60] + text("c")),
    packet(0x10, text("MQTT") + [6, 2, 0, 60] + text("c")),
    packet(0x10, text("MQTT") + [4, 3, 0, 60] + text("c")),
    packet(0x10, text("MQTT") + [4, 0x18, 0, 60] + text("c")),
    packet(0x10, text("MQTT") + [4, 2, 0, 60] + text("c") + [0]),
    packet(0x10, text("MQTT") + [5, 2, 0, 60] + [3, 33, 0, 0] + text("c")),
    packet(0x10, text("MQTT") + [5, 2, 0, 60] + [6, 33, 0, 1, 33, 0, 1] + text("c")),
    packet(0x10, text("MQTT") + [5, 2, 0, 60] + [2, 36, 1] + text("c")),
    packet(0x10, text("MQTT") + [5, 2, 0, 60] + [4, 22, 0, 1, 97] + text("c")),
    [0x20, 2, 2, 0], [0x20, 1, 0], [0x20, 4, 0, 0, 5, 0],
  ]) func whatIsWrongIsSoForGood(bytes: [UInt8]) {
    #expect(MQTTPacket.read(bytes) == .invalid)
    #expect(MQTTPacket.read(bytes + [1, 2, 3]) == .invalid)
  }

  @Test func aConditionWaitsForTheWholePacket() throws {
    var fixture = SampleFixture()
    fixture.context.isFinal = false
    fixture.context.isInputOpen = true
    let condition = "if { req.payload(0,0),mqtt_is_valid }"
    fixture.context.request = Array(MQTTPacketTests.old.prefix(9))
    #expect(try fixture.verdict(condition) == .miss)
    fixture.context.request = MQTTPacketTests.old
    #expect(try fixture.verdict(condition) == .pass)
    // No byte that may still come makes it one.
    fixture.context.request = Array("GET / HTTP/1.1\r\n".utf8)
    #expect(try fixture.verdict(condition) == .fail)
  }

  @Test func unknownNamesAreTold() {
    let fixture = SampleFixture()
    let head = "invalid args in converter 'mqtt_field_value' : "
    #expect(
      fixture.problem("req.payload(0,0),mqtt_field_value(hello,flags)")
        == head + "Unknown MQTT type 'hello'")
    #expect(
      fixture.problem("req.payload(0,0),mqtt_field_value(connect,99)")
        == head + "Unknown MQTT field name '99' for packet type 'connect'")
  }
}

@Suite struct FIXMessageTests {
  /// A message with the right length and checksum.
  static func message(_ body: String, version: String = "FIX.4.4") -> [UInt8] {
    let text = body.replacingBars
    var bytes = "8=\(version)|9=\(text.count)|".replacingBars + text
    let sum = bytes.reduce(UInt8(0)) { $0 &+ $1 }
    let digits = String(sum)
    bytes += Array("10=\(String(repeating: "0", count: 3 - digits.count))\(digits)|".replacingBars)
    return bytes
  }

  static let logon = message("35=A|34=1|49=SENDER|56=TARGET|98=0|108=30|")

  private func value(_ expression: String, _ message: [UInt8]) throws -> String? {
    var fixture = SampleFixture()
    fixture.context.request = message
    return try fixture.text("req.payload(0,0),\(expression)")
  }

  @Test func messagesAreCheckedAndTagsFound() throws {
    #expect(FIXMessage.check(FIXMessageTests.logon) == .valid)
    #expect(try value("fix_is_valid", FIXMessageTests.logon + [1, 2]) == "1")
    for (tag, result) in [
      ("MsgType", "A"), ("49", "SENDER"), ("TargetCompID", "TARGET"), ("BeginString", "FIX.4.4"),
      ("108", "30"), ("109", nil),
    ] {
      #expect(try value("fix_tag_value(\(tag))", FIXMessageTests.logon) == result)
    }
    #expect(
      SampleFixture().problem("req.payload(0,0),fix_tag_value(nobody)")
        == "invalid args in converter 'fix_tag_value' : Unknown FIX tag name 'nobody'")
  }

  @Test func everyBeginningIsUndecided() {
    for count in 0..<FIXMessageTests.logon.count {
      #expect(FIXMessage.check(Array(FIXMessageTests.logon[..<count])) == .needMore)
      let search = FIXMessage.value(of: 109, in: Array(FIXMessageTests.logon[..<count]))
      #expect(search == .needMore)
    }
    #expect(FIXMessage.value(of: 109, in: FIXMessageTests.logon) == .absent)
  }

  @Test func whatIsWrongIsInvalid() {
    var wrong = FIXMessageTests.logon
    wrong[wrong.count - 2] ^= 1
    #expect(FIXMessage.check(wrong) == .invalid)
    for bytes in [
      FIXMessageTests.message("35=A|34=1|49=S|", version: "FIX.9.9"),
      FIXMessageTests.message("34=1|35=A|49=SENDER|"),
      FIXMessageTests.message("35=A|957=1|49=SENDER|"),
      FIXMessageTests.message("35=A|x=1|49=SENDER|"), FIXMessageTests.message("35=A|=1|49=SENDER|"),
      "9=5|8=FIX.4.4|35=A|49=SENDER|10=000|".replacingBars,
    ] {
      #expect(FIXMessage.check(bytes) == .invalid, "\(String(decoding: bytes, as: UTF8.self))")
    }
    #expect(FIXMessage.check(FIXMessageTests.message("35=A|10001=1|49=SENDER|")) == .valid)
  }
}

extension String {
  fileprivate var replacingBars: [UInt8] { utf8.map { $0 == UInt8(ascii: "|") ? 1 : $0 } }
}

@Suite struct DocumentConverterTests {
  /// Each with what HAProxy gives.
  static let cases: [(expression: String, result: String?)] = [
    ("bin(61225c2f0a09017f),json(ascii)", #"a\"\\\/\n\t\u0001\u007f"#),
    ("bin(c3a9),json(ascii)", #"\u00c3\u00a9"#), ("bin(c3a9),json(utf8)", #"\u00e9"#),
    ("bin(61c362),json(utf8)", nil), ("bin(61c362),json(utf8s)", "ab"),
    ("bin(c0af),json(utf8)", nil), ("bin(c0af),json(utf8p)", #"\/"#),
    ("bin(e282ac),json(utf8s)", #"\u20ac"#), ("bin(f09f9880),json(utf8)", nil),
    ("bin(f09f988061),json(utf8s)", "a"), ("bin(eda08061),json(utf8ps)", "a"),
    ("str(a b/ü~_-.),url_enc(query)", "a%20b%2F%C3%BC~_-."),
    ("int(784111777),http_date", "Sun, 06 Nov 1994 08:49:37 GMT"),
    ("int(784111777),http_date(3600)", "Sun, 06 Nov 1994 09:49:37 GMT"),
    ("int(784111777042),http_date(0,ms)", "Sun, 06 Nov 1994 08:49:37.42 GMT"),
    ("str('Sun, 06 Nov 1994 08:49:37 GMT'),date", "784111777"),
    ("str('Sunday, 06-Nov-94 08:49:37 GMT'),date", "784111777"),
    ("str('Sunday, 06-Nov-1994 08:49:37 GMT'),date", "784111777"),
    ("str('Sun Nov  6 08:49:37 1994'),date", "784111777"),
    ("str('Sun, 6 Nov 1994 08:49:37 GMT'),date", nil),
    ("str('Tue, 29 Feb 2000 23:59:60 GMT'),date", "951868800"),
    ("str(abc),digest(md5),hex", "900150983CD24FB0D6963F7D28E17F72"),
    ("str(abc),digest(SHA1),hex", "A9993E364706816ABA3E25717850C26C9CD0D89D"),
    (
      "str(abc),digest(sha384),hex",
      "CB00753F45A35E8BB5A03D699AC65007272C32AB0EDED1631A8B605A43FF5BED"
        + "8086072BA1E7CC2358BAECA134C825A7"
    ),
    (
      "str(abc),digest(sha512),hex",
      "DDAF35A193617ABACC417349AE20413112E6FA4E89A97EA20A9EEEE64B55D39A"
        + "2192992A274FC1A836BA3C23A3FEEBBD454D4423643CE80E2A9AC94FA54CA49F"
    ),
    (
      "str(abc),sha2(384),hex",
      "CB00753F45A35E8BB5A03D699AC65007272C32AB0EDED1631A8B605A43FF5BED"
        + "8086072BA1E7CC2358BAECA134C825A7"
    ),
    // RFC 2202 and RFC 4231, the second of the tests: the key is "Jefe".
    (
      "str('what do ya want for nothing?'),hmac(md5,SmVmZQ==),hex",
      "750C783E6AB0B503EAA86E310A5DB738"
    ),
    (
      "str('what do ya want for nothing?'),hmac(sha256,SmVmZQ==),hex",
      "5BDCC146BF60754E6A042426089575C75A003F089D2739839DEC58B964EC3843"
    ),
  ]

  @Test(arguments: cases.indices) func givesWhatHAProxyGives(index: Int) throws {
    let (expression, result) = DocumentConverterTests.cases[index]
    var fixture = SampleFixture()
    var place = 0
    let value = try fixture.reader.expression([Array(expression.utf8)], &place)
      .evaluate(in: &fixture.context).value
    #expect(value.map { String(decoding: $0.text, as: UTF8.self) } == result, "\(expression)")
  }

  /// With the values that HAProxy 2.6 gives.
  static let hashes: [(count: Int, seed: UInt64, result: Int64)] = [
    (0, 0, 3_244_421_341_483_603_138),
    (1, 0, -1_817_709_641_818_812_897),
    (2, 0, 3_932_278_706_564_862_771),
    (3, 0, -1_965_203_137_977_529_873),
    (4, 0, 5_409_754_171_546_613_543),
    (5, 0, -1_529_698_695_003_502_532),
    (8, 0, -3_901_313_178_938_810_982),
    (9, 0, -2_156_241_091_266_948_412),
    (12, 0, 7_859_888_006_615_238_504),
    (16, 0, 1_421_536_839_330_484_490),
    (17, 0, 4_112_485_096_731_572_522),
    (31, 0, 1_515_450_229_463_695_958),
    (32, 0, -2_614_845_232_007_375_326),
    (33, 0, 3_167_689_057_942_052_365),
    (64, 0, 3_305_025_233_846_988_428),
    (65, 0, -219_740_749_497_720_732),
    (96, 0, -8_144_330_758_753_268_097),
    (97, 0, -350_438_689_088_318_157),
    (128, 0, 8_800_631_852_072_424_300),
    (129, 0, 1_551_182_126_899_767_131),
    (200, 0, -6_040_501_358_373_189_227),
    (240, 0, -7_404_965_787_703_593_530),
    (241, 0, -662_047_440_260_949_712),
    (255, 0, -6_520_447_679_449_297_847),
    (2, 7, -4_680_040_746_267_320_121),
    (7, 7, -5_980_998_071_307_927_095),
    (15, 7, 7_463_046_984_936_207_838),
    (100, 7, 1_878_435_717_695_168_480),
    (230, 7, -7_157_680_984_683_456_875),
    (255, 7, -6_355_670_669_634_946_361),
  ]

  @Test(arguments: hashes.indices) func keysOfEveryLengthAreHashed(index: Int) {
    let (count, seed, result) = DocumentConverterTests.hashes[index]
    let key = [UInt8](repeating: UInt8(ascii: "a"), count: count)
    #expect(Int64(bitPattern: XXH3.hash(key, seed: seed)) == result, "\(count)")
  }

  @Test func longKeysAreHashed() {
    let key = [UInt8(ascii: "0")] + [UInt8](repeating: UInt8(ascii: "b"), count: 1150)
    #expect(Int64(bitPattern: XXH3.hash(key, seed: 9)) == 2_395_496_872_262_540_960)
  }

  private func query(_ path: String, _ document: String, type: String = "") throws -> String? {
    var fixture = SampleFixture()
    let list = "req.payload(0,0),json_query('\(path)'\(type))"
    var place = 0
    fixture.context.request = Array(document.utf8)
    return try fixture.reader.expression([Array(list.utf8)], &place)
      .evaluate(in: &fixture.context).value.map { String(decoding: $0.text, as: UTF8.self) }
  }

  @Test func pathsLeadIntoDocuments() throws {
    let document =
      #" { "a" : {"b": [1, {"c.d": "x\"\u0041\n"}, [true, false, null]], "n": -12.50e1}, "#
      + #""big": 9007199254740992, "e": {}, "l": [], "s": "" } "#
    for (path, result) in [
      ("$.a.b[0]", "1"), (#"$.a.b[1].c\.d"#, "x\"A\n"), ("$.a.b[2][0]", "1"),
      ("$.a.b[2][1]", "0"), ("$.a.b[2][2]", nil), ("$.a.b[2]", "[true, false, null]"),
      ("$.a.n", "-125"), ("$.a", nil), ("$.e", nil), ("$.l", "[]"), ("$.s", ""), ("$.x", nil),
      ("$.a.b[3]", nil), ("$.a.b.c", nil), ("a", nil), ("$.big", "9.0072e+15"),
    ] {
      #expect(try query(path, document) == result, "\(path)")
    }
    #expect(try query("$.a.n", document, type: ",int") == "-12")
    #expect(try query("$.big", document, type: ",int") == nil)
    #expect(try query("$.a", #"{"b":tru,"a":1}"#) == nil)
    #expect(try query("$[2]", "[1,2,3]") == "3")
    #expect(try query("$", "7") == "7")
    let deep = String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
    #expect(try query("$.b", #"{"a":\#(deep),"b":1}"#) == nil)
  }

  @Test(arguments: [
    ("0.1", "0.1"), ("1e10", "1e+10"), ("123456", "123456"), ("1234567", "1.23457e+06"),
    ("1234565", "1.23456e+06"), ("0.0001", "0.0001"), ("0.00001", "1e-05"), ("999999.5", "1e+06"),
    ("-0", "-0"), ("100", "100"), ("12.340", "12.34"), ("1e400", "inf"),
  ]) func numbersAreWrittenShortly(digits: String, text: String) {
    #expect(
      ShortNumber.text(Array(digits.utf8)[...]).map { String(decoding: $0, as: UTF8.self) } == text)
  }

  @Test func secretsAreCompared() throws {
    var fixture = SampleFixture()
    _ = try fixture.value("str(secret),set-var(txn.s)")
    #expect(try fixture.text("str(secret),secure_memcmp(txn.s)") == "1")
    #expect(try fixture.text("str(Secret),secure_memcmp(txn.s)") == "0")
    #expect(try fixture.text("str(secrets),secure_memcmp(txn.s)") == "0")
    #expect(try fixture.text("str(secret),secure_memcmp(txn.none)") == nil)
  }

  @Test func conditionsOfConvertersNeedTheirBytes() throws {
    let fixture = SampleFixture()
    try fixture.reader.accessControlList(SampleFixture.words("hello req.len gt 0"))
    for (text, needs) in [("src,when(acl,hello)", true), ("src,when(acl,TRUE)", false)] {
      var index = 0
      let expression = try fixture.reader.expression(SampleFixture.words(text), &index)
      #expect(expression.needsRequest == needs)
    }
  }

  @Test func valuesPassUnderConditions() throws {
    var fixture = SampleFixture()
    #expect(try fixture.text("src,when(error)") == nil)
    #expect(try fixture.text("src,when(!error)") == "10.1.2.3")
    #expect(try fixture.text("src,when(normal)") == "10.1.2.3")
    #expect(try fixture.text("src,when(forwarded)") == nil)
    #expect(try fixture.text("src,when(acl,TRUE)") == "10.1.2.3")
    #expect(try fixture.text("src,when(acl,FALSE)") == nil)
    fixture.context.retries = 1
    fixture.context.serverError = ConnectionError.none
    #expect(try fixture.text("src,when(error)") == "10.1.2.3")
    #expect(try fixture.text("src,when(processed)") == "10.1.2.3")
    #expect(
      fixture.problem("src,when(never)")
        == "invalid args in converter 'when' : expects a supported keyword among "
        + "{stopping,normal,error,forwarded,toapplet,processed,acl} but got 'never'")
  }

  @Test func wrongArgumentsAreTold() {
    let fixture = SampleFixture()
    for (expression, problem) in [
      ("str(a),digest(none)", "algorithm must be a valid OpenSSL message digest name."),
      (
        "str(a),digest(sm3)", "algorithm 'sm3' is known but not supported by this version of Sluice"
      ),
      (
        "str(a),hmac(sha1,%%%)",
        "failed to parse key : argument needs to be base64 encoded, and can either be a string or a "
          + "variable"
      ),
      ("str(a),url_enc(path)", "Unexpected encode type. Allowed value is 'query'"),
      ("str(a),json_query($,text)", #"output_type only supports "int" as argument"#),
    ] {
      let name = expression.split(separator: ",")[1].prefix { $0 != "(" }
      #expect(
        fixture.problem(expression) == "invalid args in converter '\(name)' : \(problem)")
    }
  }
}
