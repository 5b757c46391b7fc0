import Benchmarking
import Glibc

/// perf(1) or strace(1) beside a proxy, counting its system calls.
final class SystemCallCount {
  private static let event = "raw_syscalls:sys_enter"

  private let counter: SystemCalls.Counter
  private let child: Child
  private let file: String

  /// Why a counter cannot be used here; nil when it can.
  static func reasonToSkip(_ counter: SystemCalls.Counter, _ scratch: Scratch) -> String? {
    guard Files.isExecutable(program(counter)) else { return "not installed" }
    guard counter == .perf else { return nil }
    let words = [program(counter), "stat", "-x,", "-e", event, "/bin/true"]
    guard let result = try? Child.run(words, in: scratch), result.succeeded,
      count(in: result.text) != nil
    else { return "the kernel does not let it" }
    return nil
  }

  private static func program(_ counter: SystemCalls.Counter) -> String {
    "/usr/bin/\(counter.rawValue)"
  }

  /// Attaches to the processes and all their threads; returns when it is there.
  init(_ counter: SystemCalls.Counter, _ processes: [Int32], scratch: Scratch) throws {
    self.counter = counter
    file = "\(scratch.path)/\(counter.rawValue).txt"
    _ = unlink(file)
    var words = [SystemCallCount.program(counter)]
    switch counter {
    case .perf:
      words += ["stat", "-x,", "-e", SystemCallCount.event, "-o", file, "-p"]
      words += [processes.map { "\($0)" }.joined(separator: ",")]
    case .strace:
      words += ["-c", "-f", "-q", "-o", file] + processes.flatMap { ["-p", "\($0)"] }
    }
    let log = "\(scratch.path)/\(counter.rawValue).log"
    _ = unlink(log)
    child = try Child(words, at: Place(cores: 0), log: log)
    let deadline = Moment.now + 5_000_000_000
    while !isAttached(to: processes) {
      guard child.status == nil, Moment.now < deadline else {
        throw BenchFailure("\(counter.rawValue): \(Proxy.lastLine(Files.read(log) ?? ""))")
      }
      Moment.rest(milliseconds: 5)
    }
    // perf switches its counters on a moment after it has opened them.
    if counter == .perf { Moment.rest(milliseconds: 20) }
  }

  /// Detaches.
  ///
  /// - Returns: how often each call was made; perf tells their sum only.
  func end() -> [String: Int] {
    child.stop(SIGINT)
    let text = Files.read(file) ?? ""
    if counter == .perf { return SystemCallCount.count(in: text).map { ["all": $0] } ?? [:] }
    var calls: [String: Int] = [:]
    for line in text.split(separator: "\n") {
      // % time, seconds, usecs/call, calls, errors or nothing, syscall
      let fields = line.split(separator: " ")
      guard fields.count >= 5, Double(fields[0]) != nil, let name = fields.last, name != "total",
        let count = Int(fields[3])
      else { continue }
      calls[String(name)] = count
    }
    return calls
  }

  /// The count in what perf says.
  private static func count(in text: String) -> Int? {
    let line = text.split(separator: "\n").first { $0.contains(event) }
    return line?.split(separator: ",", omittingEmptySubsequences: false).first.flatMap { Int($0) }
  }

  private func isAttached(to processes: [Int32]) -> Bool {
    switch counter {
    case .perf:
      (3..<64).contains { descriptor in
        var name = [CChar](repeating: 0, count: 64)
        let count = readlink("/proc/\(child.pid)/fd/\(descriptor)", &name, name.count - 1)
        guard count > 0 else { return false }
        let bytes = name.prefix(count).map { UInt8(bitPattern: $0) }
        return String(decoding: bytes, as: UTF8.self).contains("perf_event")
      }
    case .strace:
      processes.allSatisfy { process in
        let status = Files.read("/proc/\(process)/status") ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("TracerPid:") }
        return line.map { !$0.hasSuffix("\t0") } ?? false
      }
    }
  }
}
