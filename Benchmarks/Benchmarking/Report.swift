/// The page that a record makes.
public struct Report: Sendable {
  private let record: Record
  /// What people wrote about the run: why we lose where we lose.
  private let notes: String

  public init(_ record: Record, notes: String = "") {
    self.record = record
    self.notes = notes
  }

  public var markdown: String {
    var page = "# Benchmark report\n\n"
    page +=
      "Made by the harness from the record beside it; `make bench-report` makes it again.\n"
      + "Median of \(record.rounds) rounds, variants interleaved in each round and their order shuffled."
      + " \"ours/its\" is Sluice on io_uring by that row: below 1 is better for CPU, latency and"
      + " memory, above 1 for throughput.\n\n"
    page += machine + "\n" + order + "\n" + gates + "\n" + losses + "\n"
    if !notes.isEmpty { page += notes + "\n" }
    page += "## Which engine\n\n"
    page += EngineAdvice(record).sentences.map { "- \($0)\n" }.joined() + "\n"
    for workload in record.workloads {
      page += "## \(workload.title)\n\n\(explanation(of: workload))\n\n"
      page += record.table(of: workload) + "\n"
      for (name, _) in record.plots(of: workload) {
        page += "![\(workload.title)](plots/\(name))\n"
      }
      page += "\n"
    }
    return page + skipped + method
  }

  /// The plots that the page refers to.
  public var plots: [(name: String, svg: String)] {
    record.workloads.flatMap { record.plots(of: $0) }.map { ($0.name, $0.plot.svg) }
  }

  // MARK: Sections

  private var machine: String {
    let machine = record.machine
    var text = "## Machine\n\n"
    let gibibytes = NumberText.fixed(Double(machine.memoryKibibytes) / 1_048_576, 1)
    text += "- \(machine.date); load average before the run \(machine.loadAverage)\n"
    text += "- \(machine.processor), \(machine.cores) cores, \(gibibytes) GiB\n"
    text += "- Linux \(machine.kernel)\n"
    text +=
      "- congestion control \(machine.congestionControl); "
      + (machine.hasOwnNetwork ? "a network namespace of its own" : "the machine's own network")
      + "\n"
    text +=
      "- proxy on core \(machine.proxyCore), generator and backend on core \(machine.loadCore); "
      + "\(record.warmUpMilliseconds) ms of warm-up, windows of \(record.windowMilliseconds) ms, "
      + "of the open loop \(Workload.openLoopWindows * record.windowMilliseconds)"
      + (record.isQuick
        ? "\n"
        : "; in closed loops and the open loop in \(Workload.turns) parts\(watchedLonger): "
          + "between them, all proxies running, the variants take turns\n")
    for variant in Variant.allCases {
      if let version = record.versions[variant], variant != .ringSplice && variant != .epoll {
        text += "- \(variant.title): \(version)\n"
      }
    }
    if let warning = Disturbance(record).sentence { text += "- **\(warning)**\n" }
    return text + "- command: `\(record.command)`\n"
  }

  /// Which of the workloads have more windows than the others; nothing when none has.
  private var watchedLonger: String {
    let titles = record.workloads.filter { $0.windows > Workload.turns }.map(\.title)
    return titles.isEmpty ? "" : " (twice as many: \(titles.joined(separator: "; ")))"
  }

  /// Which row shows which part of what the program was made for.
  private var order: String {
    """
    ## What shows what

    | part | where to look |
    |---|---|
    | batched accept and connect operations | "connect, request, response, close": a unit is one accept, \
    one connect and two closes, and `calls/unit` shows the batching |
    | splice operations | the bulk rows; the row "Sluice, `tune.splice ring`" splices with requests \
    on the ring |
    | linked timeouts | on in every row: `timeout connect`, `client` and `server` are set for each |
    | against plain epoll | the row "Sluice, epoll" of every table: the same program on epoll |

    """
  }

  private var gates: String {
    "## Promises\n\nOurs by theirs, the median of each round's ratio, with what was promised and "
      + "what came of it. Rounds are short and the variants of one follow each other, so that a machine "
      + "whose speed changes changes both.\n\n"
      + GateTable(record).text
  }

  private var losses: String {
    var text = "## Where Sluice loses\n\n"
    var found = false
    for workload in record.workloads {
      for figure in [Figure.processorTime, .throughput, .p50, .p99, .userMemory] {
        for variant in record.variants(of: workload) where variant != .ring && variant != .direct {
          guard let line = loss(figure, workload, to: variant) else { continue }
          found = true
          text += "- \(workload.title): \(line)\n"
        }
      }
    }
    return found ? text : text + "Nowhere in this run.\n"
  }

  /// By how much, where a variant is better; nil where it is not.
  private func loss(_ figure: Figure, _ workload: Workload, to variant: Variant) -> String? {
    guard let ours = record.spread(figure, workload, .ring),
      let theirs = record.spread(figure, workload, variant),
      let ratios = record.ratios(figure, workload, .ring, by: variant)
    else { return nil }
    let isFloor = figure == .throughput
    guard isFloor ? ratios.median < 1 : ratios.median > 1 else { return nil }
    let always = isFloor ? ratios.highest < 1 : ratios.lowest > 1
    return "\(figure.title) \(NumberText.short(ours.median)), \(variant.title) "
      + "\(NumberText.short(theirs.median)), \(NumberText.fixed(ratios.median, 2)) times "
      + (always ? "in the median" : "in the median, not in every round")
  }

  private func explanation(of workload: Workload) -> String {
    switch workload.kind {
    case .bulk: "The backend sends without end, the clients throw away what comes."
    case .echo: "Closed loop: each connection has one message under way."
    case .connect: "Closed loop, 64 at a time; a unit is one connection with one 64 B exchange."
    case .openLoop:
      "Requests leave at a fixed rate whatever becomes of the earlier ones, and a latency counts "
        + "from the moment its request was due: there is no coordinated omission."
    case .fairness: "Latency of requests at a fixed rate while one connection moves all it can."
    case .idle:
      "User memory: growth of the proxy's resident memory. Kernel memory: growth of slab and stacks "
        + "for client, proxy and server together, rough."
    case .placement:
      "Four bulk sessions run on one of two worker threads, then 32 connections come. Which thread "
        + "serves a connection shows in whose processor time grows when it is used alone."
    }
  }

  private var skipped: String {
    var text = ""
    for skip in record.skipped {
      let what = [skip.variant?.title, skip.workload].compactMap { $0 }.joined(separator: ", ")
      text += "- \(what): \(skip.reason)\n"
    }
    for workload in record.workloads {
      for variant in record.variants(of: workload) {
        for failure in record.failures(workload, variant) {
          text += "- \(workload.title), \(variant.title): failed: \(failure)\n"
        }
      }
    }
    return text.isEmpty ? "" : "## Skipped and failed\n\n\(text)\n"
  }

  private var method: String {
    """
    ## Method

    Each cell starts its proxy anew, with a generated configuration that means the same to all:
    `mode tcp`, one thread, no log, `timeout connect 5s`, `client` and `server 30s`, the same limits.
    The processor time is the proxy's own CPU clock (clock_getcpuclockid(3)), all its threads and the
    kernel's workers for it included, read at both ends of the window by the load. Generator and
    backend are one thread of one process, so that the proxy is the slowest part most often; where
    the load's core is at 100 % and the proxy's is not, throughput is the load's. Latencies are kept
    in an HDR histogram with three digits. System calls are counted in passes of their own whose times
    do not count: by perf(1) at full speed, or where the kernel does not permit that by strace(1), under
    which a proxy is slow and finds more to do at a time. They include the set-up of the connections.

    """
  }
}
