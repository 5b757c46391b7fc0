public import ConfigurationLanguage

/// How many connections, pipes and descriptors the process plans with, computed as HAProxy does.
/// HAProxy manual, `maxconn`, `ulimit-n` and `fd-hard-limit` in `global`.
public struct ProcessLimits: Equatable, Sendable {
  /// The most connections of the process.
  public var maxconn: Int
  /// The most descriptors the process will have.
  public var socketsMax: Int
  /// The most pipes.
  public var maxpipes: Int
  /// What RLIMIT_NOFILE is raised to.
  public var descriptorLimit: Int
  /// The most descriptors this process may ever ask for; nil for no such limit.
  public var descriptorHardLimit: Int?
  /// Descriptors that do not depend on the number of connections.
  public var descriptorsReserved: Int
  /// What is told about it, at level notice.
  public var notice: String?

  /// What the computation starts from.
  public struct Demand: Sendable {
    /// RLIMIT_NOFILE when the process started.
    public var softLimitAtBoot: Int
    /// The upper limit of RLIMIT_NOFILE when the process started.
    public var hardLimitAtBoot: Int
    /// Listening sockets, one a worker counted.
    public var listeners: Int
    /// Servers with a check.
    public var checks: Int
    /// `nbthread`
    public var threads: Int
    /// `-n`, 0 when absent
    public var maxconn: Int
    /// `-m`, 0 when absent
    public var memoryMegabytes: Int

    /// All values as the properties say.
    public init(
      softLimitAtBoot: Int, hardLimitAtBoot: Int, listeners: Int, checks: Int, threads: Int,
      maxconn: Int = 0, memoryMegabytes: Int = 0
    ) {
      self.softLimitAtBoot = softLimitAtBoot
      self.hardLimitAtBoot = hardLimitAtBoot
      self.listeners = listeners
      self.checks = checks
      self.threads = threads
      self.maxconn = maxconn
      self.memoryMegabytes = memoryMegabytes
    }
  }

  /// Descriptors that every process has: standard ones, signals, and some to spare.
  private static let descriptorsAlways = 10
  /// A worker's own: its ring or epoll, its wake-up, its log sockets.
  private static let descriptorsOfWorker = 6
  /// Fewer connections than this are never planned with.
  private static let maxconnFloor = 100
  /// The descriptors asked for when nothing at all is limited.
  private static let descriptorsWhenUnlimited = 1_048_576
  /// Memory of a session beside its two buffers, for `-m`.
  private static let sessionBytes = 4096

  /// - Parameters:
  ///   - demand: what the process needs and has.
  ///   - configuration: the configuration.
  ///   - isPermitted: whether the kernel would let the process have that many descriptors; asked
  ///     only with `-m`.
  public init(
    demand: Demand, configuration: Configuration, isPermitted: (Int) -> Bool = { _ in true }
  ) {
    let global = configuration.global
    let configured = demand.maxconn > 0 ? demand.maxconn : (global.maxconn ?? 0)
    descriptorsReserved =
      ProcessLimits.descriptorsAlways + demand.listeners + demand.checks
      + ProcessLimits.descriptorsOfWorker * demand.threads
    descriptorHardLimit = global.descriptorHardLimit
    let isLimited =
      configured > 0 || global.ulimitN != nil || demand.memoryMegabytes > 0
      || descriptorHardLimit != nil
    if !isLimited { descriptorHardLimit = ProcessLimits.descriptorsWhenUnlimited }

    let ideal = ProcessLimits.idealMaxconn(
      demand: demand, configuration: configuration, reserved: descriptorsReserved,
      hardLimit: descriptorHardLimit, configured: configured)
    maxconn = configured
    if maxconn == 0, demand.memoryMegabytes == 0 {
      maxconn = ideal
      notice = "Automatically setting global.maxconn to \(ideal)."
    } else if maxconn == 0 {
      let usable = demand.memoryMegabytes * 1_048_576 * 97 / 100
      let byMemory = max(1, usable / (ProcessLimits.sessionBytes + 2 * global.tune.bufsize))
      for attempt in 0...2 {
        maxconn = ProcessLimits.roundedToTwoDigits(attempt == 1 ? min(byMemory, ideal) : byMemory)
        let sockets = ProcessLimits.sockets(
          maxconn: maxconn, configuration: configuration, reserved: descriptorsReserved)
        let fits = descriptorHardLimit.map { sockets <= $0 } ?? true
        if fits, isPermitted(sockets) { break }
      }
    }
    socketsMax = ProcessLimits.sockets(
      maxconn: maxconn, configuration: configuration, reserved: descriptorsReserved)
    maxpipes = ProcessLimits.pipes(maxconn: maxconn, configuration: configuration)
    descriptorLimit = global.ulimitN ?? socketsMax
  }

  /// Two descriptors a connection from whatever the reserved ones and the pipes leave.
  private static func idealMaxconn(
    demand: Demand, configuration: Configuration, reserved: Int, hardLimit: Int?, configured: Int
  ) -> Int {
    var remaining = max(demand.softLimitAtBoot, demand.hardLimitAtBoot)
    if let hardLimit { remaining = min(remaining, hardLimit) }
    remaining -= reserved
    let pipes = pipes(maxconn: configured, configuration: configuration)
    if pipes >= 0, pipes * 2 < remaining { remaining -= pipes * 2 }
    return max(maxconnFloor, pipes < 0 ? 2 * remaining / 5 : remaining / 2)
  }

  private static func sockets(
    maxconn: Int, configuration: Configuration, reserved: Int
  ) -> Int {
    reserved + 2 * maxconn + 2 * max(0, pipes(maxconn: maxconn, configuration: configuration))
  }

  /// A quarter of the connections of proxies that splice; -1 when that number is not known yet.
  private static func pipes(maxconn: Int, configuration: Configuration) -> Int {
    let global = configuration.global
    if let maxpipes = global.maxpipes { return maxpipes }
    if global.isSpliceDisabled { return 0 }
    let splicing: ProxyConfiguration.Options = [.spliceAuto, .spliceRequest, .spliceResponse]
    var frontends = 0
    var backends = 0
    var isUnlimited = false
    for proxy in configuration.proxies where !proxy.options.isDisjoint(with: splicing) {
      if proxy.capabilities.contains(.frontend) {
        if proxy.maxconn == 0 { isUnlimited = true }
        frontends += proxy.maxconn
      }
      if proxy.capabilities.contains(.backend) {
        let most = proxy.fullconn ?? maxconn
        if most == 0 { isUnlimited = true }
        backends += most
      }
    }
    var pipes = max(frontends, backends)
    if maxconn > 0 {
      if isUnlimited || pipes > maxconn { pipes = maxconn }
    } else if isUnlimited {
      return -1
    }
    return pipes >= 4 ? pipes / 4 : pipes
  }

  /// The number with all digits but the first two set to zero.
  public static func roundedToTwoDigits(_ number: Int) -> Int {
    var digits = number
    var factor = 1
    while digits >= 100 {
      digits /= 10
      factor *= 10
    }
    return digits * factor
  }

  /// The sentence about a limit that could not be raised.
  ///
  /// - Parameters:
  ///   - programName: the base name of argv[0].
  ///   - soft: RLIMIT_NOFILE as it is now.
  ///   - hard: its upper limit.
  public func cannotRaise(programName: String, soft: Int, hard: Int) -> String {
    let suggestion = ProcessLimits.roundedToTwoDigits(max(hard - descriptorsReserved, 3) * 49 / 100)
    return """
      [\(programName).main()] Cannot raise FD limit to \(descriptorLimit), current limit is \
      \(soft) and hard limit is \(hard). You may prefer to let HAProxy adjust the limit by itself; \
      for this, please just drop any 'maxconn' and 'ulimit-n' from the global section, and \
      possibly add 'fd-hard-limit' lower than this hard limit. You may also force a new 'maxconn' \
      value that is a bit lower than half of the hard limit minus listeners and checks. This \
      results in roughly \(suggestion) here.
      """
  }

  /// The sentence about a limit that is too low for what was planned.
  ///
  /// - Parameters:
  ///   - programName: the base name of argv[0].
  ///   - soft: RLIMIT_NOFILE as it is now.
  public func tooLow(programName: String, soft: Int) -> String {
    """
    [\(programName).main()] FD limit (\(soft)) too low for maxconn=\(maxconn)/maxsock=\
    \(socketsMax). Please raise 'ulimit-n' to \(socketsMax) or more to avoid any trouble.
    """
  }
}

extension Configuration {
  /// Fills in what depends on the limits of the process: the `maxconn` of proxies that have none
  /// and the `fullconn` of backends that have none.
  ///
  /// - Parameters:
  ///   - globalMaxconn: the most connections of the process.
  ///   - proxyMaxconn: `-N`, 0 when absent.
  public mutating func applyLimits(globalMaxconn: Int, proxyMaxconn: Int) {
    var incoming = [Int](repeating: 0, count: proxies.count)
    for index in proxies.indices {
      guard !proxies[index].isDisabled, proxies[index].capabilities.contains(.frontend) else {
        continue
      }
      if proxies[index].maxconn == 0 {
        proxies[index].maxconn = proxyMaxconn > 0 ? proxyMaxconn : globalMaxconn
      }
      for target in Set(proxies[index].backends) where proxies.indices.contains(target) {
        incoming[target] += proxies[index].maxconn
      }
    }
    for index in proxies.indices
    where !proxies[index].isDisabled && proxies[index].capabilities.contains(.backend)
      && proxies[index].fullconn == nil
    {
      proxies[index].fullconn = max(1, (incoming[index] + 9) / 10)
    }
  }

  /// The backlog of a listener: its own, the proxy's, or one of the `maxconn` values.
  ///
  /// - Parameters:
  ///   - proxy: index into `proxies`.
  ///   - listener: index into `ProxyConfiguration.listeners`.
  public func backlog(proxy: Int, listener: Int) -> Int {
    let section = proxies[proxy]
    let line = section.listeners[listener]
    if let backlog = line.backlog, backlog > 0 { return backlog }
    if let backlog = section.backlog, backlog > 0 { return backlog }
    if line.maxconn > 0 { return line.maxconn }
    return section.maxconn > 0 ? section.maxconn : 1024
  }
}
