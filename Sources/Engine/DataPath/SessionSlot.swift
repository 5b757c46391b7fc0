import Basics
import KernelIO
import Proxies
import Sessions

/// What the driver knows of one connection of a session.
struct SlotSide {
  /// How its socket leaves.
  enum Leaving: UInt8 {
    /// It stays.
    case no
    /// Closed as soon as nothing is in flight on it.
    case closing
    /// Reset as soon as nothing is in flight on it and the peer has acknowledged what was sent.
    case resetting
  }

  /// Whether its socket may keep small pieces back (Nagle's algorithm).
  enum Nagle: UInt8 {
    /// It does not: the option is set, or it is no TCP socket.
    case off
    /// It has nothing to keep back: nothing was sent yet.
    case untouched
    /// It would keep back what is sent next.
    case on
  }

  var socket = Descriptor.none
  /// When bytes last came from this side or went to it.
  var lastActivity = Instant.origin
  /// Since when it has taken none of the bytes that are held for it; `origin` while it takes them.
  var stalledSince = Instant.origin
  /// What the peer had not acknowledged when last asked; -1 when nobody asked.
  var unacknowledgedBytes: Int32 = -1
  /// What the send in flight was given.
  var sendingBytes: Int32 = 0
  var leaving = Leaving.no
  /// The client's is off from the beginning: its socket has the option from the listener.
  var nagle = Nagle.off
  /// What the connection failed with, or the last attempt at one.
  var error = ConnectionError.none
  /// Whether the socket takes no byte at the moment: its `writable` poll is due or in flight.
  var isBlocked = false
  /// Whether the receive in flight has no timeout yet.
  var isUntimed = false
}

/// Headers in front of what a client sends, in the order in which they come.
struct ExpectedHeaders: OptionSet {
  var rawValue: UInt8
  static let proxy = ExpectedHeaders(rawValue: 1)
  /// A NetScaler's
  static let clientAddress = ExpectedHeaders(rawValue: 2)
}

/// Everything a worker keeps for one session: a trivial value, so that it can be moved, and so that
/// touching it costs neither reference counting nor an allocation.
struct SessionSlot {
  var session = Session(abortsOnClose: false)
  var generation: UInt32 = 0
  var isInUse = false
  /// Whether the log line was written.
  var isLogged = false
  /// The headers that are still expected before the client's first byte.
  var expectedHeaders: ExpectedHeaders = []
  /// Whether there are any.
  @inline(__always)
  var isReadingHeader: Bool { expectedHeaders != [] }
  /// Whether a place at a server is held, to be given back once.
  var holdsServer = false
  /// Whether the session waits in a queue of its backend.
  var isQueued = false
  /// Requests that have not completed for the last time.
  var inFlight = OperationSet(rawValue: 0)
  /// Those of them that were asked to end.
  var cancelled = OperationSet(rawValue: 0)
  private var sides = InlineArray<2, SlotSide>(repeating: SlotSide())
  /// Indexed by the side the bytes come from.
  private var channels = InlineArray<2, Channel>(repeating: Channel())

  /// Channels to be emptied when the send in flight has completed, a bit for each source side.
  private var drops: UInt8 = 0

  /// Indexes into the configuration.
  var frontend: Int32 = 0
  var listener: Int32 = 0
  var backend: Int32 = -1
  var server: Int32 = -1

  var clientAddress: SocketAddress?
  /// The address the client connected to, when somebody asked for it.
  var frontendAddress: SocketAddress?
  var backendSourceAddress: SocketAddress?
  var acceptDate = WallTime(microseconds: 0)
  var acceptedAt = Instant.origin
  var handshakeMilliseconds: Int64 = 0
  var waitMilliseconds: Int64 = -1
  var connectMilliseconds: Int64 = -1
  /// The place in a queue of the backend, while waiting.
  var ticket: QueueTicket?
  /// When `timeout queue` expires, while waiting.
  var queueDeadline = Instant.distantFuture
  /// How many places of queues were served before this session.
  var places = QueuePlaces()
  /// Whether the session was counted by its backend.
  var isInBackend = false
  /// Whether the last connection attempt failed, so that the place at the server has none.
  var hasFailedConnection = false
  var sessionNumber: UInt64 = 0
  /// Which rules look at what a side sends.
  var inspection = Inspection.none
  /// When they have to decide at the latest.
  var inspectDeadline = Instant.distantFuture
  /// The rule of the list being evaluated that waits for more bytes by itself; -1 for none.
  var waitingRule: Int32 = -1
  /// Whether something is remembered in the worker's `ruleStates`.
  var hasRuleState = false
  /// The server that `use-server` chose; -1 for none.
  var ruledServer: Int32 = -1
  /// The port that the connection to the server has out of a range of `source`; 0 for none.
  var sourcePort: UInt16 = 0
  /// The server whose range it is from.
  var sourceServer: Int32 = -1
  /// Whether that server is used although it is down (`force-persist`).
  var forcesServer = false
  /// Whether a PROXY header was read.
  var hasReceivedHeader = false
  /// The place in the worker's `stickCounters` of what the session tracks.
  var tracking = StickCounters.none
  /// Keys for which the server is to be remembered: a list there.
  var stores = StickCounters.none
  /// How often connecting is tried again, as a rule said; -1 for what the backend says.
  var retriesMax: Int8 = -1
  /// The session's rank in queues.
  var priority = QueuePriority()
  /// `set-log-level`: the level, or that there is no line.
  var logLevel = RuledLogLevel.none
  /// When the server's socket is reset at the latest, whatever it has acknowledged.
  var lingerDeadline = Instant.origin

  /// What is known of a side.
  @inline(__always)
  subscript(_ side: SideName) -> SlotSide {
    get { sides[Int(side.rawValue)] }
    _modify { yield &sides[Int(side.rawValue)] }
  }

  /// The bytes that come from a side.
  @inline(__always)
  subscript(from side: SideName) -> Channel {
    get { channels[Int(side.rawValue)] }
    _modify { yield &channels[Int(side.rawValue)] }
  }

  /// Whether the bytes from a side are thrown away as soon as the send in flight has completed.
  @inline(__always)
  func dropsChannel(from side: SideName) -> Bool { drops & (1 &<< side.rawValue) != 0 }

  /// Remembers that the bytes from a side are to be thrown away.
  mutating func setDropsChannel(from side: SideName) { drops |= 1 &<< side.rawValue }

  /// Which channels hold bytes.
  @inline(__always)
  var held: HeldBytes {
    var held: HeldBytes = []
    if !channels[0].isEmpty { held.insert(.request) }
    if !channels[1].isEmpty { held.insert(.response) }
    return held
  }
}
