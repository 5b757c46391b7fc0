import Basics
import KernelIO
import Synchronization

/// What a worker counts for itself; read by reports only.
struct WorkerCounters: Sendable {
  /// Bytes that were received into buffers.
  var bytesCopied: UInt64 = 0
  /// Bytes that went through pipes.
  var bytesSpliced: UInt64 = 0
  /// Directions that changed over from copying to splicing, and back.
  var spliceBegins: UInt64 = 0
  var spliceEnds: UInt64 = 0
  /// Stalled channels that moved out of the receive pool.
  var spills: UInt64 = 0
  /// Receives that found the receive pool empty (ENOBUFS).
  var starvations: UInt64 = 0
}

/// The counters of a worker and what it holds, as of one moment.
struct WorkerReport: Sendable {
  var counters: WorkerCounters
  var sessions: Int
  var buffersUsed: Int
  var buffersMax: Int
  var pipesUsed: Int
  var pipesFree: Int
  /// How often the kernel refused a pipe or made it too small.
  var pipesRefused: UInt64

  /// The line of SIGQUIT for the worker of that number.
  func line(worker: Int) -> String {
    "Worker \(worker): \(sessions) sessions; \(counters.bytesCopied) bytes copied, "
      + "\(counters.bytesSpliced) spliced, \(counters.spliceBegins) changes to splicing, "
      + "\(counters.spliceEnds) back; \(buffersUsed) of \(buffersMax) receive buffers used, "
      + "\(counters.starvations) times none (ENOBUFS), \(counters.spills) channels moved out; "
      + "\(pipesUsed) pipes used, \(pipesFree) idle, \(pipesRefused) refused or short."
  }
}

/// The reports that workers leave when they are asked.
final class WorkerReports: Sendable {
  private let reports: Mutex<[WorkerReport?]>

  /// - Parameter count: how many workers there are.
  init(count: Int) { reports = Mutex(Array(repeating: nil, count: count)) }

  /// Forgets earlier reports.
  func clear() { reports.withLock { for index in $0.indices { $0[index] = nil } } }

  /// Leaves a report. The worker of that number.
  func leave(_ report: WorkerReport, worker: Int) { reports.withLock { $0[worker] = report } }

  /// What has been left so far; nil for workers that have not answered.
  var current: [WorkerReport?] { reports.withLock { $0 } }
}

extension Worker where K: ~Copyable {
  /// Leaves a report for whoever asked.
  mutating func leaveReport() {
    state.reports.leave(
      WorkerReport(
        counters: counters, sessions: table.count,
        buffersUsed: kernel.buffersMax - kernel.buffersFree, buffersMax: kernel.buffersMax,
        pipesUsed: pipes.usedCount, pipesFree: pipes.freeCount, pipesRefused: pipes.refusals),
      worker: index)
  }

  /// Tells the other workers how many bytes this one has moved lately.
  @inline(never)
  mutating func publishLoad() {
    let moved = counters.bytesCopied &+ counters.bytesSpliced
    state.loads.publish(
      moved &- loadBytes, in: kernel.now - loadTime, by: index, now: kernel.now)
    loadBytes = moved
    loadTime = kernel.now
  }
}
