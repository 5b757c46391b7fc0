import Basics
import KernelIO

// How connections are made and how bytes, FINs and resets travel.
extension SimulatedWorld {
  // MARK: Making connections

  /// A client's SYN arrives.
  func arrive(_ peer: SimulatedPeer) {
    let listeners = sockets.compactMap { $0 }
      .filter { $0.state == .listening && $0.endpoint == peer.endpoint }
    guard !listeners.isEmpty else {
      peer.ending = .refused
      peer.endedAt = now
      return
    }
    // As SO_REUSEPORT does.
    let listener = listeners[listeners.count == 1 ? 0 : random.below(listeners.count)]
    guard listener.backlog.count < listener.backlogMax else {
      // The SYN is dropped, and the client's kernel tries again.
      return schedule(.arrival(peer), after: .seconds(1))
    }
    let (near, far) = makeConnection(peer, local: listener.local, remote: makeClientAddress())
    listener.backlog.append(near)
    far.owner = peer
    schedule(.peer(peer), after: .zero)
    notify(listener, .readable)
  }

  /// Two connected ends: the engine's and the peer's.
  func makeConnection(
    _ peer: SimulatedPeer, local: SocketAddress?, remote: SocketAddress?,
    near: SimulatedSocket? = nil
  ) -> (near: SimulatedSocket, far: SimulatedSocket) {
    let near = near ?? SimulatedSocket(.connected, endpoint: peer.endpoint)
    let far = SimulatedSocket(.connected, endpoint: peer.endpoint)
    near.state = .connected
    near.local = local
    near.remote = remote
    far.local = remote
    far.remote = local
    near.other = far
    far.other = near
    far.owner = peer
    far.receivedMax = peer.script.receiveBufferBytes
    let latency = Duration.microseconds(random.number(in: 10...500))
    near.latency = latency
    far.latency = latency
    peer.socket = far
    peer.connectedAt = now
    return (near, far)
  }

  /// The answer to a connect of the engine arrives.
  func answer(_ request: SimulatedRequest, _ error: Errno?) {
    guard !request.isOver, let endpoint = request.endpoint else { return }
    let socket = self.socket(Descriptor(rawValue: request.descriptor))
    guard error == nil, let server = servers.first(where: { $0.endpoint == endpoint }),
      let script = server.make(&random)
    else {
      socket.state = .failed
      return finish(request, -(error ?? .connectionRefused).rawValue)
    }
    let peer = makePeer(at: endpoint, script)
    let local =
      socket.local
      ?? endpoint.internetAddress.map { _ in
        SocketAddress(ip: IPAddress(v4: 0x0a00_0001), port: UInt16(40_000 + peers.count % 20_000))
      }
    _ = makeConnection(peer, local: local, remote: endpoint.internetAddress, near: socket)
    finish(request, 0)
    guard socket.withholdsAcknowledgement else { return schedule(.peer(peer), after: .zero) }
    perform(after: .milliseconds(200)) { [unowned self] in
      guard socket.withholdsAcknowledgement else { return }
      violation("a server hears of its connection only when 200 ms have passed")
      acknowledgeHandshake(of: socket, isAlone: true)
    }
  }

  /// The peer hears that the connection stands: with the first bytes, a FIN, or alone.
  func acknowledgeHandshake(of socket: SimulatedSocket, isAlone: Bool) {
    guard socket.withholdsAcknowledgement else { return }
    socket.withholdsAcknowledgement = false
    if isAlone { acknowledgements.alone += 1 } else { acknowledgements.carried += 1 }
    if let peer = socket.other?.owner { schedule(.peer(peer), after: socket.latency) }
  }

  // MARK: Bytes

  /// Puts bytes into a socket's send buffer; there must be room.
  func put(_ bytes: some Sequence<UInt8>, into socket: SimulatedSocket) {
    socket.sent.append(bytes)
    startDelivery(from: socket)
  }

  /// The engine has a socket send: from the second time on, Nagle's algorithm must be off.
  func noteSend(on socket: SimulatedSocket) {
    if socket.isOutgoing, socket.hasSent, !socket.hasNoDelay {
      violation("the engine sends a second time to a server that has no TCP_NODELAY")
    }
    socket.hasSent = true
  }

  /// Takes bytes out of a socket's receive buffer.
  func take(from socket: SimulatedSocket, _ count: Int) -> ArraySlice<UInt8> {
    let bytes = socket.received.removeFirst(count)
    if let other = socket.other, !other.sent.isEmpty { startDelivery(from: other) }
    return bytes
  }

  private func startDelivery(from socket: SimulatedSocket) {
    acknowledgeHandshake(of: socket, isAlone: false)
    guard !socket.isDelivering else { return }
    socket.isDelivering = true
    schedule(.delivery(from: socket), after: socket.latency)
  }

  func deliver(from socket: SimulatedSocket) {
    socket.isDelivering = false
    guard !socket.isReset, let other = socket.other else { return }
    if other.isClosed || other.isReset, !socket.sent.isEmpty {
      // Nobody is there to read it: the other side answers with a reset.
      return receiveReset(socket)
    }
    // Segments of any size.
    let room = min(socket.sent.count, other.receiveRoom)
    if room > 0 {
      let count = random.chance(0.3) ? random.number(in: 1...room) : room
      other.received.append(socket.sent.removeFirst(count))
      notify(other, .readable)
      notify(socket, .writable)
    }
    if socket.sent.isEmpty {
      guard socket.isShut, !socket.hasSentEnd else { return }
      socket.hasSentEnd = true
      other.hasReceivedEnd = true
      notify(other, other.isShut ? [.readable, .readHangUp, .hangUp] : [.readable, .readHangUp])
    } else if other.receiveRoom > 0 {
      startDelivery(from: socket)
    }
  }

  // MARK: Ends

  func shutdownWriting(_ socket: SimulatedSocket) {
    guard !socket.isShut else { return }
    socket.isShut = true
    startDelivery(from: socket)
    if socket.hasReceivedEnd { notify(socket, .hangUp) }
  }

  /// close(2): a FIN behind the last byte, or a reset when bytes were left unread.
  func close(_ socket: SimulatedSocket) {
    guard socket.received.isEmpty else { return reset(socket) }
    socket.isClosed = true
    guard socket.state == .connected else { return }
    socket.isShut = true
    startDelivery(from: socket)
  }

  /// A close with a reset: nothing more is delivered.
  func reset(_ socket: SimulatedSocket) {
    socket.isClosed = true
    socket.isReset = true
    socket.withholdsAcknowledgement = false
    socket.sent.removeAll()
    socket.received.removeAll()
    guard socket.state == .connected, let other = socket.other, !other.isReset else { return }
    schedule(.reset(of: other), after: socket.latency)
  }

  func receiveReset(_ socket: SimulatedSocket) {
    guard !socket.isReset else { return }
    socket.isReset = true
    socket.pendingError = .connectionReset
    socket.sent.removeAll()
    notify(socket, [.readable, .writable, .error, .hangUp, .readHangUp])
  }

  /// Tells whoever holds a socket that something about it changed.
  func notify(_ socket: SimulatedSocket, _ change: PollEvents) {
    if let peer = socket.owner {
      peer.act(in: self)
    } else if socket.descriptor != nil {
      advance(socket, after: change)
    }
  }
}
