import Basics
import Glibc
import Testing

@testable import KernelIO

/// Every rung of the ladder that a ring can be forced to stand on.
enum RingRung: String, CaseIterable, Sendable {
  case best, cooperative, interrupting, unregistered, oneshotReceive, tinyQueues

  /// The sizes of the contract, on this rung.
  var options: RingOptions {
    var options = RingOptions()
    options.buffersMax = 8
    options.bufferBytes = 4096
    switch self {
    case .best: break
    case .cooperative: options.taskWork = .cooperative
    case .interrupting: options.taskWork = .interrupting
    case .unregistered: options.registersDescriptor = false
    case .oneshotReceive: options.receive = .oneshot
    case .tinyQueues:
      // Submissions in the middle of a turn, an overflowing completion queue and several turns
      // for what came at once.
      options.submissionEntries = 4
      options.completionEntries = 8
      options.completionsPerTurn = 3
    }
    return options
  }
}

@Suite(.serialized) struct RingTests {
  @Test(arguments: RingRung.allCases, KernelPromise.allCases)
  func keeps(_ rung: RingRung, _ promise: KernelPromise) throws {
    var ring = try Ring(options: rung.options)
    try promise.check(&ring)
  }
}
