import Benchmarking
import Foundation
import Testing

@Suite struct RecordTests {
  @Test func spreadTellsTheMiddleAndTheEnds() throws {
    let odd = try #require(Spread([3, 1, 2]))
    #expect((odd.median, odd.lowest, odd.highest) == (2, 1, 3))
    #expect(try #require(Spread([4, 1])).median == 2.5)
    #expect(Spread([]) == nil)
  }

  @Test func figuresFollowFromTheWindow() {
    let bulk = record([.ring: [0.25]])
    let workload = bulk.workloads[0]
    #expect(Figure.processorTime.value(of: bulk.cells[0], in: workload) == 0.25)
    #expect(Figure.throughput.value(of: bulk.cells[0], in: workload) == 1)
    #expect(Figure.p99.value(of: bulk.cells[0], in: workload) == nil)
    let echo = record(workload: "echo-64-64B", [.ring: [0.02], .direct: [0]])
    #expect(Figure.processorTime.value(of: echo.cells[0], in: echo.workloads[0]) == 20)
    #expect(Figure.processorTime.value(of: echo.cells[1], in: echo.workloads[0]) == nil)
  }

  @Test func aFailedCellHasNoFigures() {
    let failed = record([.ring: [0.25, 0.25]]) { $0.failure = "wrong bytes were received" }
    let workload = failed.workloads[0]
    for figure in Figure.allCases { #expect(failed.spread(figure, workload, .ring) == nil) }
    #expect(failed.table(of: workload).contains("(2 failed)"))
    #expect(Report(failed).markdown.contains("failed: wrong bytes were received"))
  }

  @Test func idleMemoryIsGrowthASession() {
    let idle = record(workload: "idle", [.ring: [0]]) {
      $0.residentBytesBefore = 1000
      $0.residentBytesAfter = 1000 + 9000 * 512
    }
    #expect(Figure.userMemory.value(of: idle.cells[0], in: idle.workloads[0]) == 512)
  }

  @Test func aRecordSurvivesItsFile() throws {
    var kept = record([.ring: [0.25], .haproxy: [1, 2]]) {
      ($0.messages, $0.bytes, $0.allMessages, $0.allBytes, $0.allConnections) = (11, 12, 13, 14, 15)
      ($0.voluntarySwitches, $0.involuntarySwitches, $0.threads) = (16, 17, 18)
      ($0.latencies, $0.bulkBytes) = (19, 20)
      ($0.residentBytesBefore, $0.residentBytesAfter) = (21, 22)
      ($0.kernelBytesBefore, $0.kernelBytesAfter) = (23, 24)
      ($0.seconds, $0.proxySeconds, $0.loadSeconds) = (0.25, 0.26, 0.27)
      ($0.p50, $0.p99, $0.p999) = (28.5, 29.5, 30.5)
    }
    kept.cells[0].result.failure = "wrong bytes were received"
    kept.cells[1].result.placement = Placement(
      threads: 2, onBusyThread: 3, elsewhere: 4, bulkConnections: 5)
    kept.versions[.haproxy] = "HAProxy version 2.6"
    kept.skipped.append(Skip(variant: .nginx, workload: nil, reason: "not installed"))
    kept.systemCalls.append(
      SystemCalls(
        workload: "bulk-8", variant: .ring, counter: .strace, perUnit: 2, names: ["splice": 4]))
    let data = try JSONEncoder().encode(kept)
    #expect(try JSONDecoder().decode(Record.self, from: data) == kept)
    let row = try JSONSerialization.jsonObject(with: JSONEncoder().encode(kept.cells[0]))
    #expect((row as? [Any])?.count == Cell.columns.count)
  }

  @Test func aBusyMachineIsToldFromAQuietOne() {
    let quiet = record(workload: "echo-64-64B", [.ring: [0.97, 0.98], .haproxy: [1, 0.99]])
    #expect(Disturbance(quiet).total == 4)
    #expect(Disturbance(quiet).sentence == nil)
    let busy = record(workload: "echo-64-64B", [.ring: [0.3, 0.98], .haproxy: [0.5, 0.99]])
    #expect(Disturbance(busy).count == 2)
    #expect(Report(busy).markdown.contains("not quiet"))
  }

  @Test func everyWorkloadHasANameOfItsOwnAndQuickOnesExist() {
    let names = Workload.all.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(Workload.quickNames.allSatisfy(names.contains))
  }
}
