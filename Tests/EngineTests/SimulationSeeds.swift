import Basics
import ConfigurationLanguage
import Glibc
import Proxies
import Samples

@testable import Engine

/// Which seeds run, and what a seed configures.
enum SimulationSeeds {
  /// `SLUICE_SEED` alone, or `SLUICE_SEEDS` many, or 500.
  static var chosen: [UInt64] {
    if let one = variable("SLUICE_SEED").flatMap({ UInt64($0) }) { return [one] }
    let count = variable("SLUICE_SEEDS").flatMap { UInt64($0) } ?? 500
    return Array(0..<count)
  }

  private static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }

  /// Draws the parts of a configuration that sessions depend on.
  static func draw(
    _ proxy: inout ProxyConfiguration, hasTimeouts: Bool, using random: inout SeededNumbers
  ) {
    proxy.timeouts.connect = .milliseconds(50 + random.below(3_000))
    if hasTimeouts {
      proxy.timeouts.client = .milliseconds(100 + random.below(3_000))
      proxy.timeouts.server = .milliseconds(100 + random.below(3_000))
      if random.below(3) == 0 { proxy.timeouts.tunnel = .milliseconds(200 + random.below(4_000)) }
      if random.below(3) == 0 { proxy.timeouts.clientFin = .milliseconds(50 + random.below(500)) }
      if random.below(3) == 0 { proxy.timeouts.serverFin = .milliseconds(50 + random.below(500)) }
    }
    proxy.retries = random.below(4)
    proxy.redispatchInterval = [0, -1, 1][random.below(3)]
    proxy.balance =
      [
        .roundrobin, .staticRoundrobin, .leastconn, .first, .source, .random(draws: 2),
      ][random.below(6)]
    if random.below(3) == 0 { proxy.maxconn = 1 + random.below(10) }
    if random.below(4) == 0 { proxy.options.insert(.abortOnClose) }
    if random.below(6) == 0 { proxy.options.insert(.noLinger) }
    if random.below(6) == 0 { proxy.options.insert(.logAsSoonAsPossible) }
    let limitsServers = random.below(3) == 0
    for index in proxy.servers.indices {
      if limitsServers { proxy.servers[index].maxconn = 1 + random.below(3) }
      if random.below(4) == 0 { proxy.servers[index].maxqueue = 1 + random.below(4) }
      if random.below(6) == 0 { proxy.servers[index].weight = random.below(3) }
      if random.below(3) == 0 {
        var check = CheckConfiguration()
        check.inter = .milliseconds(200 + random.below(2_000))
        proxy.servers[index].check = check
        proxy.servers[index].shutsDownSessionsWhenDown = random.below(2) == 0
      }
    }
    if limitsServers { proxy.timeouts.queue = .milliseconds(100 + random.below(5_000)) }
    drawRules(&proxy, using: &random)
    drawConnections(&proxy, using: &random)
  }

  /// Where connections come from, how many there may be in a second, what servers are told first.
  private static func drawConnections(
    _ proxy: inout ProxyConfiguration, using random: inout SeededNumbers
  ) {
    if random.below(6) == 0 { proxy.sessionRateMax = 1 + random.below(20) }
    if random.below(5) == 0 {
      proxy.balance = .hash
      proxy.balanceKey = expression("src")
      proxy.hashType.method = [.mapBased, .consistent][random.below(2)]
    }
    for index in proxy.servers.indices where random.below(4) == 0 {
      let address = SocketAddress(ip: IPAddress(v4: 0x0a00_0042), port: 0)
      let port = UInt16(2_000 + 100 * index)
      var source = SourceConfiguration(
        address: address, ports: random.below(3) == 0 ? nil : port...(port + 5))
      source.foreign = [nil, .clientAddress, .client][random.below(3)]
      proxy.servers[index].source = source
    }
  }

  private static func expression(_ text: String) -> SampleExpression {
    do {
      var index = 0
      return try SampleReader().expression([Array(text.utf8)], &index)
    } catch {
      preconditionFailure(error.message)
    }
  }

  /// Rules that wait for bytes of a side, for a while; none of them turns anybody away.
  private static func drawRules(
    _ proxy: inout ProxyConfiguration, using random: inout SeededNumbers
  ) {
    if random.below(4) == 0 {
      proxy.contentRules = rules(
        "req.len ge \(1 + random.below(3_000))", delay: random.below(2_000))
    }
    if random.below(4) == 0 {
      proxy.responseRules = rules(
        "res.len ge \(1 + random.below(3_000))", delay: random.below(2_000))
    }
  }

  private static func rules(_ criterion: String, delay: Int) -> TCPRules {
    var rules = TCPRules()
    if delay > 0 { rules.inspectDelay = .milliseconds(delay) }
    let words = ["if", "{"] + criterion.split(separator: " ").map(String.init) + ["}"]
    do {
      let condition = try SampleReader().condition(words.map { Array($0.utf8) })
      rules.rules = [
        TCPRule(
          action: .accept, condition: condition, place: RulePlace(file: "simulation", line: 1))
      ]
    } catch {
      preconditionFailure(error.message)
    }
    return rules
  }
}

extension SimulationSeeds {
  /// Splicing from the first byte or the thousandth, for long or for a moment, through pipes of any
  /// size, few or many.
  static func drawSplice(using random: inout SeededNumbers) -> SpliceLimits {
    var splice = SpliceLimits()
    splice.threshold = [1, 500, 4_000, 65_536][random.below(4)]
    splice.smallBytes = [1, 100, 4_000][random.below(3)]
    splice.patience = [1, 2, 16][random.below(3)]
    splice.turnBytesMax = [2_000, 20_000, 1 << 20][random.below(3)]
    splice.pipesMax = [0, 1, 3, 100][random.below(4)]
    splice.pipeBytes = [1_000, 8_000, 65_536][random.below(3)]
    splice.pipeBytesMin = [1, 64][random.below(2)]
    splice.isOnRing = random.below(3) == 0
    return splice
  }
}

/// SplitMix64.
struct SeededNumbers {
  private var state: UInt64
  init(_ seed: UInt64) { state = seed }

  mutating func below(_ bound: Int) -> Int {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return Int((z ^ (z >> 31)) % UInt64(bound))
  }
}
