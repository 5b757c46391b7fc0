/// Why and in which phase a session ended: the two letters of `%ts`. HAProxy manual, section 8.5.
public struct TerminationState: Hashable, Sendable {
  /// The first letter: who ended the session, or what.
  public enum Cause: UInt8, Sendable {
    /// Either side closed in the normal way.
    case normal = 0x2d
    /// The client aborted.
    case clientAbort = 0x43
    /// The server aborted or refused, or there was none.
    case serverAbort = 0x53
    /// The proxy's own rules or limits.
    case proxy = 0x50
    /// Handled by the proxy itself.
    case local = 0x4c
    /// A resource ran out.
    case resource = 0x52
    /// An error inside the proxy.
    case internalError = 0x49
    /// Ended because the server went down.
    case down = 0x44
    /// Ended because a better server came back.
    case up = 0x55
    /// Ended by an administrator or by the end of the process.
    case killed = 0x4b
    /// The client-side timeout expired.
    case clientTimeout = 0x63
    /// The server-side timeout expired, that of connecting and of the queue included.
    case serverTimeout = 0x73
  }

  /// The second letter: how far the session had come.
  public enum Phase: UInt8, Sendable {
    case normal = 0x2d
    /// Waiting for the request, or inspecting it.
    case request = 0x52
    /// Waiting in a queue.
    case queue = 0x51
    /// Connecting to the server.
    case connect = 0x43
    /// Transferring data.
    case data = 0x44
    /// The server has finished, its last data is on the way to the client.
    case lastData = 0x4c
  }

  /// The first letter
  public var cause: Cause = .normal
  /// The second letter
  public var phase: Phase = .normal

  /// A session that nothing has ended yet, or that ended in the normal way: `--`.
  public init() {}

  /// - Parameters:
  ///   - cause: who ended the session, or what.
  ///   - phase: how far the session had come.
  public init(_ cause: Cause, _ phase: Phase) {
    self.cause = cause
    self.phase = phase
  }
}
