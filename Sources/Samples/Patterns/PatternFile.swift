extension SampleReader {
  /// The lines of a file of patterns: without white space before them, empty ones and comments left
  /// out, each with its number. HAProxy manual, section 7.1.
  ///
  /// - Parameter name: a path; behind `opt@` it may be absent, behind `virt@` it is no file at all.
  /// - Throws: what is wrong, in HAProxy's words.
  func patternLines(of name: String) throws(SampleError) -> [(text: ArraySlice<UInt8>, number: Int)]
  {
    if name.hasPrefix("virt@") { return [] }
    let path =
      name.hasPrefix("opt@") || name.hasPrefix("file@")
      ? String(name[name.index(after: name.firstIndex(of: "@") ?? name.startIndex)...]) : name
    guard let bytes = load(path) else {
      if name.hasPrefix("opt@") { return [] }
      throw SampleError("failed to open pattern file <\(name)>")
    }
    var lines: [(text: ArraySlice<UInt8>, number: Int)] = []
    var number = 0
    for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      number += 1
      let start = line.firstIndex { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }
      guard let start, line[start] != UInt8(ascii: "#") else { continue }
      let end = line[start...].firstIndex(of: UInt8(ascii: "\r")) ?? line.endIndex
      guard start < end else { continue }
      lines.append((line[start..<end], number))
    }
    return lines
  }

  /// Adds the patterns of a file to an index.
  ///
  /// - Parameter isMap: whether only the first word of a line is the pattern.
  func addFile(
    _ name: String, to index: inout PatternIndex, isMap: Bool, resolvesNames: Bool
  ) throws(SampleError) {
    for (text, number) in try patternLines(of: name) {
      do {
        try index.add(
          Array(isMap ? firstWord(of: text) : text), resolve: resolvesNames ? resolve : nil)
      } catch {
        throw SampleError("\(error.message) at line \(number) of file '\(name)'")
      }
    }
  }

  func firstWord(of text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    text.prefix { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }
  }
}
