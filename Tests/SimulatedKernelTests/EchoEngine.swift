import Basics
import KernelIO
import SimulatedKernel

/// The smallest engine that keeps a kernel's promises under every fault: it sends back what it
/// receives, and closes whoever is silent for too long.
struct EchoEngine: ~Copyable {
  private struct Connection {
    var socket: Descriptor
    var generation: UInt32
    var queue: [(buffer: BufferIndex, offset: Int, count: Int)] = []
    var isReceiving = false
    var isSending = false
    var isPolling = false
    var isResting = false
    var hasEnded = false
    var hasFailed = false
    var isCancelled = false
    var isInFlight: Bool { isReceiving || isSending || isPolling || isResting }
  }

  private enum Operation: UInt8 { case accept = 1, receive, send, poll, rest, acceptAgain }

  var kernel: SimulatedKernel
  let listener: Descriptor
  private var connections: [Connection?] = []
  private var generations: UInt32 = 0
  private var isAccepting = false
  private var isStopping = false
  private let timeout = Duration.seconds(5)

  init(kernel: consuming SimulatedKernel, listener: Descriptor) {
    self.kernel = kernel
    self.listener = listener
  }

  /// Serves until nothing will happen any more, then closes everything.
  mutating func run() {
    accept()
    while !kernel.world.isQuiet || connections.contains(where: { $0 != nil }) { turn() }
    isStopping = true
    kernel.cancel(token(.accept, 0))
    while isAccepting { turn() }
    kernel.close(listener)
  }

  private mutating func turn() {
    let count = kernel.turn(deadline: nil)
    for index in 0..<count { handle(kernel.completion(at: index)) }
    kernel.finishTurn(count)
  }

  private func token(_ operation: Operation, _ slot: Int) -> Token {
    let generation =
      operation == .accept || operation == .acceptAgain
      ? 0 : connections[slot]?.generation ?? 0
    return Token(operation: operation.rawValue, slot: UInt32(slot), generation: generation)
  }

  private mutating func accept() {
    isAccepting = true
    kernel.accept(on: listener, multishot: true, token: token(.accept, 0))
  }

  private mutating func handle(_ completion: Completion) {
    guard let operation = Operation(rawValue: completion.token.operation) else { return }
    let slot = Int(completion.token.slot)
    switch operation {
    case .accept:
      if completion.result >= 0 { add(Descriptor(rawValue: completion.result)) }
      guard !completion.isMore else { return }
      isAccepting = false
      guard !isStopping else { return }
      kernel.timer(at: kernel.now + .milliseconds(1), token: token(.acceptAgain, 0))
      isAccepting = true
      return
    case .acceptAgain:
      isAccepting = false
      if !isStopping { accept() }
      return
    case .receive: received(completion, slot)
    case .send: sent(completion, slot)
    case .poll:
      connections[slot]?.isPolling = false
      if completion.error != nil { connections[slot]?.hasFailed = true }
    case .rest: connections[slot]?.isResting = false
    }
    step(slot)
  }

  private mutating func add(_ socket: Descriptor) {
    generations += 1
    let slot = connections.firstIndex { $0 == nil } ?? connections.count
    if slot == connections.count { connections.append(nil) }
    connections[slot] = Connection(socket: socket, generation: generations)
    step(slot)
  }

  private mutating func received(_ completion: Completion, _ slot: Int) {
    if !completion.isMore { connections[slot]?.isReceiving = false }
    if completion.result > 0 {
      connections[slot]?.queue.append((completion.buffer, 0, Int(completion.result)))
    } else if completion.result == 0 {
      connections[slot]?.hasEnded = true
    } else if completion.error == .noBufferSpace {
      connections[slot]?.isResting = true
      kernel.timer(at: kernel.now + .milliseconds(1), token: token(.rest, slot))
    } else {
      connections[slot]?.hasFailed = true
    }
  }

  private mutating func sent(_ completion: Completion, _ slot: Int) {
    connections[slot]?.isSending = false
    guard let socket = connections[slot]?.socket else { return }
    if completion.error == .wouldBlock {
      connections[slot]?.isPolling = true
      kernel.poll(
        socket, for: .writable, multishot: false, timeout: timeout, token: token(.poll, slot))
    } else if completion.result < 0 {
      connections[slot]?.hasFailed = true
    } else {
      var left = Int(completion.result)
      while left > 0, let first = connections[slot]?.queue.first {
        let count = min(left, first.count)
        left -= count
        connections[slot]?.queue[0].offset += count
        connections[slot]?.queue[0].count -= count
        guard count == first.count else { continue }
        kernel.giveBack(first.buffer)
        connections[slot]?.queue.removeFirst()
      }
    }
  }

  private mutating func step(_ slot: Int) {
    guard let connection = connections[slot] else { return }
    if connection.hasFailed { return fail(slot, connection) }
    if !connection.queue.isEmpty {
      if !connection.isSending, !connection.isPolling { send(slot, connection) }
    } else if connection.hasEnded, !connection.isInFlight {
      kernel.shutdownWriting(connection.socket)
      kernel.close(connection.socket)
      connections[slot] = nil
      return
    }
    if !connection.isReceiving, !connection.isResting, !connection.hasEnded,
      connection.queue.count < 2
    {
      connections[slot]?.isReceiving = true
      kernel.receive(
        on: connection.socket, bytesMax: kernel.bufferBytes * 3, timeout: timeout,
        token: token(.receive, slot))
    }
  }

  private mutating func send(_ slot: Int, _ connection: Connection) {
    connections[slot]?.isSending = true
    let pieces = connection.queue.prefix(sendPiecesMax).map {
      SendPiece(base: kernel.memory(of: $0.buffer) + $0.offset, count: $0.count)
    }
    pieces.withUnsafeBufferPointer {
      kernel.send(on: connection.socket, pieces: $0, token: token(.send, slot))
    }
  }

  private mutating func fail(_ slot: Int, _ connection: Connection) {
    guard !connection.isInFlight else {
      guard !connection.isCancelled else { return }
      connections[slot]?.isCancelled = true
      for operation in [Operation.receive, .poll, .rest] { kernel.cancel(token(operation, slot)) }
      return
    }
    for piece in connection.queue { kernel.giveBack(piece.buffer) }
    kernel.closeWithReset(connection.socket)
    connections[slot] = nil
  }
}
