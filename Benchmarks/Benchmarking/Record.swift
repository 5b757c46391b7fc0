/// All that one run of the benchmark found; the report is made from this alone.
public struct Record: Codable, Sendable, Equatable {
  public var machine: Machine
  public var command: String
  public var rounds: Int
  public var warmUpMilliseconds: Int
  public var windowMilliseconds: Int
  public var isQuick: Bool
  public var workloads: [Workload]
  /// What every variant's program calls itself; those that are missing here did not run.
  public var versions: [Variant: String]
  public var skipped: [Skip]
  /// What the values of a cell are.
  public private(set) var columns = Cell.columns
  public var cells: [Cell]
  public var systemCalls: [SystemCalls]

  public init(
    machine: Machine, command: String, rounds: Int, warmUpMilliseconds: Int,
    windowMilliseconds: Int, isQuick: Bool, workloads: [Workload]
  ) {
    self.machine = machine
    self.command = command
    self.rounds = rounds
    self.warmUpMilliseconds = warmUpMilliseconds
    self.windowMilliseconds = windowMilliseconds
    self.isQuick = isQuick
    self.workloads = workloads
    versions = [:]
    skipped = []
    cells = []
    systemCalls = []
  }
}

/// What the figures were measured on.
public struct Machine: Codable, Sendable, Equatable {
  public var date = ""
  public var kernel = ""
  public var processor = ""
  public var cores = 0
  public var memoryKibibytes = 0
  public var congestionControl = ""
  public var proxyCore = 0
  public var loadCore = 0
  /// Whether all ran in a network namespace of its own.
  public var hasOwnNetwork = false
  /// The load average of the last minute before the run, which should be next to nothing.
  public var loadAverage = ""

  public init() {}
}

/// Something that was not measured, and why.
public struct Skip: Codable, Sendable, Equatable {
  public var variant: Variant?
  public var workload: String?
  public var reason: String

  public init(variant: Variant?, workload: String?, reason: String) {
    self.variant = variant
    self.workload = workload
    self.reason = reason
  }
}

/// System calls of a variant under a workload, from a run whose times do not count.
public struct SystemCalls: Codable, Sendable, Equatable {
  /// Who counted: perf(1) at full speed, or strace(1), which slows the proxy down.
  public enum Counter: String, Codable, Sendable {
    case perf, strace
  }

  public var workload: String
  public var variant: Variant
  public var counter: Counter
  /// Calls divided by the units of the whole run, connections' set-up included.
  public var perUnit: Double
  /// By name, where strace counted.
  public var names: [String: Int]

  public init(
    workload: String, variant: Variant, counter: Counter, perUnit: Double, names: [String: Int]
  ) {
    self.workload = workload
    self.variant = variant
    self.counter = counter
    self.perUnit = perUnit
    self.names = names
  }
}

extension Variant: CodingKeyRepresentable {}
