import Basics
import Glibc
import KernelIO
import Testing

/// What every kernel promises the engine, each checked against the operating system of this
/// machine over loopback. A kernel's own suite runs them all.
///
/// The kernel given to a promise is fresh, with 8 receive buffers of 4096 bytes.
enum KernelPromise: String, CaseIterable, Sendable {
  case acceptsOneConnection, acceptsManyConnections, acceptTellsItsError
  case connects, connectsToUnixSockets, connectsToAFullUnixSocket
  case connectIsRefused, connectTimesOut, connectIsCancelled
  case receivesInOrder, receivesNoMoreThanItsLimit, receivesLessThanABuffer
  case receivesWhatItPolledFor, receivesTheEndOfTheStream, receivesAReset
  case receiveTimeoutCountsFromItsStart
  case receiveIsCancelled, receiveIsCancelledAmidData, emptyPoolLosesNothing
  case countsItsBuffers
  case sendsWhatTheSocketTakes, sendsPiecesInOrder, sendToNobodyIsAnError
  case pollsOnce, pollsEveryChange, pollTimesOut, pollSeesTheHangUp
  case pollWaitsForRoomAfterAnEnd, pollAfterAnEndIsCancelled
  case timersAreNeverEarly, timerIsCancelled
  case wakesFromAnotherThread, wakesBeforeTheTurn
  case closesWithAnEnd, closesWithAReset, closesAtOnce
  case splicesThroughAPipe, boundsItsPipes
  case turnEndsAtItsDeadline, unknownTokensAreIgnored, thousandsAtOnce

  func check<K: Kernel & ~Copyable>(_ kernel: inout K) throws {
    switch self {
    case .acceptsOneConnection: try acceptOne(&kernel)
    case .acceptsManyConnections: try acceptMany(&kernel)
    case .acceptTellsItsError: try acceptError(&kernel)
    case .connects: try connect(&kernel)
    case .connectsToUnixSockets: try connectUnix(&kernel)
    case .connectsToAFullUnixSocket: try connectFullUnix(&kernel)
    case .connectIsRefused: try connectRefused(&kernel)
    case .connectTimesOut: try connectTimeout(&kernel)
    case .connectIsCancelled: try connectCancelled(&kernel)
    case .receivesInOrder: try receiveInOrder(&kernel)
    case .receivesNoMoreThanItsLimit: try receiveLimit(&kernel)
    case .receivesLessThanABuffer: try receiveLittle(&kernel)
    case .receivesWhatItPolledFor: try receiveAfterPoll(&kernel)
    case .receivesTheEndOfTheStream: try receiveEnd(&kernel)
    case .receivesAReset: try receiveReset(&kernel)
    case .receiveTimeoutCountsFromItsStart: try receiveTimeout(&kernel)
    case .receiveIsCancelled: try receiveCancelled(&kernel)
    case .receiveIsCancelledAmidData: try receiveCancelledAmidData(&kernel)
    case .emptyPoolLosesNothing: try emptyPool(&kernel)
    case .countsItsBuffers: try countBuffers(&kernel)
    case .sendsWhatTheSocketTakes: try sendShort(&kernel)
    case .sendsPiecesInOrder: try sendPieces(&kernel)
    case .sendToNobodyIsAnError: try sendToNobody(&kernel)
    case .pollsOnce: try pollOnce(&kernel)
    case .pollsEveryChange: try pollChanges(&kernel)
    case .pollTimesOut: try pollTimeout(&kernel)
    case .pollSeesTheHangUp: try pollHangUp(&kernel)
    case .pollWaitsForRoomAfterAnEnd: try pollHalfClosed(&kernel)
    case .pollAfterAnEndIsCancelled: try pollHalfClosedCancelled(&kernel)
    case .timersAreNeverEarly: try timers(&kernel)
    case .timerIsCancelled: try timerCancelled(&kernel)
    case .wakesFromAnotherThread: try wakeFromThread(&kernel)
    case .wakesBeforeTheTurn: try wakeBeforeTurn(&kernel)
    case .closesWithAnEnd: try closeWithEnd(&kernel)
    case .closesWithAReset: try closeWithReset(&kernel)
    case .closesAtOnce: closeAtOnce(&kernel)
    case .splicesThroughAPipe: try spliceThroughPipe(&kernel)
    case .boundsItsPipes: try poolOfPipes(&kernel)
    case .turnEndsAtItsDeadline: try turnDeadline(&kernel)
    case .unknownTokensAreIgnored: try unknownTokens(&kernel)
    case .thousandsAtOnce: try thousands(&kernel)
    }
  }
}

/// The token of the n-th request of a test.
func token(_ number: Int) -> Token {
  Token(operation: 1, slot: UInt32(number), generation: 7)
}

extension Kernel where Self: ~Copyable {
  /// One turn; what it delivered.
  mutating func oneTurn(until deadline: Instant) -> [Completion] {
    let count = turn(deadline: deadline)
    let delivered = (0..<count).map { completion(at: $0) }
    finishTurn(count)
    return delivered
  }

  /// One turn that delivers nothing until its deadline. Signals, as of the children that other
  /// tests start, may end it early a few times.
  mutating func idle(until deadline: Instant) {
    var turns = 0
    repeat {
      #expect(turn(deadline: deadline) == 0)
      finishTurn(0)
      turns += 1
    } while SystemCall.now() < deadline && turns < 20
  }

  /// Turns until `isEnough`, five seconds at most; everything delivered.
  mutating func turns(until isEnough: ([Completion]) -> Bool) -> [Completion] {
    let deadline = SystemCall.now() + .seconds(5)
    var all: [Completion] = []
    while !isEnough(all), SystemCall.now() < deadline { all += oneTurn(until: deadline) }
    return all
  }

  /// Turns until one completion came, and expects that it is the only one and of that request.
  mutating func only(
    _ token: Token, sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> Completion {
    let delivered = turns { !$0.isEmpty }
    #expect(delivered.count == 1, sourceLocation: sourceLocation)
    let first = try #require(delivered.first, sourceLocation: sourceLocation)
    #expect(first.token == token, sourceLocation: sourceLocation)
    return first
  }

  /// Turns for a while; everything delivered.
  mutating func turns(for duration: Duration) -> [Completion] {
    let deadline = SystemCall.now() + duration
    var all: [Completion] = []
    while SystemCall.now() < deadline { all += oneTurn(until: deadline) }
    return all
  }

  /// The bytes of received buffers, which are given back.
  mutating func take(_ delivered: [Completion]) -> [UInt8] {
    var bytes: [UInt8] = []
    for one in delivered where one.buffer != .none {
      bytes += UnsafeBufferPointer(start: memory(of: one.buffer), count: Int(one.result))
      giveBack(one.buffer)
    }
    return bytes
  }

  /// Sends one piece and waits for its completion.
  mutating func send(_ bytes: [UInt8], on socket: Descriptor, token: Token) throws -> Completion {
    try bytes.withUnsafeBufferPointer { memory in
      guard let base = memory.baseAddress else { fatalError("nothing to send") }
      let piece = [SendPiece(base: base, count: memory.count)]
      piece.withUnsafeBufferPointer { send(on: socket, pieces: $0, token: token) }
      return try only(token)
    }
  }
}

/// Bytes that tell their place, so that order and gaps show.
func pattern(_ count: Int, from start: Int = 0) -> [UInt8] {
  (start..<start + count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
}

/// How long something took.
func elapsed(since start: Instant) -> Duration { SystemCall.now() - start }
