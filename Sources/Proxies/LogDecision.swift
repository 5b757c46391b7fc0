public import Basics
public import ConfigurationLanguage
import Samples

/// Whether and how gravely a session is logged now.
public enum LogDecision: Hashable, Sendable {
  /// Write the line now. It was the last one of this session.
  case write(LogLevel)
  /// Nothing to write now; ask again at the next moment.
  case wait

  /// A moment in a session's life at which a line can be due.
  public enum Moment: Hashable, Sendable {
    /// The session begins: after the PROXY header, when the listener wants one.
    case accept
    /// The connection to the server is there.
    case connect
    /// The session has ended.
    case close
  }

  /// Decides about the line of a session that has not been logged yet.
  ///
  /// - Parameters:
  ///   - moment: what has just happened.
  ///   - record: the session so far; `termination`, `retries`, `isRedispatched` and
  ///     `bytesToServer` matter.
  ///   - frontend: the frontend; its `logs` must not be empty, or there is nothing to decide.
  public init(at moment: Moment, of record: SessionRecord, in frontend: ProxyConfiguration) {
    let options = frontend.options
    switch (frontend.sessionLog, moment) {
    case (.connectLine, .accept):
      self = .write(.info)
      return
    case (.connectLine, .connect), (.connectLine, .close), (.format, .accept):
      self = .wait
      return
    case (.format(let format), .connect):
      // An early line says nothing about bytes, so that `dontlognull` does not matter here.
      guard format.need == .connect || options.contains(.logAsSoonAsPossible) else {
        self = .wait
        return
      }
    case (.format, .close):
      // HAProxy counts what the client sent only.
      if options.contains(.dontLogNull), record.bytesToServer == 0 {
        self = .wait
        return
      }
    }
    let isError = record.isAbnormal
    if options.contains(.dontLogNormal), !isError {
      self = .wait
    } else {
      self = .write(isError && options.contains(.logSeparateErrors) ? .err : .info)
    }
  }

  /// Decides about the error line of a connection that ended before its session began.
  ///
  /// HAProxy writes it only where sessions have a log format: without one the connection was
  /// never going to be logged.
  public init(ofSessionError error: ConnectionError, in frontend: ProxyConfiguration) {
    let isWritten: Bool
    switch (frontend.sessionLog, error) {
    case (.connectLine, _): isWritten = false
    case (.format, .proxyEmpty), (.format, .proxyAborted), (.format, .proxyTimeout),
      (.format, .clientAddressEmpty), (.format, .clientAddressAborted),
      (.format, .clientAddressTimeout):
      isWritten = !frontend.options.contains(.dontLogNull)
    case (.format, _): isWritten = true
    }
    let level: LogLevel = frontend.options.contains(.logSeparateErrors) ? .err : .info
    self = isWritten ? .write(level) : .wait
  }
}

extension SessionRecord {
  /// Whether the session counts as an error for `dontlog-normal` and `log-separate-errors`:
  /// something or somebody but the proxy itself cut it short, or it took more than one attempt.
  public var isAbnormal: Bool {
    if isRedispatched { return true }
    switch termination.cause {
    case .normal: return retries > 0
    case .local: return false
    case .clientAbort, .serverAbort, .proxy, .resource, .internalError, .down, .up, .killed,
      .clientTimeout, .serverTimeout:
      return true
    }
  }
}
