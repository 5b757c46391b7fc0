import Basics
import Samples

/// Writes one value of a log line with the flags of its piece.
///
/// HAProxy has three manners, and the aliases differ in which they follow: text (quoted by `+Q`,
/// `-` when empty), raw text (never quoted but for JSON) and numbers.
struct LogValueWriter {
  let record: SessionRecord
  let names: LogNames
  let samples: LogSamples
  /// The flags of the piece that is written next
  var options: LogFormat.Options = []
  /// The type of the piece that is written next
  var type: LogFormat.OutputType = .natural
  /// Whether totals bear a `+`: they were written before the end.
  var marksTotals: Bool

  private var isJSON: Bool { options.contains(.json) }
  var isHexadecimal: Bool { options.contains(.hexadecimal) }
  private var isQuoted: Bool { options.contains(.quote) || isJSON }

  init(
    _ record: SessionRecord, _ names: LogNames, samples: LogSamples = LogSamples(),
    marksTotals: Bool
  ) {
    self.record = record
    self.names = names
    self.samples = samples
    self.marksTotals = marksTotals
  }

  /// Appends the value of an alias or a sample.
  func write(_ content: LogFormat.Content, into bytes: inout [UInt8]) {
    if options.contains(.cbor) {
      writeCBOR(content, into: &bytes)
    } else {
      writeText(content, into: &bytes)
    }
  }

  /// Appends the value in any form but CBOR.
  func writeText(_ content: LogFormat.Content, into bytes: inout [UInt8]) {
    switch content {
    case .separator, .literal: break
    case .alias(let alias): write(alias, into: &bytes)
    case .sample(let place): write(sample: samples.value(place), into: &bytes)
    }
  }

  private func write(_ alias: LogAlias, into bytes: inout [UInt8]) {
    switch alias {
    case .clientAddress, .clientPort, .frontendAddress, .frontendPort, .backendSourceAddress,
      .backendSourcePort, .serverAddress, .serverPort:
      writeAddress(alias, into: &bytes)
    case .date, .dateUTC, .dateLocal, .requestDate, .requestDateUTC, .requestDateLocal,
      .timestamp, .milliseconds:
      writeDate(alias, into: &bytes)
    case .handshakeTime, .waitTime, .connectTime, .dataTime, .totalTime, .userTime, .activeTime,
      .idleTime, .queryTime, .requestTime, .responseTime:
      writeTimer(alias, into: &bytes)
    case .bytesToClient, .bytesToServer, .processConnections, .frontendConnections,
      .backendConnections, .serverConnections, .retries, .serverQueue, .backendQueue, .status,
      .sessionNumber, .logCount, .processID:
      writeCount(alias, into: &bytes)
    case .frontend: writeText(name: names.frontend(record), into: &bytes)
    case .backend: writeText(name: names.backend(record), into: &bytes)
    case .hostname: writeText(name: names.hostname, into: &bytes)
    case .server:
      if let name = names.server(record) {
        writeText(name: name, into: &bytes)
      } else {
        writeText("<NOSRV>", into: &bytes)
      }
    case .frontendTransport:
      quote(into: &bytes)
      escape(names.bytes[names.frontend(record)], into: &bytes)
      quote(into: &bytes)
    case .termination, .terminationWithCookies:
      if isJSON { quote(into: &bytes) }
      bytes.append(record.termination.cause.rawValue)
      bytes.append(record.termination.phase.rawValue)
      if alias == .terminationWithCookies { bytes.append(text: "--") }
      if isJSON { quote(into: &bytes) }
    case .origin: writeText(record.isEarly ? "txn_connect" : "txn_close", into: &bytes)
    case .uniqueID: writeText(samples.uniqueID ?? [], into: &bytes)
    case .requestCookie, .responseCookie, .cipher, .protocolVersion:
      writeText("", into: &bytes)
    case .request, .method, .path, .pathOnly, .query, .uri, .version:
      quote(into: &bytes)
      bytes.append(text: "<BADREQ>")
      quote(into: &bytes)
    case .requestHeaders where !samples.captures.isEmpty:
      write(captures: samples.captures, into: &bytes)
    case .requestHeaderList where !samples.captures.isEmpty:
      write(captureList: samples.captures, into: &bytes)
    case .responseHeaders where !samples.responseCaptures.isEmpty:
      write(captures: samples.responseCaptures, into: &bytes)
    case .responseHeaderList where !samples.responseCaptures.isEmpty:
      write(captureList: samples.responseCaptures, into: &bytes)
    case .requestHeaders, .requestHeaderList, .responseHeaders, .responseHeaderList:
      // Nothing is captured in a tcp proxy: not even a dash is written.
      break
    }
  }

  private func writeText(_ text: [UInt8], into bytes: inout [UInt8]) {
    if text.isEmpty { return writeText("", into: &bytes) }
    quote(into: &bytes)
    escape(text[...], into: &bytes)
    quote(into: &bytes)
  }

  /// `{a|b|}`
  private func write(captures: [[UInt8]?], into bytes: inout [UInt8]) {
    quote(into: &bytes)
    bytes.append(UInt8(ascii: "{"))
    for (index, capture) in captures.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: "|")) }
      if let capture { escape(capture[...], into: &bytes) }
    }
    bytes.append(UInt8(ascii: "}"))
    quote(into: &bytes)
  }

  /// One after the other, each between quotes where text is quoted.
  private func write(captureList captures: [[UInt8]?], into bytes: inout [UInt8]) {
    for (index, capture) in captures.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: " ")) }
      writeText(capture ?? [], into: &bytes)
    }
  }

  // MARK: - Addresses

  private func writeAddress(_ alias: LogAlias, into bytes: inout [UInt8]) {
    let listenerID = Int64(names.listenerID(record))
    switch alias {
    case .clientAddress: writeIP(record.clientAddress, isUnix: true, into: &bytes)
    case .clientPort: writePort(record.clientAddress, unix: listenerID, into: &bytes)
    case .frontendAddress: writeIP(record.frontendAddress, isUnix: true, into: &bytes)
    case .frontendPort: writePort(record.frontendAddress, unix: listenerID, into: &bytes)
    case .backendSourceAddress:
      writeIP(record.backendSourceAddress, isUnix: record.isServerUnix, into: &bytes)
    case .backendSourcePort:
      writePort(
        record.backendSourceAddress, unix: record.isServerUnix ? 0 : nil, into: &bytes)
    case .serverAddress:
      writeIP(record.serverAddress, isUnix: record.isServerUnix, into: &bytes)
    default:
      writePort(record.serverAddress, unix: record.isServerUnix ? 0 : nil, into: &bytes)
    }
  }

  private func writeIP(_ address: SocketAddress?, isUnix: Bool, into bytes: inout [UInt8]) {
    guard let ip = address?.ip else {
      writeText(isUnix ? "unix" : "", into: &bytes)
      return
    }
    if isHexadecimal {
      if isJSON { quote(into: &bytes) }
      if ip.family == .v6 { bytes.append(upperHexadecimal: ip.high, width: 16) }
      bytes.append(upperHexadecimal: ip.low, width: ip.family == .v6 ? 16 : 8)
      if isJSON { quote(into: &bytes) }
    } else {
      quote(into: &bytes)
      ip.write(to: &bytes)
      quote(into: &bytes)
    }
  }

  private func writePort(_ address: SocketAddress?, unix: Int64?, into bytes: inout [UInt8]) {
    if let address {
      if isHexadecimal {
        writeHexadecimal(UInt64(address.port), width: 4, into: &bytes)
      } else {
        writeNumber(Int64(address.port), into: &bytes)
      }
    } else if let unix {
      writeNumber(unix, into: &bytes)
    } else {
      writeText("", into: &bytes)
    }
  }

  // MARK: - Dates and numbers

  private func writeDate(_ alias: LogAlias, into bytes: inout [UInt8]) {
    let seconds = record.acceptDate.seconds
    switch alias {
    case .timestamp:
      if isHexadecimal {
        writeHexadecimal(
          UInt64(UInt32(truncatingIfNeeded: seconds)), width: 4, into: &bytes)
      } else {
        writeNumber(seconds, into: &bytes)
      }
      return
    case .milliseconds:
      let milliseconds = UInt64(record.acceptDate.microseconds % 1_000_000 / 1000)
      if isHexadecimal {
        writeHexadecimal(milliseconds, width: 2, into: &bytes)
      } else if isJSON {
        writeNumber(Int64(milliseconds), into: &bytes)
      } else {
        bytes.append(decimal: milliseconds, width: 3)
      }
      return
    default: break
    }
    if isJSON { quote(into: &bytes) }
    // In tcp the request begins with the session: HAProxy has the same date for both.
    switch alias {
    case .dateUTC, .requestDateUTC:
      bytes.append(logDateWithZone: LocalDate(record.acceptDate))
    case .dateLocal, .requestDateLocal:
      bytes.append(logDateWithZone: acceptDate)
    default:
      bytes.append(logDateWithMilliseconds: acceptDate)
    }
    if isJSON { quote(into: &bytes) }
  }

  private var acceptDate: LocalDate {
    LocalDate(record.acceptDate, utcOffsetSeconds: record.utcOffsetSeconds)
  }

  private func writeTimer(_ alias: LogAlias, into bytes: inout [UInt8]) {
    switch alias {
    case .handshakeTime: writeNumber(record.handshakeMilliseconds, into: &bytes)
    case .waitTime:
      // HAProxy subtracts from the wait the moment of the request, which in tcp never comes and
      // therefore is -1: one millisecond too many in every line, that everybody has come to know.
      let wait = record.waitMilliseconds
      writeNumber(wait >= 0 ? wait + 1 : -1, into: &bytes)
    case .connectTime: writeNumber(record.connectMilliseconds, into: &bytes)
    case .dataTime:
      let connected = record.waitMilliseconds + record.connectMilliseconds
      writeNumber(
        record.connectMilliseconds >= 0 ? record.totalMilliseconds - connected : -1,
        into: &bytes)
    case .totalTime, .userTime, .activeTime:
      writeTotal(record.totalMilliseconds, into: &bytes)
    default:
      // Idle, query, request and response time: there is no request in tcp.
      writeNumber(-1, into: &bytes)
    }
  }

  private func writeCount(_ alias: LogAlias, into bytes: inout [UInt8]) {
    switch alias {
    case .bytesToClient: writeTotal(Int64(clamping: record.bytesToClient), into: &bytes)
    case .bytesToServer: writeNumber(Int64(clamping: record.bytesToServer), into: &bytes)
    case .processConnections: writeNumber(Int64(record.processConnections), into: &bytes)
    case .frontendConnections: writeNumber(Int64(record.frontendConnections), into: &bytes)
    case .backendConnections: writeNumber(Int64(record.backendConnections), into: &bytes)
    case .serverConnections: writeNumber(Int64(record.serverConnections), into: &bytes)
    case .retries:
      if record.isRedispatched, !isJSON { bytes.append(UInt8(ascii: "+")) }
      writeNumber(Int64(record.retries), into: &bytes)
    case .serverQueue: writeNumber(Int64(record.serverQueue), into: &bytes)
    case .backendQueue: writeNumber(Int64(record.backendQueue), into: &bytes)
    case .sessionNumber: writeIdentifier(record.sessionNumber, into: &bytes)
    case .logCount: writeIdentifier(record.logCount, into: &bytes)
    case .processID: writeIdentifier(UInt64(max(0, names.processID)), into: &bytes)
    default: writeNumber(0, into: &bytes)
    }
  }

  /// A number of 32 bits that `+X` makes hexadecimal.
  private func writeIdentifier(_ number: UInt64, into bytes: inout [UInt8]) {
    let number = number & 0xffff_ffff
    if isHexadecimal {
      writeHexadecimal(number, width: 4, into: &bytes)
    } else {
      writeNumber(Int64(number), into: &bytes)
    }
  }

  private func writeTotal(_ number: Int64, into bytes: inout [UInt8]) {
    if marksTotals, !isJSON { bytes.append(UInt8(ascii: "+")) }
    writeNumber(number, into: &bytes)
  }

  private func writeNumber(_ number: Int64, into bytes: inout [UInt8]) {
    guard isJSON else {
      bytes.append(decimal: number)
      return
    }
    switch type {
    case .boolean: bytes.append(text: number != 0 ? "true" : "false")
    case .string:
      bytes.append(UInt8(ascii: "\""))
      bytes.append(decimal: number)
      bytes.append(UInt8(ascii: "\""))
    case .natural, .integer, .raw: bytes.append(decimal: number)
    }
  }

  private func writeHexadecimal(_ number: UInt64, width: Int, into bytes: inout [UInt8]) {
    if isJSON { quote(into: &bytes) }
    bytes.append(upperHexadecimal: number, width: width)
    if isJSON { quote(into: &bytes) }
  }

  // MARK: - Text

  private func writeText(_ text: StaticString, into bytes: inout [UInt8]) {
    if isQuoted {
      quote(into: &bytes)
      bytes.append(text: text)
      quote(into: &bytes)
    } else if text.utf8CodeUnitCount > 0 {
      bytes.append(text: text)
    } else if options.contains(.mandatory) {
      bytes.append(UInt8(ascii: "-"))
    }
  }

  private func writeText(name: LogNames.Name, into bytes: inout [UInt8]) {
    if name.isEmpty {
      writeText("", into: &bytes)
      return
    }
    quote(into: &bytes)
    escape(names.bytes[name], into: &bytes)
    quote(into: &bytes)
  }

  /// Appends a quotation mark where text has to be quoted.
  private func quote(into bytes: inout [UInt8]) {
    if isQuoted { bytes.append(UInt8(ascii: "\"")) }
  }

  /// Appends text with a backslash before what the reader of this line would take for markup.
  private func escape(_ text: ArraySlice<UInt8>, into bytes: inout [UInt8]) {
    guard isJSON || options.contains(.escape) else {
      bytes.append(contentsOf: text)
      return
    }
    for byte in text {
      let isSpecial =
        byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
        || (byte == UInt8(ascii: "]") && !isJSON)
      if isSpecial { bytes.append(UInt8(ascii: "\\")) }
      bytes.append(byte)
    }
  }

  // MARK: - Samples

  /// A sample is text here, whatever its own type is; JSON keeps the type unless told otherwise.
  private func write(sample: SampleValue?, into bytes: inout [UInt8]) {
    guard let sample else {
      writeText("", into: &bytes)
      return
    }
    guard isJSON else {
      let text = sample.text
      if text.isEmpty {
        writeText("", into: &bytes)
        return
      }
      quote(into: &bytes)
      escape(text[...], into: &bytes)
      quote(into: &bytes)
      return
    }
    switch type {
    case .raw: bytes.append(contentsOf: sample.text)
    case .natural: writeNatural(sample, into: &bytes)
    case .string: writeQuoted(sample.text, into: &bytes)
    case .integer, .boolean:
      guard let number = sample.encodedNumber else {
        writeText("", into: &bytes)
        return
      }
      if type == .boolean, sample.type == .ipv4 { return writeText("", into: &bytes) }
      writeNumber(number, into: &bytes)
    }
  }

  private func writeNatural(_ sample: SampleValue, into bytes: inout [UInt8]) {
    switch sample {
    case .bool(let value): bytes.append(text: value ? "true" : "false")
    case .integer(let number): writeNumber(number, into: &bytes)
    case .address, .string, .binary: writeQuoted(sample.text, into: &bytes)
    }
  }

  private func writeQuoted(_ text: [UInt8], into bytes: inout [UInt8]) {
    quote(into: &bytes)
    escape(text[...], into: &bytes)
    quote(into: &bytes)
  }
}

extension SampleValue {
  /// The number that a sample becomes where one is wanted; nil for text, which stays text.
  fileprivate var encodedNumber: Int64? {
    switch self {
    case .bool, .integer, .address: number
    case .string, .binary: nil
    }
  }
}

extension [UInt8] {
  /// Appends a number in upper-case hexadecimal digits, padded with zeros to `width`.
  fileprivate mutating func append(upperHexadecimal number: UInt64, width: Int) {
    var digits = Swift.max(width, 1)
    while digits < 16, number >> UInt64(digits * 4) != 0 { digits += 1 }
    while digits > 0 {
      digits -= 1
      let digit = UInt8((number >> UInt64(digits * 4)) & 0xf)
      append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "A") + digit - 10)
    }
  }
}
