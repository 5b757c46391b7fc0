import Basics

/// How often what can go wrong does, each as a ratio from 0 (never) to 1 (always).
public struct SimulatedFaults: Sendable {
  /// A send takes less than there is room for.
  public var shortSend = 0.0
  /// A send takes nothing although there is room.
  public var sendWouldBlock = 0.0
  /// A completion arrives later than what it tells of.
  public var lateCompletion = 0.0
  /// Completions of different requests change places.
  public var reorderedCompletions = 0.0
  /// A multishot request ends after a good completion.
  public var multishotEndedEarly = 0.0
  /// The pool says that it is empty although it is not.
  public var noBufferSpace = 0.0
  /// An accept fails with `processDescriptorLimit`.
  public var acceptDescriptorLimit = 0.0
  /// An accept fails with `connectionAborted`.
  public var acceptAborted = 0.0
  /// A new socket is refused with `processDescriptorLimit`.
  public var socketDescriptorLimit = 0.0
  /// A bind fails with `addressInUse`.
  public var bindInUse = 0.0
  /// A connect is refused.
  public var connectRefused = 0.0
  /// A connect is never answered.
  public var connectHangs = 0.0
  /// A peer resets its connection instead of doing its next step.
  public var peerReset = 0.0
  /// A pipe is refused.
  public var pipeRefused = 0.0
  /// A pipe holds much less than was asked for.
  public var smallPipe = 0.0
  /// A splice moves less than it could.
  public var shortSplice = 0.0
  /// A datagram is not taken.
  public var datagramDropped = 0.0
  /// A turn returns without a completion, as after a signal.
  public var interruptedTurn = 0.0
  /// How late a late completion is at most.
  public var latenessMax: Duration = .milliseconds(5)

  /// Nothing goes wrong.
  public static let none = SimulatedFaults()

  private init() {}

  /// Some things go wrong often, some seldom, and most, in one simulation, never: so that no fault
  /// hides what another would show.
  public static func swarm(using random: inout RandomNumbers) -> SimulatedFaults {
    var faults = SimulatedFaults()
    func ratio(_ most: Double, _ random: inout RandomNumbers) -> Double {
      guard random.chance(0.4) else { return 0 }
      return most / Double(1 << random.below(6))
    }
    faults.shortSend = ratio(0.8, &random)
    faults.sendWouldBlock = ratio(0.5, &random)
    faults.lateCompletion = ratio(0.8, &random)
    faults.reorderedCompletions = ratio(1, &random)
    faults.multishotEndedEarly = ratio(0.5, &random)
    faults.noBufferSpace = ratio(0.3, &random)
    faults.acceptDescriptorLimit = ratio(0.3, &random)
    faults.acceptAborted = ratio(0.2, &random)
    faults.socketDescriptorLimit = ratio(0.3, &random)
    faults.bindInUse = ratio(0.2, &random)
    faults.connectRefused = ratio(0.5, &random)
    faults.connectHangs = ratio(0.3, &random)
    faults.peerReset = ratio(0.2, &random)
    faults.datagramDropped = ratio(0.3, &random)
    faults.pipeRefused = ratio(0.5, &random)
    faults.smallPipe = ratio(0.5, &random)
    faults.shortSplice = ratio(0.8, &random)
    faults.interruptedTurn = ratio(0.1, &random)
    return faults
  }
}
