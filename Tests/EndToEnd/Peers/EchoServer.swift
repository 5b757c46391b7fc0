import Glibc

/// A server for any number of clients that sends back what it receives, on one thread.
///
/// After the client's FIN it sends the rest and closes. A greeting, when there is one, goes out
/// first, so that a client can tell which server it has reached.
public final class EchoServer: @unchecked Sendable {
  public let port: UInt16
  private let wakeReader: Int32
  private let wakeWriter: Int32
  private let accepted = Counter()
  private var thread: PeerThread<Void>?

  /// - Parameter port: where to listen; nil takes a port that nobody else will ever have.
  public init(greeting: String = "", port: UInt16? = nil) throws {
    let listener = try Listener(.loopback(port: port ?? FreePort.take()))
    self.port = listener.port
    (wakeReader, wakeWriter) = try Inheritance.pipe()
    let (wake, accepted) = (wakeReader, accepted)
    thread = PeerThread {
      var loop = EchoLoop(
        listener: listener, wake: wake, greeting: Array(greeting.utf8), accepted: accepted)
      try loop.run()
    }
  }

  deinit {
    stop()
    _ = close(wakeReader)
    _ = close(wakeWriter)
  }

  /// How many clients it has accepted.
  public var acceptedCount: Int { Int(accepted.current) }

  /// Closes the listener and every connection.
  public func stop() {
    guard let thread else { return }
    self.thread = nil
    _ = write(wakeWriter, [0], 1)
    _ = try? thread.join()
  }
}

/// What the thread of an echo server does.
private struct EchoLoop {
  struct Client {
    let connection: Connection
    var pending: [UInt8]
    var isFinished = false

    /// Receiving stops while there is much to send, so that a slow reader slows its sender.
    var wantsMore: Bool { !isFinished && pending.count < 1 << 20 }

    var interest: Int16 {
      Int16(wantsMore ? POLLIN : 0) | Int16(pending.isEmpty ? 0 : POLLOUT)
    }
  }

  let listener: Listener
  let greeting: [UInt8]
  let accepted: Counter
  /// What poll(2) looks at: the end of the wake-up pipe, the listener, then every client.
  private var entries: [pollfd]
  private var clients: [Client] = []
  private static let firstClient = 2

  init(listener: Listener, wake: Int32, greeting: [UInt8], accepted: Counter) {
    self.listener = listener
    self.greeting = greeting
    self.accepted = accepted
    entries = [wake, listener.descriptor].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
  }

  mutating func run() throws {
    while true {
      let count = poll(&entries, nfds_t(entries.count), -1)
      guard count >= 0 || errno == EINTR else { throw PeerFailure.call("poll") }
      guard entries[0].revents == 0 else { return }
      // From the last to the first, for a client that goes is replaced by the last one.
      for index in clients.indices.reversed() where entries[index + Self.firstClient].revents != 0 {
        serve(index)
      }
      if entries[1].revents != 0 { try acceptAll() }
    }
  }

  private mutating func acceptAll() throws {
    while let connection = try listener.acceptIfAny(within: .zero) {
      accepted.advance()
      clients.append(Client(connection: connection, pending: greeting))
      entries.append(pollfd(fd: connection.descriptor, events: 0, revents: 0))
      serve(clients.count - 1)
    }
  }

  private mutating func serve(_ index: Int) {
    // A client that fails is dropped like one that has been served to the end.
    if (try? advance(&clients[index])) == true {
      entries[index + Self.firstClient].events = clients[index].interest
    } else {
      clients[index].connection.close()
      clients.swapAt(index, clients.count - 1)
      entries.swapAt(index + Self.firstClient, entries.count - 1)
      clients.removeLast()
      entries.removeLast()
    }
  }

  /// Sends and receives what is possible; false when the client is served to the end.
  private func advance(_ client: inout Client) throws -> Bool {
    if client.wantsMore {
      switch try client.connection.receiveNow() {
      case .bytes(let bytes): client.pending += bytes
      case .ended(.finished): client.isFinished = true
      case .ended(.reset): return false
      case .nothing: break
      }
    }
    if !client.pending.isEmpty {
      client.pending.removeFirst(try client.connection.sendNow(client.pending[...]))
    }
    return !(client.isFinished && client.pending.isEmpty)
  }
}
