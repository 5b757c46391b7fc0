import Basics
import KernelIO
import Proxies
import Sessions

/// What a chain in flight has found besides bytes: kept until its last request has completed.
struct ChainFindings {
  /// Whether it is a whole chain, and not the rest of one.
  var isWhole = false
  /// Whether the wait ended without an event: its timeout, or a cancellation.
  var isCancelled = false
  /// Whether the source's stream ended.
  var hasEnded = false
  /// Whether the source, or the target, has failed.
  var hasSourceFailed = false
  var hasTargetFailed = false
  /// What the chain has moved from the source.
  var moved: Int32 = 0
}

/// Bulk in chains of the ring, under `tune.splice ring`: the same modes as in `SessionSplicing`, but
/// the kernel's threads call splice, and the worker hears of it when a chain is over.
///
/// | in flight | when it is over | then |
/// |---|---|---|
/// | wait, fill, empty | the pipe is empty | the next chain |
/// | wait, fill, empty | bytes are left in the pipe | a poll until the target takes bytes |
/// | poll of the target | it does | empty alone |
/// | empty alone | the pipe is empty | the next chain |
/// | empty alone | bytes are left | a poll of the target |
///
/// The wait of a chain is the operation `receive` of its source: it carries the timeout, and
/// cancelling it ends the chain. Nothing is concluded before all requests of a chain have completed,
/// since the pipe and both sockets are theirs until then.
extension Worker where K: ~Copyable {
  /// Whether bulk goes in chains.
  @inline(__always)
  var splicesInChains: Bool { K.splicesInChains && limits.splice.isOnRing }

  /// Whether a request of the kernel uses the pipe of a direction.
  @inline(__always)
  func isChainInFlight(from source: SideName, _ slot: SlotPointer) -> Bool {
    slot.value.inFlight.contains(.fill(source))
      || slot.value.inFlight.contains(.empty(source.other))
  }

  // MARK: Starting

  /// Starts a chain, if everything before it has left. The caller has seen to it that the source may
  /// be read and that nothing reads it.
  mutating func startChain(_ source: SideName, _ slot: SlotPointer, timeout: Duration?) {
    let target = source.other
    guard slot.value[from: source].isEmpty, !isChainInFlight(from: source, slot),
      !slot.value[target].isBlocked, !slot.value.inFlight.contains(.send(target)),
      slot.value[target].leaving == .no, slot.value.session[target].writing == .open
    else { return }
    if slot.value[from: source].pipe == .none {
      let index = pipes.take(from: &kernel)
      guard index != .none else {
        endSplicing(source, slot)
        return
      }
      slot.value[from: source].pipe = index
    }
    slot.value[from: source].chain = ChainFindings()
    slot.value[from: source].chain.isWhole = true
    start(.receive(source), slot)
    start(.fill(source), slot)
    start(.empty(target), slot)
    let pipe = pipes[slot.value[from: source].pipe]
    kernel.spliceChain(
      from: slot.value[source].socket, through: pipe, to: slot.value[target].socket,
      bytesMax: min(pipe.capacity, limits.splice.turnBytesMax), timeout: timeout,
      tokens: (
        token(.receive(source), slot), token(.fill(source), slot), token(.empty(target), slot)
      ))
  }

  /// Lets the kernel splice on what is left in the pipe.
  mutating func startRest(_ source: SideName, _ slot: SlotPointer) {
    let target = source.other
    guard slot.value[from: source].pipeBytes > 0, !isChainInFlight(from: source, slot),
      !slot.value[target].isBlocked, slot.value[target].leaving == .no
    else { return }
    start(.empty(target), slot)
    kernel.spliceRest(
      of: pipes[slot.value[from: source].pipe], to: slot.value[target].socket,
      bytesMax: slot.value[from: source].pipeBytes, token: token(.empty(target), slot))
  }

  // MARK: Completions

  /// The wait of a chain is over: its splices follow.
  mutating func chainWaitCompleted(
    _ completion: Completion, _ source: SideName, _ slot: SlotPointer
  ) {
    if let error = completion.error {
      if error == .cancelled {
        slot.value[from: source].chain.isCancelled = true
      } else {
        slot.value[from: source].chain.hasSourceFailed = true
      }
    }
    concludeChain(source, slot)
  }

  /// The splice into the pipe is over.
  mutating func fillCompleted(_ completion: Completion, _ source: SideName, _ slot: SlotPointer) {
    if completion.result > 0 {
      slot.value[from: source].enterPipe(Int(completion.result))
      slot.value[from: source].chain.moved &+= completion.result
      slot.value[source].lastActivity = kernel.now
    } else if let error = completion.error {
      if !isHarmless(error) { slot.value[from: source].chain.hasSourceFailed = true }
    } else {
      slot.value[from: source].chain.hasEnded = true
    }
    concludeChain(source, slot)
  }

  /// A splice out of the pipe is over.
  mutating func emptyCompleted(_ completion: Completion, _ target: SideName, _ slot: SlotPointer) {
    let source = target.other
    if completion.result > 0 {
      slot.value[from: source].leavePipe(Int(completion.result))
      counters.bytesSpliced &+= UInt64(truncatingIfNeeded: completion.result)
      slot.value[target].lastActivity = kernel.now
      slot.value[target].stalledSince = .origin
    } else if let error = completion.error, !isHarmless(error) {
      slot.value[from: source].chain.hasTargetFailed = true
    }
    concludeChain(source, slot)
  }

  /// Errors that say no more than that nothing moved: an empty pipe or a full socket, a chain that
  /// was cancelled or a thread of the kernel that was interrupted for that.
  private func isHarmless(_ error: Errno) -> Bool {
    error == .wouldBlock || error == .cancelled || error == .interrupted
      || error == .restartSystemCall
  }

  // MARK: Conclusions

  /// Draws the conclusions of a chain once all of its requests have completed.
  private mutating func concludeChain(_ source: SideName, _ slot: SlotPointer) {
    let target = source.other
    guard !slot.value.inFlight.contains(.receive(source)), !isChainInFlight(from: source, slot)
    else { return }
    let findings = slot.value[from: source].chain
    slot.value[from: source].chain = ChainFindings()
    if slot.value.dropsChannel(from: source) || slot.value[target].leaving != .no {
      settleClosing(slot)
      guard slot.value.isInUse else { return }
    }
    if findings.hasTargetFailed, slot.value[target].leaving == .no {
      sideFailed(target, nil, slot)
      return
    }
    if slot.value[from: source].pipeBytes > 0 {
      if slot.value[target].leaving == .no { awaitWritable(target, slot) }
    } else {
      releasePipe(source, slot)
    }
    conclude(findings, source, slot)
  }

  private mutating func conclude(
    _ findings: ChainFindings, _ source: SideName, _ slot: SlotPointer
  ) {
    guard slot.value[source].leaving == .no else {
      settleClosing(slot)
      return
    }
    if findings.hasSourceFailed {
      sideFailed(source, nil, slot)
      return
    }
    if findings.hasEnded {
      sideEnded(source, slot)
      return
    }
    if findings.isCancelled {
      receiveWasCancelled(source, slot)
      return
    }
    if findings.isWhole { countWake(Int(findings.moved), source, slot) }
    if slot.value[from: source].isEmpty { drainedPipe(source, slot) }
    if slot.value.isInUse { armReceive(source, slot) }
  }

  /// Gives the pipe of a direction back, which must be empty.
  private mutating func releasePipe(_ source: SideName, _ slot: SlotPointer) {
    guard slot.value[from: source].pipe != .none else { return }
    pipes.giveBack(slot.value[from: source].pipe, in: &kernel)
    slot.value[from: source].forgetPipe()
  }
}
