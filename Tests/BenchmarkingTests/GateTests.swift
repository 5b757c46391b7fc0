import Testing

@testable import Benchmarking

@Suite struct GateTests {
  static let gate = Gate(
    workload: "bulk-8", figure: .processorTime, peer: .haproxy, limit: 0.30)

  @Test func isMetAtItsLimit() {
    let record = record([.ring: [0.3, 0.3], .haproxy: [1, 1]])
    #expect(Self.gate.ratios(in: record)?.median == 0.3)
    #expect(Self.gate.verdict(in: record) == .met)
  }

  @Test func aMissIsToldAlsoWhenARoundMetIt() {
    #expect(Self.gate.verdict(in: record([.ring: [0.5, 0.5], .haproxy: [1, 1]])) == .missed)
    #expect(
      Self.gate.verdict(in: record([.ring: [0.2, 0.5], .haproxy: [0.9, 1.1]]))
        == .missedWithinSpread)
  }

  @Test func aMachineThatSlowsDownChangesNoRatio() {
    let record = record([.ring: [0.3, 0.3, 0.6], .haproxy: [1, 2, 2]])
    #expect(Self.gate.ratios(in: record)?.median == 0.3)
    let gap = record.cells.filter { !($0.variant == .ring && $0.round == 1) }
    var shorter = record
    shorter.cells = gap
    #expect(Self.gate.ratios(in: shorter)?.count == 2, "a round without both counts for neither")
  }

  @Test func aFloorWantsMore() {
    let floor = Gate(
      workload: "bulk-8", figure: .throughput, peer: .nginx, limit: 1, isFloor: true)
    #expect(floor.verdict(in: record([.ring: [1], .nginx: [1]])) == .met)
    var slow = record([.ring: [1], .nginx: [1]])
    slow.cells[0].result.bytes = 500_000_000
    #expect(floor.verdict(in: slow) == .missed)
  }

  @Test func aMissingPeerIsNotMeasured() {
    let record = record([.ring: [0.3]])
    #expect(Self.gate.verdict(in: record) == .notMeasured)
    #expect(Report(record).markdown.contains("not measured"))
  }

  @Test func everyGateNamesAWorkload() {
    let names = Workload.all.map(\.name)
    for gate in Gate.all { #expect(names.contains(gate.workload), "\(gate.workload)") }
    // The table of promises: ten rows of four columns of processor time.
    #expect(Gate.all.filter { $0.figure == .processorTime }.count == 40)
  }

  @Test func lossesAreListed() {
    let page = Report(record([.ring: [0.5], .haproxy: [0.4]])).markdown
    #expect(page.contains("CPU 0.500, HAProxy 0.400, 1.25 times"))
    #expect(
      Report(record([.ring: [0.3], .haproxy: [0.4]])).markdown.contains("Nowhere in this run."))
  }

  @Test func theReportNamesWhatWasWatchedLonger() {
    var record = record([.ring: [0.3]])
    #expect(!Report(record).markdown.contains("twice as many"))
    record.workloads = Workload.all.filter { ["bulk-8", "connect"].contains($0.name) }
    let page = Report(record).markdown
    #expect(page.contains("in 4 parts (twice as many: connect, request, response, close): between"))
  }
}
