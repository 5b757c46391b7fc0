/// The named capacities of the program, computed once at boot.
public struct Limits: Sendable {
  /// A client whose FIN comes this soon after its connection counts as gone from the beginning.
  static let earlyLeave = Duration.milliseconds(50)
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
  /// Below this many free buffers the pool is low: stalled channels move out of it.
  public var buffersScarce: Int
  /// A multishot accept runs only while more places than this are free in frontend and process.
  public var acceptBatch: Int

  /// - Parameters:
  ///   - sessionsMax: `maxconn` of the process.
  ///   - buffersPerWorker: `tune.buffers`.
  ///   - connectingBytesMax: `tune.bufsize`.
  public init(
    sessionsMax: Int, buffersPerWorker: Int = 256, bufferBytes: Int = 65536,
    connectingBytesMax: Int = 16384, acceptBatch: Int = 64
  ) {
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
