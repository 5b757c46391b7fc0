import Balancing
import Basics
import ConfigurationLanguage
import KernelIO
import Proxies
import Samples
import Sessions

/// One thread's share of the work: a kernel, the listeners bound for it, and the sessions that came
/// in through them.
///
/// Its loop is the turn: submit everything that was started, wait, handle what completed. All of its
/// state is its own; the rest of the program is reached through `ProcessState` and the mailbox.
@safe struct Worker<K: Kernel & ~Copyable>: ~Copyable {
  var kernel: K
  /// The worker's number, from 0.
  let index: Int
  let state: ProcessState
  let limits: Limits
  var table: SessionTable
  var acceptors: [Acceptor]
  /// Connections that were accepted while no place was free.
  var parked: [ParkedConnection] = []
  /// Receives that found the pool empty.
  var starved: [Token] = []
  var fed: [Token] = []
  /// The pipes of spliced directions.
  var pipes: PipePool
  /// What sessions that just began leave for the next turn.
  var postponed: [Token] = []
  /// Sides that will be looked at again, the first one first.
  var revisits: [Revisit] = []
  /// Spliced directions that used up their share of a turn.
  var runnable: [Token] = []
  /// The turn's number; wraps around.
  var turnNumber: UInt32 = 0
  /// The pieces of the send being started.
  let pieces: UnsafeMutablePointer<SendPiece>
  var messages: [Message] = []
  var logLine = LogBuffer()
  var checks: [CheckSlot] = []
  var hasStoppedChecks = false
  /// Checks under way, and those that wait until there are fewer.
  var checksRunning = 0
  var queuedChecks: [Int] = []
  /// Whether those that waited are being begun.
  var isBeginningQueued = false
  /// Backends whose slow starts this worker looks after.
  var backendTimers: [Int] = []
  var random: PseudoRandom
  /// What expressions are answered from, filled in before each evaluation.
  var samples = SampleContext()
  /// What rules remember of the sessions that they have something to remember of.
  var ruleStates: [UInt32: SessionRuleState] = [:]
  /// What sessions track in stick tables.
  let stickCounters: StickCounters
  /// What checks ask of stick tables: they track nothing.
  let checkCounters: StickCounters
  var counters = WorkerCounters()
  /// What the worker had moved when it last published its load, and when that was.
  var loadBytes: UInt64 = 0
  var loadTime = Instant.origin
  var isDraining = false
  var isRunning = true

  /// - Parameters:
  ///   - kernel: moved in; made on the thread that will run the worker.
  ///   - index: the worker's number, from 0.
  ///   - state: what it shares with the others.
  ///   - acceptors: its listening sockets.
  init(kernel: consuming K, index: Int, state: ProcessState, acceptors: [Acceptor]) {
    self.kernel = kernel
    self.index = index
    self.state = state
    limits = state.limits
    table = SessionTable(capacity: state.limits.sessionsPerWorkerMax)
    self.acceptors = acceptors
    pipes = PipePool(
      pipesMax: limits.splice.pipesMax(ofWorker: index, among: state.workerCount),
      pipeBytes: limits.splice.pipeBytes,
      pipeBytesMin: limits.splice.pipeBytesMin)
    unsafe pieces = .allocate(capacity: sendPiecesMax)
    random = PseudoRandom(seed: state.seed &+ UInt64(index))
    samples.random = state.seed &+ UInt64(index) &* 0x9e37_79b9
    samples.worker = index
    samples.bufferBytesMax = state.configuration.global.tune.bufsize
    samples.processID = state.log.names.processID
    samples.sources = state.sampleSources
    checkCounters = StickCounters(state.tables, width: 0)
    stickCounters = StickCounters(
      state.tables, width: state.configuration.global.tune.stickCounters)
    samples.tables = stickCounters
    starved.reserveCapacity(64)
    fed.reserveCapacity(64)
    runnable.reserveCapacity(64)
    postponed.reserveCapacity(512)
    revisits.reserveCapacity(8192)
    messages.reserveCapacity(64)
    state.mailboxes[index].attach(self.kernel.waker)
  }

  /// Names the timer of `revisits`.
  static var revisitToken: Token {
    Token(operation: Operation.revisitTimer.rawValue, slot: 0, generation: 0)
  }

  deinit {
    state.mailboxes[index].detach()
    unsafe pieces.deallocate()
  }

  /// Runs until it is told to stop.
  mutating func run() {
    start()
    // What was posted before the mailbox knew how to wake this worker has woken nobody.
    if state.mailboxes[index].hasMessages { readMail() }
    while isRunning { turn(deadline: nil) }
  }

  /// Puts the first requests in flight.
  mutating func start() {
    startAccepting()
    startChecks()
    startExpiry()
  }

  /// One turn.
  ///
  /// - Parameter deadline: when to return although nothing happened.
  mutating func turn(deadline: Instant?) {
    turnNumber &+= 1
    let postponedCount = postponed.count
    let isBusy = !runnable.isEmpty || postponedCount > 0
    let count = kernel.turn(deadline: isBusy ? kernel.now : deadline)
    for index in 0..<count { handle(kernel.completion(at: index)) }
    kernel.finishTurn(count)
    if postponedCount > 0 { servePostponed(postponedCount) }
    if !runnable.isEmpty { runRunnable() }
    if state.workerCount > 1, kernel.now >= loadTime + WorkerLoads.interval { publishLoad() }
    if state.mailboxes[index].hasMessages { readMail() }
    feedStarved()
    if !parked.isEmpty { serveParked() }
  }

  private mutating func handle(_ completion: Completion) {
    let raw = completion.token.operation
    if raw < 16 {
      handleSession(completion)
      return
    }
    if completion.token == .wake { return }
    guard let operation = Operation(rawValue: raw) else { stop("a completion names its operation") }
    switch operation {
    case .accept: acceptCompleted(completion)
    case .acceptRetryTimer: acceptRetryElapsed(completion)
    case .checkTimer, .checkConnect, .checkSend, .checkReceive, .checkWritable:
      checkCompleted(operation, completion)
    case .backendTimer: backendTimerElapsed(completion)
    case .revisitTimer: revisitTimerElapsed()
    case .drainTimer: stopAccepting(closing: true)
    case .tableTimer: tableTimerElapsed(completion)
    case .receiveClient, .receiveServer, .sendClient, .sendServer, .writableClient,
      .writableServer, .hangUpClient, .hangUpServer, .connect, .queueTimer, .turnaroundTimer,
      .lingerTimer, .fillClient, .fillServer, .emptyClient, .emptyServer:
      stop("operations of sessions are below 16")
    }
  }

  private mutating func handleSession(_ completion: Completion) {
    let token = completion.token
    guard table.isCurrent(token.slot, generation: token.generation),
      let operation = Operation(rawValue: token.operation)
    else {
      // A slot is freed only when nothing is in flight for it.
      stop("no completion outlives its session")
    }
    let slot = table[token.slot]
    if !completion.isMore { slot.value.inFlight.remove(operation) }
    switch operation {
    case .receiveClient: receiveCompleted(completion, .client, slot)
    case .receiveServer: receiveCompleted(completion, .server, slot)
    case .sendClient: sendCompleted(completion, .client, slot)
    case .sendServer: sendCompleted(completion, .server, slot)
    case .writableClient: writableCompleted(completion, .client, slot)
    case .writableServer: writableCompleted(completion, .server, slot)
    case .hangUpClient: hangUpCompleted(completion, .client, slot)
    case .hangUpServer: hangUpCompleted(completion, .server, slot)
    case .connect: connectCompleted(completion, slot)
    case .queueTimer: queueTimerElapsed(completion, slot)
    case .turnaroundTimer: turnaroundElapsed(completion, slot)
    case .lingerTimer: settleClosing(slot)
    case .fillClient: fillCompleted(completion, .client, slot)
    case .fillServer: fillCompleted(completion, .server, slot)
    case .emptyClient: emptyCompleted(completion, .client, slot)
    case .emptyServer: emptyCompleted(completion, .server, slot)
    case .accept, .acceptRetryTimer, .checkTimer, .checkConnect, .checkSend, .checkReceive,
      .checkWritable, .backendTimer, .revisitTimer, .drainTimer, .tableTimer:
      stop("operations of sessions are below 16")
    }
  }

  private mutating func queueTimerElapsed(_ completion: Completion, _ slot: SlotPointer) {
    if slot.value.inspection != .none {
      inspectTimerElapsed(completion, slot)
      return
    }
    guard slot.value.session.phase == .queued else {
      settleClosing(slot)
      return
    }
    if completion.error == .cancelled || kernel.now < slot.value.queueDeadline {
      // The timer of an earlier wait: this one has its own deadline.
      armQueueTimer(slot)
      return
    }
    perform(slot.value.session.queueTimedOut(), slot)
  }

  private mutating func turnaroundElapsed(_ completion: Completion, _ slot: SlotPointer) {
    guard slot.value.session.phase == .turnaround, completion.error == .timerExpired else {
      settleClosing(slot)
      return
    }
    perform(slot.value.session.turnaroundElapsed(), slot)
  }

  // MARK: Mail

  private mutating func readMail() {
    state.mailboxes[index].takeAll(into: &messages)
    for place in messages.indices { read(messages[place]) }
  }

  private mutating func read(_ message: Message) {
    switch message {
    case .accepted(let socket, let frontend, let listener):
      startSession(socket, frontend: frontend, listener: listener)
    case .granted(let slot, let generation, let backend, let server, let places):
      granted(
        slot, generation: generation, backend: Int(backend), server: Int(server), places: places)
    case .reassign(let slot, let generation, let previous, let places):
      reassign(slot, generation: generation, previous: Int(previous), places: places)
    case .hurryCheck(let check, let notAfter): hurry(check: Int(check), notAfter: notAfter)
    case .commandEnded(let check, let ending): commandEnded(check: Int(check), ending)
    case .endSessions(let backend, let server, let cause):
      endSessions(backend: backend, server: server, cause: cause)
    case .placeFreed: placeFreed()
    case .stopListening(let drain):
      if drain { drainListeners() } else { stopAccepting(closing: true) }
    case .pauseListening: stopAccepting(closing: false)
    case .resumeListening: resumeAccepting()
    case .stopSessions: endAllSessions()
    case .report: leaveReport()
    case .stop:
      stopChecks()
      pipes.closeFree(in: &kernel)
      kernel.cancel(Worker.revisitToken)
      stopExpiry()
      isRunning = false
    }
  }
}
