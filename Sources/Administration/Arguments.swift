/// What the command line asks for. HAProxy management guide, section 3.
public struct Arguments: Equatable, Sendable {
  /// The modes that flags switch on; the configuration can switch some of them on as well.
  public struct Modes: OptionSet, Sendable {
    /// The bits.
    public var rawValue: UInt16
    /// - Parameter rawValue: the bits.
    public init(rawValue: UInt16) { self.rawValue = rawValue }
    /// `-V`
    public static let verbose = Modes(rawValue: 1 << 0)
    /// `-q`
    public static let quiet = Modes(rawValue: 1 << 1)
    /// `-c`
    public static let check = Modes(rawValue: 1 << 2)
    /// `-D`
    public static let daemon = Modes(rawValue: 1 << 3)
    /// `-db`
    public static let foreground = Modes(rawValue: 1 << 4)
    /// `-d`
    public static let debug = Modes(rawValue: 1 << 5)
    /// `-dW`
    public static let zeroWarning = Modes(rawValue: 1 << 6)
    /// `-dD`
    public static let diagnostic = Modes(rawValue: 1 << 7)
  }

  /// What happens to the processes that this one replaces.
  public enum OldProcessSignal: Sendable {
    /// `-sf`: they finish what they do (SIGUSR1).
    case finish
    /// `-st`: they end at once (SIGTERM).
    case terminate
  }

  /// argv[0]
  public var programPath: String
  /// The flags that switch modes on.
  public var modes: Modes = []
  /// `-f` and what follows `--`, in order; files and folders.
  public var configurationFiles: [String] = []
  /// `-cc`: evaluate this condition and exit.
  public var condition: Condition?
  /// `-C`: the folder to change to before anything is read.
  public var directory: String?
  /// `-n`: replaces the `maxconn` of `global` when positive.
  public var maxconn = 0
  /// `-N`: the `maxconn` of proxies that have none, when positive.
  public var proxyMaxconn = 0
  /// `-m`: megabytes of data the process may use, when positive.
  public var memoryMegabytes = 0
  /// `-L`
  public var localPeer: String?
  /// `-p`
  public var pidfile: String?
  /// The processes of `-sf` and `-st`, in order.
  public var oldProcesses: [Int32] = []
  /// What the last of `-sf` and `-st` asks for.
  public var oldProcessSignal: OldProcessSignal = .finish
  /// `-de`
  public var isEpollDisabled = false
  /// `-dS`
  public var isSpliceDisabled = false
  /// `-dR`
  public var isReuseportDisabled = false
  /// `-dr`: a server name that does not resolve is no error.
  public var isResolutionFailureIgnored = false
  /// `-dV`
  public var isServerVerifyDisabled = false
  /// What follows `-dK`: classes of keywords that are printed; nil without the flag.
  public var keywordClasses: String?
  /// `-dM[byte]`: memory is filled with this byte when it is allocated and freed.
  public var poisonByte: UInt8?

  /// `-cc` and what followed it.
  public enum Condition: Equatable, Sendable {
    case text(String)
    /// Nothing followed.
    case missing
  }

  /// - Parameter programPath: argv[0].
  public init(programPath: String) { self.programPath = programPath }

  /// The base name of argv[0]: names the program in messages and is the default log tag.
  public var programName: String { Arguments.baseName(of: programPath) }

  /// What is behind the last slash.
  public static func baseName(of path: String) -> String {
    String(
      decoding: path.utf8.split(
        separator: UInt8(ascii: "/"),
        omittingEmptySubsequences: false
      ).last ?? [], as: UTF8.self)
  }
}

/// The outcome of reading a command line.
public enum ArgumentsOutcome: Equatable, Sendable {
  /// Go on.
  case run(Arguments)
  /// Print this version text on standard output and exit with 0.
  case version(VersionText.Kind)
  /// Print these alerts, the usage text, and exit with 1.
  case usage(alerts: [String])
  /// Print these alerts and exit with 1.
  case failure(alerts: [String])
}
