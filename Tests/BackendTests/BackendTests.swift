import Basics
import ConfigurationLanguage
import HealthChecks
import Testing

@testable import Proxies

@Suite struct BackendAssignmentTests {
  @Test func aSlotIsCountedUntilItIsGivenBack() {
    var desk = Desk(balance: .roundrobin, servers: [.init(maxconn: 1)])
    #expect(desk.assign(1) == .server(0))
    #expect(desk.backend.farm.candidates[0].served == 1)
    #expect(desk.backend.servers[0].connections == 1)
    desk.backend.release(0)
    #expect(desk.backend.farm.candidates[0].served == 0)
  }

  @Test func thoseWhoWaitForTheBackendAreServedInOrder() {
    var desk = Desk(balance: .roundrobin, servers: [.init(maxconn: 1), .init(maxconn: 1)])
    #expect(desk.assign(1) == .server(0))
    #expect(desk.assign(2) == .server(1))
    #expect(desk.isQueued(desk.assign(3), at: nil))
    #expect(desk.isQueued(desk.assign(4), at: nil))
    #expect(desk.backend.nextGrant(0, now: desk.now) == nil, "no slot is free")
    desk.backend.release(1)
    let grant = desk.backend.nextGrant(1, now: desk.now)
    #expect(grant?.waiter.slot == 3)
    #expect(grant?.places == QueuePlaces(server: 0, backend: 1))
    #expect(desk.backend.nextGrant(1, now: desk.now) == nil)
    desk.backend.release(0)
    #expect(desk.backend.nextGrant(0, now: desk.now)?.places.backend == 2)
  }

  @Test func hashedClientsWaitForTheirServerUntilItsQueueIsFull() {
    var desk = Desk(balance: .source, servers: [.init(maxconn: 1, maxqueue: 1)])
    #expect(desk.assign(1) == .server(0))
    #expect(desk.isQueued(desk.assign(2), at: 0))
    #expect(desk.assign(3) == .queueFull(server: 0))
  }

  @Test func theEarlierOfBothQueuesGoesFirstAndTheServersOwnAmongEquals() {
    var desk = Desk(
      balance: .leastconn, servers: [.init(maxconn: 1, maxqueue: 1), .init(maxconn: 1)])
    for waiter in 1...3 { _ = desk.assign(UInt32(waiter)) }
    #expect(desk.backend.queued(at: 0) == 1)
    #expect(desk.isQueued(desk.assign(4), at: nil))
    desk.backend.release(0)
    #expect(desk.backend.nextGrant(0, now: desk.now)?.waiter.slot == 3)
    desk.backend.release(0)
    #expect(desk.backend.nextGrant(0, now: desk.now)?.waiter.slot == 4)
  }

  @Test func aServerThatARuleChoseIsLeftWhenItIsDownUnlessItPersists() {
    for (options, expected) in [
      (ProxyConfiguration.Options(), Assignment.server(1)), (.persist, .server(0)),
    ] {
      var desk = Desk(
        balance: .roundrobin, servers: [.init(isDisabled: true), .init()], options: options)
      #expect(desk.assign(1, ruled: 0) == expected)
    }
  }

  @Test func aServerThatARuleChoseIsLeftWhenItsQueueIsFullUnderRedispatch() {
    for (redispatch, expected) in [(0, Assignment.queueFull(server: 0)), (-1, .server(1))] {
      var desk = Desk(
        balance: .leastconn, servers: [.init(maxconn: 1, maxqueue: 1), .init()],
        redispatch: redispatch)
      #expect(desk.assign(1, ruled: 0) == .server(0))
      #expect(desk.isQueued(desk.assign(2, ruled: 0), at: 0))
      #expect(desk.assign(3, ruled: 0) == expected)
    }
  }

  @Test func whoLeavesAQueueIsNeverServed() {
    var desk = Desk(balance: .roundrobin, servers: [.init(maxconn: 1)])
    _ = desk.assign(1)
    guard case .queued(let ticket) = desk.assign(2), case .queued = desk.assign(3) else {
      Issue.record("both wait")
      return
    }
    #expect(desk.backend.cancelWait(ticket) == QueuePlaces(server: 0, backend: 1))
    #expect(desk.backend.cancelWait(ticket) == nil, "a ticket is good once")
    desk.backend.release(0)
    #expect(desk.backend.nextGrant(0, now: desk.now)?.waiter.slot == 3)
  }

  @Test func aTicketOfSomebodyServedCancelsNobodyElse() {
    var desk = Desk(balance: .roundrobin, servers: [.init(maxconn: 1)])
    _ = desk.assign(1)
    guard case .queued(let ticket) = desk.assign(2) else { return }
    desk.backend.release(0)
    _ = desk.backend.nextGrant(0, now: desk.now)
    guard case .queued = desk.assign(3) else {
      Issue.record("the place is used again")
      return
    }
    #expect(desk.backend.cancelWait(ticket) == nil)
    #expect(desk.backend.queued == 1)
  }

  @Test func minconnGrowsToMaxconnWithTheSessionsOfTheBackend() {
    var desk = Desk(
      balance: .roundrobin, servers: [.init(maxconn: 10, minconn: 2)], fullconn: 20)
    var limits: [Int] = []
    for session in 0...24 {
      limits.append(desk.backend.farm.limit(of: 0, now: desk.now))
      if session < 24 { desk.backend.enter(now: desk.now) }
    }
    #expect(limits == (0...24).map { $0 >= 20 ? 10 : max(2, $0 * 10 / 20) })
  }

  @Test func withoutAnyServerTheAnswerIsUnavailable() {
    var desk = Desk(balance: .random(draws: 2), servers: [.init(weight: 0)])
    #expect(desk.assign(1) == .unavailable)
    #expect(!desk.backend.isUp)
  }

  @Test func aRedispatchPrefersAnotherServerAndIsCounted() {
    var desk = Desk(balance: .roundrobin, servers: [.init(), .init()], redispatch: -1)
    guard case .server(let first) = desk.assign(1) else { return }
    #expect(desk.backend.redispatches(from: first, attempt: 1), "more than one server is active")
    _ = desk.backend.connectFailed(first, now: desk.now)
    desk.backend.release(first, isAfterFailure: true)
    #expect(desk.assign(1, previous: first, isNew: false) == .server(1 - first))
    #expect(desk.backend.servers[first].counters.redispatches == 1)
    #expect(desk.backend.counters.redispatches == 1)
  }

  @Test func theLastRetryAloneIsRedispatchedWhenHashed() {
    let desk = Desk(balance: .source, servers: [.init(), .init()], redispatch: -1)
    #expect(
      (1...3).map { desk.backend.redispatches(from: 0, attempt: $0) } == [false, false, true])
    let never = Desk(balance: .roundrobin, servers: [.init(), .init()])
    #expect(!never.backend.redispatches(from: 0, attempt: 3))
  }

  @Test func fullconnIsATenthOfWhatMayComeIn() {
    var configuration = Desk.configuration(balance: .roundrobin, servers: [.init()])
    for (maxconn, id) in [(1001, 2), (0, 3)] {
      var frontend = ProxyConfiguration(
        name: "f\(id)", id: id, capabilities: .frontend, location: .init(file: "t", line: 1))
      frontend.maxconn = maxconn
      frontend.defaultBackend = 0
      configuration.proxies.append(frontend)
    }
    #expect(Backend.fullconn(of: 0, in: configuration, processConnectionsMax: 500) == 151)
  }
}

/// A backend of a made-up configuration, and how to ask it.
struct Desk {
  struct Line {
    var weight = 1
    var isBackup = false
    var maxconn = 0
    var minconn = 0
    var maxqueue = 0
    var slowstart: Duration?
    var isDisabled = false
    var check: CheckConfiguration?
    var hasAgent = false
    var onError: ServerConfiguration.OnError?
    var shutsDown = false
    var track: ServerReference?
  }

  var backend: Backend
  var now = Instant(nanoseconds: 5_000_000_000_000)

  init(
    balance: BalanceAlgorithm, servers: [Line], fullconn: Int = 1, redispatch: Int = 0,
    options: ProxyConfiguration.Options = [], hashType: HashType = HashType()
  ) {
    var configuration = Desk.configuration(
      balance: balance, servers: servers, redispatch: redispatch, options: options)
    configuration.proxies[0].hashType = hashType
    backend = Backend(configuration, proxy: 0, fullconn: fullconn, seed: 11, now: now)
  }

  static func configuration(
    balance: BalanceAlgorithm, servers: [Line], redispatch: Int = 0,
    options: ProxyConfiguration.Options = [], name: String = "be"
  ) -> Configuration {
    let location = SourceLocation(file: "test.cfg", line: 1)
    var proxy = ProxyConfiguration(
      name: name, id: 1, capabilities: .backend, location: location)
    proxy.balance = balance
    proxy.redispatchInterval = redispatch
    proxy.options = options
    proxy.servers = servers.enumerated().map { index, line in
      var server = ServerConfiguration(
        name: String(Array("ABCDEFGH")[index]), id: index + 1, host: .ip(IPAddress(v4: 1)),
        port: .fixed(1), location: location)
      server.weight = line.weight
      server.isBackup = line.isBackup
      server.maxconn = line.maxconn
      server.minconn = line.minconn
      server.maxqueue = line.maxqueue
      server.slowstart = line.slowstart
      server.isDisabled = line.isDisabled
      server.check = line.check
      if line.hasAgent {
        server.agent = AgentConfiguration(inter: .seconds(2), port: 9, address: nil, send: [])
      }
      server.track = line.track
      server.shutsDownSessionsWhenDown = line.shutsDown
      server.shutsDownBackupSessionsWhenUp = line.shutsDown
      if let onError = line.onError {
        server.observesLayer4 = true
        server.onError = onError
        server.errorLimit = 2
      }
      return server
    }
    var configuration = Configuration()
    configuration.proxies = [proxy]
    return configuration
  }

  mutating func assign(
    _ waiter: UInt32, previous: Int? = nil, isNew: Bool = true, ruled: Int? = nil
  ) -> Assignment {
    if isNew { backend.enter(now: now) }
    var request = AssignmentRequest(
      client: IPAddress(v4: 7), waiter: Waiter(worker: 0, slot: waiter, generation: 0),
      previous: previous)
    request.ruledServer = ruled
    return backend.assign(request, now: now)
  }

  func isQueued(_ assignment: Assignment, at server: Int?) -> Bool {
    guard case .queued(let ticket) = assignment else { return false }
    return ticket.server == server
  }

  mutating func pass(_ server: Int) -> [BackendEffect] {
    backend.record(
      check: CheckOutcome(.layer4Passed, duration: .zero), server: server, now: now)
  }

  mutating func fail(_ server: Int) -> [BackendEffect] {
    backend.record(
      check: CheckOutcome(.layer4Timeout, duration: .seconds(2)), server: server, now: now)
  }
}

extension [BackendEffect] {
  var lines: [String] {
    compactMap { if case .line(let line) = $0 { line.text } else { nil } }
  }

  var granted: [UInt32] {
    compactMap { if case .granted(let grant) = $0 { grant.waiter.slot } else { nil } }
  }

  var reassigned: [UInt32] {
    compactMap { if case .reassign(let waiter, _, _) = $0 { waiter.slot } else { nil } }
  }
}
