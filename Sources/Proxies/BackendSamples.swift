import Balancing
public import Basics
public import Samples

extension Backend {
  /// What the sample fetches about a backend and its servers give. HAProxy manual, section 7.3.2.
  ///
  /// - Parameters:
  ///   - counter: one of those of backends or servers.
  ///   - server: for those of servers.
  ///   - now: the present, for rates.
  /// - Returns: nil for a counter of something else, or a server that does not exist.
  public func count(_ counter: SampleCounter, server: Int, now: Instant) -> Int64? {
    switch counter {
    case .backendSessions: return Int64(farm.sessions)
    case .backendSessionRate: return Int64(clamping: counters.rate.perSecond(now: now))
    case .backendQueue: return Int64(allQueued)
    case .backendUsableServers: return Int64(usableServers)
    case .backendAverageQueue:
      let usable = usableServers
      return Int64(usable > 0 ? (allQueued + usable - 1) / usable : allQueued * 2)
    case .backendFreeSessions: return freeSessions
    case .backendConnectionSlots: return connectionSlots
    case .serverConnections, .serverFreeConnections, .serverIsUp, .serverQueue,
      .serverSessionRate, .serverWeight, .serverInitialWeight, .serverUserWeight:
      guard servers.indices.contains(server) else { return nil }
      return count(counter, of: server, now: now)
    default: return nil
    }
  }

  private func count(_ counter: SampleCounter, of server: Int, now: Instant) -> Int64 {
    let candidate = farm.candidates[server]
    switch counter {
    case .serverConnections: return Int64(servers[server].connections)
    case .serverFreeConnections:
      return candidate.maxconn == 0 ? -1 : Int64(candidate.maxconn - candidate.served)
    case .serverIsUp: return servers[server].operation == .stopped ? 0 : 1
    case .serverQueue: return Int64(servers[server].queue.count)
    case .serverSessionRate: return Int64(clamping: candidate.rate.perSecond(now: now))
    default: return Int64(candidate.weight)
    }
  }

  private var allQueued: Int { servers.reduce(queue.count) { $0 + $1.queue.count } }

  /// Active servers; without any, the one backup that is used, or all of them.
  private var usableServers: Int {
    switch farm.pool {
    case .active: farm.activeCount
    case .single(_): 1
    case .backup, .none:
      farm.candidates.filter { $0.isBackup && $0.isUsable }.count
    }
  }

  /// Connections that the servers would still take; -1 when one of them has no limit.
  private var freeSessions: Int64 {
    var sum: Int64 = 0
    for (index, candidate) in farm.candidates.enumerated() {
      guard servers[index].operation != .stopped else { continue }
      if candidate.maxconn == 0 { return -1 }
      sum += Int64(candidate.maxconn - candidate.served)
    }
    return sum
  }

  /// Connections and places in queues that are free; -1 when one of the servers has no limit.
  private var connectionSlots: Int64 {
    var sum: Int64 = 0
    for (index, candidate) in farm.candidates.enumerated() {
      guard servers[index].operation != .stopped else { continue }
      if candidate.maxconn == 0 || candidate.maxqueue == 0 { return -1 }
      sum += Int64(candidate.maxconn - candidate.served)
      sum += Int64(candidate.maxqueue - servers[index].queue.count)
    }
    return max(0, sum)
  }
}
