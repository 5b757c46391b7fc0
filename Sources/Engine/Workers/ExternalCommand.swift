import Basics
import CLiburing
import ConfigurationLanguage
import Glibc
import KernelIO

/// A command that checks a server: what is started, for whom. HAProxy manual, `option
/// external-check` and `external-check command`.
struct ExternalCommand: Sendable {
  /// What became of a command.
  enum Ending: Sendable {
    /// It ended by itself with this status.
    case exited(Int32)
    /// A signal ended it.
    case signalled
    /// It took too long and was told to end.
    case timedOut(processID: Int32)
    /// There is no such program, or it may not be run.
    case notExecutable(KernelIO.Errno)
    /// There was no process for it.
    case failed(KernelIO.Errno)

    /// What standard error is told; nil for nothing.
    var message: (text: String, isAlert: Bool)? {
      switch self {
      case .exited, .signalled: nil
      case .timedOut(let processID): ("kill \(processID)", false)
      case .notExecutable(let error):
        (
          "Failed to exec process for external health check: \(error.sentence). Aborting.", true
        )
      case .failed(let error):
        (
          "Failed to fork process for external health check: \(error.sentence). Aborting.", true
        )
      }
    }
  }

  /// The name or path of the program.
  let name: String
  /// Where it is looked for when the name is no path.
  let path: String
  let arguments: [String]
  let environment: [String]
  let timeout: Duration
  /// Who wants to know.
  let worker: Int
  let check: Int

  /// - Parameters:
  ///   - plan: the check of a server.
  ///   - configuration: the whole one.
  ///   - sessions: how many sessions the server has now.
  ///   - timeout: how long it may take.
  ///   - worker: who wants to know.
  ///   - check: which of its checks it is.
  init(
    _ plan: CheckPlan, configuration: Configuration, sessions: Int, timeout: Duration, worker: Int,
    check: Int
  ) {
    let proxy = configuration.proxies[plan.backend]
    let server = proxy.servers[plan.server]
    var command = ExternalCheckConfiguration(command: "", path: nil)
    if case .external(let configured) = proxy.checkMethod { command = configured }
    name = command.command
    path = command.path ?? ""
    self.timeout = timeout
    self.worker = worker
    self.check = check
    let proxyPlace = ExternalCommand.place(of: proxy)
    let serverPlace = ExternalCommand.place(of: server)
    arguments = [
      name, proxyPlace.address, proxyPlace.port, serverPlace.address, serverPlace.port,
    ]
    let variables = [
      ("PATH", path), ("HAPROXY_PROXY_NAME", proxy.name), ("HAPROXY_PROXY_ID", String(proxy.id)),
      ("HAPROXY_PROXY_ADDR", proxyPlace.address), ("HAPROXY_PROXY_PORT", proxyPlace.port),
      ("HAPROXY_SERVER_NAME", server.name), ("HAPROXY_SERVER_ID", String(server.id)),
      ("HAPROXY_SERVER_ADDR", serverPlace.address), ("HAPROXY_SERVER_PORT", serverPlace.port),
      ("HAPROXY_SERVER_MAXCONN", String(server.maxconn)),
      ("HAPROXY_SERVER_CURCONN", String(sessions)), ("HAPROXY_SERVER_SSL", "0"),
      ("HAPROXY_SERVER_PROTO", "tcp"),
    ]
    var environment: [String] = []
    if configuration.global.externalCheck == .preserved {
      let names = Set(variables.map(\.0))
      environment = Machine.environment.filter { !names.contains($0.key) }
        .map { "\($0.key)=\($0.value)" }.sorted()
    }
    self.environment =
      environment + variables.map { "\($0)=\($1 == ExternalCommand.none ? "" : $1)" }
  }

  /// What commands get for something that there is not.
  private static let none = "NOT_USED"

  private static func place(of proxy: ProxyConfiguration) -> (address: String, port: String) {
    for listener in proxy.listeners {
      guard case .endpoint(let endpoint) = listener.address else { continue }
      switch endpoint.kind {
      case .internet: return (endpoint.address.ip.description, String(endpoint.address.port))
      case .unix: return (String(decoding: endpoint.name, as: UTF8.self), none)
      case .abstract: continue
      }
    }
    return (none, none)
  }

  private static func place(of server: ServerConfiguration) -> (address: String, port: String) {
    var port = "0"
    if case .fixed(let number) = server.port { port = String(number) }
    switch server.host {
    case .ip(let ip): return (ip.description, port)
    case .unix(let endpoint): return (String(decoding: endpoint.name, as: UTF8.self), none)
    case .ofClient, .name: return ("", port)
    }
  }

  /// The file to start.
  private var file: String {
    guard !name.contains("/") else { return name }
    for folder in path.split(separator: ":", omittingEmptySubsequences: false) {
      let file = "\(folder.isEmpty ? "." : folder)/\(name)"
      if unsafe access(file, X_OK) == 0 { return file }
    }
    return name
  }

  /// Starts the command, without waiting for it.
  ///
  /// - Parameter keepsStreams: whether it has the standard streams of the process.
  /// - Returns: its process id.
  func start(keepsStreams: Bool) -> Result<pid_t, StartFailure> {
    var words = unsafe arguments.map { unsafe strdup($0) } + [nil]
    var variables = unsafe environment.map { unsafe strdup($0) } + [nil]
    defer {
      for index in unsafe words.indices { unsafe free(words[index]) }
      for index in unsafe variables.indices { unsafe free(variables[index]) }
    }
    var pid = pid_t()
    let error = unsafe sluice_spawn(file, &words, &variables, keepsStreams ? 3 : 0, &pid)
    guard error != 0 else { return .success(pid) }
    let isWithoutProcess = error == EAGAIN || error == ENOMEM
    let cause = KernelIO.Errno(rawValue: error)
    return .failure(
      StartFailure(ending: isWithoutProcess ? .failed(cause) : .notExecutable(cause)))
  }

  /// Why a command could not be started.
  struct StartFailure: Error {
    let ending: Ending
  }
}
