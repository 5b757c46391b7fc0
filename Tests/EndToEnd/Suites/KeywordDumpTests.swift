import Peers
import Testing

/// Tools read `-dK` of both programs, so what both know must look alike.
@Suite(
  "-dK is like HAProxy's",
  .enabled(if: Twins.isReferenceThere && !ProgramUnderTest.isReference, "haproxy is not installed"))
struct KeywordDumpTests {
  private func dump(_ path: String, _ classes: String) throws -> [String] {
    let directory = try TemporaryDirectory()
    let file = try directory.write("a.cfg", "listen a\n    mode tcp\n    bind 127.0.0.1:1\n")
    let program = try ProgramUnderTest(
      path: path, arguments: ["-dK\(classes)", "-q", "-c", "-f", file])
    #expect(try program.waitForExit() == .exited(0))
    return program.standardOutput.split(separator: "\n").map(String.init)
  }

  @Test("the classes and the headings", arguments: ["help", "all"])
  func headings(classes: String) throws {
    let ours = try dump(ProgramUnderTest.path, classes)
    let theirs = try dump(Twins.reference, classes)
    let isHeading = { (line: String) in classes == "help" || line.hasPrefix("#") }
    #expect(ours.filter(isHeading) == theirs.filter(isHeading))
  }

  @Test("words of bind and server lines take as many arguments")
  func arguments() throws {
    let ours = try dump(ProgramUnderTest.path, "cfg")
    let theirs = Set(try dump(Twins.reference, "cfg"))
    var common = 0
    for line in ours where line.containsText("<addr>") {
      let name = line.split(separator: " ").prefix { !$0.hasPrefix("+") }.joined(separator: " ")
      let alternatives = theirs.filter { $0 == name || $0.hasPrefix(name + " +") }
      guard !alternatives.isEmpty else { continue }
      #expect(alternatives == [line])
      common += 1
    }
    #expect(common > 50)
  }

  @Test("expressions that both know have the same types and places", arguments: ["smp", "cnv"])
  func expressions(kind: String) throws {
    // The places of HTTP and of the runtime API, which are not here.
    let absent: Set = [3, 4, 7, 8, 12, 13, 16, 17, 21]
    // Addresses of either family have a type of their own since 2.7. 3.4 asks its own TLS for the rest
    // of a hello, too, and keeps the head of a request for logs; `url` is kept here as well. Converters
    // of variables give back what went in.
    let changed = [
      "bc_dst", "bc_src", "dst", "fc_dst", "fc_src", "src", "bytes", "ipmask", "set-var",
      "unset-var", "unique-id", "req.ssl_cipherlist", "req.ssl_keyshare_groups",
      "req.ssl_sigalgs", "req.ssl_supported_groups", "req.ver", "req_ver", "url",
    ]
    func entries(_ path: String) throws -> [String: String] {
      var result: [String: String] = [:]
      for line in try dump(path, kind) where !line.hasPrefix("#") {
        var text = line
        if let end = line.firstRange(of: " ] ") {
          let marks = line[..<end.lowerBound].split(separator: " ").dropFirst().enumerated()
          text =
            line[end.upperBound...] + " "
            + marks.map { absent.contains($0.offset) ? "." : String($0.element) }.joined()
        }
        result[String(text.prefix { $0 != "(" && $0 != ":" })] = text
      }
      return result
    }
    let ours = try entries(ProgramUnderTest.path)
    let theirs = try entries(Twins.reference)
    var common = 0
    for (name, text) in ours where !changed.contains(name) {
      guard let other = theirs[name] else { continue }
      #expect(text == other)
      common += 1
    }
    #expect(common > 50)
  }
}
