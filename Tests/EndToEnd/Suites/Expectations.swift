import Glibc
import Peers
import Testing

/// Expects a deadline that was never early and at most two seconds late, five when emulated.
///
/// Timers count whole milliseconds, so one of them may be missing at the start.
func expectDeadline(
  _ expected: Duration, _ elapsed: Duration, sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(
    elapsed >= expected - .milliseconds(2) && elapsed <= expected + .seconds(isEmulated ? 5 : 2),
    "expected \(expected), took \(elapsed)", sourceLocation: sourceLocation)
}

/// True when the long variants were asked for.
let isLong = getenv("SLUICE_LONG") != nil

/// The kernel that the tests were promised, such as `6.1`; nil where it does not matter.
let promisedKernel = getenv("SLUICE_KERNEL").map { String(cString: $0) }

/// True on an emulated machine, which is many times slower than one of its own.
let isEmulated = getenv("SLUICE_EMULATED") != nil

/// Sends the text through an echo and expects it back.
func expectEcho(
  _ client: Connection, _ text: String, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  try client.send(text)
  #expect(try client.receiveText(text.utf8.count) == text, sourceLocation: sourceLocation)
}
