import Benchmarking
import Glibc
import Histogram

/// The clients' side of the loop.
extension Loop {
  // MARK: Closed loops

  /// Starts a message on a connection.
  mutating func startMessage(_ descriptor: Int32, _ now: UInt64) {
    let connection = connections + Int(descriptor)
    started += 1
    connection.pointee.startedAt = now
    connection.pointee.toSend = plan.messageBytes
    flush(descriptor)
  }

  /// Hears an answer, and starts the next message (visit: connection) when it is complete.
  mutating func hearEcho(_ descriptor: Int32) {
    let connection = connections + Int(descriptor)
    if connection.pointee.toSend > 0 { flush(descriptor) }
    while true {
      switch receive(descriptor) {
      case .nothing: return
      case .end:
        fail("the connection was closed before its answer")
        return remove(descriptor)
      case .bytes(let count, let isDrained):
        connection.pointee.received += count
        if isRecording { result.bytes += count }
        result.allBytes += count
        if connection.pointee.received >= plan.messageBytes { return complete(descriptor) }
        if isDrained { return }
      }
    }
  }

  private mutating func complete(_ descriptor: Int32) {
    let connection = connections + Int(descriptor)
    guard connection.pointee.received == plan.messageBytes, connection.pointee.toSend == 0 else {
      return fail("more bytes came back than were sent")
    }
    connection.pointee.received = 0
    let now = Clock.now()
    result.allMessages += 1
    if isRecording {
      result.messages += 1
      histogram.record(now - connection.pointee.startedAt)
    }
    if connection.pointee.role == .visitClient {
      remove(descriptor)
      if isRepeating { startVisit(now) }
    } else if isRepeating {
      startMessage(descriptor, now)
    }
  }

  /// Connects and sends at once: on one machine the handshake is done when connect(2) returns.
  mutating func startVisit(_ now: UInt64) {
    guard let echoAddress else { return }
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
    let descriptor = socket(AF_INET, type | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return fail("socket: \(String(cString: strerror(errno)))") }
    let connected = echoAddress.with { connect(descriptor, $0, $1) }
    if connected != 0 && errno != EINPROGRESS {
      return fail("connect: \(String(cString: strerror(errno)))")
    }
    result.allConnections += 1
    started += 1
    let count = send(
      descriptor, content.bytes, plan.messageBytes,
      Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL))
    if count < 0 && errno != EAGAIN {
      fail("send: \(String(cString: strerror(errno)))")
    }
    let sent = max(0, count)
    add(descriptor, .visitClient, watchesOutput: sent < plan.messageBytes)
    let connection = connections + Int(descriptor)
    connection.pointee.startedAt = now
    connection.pointee.toSend = plan.messageBytes - sent
    connection.pointee.sendOffset = sent
  }

  // MARK: Open loop

  /// Sends the requests that are due. Request k belongs to connection k modulo their number, so
  /// the time when any answer's request was due follows from its place in its stream.
  mutating func sendDue(_ now: UInt64) {
    while scheduleStart + UInt64(scheduled) * schedulePeriod <= now {
      let descriptor = clients[scheduled % plan.connections]
      scheduled += 1
      connections[Int(descriptor)].toSend += plan.messageBytes
      flush(descriptor)
    }
  }

  /// Hears answers; each one's latency counts from the moment its request was due.
  mutating func hearOpen(_ descriptor: Int32) {
    let connection = connections + Int(descriptor)
    if connection.pointee.toSend > 0 { flush(descriptor) }
    while true {
      switch receive(descriptor) {
      case .nothing: return
      case .end:
        fail("the connection was closed before its answer")
        return remove(descriptor)
      case .bytes(let count, let isDrained):
        connection.pointee.received += count
        if isRecording { result.bytes += count }
        result.allBytes += count
        if connection.pointee.received >= plan.messageBytes {
          let now = Clock.now()
          while connection.pointee.received >= plan.messageBytes {
            connection.pointee.received -= plan.messageBytes
            answer(connection, now)
          }
        }
        if isDrained { return }
      }
    }
  }

  private mutating func answer(_ connection: UnsafeMutablePointer<Connection>, _ now: UInt64) {
    let request = connection.pointee.answered * plan.connections + connection.pointee.index
    connection.pointee.answered += 1
    result.allMessages += 1
    if isRecording { result.messages += 1 }
    let due = scheduleStart + UInt64(request) * schedulePeriod
    if due >= windowStart && due < windowEnd { histogram.record(now - due) }
  }

  // MARK: Bulk

  /// Throws away what comes.
  mutating func sink(_ descriptor: Int32) {
    while true {
      switch receive(descriptor) {
      case .nothing: return
      case .end:
        fail("the connection was closed in the middle of its stream")
        return remove(descriptor)
      case .bytes(let count, let isDrained):
        result.allBytes += count
        if connections[Int(descriptor)].startedAt != 0 {
          connections[Int(descriptor)].startedAt = 0
          result.allMessages += 1
        }
        if isRecording {
          if plan.kind == .bulk { result.bytes += count } else { result.bulkBytes += count }
        }
        if isDrained { return }
      }
    }
  }

  /// Sends a single byte to a bulk backend.
  mutating func command(_ descriptor: Int32, _ byte: UInt8) {
    var byte = byte
    if byte == Connection.ping { connections[Int(descriptor)].startedAt = 1 }
    if send(descriptor, &byte, 1, Int32(MSG_NOSIGNAL)) != 1 {
      fail("send: \(String(cString: strerror(errno)))")
    }
  }
}
