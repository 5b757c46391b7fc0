public import Basics

/// A session that waits for a slot, as its worker knows it: a trivial value.
public struct Waiter: Hashable, Sendable {
  /// The worker's number.
  public var worker: UInt16
  /// The session's place in the worker's table.
  public var slot: UInt32
  /// Which of the sessions that have used the place it is.
  public var generation: UInt32

  /// - Parameters:
  ///   - worker: the worker's number.
  ///   - slot: the session's place in the worker's table.
  ///   - generation: which of the sessions that have used the place it is.
  public init(worker: UInt16, slot: UInt32, generation: UInt32) {
    self.worker = worker
    self.slot = slot
    self.generation = generation
  }
}

/// `set-priority-class` and `set-priority-offset`: who goes first in a queue. HAProxy manual, section
/// 4.3. A trivial value of 8 bytes.
public struct QueuePriority: Hashable, Sendable {
  /// Lower classes go first, -2047 to 2047.
  public private(set) var classNumber: Int16 = 0
  /// Milliseconds added to the time of arrival within a class, -524287 to 524287.
  public private(set) var offsetMilliseconds: Int32 = 0

  /// The priority of a session that was given none.
  public init() {}

  /// `set-priority-class`
  ///
  /// - Parameter number: the value of the expression: its low 32 bits count, as in HAProxy, and a
  ///   value beyond the bounds is taken for the nearer one.
  public mutating func setClass(_ number: Int64) {
    classNumber = Int16(min(max(Int32(truncatingIfNeeded: number), -0x7ff), 0x7ff))
  }

  /// `set-priority-offset`
  ///
  /// - Parameter milliseconds: the value of the expression: its low 32 bits count, as in HAProxy, and
  ///   a value beyond the bounds is taken for the nearer one.
  public mutating func setOffset(_ milliseconds: Int64) {
    offsetMilliseconds = min(max(Int32(truncatingIfNeeded: milliseconds), -0x7ffff), 0x7ffff)
  }
}

/// What a session asks its backend with.
public struct AssignmentRequest: Sendable {
  /// The client's address; nil for a unix socket.
  public var client: IPAddress?
  /// The hash of the session's key by `Backend.keyHash`, for `balance hash` and `rdp-cookie`; nil
  /// when the session has no such key.
  public var hash: UInt32?
  /// Who asks.
  public var waiter: Waiter
  /// The server that the session had before and has given back: another one is preferred, and the
  /// counters of retries and redispatches move.
  public var previous: Int?
  /// The server that a rule chose, in place of balancing, unless it is down.
  public var ruledServer: Int?
  /// Whether that server is used even when it is down.
  public var forcesServer = false
  /// The session's rank in queues.
  public var priority = QueuePriority()

  /// - Parameters:
  ///   - client: nil for a unix socket.
  ///   - waiter: who asks.
  ///   - previous: the server that the session had before and has given back.
  public init(client: IPAddress?, waiter: Waiter, previous: Int? = nil) {
    self.client = client
    self.waiter = waiter
    self.previous = previous
  }
}

/// What a session gets from its backend.
public enum Assignment: Hashable, Sendable {
  /// A slot of this server, counted already: connect, and give it back with `release`.
  case server(Int)
  /// A place in a queue: wait for a `Grant`, or leave with `cancelWait`.
  case queued(QueueTicket)
  /// No server may be chosen at all.
  case unavailable
  /// The queue of the server that had to be chosen is full (`maxqueue`).
  case queueFull(server: Int)

  /// The server that was chosen, to be used or waited for; nil for none.
  public var server: Int? {
    switch self {
    case .server(let server), .queueFull(let server): server
    case .queued(let ticket): ticket.server
    case .unavailable: nil
    }
  }
}

/// A place in a queue.
public struct QueueTicket: Hashable, Sendable {
  /// The server waited for; nil for any server of the backend.
  public var server: Int?
  var place: UInt32
  var generation: UInt32
}

/// How many places were served before a session left a queue, itself included: `%sq` and `%bq`.
public struct QueuePlaces: Hashable, Sendable {
  /// In the server's queue; 0 when it was not there.
  public var server = 0
  /// In the backend's queue; 0 when it was not there.
  public var backend = 0

  /// - Parameters:
  ///   - server: in the server's queue.
  ///   - backend: in the backend's queue.
  public init(server: Int = 0, backend: Int = 0) {
    self.server = server
    self.backend = backend
  }
}

/// A slot for a session that waited. It is counted already: whoever gets it connects, or gives it
/// back with `release`.
public struct Grant: Hashable, Sendable {
  /// Who waited.
  public var waiter: Waiter
  /// The server whose slot it is.
  public var server: Int
  /// How many went before.
  public var places: QueuePlaces
}
