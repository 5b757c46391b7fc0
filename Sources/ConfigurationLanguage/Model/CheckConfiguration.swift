public import Basics
public import HealthChecks

/// A server's health check. HAProxy manual, section 5.2, `check` and following.
public struct CheckConfiguration: Hashable, Sendable {
  public var inter: Duration = .seconds(2)
  /// `fastinter`; nil for `inter`
  public var fastinter: Duration?
  /// `downinter`; nil for `inter`
  public var downinter: Duration?
  /// `rise`
  public var rise = 2
  /// `fall`
  public var fall = 3
  /// `port`; nil for the server's
  public var port: UInt16?
  /// `addr`; nil for the server's
  public var address: IPAddress?
  /// `check-send-proxy`, or the version of `send-proxy` when check inherits it
  public var sendProxy: ProxyProtocolVersion?

  public init() {}
}

/// `option tcp-check` and its relatives: how servers are checked.
public enum CheckMethod: Sendable {
  /// Over a connection.
  case program(CheckProgram)
  /// `option external-check`
  case external(ExternalCheckConfiguration)
}

/// `external-check`
public struct ExternalCheckConfiguration: Hashable, Sendable {
  /// `external-check command`
  public var command: String
  /// `external-check path`; nil for an empty one.
  public var path: String?

  public init(command: String, path: String?) {
    self.command = command
    self.path = path
  }
}

/// A server's agent. HAProxy manual, section 5.2, `agent-check` and following.
public struct AgentConfiguration: Hashable, Sendable {
  /// `agent-inter`, or the server's `inter`
  public var inter: Duration
  /// `agent-port`
  public var port: UInt16
  /// `agent-addr`, or `addr`; nil for the server's
  public var address: IPAddress?
  /// `agent-send`; empty to say nothing.
  public var send: [UInt8]

  public init(inter: Duration, port: UInt16, address: IPAddress?, send: [UInt8]) {
    self.inter = inter
    self.port = port
    self.address = address
    self.send = send
  }
}
