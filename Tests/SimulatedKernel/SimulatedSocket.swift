import Basics
import KernelIO

/// One end of a simulated connection, or a listening or datagram socket.
final class SimulatedSocket {
  enum State {
    case fresh, connecting, connected, listening, datagram
    /// One end of a pipe.
    case pipe
    /// A connect went wrong: good for nothing but closing.
    case failed
  }

  var state: State
  /// The engine's number; nil for the peers' ends and for what the engine has closed.
  var descriptor: Int32?
  /// Who acts on this end, for the ends that are not the engine's.
  var owner: SimulatedPeer?
  var other: SimulatedSocket?
  var local: SocketAddress?
  var remote: SocketAddress?
  let endpoint: Endpoint
  /// Connections that wait to be accepted, with room for `backlogMax`.
  var backlog: [SimulatedSocket] = []
  var backlogMax = 0

  var sent = ByteQueue()
  var sentMax = 65_536
  var received = ByteQueue()
  var receivedMax = 65_536
  var latency: Duration = .microseconds(50)
  /// Whether a delivery from here is on its way.
  var isDelivering = false
  /// Whether this end will send no more, and whether the other end knows.
  var isShut = false
  var hasSentEnd = false
  var hasReceivedEnd = false
  /// Whether the connection was torn down, and the error that the next call will report.
  var isReset = false
  var pendingError: Errno?
  /// Whether its owner closed it. What it sent is still delivered.
  var isClosed = false
  /// Whether the engine connected it over TCP, where small pieces behind others would be kept back.
  var isOutgoing = false
  /// Whether it has TCP_NODELAY.
  var hasNoDelay = false
  /// Whether the engine gave it anything to send.
  var hasSent = false
  /// Whether the peer has not heard that the connection stands: TCP_QUICKACK is off, nothing was sent.
  var withholdsAcknowledgement = false
  /// The pipe that this is an end of.
  var pipe: SimulatedPipe?

  init(_ state: State, endpoint: Endpoint) {
    self.state = state
    self.endpoint = endpoint
  }

  var sendRoom: Int { max(0, sentMax - sent.count) }
  var receiveRoom: Int { max(0, receivedMax - received.count) }

  /// What poll(2) would say.
  var readiness: PollEvents {
    switch state {
    case .fresh, .failed: return [.writable, .hangUp]
    case .connecting: return []
    case .datagram, .pipe: return .writable
    case .listening: return backlog.isEmpty ? [] : .readable
    case .connected: break
    }
    var events: PollEvents = []
    if !received.isEmpty || hasReceivedEnd || isReset { events.insert(.readable) }
    if hasReceivedEnd || isReset { events.insert(.readHangUp) }
    // As on Linux, a third of the room must be free.
    if sendRoom * 3 >= sentMax || isShut || isReset { events.insert(.writable) }
    if pendingError != nil { events.insert(.error) }
    if isReset || (hasReceivedEnd && isShut) { events.insert(.hangUp) }
    return events
  }

  /// The error of the next call, told once.
  func takeError() -> Errno? {
    defer { pendingError = nil }
    return pendingError
  }
}

/// The inside of a pipe.
final class SimulatedPipe {
  var content = ByteQueue()
  let capacity: Int

  init(capacity: Int) { self.capacity = capacity }
}
