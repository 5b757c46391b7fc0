import Basics
import Samples

/// No text traps the readers of expressions, ACLs, conditions and formats, and whatever they accept can
/// be evaluated: the first byte of the input says which of them reads the rest.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  guard let start, count > 1 else { return 0 }
  let input = unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
  let text = Array(input[1...])
  let words = text.split(separator: UInt8(ascii: " ")).map { Array($0) }
  let reader = SampleReader(load: { _ in Array("a b\n10.0.0.0/8 1\n".utf8) })
  var context = SampleContext()
  context.request = Array("\u{16}\u{3}\u{1}GET / Cookie: a=b\r\n".utf8)
  context.source = SocketAddress(ip: IPAddress(v4: 0x0a00_0001), port: 1234)
  do {
    switch input[0] % 4 {
    case 0:
      var index = 0
      let expression = try reader.expression(words, &index)
      _ = expression.text(in: &context)
      context.isFinal = false
      _ = expression.evaluate(in: &context)
    case 1:
      try reader.accessControlList([Array("a".utf8)] + words)
      _ = try reader.condition([Array("if".utf8), Array("a".utf8)]).evaluate(in: &context)
    case 2:
      let condition = try reader.condition([Array("unless".utf8)] + words)
      _ = condition.evaluate(in: &context)
    default:
      let format = try LogFormat.parse(text, reader: reader)
      for expression in format.expressions { _ = expression.evaluate(in: &context) }
    }
  } catch {
    return 0
  }
  return 0
}
