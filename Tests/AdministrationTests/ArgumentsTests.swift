import Administration
import Testing

/// Every row is a command line and what HAProxy makes of it.
@Suite struct ArgumentsTests {
  private func run(_ words: String...) -> Arguments? {
    guard case .run(let arguments) = ArgumentsReader.read(["/usr/sbin/sluice"] + words) else {
      return nil
    }
    return arguments
  }

  private func outcome(_ words: String...) -> ArgumentsOutcome {
    ArgumentsReader.read(["sluice"] + words)
  }

  @Test func namesTheProgramAfterTheLastSlash() {
    #expect(run("-f", "a")?.programName == "sluice")
    #expect(Arguments.baseName(of: "haproxy") == "haproxy")
    #expect(Arguments.baseName(of: "dir/") == "")
  }

  @Test func collectsFilesInOrderAndEverythingBehindTwoDashes() {
    #expect(
      run("-f", "a", "-f", "b", "--", "-c", "d")?.configurationFiles == ["a", "b", "-c", "d"])
  }

  @Test func takesTheNextWordAsValueWhateverIsAttached() {
    #expect(run("-fa.cfg", "b.cfg")?.configurationFiles == ["b.cfg"])
    #expect(outcome("-fa.cfg") == .usage(alerts: []))
    #expect(run("-n100", "200", "-f", "a")?.maxconn == 200)
  }

  @Test(arguments: [
    ("-c", Arguments.Modes.check), ("-V", .verbose), ("-q", .quiet), ("-D", .daemon),
    ("-db", .foreground), ("-d", .debug), ("-dy", .debug), ("-dW", .zeroWarning),
    ("-dD", .diagnostic), ("-cV", .check), ("-Dq", .daemon),
  ])
  func readsModesByTheirFirstLetters(_ row: (String, Arguments.Modes)) {
    #expect(run("-f", "a", row.0)?.modes == row.1)
  }

  @Test func readsPidListsUpToTheNextFlag() {
    let arguments = run("-f", "a", "-sf", "12", "13", "-p", "/run/x")
    #expect(arguments?.oldProcesses == [12, 13])
    #expect(arguments?.oldProcessSignal == .finish)
    #expect(arguments?.pidfile == "/run/x")
    #expect(run("-st", "7", "-f", "a")?.oldProcessSignal == .terminate)
  }

  @Test func acceptsAnEmptyPidList() {
    #expect(run("-f", "a", "-sf")?.oldProcesses == [])
    #expect(run("-sf", "-f", "a")?.oldProcesses == [])
  }

  @Test func refusesWhatIsNoPid() {
    #expect(
      outcome("-sf", "12x")
        == .failure(alerts: ["-sf option: some bytes unconsumed in PID list {x}"]))
    #expect(outcome("-sf", "0") == .usage(alerts: []))
    #expect(run("-sf", "12 ")?.oldProcesses == [12])
  }

  @Test func refusesWordsThatAreNoFlags() {
    #expect(outcome("a.cfg") == .usage(alerts: []))
    #expect(outcome("-f", "a", "b") == .usage(alerts: []))
  }

  @Test func asksForUsageOnUnknownFlags() {
    #expect(outcome("-h") == .usage(alerts: []))
    #expect(outcome("-y", "a") == .usage(alerts: []))
    #expect(outcome("--help") == .usage(alerts: []))
    #expect(outcome("-n") == .usage(alerts: []))
  }

  @Test(arguments: [
    ("-v", VersionText.Kind.short), ("-vv", .build), ("-vq", .plain), ("-vqs", .plainShort),
    ("-vqb", .plainBranch), ("-vx", .short),
  ])
  func recognisesVersionFlags(_ row: (String, VersionText.Kind)) {
    #expect(outcome(row.0, "-h") == .version(row.1))
  }

  @Test(arguments: ["-W", "-Ws", "-S", "-x", "-dA", "-dL"])
  func saysWhichKnownFlagsAreNotSupported(_ flag: String) {
    guard case .failure(let alerts) = outcome(flag, "x") else {
      Issue.record("\(flag) was taken")
      return
    }
    #expect(alerts.count == 1 && alerts[0].contains("not supported"))
  }

  @Test func keepsAConditionEvenWhenItIsMissing() {
    #expect(run("-cc", "1 -eq 1")?.condition == .text("1 -eq 1"))
    #expect(run("-cc")?.condition == .missing)
  }

  @Test func readsNumbersAsAtol() {
    #expect(run("-n", "12abc", "-N", "x", "-m", "-3")?.maxconn == 12)
    #expect(run("-N", "x")?.proxyMaxconn == 0)
    #expect(run("-m", "-3")?.memoryMegabytes == -3)
    #expect(run("-m", "99999999999999999999")?.memoryMegabytes == .max)
  }

  @Test func readsTheClassesOfKeywords() {
    #expect(run("-dKall,help", "-f", "a")?.keywordClasses == "all,help")
    #expect(run("-dK", "-f", "a")?.keywordClasses == "")
    #expect(run("-f", "a")?.keywordClasses == nil)
  }

  @Test func readsThePoisonByte() {
    #expect(run("-dM")?.poisonByte == 0x50)
    #expect(run("-dM0xff")?.poisonByte == 0xff)
    #expect(run("-dM7")?.poisonByte == 7)
  }
}
