import Basics

/// Reads one address from left to right: protocol, family, then what the family asks for.
struct AddressReader {
  /// What a prefix such as `tcp6@` says about the family.
  private enum Family {
    case any, v4, v6, unix, abstract, abstractShort, descriptor, socketPair
  }

  /// The prefixes behind `stream+` and the like, with the transport they prescribe; nil for the
  /// one in force.
  private static let prefixes: [(name: String, family: Family, transport: AddressText.Transport?)] =
    [
      ("unix@", .unix, nil), ("uxdg@", .unix, .datagram), ("uxst@", .unix, .stream),
      ("abns@", .abstract, nil), ("abnsz@", .abstractShort, nil),
      ("ip@", .any, nil), ("ipv4@", .v4, nil), ("ipv6@", .v6, nil),
      ("tcp4@", .v4, .stream), ("mptcp4@", .v4, .multipath), ("udp4@", .v4, .datagram),
      ("tcp6@", .v6, .stream), ("mptcp6@", .v6, .multipath), ("udp6@", .v6, .datagram),
      ("tcp@", .any, .stream), ("mptcp@", .any, .multipath), ("udp@", .any, .datagram),
      ("quic4@", .v4, .quic), ("quic6@", .v6, .quic),
      ("fd@", .descriptor, nil), ("sockpair@", .socketPair, nil),
    ]

  /// The length of `sun_path` less its final zero byte.
  private static let pathBytesMax = Endpoint.pathBytesMax
  /// What a path needs besides while a unix listener is replaced: `.<pid>.tmp`.
  private static let temporarySuffixBytes = 1 + 5 + 1 + 3
  /// The longest IPv6 literal in brackets.
  private static let bracketedBytesMax = 47
  /// RFC 1035, section 2.3.4: the longest name, as HAProxy counts it, and the longest label.
  private static let nameBytesMax = 255
  private static let labelBytesMax = 63

  private let text: String
  private var rest: [UInt8]
  private let options: AddressText.Options
  private let unixPrefix: String
  private var transport: AddressText.Transport

  init(text: String, rest: [UInt8], options: AddressText.Options, unixPrefix: String) {
    self.text = text
    self.rest = rest
    self.options = options
    self.unixPrefix = unixPrefix
    let isDatagram =
      options.contains(.datagram)
      && (!options.contains(.stream) || options.contains(.datagramByDefault))
    transport = isDatagram ? .datagram : .stream
  }

  mutating func read() throws(AddressError) -> AddressText {
    if take("stream+") {
      transport = .stream
    } else if take("dgram+") {
      transport = .datagram
    } else if take("quic+") {
      transport = .quic
    }
    if starts(with: "rhttp@") { throw .experimental(address: restText) }
    let family = takeFamily()
    let place: AddressText.Place
    var port = AddressText.Port.none
    switch family {
    case .descriptor:
      place = .descriptor(try descriptor())
      guard !options.isDisjoint(with: [.socketDescriptor, .rawDescriptor]) else {
        throw .descriptorNotAcceptable(text: text)
      }
    case .socketPair: place = .socketPair(try descriptor())
    case .unix: place = .unix(path: try path(isAbstract: false))
    case .abstract: place = .abstract(name: try path(isAbstract: true), isPadded: true)
    case .abstractShort: place = .abstract(name: try path(isAbstract: true), isPadded: false)
    case .any, .v4, .v6:
      port = try takePort()
      place = try host(family == .any ? nil : family == .v4 ? .v4 : .v6)
    }
    try checkTransport(place)
    return AddressText(place: place, port: port, transport: transport)
  }

  // MARK: Prefixes

  private var restText: String { String(decoding: rest, as: UTF8.self) }

  private func starts(with prefix: String) -> Bool { rest.starts(with: prefix.utf8) }

  private mutating func take(_ prefix: String) -> Bool {
    guard starts(with: prefix) else { return false }
    rest.removeFirst(prefix.utf8.count)
    return true
  }

  private mutating func takeFamily() -> Family {
    for prefix in AddressReader.prefixes where take(prefix.name) {
      if let prescribed = prefix.transport { transport = prescribed }
      return prefix.family
    }
    return starts(with: "/") ? .unix : .any
  }

  // MARK: Descriptors and paths

  private func descriptor() throws(AddressError) -> Int32 {
    guard !rest.isEmpty, let value = IntegerText.whole(restText),
      let number = Int32(exactly: value), number >= 0
    else { throw .invalidDescriptor(descriptor: restText, text: text) }
    return number
  }

  private func path(isAbstract: Bool) throws(AddressError) -> String {
    // The listener is bound under a temporary name first, so that name must fit too; a server's
    // path is measured the same way.
    let bytesMax =
      AddressReader.pathBytesMax
      - (isAbstract ? 0 : unixPrefix.utf8.count + AddressReader.temporarySuffixBytes)
    guard rest.count <= bytesMax else { throw .pathTooLong(text: text, bytesMax: bytesMax) }
    // HAProxy accepts an empty path here and fails when it binds.
    guard !rest.isEmpty else { throw .invalidAddress(host: "", text: text) }
    return restText
  }

  // MARK: Ports

  /// Cuts the port and its colon off the rest.
  private mutating func takePort() throws(AddressError) -> AddressText.Port {
    var index = rest.count - 1
    while index > 0, rest[index] != UInt8(ascii: "]"), rest[index] != UInt8(ascii: ":") {
      index -= 1
    }
    guard index >= 0, rest[index] == UInt8(ascii: ":") else {
      if options.contains(.portMandatory) { throw .missingPort(text: text) }
      return .none
    }
    guard !options.isDisjoint(with: [.port, .portMandatory]) else {
      throw .portNotPermitted(text: text)
    }
    let port = rest[(index + 1)...]
    rest.removeSubrange(index...)
    guard let first = port.first else {
      if options.contains(.portMandatory) { throw .missingPort(text: text) }
      return .none
    }
    switch first {
    case _ where first.isDigit: return try range(port)
    case UInt8(ascii: "+"), UInt8(ascii: "-"):
      guard options.contains(.portOffset) else { throw .portOffsetNotPermitted(text: text) }
      let offset = try number(port.dropFirst())
      return offset == 0 ? .none : .offset(first == UInt8(ascii: "-") ? -offset : offset)
    default:
      throw .invalidPortCharacter(
        character: first.text, port: String(decoding: port, as: UTF8.self), text: text)
    }
  }

  private func range(_ port: ArraySlice<UInt8>) throws(AddressError) -> AddressText.Port {
    var (first, second) = (port, port)
    if let dash = port.firstIndex(of: UInt8(ascii: "-")) {
      guard options.contains(.portRange) else { throw .portRangeNotPermitted(text: text) }
      first = port[..<dash]
      second = port[(dash + 1)...]
    }
    let (low, high) = (try number(first), try number(second))
    let bounds = (options.contains(.portMandatory) ? 1 : 0)...65535
    for (value, bytes) in [(low, first), (high, second)] where !bounds.contains(value) {
      throw .invalidPort(port: String(decoding: bytes, as: UTF8.self))
    }
    guard low <= high else { throw .invalidPortRange(low: low, high: high) }
    return high == 0 ? .none : .range(UInt16(low)...UInt16(high))
  }

  private func number(_ bytes: ArraySlice<UInt8>) throws(AddressError) -> Int {
    let (value, end) = IntegerText.scan(bytes)
    guard end == bytes.endIndex else {
      throw .invalidPortCharacter(
        character: bytes[end].text, port: String(decoding: bytes, as: UTF8.self), text: text)
    }
    // Far beyond any port, and safe to negate.
    return min(max(value, -1_000_000_000), 1_000_000_000)
  }

  // MARK: Hosts

  private func host(_ family: IPAddress.Family?) throws(AddressError) -> AddressText.Place {
    guard let literal = withoutBrackets else {
      return try name(rest, family)
    }
    if literal.isEmpty || literal == [UInt8(ascii: "*")] {
      return .address(family == .v6 ? .anyV6 : .anyV4)
    }
    if let address = IPAddress(utf8: literal), family == nil || address.family == family {
      return .address(address)
    }
    return try name(literal, family)
  }

  /// What stands in brackets, or everything when there are none; nil when they do not match.
  private var withoutBrackets: [UInt8]? {
    guard rest.first == UInt8(ascii: "[") else { return rest }
    guard (4...AddressReader.bracketedBytesMax).contains(rest.count),
      rest.last == UInt8(ascii: "]")
    else { return nil }
    return Array(rest.dropFirst().dropLast())
  }

  /// A name: kept with its brackets for later, but resolved without them.
  private func name(
    _ name: [UInt8], _ family: IPAddress.Family?
  ) throws(AddressError) -> AddressText.Place {
    if options.contains(.keepName) { return .host(restText, family: family) }
    guard options.contains(.resolve), isHostName(name) else {
      throw .invalidAddress(host: restText, text: text)
    }
    return .host(String(decoding: name, as: UTF8.self), family: family)
  }

  /// Whether the resolver would be asked for a name at all.
  private func isHostName(_ name: [UInt8]) -> Bool {
    guard name.count <= AddressReader.nameBytesMax else { return false }
    return name.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy {
      $0.count <= AddressReader.labelBytesMax
        && $0.allSatisfy { $0.isNameCharacter || $0 == UInt8(ascii: "-") }
    }
  }

  // MARK: Transport

  private func checkTransport(_ place: AddressText.Place) throws(AddressError) {
    switch transport {
    case .stream, .multipath, .quic:
      guard options.contains(.stream) else { throw .streamNotAcceptable(text: text) }
    case .datagram:
      guard options.contains(.datagram) else { throw .datagramNotAcceptable(text: text) }
    }
    guard options.contains(.protocolNeeded), let family = unsupportedFamily(place) else { return }
    throw .unsupportedProtocol(transport: transport, family: family, text: text)
  }

  /// The number of the address family, as HAProxy prints it, when there is no such protocol for it.
  private func unsupportedFamily(_ place: AddressText.Place) -> Int? {
    // HAProxy's own families are numbered from AF_MAX, which is 46 in Debian 12's C library.
    let (number, isInternet): (Int, Bool) =
      switch place {
      case .address(let address): (address.family == .v4 ? 2 : 10, true)
      case .host(_, let family): (family == .v6 ? 10 : 2, true)
      case .unix: (1, false)
      case .descriptor: (47, false)
      case .socketPair: (48, false)
      case .abstract(_, let isPadded): (isPadded ? 50 : 51, false)
      }
    if case .descriptor = place { return nil }
    switch transport {
    case .stream: return nil
    case .quic: return number
    case .multipath: return isInternet ? nil : number
    case .datagram:
      if case .socketPair = place { return number }
      return nil
    }
  }
}
