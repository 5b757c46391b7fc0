import Glibc
import Peers
import Testing

@Suite("The first configuration works")
struct FirstConfigurationTests {
  /// The user's file; only addresses differ, and the log's path where a test must read it.
  private func configuration(
    port: UInt16, serverPort: UInt16, log: String = "/dev/log", engine: EngineChoice,
    defaults: String = "mode tcp"
  ) -> String {
    """
    global
        log \(log) local0
        log \(log) local1 notice
        daemon
        \(engine == .reference ? "" : "tune.engine \(engine)")

    defaults
        \(defaults)
        timeout connect 5000ms
        timeout client 50000ms
        timeout server 50000ms

    listen my_tcp_service
        bind 127.0.0.1:\(port)
        server backend1 127.0.0.1:\(serverPort) check

    """
  }

  @Test(
    "as a daemon: the parent exits 0, sessions and the server's death reach the log",
    arguments: ProgramUnderTest.engines)
  func servesAsDaemon(engine: EngineChoice) throws {
    let directory = try TemporaryDirectory()
    let log = try SyslogReceiver.onPath("\(directory.path)/log")
    let port = try FreePort.take()
    let echo = try EchoServer()
    let file = try directory.write(
      "first.cfg",
      configuration(
        port: port, serverPort: echo.port, log: log.target, engine: engine,
        // HAProxy itself is silent without these words; see decision 0002.
        defaults: ProgramUnderTest.isReference ? "mode tcp\n    log global" : "mode tcp"))
    let pidFile = "\(directory.path)/pid"
    let parent = try ProgramUnderTest(arguments: ["-f", file, "-p", pidFile])
    #expect(try parent.waitForExit() == .exited(0))
    let daemon = try Daemon(pidFile: pidFile)
    let client = try Connection.connecting(toPort: port)
    try expectEcho(client, "hello")
    let line = try log.line(containing: "Connect from")
    #expect(line.hasPrefix("<134>"))
    #expect(
      line.containsText(
        "Connect from 127.0.0.1:\(client.localPort) to 127.0.0.1:\(port) (my_tcp_service/TCP)"))
    #expect(line.containsText("[\(daemon.pid)]: "))
    client.close()
    echo.stop()
    let down = "Server my_tcp_service/backend1 is DOWN, reason: Layer4 connection problem"
    _ = try log.line(containing: down)
    try eventually("the alert is in both facilities") {
      let lines = try log.drain().filter { $0.containsText(down) }
      return lines.contains { $0.hasPrefix("<129>") } && lines.contains { $0.hasPrefix("<137>") }
    }
    daemon.signal(SIGTERM)
    try daemon.awaitEnd()
  }

  @Test(
    "in the foreground it serves without a word about errors",
    arguments: ProgramUnderTest.engines)
  func servesInForeground(engine: EngineChoice) throws {
    let directory = try TemporaryDirectory()
    let log = try SyslogReceiver.onPath("\(directory.path)/log")
    let port = try FreePort.take()
    let echo = try EchoServer()
    let file = try directory.write(
      "first.cfg",
      configuration(port: port, serverPort: echo.port, log: log.target, engine: engine))
    let program = try ProgramUnderTest(arguments: ["-db", "-f", file])
    try program.awaitListeners([port])
    try expectEcho(try Connection.connecting(toPort: port), "hello")
    #expect(!program.standardError.containsText("[ALERT]"))
    try program.stop()
  }

  @Test("-c finds it valid and exits 0")
  func isValid() throws {
    let directory = try TemporaryDirectory()
    let file = try directory.write(
      "first.cfg", configuration(port: 21234, serverPort: 25000, engine: .reference))
    let program = try ProgramUnderTest(arguments: ["-c", "-f", file])
    #expect(try program.waitForExit() == .exited(0))
    if !ProgramUnderTest.isReference26 { #expect(program.standardOutput.isEmpty) }
    let loud = try ProgramUnderTest(arguments: ["-c", "-V", "-f", file])
    #expect(try loud.waitForExit() == .exited(0))
    #expect(loud.standardOutput.containsText("Configuration file is valid"))
  }

  @Test("a broken word is named with file and line, exit 1")
  func brokenWordIsNamed() throws {
    let directory = try TemporaryDirectory()
    let file = try directory.write(
      "broken.cfg", "listen a\n    mode tcp\n    bnid 127.0.0.1:21234\n    server s 127.0.0.1:1\n")
    let program = try ProgramUnderTest(arguments: ["-c", "-f", file])
    #expect(try program.waitForExit() == .exited(1))
    #expect(
      program.standardError.containsText(
        "parsing [\(file):3] : unknown keyword 'bnid' in 'listen' section; "
          + "did you mean 'bind' maybe ?"))
    #expect(program.standardError.containsText("[ALERT]    (\(program.pid)) : config : "))
    #expect(
      program.standardError.containsText("Error(s) found in configuration file : \(file)"))
    #expect(program.standardError.containsText("Fatal errors found in configuration."))
  }

  @Test("a file without a listener has no error but exits 2")
  func noListener() throws {
    let directory = try TemporaryDirectory()
    let file = try directory.write("empty.cfg", "global\n    maxconn 10\n")
    let program = try ProgramUnderTest(arguments: ["-c", "-V", "-f", file])
    #expect(try program.waitForExit() == .exited(2))
  }

  @Test("a file that is not there is named, exit 1")
  func missingFile() throws {
    let program = try ProgramUnderTest(arguments: ["-c", "-f", "/nonexistent.cfg"])
    #expect(try program.waitForExit() == .exited(1))
    #expect(program.standardError.containsText("/nonexistent.cfg"))
    #expect(program.standardError.containsText("No such file or directory"))
  }
}
