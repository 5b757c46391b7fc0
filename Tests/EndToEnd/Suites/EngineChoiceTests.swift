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
      #expect(stage.program.standardError.containsText("epoll"))
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
    #expect(stage.program.standardError.containsText(engine.rawValue))
    try stage.program.stop()
  }
}
