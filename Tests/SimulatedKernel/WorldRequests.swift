import Basics
import KernelIO

// What becomes of the engine's requests.
extension SimulatedWorld {
  // MARK: Start and cancel

  /// Notes a request; it reaches the kernel with the next turn.
  func start(_ request: SimulatedRequest) {
    if request.token != .ignored, requests.contains(where: { $0.token == request.token }) {
      violation("the engine starts a request with the token of one in flight: \(request.token)")
    }
    if request.kind != .timer { _ = socket(Descriptor(rawValue: request.descriptor)) }
    if request.kind == .send {
      if requests.contains(where: { $0.kind == .send && $0.descriptor == request.descriptor }) {
        violation("the engine starts a second send on descriptor \(request.descriptor)")
      }
      request.checksum = checksum(of: request)
    }
    if let timeout = request.timeout { request.deadline = now + timeout }
    requests.append(request)
    submissions.append(.start(request))
  }

  /// Lets the kernel see what was started since the last turn.
  func submit() {
    let waiting = submissions
    submissions = []
    for submission in waiting {
      switch submission {
      case .start(let request): begin(request)
      case .cancel(let token):
        // What was started behind the cancellation is not meant by it.
        if let request = requests.first(where: {
          $0.token == token && $0.isSubmitted && !$0.isOver
        }) {
          finish(request, -Errno.cancelled.rawValue)
        }
      }
    }
  }

  private func begin(_ request: SimulatedRequest) {
    request.isSubmitted = true
    if let deadline = request.deadline { events.add(.deadline(request), at: deadline) }
    guard request.kind != .timer else { return }
    let socket = self.socket(Descriptor(rawValue: request.descriptor))
    switch request.kind {
    case .connect: beginConnect(request, socket)
    case .send: doSend(request, socket)
    case .fill: break
    case .empty:
      if request.chain?.wait == nil { schedule(.chainStep(request), after: .microseconds(5)) }
    case .accept, .receive, .poll, .timer: advance(request, socket, after: nil)
    }
  }

  private func beginConnect(_ request: SimulatedRequest, _ socket: SimulatedSocket) {
    guard socket.state == .fresh, let endpoint = request.endpoint else {
      return finish(request, -Errno.invalidArgument.rawValue)
    }
    socket.state = .connecting
    socket.isOutgoing = endpoint.kind == .internet
    if chance(\.connectHangs) { return }
    let isRefused = chance(\.connectRefused) || !servers.contains { $0.endpoint == endpoint }
    let delay = Duration.microseconds(random.number(in: 20...2_000))
    schedule(.connectAnswer(request, isRefused ? .connectionRefused : nil), after: delay)
  }

  /// A timeout or a timer is over.
  func expire(_ request: SimulatedRequest) {
    guard !request.isOver else { return }
    if request.kind == .connect { socket(Descriptor(rawValue: request.descriptor)).state = .failed }
    let error: Errno = request.kind == .timer ? .timerExpired : .cancelled
    finish(request, -error.rawValue)
  }

  // MARK: Send

  private func doSend(_ request: SimulatedRequest, _ socket: SimulatedSocket) {
    verify(request)
    if let error = sendError(of: socket) { return finish(request, -error.rawValue) }
    let wanted = request.pieces.reduce(0) { $0 + $1.count }
    var room = min(wanted, socket.sendRoom)
    if room > 0, chance(\.sendWouldBlock) { room = 0 }
    if room > 1, chance(\.shortSend) { room = random.number(in: 1...room - 1) }
    guard room > 0 else { return finish(request, -Errno.wouldBlock.rawValue) }
    noteSend(on: socket)
    var left = room
    for piece in request.pieces where left > 0 {
      let count = min(left, piece.count)
      put(piece.copy(0..<count), into: socket)
      left -= count
    }
    finish(request, Int32(room))
  }

  func sendError(of socket: SimulatedSocket) -> Errno? {
    if let error = socket.takeError() { return error }
    if socket.isReset || socket.isShut { return .brokenPipe }
    return socket.state == .connected ? nil : .notConnected
  }

  private func checksum(of request: SimulatedRequest) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for piece in request.pieces { piece.hash(into: &hash) }
    return hash
  }

  /// The memory of a send must be what it was at its start.
  func verify(_ request: SimulatedRequest) {
    guard request.kind == .send, checksum(of: request) != request.checksum else { return }
    violation("memory of a send in flight on descriptor \(request.descriptor) has changed")
  }

  // MARK: Progress

  /// Lets the requests on a socket see a change of it.
  func advance(_ socket: SimulatedSocket, after change: PollEvents) {
    for request in requests where request.descriptor == socket.descriptor {
      guard request.isSubmitted, !request.isOver, socket.descriptor != nil else { continue }
      advance(request, socket, after: change)
    }
  }

  /// - Parameter change: what has just changed; nil when the request has just begun.
  private func advance(
    _ request: SimulatedRequest, _ socket: SimulatedSocket, after change: PollEvents?
  ) {
    switch request.kind {
    case .accept: advanceAccept(request, socket)
    case .receive: advanceReceive(request, socket)
    case .poll: advancePoll(request, socket, after: change)
    case .connect, .send, .timer, .fill, .empty: break
    }
  }

  private func advanceAccept(_ request: SimulatedRequest, _ listener: SimulatedSocket) {
    while !listener.backlog.isEmpty {
      if chance(\.acceptDescriptorLimit) || openCount >= descriptorsMax {
        return finish(request, -Errno.processDescriptorLimit.rawValue)
      }
      if chance(\.acceptAborted) {
        return finish(request, -Errno.connectionAborted.rawValue)
      }
      let descriptor = open(listener.backlog.removeFirst())
      guard request.isMultishot, !chance(\.multishotEndedEarly) else {
        return finish(request, descriptor.rawValue)
      }
      complete(request, descriptor.rawValue, isMore: true)
    }
  }

  private func advanceReceive(_ request: SimulatedRequest, _ socket: SimulatedSocket) {
    while !socket.received.isEmpty {
      if pool.freeCount == 0 || chance(\.noBufferSpace) {
        return finish(request, -Errno.noBufferSpace.rawValue)
      }
      let room = min(pool.bufferBytes, request.bytesLeft, socket.received.count)
      let bytes = take(from: socket, random.chance(0.1) ? random.number(in: 1...room) : room)
      let buffer = pool.lease(filledWith: bytes)
      request.bytesLeft -= bytes.count
      if request.bytesLeft == 0 || chance(\.multishotEndedEarly) {
        return finish(request, Int32(bytes.count), buffer: buffer)
      }
      complete(request, Int32(bytes.count), buffer: buffer, isMore: true)
    }
    if let error = socket.takeError() { return finish(request, -error.rawValue) }
    if socket.hasReceivedEnd || socket.isReset { return finish(request, 0) }
    if socket.state != .connected { finish(request, -Errno.notConnected.rawValue) }
  }

  private func advancePoll(
    _ request: SimulatedRequest, _ socket: SimulatedSocket, after change: PollEvents?
  ) {
    let wanted = request.events.union([.error, .hangUp])
    let events = socket.readiness.intersection(wanted)
    guard !events.isEmpty, change.map({ !$0.isDisjoint(with: wanted) }) ?? true else { return }
    if request.isMultishot, !chance(\.multishotEndedEarly) {
      complete(request, Int32(events.rawValue), isMore: true)
    } else {
      finish(request, Int32(events.rawValue))
    }
  }

  // MARK: Completions

  /// Makes the last completion of a request.
  func finish(_ request: SimulatedRequest, _ result: Int32, buffer: BufferIndex = .none) {
    request.isOver = true
    complete(request, result, buffer: buffer)
    if let chain = request.chain, request === chain.wait { goOn(chain, after: result) }
  }

  private func complete(
    _ request: SimulatedRequest, _ result: Int32, buffer: BufferIndex = .none, isMore: Bool = false
  ) {
    var due = now
    if chance(\.lateCompletion) {
      let most = max(1, Int(faults.latenessMax.nanoseconds))
      due = due + .nanoseconds(random.number(in: 1...most))
    }
    request.lastDue = max(due, request.lastDue, request.chain?.lastDue ?? due)
    request.chain?.lastDue = request.lastDue
    let completion = Completion(
      token: request.token, result: result, buffer: buffer, isMore: isMore)
    completions.append(
      PendingCompletion(completion: completion, request: request, due: request.lastDue))
  }
}
