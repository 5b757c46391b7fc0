import Basics
import ConfigurationLanguage
import Glibc
import KernelIO
import Proxies
import Samples
import Synchronization

/// The reused memory of one thread's log lines.
struct LogBuffer {
  /// The message alone.
  var message: [UInt8] = []
  /// The line as it is sent.
  var line: [UInt8] = []
  /// The time zone's offset, and until when it is known to hold.
  private var offsetSeconds: Int32 = 0
  private var offsetPeriod: Int64 = .min

  init() {
    message.reserveCapacity(1024)
    line.reserveCapacity(1280)
  }

  /// The offset of local time from UTC at a date. localtime_r(3); zones change on quarter hours.
  mutating func utcOffsetSeconds(at date: WallTime) -> Int32 {
    let period = date.seconds / 900
    guard period != offsetPeriod else { return offsetSeconds }
    var seconds = time_t(date.seconds)
    var parts = unsafe tm()
    unsafe _ = localtime_r(&seconds, &parts)
    offsetSeconds = unsafe Int32(parts.tm_gmtoff)
    offsetPeriod = period
    return offsetSeconds
  }
}

/// One `log` target of a proxy.
final class LogSink: Sendable {
  let framing: SyslogFraming
  let destination: LogTarget.Destination
  /// Its place among the targets of its proxy, from 1, for messages.
  let number: Int
  private let samples: Bool
  private let sampler: Mutex<LogSampler>
  /// Lines the kernel did not take.
  let dropped = Atomic<UInt64>(0)

  init(_ target: LogTarget, number: Int, tag: [UInt8], processID: Int32, hostname: [UInt8]?) {
    framing = SyslogFraming(target, tag: tag, processID: processID, hostname: hostname)
    destination = target.destination
    self.number = number
    samples = !target.sampleRanges.isEmpty
    sampler = Mutex(LogSampler(target))
  }

  /// Whether this line is one of the sampled ones.
  func isSampled() -> Bool { !samples || sampler.withLock { $0.take() } }
}

/// Where lines go. Writing one never waits: what the kernel does not take at once is dropped,
/// counted, and said once.
final class Log: Sendable {
  let names: LogNames
  /// By index into the configuration's proxies.
  private let sinks: [[LogSink]]
  private let globalSinks: [LogSink]
  /// By worker, and a last one for the main thread.
  private let sockets: [LogSockets]
  /// What a frontend's lines need, by index into the configuration's proxies.
  private let needs: [Need]
  /// Where the first failure is told; nil for nowhere.
  private let console: Console?
  private let hasComplained = Atomic<Bool>(false)

  private struct Need {
    var isAtAccept = false
    var isAtConnect = false
    var isAddresses = false
  }

  /// - Parameters:
  ///   - configuration: whose targets, tags and formats count.
  ///   - programName: the tag when none is configured.
  ///   - processID: the number that lines carry.
  ///   - hostname: the machine's own name.
  ///   - sockets: by worker, and a last one for the main thread.
  ///   - console: where the first failure is told; nil for nowhere.
  init(
    _ configuration: Configuration, programName: String, processID: Int32, hostname: String,
    sockets: [LogSockets], console: Console?
  ) {
    self.console = console
    names = LogNames(configuration, processID: processID, hostname: Array(hostname.utf8))
    self.sockets = sockets
    let sentHostname = configuration.global.logSendHostname.map {
      Array(($0.isEmpty ? hostname : $0).utf8)
    }
    let globalTag = configuration.global.logTag ?? programName
    let makeSinks = { (targets: [LogTarget], tag: String) in
      targets.enumerated().map {
        LogSink(
          $0.element, number: $0.offset + 1, tag: Array(tag.utf8), processID: processID,
          hostname: sentHostname)
      }
    }
    globalSinks = makeSinks(configuration.global.logs, globalTag)
    sinks = configuration.proxies.map { makeSinks($0.logs, $0.logTag ?? globalTag) }
    needs = configuration.proxies.map(Log.need)
  }

  private static func need(of proxy: ProxyConfiguration) -> Need {
    var need = Need()
    switch proxy.sessionLog {
    case .connectLine:
      need.isAtAccept = true
      need.isAddresses = true
    case .format(let format):
      need.isAtConnect =
        format.need == .connect || proxy.options.contains(.logAsSoonAsPossible)
      need.isAddresses =
        format.needsAddresses || proxy.errorLogFormat?.needsAddresses == true
    }
    return need
  }

  /// Whether a frontend's line can be due before the end.
  func isEarly(_ moment: LogDecision.Moment, frontend: Int) -> Bool {
    switch moment {
    case .accept: needs[frontend].isAtAccept
    case .connect: needs[frontend].isAtConnect
    case .close: false
    }
  }

  /// Whether a frontend's lines name more addresses than the client's.
  func needsAddresses(frontend: Int) -> Bool { needs[frontend].isAddresses }

  /// Sends the message in `buffer` to every target of a proxy that wants it.
  func send<K: Kernel & ~Copyable>(
    _ buffer: inout LogBuffer, level: LogLevel, proxy: Int, at date: WallTime,
    through kernel: inout K, worker: Int
  ) {
    let local = LocalDate(date, utcOffsetSeconds: buffer.utcOffsetSeconds(at: date))
    for sink in sinks[proxy] where sink.framing.admits(level) && sink.isSampled() {
      buffer.line.removeAll(keepingCapacity: true)
      guard sink.framing.write(buffer.message, level: level, date: local, into: &buffer.line) else {
        continue
      }
      let (descriptor, endpoint) = address(of: sink, worker: worker)
      let error = unsafe buffer.line.withUnsafeBufferPointer {
        unsafe kernel.sendDatagram(on: descriptor, to: endpoint, bytes: $0)
      }
      if let error { failed(sink, error) }
    }
  }

  /// Sends a line from the main thread.
  ///
  /// - Parameter proxy: index into the configuration's proxies; nil for the targets of `global`.
  func send(_ text: String, level: LogLevel, proxy: Int?, at date: WallTime) {
    var buffer = LogBuffer()
    buffer.message = Array(text.utf8)
    let local = LocalDate(date, utcOffsetSeconds: buffer.utcOffsetSeconds(at: date))
    let chosen = proxy.map { sinks[$0] } ?? globalSinks
    for sink in chosen where sink.framing.admits(level) && sink.isSampled() {
      buffer.line.removeAll(keepingCapacity: true)
      guard sink.framing.write(buffer.message, level: level, date: local, into: &buffer.line) else {
        continue
      }
      let (descriptor, endpoint) = address(of: sink, worker: sockets.count - 1)
      let error = unsafe buffer.line.withUnsafeBufferPointer {
        unsafe SystemCall.sendDatagram(on: descriptor, to: endpoint, bytes: $0)
      }
      if let error { failed(sink, error) }
    }
  }

  private func address(of sink: LogSink, worker: Int) -> (Descriptor, Endpoint?) {
    switch sink.destination {
    case .datagram(let endpoint): (sockets[worker].descriptor(for: endpoint), endpoint)
    case .descriptor(let number): (Descriptor(rawValue: number), nil)
    }
  }

  private func failed(_ sink: LogSink, _ error: Errno) {
    sink.dropped.wrappingAdd(1, ordering: .relaxed)
    guard !hasComplained.exchange(true, ordering: .relaxed) else { return }
    console?.alert(
      "sendmsg()/writev() failed in logger #\(sink.number): \(error.sentence) "
        + "(errno=\(error.rawValue))")
  }

  /// Says something grave to every proxy's targets.
  func emergency(_ text: String) {
    for proxy in sinks.indices where !sinks[proxy].isEmpty {
      send(text, level: .emerg, proxy: proxy, at: SystemCall.wallTime())
    }
  }

  /// Lines that were dropped so far.
  var droppedLines: UInt64 {
    (globalSinks + sinks.flatMap { $0 }).reduce(0) { $0 + $1.dropped.load(ordering: .relaxed) }
  }
}
