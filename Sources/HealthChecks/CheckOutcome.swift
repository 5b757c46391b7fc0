import Basics

/// What one health check found.
public struct CheckOutcome: Hashable, Sendable {
  /// How it ended.
  public var status: CheckStatus
  /// The code of the protocol, when it has one.
  public var code = 0
  /// What exactly happened, for people; empty when the status says it all. What a server said may
  /// be in it, so it is not always UTF-8.
  public let infoBytes: [UInt8]
  /// How long it took; nil when there was no check but an observation.
  public var duration: Duration?

  /// - Parameters:
  ///   - status: how it ended.
  ///   - info: empty when the status says it all; at most 127 bytes of it are kept.
  ///   - duration: nil when there was no check, or it is still to be told.
  ///   - code: the code of the protocol.
  public init(_ status: CheckStatus, info: String = "", duration: Duration? = nil, code: Int = 0) {
    self.init(status, bytes: Array(info.utf8), duration: duration, code: code)
  }

  /// - Parameters:
  ///   - status: how it ended.
  ///   - bytes: what exactly happened; at most 127 bytes of it are kept, and nothing from a zero on.
  ///   - duration: nil when there was no check, or it is still to be told.
  ///   - code: the code of the protocol.
  public init(_ status: CheckStatus, bytes: [UInt8], duration: Duration? = nil, code: Int = 0) {
    self.status = status
    infoBytes = Array(bytes.prefix { $0 != 0 }.prefix(127))
    self.duration = duration
    self.code = code
  }

  /// `infoBytes` as text.
  public var info: String { String(decoding: infoBytes, as: UTF8.self) }

  /// What an error of the kernel is called.
  ///
  /// - Parameters:
  ///   - errorName: the constant's name, such as `ECONNREFUSED`.
  ///   - errorSentence: the kernel's sentence for it.
  static func cause(errorName: String, errorSentence: String) -> String {
    let cause: String
    switch errorName {
    case "ECONNREFUSED", "ECONNRESET", "ENETUNREACH", "ENOMEM", "EBADF", "EFAULT", "EINVAL",
      "ENOBUFS", "EPIPE":
      cause = "\(errorName) returned by OS"
    case "EHOSTUNREACH": cause = "ENETUNREACH returned by OS"
    case "ENOTCONN": cause = "ENCONN returned by OS"
    case "ENOTSOCK": cause = "ENSOCK returned by OS"
    default: cause = "General socket error"
    }
    return "\(cause) (\(errorSentence))"
  }

  /// `, reason: …` as the log lines have it.
  public var reason: String {
    var text = Array(", reason: \(status.sentence)".utf8)
    if status.hasCode { text += Array(", code: \(code)".utf8) }
    if !infoBytes.isEmpty { text += Array(", info: \"".utf8) + printableInfo + Array("\"".utf8) }
    if let duration { text += Array(", check duration: \(duration.wholeMilliseconds)ms".utf8) }
    return String(decoding: text, as: UTF8.self)
  }

  /// The info with everything that a log line could not bear as `<HH>`.
  private var printableInfo: [UInt8] {
    let digits = Array("0123456789ABCDEF".utf8)
    var bytes: [UInt8] = []
    for byte in infoBytes {
      switch byte {
      case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\""), 0..<32, 127...:
        bytes.append(UInt8(ascii: "<"))
        bytes.append(digits[Int(byte >> 4)])
        bytes.append(digits[Int(byte & 15)])
        bytes.append(UInt8(ascii: ">"))
      default: bytes.append(byte)
      }
    }
    return bytes
  }
}
