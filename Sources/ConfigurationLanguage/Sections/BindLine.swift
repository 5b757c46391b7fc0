import Basics

/// `bind`. HAProxy manual, sections 4 and 5.1.
extension ConfigurationDraft {
  mutating func readBind(_ statement: Statement) {
    let location = statement.location
    guard isOutsideDefaults(statement) else { return }
    warnUnless(.frontend, location, "bind")
    guard !statement[1].isEmpty else {
      diagnostics.alert(
        at: location,
        "'bind' expects {<path>|[addr1]:port1[-end1]}{,[addr]:port[-end]}... as arguments.")
      return
    }
    var listeners: [ListenerConfiguration] = []
    for text in AddressText.list(statement[1]) {
      do {
        listeners += try bindAddresses(text).map {
          ListenerConfiguration(address: $0, id: 0, location: location)
        }
      } catch {
        diagnostics.alert(at: location, "'bind' : \(error)")
        return
      }
    }
    for index in listeners.indices { listeners[index].permissions = global.unixBind }
    var line = BindLine(statement: statement, listeners: listeners)
    line.usedIDs = proxy.listenerIDs
    readBindWords(&line)
    // A backend's listeners are ignored, as the warning said.
    guard proxy.has(.frontend) else { return }
    for listener in line.listeners where listener.id > 0 {
      proxy.listenerIDs[listener.id] = "\(location) ('bind \(statement[1])')"
    }
    proxy.settings.listeners += line.listeners
  }

  /// Why an address that HAProxy accepts cannot be bound by this version.
  private enum BindProblem: Error, CustomStringConvertible {
    case address(AddressError)
    case notSupported(String)

    var description: String {
      switch self {
      case .address(let error): error.description
      case .notSupported(let text):
        "the address '\(text)' is known but not supported by this version of Sluice."
      }
    }
  }

  /// The addresses that one part of the list stands for: one a port.
  private func bindAddresses(
    _ text: String
  ) throws(BindProblem) -> [ListenerConfiguration.Address] {
    let address: AddressText
    let place: AddressText.Place
    do {
      address = try AddressText.parse(
        text, environment: environment, options: .bind, unixPrefix: global.unixBindPrefix)
      place = try resolved(address, text: text)
    } catch {
      throw .address(error)
    }
    guard address.transport == .stream else { throw .notSupported(text) }
    switch place {
    case .address(let ip):
      guard case .range(let ports) = address.port else {
        throw .address(.missingPort(text: text))
      }
      return ports.map { .endpoint(Endpoint(SocketAddress(ip: ip, port: $0))) }
    case .unix(let path):
      guard let endpoint = Endpoint(.unix, name: Array((global.unixBindPrefix + path).utf8)) else {
        throw .address(.pathTooLong(text: text, bytesMax: Endpoint.pathBytesMax))
      }
      return [.endpoint(endpoint)]
    case .abstract(let name, isPadded: true):
      guard let endpoint = Endpoint(.abstract, name: Array(name.utf8)) else {
        throw .address(.pathTooLong(text: text, bytesMax: Endpoint.pathBytesMax))
      }
      return [.endpoint(endpoint)]
    case .descriptor(let number): return [.inherited(number)]
    case .abstract(_, isPadded: false), .socketPair, .host: throw .notSupported(text)
    }
  }

  /// Reads the words behind the addresses until one is wrong.
  private mutating func readBindWords(_ line: inout BindLine) {
    let statement = line.statement
    let prefix = "'bind \(statement[1])' in section '\(sectionName)'"
    var index = 2
    while !statement[index].isEmpty {
      let word = statement[index]
      switch KeywordTable.bind.meaning(of: word) {
      case .keyword(let keyword):
        if let problem = line.apply(keyword, at: &index) {
          diagnostics.alert(at: statement.location, "\(prefix) : \(problem)")
          return
        }
      case .other(.ignored):
        index += ignoredBindWordsWithValue.contains(word) ? 2 : 1
      case .other(.notSupported):
        diagnostics.alert(at: statement.location, "\(prefix) : \(notSupported(word))")
        // How many arguments follow is not known here, so the rest cannot be read.
        return
      case .unknown:
        let suggestion = KeywordTable.bind.suggestion(for: word)
        diagnostics.alert(
          at: statement.location,
          "\(prefix): unknown keyword '\(word)'\(suggestion.isEmpty ? "." : suggestion)")
        return
      }
    }
  }
}

/// A `bind` line and the listeners it makes.
struct BindLine {
  let statement: Statement
  var listeners: [ListenerConfiguration]
  /// `id`s of the proxy's other listeners, with the lines that gave them.
  var usedIDs: [Int: String] = [:]

  init(statement: Statement, listeners: [ListenerConfiguration]) {
    self.statement = statement
    self.listeners = listeners
  }

  /// Applies one word with its argument and steps over both.
  ///
  /// - Returns: what is wrong, nil when nothing is.
  mutating func apply(_ keyword: BindKeyword, at index: inout Int) -> String? {
    let word = keyword.rawValue
    let argument = statement[index + 1]
    switch keyword {
    case .acceptProxy, .deferAccept, .tfo, .transparent, .v4v6, .v6only:
      index += 1
      set(keyword)
      return nil
    case .backlog, .maxconn, .mss, .id, .acceptNetscaler:
      index += 2
      return setNumber(keyword, argument)
    case .gid, .uid, .group, .user, .mode:
      index += 2
      return setPermission(keyword, argument)
    case .name, .interface:
      index += 2
      guard !argument.isEmpty else {
        return "'\(word)' : missing \(keyword == .name ? "name" : "interface name")"
      }
      change { listener in
        if keyword == .name { listener.name = argument } else { listener.interface = argument }
      }
      return nil
    case .userTimeout:
      index += 2
      switch ConfigurationDraft.userTimeout(argument) {
      case .success(let milliseconds):
        change { $0.userTimeoutMilliseconds = milliseconds == 0 ? nil : milliseconds }
        return nil
      case .failure(let problem): return problem.text
      }
    case .process:
      return "'process \(argument)' on 'bind' lines is not supported anymore, please use 'thread' "
        + "instead."
    }
  }

  private mutating func change(_ body: (inout ListenerConfiguration) -> Void) {
    for index in listeners.indices { body(&listeners[index]) }
  }

  private mutating func set(_ keyword: BindKeyword) {
    change { listener in
      switch keyword {
      case .acceptProxy: listener.isAcceptProxy = true
      case .deferAccept: listener.isDeferAccept = true
      case .tfo: listener.isFastOpen = true
      case .transparent: listener.isTransparent = true
      case .v4v6: listener.isV4V6 = true
      default: listener.isV6Only = true
      }
    }
  }

  private mutating func setNumber(_ keyword: BindKeyword, _ argument: String) -> String? {
    let word = keyword.rawValue
    if keyword == .id { return setID(argument) }
    guard !argument.isEmpty else {
      return "'\(word)' : missing \(keyword == .mss ? "MSS value" : "value")"
    }
    let value = IntegerText.leading(argument)
    switch keyword {
    case .acceptNetscaler:
      let magic = UInt32(truncatingIfNeeded: value)
      guard magic > 0 else {
        return "'\(word)' : invalid value \(Int32(bitPattern: magic)), must be >= 0"
      }
      change { $0.clientAddressMagic = magic }
    case .backlog:
      guard value >= 0 else { return "'\(word)' : invalid value \(value), must be > 0" }
      change { $0.backlog = value == 0 ? nil : value }
    case .maxconn:
      guard value >= 0 else { return "'\(word)' : invalid value \(value), must be >= 0" }
      change { $0.maxconn = value }
    default:
      guard value != 0, (-65535...65535).contains(value) else {
        return "'\(word)' : expects an MSS with and absolute value between 1 and 65535"
      }
      change { $0.maximumSegment = value }
    }
    return nil
  }

  private mutating func setID(_ argument: String) -> String? {
    guard listeners.count == 1 else { return "'id' can only be used with a single socket" }
    guard !argument.isEmpty else { return "'id' : expects an integer argument" }
    guard let id = IntegerText.whole(argument) else {
      return "'id' : expects an integer argument, found '\(argument)'"
    }
    guard id > 0 else { return "'id' : custom id has to be > 0" }
    if let other = usedIDs[id] {
      return "'id' : custom id \(id) already used at \(other)"
    }
    listeners[0].id = id
    return nil
  }

  private mutating func setPermission(_ keyword: BindKeyword, _ argument: String) -> String? {
    let word = keyword.rawValue
    if keyword == .mode {
      guard let mode = UInt32(argument, radix: 8) else {
        return "'mode' : missing or invalid mode '\(argument)' (octal integer expected)"
      }
      change { $0.permissions.mode = mode }
      return nil
    }
    guard !argument.isEmpty else {
      let what = keyword == .user ? "user name" : keyword == .group ? "group name" : "value"
      return "'\(word)' : missing \(what)"
    }
    change { $0.permissions.set(keyword.rawValue, argument) }
    return nil
  }
}

extension UnixSocketPermissions {
  /// Sets the owner or the group, by number (`uid`, `gid`) or by name (`user`, `group`); the last
  /// one counts.
  mutating func set(_ word: String, _ argument: String) {
    switch word {
    case "uid":
      uid = UInt32(truncatingIfNeeded: IntegerText.leading(argument))
      user = nil
    case "gid":
      gid = UInt32(truncatingIfNeeded: IntegerText.leading(argument))
      group = nil
    case "user":
      user = argument
      uid = nil
    default:
      group = argument
      gid = nil
    }
  }
}
