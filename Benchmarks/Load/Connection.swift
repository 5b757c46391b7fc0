/// One socket of the load; a trivial value in a table that descriptors index.
struct Connection {
  /// What its events mean.
  enum Role: UInt8 {
    case none
    case echoListener, bulkListener
    /// Answers each message with as many bytes.
    case echoServer
    /// Obeys single bytes: a ping is answered, a start begins a stream without end.
    case bulkServer
    /// Closed loop.
    case echoClient
    /// Answers are matched with the times when their requests were due.
    case openClient
    /// Throws away what comes.
    case sinkClient
    /// One message, then closed, then another takes its place.
    case visitClient
  }

  var role = Role.none
  /// Whether EPOLLOUT is registered.
  var watchesOutput = false
  /// bulkServer: sends without end.
  var isStreaming = false
  /// In the list of connections that have something to do without an event.
  var isQueued = false
  /// Told by every event, so that one of an earlier socket of the same number is not believed.
  var generation: UInt32 = 0
  /// Bytes that are due now and not sent.
  var toSend = 0
  var sendOffset = 0
  /// Bytes of a message that is not complete.
  var received = 0
  var receiveOffset = 0
  /// When the current message (visit: connection) was started.
  var startedAt: UInt64 = 0
  /// openClient: its place among the clients, and how many requests were answered.
  var index = 0
  var answered = 0

  /// A single byte that a bulkServer answers with a byte of content.
  static let ping = UInt8(ascii: "P")
  /// A single byte upon which a bulkServer streams.
  static let start = UInt8(ascii: "S")
}
