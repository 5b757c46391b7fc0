import Benchmarking
import Glibc

extension Machine {
  /// Reads the facts of this machine.
  static func this(options: Options, hasOwnNetwork: Bool) -> Machine {
    var machine = Machine()
    var now = time(nil)
    var parts = tm()
    gmtime_r(&now, &parts)
    var text = [CChar](repeating: 0, count: 64)
    strftime(&text, text.count, "%Y-%m-%d %H:%M UTC", &parts)
    machine.date = string(text)
    machine.kernel = line("/proc/sys/kernel/osrelease")
    let processors = (Files.read("/proc/cpuinfo") ?? "").split(separator: "\n")
    machine.cores = processors.filter { $0.hasPrefix("processor") }.count
    machine.processor =
      processors.first { $0.hasPrefix("model name") }?
      .split(separator: ":").last.map { $0.drop { $0 == " " } }.map(String.init) ?? "unknown"
    let memory = (Files.read("/proc/meminfo") ?? "").split(separator: "\n").first ?? ""
    let words = memory.split(separator: " ")
    machine.memoryKibibytes = words.count > 1 ? Int(words[1]) ?? 0 : 0
    machine.congestionControl = line("/proc/sys/net/ipv4/tcp_congestion_control")
    machine.loadAverage = line("/proc/loadavg").split(separator: " ").first.map(String.init) ?? ""
    machine.proxyCore = options.proxyCore
    machine.loadCore = options.loadCore
    machine.hasOwnNetwork = hasOwnNetwork
    return machine
  }

  private static func line(_ path: String) -> String {
    (Files.read(path) ?? "").split(separator: "\n").first.map(String.init) ?? ""
  }

  private static func string(_ text: [CChar]) -> String {
    String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
