import CLinux
import Glibc

/// Something that ends a run: a sentence for the result.
struct LoadFailure: Error {
  let sentence: String

  init(_ sentence: String) { self.sentence = sentence }

  /// A system call failed.
  static func call(_ name: String) -> LoadFailure {
    LoadFailure("\(name): \(String(cString: strerror(errno)))")
  }
}

/// An IPv4 address and port.
struct Address {
  private var raw = sockaddr_in()

  init(_ text: String, port: UInt16) throws {
    raw.sin_family = sa_family_t(AF_INET)
    raw.sin_port = port.bigEndian
    guard inet_pton(AF_INET, text, &raw.sin_addr) == 1 else {
      throw LoadFailure("'\(text)' is not an IPv4 address")
    }
  }

  /// Calls with what bind(2) and connect(2) take.
  func with<Value>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Value) -> Value {
    withUnsafePointer(to: raw) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }
}

/// The few socket calls that are not on the path of a message.
enum Sockets {
  /// A listening socket on a port that the kernel chose. Connections inherit TCP_NODELAY from it.
  static func listen(on address: String) throws -> (descriptor: Int32, port: UInt16) {
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
    let descriptor = socket(AF_INET, type | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw LoadFailure.call("socket") }
    try setOption(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
    let bound = try Address(address, port: 0).with { bind(descriptor, $0, $1) }
    guard bound == 0 else { throw LoadFailure.call("bind \(address)") }
    guard Glibc.listen(descriptor, 4096) == 0 else { throw LoadFailure.call("listen") }
    var name = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let named = withUnsafeMutablePointer(to: &name) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        getsockname(descriptor, $0, &length)
      }
    }
    guard named == 0 else { throw LoadFailure.call("getsockname") }
    return (descriptor, UInt16(bigEndian: name.sin_port))
  }

  /// A connected socket that does not block; waits for the handshake.
  static func connect(to address: Address) throws -> Int32 {
    let descriptor = socket(
      AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw LoadFailure.call("socket") }
    try setOption(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
    guard address.with({ Glibc.connect(descriptor, $0, $1) }) == 0 else {
      throw LoadFailure.call("connect")
    }
    guard fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0 else { throw LoadFailure.call("fcntl") }
    return descriptor
  }

  private static func setOption(
    _ descriptor: Int32, _ level: Int32, _ name: Int32, _ value: Int32
  ) throws {
    var value = value
    let size = socklen_t(MemoryLayout<Int32>.size)
    guard setsockopt(descriptor, level, name, &value, size) == 0 else {
      throw LoadFailure.call("setsockopt")
    }
  }

  /// Moves this thread into a network namespace; sockets keep the one they were made in. setns(2).
  static func enter(namespace: String?) throws {
    guard let namespace else { return }
    let descriptor = open("/run/netns/\(namespace)", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw LoadFailure.call("open /run/netns/\(namespace)") }
    defer { _ = close(descriptor) }
    guard linux_enter_network(descriptor) == 0 else { throw LoadFailure.call("setns") }
  }

  /// Raises the soft limit of descriptors to the hard one.
  static func raiseDescriptorLimit() {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }
}
