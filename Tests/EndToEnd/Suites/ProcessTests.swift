import Glibc
import Peers
import Testing

@Suite("The process lives and ends like HAProxy's")
struct ProcessTests {
  @Test("when the process has ended its ports are free", arguments: ProgramUnderTest.engines)
  func portsAreFreeAfterwards(engine: EngineChoice) throws {
    let echo = try EchoServer()
    for _ in 0..<10 {
      let stage = try Stage(engine)
      try stage.startProxy(to: echo.port, threads: 1)
      for _ in 0..<5 { try expectEcho(try stage.client(), "a") }
      _ = try stage.program.stop()
      #expect(!ProgramUnderTest.isListening(on: [stage.port]))
    }
  }

  @Test(
    "TERM and INT end it by their own number", arguments: ProgramUnderTest.engines,
    [(Int32(SIGTERM), Int32(143)), (Int32(SIGINT), Int32(130))])
  func hardSignals(engine: EngineChoice, expected: (Int32, Int32)) throws {
    let stage = try Stage(engine)
    let echo = try EchoServer()
    try stage.startProxy(to: echo.port)
    let client = try stage.client()
    try expectEcho(client, "alive")
    #expect(try stage.program.stop(expected.0).shellCode == expected.1)
    _ = try client.receiveToEnd()
  }

  @Test(
    "USR1 lets sessions finish, refuses new ones and exits 0",
    arguments: ProgramUnderTest.engines)
  func softStop(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let echo = try EchoServer()
    try stage.startProxy(to: echo.port)
    let client = try stage.client()
    try expectEcho(client, "before")
    stage.program.signal(SIGUSR1)
    try eventually("the listener is closed") { !ProgramUnderTest.isListening(on: [stage.port]) }
    #expect(throws: PeerFailure.self) { try stage.client() }
    try expectEcho(client, "after")
    #expect(stage.program.poll() == nil)
    let port = client.localPort
    client.close()
    #expect(try stage.program.waitForExit() == .exited(0))
    #expect(try stage.sessionLine(ofClientPort: port).state == "--")
    _ = try stage.log.line(containing: "Proxy px stopped (cumulated conns: FE: 1, BE: 1).")
  }

  @Test("an idle process that gets USR1 exits 0 at once", arguments: ProgramUnderTest.engines)
  func idleSoftStop(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let echo = try EchoServer()
    try stage.startProxy(to: echo.port)
    try expectEcho(try stage.client(), "alive")
    #expect(try stage.program.stop(SIGUSR1) == .exited(0))
  }

  @Test("TTOU pauses the listeners, TTIN resumes them", arguments: ProgramUnderTest.engines)
  func pauseAndResume(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let echo = try EchoServer()
    try stage.startProxy(to: echo.port)
    let client = try stage.client()
    try expectEcho(client, "before")
    stage.program.signal(SIGTTOU)
    try eventually("nobody listens") { !ProgramUnderTest.isListening(on: [stage.port]) }
    try expectEcho(client, "meanwhile")
    stage.program.signal(SIGTTIN)
    try stage.program.awaitListeners([stage.port])
    try expectEcho(try stage.client(), "again")
  }

  @Test("HUP reports the servers", arguments: ProgramUnderTest.engines)
  func statusReport(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let echo = try EchoServer()
    try stage.startProxy(to: echo.port)
    try expectEcho(try stage.client(), "alive")
    stage.program.signal(SIGHUP)
    try eventually("the report is on standard error") {
      stage.program.standardError.containsText("SIGHUP: Server px/s is UP. Conn: ")
    }
  }

  @Test("an address in use is named, exit 1", arguments: ProgramUnderTest.engines)
  func addressInUse(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let taken = try Listener(.loopback(port: stage.port))
    let file = try stage.directory.write(
      "taken.cfg",
      stage.preamble() + "listen px\n    bind 127.0.0.1:\(stage.port)\n    server s 127.0.0.1:1\n")
    let program = try ProgramUnderTest(
      arguments: ["-db", "-f", file], inheriting: stage.log.inheritance)
    #expect(try program.waitForExit() == .exited(1))
    #expect(
      program.standardError.containsText(
        "cannot bind socket (Address already in use) for [127.0.0.1:\(taken.port)]"))
    if !ProgramUnderTest.isReference26 {
      #expect(
        program.standardError.containsText(
          ".main()] Some protocols failed to start their listeners! Exiting."))
    }
  }

  @Test("-D leaves a daemon whose number is in the pid file", arguments: ProgramUnderTest.engines)
  func daemon(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let echo = try EchoServer()
    let pidFile = "\(stage.directory.path)/pid"
    try stage.startDaemon(to: echo.port, pidFile: pidFile)
    let daemon = try Daemon(pidFile: pidFile)
    try expectEcho(try stage.client(), "served by the daemon")
    #expect(daemon.pid != stage.program.pid)
    daemon.signal(SIGTERM)
    try daemon.awaitEnd()
    try eventually("nobody listens") { !ProgramUnderTest.isListening(on: [stage.port]) }
  }

  @Test(
    "-sf takes over: none refused, none reset, a running transfer finishes",
    arguments: ProgramUnderTest.engines)
  func takeover(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let echo = try EchoServer(greeting: "+")
    try stage.startProxy(to: echo.port)
    let longLived = try stage.client()
    #expect(try longLived.receiveText(1) == "+")
    let stop = Counter()
    let port = stage.port
    // Clients come without a pause while three processes follow one another.
    let visitors = PeerThread { () -> (Int, [String]) in
      var visits = 0
      var failures: [String] = []
      while stop.current == 0 {
        do {
          let client = try Connection.connecting(toPort: port)
          try client.send("hello")
          try client.finish()
          let (bytes, ending) = try client.receiveToEnd()
          if bytes != Array("+hello".utf8) || ending != .finished {
            failures.append("\(bytes.count) bytes, \(ending)")
          }
        } catch {
          failures.append("\(error)")
        }
        visits += 1
      }
      return (visits, failures)
    }
    for _ in 0..<3 {
      let old = stage.program
      letPass(.milliseconds(150))
      try stage.startProxyReplacing(old, to: echo.port)
      if old === stage.programs[0] {
        letPass(.milliseconds(150))
        try expectEcho(longLived, "still with the first process")
        #expect(old.poll() == nil)
        try ByteStream.expectRoundTrip(over: longLived)
      }
      #expect(try old.waitForExit() == .exited(0))
    }
    letPass(.milliseconds(100))
    stop.advance()
    let (visits, failures) = try visitors.join()
    #expect(visits > 20)
    // HAProxy loses what waits in the old backlog unless the sockets are handed over.
    if !ProgramUnderTest.isReference { #expect(failures.isEmpty, "\(failures)") }
  }

  @Test("-st ends the old process at once", arguments: ProgramUnderTest.engines)
  func hardTakeover(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let echo = try EchoServer(greeting: "+")
    try stage.startProxy(to: echo.port)
    let old = stage.program
    let client = try stage.client()
    #expect(try client.receiveText(1) == "+")
    try stage.startProxyReplacing(old, to: echo.port, option: "-st")
    #expect(try old.waitForExit().shellCode == 143)
    #expect(try stage.client().receiveText(1) == "+")
  }
}

extension ByteStream {
  /// Sends a mebibyte through an echo and compares what returns.
  fileprivate static func expectRoundTrip(over connection: Connection) throws {
    let sender = PeerThread { try send(1 << 20, seed: 9, over: connection) }
    #expect(try receive(over: connection) == sender.join())
  }
}

extension Stage {
  fileprivate func startDaemon(to serverPort: UInt16, pidFile: String) throws {
    try start(
      "listen px\n    bind 127.0.0.1:\(port)\n    server s 127.0.0.1:\(serverPort)",
      arguments: ["-D", "-p", pidFile], listening: [])
    let status = try program.waitForExit()
    guard status == .exited(0) else {
      throw PeerFailure("the parent ended with \(status): \(program.standardError)")
    }
  }

  /// Starts a second process on the same port, told to end the first.
  fileprivate func startProxyReplacing(
    _ old: ProgramUnderTest, to serverPort: UInt16, option: String = "-sf"
  ) throws {
    try start(
      "listen px\n    bind 127.0.0.1:\(port)\n    server s 127.0.0.1:\(serverPort)",
      arguments: ["-db", option, "\(old.pid)"])
  }
}
