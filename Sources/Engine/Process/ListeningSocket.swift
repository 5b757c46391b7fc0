public import KernelIO

/// A socket that listens, and whose it is.
public struct ListeningSocket: Sendable {
  /// Index into `Configuration.proxies`.
  public var proxy: Int
  /// Index into `ProxyConfiguration.listeners`.
  public var listener: Int
  /// The worker it belongs to, from 0; nil when one worker accepts for all: a unix socket, an
  /// inherited one, or when SO_REUSEPORT is off.
  public var worker: Int?
  /// The socket: non-blocking, close-on-exec, listening.
  public var descriptor: Descriptor
  /// What listen(2) was called with; needed again when a paused listener resumes.
  public var backlog: Int
  /// `fd@N`: another process may use it as well, so it is never shut, only left alone.
  public var isInherited: Bool

  /// All values as the properties say.
  public init(
    proxy: Int, listener: Int, worker: Int?, descriptor: Descriptor, backlog: Int,
    isInherited: Bool
  ) {
    self.proxy = proxy
    self.listener = listener
    self.worker = worker
    self.descriptor = descriptor
    self.backlog = backlog
    self.isInherited = isInherited
  }
}
