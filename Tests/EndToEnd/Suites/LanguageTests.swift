import Glibc
import Peers
import Testing

@Suite("The configuration language answers like HAProxy's")
struct LanguageTests {
  private func check(
    _ text: String, _ arguments: [String] = ["-c"]
  ) throws -> (status: ProcessEnding, output: String, file: String) {
    let directory = try TemporaryDirectory()
    let file = try directory.write("a.cfg", text)
    let program = try ProgramUnderTest(arguments: arguments + ["-f", file])
    let status = try program.waitForExit()
    return (status, program.standardError + program.standardOutput, file)
  }

  private static let proxy = """
    defaults
        mode tcp
        timeout connect 1s
        timeout client 1s
        timeout server 1s
    listen a
        bind 127.0.0.1:21234
        server s 127.0.0.1:1

    """

  @Test("every error is reported, not only the first")
  func allErrors() throws {
    let result = try check(
      Self.proxy + "    chekc\n    server t 127.0.0.1:99999\n    nonsense\n")
    #expect(result.status == .exited(1))
    for words in ["a.cfg:9]", "'chekc'", "invalid port '99999'", "'nonsense'"] {
      #expect(result.output.containsText(words), "\(words) in \(result.output)")
    }
  }

  @Test("words of HTTP in a tcp proxy are warned of and ignored")
  func httpWords() throws {
    let result = try check(
      Self.proxy + "    option forwardfor\n    http-request deny\n    errorfile 503 /dev/null\n")
    #expect(result.status == .exited(0))
    #expect(
      result.output.containsText(
        "'option forwardfor' ignored for proxy 'a' as it requires HTTP mode."))
    #expect(
      result.output.containsText(
        "'http-request' rules ignored for proxy 'a' as they require HTTP mode."))
  }

  @Test("warnings end the start when they were asked to")
  func zeroWarning() throws {
    let result = try check(Self.proxy + "    option forwardfor\n", ["-c", "-dW"])
    #expect(result.status == .exited(1))
  }

  @Test("a last line without its end is an error")
  func missingNewline() throws {
    let result = try check(Self.proxy + "    maxconn 10")
    #expect(result.status == .exited(1))
    #expect(
      result.output.containsText(
        "parsing [\(result.file):9]: Missing LF on last line, "
          + "file might have been truncated at position "))
  }

  @Test("variables are expanded in addresses and in double quotes")
  func variables() throws {
    let text = Self.proxy + "    server t \"${NOWHERE-127.0.0.1}:81\"\n"
    #expect(try check("global\n    setenv P 21234\n" + text).status == .exited(0))
  }

  @Test("conditional blocks choose lines")
  func conditionals() throws {
    let text = Self.proxy + ".if version_atleast(2.0)\n    maxconn 5\n.else\n    nonsense\n.endif\n"
    #expect(try check(text).status == .exited(0))
    #expect(try check("", ["-cc", "version_atleast(99.0)"]).status == .exited(1))
    #expect(try check("", ["-cc", "version_atleast(2.0)"]).status == .exited(0))
  }

  @Test("no timeouts are warned of, with the advice")
  func missingTimeouts() throws {
    let result = try check(
      "listen a\n    mode tcp\n    bind 127.0.0.1:21234\n    server s 127.0.0.1:1\n")
    #expect(result.status == .exited(0))
    #expect(result.output.containsText("missing timeouts for"))
    #expect(
      result.output.containsText(
        "timeouts are set to a non-zero value: 'client', 'connect', 'server'."))
  }
}
