/// How a silent connection is probed once keep-alive is on: `clitcpka-cnt`, `clitcpka-idle`,
/// `clitcpka-intvl` and the same of servers. HAProxy manual, section 4.2; tcp(7). 0 leaves a number to
/// the system.
public struct KeepAliveProbes: Hashable, Sendable {
  /// `cnt`: how many probes may go unanswered.
  public var count: UInt32 = 0
  /// `idle`: seconds of silence before the first probe.
  public var idleSeconds: UInt32 = 0
  /// `intvl`: seconds between two probes.
  public var intervalSeconds: UInt32 = 0

  public init() {}
}
