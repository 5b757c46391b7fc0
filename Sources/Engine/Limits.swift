import Administration
import ConfigurationLanguage

/// The named capacities of the program, computed once at boot.
public struct Limits: Sendable {
  /// A client whose FIN comes this soon after its connection counts as gone from the beginning.
  static let earlyLeave = Duration.milliseconds(50)
  /// When a side is looked at again for what only longer sessions need.
  static let revisitDelay = Duration.milliseconds(100)
  /// They are looked at in batches, this far apart.
  static let revisitInterval = Duration.milliseconds(20)
  /// A receive with a shorter timeout than this gets it at once.
  static let untimedMin = Duration.milliseconds(500)
  /// How long an old process goes on accepting after the next one took its listeners over.
  static let drainTime = Duration.milliseconds(100)

  /// The most memory that the receive pools of all workers have together.
  static let receivePoolsBytesMax = 512 << 20

  /// How many receive buffers a worker gets: what is wanted, unless all of them together would be
  /// too much; then fewer, but at least 16.
  ///
  /// - Parameters:
  ///   - wanted: `tune.buffers`.
  ///   - workers: how many workers share the memory.
  static func buffersPerWorker(wanted: Int, workers: Int, bufferBytes: Int = 65536) -> Int {
    var count = wanted
    while count > 16, count * workers * bufferBytes > receivePoolsBytesMax { count /= 2 }
    return count
  }

  /// Sessions of the process: `maxconn`.
  public var sessionsMax: Int
  /// Sessions one worker can hold: all of them, since the kernel alone decides who gets which.
  public var sessionsPerWorkerMax: Int
  /// Buffers of the receive pool of a worker: `tune.buffers`, a power of two.
  public var buffersPerWorker: Int
  /// The size of a receive buffer.
  public var bufferBytes: Int
  /// The most bytes a channel of an established session holds: four buffers.
  public var channelBytesMax: Int
  /// The most while the pool is low.
  public var channelBytesScarce: Int
  /// The most bytes of a client held while there is no server: `tune.bufsize`.
  public var connectingBytesMax: Int
  /// With this many bytes of a side rules have to decide: `tune.bufsize` less the room that HAProxy keeps
  /// free in a buffer, `tune.maxrewrite`.
  var inspectedBytesMax: Int { max(1, connectingBytesMax - 1024) }
  /// Below this many free buffers the pool is low: stalled channels move out of it.
  public var buffersScarce: Int
  /// A multishot accept runs only while more places than this are free in frontend and process.
  public var acceptBatch: Int

  /// When and how far channels splice.
  public var splice: SpliceLimits

  /// - Parameters:
  ///   - sessionsMax: `maxconn` of the process.
  ///   - buffersPerWorker: `tune.buffers`.
  ///   - connectingBytesMax: `tune.bufsize`.
  ///   - splice: when and how far channels splice.
  public init(
    sessionsMax: Int, buffersPerWorker: Int = 256, bufferBytes: Int = 65536,
    connectingBytesMax: Int = 16384, acceptBatch: Int = 64, splice: SpliceLimits = SpliceLimits()
  ) {
    self.splice = splice
    self.sessionsMax = sessionsMax
    sessionsPerWorkerMax = sessionsMax
    self.buffersPerWorker = buffersPerWorker
    self.bufferBytes = bufferBytes
    channelBytesMax = 4 * bufferBytes
    channelBytesScarce = min(16384, bufferBytes)
    self.connectingBytesMax = min(connectingBytesMax, 4 * bufferBytes)
    buffersScarce = buffersPerWorker / 2
    self.acceptBatch = acceptBatch
  }
}

/// When a channel splices, and how much.
public struct SpliceLimits: Sendable {
  /// A channel that receives this many bytes in one turn begins to splice at once.
  public var threshold = 65536
  /// A wake-up that moves fewer bytes is a small one, a turn that receives as many brings much.
  public var smallBytes = 16384
  /// So many small wake-ups one after another end splicing, so many turns that bring much begin it; 1
  /// to 255.
  public var patience = 16
  /// The most bytes that a channel moves in one turn.
  public var turnBytesMax = 1 << 20
  /// The most pipes of the process at a time, 0 for no splicing: `maxpipes`.
  public var pipesMax = 256
  /// What a pipe is to hold, in bytes: `tune.pipesize`.
  public var pipeBytes = 1 << 20
  /// Whether the ring splices in chains: `tune.splice ring`.
  public var isOnRing = false
  /// The most threads that the kernel may run for one worker's chains.
  public var kernelThreadsMax = 4
  /// A pipe that holds less is not worth having.
  public var pipeBytesMin = 65536

  public init() {}

  /// What a configuration asks for.
  ///
  /// Without `maxpipes` there may be a quarter as many pipes as connections, as in HAProxy, but no
  /// more than 1024: a pipe is held only while bytes are in it.
  init(_ configuration: Configuration, _ limits: ProcessLimits) {
    let global = configuration.global
    threshold = global.tune.splice.threshold
    smallBytes = max(1, threshold / 4)
    patience = global.tune.splice.patience
    if let pipesize = global.tune.pipesize { pipeBytes = pipesize }
    pipesMax = global.maxpipes ?? min(1024, max(16, limits.maxconn / 4))
    if global.isSpliceDisabled { pipesMax = 0 }
  }

  /// The most pipes of one worker at a time: its share of those of the process.
  func pipesMax(ofWorker index: Int, among workers: Int) -> Int {
    pipesMax / workers + (index < pipesMax % workers ? 1 : 0)
  }
}
