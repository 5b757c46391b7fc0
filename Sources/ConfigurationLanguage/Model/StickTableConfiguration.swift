public import Samples

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
