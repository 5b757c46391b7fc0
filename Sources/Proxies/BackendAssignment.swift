import Balancing
public import Basics
import HealthChecks

// MARK: - Sessions come and go

extension Backend {
  /// A session chooses this backend.
  public mutating func enter(now: Instant) {
    farm.sessions += 1
    counters.sessionsTotal += 1
    counters.sessionsMax = max(counters.sessionsMax, farm.sessions)
    counters.rateMax = max(counters.rateMax, counters.rate.count(now: now))
  }

  /// A session of this backend ends.
  public mutating func leave() {
    invariant(farm.sessions > 0, "only a session that entered a backend leaves it")
    farm.sessions -= 1
  }

  /// A session ends without a connection: no server, no place in a queue, the queue's timeout, no
  /// retry left.
  ///
  /// - Parameter server: whose fault it was; nil for none.
  public mutating func countFailure(of server: Int?) {
    counters.failedConnections += 1
    if let server { servers[server].counters.failedConnections += 1 }
  }
}

// MARK: - Slots

extension Backend {
  /// Gives a session a slot of a server, or a place in a queue. O(log n).
  ///
  /// When the answer is a place in the queue of a server, the caller asks `nextGrant` for that
  /// server: its limit may have risen since the last one left.
  public mutating func assign(_ request: AssignmentRequest, now: Instant) -> Assignment {
    if let server = request.ruledServer, request.previous == nil,
      request.forcesServer || persists || servers[server].operation != .stopped
    {
      let assignment = place(request, at: server, now: now)
      guard case .queueFull = assignment, redispatchInterval != 0, !request.forcesServer else {
        return assignment
      }
    }
    guard farm.totalWeight > 0 else {
      countMove(from: request.previous, to: nil)
      return .unavailable
    }
    let isHopeless =
      balance.algorithm.isFullWhenQueued && !queue.isEmpty && farm.served > 0
      && queue.count != farm.sessions
    let question = BalanceRequest(
      client: request.client, hash: request.hash, avoided: request.previous, now: now)
    let choice = isHopeless ? nil : balance.next(question, in: farm)
    countMove(from: request.previous, to: choice)
    guard let server = choice else { return wait(request, for: nil, now: now) }
    if server != request.previous {
      counters.balancedTotal += 1
      servers[server].counters.balancedTotal += 1
    }
    return place(request, at: server, now: now)
  }

  /// Gives a slot of a server that was chosen, or a place in its queue.
  private mutating func place(
    _ request: AssignmentRequest, at server: Int, now: Instant
  ) -> Assignment {
    let candidate = farm.candidates[server]
    if candidate.maxconn > 0 {
      let isFree =
        servers[server].queue.isEmpty && candidate.served < farm.limit(of: server, now: now)
      guard isFree else {
        if candidate.maxqueue > 0, servers[server].queue.count >= candidate.maxqueue {
          return .queueFull(server: server)
        }
        return wait(request, for: server, now: now)
      }
    }
    take(server, now: now)
    return .server(server)
  }

  private mutating func countMove(from previous: Int?, to server: Int?) {
    guard let previous else { return }
    if previous == server {
      servers[previous].counters.retries += 1
      counters.retries += 1
    } else {
      servers[previous].counters.redispatches += 1
      counters.redispatches += 1
    }
  }

  private mutating func wait(
    _ request: AssignmentRequest, for server: Int?, now: Instant
  ) -> Assignment {
    guard let server else {
      let (place, generation) = queue.insert(
        request.waiter, priority: request.priority, now: now)
      counters.queuedMax = max(counters.queuedMax, queue.count)
      return .queued(QueueTicket(server: nil, place: place, generation: generation))
    }
    let (place, generation) = servers[server].queue.insert(
      request.waiter, priority: request.priority, now: now)
    queueChanged(of: server)
    servers[server].counters.queuedMax = max(
      servers[server].counters.queuedMax, servers[server].queue.count)
    return .queued(QueueTicket(server: server, place: place, generation: generation))
  }

  /// Counts a slot and the connection that is about to be made through it.
  mutating func take(_ server: Int, now: Instant) {
    farm.take(server)
    balance.loadChanged(of: server, in: farm)
    startConnection(server, now: now)
  }

  mutating func queueChanged(of server: Int) {
    farm.setQueued(server, count: servers[server].queue.count)
    balance.loadChanged(of: server, in: farm)
  }

  private mutating func startConnection(_ server: Int, now: Instant) {
    let rate = farm.countConnection(server, now: now)
    servers[server].connections += 1
    servers[server].counters.connectionsTotal += 1
    servers[server].counters.connectionsMax = max(
      servers[server].counters.connectionsMax, servers[server].connections)
    servers[server].counters.rateMax = max(servers[server].counters.rateMax, rate)
  }

  /// A session gives its slot back. The caller then asks `nextGrant` until there is none.
  ///
  /// - Parameters:
  ///   - server: whose slot it is.
  ///   - isAfterFailure: the last thing the session did was `connectFailed`: there is no
  ///     connection any more.
  public mutating func release(_ server: Int, isAfterFailure: Bool = false) {
    if !isAfterFailure { endConnection(server) }
    farm.drop(server)
    balance.loadChanged(of: server, in: farm)
  }

  private mutating func endConnection(_ server: Int) {
    invariant(servers[server].connections > 0, "a connection ends once")
    servers[server].connections -= 1
  }

  /// Who gets the next free slot of a server, which is reserved at once. O(log n).
  ///
  /// The server's own queue and the backend's are merged by priority and arrival; the backend's is
  /// looked at only by servers that may be chosen at present.
  ///
  /// - Returns: nil when there is no free slot, or nobody waits.
  public mutating func nextGrant(_ server: Int, now: Instant) -> Grant? {
    let own = servers[server].queue.firstRank
    let common = mayServeBackend(server) ? queue.firstRank : nil
    guard own != nil || common != nil,
      farm.candidates[server].served < farm.limit(of: server, now: now)
    else { return nil }
    let isOwnFirst: Bool
    if let own, let common {
      isOwnFirst = own.precedesOrEquals(common)
    } else {
      isOwnFirst = own != nil
    }
    var places = QueuePlaces()
    let waiter: Waiter
    if isOwnFirst {
      guard let served = servers[server].queue.serveFirst() else { return nil }
      queueChanged(of: server)
      places.server = served.passed
      waiter = served.waiter
    } else {
      guard let served = queue.serveFirst() else { return nil }
      places.backend = served.passed
      waiter = served.waiter
    }
    take(server, now: now)
    return Grant(waiter: waiter, server: server, places: places)
  }

  private func mayServeBackend(_ server: Int) -> Bool {
    guard farm.candidates[server].isUsable else { return false }
    switch farm.pool {
    case .active: return !farm.candidates[server].isBackup
    case .single(let backup): return server == backup
    case .backup: return true
    case .none: return false
    }
  }

  /// A session no longer wants to wait. O(log n).
  ///
  /// - Returns: how far it came; nil when it waits no longer because a `Grant` or a `reassign` for
  ///   it is on its way. Then the session must give the slot back when the grant arrives.
  public mutating func cancelWait(_ ticket: QueueTicket) -> QueuePlaces? {
    var places = QueuePlaces()
    guard let server = ticket.server else {
      guard let passed = queue.remove(place: ticket.place, generation: ticket.generation) else {
        return nil
      }
      places.backend = passed
      return places
    }
    guard
      let passed = servers[server].queue.remove(
        place: ticket.place, generation: ticket.generation)
    else { return nil }
    queueChanged(of: server)
    places.server = passed
    return places
  }
}

// MARK: - Connections

extension Backend {
  /// The connection that a slot was given for is there.
  public mutating func connected(_ server: Int) {
    servers[server].observer?.forgive()
  }

  /// The connection that a slot was given for could not be made. The slot is still held: the
  /// session either tries again with `retry`, or gives it back with
  /// `release(_:isAfterFailure: true)`.
  ///
  /// - Returns: what observation leads to; nearly always nothing.
  public mutating func connectFailed(_ server: Int, now: Instant) -> [BackendEffect] {
    endConnection(server)
    guard let finding = servers[server].observer?.fail() else { return [] }
    return react(to: finding, of: server, now: now)
  }

  /// A session connects once more to the server whose slot it holds.
  public mutating func retry(_ server: Int, now: Instant) {
    servers[server].counters.retries += 1
    counters.retries += 1
    startConnection(server, now: now)
  }

  /// Whether a session whose connection failed gives its slot back and asks for a server again
  /// (`option redispatch`), instead of trying the same one.
  ///
  /// - Parameters:
  ///   - server: the one that failed.
  ///   - attempt: the number of the coming retry, from 1.
  ///   - retriesMax: how many there may be; nil for the backend's own `retries`.
  /// - Returns: also what decides about the pause before: it is made unless this is true and there
  ///   is more than one active server.
  public func redispatches(from server: Int, attempt: Int, retriesMax: Int? = nil) -> Bool {
    guard redispatchInterval != 0 else { return false }
    switch servers[server].operation {
    case .stopped, .starting: return true
    case .running, .stopping: break
    }
    let period =
      redispatchInterval > 0
      ? redispatchInterval : (retriesMax ?? retries) + 1 + redispatchInterval
    if period > 0, attempt % period == 0 { return true }
    return farm.activeCount > 1 && !balance.algorithm.isHash
  }
}
