import Glibc
import Peers

/// What `make run` shows: the program serving real requests, and what it logs meanwhile.
enum Demonstration {
  static func run(arguments: [String]) -> Int32 {
    guard arguments.count == 3 else {
      print("usage: demonstration <program> <configuration>")
      return 2
    }
    do {
      try show(program: arguments[1], configuration: arguments[2])
      return 0
    } catch {
      print("demonstration: \(error)")
      return 1
    }
  }

  private static func show(program path: String, configuration: String) throws {
    let (proxyPort, serverPort) = try ports(ofConfiguration: configuration)
    // SIGINT must end the waiting below and not this process: the program is stopped in order.
    let interrupts = Interrupts()
    let log = deviceLog()
    let backend = try EchoServer(greeting: "hello from the backend\n", port: serverPort)
    let program = try ProgramUnderTest(path: path, arguments: ["-db", "-f", configuration])
    try program.awaitListeners([proxyPort])
    print("Sluice (pid \(program.pid)) listens on 127.0.0.1:\(proxyPort),")
    print("its server is an echo at 127.0.0.1:\(serverPort).\n")

    for number in 1...3 {
      try request("request \(number)\n", toPort: proxyPort)
    }
    try reportLog(log)
    if isatty(0) == 1 {
      print("\nStill serving; try:  nc 127.0.0.1 \(proxyPort)   Ctrl-C ends it.")
      try serve(until: interrupts, log, program)
    }
    try program.stop()
    print(program.standardError, terminator: "")
    withExtendedLifetime(backend) {}
  }

  /// The ports of the first `bind` and the first `server` of the file.
  private static func ports(ofConfiguration path: String) throws -> (UInt16, UInt16) {
    guard let text = contents(ofFile: path) else { throw PeerFailure("cannot read \(path)") }
    func port(of keyword: String, word index: Int) -> UInt16? {
      text.split(separator: "\n").map { $0.split(separator: " ") }
        .first { $0.first == Substring(keyword) && $0.count > index }?[index]
        .split(separator: ":").last.flatMap { UInt16($0) }
    }
    guard let proxy = port(of: "bind", word: 1), let server = port(of: "server", word: 2) else {
      throw PeerFailure("\(path) has no bind or no server line with a port")
    }
    return (proxy, server)
  }

  /// The machine's own /dev/log belongs to its log daemon; only where there is none we make one.
  private static func deviceLog() -> SyslogReceiver? {
    if access("/dev/log", F_OK) == 0 {
      print("(The log goes to this machine's own /dev/log.)")
      return nil
    }
    do {
      return try SyslogReceiver.onPath("/dev/log")
    } catch {
      print("(No log is shown: /dev/log cannot be made here: \(error).)")
      return nil
    }
  }

  private static func request(_ text: String, toPort port: UInt16) throws {
    let client = try Connection.connecting(toPort: port)
    try client.send(text)
    try client.finish()
    let (bytes, ending) = try client.receiveToEnd()
    guard ending == .finished else { throw PeerFailure("the answer ended with a reset") }
    print("sent:      \(text)received:  ", terminator: "")
    let answer = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    print(answer.joined(separator: "\n           "))
    guard answer.last.map({ $0 + "\n" }) == Substring(text) else {
      throw PeerFailure("the answer is not what was sent")
    }
  }

  private static func reportLog(_ log: SyslogReceiver?) throws {
    guard let log else { return }
    print("\nlog:")
    // How many lines a session leaves depends on the configuration; a quiet second ends the list.
    while let line = try log.next(within: .seconds(1)) { printLine(line) }
    if log.lines.isEmpty {
      print("(no line)")
    }
  }

  private static func printLine(_ line: String) {
    print(line.hasSuffix("\n") ? String(line.dropLast()) : line)
  }

  private static func serve(
    until interrupts: Interrupts, _ log: SyslogReceiver?, _ program: ProgramUnderTest
  ) throws {
    while !interrupts.arrived(withinMilliseconds: 200) {
      if let status = program.poll() { throw PeerFailure("the program ended with \(status)") }
      while let line = try log?.next(within: .zero) { printLine(line) }
      fflush(nil)
    }
    print("")
  }
}

/// Ctrl-C, received where it is waited for.
struct Interrupts {
  private var signals = sigset_t()

  /// Blocks SIGINT and SIGTERM for this thread and those it starts.
  init() {
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    sigaddset(&signals, SIGTERM)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
  }

  func arrived(withinMilliseconds limit: Int) -> Bool {
    var signals = signals
    var time = timespec(tv_sec: 0, tv_nsec: limit * 1_000_000)
    return sigtimedwait(&signals, nil, &time) > 0
  }
}
