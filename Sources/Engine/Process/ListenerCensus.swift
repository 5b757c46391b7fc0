internal import Basics
internal import Glibc

/// Counts the listening TCP sockets of this network namespace by address. Opened before chroot, so
/// that it can still look afterwards. proc(5), `/proc/net/tcp`.
struct ListenerCensus: ~Copyable {
  private let v4: Int32
  private let v6: Int32

  init() {
    v4 = unsafe open("/proc/self/net/tcp", O_RDONLY | O_CLOEXEC)
    v6 = unsafe open("/proc/self/net/tcp6", O_RDONLY | O_CLOEXEC)
  }

  deinit {
    if v4 >= 0 { close(v4) }
    if v6 >= 0 { close(v6) }
  }

  /// How many sockets listen on exactly that address; nil when nobody says.
  func count(of address: SocketAddress) -> Int? {
    let descriptor = address.ip.family == .v4 ? v4 : v6
    guard descriptor >= 0, lseek(descriptor, 0, Int32(SEEK_SET)) == 0 else { return nil }
    let wanted = ListenerCensus.column(for: address)
    var count = 0
    var pending: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 16384)
    while true {
      let length = unsafe piece.withUnsafeMutableBytes { room in
        unsafe read(descriptor, room.baseAddress, room.count)
      }
      guard length > 0 else { return count }
      pending += piece[..<length]
      while let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
        let columns = pending[..<end].split(separator: UInt8(ascii: " "))
        pending.removeSubrange(...end)
        guard columns.count > 3, columns[0].last == UInt8(ascii: ":") else { continue }
        // Listening sockets come first: what follows may be a million connections.
        guard columns[3].elementsEqual("0A".utf8) else { return count }
        if columns[1].elementsEqual(wanted) { count += 1 }
      }
    }
  }

  /// The address as the second column has it: each 32-bit word printed as the host reads it.
  static func column(for address: SocketAddress) -> [UInt8] {
    var words: [UInt32] = []
    switch address.ip.family {
    case .v4: words = [address.ip.v4Number]
    case .v6:
      for half in [address.ip.high, address.ip.low] {
        words += [UInt32(half >> 32), UInt32(truncatingIfNeeded: half)]
      }
    }
    let text = words.map { hexadecimal(UInt64(UInt32(bigEndian: $0)), digits: 8) }.joined()
    return Array((text + ":" + hexadecimal(UInt64(address.port), digits: 4)).utf8)
  }

  private static func hexadecimal(_ number: UInt64, digits: Int) -> String {
    let text = String(number, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
  }
}
