/// The lines of a file as they stand in it.
struct PhysicalLines {
  /// One line without its line feed.
  struct PhysicalLine {
    var bytes: ArraySlice<UInt8>
    /// Whether a line feed ends it. The last line of a file that was cut short has none, and
    /// neither has one with a zero byte, at which its text ends.
    var isTerminated: Bool
  }

  private let bytes: [UInt8]
  private var index = 0

  init(_ file: ConfigurationFile) { bytes = file.bytes }

  /// Whether everything was read.
  var isAtEnd: Bool { index == bytes.count }

  /// The next line; nil at the end.
  mutating func next() -> PhysicalLine? {
    guard !isAtEnd else { return nil }
    let end = bytes[index...].firstIndex(of: UInt8(ascii: "\n"))
    let line = bytes[index..<(end ?? bytes.count)]
    index = end.map { $0 + 1 } ?? bytes.count
    let text = line.prefix { $0 != 0 }
    return PhysicalLine(bytes: text, isTerminated: end != nil && text.count == line.count)
  }
}
