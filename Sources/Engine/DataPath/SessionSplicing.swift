import Basics
import KernelIO
import Proxies
import Sessions

/// Bulk: bytes that go from socket to socket through a pipe, without being copied.
///
/// A direction begins by copying, changes over when much comes at once, and back when little comes.
///
/// | mode | read by | until | then |
/// |---|---|---|---|
/// | copying | a multishot receive | a turn brings `threshold` bytes, or `patience` turns bring much | entering |
/// | entering | the same, asked to end | its last completion | splicing |
/// | splicing | a multishot poll and splice(2) | `patience` small wake-ups, or no pipe is to be had | leaving |
/// | leaving | the poll, asked to end | its last completion | copying |
///
/// Order is kept because nothing enters the pipe before the last copied byte was sent, and no
/// receive is started before the pipe is empty. A pipe is held only while bytes are in it. The
/// requests that read from a side share one operation, `receive`, so that timeouts and closing need
/// not know which of them is in flight.
extension Worker where K: ~Copyable {
  // MARK: Changing over

  /// A turn brought much from a side: lets a pipe take over, if the direction may be spliced.
  @inline(never)
  mutating func beginSplicing(_ side: SideName, _ slot: SlotPointer) {
    slot.value[from: side].contraryArrivals = 0
    guard slot.value[from: side].mode == .copying, slot.value[from: side].maySplice,
      slot.value.session.phase == .established, pipes.hasFree
    else { return }
    slot.value[from: side].mode = .entering
    if slot.value[side.other].nagle != .off { turnNagleOff(side.other, slot) }
    counters.spliceBegins &+= 1
    cancel(.receive(side), slot)
  }

  /// Goes back to copying. The pipe must be empty.
  mutating func endSplicing(_ side: SideName, _ slot: SlotPointer) {
    slot.value[from: side].contraryArrivals = 0
    slot.value[from: side].mode = .leaving
    counters.spliceEnds &+= 1
    if slot.value.inFlight.contains(.receive(side)) {
      cancel(.receive(side), slot)
    } else {
      armReceive(side, slot)
    }
  }

  /// Goes on with a direction whose target takes bytes again.
  mutating func resume(_ source: SideName, _ slot: SlotPointer) {
    if slot.value[from: source].bytes > 0 {
      send(to: source.other, slot)
    } else if slot.value[from: source].mode != .splicing {
      drainedPipe(source, slot)
      if slot.value.isInUse { armReceive(source, slot) }
    } else if !splicesInChains {
      pump(source, slot)
    } else if slot.value[from: source].pipeBytes > 0 {
      startRest(source, slot)
    } else {
      drainedPipe(source, slot)
      if slot.value.isInUse { armReceive(source, slot) }
    }
  }

  // MARK: Moving

  /// The poll of a spliced side completed.
  mutating func sourceReadable(_ completion: Completion, _ side: SideName, _ slot: SlotPointer) {
    guard slot.value[side].leaving == .no else {
      settleClosing(slot)
      return
    }
    if let error = completion.error {
      if error == .cancelled {
        receiveWasCancelled(side, slot)
      } else {
        sideFailed(side, error, slot)
      }
      return
    }
    if slot.value[from: side].mode == .splicing {
      slot.value[from: side].isSourceReady = true
      let before = slot.value[from: side].bytesReceived
      pump(side, slot)
      guard slot.value.isInUse else { return }
      countWake(Int(slot.value[from: side].bytesReceived &- before), side, slot)
    }
    if !completion.isMore { armReceive(side, slot) }
  }

  /// Ends splicing after too many wake-ups that were not worth it.
  mutating func countWake(_ moved: Int, _ side: SideName, _ slot: SlotPointer) {
    let isSmall = moved < limits.splice.smallBytes && !slot.value[side.other].isBlocked
    slot.value[from: side].countArrival(isContrary: isSmall)
    if Int(slot.value[from: side].contraryArrivals) >= limits.splice.patience,
      slot.value[from: side].mode == .splicing, slot.value[from: side].pipeBytes == 0,
      slot.value.session[side].reading == .open
    {
      endSplicing(side, slot)
    }
  }

  /// Moves what a spliced direction has, until its source has no more, its target takes no more, or
  /// its share of the turn is used up.
  mutating func pump(_ source: SideName, _ slot: SlotPointer) {
    let target = source.other
    guard slot.value[from: source].mode == .splicing, slot.value[from: source].bytes == 0,
      !slot.value[target].isBlocked, !slot.value.inFlight.contains(.send(target)),
      slot.value[target].leaving == .no, slot.value.session.phase == .established,
      slot.value.session[target].writing != .shut
    else { return }
    if slot.value[from: source].pipe == .none {
      guard canReadSpliced(source, slot) else {
        drainedPipe(source, slot)
        return
      }
      let index = pipes.take(from: &kernel)
      guard index != .none else {
        endSplicing(source, slot)
        return
      }
      slot.value[from: source].pipe = index
    }
    let pipe = pipes[slot.value[from: source].pipe]
    var share = limits.splice.turnBytesMax
    var ending = SpliceEnding.none
    while true {
      if ending == .none, share > 0, slot.value[from: source].isSourceReady,
        slot.value[from: source].pipeBytes < pipe.capacity, canReadSpliced(source, slot)
      {
        ending = fill(pipe, share: &share, source, slot)
      }
      guard slot.value[from: source].pipeBytes > 0 else {
        if ending == .none, share > 0, slot.value[from: source].isSourceReady,
          canReadSpliced(source, slot)
        {
          continue
        }
        break
      }
      let moved = kernel.splice(
        from: pipe.reader, to: slot.value[target].socket,
        bytesMax: slot.value[from: source].pipeBytes)
      if case .success(let count) = moved, count > 0 {
        slot.value[from: source].leavePipe(count)
        slot.value[target].lastActivity = kernel.now
        slot.value[target].stalledSince = .origin
        counters.bytesSpliced &+= UInt64(count)
        continue
      }
      guard case .failure(let error) = moved, error != .wouldBlock else {
        awaitWritable(target, slot)
        break
      }
      sideFailed(target, error, slot)
      return
    }
    if slot.value[from: source].pipeBytes == 0 {
      pipes.giveBack(slot.value[from: source].pipe, in: &kernel)
      slot.value[from: source].forgetPipe()
    }
    conclude(ending, share: share, source, slot)
  }

  /// What a splice from a source found besides bytes.
  private enum SpliceEnding { case none, ended, failed }

  /// Whether a spliced side is still read.
  @inline(__always)
  private func canReadSpliced(_ source: SideName, _ slot: SlotPointer) -> Bool {
    slot.value[from: source].isSourceReady && slot.value[source].leaving == .no
      && slot.value.session[source].reading == .open
  }

  /// Splices once from a source into its pipe.
  @inline(__always)
  private mutating func fill(
    _ pipe: Pipe, share: inout Int, _ source: SideName, _ slot: SlotPointer
  ) -> SpliceEnding {
    let room = min(share, pipe.capacity &- slot.value[from: source].pipeBytes)
    switch kernel.splice(from: slot.value[source].socket, to: pipe.writer, bytesMax: room) {
    case .success(let count):
      guard count > 0 else { return .ended }
      slot.value[from: source].enterPipe(count)
      slot.value[source].lastActivity = kernel.now
      share &-= count
    case .failure(.wouldBlock):
      // A pipe with bytes in it may have no free place: only an empty one tells of the source.
      if slot.value[from: source].pipeBytes == 0 { slot.value[from: source].isSourceReady = false }
    case .failure:
      return .failed
    }
    return .none
  }

  private mutating func conclude(
    _ ending: SpliceEnding, share: Int, _ source: SideName, _ slot: SlotPointer
  ) {
    switch ending {
    case .ended:
      slot.value[from: source].isSourceReady = false
      cancel(.receive(source), slot)
      sideEnded(source, slot)
    case .failed:
      slot.value[from: source].isSourceReady = false
      sideFailed(source, nil, slot)
    case .none:
      if share <= 0 { runLater(source, slot) }
      if slot.value[from: source].isEmpty { drainedPipe(source, slot) }
    }
  }

  /// Nothing is held for the target: a FIN that waited for the last byte may go.
  mutating func drainedPipe(_ source: SideName, _ slot: SlotPointer) {
    guard slot.value.session[source.other].writing == .ending else { return }
    perform(slot.value.session.drained(holding: slot.value.held), slot)
  }

  // MARK: The run queue

  /// Lets a direction that used its share up go on in the next turn, after everything else.
  private mutating func runLater(_ source: SideName, _ slot: SlotPointer) {
    guard !slot.value[from: source].isRunnable else { return }
    slot.value[from: source].isRunnable = true
    runnable.append(token(.receive(source), slot))
  }

  /// Lets the directions go on that used their share of the last turn up.
  mutating func runRunnable() {
    // In place and not by an iterator, which would retain the array. What is appended meanwhile is
    // for the next turn.
    let count = runnable.count
    for index in 0..<count {
      let token = runnable[index]
      guard table.isCurrent(token.slot, generation: token.generation) else { continue }
      let source: SideName =
        token.operation == Operation.receiveClient.rawValue ? .client : .server
      let slot = table[token.slot]
      slot.value[from: source].isRunnable = false
      pump(source, slot)
    }
    runnable.removeFirst(count)
  }

  // MARK: Giving back

  /// Throws away what is in the pipe of a direction, which no request may be using.
  mutating func dropPipe(from source: SideName, _ slot: SlotPointer) {
    guard slot.value[from: source].pipe != .none else { return }
    invariant(!isChainInFlight(from: source, slot), "a pipe is dropped when no request uses it")
    pipes.discard(slot.value[from: source].pipe, in: &kernel)
    slot.value[from: source].forgetPipe()
  }
}
