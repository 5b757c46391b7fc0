/// `stick-table`: what a table is for and what it stores. HAProxy manual, section 4.2,
/// `stick-table`.
public struct StickTableConfiguration: Sendable {
  /// `type`
  public enum KeyType: String, Hashable, Sendable { case integer, ip, ipv6, string, binary }

  /// `srvkey`: what stands for a server in `server_key`.
  public enum ServerKey: String, Hashable, Sendable { case name, addr }

  /// One entry of `store`.
  public struct Stored: Hashable, Sendable {
    public var type: StickTableDataType
    /// The number of elements: 1, or that of an array, 1 to `arrayCountMax`.
    public var count: Int
    /// The period of a rate in milliseconds; 0 for what is no rate. A rate can have the period 0
    /// too: it is never anything but 0.
    public var period: UInt32

    public init(_ type: StickTableDataType, count: Int = 1, period: UInt32 = 0) {
      self.type = type
      self.count = count
      self.period = period
    }
  }

  /// The most elements of an array.
  public static let arrayCountMax = 100

  /// `type`
  public var keyType: KeyType
  /// The bytes of a key: exactly for every type but `string`, at most for that.
  public var keyLength: Int
  /// `size`: the most entries.
  public var size: UInt32
  /// `expire`; nil for entries that stay until the table is full.
  public var expire: Duration?
  /// `nopurge`: a full table takes no new entries.
  public var isPurgeRefused = false
  /// `store`, in the order of the line.
  public var stored: [Stored] = []
  /// `srvkey`
  public var serverKey: ServerKey = .name
  /// `brates-factor`: how many bytes the rates of bytes count as one, 1 to 1024.
  public var byteRateFactor: UInt32 = 1
  /// Where the line stands.
  public var location: SourceLocation

  public init(keyType: KeyType, keyLength: Int, size: UInt32, location: SourceLocation) {
    self.keyType = keyType
    self.keyLength = keyLength
    self.size = size
    self.location = location
  }
}

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
