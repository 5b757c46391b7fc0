import Benchmarking
import CLinux
import FoundationEssentials
import Glibc

/// Measures Sluice beside its peers on this machine, or writes the report of a record again.
@main
struct Bench {
  static func main() {
    signal(SIGPIPE, SIG_IGN)
    linux_note_interrupts()
    do {
      exit(try run() ? 0 : 1)
    } catch let failure as BenchFailure {
      print("bench: \(failure.sentence)")
    } catch {
      print("bench: \(error)")
    }
    exit(2)
  }

  /// Returns false when a cell failed. All that was made on the machine is gone when it returns.
  private static func run() throws -> Bool {
    var options = try Options(CommandLine.arguments)
    if let path = options.report {
      if options.output.isEmpty { options.output = directory(of: path) }
      try write(read(path), to: options.output)
      return true
    }
    if options.output.isEmpty { options.output = "Benchmarks/Results" }
    // Without the folder of this checkout: the report is for others.
    let folder = FileManager.default.currentDirectoryPath + "/"
    let words = CommandLine.arguments.map {
      $0.hasPrefix(folder) ? String($0.dropFirst(folder.count)) : $0
    }
    let benchmark = try Benchmark(options, command: words.joined(separator: " "))
    try benchmark.lookAround()
    try benchmark.measure()
    let record = benchmark.record
    print()
    for workload in record.workloads {
      print("\(workload.title)\n\(record.table(of: workload))")
    }
    for sentence in EngineAdvice(record).sentences { print(sentence) }
    if let warning = Disturbance(record).sentence, !options.isChecking { print(warning) }
    if options.isChecking {
      print("Every byte was compared: these times say nothing.")
    } else {
      try write(record, to: options.output)
      print("\nThe report is \(options.output)/report.md")
    }
    return !record.cells.contains { $0.result.failure != nil }
  }

  private static func read(_ path: String) throws -> Record {
    guard let text = Files.read(path) else { throw BenchFailure.call(path) }
    return try JSONDecoder().decode(Record.self, from: Data(text.utf8))
  }

  private static func write(_ record: Record, to directory: String) throws {
    Files.makeDirectory("\(directory)/plots")
    let notes = Files.read("\(directory)/notes.md") ?? ""
    let report = Report(record, notes: notes)
    try Files.write("\(directory)/report.md", report.markdown)
    for (name, svg) in report.plots { try Files.write("\(directory)/plots/\(name)", svg) }
  }

  private static func directory(of path: String) -> String {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    return parts.isEmpty ? "." : parts.joined(separator: "/")
  }
}
