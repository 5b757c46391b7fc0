/// One row of what is measured: a load and the scene it plays in.
public struct Workload: Codable, Sendable, Equatable {
  /// What proxy processor time is divided by.
  public enum Unit: String, Codable, Sendable {
    case gigabyte = "s/GB"
    case request = "us/request"
    case connection = "us/connection"
    case none = ""
  }

  /// Where packets travel.
  public enum Network: String, Codable, Sendable {
    case loopback
    /// Three network namespaces joined by veth(4) pairs: client, proxy, server.
    case virtualEthernet
    /// The same with segmentation and receive offloads off: one packet a segment.
    case virtualEthernetWithoutOffload
  }

  /// A short name for files and the command line.
  public var name: String
  public var title: String
  public var kind: LoadPlan.Kind
  public var connections: Int
  public var messageBytes: Int
  public var requestsPerSecond = 0
  public var bulkConnections = 0
  public var unit: Unit
  public var network = Network.loopback
  /// The `nbthread` of each column when it is about threads; nil for one.
  public var threads: Int?
  /// Whether every client is tracked in a stick table, by its address; nil for no.
  public var tracksClients: Bool?

  /// Whether the clients are as fast as the proxy lets them.
  public var saturates: Bool {
    switch kind {
    case .bulk, .echo, .connect: threads == nil
    case .openLoop, .fairness, .idle, .placement: false
    }
  }

  /// Whether latencies mean anything.
  public var hasLatency: Bool {
    switch kind {
    case .echo, .connect, .openLoop, .fairness: true
    case .bulk, .idle, .placement: false
    }
  }

  /// How long the proxy is watched, told the default.
  public func windowMilliseconds(_ usual: Int) -> Int {
    switch kind {
    case .idle: 200
    case .placement: 1
    case .bulk, .echo, .connect, .fairness: usual
    // At a fixed rate the processor sleeps most of the time, and how deep it sleeps changes; and
    // one hiccup of four milliseconds would be the p99 of a window of 400.
    case .openLoop: Workload.openLoopWindows * usual
    }
  }

  /// In how many windows a round watches a proxy; between them the variants take turns.
  public var windows: Int {
    switch kind {
    case .echo, .connect: Workload.closest.contains(name) ? 2 * Workload.turns : Workload.turns
    case .openLoop: Workload.turns
    // A stream is measured from its start: one that goes on after a rest is other work for HAProxy,
    // which decides about splicing when its stream task runs, and that is at such a moment.
    case .bulk, .fairness, .idle, .placement: 1
    }
  }

  /// Into how many windows turns divide the usual time.
  public static let turns = 4

  /// Whose promises are closest to what is measured; they are watched twice as long.
  private static let closest: Set = [
    "echo-64-64B", "echo-500-64B", "echo-64-16KiB", "connect",
  ]

  /// How many times as long an open loop is watched as anything else.
  static let openLoopWindows = 4

  /// The workloads of `make bench`.
  public static let all: [Workload] = [
    bulk(1), bulk(8), bulk(64),
    bulk(8, .virtualEthernet), bulk(8, .virtualEthernetWithoutOffload),
    echo(64, bytes: 64, "64 B"), echo(500, bytes: 64, "64 B"),
    echo(64, bytes: 16 << 10, "16 KiB"), echo(32, bytes: 128 << 10, "128 KiB"),
    connect("connect", "connect, request, response, close"),
    connect(
      "connect-tracked", "tracked connections: the same with `track-sc0 src` and `conn_rate`",
      tracksClients: true),
    Workload(
      name: "open-loop", title: "open loop, 8,000 requests/s over 64 connections",
      kind: .openLoop, connections: 64, messageBytes: 64, requestsPerSecond: 8000, unit: .request),
    Workload(
      name: "fairness", title: "fairness: the open loop beside one bulk connection",
      kind: .fairness, connections: 64, messageBytes: 64, requestsPerSecond: 8000,
      bulkConnections: 1, unit: .none),
    Workload(
      name: "idle", title: "9,000 idle sessions, each after one exchange",
      kind: .idle, connections: 9000, messageBytes: 64, unit: .none),
    connect("connect-1-thread", "connections, one worker thread", threads: 1),
    connect("connect-2-threads", "connections, two worker threads on two cores", threads: 2),
    Workload(
      name: "placement",
      title: "two worker threads: where new connections go beside bulk sessions on one of them",
      kind: .placement, connections: 32, messageBytes: 64, bulkConnections: 4, unit: .none,
      threads: 2),
  ]

  /// The names of the workloads of `make bench-quick`.
  public static let quickNames = ["bulk-8", "echo-64-64B", "echo-64-16KiB", "connect", "open-loop"]

  private static func bulk(_ connections: Int, _ network: Network = .loopback) -> Workload {
    let place =
      switch network {
      case .loopback: ("", "")
      case .virtualEthernet: ("veth-", "veth, TSO on: ")
      case .virtualEthernetWithoutOffload: ("veth-no-tso-", "veth, TSO off: ")
      }
    let count = connections == 1 ? "1 connection" : "\(connections) connections"
    return Workload(
      name: "\(place.0)bulk-\(connections)", title: "\(place.1)bulk one-way, \(count)",
      kind: .bulk, connections: connections, messageBytes: 64 << 10, unit: .gigabyte,
      network: network)
  }

  private static func echo(_ connections: Int, bytes: Int, _ size: String) -> Workload {
    Workload(
      name: "echo-\(connections)-\(size.filter { $0 != " " })",
      title: "\(size) echo, \(connections) connections",
      kind: .echo, connections: connections, messageBytes: bytes, unit: .request)
  }

  private static func connect(
    _ name: String, _ title: String, threads: Int? = nil, tracksClients: Bool? = nil
  ) -> Workload {
    Workload(
      name: name, title: title, kind: .connect, connections: 64, messageBytes: 64,
      unit: .connection, threads: threads, tracksClients: tracksClients)
  }
}
