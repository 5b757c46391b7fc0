import KernelIO
import Testing

/// The poller keeps what every kernel promises, however it is measured out.
@Suite(.serialized) struct PollerContractTests {
  @Test(arguments: KernelPromise.allCases)
  func keeps(_ promise: KernelPromise) throws {
    var poller = try Poller(options: PollerOptions(bufferBytes: 4_096, buffersMax: 8))
    try promise.check(&poller)
  }

  @Test(arguments: KernelPromise.allCases)
  func keepsWithTheSmallestTables(_ promise: KernelPromise) throws {
    var poller = try Poller(
      options: PollerOptions(
        bufferBytes: 4_096, buffersMax: 8, descriptorsMax: 1, eventsPerTurnMax: 1,
        acceptsPerTurnMax: 1, receiveBytesPerTurnMax: 1))
    try promise.check(&poller)
  }
}
