internal import Administration
internal import Basics
public import ConfigurationLanguage
internal import Glibc
public import KernelIO

/// Opens every listening socket of a configuration: one a worker for internet addresses, in the
/// order of the workers, and a single one for everything that cannot be shared that way.
struct ListenerOpener {
  /// How an attempt went.
  enum Outcome: Equatable {
    case complete
    /// Something is missing that another attempt may get.
    case retryable
    case fatal
  }

  private let configuration: Configuration
  private let workerCount: Int
  private let isReuseport: Bool
  private let console: Console
  /// What is open so far.
  private(set) var sockets: [ListeningSocket] = []
  private var finished: Set<[Int]> = []

  init(configuration: Configuration, workerCount: Int, isReuseport: Bool, console: Console) {
    self.configuration = configuration
    self.workerCount = workerCount
    self.isReuseport = isReuseport
    self.console = console
  }

  /// The number of sockets that a configuration needs.
  static func count(of configuration: Configuration, workerCount: Int, isReuseport: Bool) -> Int {
    configuration.proxies.filter { !$0.isDisabled }.flatMap(\.listeners).reduce(0) {
      $0 + (isReuseport && $1.isInternet ? workerCount : 1)
    }
  }

  /// Opens what is not open yet.
  ///
  /// - Parameter isLast: whether failures that another attempt could mend are reported.
  mutating func openMissing(isLast: Bool) -> Outcome {
    var outcome = Outcome.complete
    for (proxy, section) in configuration.proxies.enumerated() where !section.isDisabled {
      for listener in section.listeners.indices where !finished.contains([proxy, listener]) {
        do throws(ListenerFailure) {
          try open(proxy: proxy, listener: listener, isLast: isLast)
          finished.insert([proxy, listener])
        } catch {
          if isLast || error.gravity == .fatal {
            report(error, proxy: proxy, listener: listener)
          }
          if error.gravity == .fatal {
            outcome = .fatal
          } else if outcome == .complete {
            outcome = .retryable
          }
        }
      }
    }
    return outcome
  }

  /// Closes everything: the start has failed.
  mutating func closeAll() {
    for socket in sockets { close(socket.descriptor.rawValue) }
    sockets = []
    finished = []
  }

  private mutating func open(
    proxy: Int, listener: Int, isLast: Bool
  ) throws(ListenerFailure) {
    let line = configuration.proxies[proxy].listeners[listener]
    let backlog = configuration.backlog(proxy: proxy, listener: listener)
    guard line.isInternet, isReuseport else {
      let descriptor = try openOne(
        proxy: proxy, listener: listener, backlog: backlog, isLast: isLast)
      append(proxy, listener, nil, descriptor, backlog)
      return
    }
    // Each worker's share, rounded up: together at least what was asked for.
    let share = (backlog + workerCount - 1) / workerCount
    let before = sockets.count
    do throws(ListenerFailure) {
      for worker in 0..<workerCount {
        let descriptor = try openOne(
          proxy: proxy, listener: listener, backlog: share, isLast: isLast && worker == 0)
        append(proxy, listener, worker, descriptor, share)
      }
    } catch {
      for socket in sockets[before...] { close(socket.descriptor.rawValue) }
      sockets.removeSubrange(before...)
      throw error
    }
  }

  private func openOne(
    proxy: Int, listener: Int, backlog: Int, isLast: Bool
  ) throws(ListenerFailure) -> Int32 {
    let line = configuration.proxies[proxy].listeners[listener]
    switch line.address {
    case .inherited(let descriptor):
      let isTaken = sockets.contains { $0.descriptor.rawValue == descriptor }
      return try InheritedListener(descriptor: descriptor, backlog: backlog, isTaken: isTaken)
        .open()
    case .endpoint(let endpoint):
      switch endpoint.kind {
      case .internet:
        let opener = InternetListener(
          configuration: line, address: endpoint.address, backlog: backlog,
          isReuseport: isReuseport)
        return try opener.open { warning in
          if isLast { report(warning, proxy: proxy, listener: listener) }
        }
      case .unix, .abstract:
        return try UnixListener(configuration: line, endpoint: endpoint, backlog: backlog).open()
      }
    }
  }

  private mutating func append(
    _ proxy: Int, _ listener: Int, _ worker: Int?, _ descriptor: Int32, _ backlog: Int
  ) {
    let line = configuration.proxies[proxy].listeners[listener]
    sockets.append(
      ListeningSocket(
        proxy: proxy, listener: listener, worker: worker,
        descriptor: Descriptor(rawValue: descriptor), backlog: backlog,
        isInherited: line.inheritedDescriptor != nil))
  }

  private func report(_ failure: ListenerFailure, proxy: Int, listener: Int) {
    let section = configuration.proxies[proxy]
    let line = section.listeners[listener]
    let text =
      "\(failure.phase.rawValue) [\(line.location)] for \(section.kindName) \(section.name): "
      + "protocol \(line.protocolName): \(failure.text)."
    switch failure.gravity {
    case .warning: console.warning(text)
    case .retryable, .fatal: console.alert(text)
    }
  }
}

extension ListeningSocket {
  /// Opens a socket like this one again: for an abstract unix listener, which can only pause by
  /// closing. Says nothing when it fails.
  ///
  /// - Parameter configuration: the configuration the socket was opened for.
  /// - Returns: the new socket, owned by the caller; nil when somebody else has the address.
  public func reopened(in configuration: Configuration) -> Descriptor? {
    let line = configuration.proxies[proxy].listeners[listener]
    guard case .endpoint(let endpoint) = line.address, endpoint.kind != .internet else {
      return nil
    }
    let opener = UnixListener(configuration: line, endpoint: endpoint, backlog: backlog)
    do throws(ListenerFailure) {
      return Descriptor(rawValue: try opener.open())
    } catch {
      return nil
    }
  }
}

extension ListenerConfiguration {
  /// Whether it is an IP address and a port that every worker can listen on.
  var isInternet: Bool {
    guard case .endpoint(let endpoint) = address else { return false }
    return endpoint.kind == .internet
  }

  /// The `N` of `fd@N`.
  var inheritedDescriptor: Int32? {
    guard case .inherited(let descriptor) = address else { return nil }
    return descriptor
  }

  /// What alerts call the kind of address.
  var protocolName: String {
    switch address {
    case .inherited(let descriptor):
      InheritedListener(descriptor: descriptor, backlog: 0, isTaken: false).protocolName
    case .endpoint(let endpoint):
      switch endpoint.kind {
      case .internet: endpoint.address.ip.family == .v4 ? "tcpv4" : "tcpv6"
      case .unix: "unix_stream"
      case .abstract: "abns_stream"
      }
    }
  }
}

extension ProxyConfiguration {
  /// What alerts call a proxy: `proxy` when it has both halves.
  var kindName: String {
    if capabilities == .frontend { return "frontend" }
    return capabilities == .backend ? "backend" : "proxy"
  }
}
