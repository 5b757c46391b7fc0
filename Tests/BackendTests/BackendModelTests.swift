import Balancing
import Basics
import ConfigurationLanguage
import HealthChecks
import Testing

@testable import Proxies

/// Random events on a backend beside a model that knows every session: nobody who waits is ever
/// forgotten or served twice, and the books agree after every event.
@Suite struct BackendModelTests {
  @Test(arguments: [
    BalanceAlgorithm.roundrobin, .staticRoundrobin, .leastconn, .first, .source,
    .random(draws: 2),
  ])
  func nobodyIsLostWhateverHappens(_ algorithm: BalanceAlgorithm) {
    for seed in 0..<8 {
      var model = Model(algorithm, seed: UInt64(seed))
      for _ in 0..<1000 { model.step() }
      model.finish()
    }
  }
}

private struct Model {
  enum State {
    case waiting(QueueTicket)
    case connecting(Int)
    case failed(Int)
    case connected(Int)
  }

  var desk: Desk
  var random: PseudoRandom
  var sessions: [UInt32: State] = [:]
  var order: [UInt32] = []
  var count: UInt32 = 0

  init(_ algorithm: BalanceAlgorithm, seed: UInt64) {
    random = PseudoRandom(seed: seed)
    var check = CheckConfiguration()
    check.rise = 1
    check.fall = 1
    let isUnlimited = seed % 3 == 0
    var hashType = HashType()
    hashType.method = seed % 2 == 0 ? .mapBased : .consistent
    desk = Desk(
      balance: algorithm,
      servers: [
        .init(maxconn: 2, maxqueue: 2, check: check, onError: .markDown),
        .init(weight: 3, maxconn: 4, minconn: 1, slowstart: .seconds(5), check: check),
        .init(weight: 2, maxconn: isUnlimited ? 0 : 3, check: check, shutsDown: seed % 2 == 0),
        .init(isBackup: true, maxconn: 2, check: check),
      ], fullconn: 12, redispatch: seed % 2 == 0 ? -1 : 0,
      options: seed % 5 == 0 ? .allBackups : [], hashType: hashType)
  }

  mutating func step() {
    desk.now = desk.now + .milliseconds(random.below(400))
    let server = random.below(4)
    switch random.below(12) {
    case 0...3: open()
    case 4...6: if let session = pick() { advance(session) }
    case 7, 8: if let session = pick() { end(session) }
    case 9:
      apply(random.below(3) == 0 ? desk.fail(server) : desk.pass(server))
    case 10:
      let reason: AdministrativeState = random.below(2) == 0 ? .forcedMaintenance : .forcedDrain
      if random.below(3) == 0 {
        apply(desk.backend.administer(reason, server, now: desk.now))
      } else {
        apply(desk.backend.readminister(reason, server, now: desk.now))
      }
    default:
      if let due = desk.backend.nextTick, due <= desk.now {
        apply(desk.backend.tick(now: desk.now))
      }
    }
    check()
  }

  /// Ends everybody: all queues and slots must be empty then.
  mutating func finish() {
    while let session = order.first { end(session) }
    check()
    #expect(desk.backend.farm.served == 0 && desk.backend.farm.sessions == 0)
    #expect(desk.backend.queued == 0)
    #expect(desk.backend.servers.allSatisfy { $0.connections == 0 && $0.queue.isEmpty })
  }

  mutating func pick() -> UInt32? {
    order.isEmpty ? nil : order[random.below(order.count)]
  }

  mutating func open() {
    count += 1
    desk.backend.enter(now: desk.now)
    order.append(count)
    ask(count, previous: nil)
  }

  mutating func ask(_ session: UInt32, previous: Int?) {
    let request = AssignmentRequest(
      client: IPAddress(v4: session), waiter: Waiter(worker: 1, slot: session, generation: 2),
      previous: previous)
    switch desk.backend.assign(request, now: desk.now) {
    case .server(let server):
      #expect(
        desk.backend.farm.candidates[server].served
          <= desk.backend.farm.limit(of: server, now: desk.now))
      #expect(desk.backend.servers[server].operation != .stopped)
      sessions[session] = .connecting(server)
    case .queued(let ticket):
      sessions[session] = .waiting(ticket)
      if let server = ticket.server { drain(server) }
    case .unavailable, .queueFull:
      desk.backend.countFailure(of: nil)
      forget(session)
    }
  }

  mutating func forget(_ session: UInt32) {
    sessions[session] = nil
    order.removeAll { $0 == session }
    desk.backend.leave()
  }

  mutating func advance(_ session: UInt32) {
    switch sessions[session] {
    case .connecting(let server):
      if random.below(3) > 0 {
        desk.backend.connected(server)
        sessions[session] = .connected(server)
      } else {
        sessions[session] = .failed(server)
        apply(desk.backend.connectFailed(server, now: desk.now))
      }
    case .failed(let server):
      if desk.backend.redispatches(from: server, attempt: 1) {
        desk.backend.release(server, isAfterFailure: true)
        drain(server)
        ask(session, previous: server)
      } else {
        desk.backend.retry(server, now: desk.now)
        sessions[session] = .connecting(server)
      }
    case .waiting, .connected, nil: break
    }
  }

  mutating func end(_ session: UInt32) {
    switch sessions[session] {
    case .waiting(let ticket):
      #expect(desk.backend.cancelWait(ticket) != nil, "who waits is in the queue")
      forget(session)
    case .connecting(let server), .connected(let server):
      desk.backend.release(server)
      forget(session)
      drain(server)
    case .failed(let server):
      desk.backend.release(server, isAfterFailure: true)
      forget(session)
      drain(server)
    case nil: break
    }
  }

  mutating func drain(_ server: Int) {
    while let grant = desk.backend.nextGrant(server, now: desk.now) { receive(grant) }
  }

  mutating func receive(_ grant: Grant) {
    guard case .waiting = sessions[grant.waiter.slot] else {
      Issue.record("only who waits gets a grant")
      return
    }
    #expect(grant.places.server + grant.places.backend > 0)
    sessions[grant.waiter.slot] = .connecting(grant.server)
  }

  mutating func apply(_ effects: [BackendEffect]) {
    // First everybody learns what happened to them, then they act on it.
    var homeless: [(UInt32, Int?)] = []
    var doomed: [UInt32] = []
    for effect in effects {
      switch effect {
      case .granted(let grant): receive(grant)
      case .reassign(let waiter, let previous, _):
        guard case .waiting = sessions[waiter.slot] else {
          Issue.record("only who waits is sent away")
          continue
        }
        homeless.append((waiter.slot, previous))
      case .shutDown(let server, _):
        doomed += order.filter { session in
          switch sessions[session] {
          case .connecting(let held), .connected(let held), .failed(let held): held == server
          case .waiting, nil: false
          }
        }
      case .line, .check, .tracked: break
      }
    }
    for (session, previous) in homeless { ask(session, previous: previous) }
    for session in doomed { end(session) }
  }

  func check() {
    desk.backend.checkInvariants(now: desk.now)
    var waiting = 0
    var served = 0
    for state in sessions.values {
      if case .waiting = state { waiting += 1 } else { served += 1 }
    }
    let queues = desk.backend.servers.reduce(0) { $0 + $1.queue.count }
    #expect(desk.backend.queued + queues == waiting)
    #expect(desk.backend.farm.served == served)
    #expect(desk.backend.farm.sessions == sessions.count)
    // A free slot and somebody who waits for any server do not go together.
    for server in desk.backend.servers.indices
    where desk.backend.farm.candidates[server].maxconn == 0
      && desk.backend.farm.candidates[server].isUsable
      && !desk.backend.farm.candidates[server].isBackup
    {
      #expect(desk.backend.queued == 0 || served > 0)
    }
  }
}
