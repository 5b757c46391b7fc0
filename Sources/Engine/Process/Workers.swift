public import Administration
public import ConfigurationLanguage

/// Everything the workers need to begin: listeners, limits and privileges are in their final state.
public struct PreparedProcess: Sendable {
  /// The configuration with names resolved and limits filled in.
  public var configuration: Configuration
  /// Connections, pipes and descriptors planned with.
  public var limits: ProcessLimits
  /// How many workers: `nbthread` or the CPUs.
  public var threadCount: Int
  /// Every listening socket.
  public var listeningSockets: [ListeningSocket]
  /// The sockets log lines leave through: one set a worker, by index, and a last one for the main
  /// thread.
  public var logSockets: [LogSockets]
  /// The base name of argv[0]: the log tag when none is configured.
  public var programName: String
  /// `-de`
  public var isEpollDisabled: Bool
  /// Where messages go.
  public var console: Console
}

/// Why the workers cannot begin.
public struct WorkersFailure: Error, Equatable {
  /// The alert.
  public var text: String

  /// - Parameter text: the alert.
  public init(text: String) { self.text = text }
}

/// The worker threads, seen from the main thread. Everything is called from the main thread only,
/// and returns soon: what takes long happens on the workers.
public protocol Workers: AnyObject {
  /// Starts the threads. They inherit a signal mask that blocks everything the main thread waits
  /// for.
  ///
  /// - Throws: when a thread or its kernel cannot be had.
  func start(_ process: PreparedProcess) throws(WorkersFailure)

  /// Stops listening for good and closes the listening sockets. Sessions go on.
  ///
  /// - Parameter drain: whether to accept what waits in the queues first, until EAGAIN.
  func stopListening(drain: Bool)

  /// SIGTTOU: stops listening for a while. An internet listener is taken out of the listening
  /// state with connect(2) to AF_UNSPEC (its port is free for others then), an inherited one is
  /// left alone, a unix one is no longer accepted from, and an abstract one is closed: nobody else
  /// could have its name otherwise (`ListeningSocket.reopened(in:)` brings it back).
  ///
  /// - Returns: false when a listener refused.
  func pauseListening() -> Bool

  /// SIGTTIN: listens again, with each socket's own `backlog`.
  ///
  /// - Returns: the sockets that could not listen again because somebody else has the address.
  func resumeListening() -> [ListeningSocket]

  /// Ends every session now: FIN to the client, RST to the server, `K` in the log.
  func stopSessions()

  /// Whether every listening socket is closed, after `stopListening`.
  var hasStoppedListening: Bool { get }

  /// Sessions alive, in all workers.
  var sessionCount: Int { get }

  /// A line for each worker: what it has moved and what it holds.
  func reportLines() -> [String]

  /// The proxies in the order of the configuration.
  func snapshot() -> [ProxySnapshot]

  /// Sends a line to the logs of a proxy, or of `global` when `proxy` is nil.
  ///
  /// - Parameters:
  ///   - text: the message without header and newline.
  ///   - level: the syslog level, 0 to 7.
  ///   - proxy: index into `Configuration.proxies`.
  func log(_ text: String, level: UInt8, proxy: Int?)

  /// Stops the threads and waits for them. Afterwards nothing of them runs.
  func finish()
}
