/// How a `Poller` is measured out.
public struct PollerOptions: Sendable {
  /// The size of a buffer of the receive pool in bytes, at least 1.
  public var bufferBytes: Int
  /// How many buffers the receive pool has, at least 1. Their memory is touched on first use only.
  public var buffersMax: Int
  /// How many descriptors the tables are made for at the start; they grow when a higher number
  /// turns up. Nil for the soft RLIMIT_NOFILE, at most 65,536.
  public var descriptorsMax: Int?
  /// How many kernel events one turn takes, at least 1.
  public var eventsPerTurnMax: Int
  /// How many connections one listener may deliver in a turn, at least 1.
  public var acceptsPerTurnMax: Int
  /// How many bytes one socket may deliver in a turn before the others get theirs, at least 1.
  public var receiveBytesPerTurnMax: Int

  /// - Parameters:
  ///   - bufferBytes: the size of a receive buffer.
  ///   - buffersMax: how many receive buffers there are.
  ///   - descriptorsMax: how many descriptors the tables are made for at the start.
  ///   - eventsPerTurnMax: how many kernel events one turn takes.
  ///   - acceptsPerTurnMax: how many connections one listener may deliver in a turn.
  ///   - receiveBytesPerTurnMax: how many bytes one socket may deliver in a turn.
  public init(
    bufferBytes: Int = 65_536, buffersMax: Int = 256, descriptorsMax: Int? = nil,
    eventsPerTurnMax: Int = 512, acceptsPerTurnMax: Int = 64,
    receiveBytesPerTurnMax: Int = 262_144
  ) {
    self.bufferBytes = bufferBytes
    self.buffersMax = buffersMax
    self.descriptorsMax = descriptorsMax
    self.eventsPerTurnMax = eventsPerTurnMax
    self.acceptsPerTurnMax = acceptsPerTurnMax
    self.receiveBytesPerTurnMax = receiveBytesPerTurnMax
  }
}
