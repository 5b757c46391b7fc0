public import Basics
public import KernelIO

/// The kernel of a simulation: the same promises as the real ones, over a `SimulatedWorld`.
public struct SimulatedKernel: ~Copyable, Kernel {
  /// The network, the peers and the clock.
  public let world: SimulatedWorld
  private var batch: [Completion] = []

  /// - Parameter world: belongs to this kernel alone.
  public init(world: SimulatedWorld) { self.world = world }

  // MARK: Requests

  /// Accepts connections on a listening socket.
  public mutating func accept(on listener: Descriptor, multishot: Bool, token: Token) {
    let request = SimulatedRequest(.accept, token: token, descriptor: listener.rawValue)
    request.isMultishot = multishot
    world.start(request)
  }

  /// Connects a socket.
  public mutating func connect(
    _ socket: Descriptor, to endpoint: borrowing Endpoint, timeout: Duration?, token: Token
  ) {
    let request = SimulatedRequest(.connect, token: token, descriptor: socket.rawValue)
    request.endpoint = copy endpoint
    request.timeout = timeout
    world.start(request)
  }

  /// Receives into leased buffers of the pool.
  public mutating func receive(
    on socket: Descriptor, bytesMax: Int, pollsFirst: Bool, timeout: Duration?, token: Token
  ) {
    if bytesMax < 1 { world.violation("the engine wants to receive \(bytesMax) bytes") }
    let request = SimulatedRequest(.receive, token: token, descriptor: socket.rawValue)
    request.bytesLeft = bytesMax
    request.timeout = timeout
    if timeout != nil { world.timedReceives += 1 }
    world.start(request)
  }

  /// Sends what the socket takes at once.
  @unsafe public mutating func send(
    on socket: Descriptor, pieces: UnsafeBufferPointer<SendPiece>, token: Token
  ) {
    if pieces.isEmpty || pieces.count > sendPiecesMax {
      world.violation("the engine sends \(pieces.count) pieces at once")
    }
    let request = SimulatedRequest(.send, token: token, descriptor: socket.rawValue)
    for index in pieces.indices {
      if unsafe pieces[index].count < 1 { world.violation("the engine sends an empty piece") }
      unsafe request.pieces.append(SendMemory(pieces[index]))
    }
    world.start(request)
  }

  /// Waits for events.
  public mutating func poll(
    _ descriptor: Descriptor, for events: PollEvents, multishot: Bool, timeout: Duration?,
    token: Token
  ) {
    let request = SimulatedRequest(.poll, token: token, descriptor: descriptor.rawValue)
    request.events = events
    request.isMultishot = multishot
    request.timeout = timeout
    world.start(request)
  }

  /// Completes with `timerExpired` at `deadline`.
  public mutating func timer(at deadline: Instant, token: Token) {
    let request = SimulatedRequest(.timer, token: token, descriptor: -1)
    request.deadline = deadline
    world.start(request)
  }

  /// Asks for the request of that token to end.
  public mutating func cancel(_ token: Token) { world.submissions.append(.cancel(token)) }

  /// Closes a descriptor on which nothing is in flight any more.
  public mutating func close(_ descriptor: Descriptor) {
    world.engineCloses(descriptor, withReset: false)
  }

  /// Closes a connected socket with a reset.
  public mutating func closeWithReset(_ socket: Descriptor) {
    world.engineCloses(socket, withReset: true)
  }

  /// Closes a socket at once, as this kernel always does.
  public mutating func closeAtOnce(_ socket: Descriptor, withReset: Bool) {
    world.engineCloses(socket, withReset: withReset)
  }

  // MARK: The turn

  /// Lets the world go on until there is a completion, or until `deadline`, or until nothing will
  /// ever happen again.
  public mutating func turn(deadline: Instant?) -> Int {
    if !batch.isEmpty { world.violation("the engine begins a turn inside another") }
    batch = world.turn(deadline: deadline)
    return batch.count
  }

  /// One of the completions of this turn.
  public func completion(at index: Int) -> Completion { batch[index] }

  /// Ends the turn.
  public mutating func finishTurn(_ count: Int) {
    if count != batch.count { world.violation("the engine finishes a turn with a wrong count") }
    batch = []
  }

  // MARK: The receive pool

  /// The size of a buffer of the receive pool in bytes.
  public var bufferBytes: Int { world.pool.bufferBytes }
  /// How many buffers the pool has.
  public var buffersMax: Int { world.pool.buffersMax }
  /// How many buffers are not leased.
  public var buffersFree: Int { world.pool.freeCount }

  /// The memory of a leased buffer.
  @unsafe public func memory(of buffer: BufferIndex) -> UnsafeMutablePointer<UInt8> {
    if !world.pool.isLeased(buffer) { world.violation("the engine reads a buffer without lease") }
    return unsafe world.pool.start(of: buffer)
  }

  /// Ends a lease.
  public mutating func giveBack(_ buffer: BufferIndex) {
    if !world.pool.isLeased(buffer) { world.violation("the engine gives a lease back twice") }
    world.pool.giveBack(buffer)
    // A send that still reads from it finds the poison now and not when it is too late to say.
    for request in world.requests { world.verify(request) }
  }

  // MARK: Calls

  /// The virtual clock.
  public var now: Instant { world.now }
  /// The virtual date.
  public func wallTime() -> WallTime {
    WallTime(
      microseconds: world.wallTimeAtOrigin.microseconds + Int64(world.now.nanoseconds / 1_000))
  }
  /// Nothing to write to: a test calls `SimulatedWorld.wake()`.
  public var waker: Waker { Waker(descriptor: .none) }

  /// A new stream socket.
  public mutating func makeSocket(for endpoint: borrowing Endpoint) -> Result<Descriptor, Errno> {
    if world.openCount >= world.descriptorsMax || world.chance(\.socketDescriptorLimit) {
      return .failure(.processDescriptorLimit)
    }
    return .success(world.open(SimulatedSocket(.fresh, endpoint: copy endpoint)))
  }

  /// Takes note of a buffer size; other options change nothing here.
  @discardableResult
  public mutating func set(_ option: SocketOption, on socket: Descriptor) -> Errno? {
    let socket = world.socket(socket)
    switch option {
    case .sendBuffer(let bytes): socket.sentMax = max(1, bytes)
    case .receiveBuffer(let bytes): socket.receivedMax = max(1, bytes)
    case .noDelay: socket.hasNoDelay = true
    case .quickAcknowledge(let isOn):
      if isOn {
        world.acknowledgeHandshake(of: socket, isAlone: true)
      } else {
        socket.withholdsAcknowledgement = true
      }
    case .keepAlive, .transparent, .freeBind, .device, .userTimeout,
      .keepAliveCount, .keepAliveIdle, .keepAliveInterval, .mark, .typeOfService,
      .timeToLive, .repair, .notSentLowWater:
      break
    }
    return nil
  }

  /// Binds a socket to a local address before it connects.
  public mutating func bind(_ socket: Descriptor, to endpoint: borrowing Endpoint) -> Errno? {
    let socket = world.socket(socket)
    if world.chance(\.bindInUse) { return .addressInUse }
    socket.local = (copy endpoint).internetAddress
    return nil
  }

  /// Sends a FIN after everything sent so far.
  @discardableResult
  public mutating func shutdownWriting(_ socket: Descriptor) -> Errno? {
    let socket = world.socket(socket)
    guard socket.state == .connected, !socket.isReset else { return .notConnected }
    world.shutdownWriting(socket)
    return nil
  }

  /// Bytes sent that have not arrived at the peer.
  public func unacknowledgedBytes(on socket: Descriptor) -> Int { world.socket(socket).sent.count }
  public func transmission(of socket: Descriptor) -> TransmissionFacts? { TransmissionFacts() }

  /// A new pipe.
  public mutating func makePipe(bytes: Int) -> Result<Pipe, Errno> {
    if world.openCount + 1 >= world.descriptorsMax || world.chance(\.pipeRefused) {
      return .failure(.processDescriptorLimit)
    }
    let capacity = world.chance(\.smallPipe) ? max(1, bytes / 64) : bytes
    let inside = SimulatedPipe(capacity: capacity)
    return .success(
      Pipe(
        reader: world.openPipeEnd(inside), writer: world.openPipeEnd(inside), capacity: capacity))
  }

  /// Closes both ends of a pipe.
  public mutating func closePipe(_ pipe: Pipe) {
    if world.isInChain(world.socket(pipe.reader).pipe) {
      world.violation("the engine closes a pipe under a chain")
    }
    world.engineCloses(pipe.reader, withReset: false)
    world.engineCloses(pipe.writer, withReset: false)
  }

  /// Moves bytes between a socket and a pipe.
  public mutating func splice(
    from source: Descriptor, to target: Descriptor, bytesMax: Int
  ) -> Result<Int, Errno> {
    if bytesMax < 1 { world.violation("the engine wants to splice \(bytesMax) bytes") }
    return world.splice(from: world.socket(source), to: world.socket(target), bytesMax: bytesMax)
  }

  /// Yes.
  public static var splicesInChains: Bool { true }

  /// Waits, splices into a pipe and out of it.
  public mutating func spliceChain(
    from source: Descriptor, through pipe: Pipe, to target: Descriptor, bytesMax: Int,
    timeout: Duration?, tokens: (wait: Token, fill: Token, empty: Token)
  ) {
    let chain = makeChain(pipe, bytesMax: bytesMax)
    let wait = SimulatedRequest(.poll, token: tokens.wait, descriptor: source.rawValue)
    wait.events = [.readable, .readHangUp]
    wait.timeout = timeout
    let fill = SimulatedRequest(.fill, token: tokens.fill, descriptor: source.rawValue)
    let empty = SimulatedRequest(.empty, token: tokens.empty, descriptor: target.rawValue)
    (chain.wait, chain.fill, chain.empty) = (wait, fill, empty)
    for request in [wait, fill, empty] {
      request.chain = chain
      world.start(request)
    }
  }

  /// Splices what is in a pipe to a socket.
  public mutating func spliceRest(
    of pipe: Pipe, to target: Descriptor, bytesMax: Int, token: Token
  ) {
    let chain = makeChain(pipe, bytesMax: bytesMax)
    let empty = SimulatedRequest(.empty, token: token, descriptor: target.rawValue)
    empty.chain = chain
    chain.empty = empty
    world.start(empty)
  }

  private func makeChain(_ pipe: Pipe, bytesMax: Int) -> SimulatedChain {
    guard let inside = world.socket(pipe.writer).pipe else {
      world.violation("the engine splices through what is no pipe")
    }
    if world.isInChain(inside) { world.violation("the engine uses a pipe in two chains") }
    return SimulatedChain(pipe: inside, bytesMax: bytesMax)
  }

  /// The other side's address; nil for unix sockets and when the connection is gone.
  public func peerAddress(of socket: Descriptor) -> SocketAddress? {
    let socket = world.socket(socket)
    return socket.isReset || socket.state != .connected ? nil : socket.remote
  }

  /// This side's address; nil for unix sockets.
  public func localAddress(of socket: Descriptor) -> SocketAddress? { world.socket(socket).local }

  /// Records one datagram or line.
  @unsafe public mutating func sendDatagram(
    on descriptor: Descriptor, to endpoint: Endpoint?, bytes: UnsafeBufferPointer<UInt8>
  ) -> Errno? {
    _ = world.socket(descriptor)
    if world.chance(\.datagramDropped) { return .wouldBlock }
    world.datagrams.append(
      SimulatedDatagram(
        time: world.now, descriptor: descriptor, endpoint: endpoint, bytes: unsafe Array(bytes)))
    return nil
  }
}

extension SimulatedWorld {
  /// The engine's close(2).
  func engineCloses(_ descriptor: Descriptor, withReset: Bool) {
    let socket = self.socket(descriptor)
    if let request = requests.first(where: { $0.descriptor == descriptor.rawValue }) {
      violation("the engine closes descriptor \(descriptor.rawValue) under a \(request.kind)")
    }
    sockets[Int(descriptor.rawValue)] = nil
    socket.descriptor = nil
    // Who waits in the backlog of a listener is sent away.
    for waiting in socket.backlog { reset(waiting) }
    socket.backlog = []
    if withReset { reset(socket) } else { close(socket) }
  }
}
