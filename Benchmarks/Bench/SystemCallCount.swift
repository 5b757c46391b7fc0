import Glibc

/// strace(1) beside a proxy, counting its system calls.
final class SystemCallCount {
  static let program = "/usr/bin/strace"

  private let child: Child
  private let file: String

  /// Attaches to the processes and all their threads; returns when it is there.
  init(_ processes: [Int32], scratch: Scratch) throws {
    file = "\(scratch.path)/strace.txt"
    _ = unlink(file)
    let targets = processes.flatMap { ["-p", "\($0)"] }
    child = try Child(
      [SystemCallCount.program, "-c", "-f", "-q", "-o", file] + targets, at: Place(cores: 0),
      log: "\(scratch.path)/strace.log")
    let deadline = Moment.now + 5_000_000_000
    while !processes.allSatisfy(Self.isTraced) {
      guard child.status == nil, Moment.now < deadline else {
        throw BenchFailure(
          "strace: " + Proxy.lastLine(Files.read("\(scratch.path)/strace.log") ?? ""))
      }
      Moment.rest(milliseconds: 5)
    }
  }

  /// Detaches.
  ///
  /// - Returns: how often each call was made.
  func end() -> [String: Int] {
    child.stop(SIGINT)
    var calls: [String: Int] = [:]
    for line in (Files.read(file) ?? "").split(separator: "\n") {
      // % time, seconds, usecs/call, calls, errors or nothing, syscall
      let fields = line.split(separator: " ")
      guard fields.count >= 5, Double(fields[0]) != nil, let name = fields.last, name != "total",
        let count = Int(fields[3])
      else { continue }
      calls[String(name)] = count
    }
    return calls
  }

  private static func isTraced(_ process: Int32) -> Bool {
    let status = Files.read("/proc/\(process)/status") ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("TracerPid:") }
    return line.map { !$0.hasSuffix("\t0") } ?? false
  }
}
