/// A line as a diagnostic shows it: what cannot be printed replaced, what does not fit cut off,
/// with a caret below the place that it is about.
struct PrintableExcerpt {
  /// The printable text.
  let text: String
  /// The column of the place in `text`, from 0.
  let column: Int

  /// - Parameters:
  ///   - line: the whole line.
  ///   - position: the index into the line of the place that matters.
  ///   - width: how many columns there are.
  init(_ line: [UInt8], position: Int, width: Int) {
    let ellipsis = [UInt8](repeating: UInt8(ascii: "."), count: 3)
    let shown: [UInt8]
    if position < width {
      shown = line.prefix(width).map(PrintableExcerpt.printable)
      column = position
    } else {
      // The place moves to the middle.
      let shift = position - width / 2
      let middle = line.dropFirst(shift + 3).prefix(width - 6).map(PrintableExcerpt.printable)
      shown = ellipsis + middle + ellipsis
      column = position - shift
    }
    text = String(decoding: shown, as: UTF8.self)
  }

  /// The caret, indented so that it stands below the place in a text indented by `indent`.
  func caret(indent: Int) -> String { String(repeating: " ", count: indent + column) + "^" }

  private static func printable(_ byte: UInt8) -> UInt8 {
    if byte.isSpace { return UInt8(ascii: " ") }
    return byte.isPrintable ? byte : UInt8(ascii: "?")
  }
}
