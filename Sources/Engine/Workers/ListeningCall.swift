import Glibc
import KernelIO

/// Taking a listening socket out of service and back: what pausing needs beyond the data path.
enum ListeningCall {
  /// Takes a socket out of the listening state: connect(2) to AF_UNSPEC.
  ///
  /// - Returns: whether it worked.
  static func suspend(_ socket: Descriptor) -> Bool {
    var address = sockaddr()
    address.sa_family = sa_family_t(AF_UNSPEC)
    return unsafe connect(
      socket.rawValue, &address, socklen_t(MemoryLayout<sockaddr>.size)) == 0
  }

  /// Puts a bound socket into the listening state. listen(2).
  ///
  /// - Returns: whether it worked.
  static func listen(_ socket: Descriptor, backlog: Int) -> Bool {
    Glibc.listen(socket.rawValue, Int32(clamping: backlog)) == 0
  }
}

/// The machine.
enum Host {
  /// Its name. gethostname(2).
  static func name() -> String {
    var bytes = [CChar](repeating: 0, count: 256)
    guard unsafe gethostname(&bytes, bytes.count - 1) == 0 else { return "localhost" }
    return String(
      decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
