import Benchmarking
import CLinux
import FoundationEssentials
import Glibc

/// One run of the benchmark, from the first look at the programs to the record.
final class Benchmark {
  private let options: Options
  private let programs: Programs
  let scratch: Scratch
  /// The network of the workload that runs, when it has one of its own.
  private var network: VirtualNetwork?
  var record: Record
  private(set) var variants: [Variant] = []
  private(set) var workloads: [Workload] = []

  init(_ options: Options, command: String) throws {
    self.options = options
    programs = Programs(options: options)
    let loadAverage = Machine.this(options: options, hasOwnNetwork: false).loadAverage
    let hasOwnNetwork = OwnNetwork.enter()
    scratch = try Scratch()
    var names = options.workloads
    if options.isQuick && names.isEmpty { names = Workload.quickNames }
    let wanted = names
    let chosen = Workload.all.filter { wanted.isEmpty || wanted.contains($0.name) }
    workloads = chosen
    guard wanted.allSatisfy({ name in chosen.contains { $0.name == name } }) else {
      throw BenchFailure(
        "unknown workload; there are \(Workload.all.map(\.name).joined(separator: ", "))")
    }
    var machine = Machine.this(options: options, hasOwnNetwork: hasOwnNetwork)
    machine.loadAverage = loadAverage
    guard machine.cores >= 2 else {
      throw BenchFailure("a proxy and its load need two cores; this machine has one")
    }
    record = Record(
      machine: machine, command: command, rounds: options.rounds,
      warmUpMilliseconds: options.warmUpMilliseconds,
      windowMilliseconds: options.windowMilliseconds, isQuick: options.isQuick,
      workloads: chosen)
    if !hasOwnNetwork {
      say("no network namespace of its own (needs root): other traffic of the machine may disturb")
    }
  }

  // MARK: Preparing

  /// Looks which variants can run; says aloud which cannot, and why.
  func lookAround() throws {
    for variant in Variant.allCases {
      if !options.variants.isEmpty && !options.variants.contains(variant.rawValue) { continue }
      if variant == .direct {
        variants.append(variant)
        continue
      }
      if let reason = try reasonToSkip(variant) {
        if variant == .haproxyExtra && options.haproxyExtra == nil { continue }
        skip(variant, nil, reason)
      } else {
        variants.append(variant)
      }
    }
    for workload in workloads where workload.network != .loopback {
      do {
        guard record.machine.hasOwnNetwork else { throw BenchFailure("needs root") }
        _ = try VirtualNetwork(
          scratch: scratch, hasOffload: workload.network == .virtualEthernet)
      } catch let failure as BenchFailure {
        skip(nil, workload, failure.sentence)
        workloads.removeAll { $0.name == workload.name }
        record.workloads = workloads
      }
    }
  }

  private func reasonToSkip(_ variant: Variant) throws -> String? {
    guard let path = programs.path(of: variant) else { return "not asked for" }
    guard Files.isExecutable(path) else { return "\(path) is not installed" }
    let configuration = ProxyConfiguration(
      listenAddress: "127.0.0.1", serverAddress: "127.0.0.1", echo: (1025, 1026),
      bulk: (1027, 1028), threads: 1, tracksClients: true, sessionsMax: 2000,
      directory: scratch.path)
    let file = "\(scratch.path)/check.cfg"
    try Files.write(file, configuration.text(for: variant))
    let version = try Child.run([path, "-v"], in: scratch)
    let check = try Child.run(
      programs.check(variant, path, file, scratch.path), in: scratch)
    guard check.succeeded else {
      let complaint = check.text.split(separator: "\n").first { $0.contains("ALERT") }
      return "refuses its configuration: "
        + (complaint.map(String.init) ?? Proxy.lastLine(check.text))
    }
    record.versions[variant] = version.text.split(separator: "\n").first.map(String.init) ?? ""
    return nil
  }

  func skip(_ variant: Variant?, _ workload: Workload?, _ reason: String) {
    let what = [variant?.title, workload?.title].compactMap { $0 }.joined(separator: ", ")
    say("SKIPPED: \(what): \(reason)")
    record.skipped.append(Skip(variant: variant, workload: workload?.title, reason: reason))
  }

  // MARK: Measuring

  /// Runs all rounds; the record is written after each one.
  func measure() throws {
    for round in 1...options.rounds {
      say("round \(round) of \(options.rounds)")
      for workload in workloads {
        let site = try site(of: workload)
        try play(workload, site, round: round)
        network = nil
      }
      try save()
    }
    if options.countsSystemCalls {
      try countSystemCalls()
      try save()
    }
  }

  /// Plays one workload against each variant.
  private func play(_ workload: Workload, _ site: Site, round: Int) throws {
    let taking = variants.filter { $0.takesPart(in: workload) }
    var results: [Variant: LoadResult] = [:]
    if plan(workload, site).windows > 1 {
      results = try alternate(taking, workload, site)
    } else {
      // What runs before has its effect: nobody follows the same one in every round.
      for variant in taking.shuffled() { results[variant] = cell(workload, variant, site) }
    }
    guard linux_is_interrupted() == 0 else { throw BenchFailure("interrupted") }
    for variant in taking {
      guard let result = results[variant] else { continue }
      record.cells.append(
        Cell(workload: workload.name, variant: variant, round: round, result: result))
      if let failure = result.failure {
        say("FAILED: \(workload.title), \(variant.title): \(failure)")
      }
    }
  }

  /// Plays a workload against all variants, which all run and take turns: what changes the machine's
  /// speed for longer than a few windows changes all of them.
  private func alternate(
    _ taking: [Variant], _ workload: Workload, _ site: Site
  ) throws -> [Variant: LoadResult] {
    var matches: [Variant: Match] = [:]
    var results: [Variant: LoadResult] = [:]
    defer { for match in matches.values { match.proxy?.stop() } }
    func attempt(_ variant: Variant, _ body: () throws -> Void) {
      do { try body() } catch { results[variant] = failed(error) }
    }
    let plan = plan(workload, site)
    for variant in taking.shuffled() {
      attempt(variant) {
        matches[variant] = try start(plan, workload, variant, site) { _ in }
        try matches[variant]?.awaitReady()
      }
    }
    for window in 1...plan.windows {
      for variant in taking.shuffled() where results[variant] == nil {
        guard linux_is_interrupted() == 0 else { throw BenchFailure("interrupted") }
        attempt(variant) {
          try matches[variant]?.load.write("go")
          if window < plan.windows {
            try matches[variant]?.awaitReady()
          } else {
            results[variant] = try matches[variant]?.result()
          }
        }
      }
    }
    return results
  }

  private func site(of workload: Workload) throws -> Site {
    if workload.network == .loopback { return .loopback }
    let built = try VirtualNetwork(
      scratch: scratch, hasOffload: workload.network == .virtualEthernet)
    network = built
    return built.site
  }

  func plan(_ workload: Workload, _ site: Site) -> LoadPlan {
    let windows = options.takesTurns ? workload.windows : 1
    let parts = windows > 1 ? Workload.turns : 1
    var plan = LoadPlan(
      kind: workload.kind, connections: workload.connections, messageBytes: workload.messageBytes,
      warmUpMilliseconds: options.warmUpMilliseconds / parts,
      windowMilliseconds: workload.windowMilliseconds(options.windowMilliseconds) / parts)
    plan.windows = windows
    plan.requestsPerSecond = workload.requestsPerSecond
    plan.bulkConnections = workload.bulkConnections
    plan.isChecking = options.isChecking
    plan.serverAddress = site.serverAddress
    plan.serverNamespace = site.serverNamespace
    plan.clientNamespace = site.clientNamespace
    return plan
  }

  private func cell(_ workload: Workload, _ variant: Variant, _ site: Site) -> LoadResult {
    do {
      return try play(plan(workload, site), workload, variant, site) { _ in }
    } catch {
      return failed(error)
    }
  }

  private func failed(_ error: any Error) -> LoadResult {
    var result = LoadResult()
    result.failure = (error as? BenchFailure)?.sentence ?? "\(error)"
    return result
  }

  /// One load against one freshly started proxy.
  ///
  /// - Parameter beforeStart: is called with the proxy's processes before the first connection.
  func play(
    _ plan: LoadPlan, _ workload: Workload, _ variant: Variant, _ site: Site,
    beforeStart: ([Int32]) throws -> Void
  ) throws -> LoadResult {
    let match = try start(plan, workload, variant, site, beforeStart: beforeStart)
    defer { match.proxy?.stop() }
    return try match.result()
  }

  private func start(
    _ plan: LoadPlan, _ workload: Workload, _ variant: Variant, _ site: Site,
    beforeStart: ([Int32]) throws -> Void
  ) throws -> Match {
    guard linux_is_interrupted() == 0 else { throw BenchFailure("interrupted") }
    let loadPlace = Place(cores: 1 << UInt64(options.loadCore))
    let load = try Child([options.load], at: loadPlace)
    try load.write(encoded(plan))
    let first = try load.readLine(withinMilliseconds: 10_000)
    guard let listening = try? decoded(LoadListening.self, first) else {
      throw BenchFailure(try decoded(LoadResult.self, first).failure ?? first)
    }
    guard variant != .direct else {
      try load.write(
        encoded(
          LoadTarget(
            address: site.serverAddress, echoPort: listening.echoPort,
            bulkPort: listening.bulkPort, processes: [])))
      return Match(load: load, proxy: nil)
    }
    let both: UInt64 = 1 << UInt64(options.proxyCore) | 1 << UInt64(options.loadCore)
    let proxy = try Proxy(
      variant, programs: programs, scratch: scratch, listening: listening, site: site,
      workload: workload, cores: workload.threads == 2 ? both : 1 << UInt64(options.proxyCore))
    do {
      try beforeStart(proxy.processes)
      try load.write(
        encoded(
          LoadTarget(
            address: site.proxyListenAddress, echoPort: proxy.echoPort, bulkPort: proxy.bulkPort,
            processes: proxy.processes)))
    } catch {
      proxy.stop()
      throw error
    }
    return Match(load: load, proxy: proxy)
  }

  // MARK: Texts

  func save() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let text = String(decoding: try encoder.encode(record), as: UTF8.self)
    Files.makeDirectory(options.output)
    try Files.write("\(options.output)/record.json", text + "\n")
  }

  private func encoded<Value: Encodable>(_ value: Value) throws -> String {
    String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
  }

  private func decoded<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
    try JSONDecoder().decode(type, from: Data(text.utf8))
  }

  func say(_ sentence: String) {
    print(sentence)
    fflush(nil)
  }
}
