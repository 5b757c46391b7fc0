/// The types of samples. HAProxy manual, section 7.3.1.
public enum SampleType: UInt8, Sendable {
  /// Not known before it is fetched: variables.
  case any
  /// Of a converter: what went in comes out.
  case same
  /// `boolean`
  case bool
  /// `integer`: 64 bits with a sign
  case integer
  /// IPv4 or IPv6, told only by the value
  case address
  case ipv4
  case ipv6
  case string
  case binary
  /// An HTTP method
  case method

  /// Whether a value of this type may become one of another when a configuration is read; whether
  /// the very value can is known only when it is there. HAProxy manual, section 7.3.1.
  public func casts(to target: SampleType) -> Bool {
    switch self {
    case .any: target != .same
    case .same: false
    case .bool:
      switch target {
      case .any, .bool, .integer, .string, .binary: true
      case .same, .address, .ipv4, .ipv6, .method: false
      }
    case .integer: target != .same && target != .method
    case .address: target == .any || target.isAddress || target == .string || target == .binary
    case .ipv4:
      target == .any || target == .integer || target.isAddress || target == .string
        || target == .binary
    case .ipv6: target == .any || target.isAddress || target == .string || target == .binary
    case .string: target != .same
    case .binary: target == .any || target == .string || target == .binary || target == .method
    case .method: target == .any || target == .string || target == .binary || target == .method
    }
  }

  private var isAddress: Bool { self == .address || self == .ipv4 || self == .ipv6 }
}
