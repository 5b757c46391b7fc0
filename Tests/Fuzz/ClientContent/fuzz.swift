import Basics
import Samples

/// No sequence of bytes traps the parsers of what clients send, and wherever it is cut, more bytes only
/// ever turn "not known yet" into an answer: the first two bytes of the input say where.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  guard let start, count > 2 else { return 0 }
  let input = unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
  let bytes = Array(input[2...])
  let cut = min(bytes.count, Int(input[0]) << 8 | Int(input[1]))
  switch (ClientHello.read(Array(bytes[..<cut])), ClientHello.read(bytes)) {
  case (.needMore, _): break
  case (let part, let whole): precondition(part == whole, "more bytes changed a verdict")
  }
  if case .hello(let hello) = ClientHello.read(bytes) {
    precondition(hello.serverName.map { $0.count <= bytes.count } ?? true)
    precondition(hello.protocols.reduce(0) { $0 + $1.count } <= bytes.count)
  }
  let part = Array(bytes[..<cut])
  let (beginning, whole) = (MQTTPacket.read(part), MQTTPacket.read(bytes))
  precondition(beginning == .needMore || beginning == whole, "more bytes changed a packet")
  let (head, request) = (HTTPRequestHead.read(part), HTTPRequestHead.read(bytes))
  precondition(head == .needMore || head == request, "more bytes changed a head")
  let (verdict, message) = (FIXMessage.check(part), FIXMessage.check(bytes))
  precondition(verdict == .needMore || verdict == message, "more bytes changed a message")
  var context = SampleContext()
  context.proxyValues = bytes
  context.request = bytes
  context.response = bytes
  context.isInputOpen = true
  for expression in expressions {
    context.isFinal = false
    _ = expression.evaluate(in: &context)
    context.isFinal = true
    if let value = expression.evaluate(in: &context).value {
      precondition(value.bytes.count <= max(64, 6 * bytes.count), "grew without end")
    }
  }
  return 0
}

private let expressions: [SampleExpression] = [
  "req.ssl_sni,lower", "req.ssl_alpn", "req.ssl_hello_type", "req.ssl_ver", "req.ssl_ec_ext",
  "req.ssl_st_ext", "req.ssl_cipherlist", "req.ssl_supported_groups", "req.ssl_sigalgs",
  "req.ssl_keyshare_groups", "req.payload(3,0),hex", "req.payload(0,16)", "req.payload_lv(0,2)",
  "req.payload_lv(1,4,+2)", "req.rdp_cookie", "req.rdp_cookie(mstshash)", "req.rdp_cookie_cnt",
  "req.len", "res.len", "res.payload(0,4)", "res.ssl_hello_type", "req.proto_http", "method",
  "req.ver", "url", "fc_pp_authority", "fc_pp_tlv(0xE1)", "req.payload(0,0),mqtt_is_valid",
  "req.payload(0,0),mqtt_field_value(connect,username)", "req.payload(0,0),fix_is_valid",
  "req.payload(0,0),mqtt_field_value(connack,reason_code)", "req.payload(0,0),fix_tag_value(49)",
  "req.payload(0,0),json(utf8s)", "req.payload(0,0),json_query('$.a[1].b')",
  "req.payload(0,0),json_query('$'),lower", "req.payload(0,0),date",
  "req.payload(0,0),url_enc(query)",
].map { text in
  var index = 0
  do {
    return try SampleReader().expression([Array(text.utf8)], &index)
  } catch {
    preconditionFailure("\(text): \(error)")
  }
}
