import Basics
import Testing

@testable import Engine

@Suite struct WorkerLoadsTests {
  private let start = Instant(nanoseconds: 1_000_000_000)

  @Test func aBusyWorkerHandsItsConnectionsToAnIdleOne() {
    let loads = WorkerLoads(count: 3)
    loads.publish(50 << 20, in: .milliseconds(50), by: 0, now: start)
    loads.publish(1 << 20, in: .milliseconds(50), by: 1, now: start)
    #expect(loads.choose(preferred: 0, now: start) == 2)
    #expect(loads.choose(preferred: 1, now: start) == 1)
    #expect(loads.choose(preferred: 2, now: start) == 2)
  }

  @Test func equallyBusyWorkersKeepTheirConnections() {
    let loads = WorkerLoads(count: 2)
    loads.publish(50 << 20, in: .milliseconds(50), by: 0, now: start)
    loads.publish(40 << 20, in: .milliseconds(50), by: 1, now: start)
    #expect(loads.choose(preferred: 0, now: start) == 0)
    #expect(loads.choose(preferred: 1, now: start) == 1)
  }

  @Test func nobodyIsBusyWithALittle() {
    let loads = WorkerLoads(count: 2)
    loads.publish(1 << 20, in: .milliseconds(50), by: 0, now: start)
    #expect(loads.choose(preferred: 0, now: start) == 0)
  }

  @Test func whoFallsSilentIsIdle() {
    let loads = WorkerLoads(count: 2)
    loads.publish(50 << 20, in: .milliseconds(50), by: 0, now: start)
    let later = start + .milliseconds(201)
    #expect(loads.choose(preferred: 0, now: later) == 0)
    loads.publish(50 << 20, in: .milliseconds(50), by: 1, now: later)
    #expect(loads.choose(preferred: 1, now: later) == 0)
  }
}
