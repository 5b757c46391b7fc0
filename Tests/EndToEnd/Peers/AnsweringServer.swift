import Glibc

/// A server that speaks just enough of a protocol: one function says what it answers, and one thread
/// serves all clients.
public final class AnsweringServer: @unchecked Sendable {
  /// What becomes of what a client has said.
  public enum Answer: Sendable {
    /// It has not said enough yet.
    case waits
    case says([UInt8])
    /// The last words, after which the server closes.
    case ends([UInt8])

    public static func says(_ text: String) -> Answer { .says(Array(text.utf8)) }
    public static func ends(_ text: String) -> Answer { .ends(Array(text.utf8)) }
  }

  /// Takes what it understands from the front of what a client has said. Runs on the server's thread.
  public typealias Dialogue = @Sendable (inout [UInt8]) -> Answer

  private let wakeReader: Int32
  private let wakeWriter: Int32
  private let box = PeerBox()
  private var thread: PeerThread<Void>?

  /// - Parameters:
  ///   - address: where it listens.
  ///   - greeting: what a client is told before it has said anything.
  ///   - answer: the protocol.
  public init(
    _ address: PeerAddress, greeting: @escaping @Sendable () -> [UInt8] = { [] },
    answer: @escaping Dialogue
  ) throws {
    let listener = try Listener(address)
    (wakeReader, wakeWriter) = try Inheritance.pipe()
    let (wake, box) = (wakeReader, box)
    thread = PeerThread {
      var loop = AnsweringLoop(
        listener: listener, wake: wake, heard: box, greeting: greeting, answer: answer)
      try loop.run()
    }
  }

  deinit {
    stop()
    _ = close(wakeReader)
    _ = close(wakeWriter)
  }

  /// Everything that all clients have said so far, in the order in which it came.
  public var heard: [UInt8] { box.pieces.flatMap { $0 } }

  /// Closes the listener and every connection.
  public func stop() {
    guard let thread else { return }
    self.thread = nil
    _ = write(wakeWriter, [0], 1)
    _ = try? thread.join()
  }
}

/// What the thread of an answering server does.
private struct AnsweringLoop {
  let listener: Listener
  let wake: Int32
  let heard: PeerBox
  let greeting: @Sendable () -> [UInt8]
  let answer: AnsweringServer.Dialogue
  private var clients: [(connection: Connection, said: [UInt8])] = []

  init(
    listener: Listener, wake: Int32, heard: PeerBox, greeting: @escaping @Sendable () -> [UInt8],
    answer: @escaping AnsweringServer.Dialogue
  ) {
    self.listener = listener
    self.wake = wake
    self.heard = heard
    self.greeting = greeting
    self.answer = answer
  }

  mutating func run() throws {
    while true {
      var entries = [wake, listener.descriptor].map {
        pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
      }
      entries += clients.map {
        pollfd(fd: $0.connection.descriptor, events: Int16(POLLIN), revents: 0)
      }
      guard poll(&entries, nfds_t(entries.count), -1) >= 0 || errno == EINTR else {
        throw PeerFailure.call("poll")
      }
      if entries[0].revents != 0 { return }
      for index in clients.indices.reversed() where entries[index + 2].revents != 0 {
        if !serve(index) {
          clients[index].connection.close()
          clients.remove(at: index)
        }
      }
      while entries[1].revents != 0, let connection = try listener.acceptIfAny(within: .zero) {
        _ = try? connection.sendNow(greeting()[...])
        clients.append((connection, []))
      }
    }
  }

  /// - Returns: whether the client stays.
  private mutating func serve(_ index: Int) -> Bool {
    guard case .bytes(let piece) = try? clients[index].connection.receiveNow() else { return false }
    heard.append(piece)
    clients[index].said += piece
    while !clients[index].said.isEmpty {
      switch answer(&clients[index].said) {
      case .waits: return true
      case .says(let bytes): _ = try? clients[index].connection.sendNow(bytes[...])
      case .ends(let bytes):
        _ = try? clients[index].connection.sendNow(bytes[...])
        return false
      }
    }
    return true
  }
}
