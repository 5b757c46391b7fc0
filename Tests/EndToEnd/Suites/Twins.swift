import Glibc
import Peers

/// The program and HAProxy, side by side with the same configuration and traffic.
final class Twins {
  /// Debian's HAProxy; `SLUICE_REFERENCE` names another one.
  static let reference =
    getenv("SLUICE_REFERENCE").map { String(cString: $0) } ?? "/usr/sbin/haproxy"
  static let isReferenceThere = access(reference, X_OK) == 0

  /// Whether it is Debian 12's, which differs from 3.4 here and there: decision 0019.
  static let isReference26: Bool = {
    guard let version = try? ProgramUnderTest(path: reference, arguments: ["-v"]) else {
      return false
    }
    _ = try? version.waitForExit()
    return version.standardOutput.containsText("version 2.6")
  }()

  /// The program.
  let ours: Stage
  /// HAProxy.
  let theirs: Stage
  private let referenceProgram: ProgramUnderTest

  /// - Parameters:
  ///   - body: what follows the preamble, for a program that listens on this port.
  init(
    _ engine: EngineChoice, defaults: String = "option tcplog",
    _ body: (_ port: UInt16) -> String
  ) throws {
    ours = try Stage(engine)
    theirs = try Stage(.reference)
    try ours.start(body(ours.port), threads: 1, defaults: defaults)
    let text = theirs.preamble(threads: 1, defaults: defaults) + body(theirs.port) + "\n"
    let file = try theirs.directory.write("reference.cfg", text)
    referenceProgram = try ProgramUnderTest(
      path: Self.reference, arguments: ["-f", file, "-db"], inheriting: theirs.log.inheritance)
    try referenceProgram.awaitListeners([theirs.port])
  }

  /// Does the same with both and returns what came of it.
  func both<Value>(_ body: (Stage) throws -> Value) rethrows -> (ours: Value, theirs: Value) {
    (try body(ours), try body(theirs))
  }
}

/// The text of a log line, behind its header, without what differs from run to run: dates, times,
/// ports and process numbers. Negative times stay, for they say that a step was never reached.
func masked(_ line: String, ports: [UInt16: String] = [:]) -> String {
  let text = line.firstRange(of: "]: ").map { line[$0.upperBound...] } ?? line[...]
  let words = text.split(whereSeparator: { $0 == " " || $0 == "\n" }).map { word -> String in
    if word.hasPrefix("["), word.hasSuffix("]"), word.contains(":") { return "[date]" }
    let parts = word.split(separator: ":", omittingEmptySubsequences: false)
    if parts.count == 2, let port = UInt16(parts[1]) {
      return "\(parts[0]):\(ports[port] ?? "port")"
    }
    if word.hasSuffix("ms"), Int(word.dropLast(2)) != nil { return "<n>ms" }
    if word.hasSuffix("ms."), Int(word.dropLast(3)) != nil { return "<n>ms." }
    let times = word.split(separator: "/").map { Int($0) }
    if times.count == 3, times.allSatisfy({ $0 != nil }) {
      return times.map { ($0 ?? 0) < 0 ? "-1" : "n" }.joined(separator: "/")
    }
    return String(word)
  }
  return words.joined(separator: " ")
}
