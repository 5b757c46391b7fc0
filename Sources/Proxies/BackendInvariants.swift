import Balancing
public import Basics

extension Backend {
  /// Stops the program when the books do not agree. O(servers + waiting), for simulations.
  public func checkInvariants(now: Instant) {
    var served = 0
    var waiting = queue.count
    queue.checkInvariants()
    for index in servers.indices {
      let candidate = farm.candidates[index]
      let server = servers[index]
      server.queue.checkInvariants()
      served += candidate.served
      waiting += candidate.queued
      invariant(candidate.served >= 0, "a slot is given back only by who holds one")
      invariant(
        server.connections <= candidate.served, "every connection goes through a slot")
      invariant(
        candidate.queued == server.queue.count, "balancing knows who waits for a server")
      invariant(
        candidate.maxconn == 0 || candidate.served <= candidate.maxconn,
        "no server has more sessions than its maxconn")
      invariant(
        !candidate.isUsable || server.isAvailable, "balancing uses only servers that are up")
      invariant(
        (server.operation == .starting) == (server.nextRamp != nil),
        "a server that is warming up is looked at again")
    }
    invariant(served == farm.served, "the slots of the servers are those of the backend")
    invariant(
      served + waiting <= farm.sessions,
      "who is served or waits is a session of the backend")
  }
}
