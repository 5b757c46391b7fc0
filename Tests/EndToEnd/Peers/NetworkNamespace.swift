import Glibc

/// A network of a test's own: a loopback interface and nothing else. network_namespaces(7)
public enum NetworkNamespace {
  /// Whether this process may make one, and ip(8) is there to furnish it.
  public static let isPermitted: Bool = {
    guard access("/usr/sbin/ip", X_OK) == 0 else { return false }
    do {
      return try PeerThread { enter() }.join()
    } catch {
      return false
    }
  }()

  private typealias Unshare = @convention(c) (Int32) -> Int32

  /// Moves the calling thread into a new namespace. unshare(2), CLONE_NEWNET
  private static func enter() -> Bool {
    // Glibc's module does not show it.
    guard let symbol = dlsym(nil, "unshare") else { return false }
    return unsafeBitCast(symbol, to: Unshare.self)(0x4000_0000) == 0
  }

  /// Does something on a thread of its own in a new namespace. Sockets, threads and programs that it
  /// makes belong to the namespace.
  ///
  /// - Parameters:
  ///   - commands: what ip(8) is told first, one line each; `link set lo up` comes before them.
  ///   - body: what is done.
  public static func run<Value: Sendable>(
    _ commands: [String] = [], _ body: @escaping @Sendable () throws -> Value
  ) throws -> Value {
    try PeerThread {
      guard enter() else { throw PeerFailure.call("unshare") }
      for command in ["link set lo up"] + commands {
        let words = command.split(separator: " ").map(String.init)
        let program = try ProgramUnderTest(path: "/usr/sbin/ip", arguments: words)
        guard try program.waitForExit() == .exited(0) else {
          throw PeerFailure("ip \(command): \(program.standardError)")
        }
      }
      return try body()
    }.join()
  }
}
