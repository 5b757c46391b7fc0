import Benchmark
import Sessions

/// The state machine of a session, a thousand whole lives.
func sessionSuite() -> BenchmarkSuite {
  BenchmarkSuite(name: "session machine, 1,000 lives") { suite in
    suite.benchmark("established, both sides end") {
      var actions: UInt32 = 0
      for _ in 0..<1000 {
        var session = Session(abortsOnClose: false)
        actions |= session.accepted().rawValue
        actions |= session.serverChosen().rawValue
        actions |= session.connected(holding: []).rawValue
        actions |= session.ended(.client, holding: .request).rawValue
        actions |= session.drained(holding: []).rawValue
        actions |= session.ended(.server, holding: []).rawValue
      }
      blackHole(actions)
    }
    suite.benchmark("reset by the client") {
      var actions: UInt32 = 0
      for _ in 0..<1000 {
        var session = Session(abortsOnClose: false)
        actions |= session.accepted().rawValue
        actions |= session.serverChosen().rawValue
        actions |= session.connected(holding: []).rawValue
        actions |= session.failed(.client, holding: .response).rawValue
      }
      blackHole(actions)
    }
  }
}
