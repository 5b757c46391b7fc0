/// The names and numbers of this version, and the texts that print them.
public struct VersionText: Sendable {
  /// Which text was asked for.
  public enum Kind: Equatable, Sendable {
    /// `-v`
    case short
    /// `-vv`
    case build
    /// `-vq`
    case plain
    /// `-vqs`
    case plainShort
    /// `-vqb`
    case plainBranch
  }

  /// Sluice's own version.
  public static let version = "0.1.0"
  /// The day of that version.
  public static let date = "2026/11/22"
  /// The HAProxy version whose language and behaviour this one has: what version predicates of a
  /// configuration are answered with.
  public static let compatibleVersion = "3.4.0"
  /// The branch of `compatibleVersion`.
  public static let compatibleBranch = "3.4"

  /// The features HAProxy names, each with whether this program has it.
  public static let features: [(name: String, isPresent: Bool)] = [
    ("ACCEPT4", true), ("CPU_AFFINITY", false), ("DL", false), ("ENGINE", false), ("EPOLL", true),
    ("GETADDRINFO", true), ("IO_URING", true), ("KTLS", false), ("LINUX_CAP", false),
    ("LINUX_SPLICE", true), ("LINUX_TPROXY", true), ("LUA", false), ("NETFILTER", false),
    ("NS", false), ("OPENSSL", false), ("PCRE", false), ("PCRE2", false), ("POLL", false),
    ("PRCTL", true), ("PROMEX", false), ("QUIC", false), ("SLZ", false), ("SYSTEMD", false),
    ("TFO", true), ("THREAD", true), ("TPROXY", true), ("ZLIB", false),
  ]

  /// One kernel interface that can move the bytes.
  public struct Engine: Equatable, Sendable {
    /// `io_uring` or `epoll`
    public var name: String
    /// The higher one is preferred.
    public var preference: Int
    /// Whether the kernel permits it.
    public var isUsable: Bool
    /// Why it is used or cannot be, such as `kernel 6.18` or `EPERM`.
    public var reason: String

    /// - Parameters:
    ///   - name: `io_uring` or `epoll`.
    ///   - preference: the higher one is preferred.
    ///   - isUsable: whether the kernel permits it.
    ///   - reason: why, in a few words; may be empty.
    public init(name: String, preference: Int, isUsable: Bool, reason: String) {
      self.name = name
      self.preference = preference
      self.isUsable = isUsable
      self.reason = reason
    }
  }

  /// `Linux 6.1.0 #1 SMP x86_64`: what uname(2) says, for the last line of the version.
  public var system: String
  /// The engines, in any order.
  public var engines: [Engine]
  /// The number of threads when `nbthread` is not given.
  public var threadCount: Int

  /// - Parameters:
  ///   - system: name, release, version and machine of the kernel.
  ///   - engines: what the kernel permits.
  ///   - threadCount: the default of `nbthread`.
  public init(system: String, engines: [Engine], threadCount: Int) {
    self.system = system
    self.engines = engines
    self.threadCount = threadCount
  }

  /// What is printed on standard output.
  public func text(_ kind: Kind) -> String {
    switch kind {
    case .short: short
    case .build: short + build
    case .plain, .plainShort: VersionText.compatibleVersion + "\n"
    case .plainBranch: VersionText.compatibleBranch + "\n"
    }
  }

  private var short: String {
    """
    Sluice version \(VersionText.version) \(VersionText.date)
    HAProxy version \(VersionText.compatibleVersion) compatible: configuration language and \
    behaviour in 'mode tcp'
    Status: development version, not for production.
    Running on: \(system)

    """
  }

  private var build: String {
    let features = VersionText.features
      .map { "\($0.isPresent ? "+" : "-")\($0.name)" }.joined(separator: " ")
    let sorted = engines.sorted { $0.preference > $1.preference }
    let lines = sorted.map { engine in
      let name = String(repeating: " ", count: max(0, 11 - engine.name.utf8.count)) + engine.name
      let result = engine.isUsable ? "test result OK" : "test result FAILED"
      let reason = engine.reason.isEmpty ? "" : " (\(engine.reason))"
      return "\(name) : pref=\(engine.preference),  \(result)\(reason)"
    }
    let usable = sorted.filter(\.isUsable)
    let total =
      "Total: \(sorted.count) (\(usable.count) usable), will use \(usable.first?.name ?? "none")."
    return """
      Build options :
        TARGET  = linux-glibc

      Feature list : \(features)

      Default settings :
        bufsize = 16384, maxrewrite = 1024, maxpollevents = 200

      Built with multi-threading support (MAX_THREADS=1024, default=\(threadCount)).
      Built with transparent proxy support using: IP_TRANSPARENT IPV6_TRANSPARENT

      Available polling systems :
      \(lines.joined(separator: "\n"))
      \(total)

      Available multiplexer protocols :
      (protocols marked as <default> cannot be specified using 'proto' keyword)
        <default> : mode=TCP  side=FE|BE  mux=PASS  flags=
             none : mode=TCP  side=FE|BE  mux=PASS  flags=NO_UPG

      Available services : none

      Available filters : none

      """
  }
}
