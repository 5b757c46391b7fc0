public import Basics
public import KernelIO
public import ConfigurationLanguage
internal import Glibc

/// The datagram sockets that log lines leave through: one a family, not connected, so that a target
/// may come and go. Opened before privileges are dropped; paths are looked up at each send, inside
/// the chroot if there is one, as HAProxy does.
public struct LogSockets: Sendable {
  /// For unix paths and abstract names; `none` when no target needs it.
  public private(set) var unix = Descriptor.none
  /// For IPv4 targets; `none` when no target needs it.
  public private(set) var v4 = Descriptor.none
  /// For IPv6 targets; `none` when no target needs it.
  public private(set) var v6 = Descriptor.none

  /// Opens the sockets that the targets need. What cannot be opened stays `none`: a log that does
  /// not work never stops the program.
  ///
  /// - Parameters:
  ///   - targets: every log target of the configuration.
  ///   - sendBufferBytes: SO_SNDBUF; nil for the kernel's own.
  public init(for targets: [LogTarget], sendBufferBytes: Int? = nil) {
    for target in targets {
      guard case .datagram(let endpoint) = target.destination else { continue }
      switch endpoint.kind {
      case .unix, .abstract: LogSockets.open(&unix, AF_UNIX)
      case .internet:
        switch endpoint.address.ip.family {
        case .v4: LogSockets.open(&v4, AF_INET)
        case .v6: LogSockets.open(&v6, AF_INET6)
        }
      }
    }
    guard let sendBufferBytes else { return }
    for socket in [unix, v4, v6] where socket != .none {
      SystemCall.set(.sendBuffer(bytes: sendBufferBytes), on: socket)
    }
  }

  /// The socket for a target; `none` when there is none.
  public func descriptor(for endpoint: Endpoint) -> Descriptor {
    switch endpoint.kind {
    case .unix, .abstract: unix
    case .internet: endpoint.address.ip.family == .v4 ? v4 : v6
    }
  }

  private static func open(_ descriptor: inout Descriptor, _ family: Int32) {
    guard descriptor == .none else { return }
    let socket = socket(
      family,
      Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard socket >= 0 else { return }
    // Nothing is ever read: keep the kernel from queueing answers.
    _ = shutdown(socket, Int32(SHUT_RD))
    descriptor = Descriptor(rawValue: socket)
  }
}

extension Configuration {
  /// Every log target, of `global` and of all proxies.
  var allLogTargets: [LogTarget] { global.logs + proxies.flatMap(\.logs) }
}
