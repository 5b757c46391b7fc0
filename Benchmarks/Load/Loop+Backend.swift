import Benchmarking
import CLinux
import Glibc

/// The backend's side of the loop.
extension Loop {
  /// Takes what waits at a listener, a handful a turn.
  mutating func accept(_ listener: Int32, _ role: Connection.Role) {
    for _ in 0..<32 {
      let descriptor = linux_accept(listener)
      if descriptor < 0 {
        if errno != EAGAIN && errno != EINTR && errno != ECONNABORTED {
          fail("accept4: \(String(cString: strerror(errno)))")
        }
        return
      }
      add(descriptor, role)
    }
  }

  /// Answers every complete message with as many bytes.
  mutating func serveEcho(_ descriptor: Int32, _ mask: UInt32) {
    let connection = connections + Int(descriptor)
    receiving: while true {
      switch receive(descriptor) {
      case .nothing: break receiving
      case .end: return remove(descriptor)
      case .bytes(let count, let isDrained):
        connection.pointee.received += count
        while connection.pointee.received >= plan.messageBytes {
          connection.pointee.received -= plan.messageBytes
          connection.pointee.toSend += plan.messageBytes
        }
        if isDrained { break receiving }
      }
    }
    let isFlushed = connection.pointee.toSend == 0 || flush(descriptor)
    // The FIN was there before the receive that found no more: nothing is left to come.
    if isFlushed && mask & EPOLLRDHUP.rawValue != 0 { remove(descriptor) }
  }

  /// Obeys what the client asked for and goes on streaming.
  mutating func serveBulk(_ descriptor: Int32) {
    let connection = connections + Int(descriptor)
    let count = recv(descriptor, content.scratch, 64, Int32(MSG_DONTWAIT))
    if count == 0 { return remove(descriptor) }
    if count < 0 && errno != EAGAIN {
      if !isEnding { fail("recv: \(String(cString: strerror(errno)))") }
      return remove(descriptor)
    }
    for index in 0..<max(0, count) {
      switch content.scratch[index] {
      case Connection.ping: connection.pointee.toSend += 1
      case Connection.start: connection.pointee.isStreaming = true
      default: fail("wrong bytes were received")
      }
    }
    if !connection.pointee.isStreaming {
      flush(descriptor)
    } else if !connection.pointee.isQueued {
      stream(descriptor)
    }
  }

  /// Sends one piece of a stream; the next one is for another turn.
  mutating func stream(_ descriptor: Int32) {
    let connection = connections + Int(descriptor)
    guard connection.pointee.isStreaming else { return }
    connection.pointee.toSend = 0
    // Beside an open loop a piece must not keep requests waiting for long.
    let piece = plan.kind == .fairness ? 64 << 10 : Content.pieceBytesMax
    if sendPiece(descriptor, piece) {
      connection.pointee.isQueued = true
      queue.append(descriptor)
    }
  }
}
