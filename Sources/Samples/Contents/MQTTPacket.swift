/// The first packet of an MQTT connection, by either side: CONNECT or CONNACK. MQTT 3.1, 3.1.1 and
/// 5.0; HAProxy manual, section 7.3.1, `mqtt_is_valid` and `mqtt_field_value`.
public struct MQTTPacket: Hashable, Sendable {
  /// The packet's type: the upper half of its first byte.
  public var type: MQTTPacketType
  /// What can be asked for, by the name or number of the field. A property of MQTT 5.0 that is a
  /// number and was not sent is 0.
  public var fields: [String: [UInt8]] = [:]

  /// What the bytes received so far are.
  public enum Parse: Hashable, Sendable {
    /// The beginning of a packet.
    case needMore
    /// A whole packet; what follows it is not looked at.
    case packet(MQTTPacket)
    /// No packet of these two types, whatever follows.
    case invalid
  }

  /// Looks for a packet at the beginning of what a side has sent so far.
  ///
  /// Linear in the length of the packet; more bytes only ever turn `needMore` into an answer.
  public static func read(_ bytes: [UInt8]) -> Parse {
    guard bytes.count >= 2 else { return .needMore }
    guard let type = MQTTPacketType(rawValue: bytes[0] >> 4), type.permits(flags: bytes[0] & 15)
    else { return .invalid }
    var length = MQTTCursor(bytes[1...])
    guard let count = length.variableInteger() else {
      return bytes.count < 5 && bytes[1...].allSatisfy { $0 > 127 } ? .needMore : .invalid
    }
    guard length.rest.count >= count else { return .needMore }
    let rest = length.rest.prefix(count)
    let packet: MQTTPacket?
    switch type {
    case .connect: packet = connect(MQTTCursor(rest))
    case .connectAcknowledgement: packet = acknowledgement(MQTTCursor(rest))
    default: packet = nil
    }
    return packet.map { .packet($0) } ?? .invalid
  }

  private enum ConnectFlags {
    static let reserved: UInt8 = 0x01
    static let will: UInt8 = 0x04
    static let willQuality: UInt8 = 0x18
    static let willRetain: UInt8 = 0x20
    static let password: UInt8 = 0x40
    static let user: UInt8 = 0x80
  }

  private static func connect(_ start: MQTTCursor) -> MQTTPacket? {
    var cursor = start
    var packet = MQTTPacket(type: .connect)
    guard let name = cursor.text(),
      [Array("mqtt".utf8), Array("mqisdp".utf8)].contains(name.lowercased),
      let version = cursor.integer(bytes: 1), (3...5).contains(version),
      let flags = cursor.integer(bytes: 1).map({ UInt8(truncatingIfNeeded: $0) }),
      flags & ConnectFlags.reserved == 0,
      flags & (ConnectFlags.will | ConnectFlags.willQuality | ConnectFlags.willRetain)
        != ConnectFlags.willQuality,
      let keepAlive = cursor.integer(bytes: 2)
    else { return nil }
    packet.set("protocol_name", name)
    packet.set("protocol_version", version)
    packet.set("flags", UInt64(flags))
    packet.set("keepalive", keepAlive)
    let hasProperties = version == 5
    if hasProperties {
      guard packet.readProperties(&cursor, MQTTProperty.ofConnect),
        packet.fields["22"] == nil || packet.fields["21"] != nil
      else { return nil }
    }
    guard let identifier = cursor.text() else { return nil }
    packet.set("client_identifier", identifier)
    if flags & ConnectFlags.will != 0 {
      if hasProperties, !packet.readProperties(&cursor, MQTTProperty.ofWill) { return nil }
      guard let topic = cursor.text(), let payload = cursor.text() else { return nil }
      packet.set("will_topic", topic)
      packet.set("will_payload", payload)
    }
    if flags & ConnectFlags.user != 0 {
      guard let user = cursor.text() else { return nil }
      packet.set("username", user)
    }
    if flags & ConnectFlags.password != 0 {
      guard let password = cursor.text() else { return nil }
      packet.set("password", password)
    }
    return cursor.rest.isEmpty ? packet : nil
  }

  private static func acknowledgement(_ start: MQTTCursor) -> MQTTPacket? {
    var cursor = start
    var packet = MQTTPacket(type: .connectAcknowledgement)
    let hasProperties = cursor.rest.count > 2
    guard let flags = cursor.integer(bytes: 1), flags <= 1,
      let reason = cursor.integer(bytes: 1)
    else { return nil }
    packet.set("flags", flags)
    packet.set("reason_code", reason)
    packet.set("protocol_version", hasProperties ? 5 : 4)
    if hasProperties, !packet.readProperties(&cursor, MQTTProperty.ofAcknowledgement) { return nil }
    return cursor.rest.isEmpty ? packet : nil
  }

  private mutating func set(_ field: String, _ value: UInt64) {
    fields[field] = Array(String(value).utf8)
  }

  /// An empty text cannot be asked for.
  private mutating func set(_ field: String, _ value: [UInt8]) {
    if !value.isEmpty { fields[field] = value }
  }

  /// Reads a length and as many bytes of properties.
  ///
  /// - Returns: whether all of them are known and right.
  private mutating func readProperties(
    _ cursor: inout MQTTCursor, _ known: [UInt8: MQTTProperty]
  ) -> Bool {
    guard let count = cursor.variableInteger(), let bytes = cursor.take(count) else { return false }
    for (number, property) in known where property.isNumber { set(String(number), 0) }
    var properties = MQTTCursor(bytes)
    var seen: Set<UInt8> = []
    while let number = properties.integer(bytes: 1).map({ UInt8(truncatingIfNeeded: $0) }) {
      guard let property = known[number] else { return false }
      guard property == .pair || seen.insert(number).inserted else { return false }
      switch property {
      case .flag, .number, .positive:
        guard let value = properties.integer(bytes: property == .flag ? 1 : numberBytes(number)),
          property != .flag || value <= 1, property != .positive || value > 0
        else { return false }
        set(String(number), value)
      case .text, .filledText:
        guard let text = properties.text(), property != .filledText || !text.isEmpty else {
          return false
        }
        set(String(number), text)
      case .pair:
        guard properties.text() != nil, properties.text() != nil else { return false }
      }
    }
    return true
  }

  private func numberBytes(_ property: UInt8) -> Int {
    switch property {
    case 2, 17, 24, 39: 4
    default: 2
    }
  }
}

/// The types of MQTT packets; the raw value is the number on the wire.
public enum MQTTPacketType: UInt8, CaseIterable, Sendable {
  case connect = 1
  case connectAcknowledgement, publish, publishAcknowledgement, publishReceived, publishReleased
  case publishCompleted, subscribe, subscribeAcknowledgement, unsubscribe
  case unsubscribeAcknowledgement, ping, pingAcknowledgement, disconnect, authenticate

  /// The specification's name.
  var name: String {
    switch self {
    case .connect: "CONNECT"
    case .connectAcknowledgement: "CONNACK"
    case .publish: "PUBLISH"
    case .publishAcknowledgement: "PUBACK"
    case .publishReceived: "PUBREC"
    case .publishReleased: "PUBREL"
    case .publishCompleted: "PUBCOMP"
    case .subscribe: "SUBSCRIBE"
    case .subscribeAcknowledgement: "SUBACK"
    case .unsubscribe: "UNSUBSCRIBE"
    case .unsubscribeAcknowledgement: "UNSUBACK"
    case .ping: "PINGREQ"
    case .pingAcknowledgement: "PINGRESP"
    case .disconnect: "DISCONNECT"
    case .authenticate: "AUTH"
    }
  }

  /// The type that a configuration names, in any case, or by its number.
  init?(text: String) {
    if let number = UInt8(text), let type = MQTTPacketType(rawValue: number) {
      self = type
      return
    }
    let name = text.uppercased()
    guard let type = MQTTPacketType.allCases.first(where: { $0.name == name }) else { return nil }
    self = type
  }

  /// Whether the lower half of the first byte may be that.
  fileprivate func permits(flags: UInt8) -> Bool {
    switch self {
    case .publish: true
    case .publishReleased, .subscribe, .unsubscribe: flags == 2
    default: flags == 0
    }
  }

  /// The fields that a packet of the type may have, as a configuration names them.
  var fieldNames: Set<String> {
    let list =
      switch self {
      case .connect:
        "flags protocol_name protocol_version client_identifier will_topic will_payload username "
          + "password keepalive 1 2 3 8 9 17 21 22 23 24 25 33 34 38 39"
      case .connectAcknowledgement:
        "flags reason_code protocol_version 17 18 19 21 22 26 28 31 33 34 36 37 38 39 40 41 42"
      case .publish: "1 2 3 8 9 11 35 38"
      case .publishAcknowledgement, .publishReceived, .publishReleased, .publishCompleted:
        "reason_code 31 38"
      case .subscribe: "11 38"
      case .subscribeAcknowledgement, .unsubscribeAcknowledgement: "31 38"
      case .unsubscribe: "38"
      case .ping, .pingAcknowledgement: ""
      case .disconnect: "reason_code 17 28 31 38"
      case .authenticate: "21 22 31 38"
      }
    return Set(list.split(separator: " ").map(String.init))
  }
}

/// What a property of MQTT 5.0 holds.
private enum MQTTProperty {
  /// One byte, 0 or 1
  case flag
  case number
  /// A number that must not be 0
  case positive
  case text
  /// A text that must not be empty
  case filledText
  /// Two texts, as often as the sender likes; they cannot be asked for.
  case pair

  var isNumber: Bool { self == .flag || self == .number || self == .positive }

  static let ofConnect: [UInt8: MQTTProperty] = [
    17: .number, 21: .text, 22: .text, 23: .flag, 25: .flag, 33: .positive, 34: .number, 38: .pair,
    39: .positive,
  ]
  static let ofWill: [UInt8: MQTTProperty] = [
    1: .flag, 2: .number, 3: .text, 8: .text, 9: .text, 24: .number, 38: .pair,
  ]
  static let ofAcknowledgement: [UInt8: MQTTProperty] = [
    17: .number, 18: .filledText, 19: .number, 21: .text, 22: .text, 26: .text, 28: .text,
    31: .text, 33: .positive, 34: .number, 36: .flag, 37: .flag, 38: .pair, 39: .positive,
    40: .flag, 41: .flag, 42: .flag,
  ]
}

/// What is left of a packet while it is read.
private struct MQTTCursor {
  var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
    guard rest.count >= count else { return nil }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  mutating func integer(bytes count: Int) -> UInt64? {
    take(count)?.reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// Two bytes of length and as many bytes of text.
  mutating func text() -> [UInt8]? {
    guard let count = integer(bytes: 2), let text = take(Int(count)) else { return nil }
    return Array(text)
  }

  /// Seven bits a byte, the lowest first; at most four bytes.
  mutating func variableInteger() -> Int? {
    var number = 0
    for index in 0..<4 {
      guard let byte = integer(bytes: 1) else { return nil }
      number |= Int(byte & 127) << (7 * index)
      if byte < 128 { return number }
    }
    return nil
  }
}
