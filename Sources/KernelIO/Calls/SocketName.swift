import Basics
import Glibc

/// The memory of a `sockaddr`, large enough for every family, on its way to or from a system call.
///
/// Safe because the pointers it hands out never outlive the closure they are given to, and the
/// storage is plain bytes.
@safe struct SocketName {
  /// The bytes. sockaddr_storage
  private var storage = sockaddr_storage()
  /// How many of them count. socklen_t
  private(set) var bytes: socklen_t

  /// The name of nothing, to be filled by the kernel.
  init() { bytes = socklen_t(MemoryLayout<sockaddr_storage>.size) }

  /// The name of an endpoint.
  ///
  /// An abstract name fills the whole `sun_path`, padded with zeros: HAProxy's `abns@`.
  init(_ endpoint: borrowing Endpoint) {
    // A closure cannot capture what is only borrowed.
    let endpoint = copy endpoint
    bytes = unsafe withUnsafeMutablePointer(to: &storage) {
      unsafe SocketName.write(endpoint, to: UnsafeMutableRawPointer($0))
    }
  }

  /// Writes an endpoint as the system calls want it. sockaddr_in, sockaddr_in6, sockaddr_un
  ///
  /// - Parameters:
  ///   - endpoint: what to write.
  ///   - memory: `MemoryLayout<sockaddr_storage>.size` bytes, aligned for a `sockaddr_storage`.
  /// - Returns: how many bytes count.
  @unsafe static func write(
    _ endpoint: borrowing Endpoint, to memory: UnsafeMutableRawPointer
  ) -> socklen_t {
    switch endpoint.kind {
    case .internet: unsafe write(endpoint.address, to: memory)
    case .unix, .abstract: unsafe writePath(of: endpoint, to: memory)
    }
  }

  @unsafe private static func write(
    _ address: SocketAddress, to memory: UnsafeMutableRawPointer
  ) -> socklen_t {
    switch address.ip.family {
    case .v4:
      var name = sockaddr_in()
      name.sin_family = sa_family_t(AF_INET)
      name.sin_port = address.port.bigEndian
      name.sin_addr.s_addr = address.ip.v4Number.bigEndian
      unsafe memory.initializeMemory(as: sockaddr_in.self, to: name)
      return socklen_t(MemoryLayout<sockaddr_in>.size)
    case .v6:
      var name = sockaddr_in6()
      name.sin6_family = sa_family_t(AF_INET6)
      name.sin6_port = address.port.bigEndian
      unsafe memory.initializeMemory(as: sockaddr_in6.self, to: name)
      let words = unsafe memory + addressOffsetV6
      unsafe words.storeBytes(of: address.ip.high.bigEndian, as: UInt64.self)
      unsafe (words + 8).storeBytes(of: address.ip.low.bigEndian, as: UInt64.self)
      return socklen_t(MemoryLayout<sockaddr_in6>.size)
    }
  }

  @unsafe private static func writePath(
    of endpoint: borrowing Endpoint, to memory: UnsafeMutableRawPointer
  ) -> socklen_t {
    unsafe memory.initializeMemory(
      as: UInt8.self, repeating: 0, count: MemoryLayout<sockaddr_un>.size)
    unsafe memory.storeBytes(of: sa_family_t(AF_UNIX), as: sa_family_t.self)
    // An abstract name begins with a zero byte and fills sun_path, so that all 108 bytes are its
    // name; a path ends with one.
    let start = endpoint.kind == .abstract ? pathOffset + 1 : pathOffset
    for index in 0..<Int(endpoint.pathBytes) {
      unsafe memory.storeBytes(
        of: endpoint.path[index], toByteOffset: start + index, as: UInt8.self)
    }
    return socklen_t(MemoryLayout<sockaddr_un>.size)
  }

  /// The internet address in it; nil for any other family.
  var address: SocketAddress? {
    unsafe withUnsafePointer(to: storage) { pointer in
      let memory = unsafe UnsafeRawPointer(pointer)
      switch Int32(unsafe pointer.pointee.ss_family) {
      case AF_INET:
        let name = unsafe memory.load(as: sockaddr_in.self)
        return SocketAddress(
          ip: IPAddress(v4: UInt32(bigEndian: name.sin_addr.s_addr)),
          port: UInt16(bigEndian: name.sin_port))
      case AF_INET6:
        let port = unsafe memory.load(as: sockaddr_in6.self).sin6_port
        let words = unsafe memory + SocketName.addressOffsetV6
        let high = unsafe UInt64(bigEndian: words.loadUnaligned(as: UInt64.self))
        let low = unsafe UInt64(bigEndian: (words + 8).loadUnaligned(as: UInt64.self))
        return SocketAddress(ip: IPAddress(v6: high, low), port: UInt16(bigEndian: port))
      default: return nil
      }
    }
  }

  /// Hands the name to a system call that reads it.
  ///
  /// - Parameter body: gets the pointer and the number of bytes that count.
  func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
    unsafe withUnsafePointer(to: storage) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe body($0, bytes)
      }
    }
  }

  /// Lets a system call fill the name.
  ///
  /// - Parameter body: gets the memory and the place of its size, which the kernel updates.
  mutating func fill(
    _ body: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
  ) -> Int32 {
    var count = bytes
    let status = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe body($0, &count)
      }
    }
    bytes = count
    return status
  }

  /// Where `sin6_addr` begins in a `sockaddr_in6`: after family, port and flow information.
  private static let addressOffsetV6 = 8
  /// Where `sun_path` begins in a `sockaddr_un`: after the family.
  private static let pathOffset = 2
}
