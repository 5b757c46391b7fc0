public import Basics
public import Samples

/// A whole configuration after reading and validation: immutable, shared by every worker.
///
/// Every default is already applied and every reference resolved to an index, so that nothing that
/// runs has to know about `defaults` sections or the order of lines.
public struct Configuration: Sendable {
  /// The merged `global` sections.
  public var global = GlobalConfiguration()
  /// The proxies in the order of their sections. A `listen` section is one proxy with both
  /// capabilities.
  public var proxies: [ProxyConfiguration] = []
  /// What any expression looks at that is not there by itself.
  public var sampleNeeds: SampleNeeds = []

  public init() {}

  /// Whether there is anything to accept connections on: without it the process does not start
  /// (`Configuration file has no error but will not start (no listener) => exit(2).`).
  public var hasListeners: Bool {
    proxies.contains { !$0.isDisabled && !$0.listeners.isEmpty }
  }

  /// The proxy with a name and a capability; nil when there is none. Linear: for boot and tests.
  public func proxy(
    named name: String, with capability: ProxyConfiguration.Capabilities
  ) -> ProxyConfiguration? {
    proxies.first { $0.name == name && $0.capabilities.isSuperset(of: capability) }
  }
}

/// Where something stands in the configuration files.
public struct SourceLocation: Hashable, Sendable, CustomStringConvertible {
  /// The file's name as it was given on the command line.
  public var file: String
  /// The line, from 1.
  public var line: Int

  public init(file: String, line: Int) {
    self.file = file
    self.line = line
  }

  /// `file:line`
  public var description: String { "\(file):\(line)" }
}

/// The `global` sections. HAProxy manual, section 3.
public struct GlobalConfiguration: Sendable {
  /// `log` lines, in order.
  public var logs: [LogTarget] = []
  /// `maxconnrate`; 0 for no limit.
  public var connectionRateMax = 0
  /// `maxsessrate`; 0 for no limit.
  public var sessionRateMax = 0
  /// `cpu-set` and `cpu-map`
  public var processors = ProcessorChoice()
  /// `thread-hard-limit`
  public var threadLimit: Int?
  /// `prealloc-fd`
  public var preallocatesDescriptors = false
  /// `setcap`: a bit for each capability that outlasts the change of the user. capabilities(7)
  public var keptCapabilities: UInt32 = 0

  /// The capabilities that `setcap` knows, with their numbers in <linux/capability.h>.
  public static let capabilities: [String: UInt32] = [
    "cap_net_bind_service": 10, "cap_net_admin": 12, "cap_net_raw": 13, "cap_sys_admin": 21,
  ]

  /// `log-tag`; nil for the base name of argv[0].
  public var logTag: String?
  /// `log-send-hostname`: nil when absent, empty for the machine's own name.
  public var logSendHostname: String?
  /// `daemon`
  public var isDaemon = false
  /// `quiet`
  public var isQuiet = false
  /// `zero-warning`
  public var isZeroWarning = false
  /// `chroot`
  public var chroot: String?
  /// `user`, resolved when the process starts
  public var user: String?
  /// `group`, resolved when the process starts
  public var group: String?
  /// `uid`
  public var uid: UInt32?
  /// `gid`
  public var gid: UInt32?
  /// `pidfile`
  public var pidfile: String?
  /// `nbthread`; nil for as many as the process has CPUs.
  public var nbthread: Int?
  /// `maxconn`; nil to compute it from the descriptor limit.
  public var maxconn: Int?
  /// `ulimit-n`
  public var ulimitN: Int?
  /// `fd-hard-limit`
  public var descriptorHardLimit: Int?
  /// `strict-limits`: whether it is fatal when a limit cannot be raised.
  public var isStrictLimits = true
  /// `set-dumpable`
  public var isDumpable = false
  /// `node`
  public var node: String?
  /// `description`
  public var description: String?
  /// `hard-stop-after`
  public var hardStopAfter: Duration?
  /// `grace`
  public var grace: Duration?
  /// `external-check`; nil when external checks are not permitted.
  public var externalCheck: ExternalCheckEnvironment?
  /// `insecure-fork-wanted`
  public var permitsFork = false
  /// `spread-checks`, percent, 0 to 50.
  public var spreadChecks = 0
  /// `max-spread-checks`
  public var maxSpreadChecks: Duration?
  /// `unix-bind`: defaults of unix listeners.
  public var unixBind = UnixSocketPermissions()
  /// `unix-bind prefix`
  public var unixBindPrefix = ""
  /// `maxpipes`; nil to compute it.
  public var maxpipes: Int?
  /// `nosplice`, `tune.disable-zero-copy-forwarding`, `tune.pt.zero-copy-forwarding off`
  public var isSpliceDisabled = false
  /// `no-memory-trimming`: SIGQUIT leaves unused memory where it is.
  public var keepsMemory = false
  /// `noreuseport`
  public var isReuseportDisabled = false
  /// `tune.engine` and `noio_uring`
  public var engine: EngineChoice = .auto
  /// `tune.*`
  public var tune = Tuning()
  /// `set-var` and `set-var-fmt`: what variables of the process begin with.
  public var variables: [VariableName: SampleValue] = [:]
  /// `setenv`, `presetenv`, `unsetenv`, `resetenv` after they were applied: the environment that
  /// the program continues with.
  public var environment: [String: String] = [:]

  public init() {}
}

/// `external-check`: which environment external checks get.
public enum ExternalCheckEnvironment: Hashable, Sendable {
  /// What HAProxy says about the server, and nothing else.
  case fresh
  /// `preserve-env`: the same, added to the environment of the process.
  case preserved
}

/// `tune.engine`: which kernel interface moves the bytes.
public enum EngineChoice: String, Sendable {
  /// io_uring where the kernel permits it, else epoll.
  case auto
  /// io_uring, or epoll with a warning where it is not permitted.
  case ioURing = "io_uring"
  /// epoll
  case epoll
}

/// The `tune.*` keywords of `global`.
public struct Tuning: Sendable {
  /// `tune.bufsize`: the most client bytes held while there is no server yet.
  public var bufsize = 16384
  /// `tune.max-checks-per-thread`: health checks under way in a worker; nil for no limit.
  public var checksPerThreadMax: Int?
  /// `tune.maxaccept`: accepts per turn; nil for the default.
  public var maxaccept: Int?
  /// `tune.pipesize` in bytes; nil for the default.
  public var pipesize: Int?
  /// `tune.rcvbuf.client` in bytes
  public var receiveBufferClient: Int?
  /// `tune.rcvbuf.server` in bytes
  public var receiveBufferServer: Int?
  /// `tune.notsent-lowat.client`; TCP_NOTSENT_LOWAT in bytes.
  public var notSentClient: Int?
  /// `tune.notsent-lowat.server`
  public var notSentServer: Int?
  /// `tune.sndbuf.backend`: of the sockets that log lines leave through.
  public var sendBufferLog: Int?
  /// `tune.renice.runtime`
  public var niceness: Int?
  /// `tune.sndbuf.client` in bytes
  public var sendBufferClient: Int?
  /// `tune.sndbuf.server` in bytes
  public var sendBufferServer: Int?
  /// `tune.buffers`: buffers of the receive pool of a worker, a power of two, 16 to 32768.
  public var buffers = 256
  /// `tune.splice`
  public var splice = SpliceTuning()
  /// `tune.stick-counters`: what a session may track at a time, 0 to 100.
  public var stickCounters = 3

  public init() {}
}

/// `tune.splice`: how bulk traffic goes from socket to socket.
public struct SpliceTuning: Sendable {
  /// Who splices.
  public enum Mode: String, Sendable {
    /// The worker calls splice(2) when much arrives at once, and copies what comes in small pieces.
    case auto
    /// The kernel splices everything, in chains of requests (IORING_OP_SPLICE). io_uring only.
    case ring
  }

  public var mode: Mode = .auto
  /// `threshold`: a direction that receives this many bytes at once is spliced from then on. A quarter
  /// of it divides large arrivals from small ones.
  public var threshold = 65536
  /// `patience`: so many large arrivals one after another begin that, too, and so many small ones end
  /// it; 1 to 255.
  public var patience = 16

  public init() {}
}

/// Modes and owners of a unix listener: `mode`, `user`, `group`, `uid`, `gid`.
public struct UnixSocketPermissions: Hashable, Sendable {
  /// `mode`, such as 0o660
  public var mode: UInt32?
  public var user: String?
  public var group: String?
  public var uid: UInt32?
  public var gid: UInt32?

  public init() {}
}

/// One `log` line with a target. HAProxy manual, section 4.2, `log`.
public struct LogTarget: Hashable, Sendable {
  /// Where the lines go.
  public enum Destination: Hashable, Sendable {
    /// A UDP address or a unix datagram socket.
    case datagram(Endpoint)
    /// `stdout`, `stderr`, `fd@N`: an inherited descriptor.
    case descriptor(Int32)
  }

  /// `format`
  public enum Format: String, Sendable, CaseIterable {
    case local, rfc3164, rfc5424, priority, short, timed, iso, raw
  }

  public var destination: Destination
  /// `len`: the longest line in bytes, 80 to 65535.
  public var lengthMax = 1024
  /// `format`; nil when none was given: local, or rfc3164 with `log-send-hostname`.
  public var format: Format?
  /// The facility's number, 0 to 23.
  public var facility: UInt8
  /// The most verbose level that is sent: 0 (emerg) to 7 (debug).
  public var levelMax: UInt8 = 7
  /// Levels more severe than this are sent as this one.
  public var levelMin: UInt8 = 0
  /// `sample <ranges>:<size>`: which lines of every `sampleSize` are sent, from 1; empty for all.
  public var sampleRanges: [ClosedRange<Int>] = []
  /// The size of a sampling period; 0 for no sampling.
  public var sampleSize = 0
  /// Where the line stands.
  public var location: SourceLocation

  public init(destination: Destination, facility: UInt8, location: SourceLocation) {
    self.destination = destination
    self.facility = facility
    self.location = location
  }
}
