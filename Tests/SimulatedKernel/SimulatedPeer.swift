public import Basics
import KernelIO

/// A client or a server at the other end of one of the engine's connections: what it is to do, and
/// what came of it.
public final class SimulatedPeer {
  /// How a connection ended for its peer.
  public enum Ending: Sendable, Hashable {
    /// It is still there, or was never made.
    case none
    /// The peer closed it.
    case closed
    /// The peer reset it.
    case reset
    /// The other side reset it.
    case resetByOther
    /// There was no listener.
    case refused
  }

  /// The number of the peer in its world, in the order of appearance.
  public let number: Int
  /// The client's address, or the one the server was reached at.
  public let endpoint: Endpoint
  /// What it is to do.
  public let script: PeerScript
  /// What it sends in `sendContent`.
  public let content: StreamContent
  /// What its socket took from it, and what it has read.
  public internal(set) var sent = StreamRecord()
  /// What it has read.
  public internal(set) var received = StreamRecord()
  /// Whether it has seen the FIN of the other side.
  public internal(set) var hasSeenEnd = false
  /// How it ended.
  public internal(set) var ending = Ending.none
  /// When it was connected.
  public internal(set) var connectedAt: Instant?
  /// When it saw the end, the reset, or closed by itself.
  public internal(set) var endedAt: Instant?
  /// The address of the other side as the peer sees it; nil for unix sockets.
  public var remoteAddress: SocketAddress? { socket?.remote }
  /// Whether every step is done.
  public var isDone: Bool { step == script.steps.count }

  var socket: SimulatedSocket?
  private var step = 0
  private var contentOffset = 0
  private var outgoing = ByteQueue()
  private var echoing = false
  private var isReading = true
  private var waitUntil: Instant?
  private var nextPiece = Instant.origin
  private var nextRead = Instant.origin
  private var isStepBegun = false

  init(number: Int, endpoint: Endpoint, script: PeerScript, content: StreamContent) {
    self.number = number
    self.endpoint = endpoint
    self.script = script
    self.content = content
  }

  /// Looks at the connection and goes on with the script as far as possible.
  func act(in world: SimulatedWorld) {
    guard let socket, ending == .none else { return }
    if socket.isReset {
      read(socket, world)
      return end(.resetByOther, world)
    }
    if isReading || socket.hasReceivedEnd { read(socket, world) }
    while ending == .none {
      pushOut(socket, world)
      guard outgoing.isEmpty, step < script.steps.count else { return }
      guard advance(script.steps[step], socket, world) else { return }
      step += 1
      isStepBegun = false
    }
  }

  private func end(_ how: Ending, _ world: SimulatedWorld) {
    ending = how
    endedAt = world.now
    guard let socket else { return }
    switch how {
    case .closed: world.close(socket)
    case .reset: world.reset(socket)
    case .none, .refused, .resetByOther: socket.isClosed = true
    }
  }

  // MARK: Steps

  /// - Returns: whether the step is done.
  private func advance(_ step: PeerStep, _ socket: SimulatedSocket, _ world: SimulatedWorld) -> Bool
  {
    let isFirst = !isStepBegun
    isStepBegun = true
    if isFirst, world.chance(\.peerReset) {
      end(.reset, world)
      return false
    }
    switch step {
    case .send(let bytes):
      if isFirst { outgoing.append(bytes) }
      pushOut(socket, world)
      return outgoing.isEmpty
    case .sendContent(let count):
      if isFirst {
        outgoing.append(content.bytes(contentOffset..<contentOffset + count))
        contentOffset += count
      }
      pushOut(socket, world)
      return outgoing.isEmpty
    case .receive(let count): return received.count >= count || hasSeenEnd
    case .receiveToEnd: return hasSeenEnd
    case .echo:
      echoing = true
      return hasSeenEnd && outgoing.isEmpty
    case .wait(let duration):
      if isFirst {
        waitUntil = world.now + duration
        world.schedule(.peer(self), after: duration)
      }
      return world.now >= waitUntil ?? .origin
    case .stopReading: isReading = false
    case .resumeReading:
      isReading = true
      read(socket, world)
    case .shutdownWriting: world.shutdownWriting(socket)
    case .close:
      end(.closed, world)
    case .reset:
      end(.reset, world)
    }
    return true
  }

  // MARK: Bytes

  private func read(_ socket: SimulatedSocket, _ world: SimulatedWorld) {
    while isReading, !socket.received.isEmpty {
      guard world.now >= nextRead else { return }
      let bytes = world.take(from: socket, script.readBytes)
      received.append(bytes)
      if echoing || isAboutToEcho { outgoing.append(bytes) }
      guard script.readGap > .zero else { continue }
      nextRead = world.now + script.readGap
      world.schedule(.peer(self), after: script.readGap)
    }
    if isReading, socket.hasReceivedEnd, socket.received.isEmpty, !hasSeenEnd {
      hasSeenEnd = true
      if endedAt == nil { endedAt = world.now }
    }
  }

  /// What arrives before the echo begins belongs to it too.
  private var isAboutToEcho: Bool {
    script.steps.dropFirst(step).contains { if case .echo = $0 { true } else { false } }
  }

  private func pushOut(_ socket: SimulatedSocket, _ world: SimulatedWorld) {
    while !outgoing.isEmpty, socket.sendRoom > 0, world.now >= nextPiece {
      let bytes = outgoing.removeFirst(min(script.pieceBytes, socket.sendRoom))
      sent.append(bytes)
      world.put(bytes, into: socket)
      guard script.pieceGap > .zero else { continue }
      nextPiece = world.now + script.pieceGap
      world.schedule(.peer(self), after: script.pieceGap)
    }
  }
}
