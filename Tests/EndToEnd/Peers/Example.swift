import Glibc

/// One of the configurations in `Examples`, made to run on one machine.
///
/// The same few rules apply to every file. Addresses of the networks reserved for documentation become
/// loopback addresses of their own, everywhere, so that conditions on networks keep their meaning; each
/// port becomes a free one, the same wherever it stands; logs go to the test; checks come often. What
/// is left is the file as it is.
public final class Example {
  public let engine: EngineChoice
  public let log: SyslogReceiver
  private let directory: TemporaryDirectory
  private var text: String
  /// The port that stands for a port of the file.
  private var ports: [UInt16: UInt16] = [:]
  /// The port of the file on which a section listens.
  private var listening: [String: UInt16] = [:]
  private var started: ProgramUnderTest?

  /// Where the examples are.
  public static let folder =
    "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/") + "/Examples"

  /// The names of all examples, without `.cfg`.
  public static let names: [String] = {
    guard let list = opendir(folder) else { return [] }
    defer { closedir(list) }
    var names: [String] = []
    while let entry = readdir(list) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name.hasSuffix(".cfg") { names.append(String(name.dropLast(4))) }
    }
    return names.sorted()
  }()

  /// The file of an example.
  public static func path(of name: String) -> String { "\(folder)/\(name).cfg" }

  public init(_ name: String, _ engine: EngineChoice) throws {
    self.engine = engine
    directory = try TemporaryDirectory()
    log = try SyslogReceiver()
    guard let original = contents(ofFile: Example.path(of: name)) else {
      throw PeerFailure("there is no example \(name)")
    }
    text = ""
    try rewrite(Example.mapped(original))
  }

  // MARK: Rewriting

  /// Replaces the networks for documentation by parts of 127/8, and 127/8 by a part that has none of
  /// them.
  private static func mapped(_ text: String) -> String {
    [
      ("192.0.2.", "127.0.2."), ("198.51.100.", "127.51.100."), ("203.0.113.", "127.0.113."),
      ("127.0.0.0/8", "127.0.0.0/24"),
    ].reduce(text) { $0.replacing($1.0, with: $1.1) }
  }

  private func rewrite(_ original: String) throws {
    var section = ""
    var isFirstLog = true
    var isInGlobal = false
    for line in original.split(separator: "\n", omittingEmptySubsequences: false) {
      var words = line.split(separator: " ").map(String.init)
      guard let first = words.first, !first.hasPrefix("#") else { continue }
      switch first {
      case "global":
        isInGlobal = true
        text += "global\n    nbthread 2\n    \(engine.lines)\n"
        continue
      case "defaults", "frontend", "backend", "listen":
        isInGlobal = false
        section = words.last ?? ""
      // A machine for tests may permit fewer descriptors than that takes.
      case "maxconn" where isInGlobal: continue
      case "log" where words[1] != "global":
        guard isFirstLog else { continue }
        isFirstLog = false
        words = ["log", log.target, "local0"]
      case "daemon": continue
      case "bind":
        let port = words[1].split(separator: ":").last.flatMap { UInt16($0) } ?? 0
        listening[section] = port
        words[1] = "127.0.0.1:\(try self.port(port))"
      case "server", "default-server": try rewriteServer(&words)
      default: try copyFiles(&words)
      }
      let isTitle = ["defaults", "frontend", "backend", "listen"].contains(first)
      text += (isTitle ? "" : "    ") + words.joined(separator: " ") + "\n"
      // Checks come often, but a busy machine has time to answer them.
      if first == "defaults" { text += "    timeout check 5s\n" }
    }
  }

  private func rewriteServer(_ words: inout [String]) throws {
    if words[0] == "server" {
      let parts = words[2].split(separator: ":")
      words[2] = "\(parts[0]):\(try port(UInt16(parts[1]) ?? 0))"
    }
    for index in words.indices.dropLast() {
      switch words[index] {
      case "port": words[index + 1] = "\(try port(UInt16(words[index + 1]) ?? 0))"
      case "inter": words[index + 1] = "400ms"
      default: break
      }
    }
  }

  /// Files with patterns have addresses in them, too.
  private func copyFiles(_ words: inout [String]) throws {
    for index in words.indices {
      guard let start = words[index].firstRange(of: "Examples/") else { continue }
      let name = String(words[index][start.upperBound...].prefix { $0 != "," && $0 != ")" })
      guard let file = contents(ofFile: "\(Example.folder)/\(name)") else {
        throw PeerFailure("there is no file \(name)")
      }
      let copy = try directory.write(name, Example.mapped(file))
      words[index] = words[index].replacing("Examples/\(name)", with: copy)
    }
  }

  private func port(_ original: UInt16) throws -> UInt16 {
    if let known = ports[original] { return known }
    let port = try FreePort.take()
    ports[original] = port
    return port
  }

  // MARK: Running

  /// The address that stands for one of the file.
  public func address(_ ip: String, _ port: UInt16) throws -> PeerAddress {
    .v4(try Example.number(ip), port: try self.port(port))
  }

  private static func number(_ ip: String) throws -> UInt32 {
    let parts = mapped(ip).split(separator: ".").compactMap { UInt32($0) }
    guard parts.count == 4 else { throw PeerFailure("\(ip) is no address") }
    return parts.reduce(0) { $0 << 8 | $1 }
  }

  /// Starts a server at an address of the file.
  public func server(
    _ ip: String, _ port: UInt16, greeting: @escaping @Sendable () -> [UInt8] = { [] },
    answer: @escaping AnsweringServer.Dialogue
  ) throws -> AnsweringServer {
    try AnsweringServer(try address(ip, port), greeting: greeting, answer: answer)
  }

  /// Starts a server that says its name to whatever it is told.
  public func server(_ name: String, at ip: String, _ port: UInt16) throws -> AnsweringServer {
    try server(ip, port) { said in
      said = []
      return .says(name)
    }
  }

  /// Starts the program and waits until every section listens.
  public func start() throws {
    let file = try directory.write("example.cfg", text)
    let program = try ProgramUnderTest(
      arguments: ["-db", "-f", file], inheriting: log.inheritance)
    started = program
    let wanted = listening.values.compactMap { ports[$0] }.map {
      PeerAddress.v4(0x7f00_0001, port: $0)
    }
    try eventually("every section of the example listens") {
      if let status = program.poll() {
        throw PeerFailure("the program ended with \(status): \(program.standardError)")
      }
      let listeners = ProgramUnderTest.listeners()
      return wanted.allSatisfy(listeners.contains)
    }
  }

  /// Ends the program.
  public func stop() throws {
    try started?.stop()
  }

  /// Starts to connect a client to a section, from an address of the file or from 127.0.0.1.
  ///
  /// - Parameter sourcePort: the client's port; zero leaves that to the kernel.
  public func starting(
    _ section: String, from ip: String? = nil, _ sourcePort: UInt16 = 0
  ) throws -> Connection {
    guard let port = listening[section] else { throw PeerFailure("\(section) does not listen") }
    let source = try ip.map { PeerAddress.v4(try Example.number($0), port: sourcePort) }
    return try Connection.starting(to: .loopback(port: try self.port(port)), from: source)
  }

  /// Connects a client to a section, from an address of the file or from 127.0.0.1.
  public func client(
    _ section: String, from ip: String? = nil, _ sourcePort: UInt16 = 0
  ) throws -> Connection {
    let connection = try starting(section, from: ip, sourcePort)
    guard try connection.isEstablished(within: Deadline.patience) else {
      throw PeerFailure("connect: no answer from \(section)")
    }
    return connection
  }

  /// Waits until the log has the words.
  @discardableResult
  public func awaitLog(_ words: String) throws -> String { try log.line(containing: words) }

  /// The line that the session of a client has left. Clients from several addresses may have the same
  /// port.
  public func sessionLine(of client: Connection) throws -> String {
    try log.line(containing: " \(try client.localAddress().text) [")
  }
}
