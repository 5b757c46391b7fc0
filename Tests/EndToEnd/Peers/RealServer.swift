import Glibc

/// A server that people really use, started for one test from a shell script: in a folder of its
/// own, on a port of its own, by an unprivileged user when the tests run as root.
public final class RealServer: @unchecked Sendable {
  /// The port it listens on, on 127.0.0.1.
  public let port: UInt16
  private let program: ProgramUnderTest
  private let folder: String

  /// - Parameters:
  ///   - script: ends with `exec` of the server; `$PORT` is where it listens, `$FOLDER` the working
  ///     folder.
  ///   - announcement: what the server writes to standard error when it serves; for one that
  ///     listens before it does.
  ///   - limit: how long it may take until it listens.
  public init(
    _ script: String, saying announcement: String? = nil, within limit: Duration = .seconds(60)
  ) throws {
    port = try FreePort.take()
    var template = Array("/tmp/sluice-server-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw PeerFailure.call("mkdtemp") }
    folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let text =
      "set -e\ncd \(folder)\nexport PORT=\(port) FOLDER=\(folder) LC_ALL=C HOME=\(folder)\n\(script)\n"
    var words = ["/bin/sh", "-c", text]
    if geteuid() == 0 {
      let nobody: UInt32 = 65534
      chown(folder, nobody, nobody)
      words =
        ["/usr/bin/setpriv", "--reuid=\(nobody)", "--regid=\(nobody)", "--clear-groups"] + words
    }
    program = try ProgramUnderTest(path: words[0], arguments: Array(words.dropFirst()))
    do {
      try program.awaitListeners([port], within: limit)
      if let announcement {
        try eventually(within: limit, "\"\(announcement)\"") {
          program.standardError.containsText(announcement)
        }
      }
    } catch {
      remove()
      throw PeerFailure("\(error) \(program.standardOutput)")
    }
  }

  deinit {
    program.signal(SIGTERM)
    if (try? program.waitForExit(within: .seconds(5))) == nil { program.signal(SIGKILL) }
    remove()
  }

  private func remove() {
    let removal = try? ProgramUnderTest(path: "/bin/rm", arguments: ["-rf", folder])
    _ = try? removal?.waitForExit()
  }

  /// Whether a program is there, in the places where Debian puts servers.
  public static func isInstalled(_ name: String) -> Bool {
    ["/usr/bin", "/usr/sbin", "/usr/lib/postgresql/15/bin"].contains {
      access("\($0)/\(name)", X_OK) == 0
    }
  }
}
