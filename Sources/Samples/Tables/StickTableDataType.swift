/// What an entry of a stick table can store, numbered as HAProxy numbers it. HAProxy manual, section
/// 4.2, `stick-table`.
public enum StickTableDataType: UInt8, CaseIterable, Hashable, Sendable {
  case serverID, gpt0, gpc0, gpc0Rate
  case connectionCount, connectionRate, connectionsNow
  case sessionCount, sessionRate
  case requestCount, requestRate
  case errorCount, errorRate
  case bytesInCount, bytesInRate
  case bytesOutCount, bytesOutRate
  case gpc1, gpc1Rate
  case serverKey
  case failureCount, failureRate
  case gpt, gpc, gpcRate
  case glitchCount, glitchRate

  private static let names = [
    "server_id", "gpt0", "gpc0", "gpc0_rate", "conn_cnt", "conn_rate", "conn_cur", "sess_cnt",
    "sess_rate", "http_req_cnt", "http_req_rate", "http_err_cnt", "http_err_rate", "bytes_in_cnt",
    "bytes_in_rate", "bytes_out_cnt", "bytes_out_rate", "gpc1", "gpc1_rate", "server_key",
    "http_fail_cnt", "http_fail_rate", "gpt", "gpc", "gpc_rate", "glitch_cnt", "glitch_rate",
  ]

  /// What `store` calls it.
  public var name: String { StickTableDataType.names[Int(rawValue)] }

  /// - Parameter name: what `store` calls it; `server_name` is an old name of `server_key`.
  public init?(name: String) {
    let name = name == "server_name" ? "server_key" : name
    guard let index = StickTableDataType.names.firstIndex(of: name) else { return nil }
    self.init(rawValue: UInt8(index))
  }

  /// How a value is kept.
  public enum Storage: Hashable, Sendable {
    /// 32 bits with a sign.
    case signed
    /// 32 bits.
    case unsigned
    /// 64 bits.
    case long
    /// Events in a period.
    case rate
    /// The name or the address of a server.
    case serverKey
  }

  /// How a value is kept.
  public var storage: Storage {
    switch self {
    case .serverID: .signed
    case .gpt0, .gpc0, .gpc1, .connectionCount, .connectionsNow, .sessionCount, .requestCount,
      .errorCount, .failureCount, .gpt, .gpc, .glitchCount:
      .unsigned
    case .bytesInCount, .bytesOutCount: .long
    case .gpc0Rate, .gpc1Rate, .connectionRate, .sessionRate, .requestRate, .errorRate,
      .bytesInRate, .bytesOutRate, .failureRate, .gpcRate, .glitchRate:
      .rate
    case .serverKey: .serverKey
    }
  }

  /// Whether the type is followed by a number of elements: `gpc(3)`.
  public var isArray: Bool { self == .gpt || self == .gpc || self == .gpcRate }
}
