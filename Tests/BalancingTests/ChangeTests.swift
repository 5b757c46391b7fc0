import Basics
import Testing

@testable import Balancing

@Suite struct ChangeTests {
  @Test func serversComeAndGoAsRecorded() {
    for recorded in RecordedChanges.all {
      var bench = ChangeTests.bench(recorded)
      for (step, change) in RecordedChanges.steps.enumerated() {
        if let server = change.last.map({ Array("ABCDE").firstIndex(of: $0) ?? 0 }) {
          bench.setUsable(server, change.hasPrefix("+"))
        }
        let clients = recorded.balanceFactor > 0 ? 20 : 40
        var servers = ""
        for client in 0..<clients {
          let number = UInt32(1000 * step + client + 1) &* 0x9e_3779 & 0xff_ffff
          servers += bench.letter(
            client: IPAddress(v4: 0x7f00_0000 | number), isHeld: recorded.balanceFactor > 0)
        }
        if recorded.balanceFactor == 0 {
          for _ in 0..<9 { servers += bench.letter(client: nil) }
        }
        #expect(servers == recorded.servers[step], "\(recorded.keyHash), \(step): \(change)")
      }
    }
  }

  private static func bench(_ recorded: RecordedChanges) -> Bench {
    let loopback = IPAddress(v4: 0x7f00_0001)
    let candidates =
      recorded.isShared
      ? zip([2, 3, 1, 2, 1], 1...5).map { weight, id in
        Candidate(
          id: id, weight: weight,
          ringKey: RingKey(address: id == 5 ? IPAddress(v4: 0x7f00_0002) : loopback, port: nil))
      }
      : zip([3, 1, 2, 4, 2], [30, 7, 1000, 2, 3]).map { weight, id in
        Candidate(id: id, weight: weight, isBackup: id == 3)
      }
    return Bench(
      .source(recorded.keyHash), candidates: candidates,
      limits: RingLimits(balanceFactor: recorded.balanceFactor))
  }
}
