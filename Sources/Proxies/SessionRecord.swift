public import Basics

/// Everything a log line can say about one session: a trivial value, filled by whoever runs the
/// session when the line is due.
public struct SessionRecord: Sendable {
  /// When the connection was accepted.
  public var acceptDate = WallTime(microseconds: 0)
  /// When the line is written.
  public var logDate = WallTime(microseconds: 0)
  /// The client, after a PROXY header; nil for a unix socket.
  public var clientAddress: SocketAddress?
  /// The address the client connected to; nil for a unix socket.
  public var frontendAddress: SocketAddress?
  /// This side's address of the connection to the server; nil without one.
  public var backendSourceAddress: SocketAddress?
  /// The server's address; nil without one.
  public var serverAddress: SocketAddress?
  /// Index of the frontend in `Configuration.proxies`
  public var frontend = 0
  /// Index of the listener in the frontend's listeners
  public var listener = 0
  /// Index of the backend in `Configuration.proxies`; -1 when none was chosen
  public var backend = -1
  /// Index of the server last tried in the backend's servers; -1 for `<NOSRV>`
  public var server = -1
  /// `%Th`: milliseconds the handshake took (PROXY header); -1 when it did not end
  public var handshakeMilliseconds: Int64 = 0
  /// `%Tw`: milliseconds waited for a place; -1 when the queue was not reached or not left
  public var waitMilliseconds: Int64 = -1
  /// `%Tc`: milliseconds until the connection to the server was there; -1 when it never was
  public var connectMilliseconds: Int64 = -1
  /// `%Tt`: milliseconds from accept to the end
  public var totalMilliseconds: Int64 = 0
  /// `%B`: bytes from the server to the client
  public var bytesToClient: UInt64 = 0
  /// `%U`: bytes from the client to the server
  public var bytesToServer: UInt64 = 0
  public var termination = TerminationState()
  /// `%ac`, `%fc`, `%bc`, `%sc`: sessions at the time of the line
  public var processConnections = 0
  public var frontendConnections = 0
  public var backendConnections = 0
  public var serverConnections = 0
  /// `%rc`: connection attempts after the first
  public var retries = 0
  /// Whether the session moved to another server: `+` before `%rc`
  public var isRedispatched = false
  /// `%sq`: places in the server's queue that were served first
  public var serverQueue = 0
  /// `%bq`: places in the backend's queue that were served first
  public var backendQueue = 0
  /// `%rt`: number of the session in this process; `%lc` and the unique id use it too
  public var sessionNumber: UInt64 = 0
  /// Whether the line is written before the end (`option logasap`, or a format that needs no more)
  public var isEarly = false

  public init() {}
}
