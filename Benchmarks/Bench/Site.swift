import Benchmarking
import CLinux
import Glibc

/// Where the three sides of a scene live.
struct Site {
  var serverAddress = "127.0.0.1"
  var proxyListenAddress = "127.0.0.1"
  var serverNamespace: String?
  var proxyNamespace: String?
  var clientNamespace: String?

  static let loopback = Site()
}

/// The harness's own network: nobody else's sockets, and all ports.
enum OwnNetwork {
  /// Moves this process, and what it starts, into a network namespace of its own.
  ///
  /// - Returns: false where that is not permitted, and all stays in the machine's network.
  static func enter() -> Bool {
    guard linux_new_network() == 0, linux_loopback_up() == 0 else { return false }
    // Every connection of a window leaves a port in TIME_WAIT.
    try? Files.write("/proc/sys/net/ipv4/ip_local_port_range", "1024 65535")
    return true
  }
}

/// Three network namespaces, client – proxy – server, joined by veth(4) pairs; removed with the value.
///
/// The addresses are those set aside for benchmarks (RFC 2544); nothing leads out of there.
final class VirtualNetwork {
  let site: Site
  private let scratch: Scratch
  private let names: [String]

  init(scratch: Scratch, hasOffload: Bool) throws {
    self.scratch = scratch
    let prefix = "sluice-bench-\(getpid())"
    names = ["client", "proxy", "server"].map { "\(prefix)-\($0)" }
    site = Site(
      serverAddress: "198.18.2.1", proxyListenAddress: "198.18.1.2", serverNamespace: names[2],
      proxyNamespace: names[1], clientNamespace: names[0])
    do { try build(hasOffload) } catch {
      remove()
      throw error
    }
  }

  deinit { remove() }

  private func build(_ hasOffload: Bool) throws {
    let (client, proxy, server) = (names[0], names[1], names[2])
    for name in names {
      try ip("netns add \(name)")
      try ip("-n \(name) link set lo up")
    }
    try join(client, "198.18.1.1", "client0", proxy, "198.18.1.2", "proxy0")
    try join(server, "198.18.2.1", "server0", proxy, "198.18.2.2", "proxy1")
    // Without a proxy, packets go straight through its namespace.
    try ip("-n \(client) route add default via 198.18.1.2")
    try ip("-n \(server) route add default via 198.18.2.2")
    try Place(cores: 0, namespace: proxy).visit {
      try Files.write("/proc/sys/net/ipv4/ip_forward", "1")
    }
    if hasOffload { return }
    for (name, device) in [
      (client, "client0"), (proxy, "proxy0"), (proxy, "proxy1"), (server, "server0"),
    ] {
      let words = "netns exec \(name) ethtool -K \(device) tso off gso off gro off"
      try ip(words)
    }
  }

  private func join(
    _ one: String, _ oneAddress: String, _ oneDevice: String,
    _ other: String, _ otherAddress: String, _ otherDevice: String
  ) throws {
    try ip("-n \(one) link add \(oneDevice) type veth peer name \(otherDevice) netns \(other)")
    for (name, address, device) in [
      (one, oneAddress, oneDevice), (other, otherAddress, otherDevice),
    ] {
      try ip("-n \(name) address add \(address)/24 dev \(device)")
      try ip("-n \(name) link set \(device) up")
    }
  }

  private func ip(_ words: String) throws {
    let path = ["/usr/sbin/ip", "/sbin/ip", "/usr/bin/ip"].first(where: Files.isExecutable)
    guard let path else { throw BenchFailure("ip is not installed (iproute2)") }
    let result = try Child.run([path] + words.split(separator: " ").map(String.init), in: scratch)
    guard result.succeeded else {
      throw BenchFailure("ip \(words): \(Proxy.lastLine(result.text))")
    }
  }

  private func remove() {
    for name in names { try? ip("netns delete \(name)") }
  }
}
