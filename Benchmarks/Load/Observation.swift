import Benchmarking
import Glibc

/// What is to be read off the proxy at one edge of the window.
struct Observation {
  let proxyNanoseconds: UInt64
  let ownNanoseconds: UInt64
  let voluntarySwitches: Int
  let involuntarySwitches: Int
  let threads: Int
  let residentBytes: Int
  let kernelBytes: Int

  /// Reads everything about these processes; the clocks last, for an opening edge, or first.
  init(of processes: [Int32], clocksFirst: Bool) throws {
    var clocks: (proxy: UInt64, own: UInt64) = (0, 0)
    if clocksFirst { clocks = try Self.clocks(of: processes) }
    var (voluntary, involuntary, threads, resident) = (0, 0, 0, 0)
    for process in processes {
      for thread in ProcessFiles.threads(of: process) {
        let status = ProcessFiles.read("/proc/\(process)/task/\(thread)/status")
        voluntary += ProcessFiles.number("voluntary_ctxt_switches:", in: status)
        involuntary += ProcessFiles.number("nonvoluntary_ctxt_switches:", in: status)
        threads += 1
      }
      resident += ProcessFiles.number("VmRSS:", in: ProcessFiles.read("/proc/\(process)/status"))
    }
    voluntarySwitches = voluntary
    involuntarySwitches = involuntary
    self.threads = threads
    residentBytes = resident << 10
    let memory = ProcessFiles.read("/proc/meminfo")
    kernelBytes =
      (ProcessFiles.number("Slab:", in: memory) + ProcessFiles.number("KernelStack:", in: memory))
      << 10
    if !clocksFirst { clocks = try Self.clocks(of: processes) }
    proxyNanoseconds = clocks.proxy
    ownNanoseconds = clocks.own
  }

  private static func clocks(of processes: [Int32]) throws -> (proxy: UInt64, own: UInt64) {
    var sum: UInt64 = 0
    for process in processes {
      guard let time = Clock.processor(of: process) else {
        throw LoadFailure("the proxy's process \(process) is gone")
      }
      sum += time
    }
    return (sum, Clock.own())
  }
}

/// Files of proc(5).
enum ProcessFiles {
  /// The text of a file; empty when it cannot be read.
  static func read(_ path: String) -> String {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return "" }
    defer { _ = close(descriptor) }
    var text: [UInt8] = []
    while true {
      let piece = [UInt8](unsafeUninitializedCapacity: 8192) { buffer, count in
        count = max(0, Glibc.read(descriptor, buffer.baseAddress, buffer.count))
      }
      if piece.isEmpty { return String(decoding: text, as: UTF8.self) }
      text += piece
    }
  }

  /// The number behind a name at the beginning of a line; zero when there is none.
  static func number(_ name: String, in text: String) -> Int {
    for line in text.split(separator: "\n") where line.hasPrefix(name) {
      let word = line.dropFirst(name.count).split(whereSeparator: { $0 == " " || $0 == "\t" }).first
      return word.flatMap { Int($0) } ?? 0
    }
    return 0
  }

  /// The threads of a process.
  static func threads(of process: Int32) -> [Int32] {
    guard let directory = opendir("/proc/\(process)/task") else { return [] }
    defer { closedir(directory) }
    var found: [Int32] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if let thread = Int32(name) { found.append(thread) }
    }
    return found
  }

  /// The processor time of each thread, in nanoseconds: /proc/<pid>/task/<tid>/schedstat.
  static func threadTimes(of process: Int32) -> [Int32: UInt64] {
    var times: [Int32: UInt64] = [:]
    for thread in threads(of: process) {
      let text = read("/proc/\(process)/task/\(thread)/schedstat")
      times[thread] = text.split(separator: " ").first.flatMap { UInt64($0) } ?? 0
    }
    return times
  }
}
