import Basics
import ConfigurationLanguage
import KernelIO
import Proxies
import Synchronization

/// Where connections to a server come from, as all workers see it.
final class ServerSource: Sendable {
  let configuration: SourceConfiguration
  /// None without a range.
  private let ports: Mutex<SourcePorts?>

  init(_ configuration: SourceConfiguration) {
    self.configuration = configuration
    ports = Mutex(configuration.ports.map { SourcePorts($0) })
  }

  var hasPorts: Bool { configuration.ports != nil }

  func takePort() -> UInt16? { ports.withLock { $0?.take() ?? nil } }

  /// How many ports are lent at present.
  var lentPorts: Int {
    guard let count = configuration.ports?.count else { return 0 }
    return count - ports.withLock { $0?.freeCount ?? count }
  }

  func giveBack(_ port: UInt16) { ports.withLock { $0?.giveBack(port) } }

  /// What a connection is for.
  enum Purpose {
    /// A check comes from an own address.
    case check
    /// A session, with the client's address; nil for one that came through a unix socket.
    case session(SocketAddress?)
  }

  /// The address of somebody else that a connection comes from; nil for one's own.
  func foreignAddress(for purpose: Purpose) -> SocketAddress? {
    guard case .session(let client) = purpose, let foreign = configuration.foreign else {
      return nil
    }
    switch foreign {
    case .client: return client
    case .clientAddress: return client.map { SocketAddress(ip: $0.ip, port: 0) }
    case .fixed(let address): return address
    }
  }
}

extension Kernel where Self: ~Copyable {
  /// Turns keep-alive on. tcp(7)
  mutating func keepAlive(_ probes: KeepAliveProbes, on socket: Descriptor) {
    set(.keepAlive, on: socket)
    if probes.count != 0 { set(.keepAliveCount(probes.count), on: socket) }
    if probes.idleSeconds != 0 { set(.keepAliveIdle(seconds: probes.idleSeconds), on: socket) }
    if probes.intervalSeconds != 0 {
      set(.keepAliveInterval(seconds: probes.intervalSeconds), on: socket)
    }
  }

  /// Binds a socket to where its connection is to come from. HAProxy manual, `source`; ip(7).
  ///
  /// - Parameters:
  ///   - socket: not yet connected.
  ///   - source: `source` of the server.
  ///   - purpose: who connects, and whose address `usesrc` takes.
  /// - Returns: the port that was taken out of a range, to be given back when the socket is closed; 0
  ///   for none. Or why it could not be bound.
  mutating func bind(
    _ socket: Descriptor, to source: ServerSource, for purpose: ServerSource.Purpose
  ) -> Result<UInt16, Errno> {
    // Without the privilege the routes decide, as in HAProxy.
    if let interface = source.configuration.interface { set(.device(interface), on: socket) }
    let foreign = source.foreignAddress(for: purpose)
    if foreign != nil, set(.transparent(source.configuration.address.ip.family), on: socket) != nil,
      let error = set(.freeBind, on: socket)
    {
      return .failure(error)
    }
    guard source.hasPorts else {
      let error = bind(socket, to: Endpoint(foreign ?? source.configuration.address))
      return error.map { .failure($0) } ?? .success(0)
    }
    // A port may be in use by somebody else.
    var failure = Errno.addressInUse
    for _ in 0..<10 {
      guard let port = source.takePort() else { return .failure(.addressInUse) }
      var address = source.configuration.address
      address.port = port
      guard let error = bind(socket, to: Endpoint(foreign ?? address)) else {
        return .success(port)
      }
      source.giveBack(port)
      failure = error
    }
    return .failure(failure)
  }

  /// Closes a socket, and ends the loan of its port if `bind(_:to:for:)` took one.
  ///
  /// - Parameters:
  ///   - withReset: whether a reset is sent instead of a FIN.
  ///   - port: what `bind` returned, or 0; 0 afterwards.
  ///   - source: what it was bound to.
  mutating func close(
    _ socket: Descriptor, withReset: Bool, givingBack port: inout UInt16, to source: ServerSource?
  ) {
    if port != 0 {
      closeAtOnce(socket, withReset: withReset)
      source?.giveBack(port)
      port = 0
    } else if withReset {
      closeWithReset(socket)
    } else {
      close(socket)
    }
  }
}
