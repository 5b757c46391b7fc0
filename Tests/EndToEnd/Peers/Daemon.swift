import Glibc

/// A process that detached itself and left its number in a file; killed when the value goes.
public final class Daemon: @unchecked Sendable {
  public let pid: pid_t

  /// Waits for the file and reads the number.
  public init(pidFile path: String) throws {
    var found: pid_t?
    try eventually("a pid in \(path)") {
      found = contents(ofFile: path)?.split(separator: "\n").first.flatMap { pid_t($0) }
      return found != nil
    }
    guard let found, found > 1 else { throw PeerFailure("no pid in \(path)") }
    pid = found
  }

  deinit {
    if isRunning { kill(pid, SIGKILL) }
  }

  /// False when it has ended, even when nobody has collected it.
  public var isRunning: Bool {
    guard let stat = contents(ofFile: "/proc/\(pid)/stat") else { return false }
    // The state follows the name, which ends with the last parenthesis.
    return stat.split(separator: ")").last?.split(separator: " ").first != "Z"
  }

  public func signal(_ number: Int32) {
    kill(pid, number)
  }

  public func awaitEnd(within limit: Duration = Deadline.patience) throws {
    try eventually(within: limit, "the daemon ends") { !isRunning }
  }
}
