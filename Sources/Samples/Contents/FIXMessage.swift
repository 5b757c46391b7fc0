/// A message of the Financial Information eXchange protocol: `tag=value` pairs, each ended by a byte
/// of 1. HAProxy manual, section 7.3.1, `fix_is_valid` and `fix_tag_value`.
public enum FIXMessage {
  /// What the bytes received so far are.
  public enum Verdict: Hashable, Sendable { case needMore, valid, invalid }

  /// What the search for a tag comes to.
  public enum Search: Hashable, Sendable { case needMore, value([UInt8]), absent }

  private static let delimiter: UInt8 = 1
  private static let messageBytesMin = 26

  private enum Tag {
    static let beginString: UInt32 = 8
    static let bodyLength: UInt32 = 9
    static let checkSum: UInt32 = 10
    static let messageType: UInt32 = 35
  }

  /// The highest tag of each version; all versions since 5.0 call themselves `FIXT.1.1`.
  private static let highestTags: [String: UInt32] = [
    "FIX.4.0": 140, "FIX.4.1": 211, "FIX.4.2": 446, "FIX.4.3": 659, "FIX.4.4": 956,
    "FIXT.1.1": 1621,
  ]

  /// The number of a tag that a configuration names; nil for an unknown one.
  static func tag(named text: String) -> UInt32? {
    if let number = number(Array(text.utf8)[...]) { return number }
    return switch text.lowercased() {
    case "beginstring": Tag.beginString
    case "bodylength": Tag.bodyLength
    case "checksum": Tag.checkSum
    case "msgtype": Tag.messageType
    case "sendercompid": 49
    case "targetcompid": 56
    default: nil
    }
  }

  /// Checks what a side has sent so far: the order of the first tags, the version, all tags, the
  /// length and the checksum of the first message. Linear in its length.
  public static func check(_ bytes: [UInt8]) -> Verdict {
    guard bytes.count >= messageBytesMin else { return .needMore }
    var index = 0
    var count = 0
    var highest: UInt32 = 0
    var body: (start: Int, length: UInt32) = (0, 0)
    var sum: UInt8 = 0
    while true {
      let start = index
      guard let (name, value) = pair(bytes, &index) else { return .needMore }
      guard !name.isEmpty, let tag = number(name) else { return .invalid }
      let isUserDefined = (10000...19999).contains(tag)
      guard count == 0 || isUserDefined || tag <= highest else { return .invalid }
      count += 1
      switch count {
      case 1:
        guard tag == Tag.beginString,
          let limit = highestTags[String(decoding: value, as: UTF8.self)]
        else { return .invalid }
        highest = limit
      case 2:
        guard tag == Tag.bodyLength, let length = number(value) else { return .invalid }
        body = (index, length)
      case 3: guard tag == Tag.messageType else { return .invalid }
      default:
        guard tag == Tag.checkSum else { break }
        guard start - body.start == Int(body.length), value.count == 3,
          value.allSatisfy(isDigitByte)
        else { return .invalid }
        let expected = value.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        return expected == Int(sum) ? .valid : .invalid
      }
      for byte in bytes[start..<index] { sum &+= byte }
    }
  }

  /// Looks for the value of a tag in the first message. Linear in its length.
  public static func value(of tag: UInt32, in bytes: [UInt8]) -> Search {
    var index = 0
    while index < bytes.count {
      guard let (name, value) = pair(bytes, &index) else { break }
      guard !name.isEmpty, let number = number(name) else { return .absent }
      if number == tag { return .value(Array(value)) }
      if number == Tag.checkSum { return .absent }
    }
    return .needMore
  }

  /// The next pair; nil when its end has not come.
  private static func pair(
    _ bytes: [UInt8], _ index: inout Int
  ) -> (name: ArraySlice<UInt8>, value: ArraySlice<UInt8>)? {
    guard let equals = bytes[index...].firstIndex(of: UInt8(ascii: "=")),
      let end = bytes[equals...].firstIndex(of: delimiter)
    else { return nil }
    defer { index = end + 1 }
    return (bytes[index..<equals], bytes[(equals + 1)..<end])
  }

  /// A number above 0 of digits alone.
  private static func number(_ digits: ArraySlice<UInt8>) -> UInt32? {
    guard !digits.isEmpty, digits.count <= 9, digits.allSatisfy(isDigitByte) else { return nil }
    let number = digits.reduce(UInt32(0)) { $0 * 10 + UInt32($1 - UInt8(ascii: "0")) }
    return number > 0 ? number : nil
  }
}
