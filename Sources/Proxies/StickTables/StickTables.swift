public import Basics
public import ConfigurationLanguage
import Samples

/// The stick tables of the process. All workers share them.
public final class StickTables: Sendable {
  /// By index into the configuration's proxies; nil for those without a table.
  private let tables: [StickTable?]

  /// - Parameters:
  ///   - configuration: the whole one.
  ///   - seed: a secret of the process, so that strangers cannot choose keys whose hashes collide.
  public init(_ configuration: Configuration, seed: SipHash) {
    tables = configuration.proxies.map { proxy in
      proxy.stickTable.map { StickTable($0, name: proxy.name, seed: seed) }
    }
  }

  /// The table of a proxy that has one.
  public subscript(_ proxy: Int) -> StickTable {
    guard let table = tables[proxy] else { stop("a rule names a table that there is") }
    return table
  }

  /// The proxies that have a table.
  public var proxies: [Int] { tables.indices.filter { tables[$0] != nil } }
}

/// The bytes of one key, used again for the next one.
struct StickKey {
  private(set) var bytes: [UInt8] = []

  /// Makes a value a key of a table.
  ///
  /// - Returns: false when the value cannot be one.
  mutating func set(_ value: SampleValue, for layout: StickTableLayout) -> Bool {
    bytes.removeAll(keepingCapacity: true)
    switch layout.keyType {
    case .ip:
      guard case .address(let address)? = value.cast(to: .ipv4) else { return false }
      append(address.low, bytes: 4)
    case .ipv6:
      guard case .address(let address)? = value.cast(to: .ipv6) else { return false }
      append(address.high, bytes: 8)
      append(address.low, bytes: 8)
    case .integer:
      guard let number = value.number else { return false }
      append(UInt64(UInt32(truncatingIfNeeded: number)), bytes: 4)
    case .string: bytes.append(contentsOf: value.text)
    case .binary: bytes.append(contentsOf: value.bytes)
    }
    return true
  }

  private mutating func append(_ number: UInt64, bytes count: Int) {
    for index in (0..<count).reversed() {
      bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(8 * index)))
    }
  }

  /// What a key was made of.
  static func value(_ bytes: [UInt8], of type: StickTableConfiguration.KeyType) -> SampleValue {
    let number = { (range: Range<Int>) in
      bytes[range].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    }
    return switch type {
    case .ip: .address(IPAddress(v4: UInt32(truncatingIfNeeded: number(0..<4))))
    case .ipv6: .address(IPAddress(v6: number(0..<8), number(8..<16)))
    case .integer: .integer(Int64(number(0..<4)))
    case .string: .string(bytes)
    case .binary: .binary(bytes)
    }
  }
}
