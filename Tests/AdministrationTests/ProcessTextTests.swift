import Administration
import ConfigurationLanguage
import Testing

@Suite struct ProcessTextTests {
  @Test func writesMessagesInHaproxysColumns() {
    #expect(ProcessMessage.line(.alert, processID: 7, text: "x") == "[ALERT]    (7) : x\n")
    #expect(ProcessMessage.line(.notice, processID: 7, text: "x\n") == "[NOTICE]   (7) : x\n")
    #expect(ProcessMessage.line(.warning, processID: 7, text: "x") == "[WARNING]  (7) : x\n")
    #expect(ProcessMessage.line(.diagnostic, processID: 7, text: "x") == "[DIAG]     (7) : x\n")
  }

  @Test func namesSluiceFirstAndHaproxySecond() {
    let text = VersionText(system: "Linux 6.1 #1 x86_64", engines: [], threadCount: 2)
    let lines = text.text(.short).split(separator: "\n")
    #expect(lines.count == 4)
    #expect(lines[0].hasPrefix("Sluice version 0.1.0 "))
    #expect(lines[1].hasPrefix("HAProxy version 3.4.0 compatible: "))
    #expect(lines[3] == "Running on: Linux 6.1 #1 x86_64")
    #expect(text.text(.plain) == "3.4.0\n")
    #expect(text.text(.plainBranch) == "3.4\n")
  }

  @Test func buildTextHasTheLinesToolsParse() {
    let text = VersionText(
      system: "s",
      engines: [
        .init(name: "epoll", preference: 300, isUsable: true, reason: ""),
        .init(name: "io_uring", preference: 400, isUsable: false, reason: "EPERM"),
      ], threadCount: 2
    ).text(.build)
    #expect(text.contains("  TARGET  = linux-glibc\n"))
    #expect(text.contains("\nFeature list : +ACCEPT4 "))
    #expect(text.contains(" -OPENSSL "))
    #expect(text.contains("   io_uring : pref=400,  test result FAILED (EPERM)\n"))
    #expect(text.contains("Total: 2 (1 usable), will use epoll.\n"))
    #expect(text.contains("\nAvailable services : none\n"))
  }

  @Test func flagsWinOverTheConfiguration() {
    var global = GlobalConfiguration()
    global.isDaemon = true
    global.isQuiet = true
    #expect(RunMode.decide(modes: [], global: global).mode.isDaemon)
    let foreground = RunMode.decide(modes: .foreground, global: global).mode
    #expect(!foreground.isDaemon && !foreground.isQuiet)
    #expect(RunMode.decide(modes: [.foreground, .daemon], global: global).mode.isDaemon)
    let debug = RunMode.decide(modes: [.debug, .quiet], global: global)
    #expect(debug.warning != nil && debug.mode.isDebug && !debug.mode.isQuiet)
    #expect(RunMode.decide(modes: [.verbose], global: global).mode.showsMessages)
  }

  private func configuration(listeners: Int) -> Configuration {
    var configuration = Configuration()
    let location = SourceLocation(file: "f", line: 1)
    var proxy = ProxyConfiguration(
      name: "a", id: 1, capabilities: [.frontend, .backend], location: location)
    for id in 0..<listeners {
      proxy.listeners.append(
        ListenerConfiguration(address: .inherited(9), id: id + 1, location: location))
    }
    proxy.defaultBackend = 0
    configuration.proxies = [proxy]
    return configuration
  }

  @Test func checkEndsWithTwoWhenNothingListens() {
    let none = CheckVerdict(
      configuration: configuration(listeners: 0), hasWarnings: true, isVerbose: true)
    #expect(none.status == 2)
    #expect(
      none.lines == [
        "Warnings were found.",
        "Configuration file has no error but will not start (no listener) => exit(2).",
      ])
    let quiet = CheckVerdict(
      configuration: configuration(listeners: 1), hasWarnings: false, isVerbose: false)
    #expect(quiet.status == 0 && quiet.lines.isEmpty)
    let verbose = CheckVerdict(
      configuration: configuration(listeners: 1), hasWarnings: false, isVerbose: true)
    #expect(verbose.lines == ["Configuration file is valid"])
  }

  private func demand(
    soft: Int = 1024, hard: Int = 20000, maxconn: Int = 0, memory: Int = 0
  ) -> ProcessLimits.Demand {
    ProcessLimits.Demand(
      softLimitAtBoot: soft, hardLimitAtBoot: hard, listeners: 2, checks: 0, threads: 2,
      maxconn: maxconn, memoryMegabytes: memory)
  }

  @Test func maxconnIsHalfOfWhatTheDescriptorsLeave() {
    let limits = ProcessLimits(demand: demand(), configuration: configuration(listeners: 1))
    #expect(limits.maxconn == (20000 - 24) / 2)
    #expect(limits.notice == "Automatically setting global.maxconn to 9988.")
    #expect(limits.descriptorLimit == 20000)
    let tiny = ProcessLimits(
      demand: demand(soft: 64, hard: 64), configuration: configuration(listeners: 1))
    #expect(tiny.maxconn == 100)
    let endless = ProcessLimits(
      demand: demand(hard: .max), configuration: configuration(listeners: 1))
    #expect(endless.socketsMax <= 1_048_576)
  }

  @Test func configuredMaxconnIsKeptAndTheFlagWins() {
    var wanted = configuration(listeners: 1)
    wanted.global.maxconn = 5000
    let limits = ProcessLimits(demand: demand(), configuration: wanted)
    #expect(limits.maxconn == 5000 && limits.notice == nil && limits.descriptorLimit == 10024)
    #expect(ProcessLimits(demand: demand(maxconn: 70), configuration: wanted).maxconn == 70)
  }

  @Test func memoryLimitsMaxconnToARoundNumber() {
    let limits = ProcessLimits(
      demand: demand(memory: 64), configuration: configuration(listeners: 1))
    #expect(limits.maxconn == 1700)
  }

  @Test func spreadsMaxconnToProxiesAndBackends() {
    var configuration = configuration(listeners: 1)
    #expect(configuration.backlog(proxy: 0, listener: 0) == 1024)
    configuration.applyLimits(globalMaxconn: 995, proxyMaxconn: 0)
    #expect(configuration.proxies[0].maxconn == 995)
    #expect(configuration.proxies[0].fullconn == 100)
    #expect(configuration.backlog(proxy: 0, listener: 0) == 995)
    configuration.proxies[0].listeners[0].maxconn = 5
    #expect(configuration.backlog(proxy: 0, listener: 0) == 5)
    configuration.proxies[0].listeners[0].backlog = 4
    #expect(configuration.backlog(proxy: 0, listener: 0) == 4)
  }

  @Test func dumpsServersThenTheProxy() {
    let server = ProxySnapshot.Server(
      name: "s", isUp: true, isUsable: true, isBackup: false, sessions: 0, queued: 0,
      sessionsTotal: 0)
    let proxy = ProxySnapshot(name: "a", servers: [server], frontendTotal: 2, backendTotal: 2)
    #expect(
      proxy.dumpLines == [
        "SIGHUP: Server a/s is UP. Conn: 0 act, 0 pend, 0 tot.",
        "SIGHUP: Proxy a has 1 active servers and 0 backup servers available. "
          + "Conn: act(FE+BE): 0+0, 0 pend (0 unass), tot(FE+BE): 2+2.",
      ])
    #expect(proxy.stoppedLine == "Proxy a stopped (cumulated conns: FE: 2, BE: 2).")
  }
}
