public import Basics

/// What the main thread does from the first served connection to the end: a pure state machine
/// over signals and time.
public struct ProcessLife: Equatable, Sendable {
  /// The signals that mean something.
  public enum Signal: Equatable, Sendable {
    /// SIGTERM and SIGINT: end now. Carries the number to die of.
    case stop(Int32)
    /// SIGUSR1: stop listening, end when the last session has.
    case softStop
    /// SIGTTOU
    case pause
    /// SIGTTIN
    case resume
    /// SIGHUP
    case dump
    /// SIGQUIT: give memory back.
    case trim
  }

  /// What to do next, in order.
  public enum Action: Equatable, Sendable {
    case pauseListening
    case resumeListening
    case dumpStates
    case trimMemory
    /// Say that the soft stop begins after that time.
    case announceGrace(Duration)
    /// Drain and close the listeners.
    case stopListening
    /// One line for every proxy that has stopped.
    case announceStopped
    /// `hard-stop-after` is over: say so and end every session.
    case hardStop
    /// Say that sessions are left and that the process ends nevertheless.
    case announceResistance
    /// End every session.
    case stopSessions
    /// Leave with status 0.
    case exit
    /// Leave by this signal.
    case die(Int32)
  }

  private enum Phase: Equatable, Sendable {
    case running
    /// `grace`: the soft stop has been asked for.
    case grace(until: Instant)
    /// Connections whose handshake was under way when the soft stop came still arrive.
    case draining(until: Instant)
    case stopping(hardStopAt: Instant, wasAnnounced: Bool)
    case killed(until: Instant)
    case dying(of: Int32, until: Instant)
    case over
  }

  /// How long handshakes in progress may take to reach the accept queue.
  public static let drainTime = Duration.milliseconds(30)
  /// How long sessions may resist their end.
  public static let resistanceTime = Duration.seconds(1)
  /// How often the main thread looks whether sessions are left, while it waits for that.
  public static let pollInterval = Duration.milliseconds(10)

  private let grace: Duration?
  private let hardStopAfter: Duration?
  private var phase = Phase.running

  /// - Parameters:
  ///   - grace: `grace`, nil when absent.
  ///   - hardStopAfter: `hard-stop-after`, nil when absent.
  public init(grace: Duration?, hardStopAfter: Duration?) {
    self.grace = grace
    self.hardStopAfter = hardStopAfter
  }

  /// How long the main thread may sleep; nil for as long as no signal comes.
  public func sleep(now: Instant) -> Duration? {
    switch phase {
    case .running: nil
    case .grace(let until), .draining(let until): max(.zero, until - now)
    case .stopping, .killed, .dying: ProcessLife.pollInterval
    case .over: .zero
    }
  }

  /// Whether the process is on its way out.
  public var isStopping: Bool { phase != .running }

  /// A signal came.
  public mutating func handle(_ signal: Signal, now: Instant) -> [Action] {
    switch signal {
    case .stop(let number):
      switch phase {
      case .over, .dying: return []
      case .running, .grace, .draining, .stopping, .killed:
        phase = .dying(of: number, until: now + ProcessLife.resistanceTime)
        return [.stopSessions]
      }
    case .softStop:
      guard phase == .running else { return [] }
      if let grace, grace > .zero {
        phase = .grace(until: now + grace)
        return [.announceGrace(grace)]
      }
      phase = .draining(until: now + ProcessLife.drainTime)
      return []
    case .pause: return phase == .running ? [.pauseListening] : []
    case .resume: return phase == .running ? [.resumeListening] : []
    case .dump: return [.dumpStates]
    case .trim: return [.trimMemory]
    }
  }

  /// Time has passed, or a signal was handled.
  ///
  /// - Parameters:
  ///   - now: the time.
  ///   - sessions: how many are alive.
  ///   - hasStoppedListening: whether the listeners are closed.
  public mutating func advance(
    now: Instant, sessions: Int, hasStoppedListening: Bool
  ) -> [Action] {
    switch phase {
    case .running, .over: return []
    case .grace(let until):
      if now >= until { phase = .draining(until: now + ProcessLife.drainTime) }
      return []
    case .draining(let until):
      guard now >= until else { return [] }
      let hardStopAt = hardStopAfter.map { now + $0 } ?? .distantFuture
      phase = .stopping(hardStopAt: hardStopAt, wasAnnounced: false)
      return [.stopListening]
    case .stopping(let hardStopAt, let wasAnnounced):
      guard hasStoppedListening else { return [] }
      let announcement: [Action] = wasAnnounced ? [] : [.announceStopped]
      phase = .stopping(hardStopAt: hardStopAt, wasAnnounced: true)
      if sessions == 0 {
        phase = .over
        return announcement + [.exit]
      }
      guard now >= hardStopAt else { return announcement }
      phase = .killed(until: now + ProcessLife.resistanceTime)
      return announcement + [.hardStop]
    case .killed(let until):
      guard sessions == 0 || now >= until else { return [] }
      phase = .over
      return sessions == 0 ? [.exit] : [.announceResistance, .exit]
    case .dying(let number, let until):
      guard sessions == 0 || now >= until else { return [] }
      phase = .over
      return [.die(number)]
    }
  }
}
