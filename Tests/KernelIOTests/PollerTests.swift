import Basics
import Glibc
import Testing

@testable import KernelIO

/// What the poller promises beyond the contract of all kernels: it remembers readiness, and never
/// wrongly.
@Suite struct PollerTests {
  private static let token = Token(operation: 1, slot: 1, generation: 1)

  private static func poller(
    buffersMax: Int = 16, bufferBytes: Int = 4_096, receiveBytesPerTurnMax: Int = 262_144
  ) throws -> Poller {
    try Poller(
      options: PollerOptions(
        bufferBytes: bufferBytes, buffersMax: buffersMax, descriptorsMax: 64,
        acceptsPerTurnMax: 2, receiveBytesPerTurnMax: receiveBytesPerTurnMax))
  }

  /// The completions of one turn; gives leases back.
  private static func turn(_ kernel: inout Poller, wait: Duration = .seconds(2)) -> [Completion] {
    let count = kernel.turn(deadline: SystemCall.now() + wait)
    let found = (0..<count).map { kernel.completion(at: $0) }
    for completion in found where completion.buffer != .none {
      kernel.giveBack(completion.buffer)
    }
    kernel.finishTurn(count)
    return found
  }

  @Test func aPollDoesNotTrustReadinessThatWasUsedUpElsewhere() throws {
    var kernel = try PollerTests.poller()
    let pair = TestSocket.unixPair()
    TestSocket.write([1, 2, 3], to: pair.client)
    kernel.poll(
      pair.server, for: .readable, multishot: false, timeout: nil, token: PollerTests.token)
    #expect(PollerTests.turn(&kernel).map(\.result) == [1])
    // As splice(2) would: the kernel value does not see it.
    #expect(TestSocket.read(from: pair.server) == [1, 2, 3])
    kernel.poll(
      pair.server, for: .readable, multishot: false, timeout: nil, token: PollerTests.token)
    #expect(PollerTests.turn(&kernel, wait: .milliseconds(5)).isEmpty)
    TestSocket.write([4], to: pair.client)
    #expect(PollerTests.turn(&kernel).map(\.result) == [1])
    kernel.close(pair.server)
    SystemCall.close(pair.client)
  }

  @Test func aReusedDescriptorNumberSeesNoEventOfItsPredecessor() throws {
    var kernel = try PollerTests.poller()
    let first = TestSocket.unixPair()
    let second = TestSocket.unixPair()
    // A number of the test's own, since other tests open descriptors meanwhile.
    let number = Descriptor(rawValue: dup2(first.server.rawValue, 901))
    kernel.poll(number, for: .readable, multishot: false, timeout: nil, token: PollerTests.token)
    kernel.cancel(PollerTests.token)
    #expect(PollerTests.turn(&kernel).map(\.error) == [.cancelled])
    // The open file lives on under its first number, so epoll goes on reporting it.
    kernel.close(number)
    #expect(dup2(second.server.rawValue, 901) == 901)
    kernel.poll(number, for: .readable, multishot: false, timeout: nil, token: PollerTests.token)
    TestSocket.write([1], to: first.client)
    #expect(PollerTests.turn(&kernel, wait: .milliseconds(5)).isEmpty)
    TestSocket.write([1], to: second.client)
    #expect(PollerTests.turn(&kernel).map(\.result) == [1])
    kernel.close(number)
    first.close()
    second.close()
  }

  @Test func aBusySocketDoesNotKeepAnotherWaiting() throws {
    var kernel = try PollerTests.poller(buffersMax: 16, receiveBytesPerTurnMax: 8_192)
    let busy = TestSocket.unixPair()
    let quiet = TestSocket.unixPair()
    TestSocket.write([UInt8](repeating: 7, count: 60_000), to: busy.client)
    TestSocket.write([9], to: quiet.client)
    let other = Token(operation: 1, slot: 2, generation: 1)
    kernel.receive(on: busy.server, bytesMax: 1 << 20, timeout: nil, token: PollerTests.token)
    kernel.receive(on: quiet.server, bytesMax: 1 << 20, timeout: nil, token: other)
    var received = 0
    var turns = 0
    while received < 60_000 {
      let found = PollerTests.turn(&kernel)
      let mine = found.filter { $0.token == PollerTests.token }.reduce(0) { $0 + Int($1.result) }
      #expect(mine <= 8_192)
      if turns == 0 { #expect(found.contains { $0.token == other && $0.result == 1 }) }
      received += mine
      turns += 1
    }
    #expect(turns == 8)
    kernel.cancel(PollerTests.token)
    kernel.cancel(other)
    #expect(PollerTests.turn(&kernel).count == 2)
    kernel.close(busy.server)
    kernel.close(quiet.server)
    SystemCall.close(busy.client)
    SystemCall.close(quiet.client)
  }

  @Test func bytesBehindUrgentDataAreDeliveredWithoutAnotherEdge() throws {
    var kernel = try PollerTests.poller()
    let pair = TestSocket.connectedPair()
    TestSocket.write([1, 2], to: pair.client)
    #expect(send(pair.client.rawValue, [UInt8(3)], 1, Int32(MSG_OOB)) == 1)
    TestSocket.write([4, 5], to: pair.client)
    _ = TestSocket.wait(on: pair.server, for: Int16(POLLPRI))
    kernel.receive(on: pair.server, bytesMax: 100, timeout: nil, token: PollerTests.token)
    var received = 0
    while received < 4 {
      let found = PollerTests.turn(&kernel)
      guard !found.isEmpty else { break }
      received += found.reduce(0) { $0 + Int($1.result) }
    }
    #expect(received == 4)
    kernel.cancel(PollerTests.token)
    _ = PollerTests.turn(&kernel)
    kernel.close(pair.server)
    SystemCall.close(pair.client)
  }

  @Test func acceptsAreHandedOutInShares() throws {
    var kernel = try PollerTests.poller()
    let (listener, endpoint) = TestSocket.listener()
    let clients = (0..<5).map { _ in TestSocket.connect(to: endpoint) }
    kernel.accept(on: listener, multishot: true, token: PollerTests.token)
    var batches: [Int] = []
    while batches.reduce(0, +) < 5 {
      let found = PollerTests.turn(&kernel)
      batches.append(found.count)
      for completion in found { kernel.close(Descriptor(rawValue: completion.result)) }
    }
    #expect(batches == [2, 2, 1])
    kernel.cancel(PollerTests.token)
    _ = PollerTests.turn(&kernel)
    kernel.close(listener)
    for client in clients { SystemCall.close(client) }
  }

  @Test func aFileIsAlwaysReady() throws {
    var kernel = try PollerTests.poller()
    let file = Descriptor(rawValue: open("/proc/self/exe", O_RDONLY | O_CLOEXEC))
    for _ in 0..<2 {
      kernel.poll(file, for: .readable, multishot: false, timeout: nil, token: PollerTests.token)
      #expect(PollerTests.turn(&kernel).map(\.result) == [1])
    }
    kernel.close(file)
  }

  @Test func completionsOfSendsDoNotKeepEventsWaitingForTwoTurns() throws {
    var kernel = try PollerTests.poller()
    let pair = TestSocket.unixPair()
    let receiving = Token(operation: 2, slot: 1, generation: 1)
    kernel.receive(on: pair.server, bytesMax: 1 << 20, timeout: nil, token: receiving)
    #expect(PollerTests.turn(&kernel, wait: .milliseconds(1)).isEmpty)
    TestSocket.write([1], to: pair.client)
    let bytes: [UInt8] = [1]
    var seen: [[Token]] = []
    for _ in 0..<2 {
      bytes.withUnsafeBufferPointer { bytes in
        guard let base = bytes.baseAddress else { return }
        let piece = SendPiece(base: base, count: 1)
        withUnsafePointer(to: piece) {
          kernel.send(
            on: pair.server, pieces: UnsafeBufferPointer(start: $0, count: 1),
            token: PollerTests.token)
        }
      }
      seen.append(PollerTests.turn(&kernel).map(\.token))
    }
    #expect(seen.joined().contains(receiving))
    kernel.cancel(receiving)
    _ = PollerTests.turn(&kernel)
    kernel.close(pair.server)
    SystemCall.close(pair.client)
  }
}

/// The deadlines' order, against sorting.
@Suite struct DeadlineHeapTests {
  @Test(arguments: [1, 2, 3] as [UInt64])
  func deadlinesComeInOrderWhateverWasCancelled(seed: UInt64) {
    var state = seed
    func random(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    var requests = RequestTable(capacity: 4)
    var heap = DeadlineHeap(capacity: 1)
    var model: [(deadline: UInt64, request: RequestIndex)] = []
    for step in 0..<2_000 {
      let action = random(10)
      if action < 6 {
        let token = Token(operation: 1, slot: UInt32(step), generation: 0)
        let request = requests.add(.timer, token: token, descriptor: -1)
        let deadline = UInt64(random(500))
        heap.add(request, at: Instant(nanoseconds: deadline), in: &requests)
        model.append((deadline, request))
      } else if action < 9, !model.isEmpty {
        let gone = model.remove(at: random(model.count))
        heap.remove(gone.request, in: &requests)
        requests.remove(gone.request)
      } else if heap.count > 0 {
        let first = heap.first
        #expect(heap.earliest.nanoseconds == model.map(\.deadline).min())
        heap.remove(first, in: &requests)
        model.removeAll { $0.request == first }
        requests.remove(first)
      }
      #expect(heap.count == model.count && requests.count == model.count)
    }
  }

  @Test func aRequestIsFoundByItsTokenAfterTheTableGrew() {
    var requests = RequestTable(capacity: 2)
    let tokens = (0..<100).map { Token(operation: 3, slot: $0, generation: $0 * 7) }
    let places = tokens.map { requests.add(.timer, token: $0, descriptor: -1) }
    for (token, place) in zip(tokens, places) { #expect(requests.find(token) == place) }
    for place in places where place.rawValue % 2 == 0 { requests.remove(place) }
    for (token, place) in zip(tokens, places) {
      #expect(requests.find(token) == (place.rawValue % 2 == 0 ? .none : place))
    }
  }
}
