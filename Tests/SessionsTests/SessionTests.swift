import Proxies
import Sessions
import Testing

/// Every test is a dialogue: a fact, the actions it leads to, the next fact.
@Suite struct SessionTests {
  static let rules = Session.RetryRules(
    retriesMax: 3, redispatches: false, hasOtherServers: true)

  /// A session that waits for a place.
  private static func queued(abortsOnClose: Bool) -> Session {
    var session = Session(abortsOnClose: abortsOnClose)
    _ = session.accepted()
    _ = session.queued()
    return session
  }

  /// A session with both connections up.
  static func established() -> Session {
    var session = Session(abortsOnClose: false)
    _ = session.accepted()
    _ = session.serverChosen()
    _ = session.connected(holding: [])
    return session
  }

  @Test func connectsBeforeTheClientSaysAnything() {
    var session = Session(abortsOnClose: false)
    #expect(session.accepted() == .chooseServer)
    #expect(session.serverChosen() == .connect)
    #expect(session.connected(holding: []) == .establish)
    #expect(session.phase == .established)
  }

  @Test func forwardsAFinOnlyAfterTheLastByte() {
    var session = Self.established()
    #expect(session.ended(.client, holding: .request) == [])
    #expect(session.drained(holding: []) == .shutdownServer)
    #expect(session.server.reading == .open)
  }

  @Test func closesInOrderWhenBothSidesEnded() {
    var session = Self.established()
    #expect(session.ended(.client, holding: []) == .shutdownServer)
    #expect(session.ended(.server, holding: .response) == .closeServer)
    let actions = session.drained(holding: [])
    #expect(actions.isSuperset(of: [.closeClient, .finish]))
    #expect(actions.isDisjoint(with: [.resetClient, .resetServer]))
    #expect(session.termination == TerminationState(.normal, .normal))
  }

  @Test func keepsReadingTheClientAfterTheServerEnded() {
    var session = Self.established()
    #expect(session.ended(.server, holding: []) == .shutdownClient)
    #expect(session.client.reading == .open)
    let actions = session.ended(.client, holding: [])
    #expect(actions.isSuperset(of: [.closeClient, .closeServer, .finish]))
  }

  @Test func resetsTheServerWhenTheClientWasReset() {
    var session = Self.established()
    let actions = session.failed(.client, holding: .response)
    #expect(actions.isSuperset(of: [.closeClient, .resetServer, .dropResponse, .finish]))
    #expect(!actions.contains(.shutdownServer))
    #expect(session.termination == TerminationState(.clientAbort, .data))
  }

  @Test func deliversAcceptedBytesBeforeTheReset() {
    var session = Self.established()
    let first = session.failed(.client, holding: .request)
    #expect(first.contains(.closeClient))
    #expect(first.isDisjoint(with: [.resetServer, .closeServer, .finish]))
    let second = session.drained(holding: [])
    #expect(second.isSuperset(of: [.resetServer, .finish]))
  }

  @Test func endsTheClientWithAFinWhenTheServerWasReset() {
    var session = Self.established()
    let first = session.failed(.server, holding: .response)
    #expect(first.contains(.resetServer))
    #expect(first.isDisjoint(with: [.closeClient, .resetClient, .finish]))
    let second = session.drained(holding: [])
    #expect(second.isSuperset(of: [.closeClient, .finish]))
    #expect(!second.contains(.resetClient))
    #expect(session.termination == TerminationState(.serverAbort, .data))
  }

  @Test func anIdleClientEndsTheServerOnly() {
    var session = Self.established()
    let actions = session.timedOut(.client, holding: [])
    #expect(actions == [.stopReadingClient, .shutdownServer])
    #expect(!session.client.isClosed && session.server.reading == .open)
    let rest = session.ended(.server, holding: [])
    #expect(rest.isSuperset(of: [.closeServer, .closeClient, .finish]))
    #expect(session.termination == TerminationState(.clientTimeout, .data))
  }

  @Test func anIdleServerEndsTheClientOnly() {
    var session = Self.established()
    #expect(session.timedOut(.server, holding: []) == [.stopReadingServer, .shutdownClient])
    #expect(!session.server.isClosed)
    let rest = session.ended(.client, holding: [])
    #expect(rest.isSuperset(of: [.resetServer, .closeClient, .finish]))
    #expect(session.termination == TerminationState(.serverTimeout, .data))
  }

  @Test func closesBothWhenBothAreIdle() {
    var session = Self.established()
    _ = session.timedOut(.client, holding: [])
    let actions = session.timedOut(.server, holding: [])
    #expect(actions.isSuperset(of: [.closeClient, .resetServer, .finish]))
    #expect(session.termination.cause == .clientTimeout)
  }

  @Test func givesUpAfterFourAttemptsThatTimedOut() {
    var session = Session(abortsOnClose: false)
    _ = session.accepted()
    _ = session.serverChosen()
    for _ in 1...3 {
      #expect(
        session.connectFailed(.timedOut, rules: Self.rules) == [.abandonConnect, .connectAgain])
    }
    let last = session.connectFailed(.timedOut, rules: Self.rules)
    #expect(last.isSuperset(of: [.abandonConnect, .leaveServer, .closeClient, .finish]))
    #expect(session.termination == TerminationState(.serverTimeout, .connect))
    #expect(session.retries == 3)
  }

  @Test func waitsBeforeAServerThatRefusedIsTriedAgain() {
    var session = Session(abortsOnClose: false)
    _ = session.accepted()
    _ = session.serverChosen()
    #expect(
      session.connectFailed(.refused, rules: Self.rules) == [.abandonConnect, .awaitTurnaround])
    #expect(session.turnaroundElapsed() == .connectAgain)
  }

  @Test func triesAnotherServerAtOnceWhenThereIsOne() {
    var rules = Self.rules
    rules.redispatches = true
    var session = Session(abortsOnClose: false)
    _ = session.accepted()
    _ = session.serverChosen()
    #expect(
      session.connectFailed(.refused, rules: rules)
        == [.abandonConnect, .leaveServer, .chooseServer])
    #expect(!session.isRedispatched)
    session.movedOn()
    #expect(session.isRedispatched)
  }

  @Test func waitsBeforeTheOnlyServerIsChosenAgain() {
    let rules = Session.RetryRules(retriesMax: 3, redispatches: true, hasOtherServers: false)
    var session = Session(abortsOnClose: false)
    _ = session.accepted()
    _ = session.serverChosen()
    #expect(
      session.connectFailed(.refused, rules: rules)
        == [.abandonConnect, .leaveServer, .awaitTurnaround])
    #expect(session.turnaroundElapsed() == .chooseServer)
  }

  @Test func aSilentClientThatLeavesStopsTheAttempt() {
    var session = Session(abortsOnClose: false)
    _ = session.accepted()
    _ = session.serverChosen()
    let actions = session.ended(.client, holding: [])
    #expect(actions.isSuperset(of: [.abandonConnect, .closeClient, .finish]))
    #expect(session.termination == TerminationState(.clientAbort, .connect))
  }

  @Test(arguments: [false, true])
  func bytesThatWaitHideTheEndOfTheClient(abortsOnClose: Bool) {
    var session = Session(abortsOnClose: abortsOnClose)
    _ = session.accepted()
    _ = session.serverChosen()
    #expect(session.ended(.client, holding: .request) == [])
    #expect(session.connected(holding: .request) == .establish)
    #expect(session.drained(holding: []) == .shutdownServer)
  }

  @Test func aResetBehindBytesThatWaitReachesTheServerAfterThem() {
    var session = Session(abortsOnClose: false)
    _ = session.accepted()
    _ = session.serverChosen()
    #expect(session.failed(.client, holding: .request) == .stopReadingClient)
    let actions = session.connected(holding: .request)
    #expect(actions.isSuperset(of: [.establish, .closeClient]))
    #expect(session.drained(holding: []).isSuperset(of: [.resetServer, .finish]))
  }

  @Test func bytesHoldAClientsPlaceInTheQueueUnlessUnderAbortOnClose() {
    var patient = Self.queued(abortsOnClose: false)
    #expect(patient.ended(.client, holding: .request) == [])
    for (abortsOnClose, held) in [(true, HeldBytes.request), (true, []), (false, [])] {
      var impatient = Self.queued(abortsOnClose: abortsOnClose)
      let actions = impatient.ended(.client, holding: held, isEarly: true)
      #expect(actions.isSuperset(of: [.leaveQueue, .finish]))
      #expect(impatient.termination == TerminationState(.clientAbort, .queue))
    }
  }

  @Test(arguments: [HeldBytes.request, []])
  func aResetLeavesTheQueueAtOnce(held: HeldBytes) {
    var session = Self.queued(abortsOnClose: false)
    let actions = session.failed(.client, holding: held)
    #expect(actions.isSuperset(of: [.leaveQueue, .dropRequest, .finish]))
    #expect(session.termination == TerminationState(.clientAbort, .data))
  }

  @Test func logsWhyItWasNeverServed() {
    let ends: [(TerminationState, (inout Session) -> SessionActions)] = [
      (TerminationState(.serverAbort, .connect), { $0.noServer() }),
      (TerminationState(.serverAbort, .queue), { $0.queueWasFull() }),
      (
        TerminationState(.serverTimeout, .queue),
        {
          _ = $0.queued()
          return $0.queueTimedOut()
        }
      ),
    ]
    for (termination, end) in ends {
      var session = Session(abortsOnClose: false)
      _ = session.accepted()
      let actions = end(&session)
      #expect(actions.isSuperset(of: [.closeClient, .finish]))
      #expect(session.termination == termination)
    }
  }

  @Test func aClientThatIsIdleWhileConnectingLeavesUnderAbortOnClose() {
    var session = Session(abortsOnClose: true)
    _ = session.accepted()
    _ = session.serverChosen()
    let actions = session.timedOut(.client, holding: [])
    #expect(actions.isSuperset(of: [.abandonConnect, .closeClient, .finish]))
    #expect(session.termination == TerminationState(.clientTimeout, .connect))
  }

  @Test func aClientThatIsIdleWhileConnectingStillHearsTheServer() {
    var session = Session(abortsOnClose: false)
    _ = session.accepted()
    _ = session.serverChosen()
    #expect(session.timedOut(.client, holding: []) == .stopReadingClient)
    #expect(session.connected(holding: []).contains(.shutdownServer))
    let rest = session.ended(.server, holding: [])
    #expect(rest.isSuperset(of: [.closeServer, .closeClient, .finish]))
    #expect(session.termination == TerminationState(.clientTimeout, .connect))
  }

  @Test func whatAnIdleClientSentKeepsItsPlaceInTheQueue() {
    for abortsOnClose in [false, true] {
      var silent = Self.queued(abortsOnClose: abortsOnClose)
      let end = silent.timedOut(.client, holding: [])
      #expect(end.isSuperset(of: [.leaveQueue, .closeClient, .finish]))
      #expect(silent.termination == TerminationState(.clientTimeout, .queue))
      var session = Self.queued(abortsOnClose: abortsOnClose)
      #expect(session.timedOut(.client, holding: .request) == .stopReadingClient)
      var impatient = session
      #expect(impatient.queueTimedOut().contains(.finish))
      #expect(impatient.termination == TerminationState(.clientTimeout, .queue))
      _ = session.serverChosen()
      #expect(session.connected(holding: .request) == .establish)
      #expect(session.drained(holding: []).contains(.shutdownServer))
      #expect(session.termination == TerminationState(.clientTimeout, .queue))
    }
  }

  @Test func aStalledReaderIsResetAndTheOtherSideStopped() {
    var session = Self.established()
    let actions = session.writingTimedOut(.client, holding: .response)
    #expect(actions.isSuperset(of: [.dropResponse, .resetClient, .finish]))
    #expect(session.termination == TerminationState(.clientTimeout, .data))
  }

  @Test func aHardStopResetsTheServerAndEndsTheClientAfterItsBytes() {
    var session = Self.established()
    let first = session.killed(.killed, holding: .response)
    #expect(first.contains(.resetServer) && !first.contains(.closeClient))
    #expect(session.drained(holding: []).isSuperset(of: [.closeClient, .finish]))
    #expect(session.termination == TerminationState(.killed, .connect))
  }

  /// Random facts in random order: the invariants hold, the session ends once, and every side is
  /// closed exactly once.
  @Test(arguments: 0..<500) func everyOrderOfFactsEndsOnce(_ seed: Int) {
    var random = SplitMix(state: UInt64(seed))
    var session = Session(
      abortsOnClose: random.next() % 2 == 0, clientLingers: random.next() % 4 != 0,
      serverLingers: random.next() % 4 != 0)
    var held: HeldBytes = []
    var closes = [SideName.client: 0, .server: 0]
    var finishes = 0
    _ = session.accepted()
    var steps = 0
    func take(_ actions: SessionActions) {
      if actions.contains(.dropRequest) { held.remove(.request) }
      if actions.contains(.dropResponse) { held.remove(.response) }
      if !actions.isDisjoint(with: [.closeClient, .resetClient]) {
        closes[.client, default: 0] += 1
      }
      if !actions.isDisjoint(with: [.closeServer, .resetServer]) {
        closes[.server, default: 0] += 1
      }
      if actions.contains(.finish) { finishes += 1 }
      session.checkInvariants()
    }
    while session.phase != .closed, steps < 200 {
      steps += 1
      switch session.phase {
      case .choosing:
        take(
          [{ session.serverChosen() }, { session.queued() }, { session.noServer() }][
            Int(random.next() % 3)]())
        continue
      case .turnaround: take(session.turnaroundElapsed())
      case .connecting:
        if random.next() % 2 == 0 {
          take(session.connected(holding: held))
        } else {
          take(session.connectFailed(.refused, rules: Self.rules))
        }
      case .queued:
        take(random.next() % 3 == 0 ? session.queueTimedOut() : session.serverChosen())
      default: break
      }
      if session.phase == .closed || session.phase == .choosing { continue }
      let side: SideName =
        random.next() % 2 == 0 || session.phase != .established ? .client : .server
      switch random.next() % 6 {
      case 0 where session[side].reading == .open:
        held.insert(side == .client ? .request : .response)
      case 1: take(session.ended(side, holding: held))
      case 2: take(session.failed(side, holding: held))
      case 3 where session.phase == .established && session[side].reading == .open:
        take(session.timedOut(side, holding: held))
      case 4 where session.phase == .established:
        held = []
        take(session.drained(holding: held))
      default:
        if session.phase == .established, held.contains(side == .client ? .response : .request) {
          take(session.writingTimedOut(side, holding: held))
        }
      }
    }
    if session.phase != .closed { take(session.killed(.killed, holding: held)) }
    if session.phase != .closed {
      held = []
      take(session.drained(holding: held))
    }
    #expect(session.phase == .closed)
    #expect(finishes == 1)
    #expect(closes[.client] == 1)
    #expect((closes[.server] ?? 0) <= 1)
  }
}

struct SplitMix {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
