internal import CLiburing
internal import Glibc
internal import KernelIO

/// Going to the background: the parent stays until the child serves, and reports how it ended if it
/// does not.
struct Daemon: ~Copyable {
  /// The end of the pipe on which the child says that it serves.
  private let readiness: Int32

  private init(readiness: Int32) { self.readiness = readiness }

  /// Which process returned.
  enum Split: ~Copyable {
    /// This is the child, a session of its own.
    case child(Daemon)
    /// This is the parent: it exits with that status.
    case parent(status: Int32)
  }

  /// Forks. Only while the process has a single thread.
  static func split(programName: String, console: Console) -> Split {
    var ends: [Int32] = [-1, -1]
    guard unsafe pipe(&ends) == 0 else {
      console.alert(
        "[\(programName).main()] Cannot create pipe for getting the status of child process: "
          + "\(Errno.current.sentence).")
      return .parent(status: 1)
    }
    let child = sluice_fork()
    switch child {
    case -1:
      console.alert("[\(programName).main()] Cannot fork.")
      return .parent(status: 1)
    case 0:
      close(ends[0])
      _ = fcntl(ends[1], F_SETFD, FD_CLOEXEC)
      setsid()
      return .child(Daemon(readiness: ends[1]))
    default:
      close(ends[1])
      return .parent(status: wait(for: child, on: ends[0], programName: programName, console))
    }
  }

  private static func wait(
    for child: pid_t, on descriptor: Int32, programName: String, _ console: Console
  ) -> Int32 {
    var byte: UInt8 = 0
    var count: Int
    repeat { count = unsafe read(descriptor, &byte, 1) } while count < 0 && errno == EINTR
    guard count == 0 else { return 0 }
    var status: Int32 = 0
    var result: pid_t
    repeat { result = unsafe waitpid(child, &status, 0) } while result < 0 && errno == EINTR
    guard result == child else {
      console.alert("[\(programName).main()] waitpid() failed: \(Errno.current.sentence)")
      return 1
    }
    // The layout of wait(2)'s status: the signal in the low seven bits, else the exit status.
    let signal = status & 0x7f
    let code = signal == 0 ? (status >> 8) & 0xff : 128 + signal
    let reason =
      code >= 128 ? unsafe strsignal(code - 128).map { unsafe String(cString: $0) } ?? "" : "Exit"
    console.alert("Process \(child) exited with code \(code) (\(reason))")
    return code == 143 ? 0 : code
  }

  /// Lets the parent go.
  consuming func reportReady() {
    let message = Array("READY\n".utf8)
    _ = unsafe write(readiness, message, message.count)
    close(readiness)
  }

  /// Points standard input, output and error to `/dev/null`.
  ///
  /// - Parameter null: `/dev/null`, opened before chroot.
  static func detachStandardStreams(to null: Int32) {
    for descriptor: Int32 in 0...2 { dup2(null, descriptor) }
  }

  /// Writes the number of this process into a new file.
  ///
  /// - Returns: whether it could be created.
  static func writePidfile(_ path: String) -> Bool {
    unsafe unlink(path)
    let descriptor = unsafe open(path, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { return false }
    let text = Array("\(getpid())\n".utf8)
    _ = unsafe write(descriptor, text, text.count)
    close(descriptor)
    return true
  }
}
