import Basics
import HealthChecks
import KernelIO

/// One server's health check, or the question to its agent, as its worker runs it.
@safe struct CheckSlot {
  /// What the check is doing.
  enum Phase: UInt8 {
    /// Waits for its time.
    case waiting
    /// Its time has come, but too many others are under way.
    case queued
    /// The connection is being made.
    case connecting
    /// The PROXY header is on its way.
    case sendingHeader
    /// The conversation.
    case talking
    /// A command is running.
    case running
    /// It has its outcome, or goes on with another connection, when the old one is let go by the
    /// kernel.
    case settling
  }

  /// Requests in flight.
  struct Requests: OptionSet {
    var rawValue: UInt8
    static let connect = Requests(rawValue: 1)
    static let send = Requests(rawValue: 2)
    static let receive = Requests(rawValue: 4)
    static let writable = Requests(rawValue: 8)
  }

  let plan: CheckPlan
  var phase = Phase.waiting
  var run: CheckRun?
  var socket = Descriptor.none
  var inFlight: Requests = []
  /// The port that the connection has out of a range of `source`; 0 for none.
  var sourcePort: UInt16 = 0
  /// The connection there is.
  var connect = CheckProgram.Connect()
  /// The connection that is made once the old one is gone; nil when the check is over then.
  var next: CheckProgram.Connect?
  /// Whether the connection is closed with a FIN and not with a reset.
  var closesGently = false
  /// Whether bytes are awaited and no receive could be started, for want of buffers.
  var isStarved = false
  var begunAt = Instant.origin
  /// When it fails for want of time.
  var deadline = Instant.distantFuture
  /// When the next check begins, while waiting.
  var due: Instant
  /// Whether the timer in flight was asked to end because the check is due earlier.
  var isHurried = false
  /// What is being sent: memory that stays where it is while the kernel reads it.
  var outgoing = unsafe UnsafeMutableBufferPointer<UInt8>(start: nil, count: 0)
  /// How much of it is gone.
  var outgoingSent = 0

  init(_ plan: CheckPlan, due: Instant) {
    self.plan = plan
    self.due = due
  }

  /// Puts bytes where the kernel finds them.
  mutating func load(_ bytes: [UInt8]) {
    unload()
    unsafe outgoing = .allocate(capacity: bytes.count)
    _ = unsafe outgoing.initialize(from: bytes)
    outgoingSent = 0
  }

  mutating func unload() {
    unsafe outgoing.deallocate()
    unsafe outgoing = UnsafeMutableBufferPointer(start: nil, count: 0)
  }
}
