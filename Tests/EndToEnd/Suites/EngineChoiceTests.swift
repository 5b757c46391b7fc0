import Glibc
import Peers
import Testing

@Suite("The engine is chosen by what the kernel permits")
struct EngineChoiceTests {
  @Test("where io_uring is denied the program serves on epoll and says why")
  func deniedRingFallsBack() throws {
    let stage = try Stage(.reference)
    let echo = try EchoServer()
    try Confinement.withoutIOUring { try stage.startProxy(to: echo.port) }
    try expectEcho(try stage.client(), "served")
    if !ProgramUnderTest.isReference {
      #expect(
        stage.program.standardError.containsText(
          "Using epoll, since io_uring is not permitted (EPERM"))
    }
    try stage.program.stop()
  }

  @Test(
    "the engine that was asked for is the one that runs",
    .enabled(if: !ProgramUnderTest.isReference), arguments: ProgramUnderTest.engines)
  func chosenEngineRuns(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    let echo = try EchoServer()
    try stage.startProxy(to: echo.port)
    try expectEcho(try stage.client(), "served")
    #expect(stage.program.standardError.containsText("Using \(engine)"))
    try stage.program.stop()
  }

  @Test(
    "on Linux 6.1 io_uring runs, with what that kernel offers",
    .enabled(if: promisedKernel == "6.1", "runs where SLUICE_KERNEL says so"))
  func oldestKernelHasItsRung() throws {
    let release = try #require(contents(ofFile: "/proc/sys/kernel/osrelease"))
    #expect(release.hasPrefix("6.1."))
    let stage = try Stage(.ioUring)
    let echo = try EchoServer()
    try stage.startProxy(to: echo.port)
    try expectEcho(try stage.client(), "served")
    #expect(
      stage.program.standardError.containsText(
        "Using io_uring (deferred task work, registered ring, oneshot receive)"))
    try stage.program.stop()
  }
}
