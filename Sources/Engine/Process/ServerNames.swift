internal import Basics
internal import ConfigurationLanguage
internal import Glibc

/// Finds the addresses of servers that are written as names, once, when the process starts.
/// HAProxy manual, `init-addr`.
struct ServerNames {
  /// `-dr`: what does not resolve is disabled instead of fatal.
  let isFailureIgnored: Bool
  /// Looks one name up; nil when it has no address. Replaced in tests.
  var lookUp: (String) -> IPAddress? = { ServerNames.lookUp($0) }

  /// Replaces every name by its address.
  ///
  /// - Returns: false when a server's name is unknown and must be known.
  func resolve(_ configuration: inout Configuration, console: Console) -> Bool {
    var isComplete = true
    for proxy in configuration.proxies.indices {
      let section = configuration.proxies[proxy]
      guard section.capabilities.contains(.backend), !section.isDisabled else { continue }
      for server in section.servers.indices {
        let resolution = resolve(section.servers[server])
        let context =
          "[\(section.servers[server].location)] : 'server \(section.name)/"
          + "\(section.servers[server].name)' : "
        if let text = resolution.text {
          if resolution.isFatal {
            console.alert(context + text)
          } else {
            console.notice(context + text)
          }
        }
        if resolution.isFatal { isComplete = false }
        if let address = resolution.address {
          configuration.proxies[proxy].servers[server].host = .ip(address)
        }
        // The server stays in maintenance until somebody tells its address.
        if resolution.isDisabled { configuration.proxies[proxy].servers[server].isDisabled = true }
      }
    }
    return isComplete
  }

  struct Resolution: Equatable {
    var address: IPAddress?
    var isDisabled = false
    var isFatal = false
    var text: String?
  }

  /// Tries the methods of `init-addr` in their order.
  func resolve(_ server: ServerConfiguration) -> Resolution {
    guard case .name(let name, let initAddress) = server.host else { return Resolution() }
    var hasTried = false
    for method in initAddress.methods + (isFailureIgnored ? [.none] : []) {
      switch method {
      case .last: continue  // There is no state file to take it from.
      case .libc:
        if let address = lookUp(name) { return Resolution(address: address) }
        hasTried = true
      case .none:
        let text = "could not resolve address '\(name)', disabling server."
        return Resolution(isDisabled: true, text: hasTried ? text : nil)
      case .ip(let address):
        let text = "could not resolve address '\(name)', falling back to configured address."
        return Resolution(address: address, text: hasTried ? text : nil)
      }
    }
    let text = hasTried ? "could not resolve address" : "no method found to resolve address"
    return Resolution(isFatal: true, text: "\(text) '\(name)'.")
  }

  /// The first IPv4 or IPv6 address, in the order of the system's resolver. getaddrinfo(3)
  ///
  /// - Parameters:
  ///   - name: a host name.
  ///   - family: the only family wanted; nil for either.
  static func lookUp(_ name: String, family: IPAddress.Family? = nil) -> IPAddress? {
    var hints = unsafe addrinfo()
    switch family {
    case nil: unsafe hints.ai_family = AF_UNSPEC
    case .v4: unsafe hints.ai_family = AF_INET
    case .v6: unsafe hints.ai_family = AF_INET6
    }
    unsafe hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    guard unsafe getaddrinfo(name, nil, &hints, &list) == 0 else { return nil }
    defer { unsafe freeaddrinfo(list) }
    var next = unsafe list
    while let entry = unsafe next {
      if let address = unsafe ipAddress(in: entry.pointee) { return address }
      unsafe next = entry.pointee.ai_next
    }
    return nil
  }

  @unsafe private static func ipAddress(in entry: addrinfo) -> IPAddress? {
    guard let address = unsafe entry.ai_addr else { return nil }
    let bytes = unsafe Array(
      UnsafeRawBufferPointer(start: UnsafeRawPointer(address), count: Int(entry.ai_addrlen)))
    let number = { (range: Range<Int>) in bytes[range].reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
    switch unsafe entry.ai_family {
    case AF_INET where bytes.count >= 8: return IPAddress(v4: UInt32(number(4..<8)))
    case AF_INET6 where bytes.count >= 24: return IPAddress(v6: number(8..<16), number(16..<24))
    default: return nil
    }
  }
}
