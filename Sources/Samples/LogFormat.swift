/// A compiled `log-format`: what to write, piece by piece. HAProxy manual, section 8.2.6.
public struct LogFormat: Sendable {
  public init() {}
}
