import Basics
import Glibc
import Testing

@testable import KernelIO

/// Every rung of the ladder that a ring can be forced to stand on.
enum RingRung: String, CaseIterable, Sendable {
  case best, cooperative, interrupting, unregistered, oneshotReceive, tinyQueues

  /// The sizes of the contract, on this rung.
  var options: RingOptions {
    var options = RingOptions()
    options.buffersMax = 8
    options.bufferBytes = 4096
    switch self {
    case .best: break
    case .cooperative: options.taskWork = .cooperative
    case .interrupting: options.taskWork = .interrupting
    case .unregistered: options.registersDescriptor = false
    case .oneshotReceive: options.receive = .oneshot
    case .tinyQueues:
      // Submissions in the middle of a turn, an overflowing completion queue and several turns
      // for what came at once.
      options.submissionEntries = 4
      options.completionEntries = 8
      options.completionsPerTurn = 3
    }
    return options
  }
}

@Suite(.serialized) struct RingTests {
  @Test(arguments: RingRung.allCases, KernelPromise.allCases)
  func keeps(_ rung: RingRung, _ promise: KernelPromise) throws {
    var ring = try Ring(options: rung.options)
    try promise.check(&ring)
  }
}

@Suite(.serialized) struct RingOwnTests {
  @Test(arguments: RingRung.allCases)
  func standsOnTheRungItIsForcedTo(_ rung: RingRung) throws {
    let features = try Ring(options: rung.options).features
    switch rung {
    case .best, .tinyQueues: #expect(features.taskWork == .deferred)
    case .cooperative: #expect(features.taskWork == .cooperative)
    case .interrupting: #expect(features.taskWork == .interrupting)
    case .unregistered: #expect(!features.isDescriptorRegistered)
    case .oneshotReceive: #expect(features.receive == .oneshot)
    }
    if rung != .unregistered { #expect(features.isDescriptorRegistered) }
  }

  @Test func theProbeFindsWhatARingFinds() throws {
    let features = try Ring(options: RingRung.best.options).features
    #expect(RingProbe.check() == .success(features))
    #expect(features.description.hasPrefix("deferred task work, registered ring, "))
  }

  @Test func tellsWhyThereIsNoRing() {
    var options = RingRung.best.options
    options.submissionEntries = 1 << 20
    #expect(RingProbe.check(options: options).isSuccess)
    #expect(throws: RingError.setup(.invalidArgument)) { _ = try Ring(options: options) }
    #expect(RingError.setup(.notPermitted).description.contains("EPERM"))
    #expect(RingError.setup(.notSupported).errno == .notSupported)
    #expect(RingError.lacks("X").errno == .notSupported)
  }

  /// With every number of entries before it, so that a pair meets the end of the queue.
  @Test(arguments: 0..<8)
  func aLinkedPairIsNeverCut(_ before: Int) throws {
    var options = RingRung.best.options
    options.submissionEntries = 8
    var ring = try Ring(options: options)
    let pair = TestSocket.connectedPair()
    defer { pair.close() }
    _ = ring.turns(for: .zero)
    for number in 0..<before { ring.timer(at: .origin, token: token(number)) }
    for number in 100..<110 {
      ring.poll(
        pair.server, for: .readable, multishot: false, timeout: .milliseconds(50),
        token: token(number))
    }
    let delivered = ring.turns { $0.count == before + 10 }
    #expect(delivered.filter { $0.error == .timerExpired }.count == before)
    // A pair that was cut would never expire.
    #expect(delivered.filter { $0.error == .cancelled }.count == 10)
  }

  @Test func anOverflownCompletionQueueLosesNothing() throws {
    var options = RingRung.best.options
    options.submissionEntries = 64
    options.completionEntries = 64
    var ring = try Ring(options: options)
    let count = 5000
    for number in 0..<count { ring.timer(at: .origin, token: token(number)) }
    let delivered = ring.turns { $0.count >= count }
    #expect(Set(delivered.map(\.token)).count == count)
  }

  @Test func requestsInFlightEndWithTheRing() throws {
    let pairs = (0..<20).map { _ in TestSocket.connectedPair() }
    defer { pairs.forEach { $0.close() } }
    for _ in 0..<20 {
      var ring = try Ring(options: RingRung.best.options)
      for (index, pair) in pairs.enumerated() {
        ring.receive(
          on: pair.server, bytesMax: 1 << 20, timeout: .seconds(60), token: token(index))
      }
      #expect(ring.turns(for: .zero).isEmpty)
    }
    // Nothing is left that would take these bytes, nor write them where the pools were.
    for pair in pairs { TestSocket.write([1], to: pair.client) }
    for pair in pairs {
      TestSocket.wait(on: pair.server, for: Int16(POLLIN))
      #expect(TestSocket.read(from: pair.server) == [1])
    }
  }

  /// In a process of its own: other tests open and close descriptors meanwhile.
  @Test func aRingLeavesNoDescriptorBehind() async {
    await #expect(processExitsWith: .success) {
      func descriptors() -> Int { (0..<1024).filter { fcntl(Int32($0), F_GETFD) >= 0 }.count }
      _ = try Ring(options: RingRung.best.options)
      let before = descriptors()
      for _ in 0..<10 {
        var ring = try Ring(options: RingRung.best.options)
        let pair = TestSocket.connectedPair()
        // Closed by requests that no turn has submitted.
        ring.close(pair.client)
        ring.close(pair.server)
      }
      #expect(descriptors() == before)
    }
  }

  @Test func aPoolOfAnySizeIsUsedWhole() throws {
    for count in [1, 3, 100] {
      var options = RingRung.best.options
      options.buffersMax = count
      var ring = try Ring(options: options)
      let pair = TestSocket.connectedPair()
      defer { pair.close() }
      let sent = pattern(4096 * (count * 3 + 1))
      TestSocket.write(sent, to: pair.client)
      var received: [UInt8] = []
      // The pool is emptied several times, so its ring wraps.
      while received.count < sent.count {
        ring.receive(on: pair.server, bytesMax: 4096, timeout: .seconds(5), token: token(1))
        let delivered = ring.turns { $0.last?.isMore == false }
        #expect(delivered.last?.error == nil)
        received += ring.take(delivered)
      }
      #expect(received == sent)
      #expect(ring.buffersFree == count)
    }
  }

  /// The kernel is shown a part of the pool until it takes more than that at once.
  @Test func whatComesAtOnceFindsTheWholePool() throws {
    var options = RingRung.best.options
    options.buffersMax = 256
    var ring = try Ring(options: options)
    let pairs = (0..<200).map { _ in TestSocket.connectedPair() }
    defer { pairs.forEach { $0.close() } }
    for round in 0..<3 {
      for pair in pairs { TestSocket.write([UInt8(round)], to: pair.client) }
      var waiting = Set(pairs.indices)
      var starved = 0
      for index in waiting {
        ring.receive(on: pairs[index].server, bytesMax: 1, timeout: nil, token: token(index))
      }
      while !waiting.isEmpty {
        let delivered = ring.turns { !$0.isEmpty }
        try #require(!delivered.isEmpty)
        for one in delivered {
          let index = Int(one.token.slot)
          if one.error == .noBufferSpace {
            starved += 1
            ring.receive(on: pairs[index].server, bytesMax: 1, timeout: nil, token: token(index))
          } else {
            #expect(ring.take([one]) == [UInt8(round)])
            waiting.remove(index)
          }
        }
      }
      // Once it has run short, the kernel sees all there are: nobody asks three times.
      #expect(round == 0 ? (1...136).contains(starved) : starved == 0)
      #expect(ring.buffersFree == 256)
    }
  }

  /// Against a dictionary, on tokens whose places collide.
  @Test func theTableOfRequestsFindsEachByItsToken() {
    var random = SplitMix(state: 42)
    var table = RenewalTable(capacity: 4)
    var model: [Token: Int] = [:]
    for round in 0..<20_000 {
      let token = Token(
        operation: UInt8(random.next() % 3), slot: UInt32(random.next() % 300), generation: 1)
      switch (model[token], table.find(token)) {
      case (let bytes?, let place?):
        #expect(table[place].bytesLeft == bytes)
        table.remove(at: place)
        model[token] = nil
      case (nil, nil):
        var request = RenewalTable.Request(token: token, descriptor: .none, timeout: nil)
        request.bytesLeft = round + 1
        table.add(request)
        model[token] = round + 1
      default: Issue.record("the table and its model disagree")
      }
      #expect(table.count == model.count)
    }
  }
}

/// A seeded generator: SplitMix64.
struct SplitMix {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var word = state
    word = (word ^ word >> 30) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
    return word ^ word >> 31
  }
}

extension Result {
  var isSuccess: Bool { if case .success = self { true } else { false } }
}
