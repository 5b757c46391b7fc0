internal import Basics
internal import ConfigurationLanguage
internal import Glibc
internal import KernelIO

/// Opens one listening TCP socket.
struct InternetListener {
  let configuration: ListenerConfiguration
  let address: SocketAddress
  let backlog: Int
  /// Whether other sockets, of this process or another, may have the same address.
  let isReuseport: Bool

  /// ` for [127.0.0.1:80]`
  private var suffix: String { " for [\(address.ip):\(address.port)]" }

  /// Opens, binds and listens.
  ///
  /// - Parameter warn: called with what did not work and does not matter.
  /// - Returns: the socket, owned by the caller.
  func open(warn: (ListenerFailure) -> Void) throws(ListenerFailure) -> Int32 {
    let descriptor = socket(
      address.ip.family == .v4 ? AF_INET : AF_INET6,
      Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue),
      Int32(IPPROTO_TCP))
    guard descriptor >= 0 else {
      throw ListenerFailure(
        gravity: .retryable, text: "cannot create receiving socket (\(reason))" + suffix)
    }
    do throws(ListenerFailure) {
      try prepare(descriptor, warn: warn)
      let raw = RawSocketAddress(Endpoint(address))
      let result = unsafe raw.withPointer { pointer, length in
        unsafe bind(descriptor, pointer, length)
      }
      guard result == 0 else {
        throw ListenerFailure(
          gravity: .retryable, text: "cannot bind socket (\(reason))" + suffix)
      }
      try start(descriptor, warn: warn)
      return descriptor
    } catch {
      close(descriptor)
      throw error
    }
  }

  /// The options that must be set before bind(2).
  private func prepare(
    _ descriptor: Int32, warn: (ListenerFailure) -> Void
  ) throws(ListenerFailure) {
    if !set(descriptor, SOL_SOCKET, SO_REUSEADDR, 1) {
      throw ListenerFailure(gravity: .fatal, text: "cannot do so_reuseaddr" + suffix)
    }
    if isReuseport { set(descriptor, SOL_SOCKET, SO_REUSEPORT, 1) }
    if configuration.isTransparent, !makeTransparent(descriptor) {
      throw ListenerFailure(
        gravity: .fatal, text: "cannot make receiving socket transparent" + suffix)
    }
    if let interface = configuration.interface {
      let name = Array(interface.utf8) + [0]
      let result = unsafe setsockopt(
        descriptor, SOL_SOCKET, SO_BINDTODEVICE, name, socklen_t(name.count))
      if result != 0 {
        warn(
          ListenerFailure(
            gravity: .warning,
            text: "cannot bind receiver to device '\(interface)' (\(reason))" + suffix))
      }
    }
    if address.ip.family == .v6 {
      // v6only is the stronger one when both are given; without either the system's default
      // counts, net.ipv6.bindv6only.
      if configuration.isV6Only || configuration.isV4V6 {
        set(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, configuration.isV6Only ? 1 : 0)
      }
    }
  }

  private func makeTransparent(_ descriptor: Int32) -> Bool {
    switch address.ip.family {
    case .v4:
      set(descriptor, Int32(IPPROTO_IP), IP_TRANSPARENT, 1)
        || set(descriptor, Int32(IPPROTO_IP), IP_FREEBIND, 1)
    case .v6: set(descriptor, Int32(IPPROTO_IPV6), IPV6_TRANSPARENT, 1)
    }
  }

  /// The options of the listening socket, which accepted ones inherit, and listen(2).
  private func start(
    _ descriptor: Int32, warn: (ListenerFailure) -> Void
  ) throws(ListenerFailure) {
    var failures: [String] = []
    if let segment = configuration.maximumSegment, segment > 0,
      !set(descriptor, Int32(IPPROTO_TCP), TCP_MAXSEG, Int32(clamping: segment))
    {
      failures.append("cannot set MSS to \(segment), (\(reason))")
    }
    // By up to one second.
    if configuration.isDeferAccept, !set(descriptor, Int32(IPPROTO_TCP), TCP_DEFER_ACCEPT, 1) {
      failures.append("cannot enable DEFER_ACCEPT, (\(reason))")
    }
    if configuration.isFastOpen,
      !set(descriptor, Int32(IPPROTO_TCP), TCP_FASTOPEN, Int32(clamping: backlog))
    {
      failures.append("cannot enable TCP_FASTOPEN, (\(reason))")
    }
    if let milliseconds = configuration.userTimeoutMilliseconds,
      !set(
        descriptor, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, Int32(bitPattern: milliseconds))
    {
      failures.append("cannot set TCP User Timeout, (\(reason))")
    }
    if configuration.acceptsSmartly {
      set(descriptor, Int32(IPPROTO_TCP), TCP_QUICKACK, 0)
    }
    // Accepted sockets inherit it, which saves a call each.
    set(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
    guard listen(descriptor, Int32(clamping: backlog)) == 0 else {
      failures.append("cannot listen to socket: (\(reason))")
      throw ListenerFailure(
        gravity: .retryable, phase: .starting, text: failures.joined(separator: ", ") + suffix)
    }
    if !failures.isEmpty {
      warn(
        ListenerFailure(
          gravity: .warning, phase: .starting, text: failures.joined(separator: ", ") + suffix))
    }
  }

  private var reason: String { Errno.current.sentence }

  @discardableResult
  private func set(_ descriptor: Int32, _ level: Int32, _ option: Int32, _ value: Int32) -> Bool {
    var value = value
    return unsafe setsockopt(
      descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size)) == 0
  }
}
