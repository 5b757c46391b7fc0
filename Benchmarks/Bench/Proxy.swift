import Benchmarking
import CLinux
import Glibc

/// The programs of a run and how each is called.
struct Programs {
  let options: Options

  func path(of variant: Variant) -> String? {
    switch variant {
    case .ring, .epoll, .ringSplice: options.sluice
    case .haproxy, .haproxySplice: options.haproxy
    case .haproxyExtra: options.haproxyExtra
    case .nginx: options.nginx
    case .direct: nil
    }
  }

  func check(_ variant: Variant, _ path: String, _ file: String, _ directory: String) -> [String] {
    variant == .nginx
      ? [path, "-e", "stderr", "-p", directory, "-t", "-c", file] : [path, "-c", "-f", file]
  }

  func serve(_ variant: Variant, _ path: String, _ file: String, _ directory: String) -> [String] {
    variant == .nginx
      ? [path, "-e", "stderr", "-p", directory, "-c", file] : [path, "-db", "-f", file]
  }
}

/// A proxy that runs for one cell.
final class Proxy {
  let echoPort: UInt16
  let bulkPort: UInt16
  /// The processes that move bytes.
  private(set) var processes: [Int32] = []
  private let child: Child
  private let log: String

  /// Starts a variant and waits until it listens.
  init(
    _ variant: Variant, programs: Programs, scratch: Scratch, listening: LoadListening,
    site: Site, workload: Workload, cores: UInt64
  ) throws {
    guard let path = programs.path(of: variant) else { throw BenchFailure("no program") }
    let place = Place(cores: cores, namespace: site.proxyNamespace)
    (echoPort, bulkPort) = try place.visit { try Proxy.freePorts(site.proxyListenAddress) }
    let configuration = ProxyConfiguration(
      listenAddress: site.proxyListenAddress, serverAddress: site.serverAddress,
      echo: (echoPort, listening.echoPort), bulk: (bulkPort, listening.bulkPort),
      threads: workload.threads ?? 1, tracksClients: workload.tracksClients ?? false,
      sessionsMax: max(2000, workload.connections + 500),
      directory: scratch.path)
    let file = "\(scratch.path)/\(variant.rawValue).cfg"
    try Files.write(file, configuration.text(for: variant))
    log = "\(scratch.path)/\(variant.rawValue).log"
    _ = unlink(log)
    child = try Child(
      programs.serve(variant, path, file, scratch.path), at: place, log: log)
    try awaitListeners()
    processes = variant == .nginx ? Proxy.children(of: child.pid) : [child.pid]
    guard !processes.isEmpty else { throw BenchFailure("\(variant.rawValue) has no worker") }
  }

  func stop() { child.stop() }

  /// What it said when it ended although nobody asked it to.
  var unexpectedEnd: String? {
    guard let status = child.status else { return nil }
    return "the proxy ended (wait status \(status)): \(Proxy.lastLine(Files.read(log) ?? ""))"
  }

  private func awaitListeners() throws {
    let deadline = Moment.now + 10_000_000_000
    while true {
      if let end = unexpectedEnd { throw BenchFailure(end) }
      // The kernel lists listening sockets first.
      let text = Files.read("/proc/\(child.pid)/net/tcp", bytesMax: 16384) ?? ""
      let ports = text.split(separator: "\n").compactMap { line -> UInt16? in
        let fields = line.split(separator: " ")
        guard fields.count > 3, fields[3] == "0A" else { return nil }
        return fields[1].split(separator: ":").last.flatMap { UInt16($0, radix: 16) }
      }
      if ports.contains(echoPort) && ports.contains(bulkPort) { break }
      guard Moment.now < deadline else {
        throw BenchFailure("nobody listens: \(Proxy.lastLine(Files.read(log) ?? ""))")
      }
      Moment.rest(milliseconds: 5)
    }
    // A master listens before its worker runs.
    Moment.rest(milliseconds: 20)
  }

  /// The last line that says anything.
  static func lastLine(_ text: String) -> String {
    let last = text.split(separator: "\n").last { $0.contains { $0.isLetter } }
    return last.map(String.init) ?? "no message"
  }

  private static func children(of process: Int32) -> [Int32] {
    (Files.read("/proc/\(process)/task/\(process)/children") ?? "")
      .split(separator: " ").compactMap { Int32($0) }
  }

  /// Two ports that nobody has at this moment.
  private static func freePorts(_ address: String) throws -> (UInt16, UInt16) {
    var sockets: [Int32] = []
    defer { for socket in sockets { _ = close(socket) } }
    var ports: [UInt16] = []
    for _ in 0..<2 {
      let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      guard descriptor >= 0 else { throw BenchFailure.call("socket") }
      sockets.append(descriptor)
      var name = sockaddr_in()
      name.sin_family = sa_family_t(AF_INET)
      inet_pton(AF_INET, address, &name.sin_addr)
      var length = socklen_t(MemoryLayout<sockaddr_in>.size)
      let found = withUnsafeMutablePointer(to: &name) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
        }
      }
      guard found else { throw BenchFailure.call("bind \(address)") }
      ports.append(UInt16(bigEndian: name.sin_port))
    }
    return (ports[0], ports[1])
  }
}
