public import ConfigurationLanguage

/// Every name that a log line can hold, as bytes, found by the indexes of a `SessionRecord`.
///
/// All names lie in one array: looking one up touches no reference but that array's.
public struct LogNames: Sendable {
  /// Where a name lies.
  typealias Name = Range<Int>

  private(set) var bytes: [UInt8] = []
  private var proxies: [Name] = []
  private var servers: [Name] = []
  /// The place of each proxy's first server in `servers`
  private var firstServers: [Int] = []
  private var listeners: [Name] = []
  private var listenerIDs: [Int] = []
  /// The place of each proxy's first listener in `listeners`
  private var firstListeners: [Int] = []
  /// `%pid`
  public let processID: Int32
  /// The machine's own name: `%H`
  let hostname: Name

  /// - Parameters:
  ///   - configuration: the configuration whose indexes the records hold.
  ///   - processID: the number of this process.
  ///   - hostname: the machine's own name.
  public init(_ configuration: Configuration, processID: Int32, hostname: [UInt8]) {
    self.processID = processID
    self.hostname = 0..<hostname.count
    bytes = hostname
    for proxy in configuration.proxies {
      firstServers.append(servers.count)
      firstListeners.append(listeners.count)
      proxies.append(add(proxy.name))
      for server in proxy.servers { servers.append(add(server.name)) }
      for listener in proxy.listeners {
        listeners.append(add(listener.name ?? String(listener.id)))
        listenerIDs.append(listener.id)
      }
    }
  }

  private mutating func add(_ name: String) -> Name {
    let start = bytes.count
    bytes.append(contentsOf: name.utf8)
    return start..<bytes.count
  }

  /// The machine's own name.
  public var hostnameBytes: [UInt8] { Array(bytes[hostname]) }

  /// The frontend's name.
  func frontend(_ record: SessionRecord) -> Name { proxies[record.frontend] }

  /// The backend's name; the frontend's before one was chosen, as HAProxy does.
  func backend(_ record: SessionRecord) -> Name {
    proxies[record.backend < 0 ? record.frontend : record.backend]
  }

  /// The name of the server last tried; nil without one.
  func server(_ record: SessionRecord) -> Name? {
    guard record.backend >= 0, record.server >= 0 else { return nil }
    return servers[firstServers[record.backend] + record.server]
  }

  /// The listener's name, or its number.
  func listener(_ record: SessionRecord) -> Name {
    listeners[firstListeners[record.frontend] + record.listener]
  }

  /// The listener's number.
  func listenerID(_ record: SessionRecord) -> Int {
    listenerIDs[firstListeners[record.frontend] + record.listener]
  }
}
