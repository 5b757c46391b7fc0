import Glibc
import Peers
import Testing

@Suite("Long variants, with SLUICE_LONG in the environment", .serialized, .enabled(if: isLong))
struct LongTests {
  @Test(
    "nine thousand idle sessions cost at most a kibibyte each beyond the pools",
    arguments: ProgramUnderTest.engines)
  func idleSessions(engine: EngineChoice) throws {
    let stage = try Stage(engine)
    // The server only accepts in the kernel: its end of a session needs no descriptor of ours.
    let listener = try Listener(backlog: 4096)
    try stage.startProxy(to: listener.port, global: "maxconn 9500")
    let count = 9000
    var servers: [Connection] = []
    var clients: [Connection] = []
    func open(_ more: Int) throws {
      for _ in 0..<more {
        clients.append(try stage.client())
        servers.append(try listener.accept())
      }
    }
    try open(100)
    let descriptorCount = stage.program.openDescriptorCount
    let before = stage.program.residentKibibytes
    try open(count - 100)
    let growth = stage.program.residentKibibytes - before
    print("\(count) idle sessions on \(engine): \(growth * 1024 / (count - 100)) bytes each")
    if !ProgramUnderTest.isReference {
      #expect(growth < count - 100, "grew by \(growth) KiB")
    }
    for connection in clients.dropFirst(100) + servers.dropFirst(100) { connection.close() }
    try eventually(within: .seconds(30), "descriptors return") {
      stage.program.openDescriptorCount <= descriptorCount + 16
    }
  }
}
