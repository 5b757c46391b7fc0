import Glibc

/// The engine a scenario runs on.
public enum EngineChoice: String, Sendable, CustomStringConvertible {
  case ioUring = "io_uring"
  case epoll
  /// io_uring and epoll, where every direction splices from its first byte and goes back to copying
  /// at the first small arrival.
  case ioUringSplicing = "io_uring, splicing often"
  case epollSplicing = "epoll, splicing often"
  /// io_uring, where chains of the ring carry whatever arrives.
  case ioUringChains = "io_uring, in chains"
  /// HAProxy itself is under test and chooses for itself.
  case reference

  public var description: String { rawValue }

  /// The lines of `global` that choose it.
  var lines: String {
    switch self {
    case .ioUring: "tune.engine io_uring"
    case .epoll: "tune.engine epoll"
    case .ioUringSplicing: "tune.engine io_uring\n    tune.splice auto threshold 1 patience 1"
    case .epollSplicing: "tune.engine epoll\n    tune.splice auto threshold 1 patience 1"
    case .ioUringChains: "tune.engine io_uring\n    tune.splice ring threshold 1 patience 3"
    case .reference: ""
    }
  }
}

/// How a process ended.
public enum ProcessEnding: Equatable, Sendable {
  case exited(Int32)
  case signalled(Int32)

  /// What a shell would put into `$?`.
  public var shellCode: Int32 {
    switch self {
    case .exited(let code): code
    case .signalled(let signal): 128 + signal
    }
  }

  init(waitStatus status: Int32) {
    let signal = status & 0x7f
    self = signal == 0 ? .exited((status >> 8) & 0xff) : .signalled(signal)
  }
}

/// One running process of the program that the suites test.
///
/// `SLUICE_PROGRAM` names it; without that variable it is the release build of this package. The
/// process is killed at the latest when the value goes.
public final class ProgramUnderTest: @unchecked Sendable {
  /// The path of the program.
  public static let path: String = {
    if let named = getenv("SLUICE_PROGRAM") { return String(cString: named) }
    let parts = #filePath.split(separator: "/").dropLast(4)
    return "/" + parts.joined(separator: "/") + "/.build/release/sluice"
  }()

  /// True when the program is HAProxy, against which the suites themselves are tested.
  public static let isReference = path.hasSuffix("haproxy")

  /// True when the program is the HAProxy 2.6 of Debian 12, which differs from 3.4 here and there.
  public static let isReference26: Bool = {
    guard isReference, let version = try? ProgramUnderTest(arguments: ["-v"]) else { return false }
    _ = try? version.waitForExit()
    return version.standardOutput.containsText("version 2.6")
  }()

  /// What every scenario runs on.
  public static let engines: [EngineChoice] = isReference ? [.reference] : [.ioUring, .epoll]

  /// What every scenario about bytes and their ends runs on: the engines, and how they move bytes.
  public static let movers: [EngineChoice] =
    isReference ? [.reference] : engines + [.ioUringSplicing, .epollSplicing, .ioUringChains]

  public let pid: pid_t
  private let directory: TemporaryDirectory
  private var status: ProcessEnding?

  /// Starts the program.
  ///
  /// - Parameters:
  ///   - inheriting: descriptors that the process gets, each with the number it has there.
  ///   - descriptorsMax: the limit of open descriptors, soft and hard.
  ///   - environment: variables it gets besides those of this process, as `NAME=value`.
  public init(
    path: String = ProgramUnderTest.path, arguments: [String],
    inheriting: [(descriptor: Int32, number: Int32)] = [], descriptorsMax: Int? = nil,
    environment: [String] = []
  ) throws {
    Inheritance.seal()
    directory = try TemporaryDirectory()
    var words = [path] + arguments
    if let descriptorsMax {
      words = ["/bin/sh", "-c", "ulimit -n \(descriptorsMax); exec \"$0\" \"$@\""] + words
    }
    if !environment.isEmpty { words = ["/usr/bin/env"] + environment + words }
    pid = try Self.spawn(words, inheriting, output: directory.path)
  }

  deinit {
    if status == nil {
      kill(pid, SIGKILL)
      waitpid(pid, nil, 0)
    }
  }

  private static func spawn(
    _ words: [String], _ inheriting: [(descriptor: Int32, number: Int32)], output: String
  ) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    for (number, name) in [(Int32(1), "out"), (2, "err")] {
      posix_spawn_file_actions_addopen(
        &actions, number, "\(output)/\(name)", O_WRONLY | O_CREAT | O_APPEND, 0o644)
    }
    for (descriptor, number) in inheriting {
      posix_spawn_file_actions_adddup2(&actions, descriptor, number)
    }
    try Inheritance.closeEverythingElse(&actions, keeping: inheriting.map(\.number))
    // The threads of a test block signals and ignore some; a program must start without that.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF))
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
    defer { for argument in arguments { free(argument) } }
    arguments.append(nil)
    var pid = pid_t()
    let result = Inheritance.exclusively {
      posix_spawn(&pid, words[0], &actions, &attributes, arguments, environ)
    }
    guard result == 0 else {
      throw PeerFailure("\(words[0]): \(String(cString: strerror(result)))")
    }
    return pid
  }

  // MARK: Watching

  public var standardOutput: String { contents(ofFile: "\(directory.path)/out") ?? "" }

  public var standardError: String { contents(ofFile: "\(directory.path)/err") ?? "" }

  /// Waits until something listens on every port; throws when the program has ended before.
  public func awaitListeners(_ ports: [UInt16], within limit: Duration = Deadline.patience) throws {
    let deadline = Deadline(limit)
    while !Self.isListening(on: ports) {
      if let status = poll() {
        throw PeerFailure("the program ended with \(status): \(standardError)")
      }
      guard !deadline.hasPassed else {
        throw PeerFailure("nobody listens on \(ports): \(standardError)")
      }
      pauseBetweenLooks()
    }
  }

  /// True when a socket of this network namespace listens on each of the ports.
  public static func isListening(on ports: [UInt16]) -> Bool {
    let listening = Set(listeners().map(\.port))
    return ports.allSatisfy(listening.contains)
  }

  /// The IPv4 addresses that sockets of this network namespace listen on.
  static func listeners() -> [PeerAddress] {
    // The kernel lists listening sockets first; what follows can be long and costs it much time.
    let table = contents(ofFile: "/proc/thread-self/net/tcp") { piece in
      piece.split(separator: "\n").dropFirst().dropLast().contains { line in
        let fields = line.split(separator: " ")
        return fields.count > 3 && fields[3] != "0A"
      }
    }
    return (table ?? "").split(separator: "\n").compactMap { line -> PeerAddress? in
      let fields = line.split(separator: " ")
      guard fields.count > 3, fields[3] == "0A" else { return nil }
      let halves = fields[1].split(separator: ":")
      guard halves.count == 2, let ip = UInt32(halves[0], radix: 16),
        let port = UInt16(halves[1], radix: 16)
      else { return nil }
      return .v4(ip.byteSwapped, port: port)
    }
  }

  /// The resident memory of the process.
  public var residentKibibytes: Int {
    Self.number(of: "VmRSS:", inStatusOf: pid)
  }

  /// How many descriptors the process has open.
  public var openDescriptorCount: Int {
    guard let list = opendir("/proc/\(pid)/fd") else { return 0 }
    defer { closedir(list) }
    var count = 0
    while readdir(list) != nil { count += 1 }
    return count - 2
  }

  /// Processor time used so far, in hundredths of a second.
  public var processorTicks: Int {
    let stat = contents(ofFile: "/proc/\(pid)/stat") ?? ""
    // Fields are counted after the name, which ends with the last parenthesis.
    let fields = stat.split(separator: ")").last?.split(separator: " ") ?? []
    return fields.count > 12 ? (Int(fields[11]) ?? 0) + (Int(fields[12]) ?? 0) : 0
  }

  /// A number of /proc/<pid>/status; zero when the process is gone.
  static func number(of name: String, inStatusOf pid: pid_t) -> Int {
    let text = contents(ofFile: "/proc/\(pid)/status") ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix(name) }
    return line?.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first
      .flatMap { Int($0) } ?? 0
  }

  // MARK: Ending

  /// Sends a signal.
  public func signal(_ number: Int32) {
    guard status == nil else { return }
    kill(pid, number)
  }

  /// The status when the process has ended, nil while it runs.
  @discardableResult
  public func poll() -> ProcessEnding? {
    var word: Int32 = 0
    if status == nil, waitpid(pid, &word, WNOHANG) == pid {
      status = ProcessEnding(waitStatus: word)
    }
    return status
  }

  /// Waits for the end of the process.
  @discardableResult
  public func waitForExit(within limit: Duration = Deadline.patience) throws -> ProcessEnding {
    let deadline = Deadline(limit)
    while true {
      if let status = poll() { return status }
      guard !deadline.hasPassed else { throw PeerFailure("the program still runs") }
      pauseBetweenLooks()
    }
  }

  /// Ends the process with a signal and waits for it.
  @discardableResult
  public func stop(_ number: Int32 = SIGTERM) throws -> ProcessEnding {
    signal(number)
    return try waitForExit()
  }
}
