/// What the kernel knows of how a TCP connection goes: the part of `struct tcp_info` that expressions
/// can ask for. tcp(7)
public struct TransmissionFacts: Hashable, Sendable, BitwiseCopyable {
  /// The smoothed round-trip time in microseconds
  public var roundTripMicroseconds: UInt32 = 0
  /// Its mean deviation in microseconds
  public var roundTripVarianceMicroseconds: UInt32 = 0
  /// Segments sent and not acknowledged yet
  public var unacknowledged: UInt32 = 0
  /// Segments that were acknowledged selectively
  public var selectivelyAcknowledged: UInt32 = 0
  /// Segments that are taken for lost
  public var lost: UInt32 = 0
  /// Segments that were sent again and are under way
  public var retransmitted: UInt32 = 0
  /// Segments up to the highest that was acknowledged selectively
  public var forwardAcknowledged: UInt32 = 0
  /// By how many segments the network is thought to change the order
  public var reordering: UInt32 = 0

  public init() {}
}
