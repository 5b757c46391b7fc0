public import Basics
public import Samples

extension LogFormat {
  /// Appends the line of a session: without syslog header and without line feed.
  ///
  /// Allocates only when `bytes` has to grow, which a reused buffer soon stops to do.
  ///
  /// - Parameters:
  ///   - record: the session.
  ///   - names: the names that the indexes in the record stand for.
  ///   - samples: the values of `expressions` and what else the record does not hold.
  ///   - logsAsSoonAsPossible: `option logasap` of the frontend: totals bear a `+`.
  ///   - bytes: where the line goes.
  public func write(
    _ record: SessionRecord, _ names: LogNames, samples: LogSamples = LogSamples(),
    logsAsSoonAsPossible: Bool, into bytes: inout [UInt8]
  ) {
    let start = bytes.count
    var writer = LogValueWriter(
      record, names, samples: samples, marksTotals: logsAsSoonAsPossible)
    if options.contains(.json) {
      writeObject(&writer, into: &bytes)
    } else if options.contains(.cbor) {
      writeMap(&writer, into: &bytes)
    } else {
      writeLine(&writer, into: &bytes)
    }
    // HAProxy takes trailing line feeds and zeros off every message it sends.
    while bytes.count > start, bytes[bytes.count - 1] == 0x0a || bytes[bytes.count - 1] == 0 {
      bytes.removeLast()
    }
  }

  /// A line of text: literals, separators and values.
  private func writeLine(_ writer: inout LogValueWriter, into bytes: inout [UInt8]) {
    var isSpaceWanted = false
    for piece in pieces {
      let start = bytes.count
      switch piece.content {
      case .separator:
        // Several spaces are one, also around a value that turns out to be empty.
        if isSpaceWanted { bytes.append(UInt8(ascii: " ")) }
        isSpaceWanted = false
        continue
      case .literal:
        bytes.append(contentsOf: self.bytes[piece.textIndices])
      case .alias, .sample:
        writer.write(piece, into: &bytes)
        if piece.options.contains(.cbor), !options.contains(.binary) {
          bytes.makeHexadecimal(from: start)
        }
      }
      if bytes.count > start { isSpaceWanted = true }
    }
  }

  /// A JSON object of the values that have a name.
  private func writeObject(_ writer: inout LogValueWriter, into bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "{"))
    var isFirst = true
    for piece in pieces where piece.isNamedValue {
      if !isFirst { bytes.append(text: ", ") }
      isFirst = false
      bytes.append(UInt8(ascii: "\""))
      bytes.append(contentsOf: self.bytes[piece.textIndices])
      bytes.append(text: "\": ")
      writer.write(piece, into: &bytes)
    }
    bytes.append(UInt8(ascii: "}"))
  }

  /// A CBOR map of the values that have a name.
  private func writeMap(_ writer: inout LogValueWriter, into bytes: inout [UInt8]) {
    let start = bytes.count
    bytes.append(CBOR.mapStart)
    for piece in pieces where piece.isNamedValue {
      bytes.append(cbor: .text, argument: UInt64(piece.textIndices.count))
      bytes.append(contentsOf: self.bytes[piece.textIndices])
      writer.write(piece, into: &bytes)
    }
    bytes.append(CBOR.end)
    if !options.contains(.binary) { bytes.makeHexadecimal(from: start) }
  }
}

extension LogValueWriter {
  /// Appends the value of a piece with the flags of the piece; never nothing where it is encoded.
  fileprivate mutating func write(_ piece: LogFormat.Piece, into bytes: inout [UInt8]) {
    let start = bytes.count
    options = piece.options
    type = piece.type
    write(piece.content, into: &bytes)
    if piece.options.contains(.json), bytes.count == start { bytes.append(text: "null") }
  }
}

extension LogFormat.Piece {
  /// The piece's bytes as a range of indices.
  fileprivate var textIndices: Range<Int> { Int(text.lowerBound)..<Int(text.upperBound) }

  /// Whether the piece is a value with a name, which is what an object or a map is made of.
  fileprivate var isNamedValue: Bool {
    switch content {
    case .separator, .literal: false
    case .alias, .sample: !text.isEmpty
    }
  }
}

extension SessionRecord {
  /// Appends the line of a frontend without a log format: `Connect from ... to ... (name/TCP)`.
  ///
  /// - Parameters:
  ///   - names: the names that the indexes in the record stand for.
  ///   - bytes: where the line goes.
  public func writeConnectLine(_ names: LogNames, into bytes: inout [UInt8]) {
    if let clientAddress {
      bytes.append(text: "Connect from ")
      clientAddress.ip.write(to: &bytes)
      bytes.append(UInt8(ascii: ":"))
      bytes.append(decimal: UInt64(clientAddress.port))
      bytes.append(text: " to ")
      if let frontendAddress {
        frontendAddress.ip.write(to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        bytes.append(decimal: UInt64(frontendAddress.port))
      } else {
        bytes.append(text: "unix:0")
      }
    } else {
      bytes.append(text: "Connect to unix:")
      bytes.append(decimal: Int64(names.listenerID(self)))
    }
    bytes.append(text: " (")
    bytes.append(contentsOf: names.bytes[names.frontend(self)])
    bytes.append(text: "/TCP)")
  }

  /// Appends the error line of a connection that ended before its session began:
  /// `client:port [date] frontend/listener: what happened`.
  ///
  /// - Parameters:
  ///   - error: what happened.
  ///   - names: the names that the indexes in the record stand for.
  ///   - bytes: where the line goes.
  public func writeSessionError(
    _ error: ConnectionError, _ names: LogNames, into bytes: inout [UInt8]
  ) {
    if let clientAddress {
      clientAddress.ip.write(to: &bytes)
      bytes.append(UInt8(ascii: ":"))
      bytes.append(decimal: UInt64(clientAddress.port))
    } else {
      bytes.append(text: "unix:")
      bytes.append(decimal: Int64(names.listenerID(self)))
    }
    bytes.append(text: " [")
    bytes.append(
      logDateWithMilliseconds: LocalDate(acceptDate, utcOffsetSeconds: utcOffsetSeconds))
    bytes.append(text: "] ")
    bytes.append(contentsOf: names.bytes[names.frontend(self)])
    bytes.append(UInt8(ascii: "/"))
    bytes.append(contentsOf: names.bytes[names.listener(self)])
    bytes.append(text: ": ")
    bytes.append(text: error.text)
  }
}
