import Basics
import KernelIO
import SimulatedKernel
import Testing

/// The world does what a network does, the same for the same seed, and catches an engine that
/// breaks its promises.
@Suite struct SimulatedWorldTests {
  static let front = Endpoint(SocketAddress(ip: IPAddress(v4: 0x0a00_0001), port: 80))
  static let back = Endpoint(SocketAddress(ip: IPAddress(v4: 0x0a00_0002), port: 81))
  static let token = Token(operation: 1, slot: 1, generation: 1)

  // MARK: Under an engine

  @Test func whatIsEchoedComesBackWhole() {
    let world = SimulatedWorld(seed: 1)
    let listener = world.listen(on: Self.front)
    let clients = [8, 9, 5_000, 200_000].map {
      world.addClient(to: Self.front, .source($0))
    }
    var engine = EchoEngine(kernel: SimulatedKernel(world: world), listener: listener)
    engine.run()
    for client in clients {
      #expect(client.ending == .closed && client.isDone)
      #expect(client.received.hash == client.sent.hash)
      #expect(client.received.count == client.sent.count)
      #expect(client.received.seed == client.content.seed)
      #expect(client.received.firstDifference == nil)
    }
    #expect(world.finish().isEmpty)
  }

  /// Everything at random, the faults too. A seed that fails is replayed by naming it here.
  @Test(arguments: 0..<80 as Range<UInt64>)
  func noFaultMakesAnOrderlyEngineLoseOrKeepAnything(seed: UInt64) {
    let world = SimulatedWorld(swarm: seed)
    let clients = Self.crowd(in: world)
    let listener = world.listen(on: Self.front, backlogMax: 4)
    var engine = EchoEngine(kernel: SimulatedKernel(world: world), listener: listener)
    engine.run()
    for client in clients where client.received.count >= 8 {
      #expect(client.received.seed == client.content.seed)
      #expect(client.received.firstDifference == nil)
      #expect(client.received.count <= client.sent.count)
    }
    #expect(world.finish().isEmpty)
  }

  @Test func theSameSeedIsTheSameWorld() {
    func story(_ seed: UInt64) -> [UInt64] {
      let world = SimulatedWorld(swarm: seed)
      let clients = Self.crowd(in: world)
      let listener = world.listen(on: Self.front, backlogMax: 4)
      var engine = EchoEngine(kernel: SimulatedKernel(world: world), listener: listener)
      engine.run()
      return [world.now.nanoseconds, UInt64(world.turns)] + clients.map(\.received.hash)
    }
    for seed in [3, 4, 5] as [UInt64] { #expect(story(seed) == story(seed)) }
    #expect(story(3) != story(4))
  }

  private static func crowd(in world: SimulatedWorld) -> [SimulatedPeer] {
    var random = RandomNumbers(seed: world.seed)
    return (0..<6).map { _ in
      world.addClient(
        to: front, after: .milliseconds(random.below(50)),
        .randomClient(using: &random))
    }
  }

  // MARK: Connects

  /// Connects once and says what came of it.
  private static func connect(
    _ world: SimulatedWorld, timeout: Duration?
  ) throws -> (completion: Completion, after: Duration, socket: Descriptor) {
    var kernel = SimulatedKernel(world: world)
    let socket = try kernel.makeSocket(for: back).get()
    let start = kernel.now
    kernel.connect(socket, to: back, timeout: timeout, token: token)
    let count = kernel.turn(deadline: nil)
    try #require(count == 1)
    let completion = kernel.completion(at: 0)
    kernel.finishTurn(count)
    let after = kernel.now - start
    if completion.result != 0 { kernel.close(socket) }
    return (completion, after, socket)
  }

  @Test func aConnectWithoutServerIsRefused() throws {
    let result = try Self.connect(SimulatedWorld(seed: 1), timeout: nil)
    #expect(result.completion.error == .connectionRefused)
  }

  @Test func aConnectThatHangsEndsWithItsTimeout() throws {
    var faults = SimulatedFaults.none
    faults.connectHangs = 1
    let world = SimulatedWorld(seed: 1, faults: faults)
    world.serve(at: Self.back) { _ in .echo }
    let result = try Self.connect(world, timeout: .seconds(3))
    #expect(result.completion.error == .cancelled)
    #expect(result.after >= .seconds(3))
    #expect(world.finish().isEmpty)
  }

  @Test func aServerIsThereWhenTheConnectIsAnswered() throws {
    let world = SimulatedWorld(seed: 1)
    world.serve(at: Self.back) { _ in .echo }
    let result = try Self.connect(world, timeout: .seconds(3))
    #expect(result.completion.result == 0)
    #expect(world.peers.count == 1)
    let kernel = SimulatedKernel(world: world)
    #expect(kernel.peerAddress(of: result.socket) == Self.back.address)
    #expect(world.finish().descriptors == [result.socket])
  }

  @Test func theClockJumpsToADeadline() {
    let world = SimulatedWorld(seed: 1)
    var kernel = SimulatedKernel(world: world)
    let start = kernel.now
    kernel.timer(at: start + .seconds(3_600), token: Self.token)
    #expect(kernel.turn(deadline: start + .seconds(60)) == 0)
    kernel.finishTurn(0)
    #expect(kernel.now >= start + .seconds(60) && kernel.now < start + .seconds(61))
    #expect(kernel.turn(deadline: nil) == 1)
    #expect(kernel.completion(at: 0).error == .timerExpired)
    #expect(kernel.now >= start + .seconds(3_600))
  }

  @Test func logLinesAreRecorded() {
    let world = SimulatedWorld(seed: 1)
    var kernel = SimulatedKernel(world: world)
    let socket = world.openDatagramSocket(to: Self.back)
    let line: [UInt8] = Array("<134>hello".utf8)
    line.withUnsafeBufferPointer { bytes in
      #expect(kernel.sendDatagram(on: socket, to: nil, bytes: bytes) == nil)
    }
    #expect(world.datagrams.map(\.text) == ["<134>hello"])
    kernel.close(socket)
    #expect(world.finish().isEmpty)
  }
}

/// An engine that breaks a promise is stopped.
@Suite struct BrokenPromiseTests {
  @Test func aDescriptorIsNotClosedUnderARequest() async {
    await #expect(processExitsWith: .failure) {
      let world = SimulatedWorld(seed: 1)
      var kernel = SimulatedKernel(world: world)
      let listener = world.listen(on: SimulatedWorldTests.front)
      kernel.accept(on: listener, multishot: true, token: SimulatedWorldTests.token)
      kernel.cancel(SimulatedWorldTests.token)
      kernel.close(listener)
    }
  }

  @Test func aTokenInFlightIsNotUsedAgain() async {
    await #expect(processExitsWith: .failure) {
      var kernel = SimulatedKernel(world: SimulatedWorld(seed: 1))
      kernel.timer(at: .distantFuture, token: SimulatedWorldTests.token)
      kernel.timer(at: .distantFuture, token: SimulatedWorldTests.token)
    }
  }

  @Test func aLeaseEndsOnce() async {
    await #expect(processExitsWith: .failure) {
      var kernel = SimulatedKernel(world: SimulatedWorld(seed: 1))
      kernel.giveBack(BufferIndex(rawValue: 0))
    }
  }

  @Test func anUnknownDescriptorIsNotUsed() async {
    await #expect(processExitsWith: .failure) {
      var kernel = SimulatedKernel(world: SimulatedWorld(seed: 1))
      kernel.shutdownWriting(Descriptor(rawValue: 7))
    }
  }

  @Test func memoryOfASendStaysAsItWas() async {
    await #expect(processExitsWith: .failure) {
      let world = SimulatedWorld(seed: 1)
      world.serve(at: SimulatedWorldTests.back) { _ in .sink }
      var kernel = SimulatedKernel(world: world)
      let socket = try kernel.makeSocket(for: SimulatedWorldTests.back).get()
      kernel.connect(
        socket, to: SimulatedWorldTests.back, timeout: nil, token: SimulatedWorldTests.token)
      kernel.finishTurn(kernel.turn(deadline: nil))
      let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: 4)
      memory.initialize(repeating: 1, count: 4)
      let pieces = [SendPiece(base: UnsafePointer(memory), count: 4)]
      pieces.withUnsafeBufferPointer {
        kernel.send(on: socket, pieces: $0, token: SimulatedWorldTests.token)
      }
      memory[2] = 2
      kernel.finishTurn(kernel.turn(deadline: nil))
    }
  }
}
