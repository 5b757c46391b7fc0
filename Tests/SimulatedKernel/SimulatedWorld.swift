public import Basics
public import KernelIO

/// Everything outside the engine: a network in memory, the peers in it, and a clock that jumps to
/// whatever happens next. One seed decides all of it.
///
/// It stops the program when the engine breaks a promise that a kernel relies on: a descriptor that
/// is closed with a request in flight, a token used twice, a lease given back twice, memory of a
/// send that changed before its completion, a descriptor that does not exist.
public final class SimulatedWorld {
  /// What decides everything.
  public let seed: UInt64
  /// What goes wrong, and how often.
  public var faults: SimulatedFaults
  /// The clock.
  public internal(set) var now = Instant(nanoseconds: 1_000_000_000)
  /// The clients and servers, in the order of appearance.
  public internal(set) var peers: [SimulatedPeer] = []
  /// The datagrams and lines that were taken.
  public internal(set) var datagrams: [SimulatedDatagram] = []
  /// The size of a buffer of the receive pool.
  public var bufferBytes: Int { pool.bufferBytes }
  /// How many buffers the receive pool has.
  public var buffersMax: Int { pool.buffersMax }
  /// How many turns the engine has taken.
  public internal(set) var turns = 0
  /// How many receives the engine has started with a timeout.
  public internal(set) var timedReceives = 0
  /// How many connections to servers were acknowledged together with the first bytes (or the end), and
  /// how many alone because the engine asked for it.
  public internal(set) var acknowledgements = (carried: 0, alone: 0)
  /// How many descriptors the engine may have.
  public var descriptorsMax = 10_000
  /// The date at the origin of the clock.
  public var wallTimeAtOrigin = WallTime(microseconds: 1_700_000_000_000_000)

  var random: RandomNumbers
  var events = EventQueue()
  let pool: SimulatedPool
  /// The engine's sockets by their number.
  var sockets: [SimulatedSocket?] = []
  /// The requests that are not over, and those whose last completion was not handed out.
  var requests: [SimulatedRequest] = []
  var submissions: [Submission] = []
  var completions: [PendingCompletion] = []
  var servers: [(endpoint: Endpoint, make: (inout RandomNumbers) -> PeerScript?)] = []
  var isWakePending = false
  private var nextClientPort: UInt16 = 20_000

  enum Submission {
    case start(SimulatedRequest)
    case cancel(Token)
  }

  struct PendingCompletion {
    var completion: Completion
    var request: SimulatedRequest?
    var due: Instant

    /// Completions with the same keep their order.
    var group: UInt64 {
      (request?.chain?.empty?.token ?? completion.token).rawValue
    }
  }

  /// - Parameters:
  ///   - seed: decides everything that is left to chance.
  ///   - faults: what goes wrong, and how often.
  ///   - bufferBytes: the size of a buffer of the receive pool.
  ///   - buffersMax: how many buffers the receive pool has.
  public init(
    seed: UInt64, faults: SimulatedFaults = .none, bufferBytes: Int = 4_096, buffersMax: Int = 16
  ) {
    self.seed = seed
    random = RandomNumbers(seed: seed)
    self.faults = faults
    pool = SimulatedPool(bufferBytes: bufferBytes, buffersMax: buffersMax)
  }

  /// A world whose faults and pool are drawn from the seed too.
  ///
  /// - Parameter seed: decides everything.
  public convenience init(swarm seed: UInt64) {
    var random = RandomNumbers(seed: ~seed)
    self.init(
      seed: seed, faults: .swarm(using: &random),
      bufferBytes: [64, 1_000, 4_096, 65_536][random.below(4)],
      buffersMax: [2, 4, 16, 256][random.below(4)])
  }

  // MARK: What a test sets up

  /// A listening socket of the engine.
  ///
  /// - Parameters:
  ///   - endpoint: where clients reach it.
  ///   - backlogMax: how many connections may wait to be accepted.
  public func listen(on endpoint: Endpoint, backlogMax: Int = 128) -> Descriptor {
    let socket = SimulatedSocket(.listening, endpoint: endpoint)
    socket.backlogMax = backlogMax
    socket.local = endpoint.internetAddress
    return open(socket)
  }

  /// A socket for log lines.
  public func openDatagramSocket(to endpoint: Endpoint) -> Descriptor {
    open(SimulatedSocket(.datagram, endpoint: endpoint))
  }

  /// Lets servers answer at an endpoint; without one, connects there are refused.
  ///
  /// - Parameters:
  ///   - endpoint: where the engine connects to.
  ///   - script: what the server of each new connection does; nil to refuse this one.
  public func serve(
    at endpoint: Endpoint, _ script: @escaping (inout RandomNumbers) -> PeerScript?
  ) {
    servers.removeAll { $0.endpoint == endpoint }
    servers.append((endpoint, script))
  }

  /// Takes the servers of an endpoint away: new connects are refused.
  public func stopServing(at endpoint: Endpoint) {
    servers.removeAll { $0.endpoint == endpoint }
  }

  /// A client that connects to the engine at some time.
  ///
  /// - Parameters:
  ///   - endpoint: where the engine listens.
  ///   - delay: how long from now.
  ///   - script: what it does.
  /// - Returns: the client, whose records tell what came of it.
  @discardableResult
  public func addClient(
    to endpoint: Endpoint, after delay: Duration = .zero, _ script: PeerScript
  ) -> SimulatedPeer {
    let peer = makePeer(at: endpoint, script)
    schedule(.arrival(peer), after: delay)
    return peer
  }

  /// Lets the test do something at a time of the simulation.
  public func perform(after delay: Duration, _ action: @escaping () -> Void) {
    schedule(.action(action), after: delay)
  }

  /// As `Waker.wake()` from another thread.
  public func wake() { isWakePending = true }

  /// A number that the seed decides, for what a test leaves to chance.
  public func randomNumber(below bound: Int) -> Int { random.below(bound) }

  /// Whether nothing will ever happen again unless the engine or the test begins it.
  public var isQuiet: Bool {
    events.count == 0 && completions.isEmpty && submissions.isEmpty && !isWakePending
  }

  // MARK: What the engine left

  /// What the engine still holds: nothing after an orderly end.
  public func finish() -> SimulatedLeftovers {
    SimulatedLeftovers(
      descriptors: sockets.indices.filter { sockets[$0] != nil }
        .map { Descriptor(rawValue: Int32($0)) },
      requests: requests.filter { $0.kind != .timer }.map(\.token),
      timers: requests.filter { $0.kind == .timer }.map(\.token),
      leases: pool.buffersMax - pool.freeCount)
  }

  // MARK: Parts

  func chance(_ fault: KeyPath<SimulatedFaults, Double>) -> Bool {
    random.chance(faults[keyPath: fault])
  }

  func schedule(_ event: WorldEvent, after delay: Duration) {
    events.add(event, at: now + delay)
  }

  func makePeer(at endpoint: Endpoint, _ script: PeerScript) -> SimulatedPeer {
    let peer = SimulatedPeer(
      number: peers.count, endpoint: endpoint, script: script,
      content: StreamContent(seed: random.next()))
    peers.append(peer)
    return peer
  }

  func makeClientAddress() -> SocketAddress {
    nextClientPort = nextClientPort == .max ? 20_000 : nextClientPort + 1
    return SocketAddress(
      ip: IPAddress(v4: 0xc000_0200 | UInt32(random.below(256))), port: nextClientPort)
  }

  /// Gives a socket the lowest free number, as the kernel does: numbers come back at once.
  func open(_ socket: SimulatedSocket) -> Descriptor {
    var number = 3
    while number < sockets.count, sockets[number] != nil { number += 1 }
    while sockets.count <= number { sockets.append(nil) }
    sockets[number] = socket
    socket.descriptor = Int32(number)
    return Descriptor(rawValue: Int32(number))
  }

  var openCount: Int { sockets.reduce(0) { $0 + ($1 == nil ? 0 : 1) } }

  func socket(_ descriptor: Descriptor) -> SimulatedSocket {
    let number = Int(descriptor.rawValue)
    guard sockets.indices.contains(number), let socket = sockets[number] else {
      violation("the engine uses descriptor \(number), which is not open")
    }
    return socket
  }

  /// Stops the program: the engine broke a promise.
  func violation(_ sentence: String) -> Never {
    fatalError("seed \(seed), turn \(turns), \(now.nanoseconds) ns: \(sentence)")
  }
}

/// A datagram or a line that the world took.
public struct SimulatedDatagram: Sendable {
  /// When.
  public let time: Instant
  /// On which descriptor.
  public let descriptor: Descriptor
  /// Where to.
  public let endpoint: Endpoint?
  /// What.
  public let bytes: [UInt8]
  /// What, as text.
  public var text: String { String(decoding: bytes, as: UTF8.self) }
}

/// What an engine held when it was finished.
public struct SimulatedLeftovers: Hashable, Sendable {
  /// Open descriptors.
  public var descriptors: [Descriptor]
  /// Requests without their last completion.
  public var requests: [Token]
  /// Timers without their completion.
  public var timers: [Token]
  /// How many buffers were not given back.
  public var leases: Int
  /// Whether there is nothing.
  public var isEmpty: Bool {
    descriptors.isEmpty && requests.isEmpty && timers.isEmpty && leases == 0
  }
}

extension Endpoint {
  /// The IP address and port; nil for unix sockets.
  var internetAddress: SocketAddress? { kind == .internet ? address : nil }
}
