public import Basics

/// Everything a log line can say about one session: a trivial value, filled by whoever runs the
/// session when the line is due.
public struct SessionRecord: Sendable {
  /// When the connection was accepted.
  public var acceptDate = WallTime(microseconds: 0)
  /// How far local time was ahead of UTC when the connection was accepted
  public var utcOffsetSeconds: Int32 = 0
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
  /// Whether there is a connection to a server and it is a unix socket
  public var isServerUnix = false
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
  /// Milliseconds from accept until the session had a place on a server; -1 when the queue was
  /// not reached or not left. `%Tw` shows one more than this, see `LogFormat.write`.
  public var waitMilliseconds: Int64 = -1
  /// `%Tc`: milliseconds from having the place until the connection to the server was there,
  /// retries included; -1 when it never was
  public var connectMilliseconds: Int64 = -1
  /// `%Tt`: milliseconds from accept to the end
  public var totalMilliseconds: Int64 = 0
  /// `%B`: bytes from the server to the client
  public var bytesToClient: UInt64 = 0
  /// `%U`: bytes from the client to the server
  public var bytesToServer: UInt64 = 0
  /// `%ts`: who ended the session, and in which phase
  public var termination = TerminationState()
  /// `%ac`: sessions of the process at the time of the line
  public var processConnections = 0
  /// `%fc`: sessions of the frontend at the time of the line
  public var frontendConnections = 0
  /// `%bc`: sessions of the backend at the time of the line
  public var backendConnections = 0
  /// `%sc`: sessions of the server at the time of the line
  public var serverConnections = 0
  /// `%rc`: connection attempts after the first
  public var retries = 0
  /// Whether the session moved to another server: `+` before `%rc`
  public var isRedispatched = false
  /// `%sq`: places in the server's queue that were served first
  public var serverQueue = 0
  /// `%bq`: places in the backend's queue that were served first
  public var backendQueue = 0
  /// `%rt`: how many sessions this process has seen before this one
  public var sessionNumber: UInt64 = 0
  /// `%lc`: how many lines the frontend has logged before this one
  public var logCount: UInt64 = 0
  /// Whether the line is written before the end (`option logasap`, or a format that needs no
  /// more). `totalMilliseconds` is then the time from accept to the server's connection.
  public var isEarly = false

  /// A session that has just been accepted.
  public init() {}
}
