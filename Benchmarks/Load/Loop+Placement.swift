import Benchmarking
import Glibc

/// Which thread of a proxy serves a connection, found from outside: a connection is used while all
/// others rest, and the thread whose processor time grows most serves it.
extension Loop {
  private static let probes = 100

  mutating func observePlacement(_ target: LoadTarget) throws {
    guard let process = target.processes.first else {
      throw LoadFailure("placement needs a proxy")
    }
    try establish(32, .sinkClient)
    var owners: [Int32: [Int32]] = [:]
    for client in clients {
      owners[try owner(of: client, process), default: []].append(client)
    }
    let most = owners.max { $0.value.count < $1.value.count }
    guard let (busy, candidates) = most else { return }
    let bulk = Array(candidates.prefix(plan.bulkConnections))
    for client in clients where !bulk.contains(client) { remove(client) }
    clients = bulk
    for client in bulk { command(client, Connection.start) }
    run(until: Clock.now() + UInt64(plan.warmUpMilliseconds) * 1_000_000)
    var newcomers: [Int32] = []
    for _ in 0..<plan.connections {
      newcomers.append(try visitor())
      run(until: Clock.now() + 3_000_000)
    }
    stopStreams()
    run(until: Clock.now() + 200_000_000)
    if let failure { throw LoadFailure(failure) }
    var placement = Placement(
      threads: owners.count, onBusyThread: 0, elsewhere: 0, bulkConnections: bulk.count)
    for newcomer in newcomers {
      if try owner(of: newcomer, process) == busy {
        placement.onBusyThread += 1
      } else {
        placement.elsewhere += 1
      }
    }
    result.placement = placement
  }

  /// A bulk connection that was answered once.
  private mutating func visitor() throws -> Int32 {
    guard let bulkAddress else { throw LoadFailure("no address") }
    let descriptor = try Sockets.connect(to: bulkAddress)
    result.allConnections += 1
    add(descriptor, .sinkClient)
    command(descriptor, Connection.ping)
    return descriptor
  }

  mutating func stopStreams() {
    for descriptor in 0..<connectionsMax where connections[descriptor].role == .bulkServer {
      connections[descriptor].isStreaming = false
    }
  }

  private mutating func owner(of client: Int32, _ process: Int32) throws -> Int32 {
    let before = ProcessFiles.threadTimes(of: process)
    for _ in 0..<Loop.probes {
      command(client, Connection.ping)
      run(until: Clock.now() + 1_000_000_000, messages: result.allMessages + 1)
      if let failure { throw LoadFailure(failure) }
    }
    let after = ProcessFiles.threadTimes(of: process)
    let grown = after.map { (thread: $0.key, time: $0.value - min($0.value, before[$0.key] ?? 0)) }
    guard let most = grown.max(by: { $0.time < $1.time }), most.time > 0 else {
      throw LoadFailure("no thread of the proxy served a connection")
    }
    return most.thread
  }
}
