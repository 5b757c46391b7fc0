import Testing

@testable import Engine

@Suite struct LimitsTests {
  @Test func anIdleSessionCostsLessThanAKibibyte() {
    #expect(MemoryLayout<SessionSlot>.stride <= 1024)
  }

  @Test func allReceivePoolsTogetherAreBounded() {
    #expect(Limits.buffersPerWorker(wanted: 256, workers: 2) == 256)
    #expect(Limits.buffersPerWorker(wanted: 256, workers: 64) == 128)
    #expect(Limits.buffersPerWorker(wanted: 32768, workers: 1) == 8192)
    #expect(Limits.buffersPerWorker(wanted: 256, workers: 1024) == 16)
  }
}
