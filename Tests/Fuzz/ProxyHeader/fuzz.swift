import Basics
import Proxies

/// No sequence of bytes traps the parser of PROXY headers, and wherever the sequence is cut the
/// verdict is the same: the first byte of the input says where, the rest is what the peer sent.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  guard let start, count > 1 else { return 0 }
  let input = unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
  let bytes = Array(input[1...])
  let cut = Array(bytes[..<min(bytes.count, Int(input[0]))])
  checkClientAddress(cut, bytes)
  let whole = ProxyHeader.parse(bytes.span)
  let part = ProxyHeader.parse(cut.span)
  switch (part, whole) {
  case (.needMore, .header(let header, let consumed)):
    precondition(consumed > cut.count && consumed <= bytes.count, "consumed what was not needed")
    checkThatItCanBeWritten(header)
  case (.header(let header, let consumed), _):
    precondition(part == whole, "more bytes changed a header")
    precondition(consumed <= cut.count, "consumed more than there was")
    checkThatItCanBeWritten(header)
  case (.needMore, .needMore):
    precondition(bytes.count < ProxyHeader.bytesMax, "asks for more without end")
  case (.needMore, .invalid):
    break
  case (.invalid(.truncated), .invalid(.notHeader)):
    precondition(cut.count < 16 && bytes.count >= 16, "the reason changed")
  case (.invalid, _):
    precondition(part == whole, "more bytes changed a rejection")
  }
  return 0
}

/// What was read from a peer can be sent to a server and read there.
private func checkThatItCanBeWritten(_ header: ProxyHeader) {
  var line: [UInt8] = []
  header.writeVersionOne(into: &line)
  precondition(line.count <= ProxyHeader.versionOneBytesMax, "the line is too long")
  let lineVerdict = ProxyHeader.parse(line.span)
  precondition(lineVerdict == .header(header, consumed: line.count), "the line reads otherwise")
  var block: [UInt8] = []
  header.writeVersionTwo(into: &block)
  let blockVerdict = ProxyHeader.parse(block.span)
  precondition(
    blockVerdict == .header(header, consumed: block.count), "the block reads otherwise")
}

/// The same of a NetScaler's header.
private func checkClientAddress(_ cut: [UInt8], _ bytes: [UInt8]) {
  let part = ClientAddressHeader.parse(cut.span, magic: 0x4e65_7453)
  let whole = ClientAddressHeader.parse(bytes.span, magic: 0x4e65_7453)
  switch (part, whole) {
  case (.needMore, .needMore):
    precondition(
      bytes.count < ClientAddressHeader.bytesMax + 80, "asks for more client address without end")
  case (.needMore, .header(_, let consumed)):
    precondition(consumed <= bytes.count, "consumed more client address than there was")
  case (.needMore, .invalid): break
  case (.header(_, let consumed), _):
    precondition(part == whole && consumed <= cut.count, "more bytes changed a client address")
  case (.invalid, _): precondition(part == whole, "more bytes changed a refusal")
  }
}
