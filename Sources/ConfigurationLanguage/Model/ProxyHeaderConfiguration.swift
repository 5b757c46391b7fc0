public import Samples

/// What `send-proxy-v2` sends besides addresses: `proxy-v2-options` and `set-proxy-v2-tlv-fmt`. HAProxy
/// manual, section 5.2; proxy-protocol.txt, section 2.2.
public struct ProxyHeaderConfiguration: Sendable {
  /// One `set-proxy-v2-tlv-fmt(<type>) <format>`.
  public struct Value: Sendable {
    /// The type of the TLV.
    public var type: UInt8
    /// What it holds.
    public var format: LogFormat

    public init(type: UInt8, format: LogFormat) {
      self.type = type
      self.format = format
    }
  }

  /// `crc32c`
  public var hasChecksum = false
  /// `unique-id`
  public var hasUniqueID = false
  /// `set-proxy-v2-tlv-fmt`, in order.
  public var values: [Value] = []

  /// Whether there is anything besides addresses.
  public var isEmpty: Bool { !hasChecksum && !hasUniqueID && values.isEmpty }

  public init() {}
}
