import Glibc

/// A server that treats every client alike: it waits for something, or not, and then says its line.
/// One thread serves all of them.
public final class ScriptedServer: @unchecked Sendable {
  /// What happens behind the line.
  public enum Ending: Sendable { case close, stay, reset }

  /// What a client gets.
  public struct Script: Sendable {
    /// Whether it has to say something first.
    public var listensFirst: Bool
    /// What it is told, one entry for each time it says something.
    public var lines: [[UInt8]]
    /// What happens after the last line.
    public var ending: Ending

    public init(_ lines: [[UInt8]], listensFirst: Bool = true, then ending: Ending = .close) {
      self.lines = lines
      self.listensFirst = listensFirst
      self.ending = ending
    }

    public static func says(
      _ text: String, listensFirst: Bool = true, then ending: Ending = .close
    ) -> Script {
      Script([Array(text.utf8)], listensFirst: listensFirst, then: ending)
    }
  }

  public let port: UInt16
  private let wakeReader: Int32
  private let wakeWriter: Int32
  private var thread: PeerThread<Void>?
  private let heard: PeerBox

  public init(_ script: Script) throws {
    let listener = try Listener(.loopback(port: try FreePort.take()))
    port = listener.port
    heard = PeerBox()
    (wakeReader, wakeWriter) = try Inheritance.pipe()
    let (wake, heard) = (wakeReader, heard)
    thread = PeerThread { try Self.serve(listener, script, wake: wake, heard: heard) }
  }

  deinit {
    _ = write(wakeWriter, [0], 1)
    _ = try? thread?.join()
    _ = close(wakeReader)
    _ = close(wakeWriter)
  }

  /// Every piece that clients have said so far.
  public var pieces: [[UInt8]] { heard.pieces }

  private static func serve(
    _ listener: Listener, _ script: Script, wake: Int32, heard: PeerBox
  ) throws {
    var clients: [(connection: Connection, said: Int)] = []
    while true {
      var entries = [pollfd(fd: wake, events: Int16(POLLIN), revents: 0)]
      entries.append(pollfd(fd: listener.descriptor, events: Int16(POLLIN), revents: 0))
      entries += clients.map {
        pollfd(fd: $0.connection.descriptor, events: Int16(POLLIN), revents: 0)
      }
      guard poll(&entries, nfds_t(entries.count), -1) >= 0 || errno == EINTR else {
        throw PeerFailure.call("poll")
      }
      if entries[0].revents != 0 { return }
      for index in clients.indices.reversed() where entries[index + 2].revents != 0 {
        guard case .bytes(let piece) = try? clients[index].connection.receiveNow() else {
          clients[index].connection.close()
          clients.remove(at: index)
          continue
        }
        heard.append(piece)
        if !say(script, &clients[index]) { clients.remove(at: index) }
      }
      while entries[1].revents != 0, let connection = try listener.acceptIfAny(within: .zero) {
        var client = (connection: connection, said: 0)
        if script.listensFirst || say(script, &client) { clients.append(client) }
      }
    }
  }

  /// - Returns: whether the client stays.
  private static func say(
    _ script: Script, _ client: inout (connection: Connection, said: Int)
  ) -> Bool {
    if client.said < script.lines.count {
      _ = try? client.connection.sendNow(script.lines[client.said][...])
      client.said += 1
    }
    guard client.said >= script.lines.count else { return true }
    switch script.ending {
    case .stay: return true
    case .close: client.connection.close()
    case .reset: client.connection.reset()
    }
    return false
  }
}

/// Pieces that one thread adds and another reads.
final class PeerBox: @unchecked Sendable {
  private var lock = pthread_mutex_t()
  private var stored: [[UInt8]] = []

  init() { pthread_mutex_init(&lock, nil) }
  deinit { pthread_mutex_destroy(&lock) }

  func append(_ piece: [UInt8]) {
    pthread_mutex_lock(&lock)
    stored.append(piece)
    pthread_mutex_unlock(&lock)
  }

  var pieces: [[UInt8]] {
    pthread_mutex_lock(&lock)
    defer { pthread_mutex_unlock(&lock) }
    return stored
  }
}
