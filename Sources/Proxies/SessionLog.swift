import Basics
public import Samples

extension LogFormat {
  /// Appends the line of a session: without syslog header and without line feed.
  ///
  /// Allocates only when `bytes` has to grow, which a reused buffer soon stops to do.
  ///
  /// - Parameters:
  ///   - record: the session.
  ///   - names: the names that the indexes in the record stand for.
  ///   - logsAsSoonAsPossible: `option logasap` of the frontend: totals bear a `+`.
  ///   - bytes: where the line goes.
  public func write(
    _ record: SessionRecord, _ names: LogNames, logsAsSoonAsPossible: Bool,
    into bytes: inout [UInt8]
  ) {
    let start = bytes.count
    let isJSON = options.contains(.json)
    var writesName = false
    var isSpaceWanted = false
    var writer = LogValueWriter(record, names, marksTotals: logsAsSoonAsPossible)
    if isJSON { bytes.append(UInt8(ascii: "{")) }
    for piece in pieces {
      let before = bytes.count
      switch piece.content {
      case .separator:
        // Several spaces are one, also around a value that turns out to be empty.
        if !isJSON, isSpaceWanted { bytes.append(UInt8(ascii: " ")) }
        isSpaceWanted = false
        continue
      case .literal:
        if isJSON { continue }
        bytes.append(contentsOf: self.bytes[piece.textIndices])
      case .alias, .sample:
        if isJSON {
          // Values without a name have no place in an object.
          guard !piece.text.isEmpty else { continue }
          if writesName { bytes.append(text: ", ") }
          writesName = true
          bytes.append(UInt8(ascii: "\""))
          bytes.append(contentsOf: self.bytes[piece.textIndices])
          bytes.append(text: "\": ")
        }
        let valueStart = bytes.count
        writer.options = piece.options
        writer.type = piece.type
        writer.write(piece.content, into: &bytes)
        if piece.options.contains(.json), bytes.count == valueStart { bytes.append(text: "null") }
      }
      if bytes.count > before { isSpaceWanted = true }
    }
    if isJSON { bytes.append(UInt8(ascii: "}")) }
    // HAProxy takes trailing line feeds and zeros off every message it sends.
    while bytes.count > start, bytes[bytes.count - 1] == 0x0a || bytes[bytes.count - 1] == 0 {
      bytes.removeLast()
    }
  }
}

extension LogFormat.Piece {
  /// The piece's bytes as a range of indices.
  fileprivate var textIndices: Range<Int> { Int(text.lowerBound)..<Int(text.upperBound) }
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
  ///   - failure: what happened.
  ///   - names: the names that the indexes in the record stand for.
  ///   - bytes: where the line goes.
  public func writeSessionError(
    _ failure: ProxyHeader.Failure, _ names: LogNames, into bytes: inout [UInt8]
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
    bytes.append(text: failure.text)
  }
}
