/// What the load program is told before it opens its backend: one line of JSON on standard input.
public struct LoadPlan: Codable, Sendable, Equatable {
  /// How the clients behave.
  public enum Kind: String, Codable, Sendable {
    /// The backend sends without end, the client throws away.
    case bulk
    /// Closed loop: a message there, as many bytes back, the next message.
    case echo
    /// Closed loop: connect, one message there and back, close.
    case connect
    /// Messages at a fixed rate, whatever becomes of the earlier ones.
    case openLoop
    /// The open loop, with bulk connections beside it.
    case fairness
    /// Every connection exchanges one message and then keeps silent.
    case idle
    /// Bulk connections are piled on one thread of the proxy; which thread gets the next ones?
    case placement
  }

  public var kind: Kind
  /// How many connections exchange messages (bulk: receive).
  public var connections: Int
  /// The size of a message, there and back.
  public var messageBytes: Int
  /// Open loop: messages a second over all connections.
  public var requestsPerSecond = 0
  /// Fairness and placement: how many bulk connections run beside.
  public var bulkConnections = 0
  public var warmUpMilliseconds: Int
  public var windowMilliseconds: Int
  /// In how many windows the proxy is watched. With more than one, the load says `LoadPlan.ready` before
  /// each and waits for a line; between them nothing is under way.
  public var windows = 1
  /// Compares every byte on both sides. Costs the load's core much; never used for figures.
  public var isChecking = false
  /// Where the backend listens.
  public var serverAddress = "127.0.0.1"
  /// Network namespaces (ip-netns(8)) of the two sides; nil is the one the program was started in.
  public var serverNamespace: String?
  public var clientNamespace: String?

  /// What the load says when it waits for a line.
  public static let ready = "ready"

  public init(
    kind: Kind, connections: Int, messageBytes: Int, warmUpMilliseconds: Int,
    windowMilliseconds: Int
  ) {
    self.kind = kind
    self.connections = connections
    self.messageBytes = messageBytes
    self.warmUpMilliseconds = warmUpMilliseconds
    self.windowMilliseconds = windowMilliseconds
  }
}

/// The load's first line: where its backend listens.
public struct LoadListening: Codable, Sendable, Equatable {
  public var echoPort: UInt16
  public var bulkPort: UInt16

  public init(echoPort: UInt16, bulkPort: UInt16) {
    self.echoPort = echoPort
    self.bulkPort = bulkPort
  }
}

/// The load's second line of input: where to connect and whose processor time counts.
public struct LoadTarget: Codable, Sendable, Equatable {
  public var address: String
  public var echoPort: UInt16
  public var bulkPort: UInt16
  /// The processes of the proxy that move bytes; empty without a proxy.
  public var processes: [Int32]

  public init(address: String, echoPort: UInt16, bulkPort: UInt16, processes: [Int32]) {
    self.address = address
    self.echoPort = echoPort
    self.bulkPort = bulkPort
    self.processes = processes
  }
}

/// The load's last line: what the window showed.
public struct LoadResult: Codable, Sendable, Equatable {
  /// Why the figures are worthless; nil when nothing went wrong.
  public var failure: String?
  /// The length of the window, or of all of them.
  public var seconds = 0.0
  /// Messages (connect: connections) that were completed in the window.
  public var messages = 0
  /// Bytes that clients received in the window.
  public var bytes = 0
  /// The same from the first connection on, for what is counted over the whole run.
  public var allMessages = 0
  public var allBytes = 0
  /// Connections opened by clients, over the whole run.
  public var allConnections = 0
  /// Processor time of the proxy, and of this program, in the window.
  public var proxySeconds = 0.0
  public var loadSeconds = 0.0
  /// Context switches of the proxy's threads in the window.
  public var voluntarySwitches = 0
  public var involuntarySwitches = 0
  /// Threads of the proxy at the end of the window, the kernel's workers included.
  public var threads = 0
  /// Microseconds.
  public var p50 = 0.0
  public var p99 = 0.0
  public var p999 = 0.0
  public var latencies = 0
  /// Resident memory of the proxy, before the first connection and at the end of the window.
  public var residentBytesBefore = 0
  public var residentBytesAfter = 0
  /// Memory of the kernel (slab and stacks), at the same moments.
  public var kernelBytesBefore = 0
  public var kernelBytesAfter = 0
  /// Fairness: what the bulk connections carried in the window.
  public var bulkBytes = 0
  /// Placement: connections by the thread that serves them, busiest thread first.
  public var placement: Placement?

  public init() {}
}

/// Where connections went while one thread of the proxy was busy.
public struct Placement: Codable, Sendable, Equatable {
  /// How many threads served anything.
  public var threads: Int
  /// New connections that the thread with the bulk connections got.
  public var onBusyThread: Int
  /// New connections that other threads got.
  public var elsewhere: Int
  /// Bulk connections that ran on the busy thread.
  public var bulkConnections: Int

  public init(threads: Int, onBusyThread: Int, elsewhere: Int, bulkConnections: Int) {
    self.threads = threads
    self.onBusyThread = onBusyThread
    self.elsewhere = elsewhere
    self.bulkConnections = bulkConnections
  }
}
