import Basics
import KernelIO

// How bytes go through pipes.
extension SimulatedWorld {
  /// One end of a pipe among the engine's descriptors.
  func openPipeEnd(_ pipe: SimulatedPipe) -> Descriptor {
    let end = SimulatedSocket(
      .pipe, endpoint: Endpoint(SocketAddress(ip: IPAddress(v4: 0), port: 0)))
    end.pipe = pipe
    return open(end)
  }

  /// splice(2) without waiting.
  func splice(
    from source: SimulatedSocket, to target: SimulatedSocket, bytesMax: Int
  ) -> Result<Int, Errno> {
    if let pipe = target.pipe { return splice(from: source, into: pipe, bytesMax: bytesMax) }
    guard let pipe = source.pipe else { return .failure(.invalidArgument) }
    return splice(from: pipe, into: target, bytesMax: bytesMax)
  }

  private func splice(
    from socket: SimulatedSocket, into pipe: SimulatedPipe, bytesMax: Int
  ) -> Result<Int, Errno> {
    if let request = requests.first(where: {
      $0.kind == .receive && $0.descriptor == socket.descriptor && !$0.isOver
    }) {
      violation("the engine splices descriptor \(request.descriptor) under a receive")
    }
    guard !socket.received.isEmpty else {
      if let error = socket.takeError() { return .failure(error) }
      return socket.hasReceivedEnd || socket.isReset ? .success(0) : .failure(.wouldBlock)
    }
    var room = min(bytesMax, pipe.capacity - pipe.content.count, socket.received.count)
    guard room > 0 else { return .failure(.wouldBlock) }
    if room > 1, chance(\.shortSplice) { room = random.number(in: 1...room - 1) }
    pipe.content.append(take(from: socket, room))
    return .success(room)
  }

  private func splice(
    from pipe: SimulatedPipe, into socket: SimulatedSocket, bytesMax: Int
  ) -> Result<Int, Errno> {
    if requests.contains(where: { $0.kind == .send && $0.descriptor == socket.descriptor }) {
      violation("the engine splices to a descriptor with a send in flight")
    }
    guard !pipe.content.isEmpty else { return .failure(.wouldBlock) }
    if let error = sendError(of: socket) { return .failure(error) }
    var room = min(bytesMax, pipe.content.count, socket.sendRoom)
    if room > 0, chance(\.sendWouldBlock) { room = 0 }
    if room > 1, chance(\.shortSplice) { room = random.number(in: 1...room - 1) }
    guard room > 0 else { return .failure(.wouldBlock) }
    noteSend(on: socket)
    put(pipe.content.removeFirst(room), into: socket)
    return .success(room)
  }
}

// Chains: a thread of the kernel takes its time for each splice.
extension SimulatedWorld {
  /// The wait of a chain is over.
  func goOn(_ chain: SimulatedChain, after result: Int32) {
    guard let fill = chain.fill, let empty = chain.empty else { return }
    guard result > 0 else {
      finish(fill, -Errno.cancelled.rawValue)
      finish(empty, -Errno.cancelled.rawValue)
      return
    }
    schedule(.chainStep(fill), after: .microseconds(random.number(in: 1...50)))
  }

  /// A thread of the kernel does a splice of a chain.
  func runChainStep(_ request: SimulatedRequest) {
    guard let chain = request.chain, !request.isOver else { return }
    let socket = self.socket(Descriptor(rawValue: request.descriptor))
    let moved =
      request.kind == .fill
      ? splice(from: socket, into: chain.pipe, bytesMax: chain.bytesMax)
      : splice(from: chain.pipe, into: socket, bytesMax: chain.bytesMax)
    switch moved {
    case .success(let count): finish(request, Int32(count))
    case .failure(let error): finish(request, -error.rawValue)
    }
    if request.kind == .fill, let empty = chain.empty {
      schedule(.chainStep(empty), after: .microseconds(random.number(in: 1...50)))
    }
  }

  /// Whether a request still uses a pipe.
  func isInChain(_ pipe: SimulatedPipe?) -> Bool {
    pipe != nil && requests.contains { $0.chain?.pipe === pipe }
  }
}
