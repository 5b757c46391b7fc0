import Basics
import KernelIO
import Proxies
import Sessions

/// How the bytes travel: receive → channel → send, each direction by itself.
extension Worker where K: ~Copyable {
  // MARK: Receiving

  /// Starts reading from a side when there is room for what it may send.
  mutating func armReceive(_ side: SideName, _ slot: SlotPointer) {
    // Nearly always: a multishot receive outlasts many messages.
    guard !slot.value.inFlight.contains(.receive(side)) else { return }
    let timeout = remainingTimeout(side, slot)
    if let timeout, mayWaitForTimeout(timeout, slot) {
      armReceive(side, slot, timeout: nil)
      guard slot.value.inFlight.contains(.receive(side)) else { return }
      slot.value[side].isUntimed = true
      revisit(.receive(side), slot)
    } else {
      armReceive(side, slot, timeout: timeout)
    }
  }

  /// Starts reading from a side when there is room for what it may send, with a timeout.
  mutating func armReceive(_ side: SideName, _ slot: SlotPointer, timeout: Duration?) {
    let operation = Operation.receive(side)
    guard !slot.value.inFlight.contains(operation), slot.value[side].leaving == .no,
      slot.value[side].socket != .none, slot.value.session[side].reading == .open
    else { return }
    slot.value[side].isUntimed = false
    switch slot.value[from: side].mode {
    case .entering, .splicing:
      slot.value[from: side].mode = .splicing
      guard !splicesInChains else {
        startChain(side, slot, timeout: timeout)
        return
      }
      start(operation, slot)
      kernel.poll(
        slot.value[side].socket, for: [.readable, .readHangUp], multishot: true, timeout: timeout,
        token: token(operation, slot))
      return
    case .copying, .leaving:
      slot.value[from: side].mode = .copying
    }
    let held = slot.value[from: side].bytes
    let capacity = channelCapacity(slot)
    let room = capacity - held
    // Half a channel at a time: a receive for the last few bytes of room would cost more than it
    // brings.
    guard
      held == 0 || room >= capacity / 2 || slot.value.isReadingHeader
        || slot.value.inspection.looks(at: side), room > 0
    else { return }
    start(operation, slot)
    // The answer to what is just about to be sent is not there yet.
    let isAwaitingAnswer =
      slot.value[from: side.other].bytes > 0 && slot.value[side].nagle == .untouched
    kernel.receive(
      on: slot.value[side].socket, bytesMax: room, pollsFirst: isAwaitingAnswer,
      timeout: timeout, token: token(operation, slot))
  }

  private func channelCapacity(_ slot: SlotPointer) -> Int {
    if slot.value.session.phase != .established || slot.value.inspection == .response {
      return limits.connectingBytesMax
    }
    return kernel.buffersFree < limits.buffersScarce
      ? limits.channelBytesScarce : limits.channelBytesMax
  }

  /// A receive delivered bytes, or ended.
  mutating func receiveCompleted(_ completion: Completion, _ side: SideName, _ slot: SlotPointer) {
    switch slot.value[from: side].mode {
    case .copying, .entering: break
    case .splicing, .leaving:
      if splicesInChains {
        chainWaitCompleted(completion, side, slot)
      } else {
        sourceReadable(completion, side, slot)
      }
      return
    }
    if completion.result > 0 {
      received(Int(completion.result), in: completion.buffer, side, slot)
      if !completion.isMore, slot.value.isInUse { armReceive(side, slot) }
      return
    }
    guard slot.value[side].leaving == .no else {
      settleClosing(slot)
      return
    }
    guard let error = completion.error else {
      sideEnded(side, slot)
      return
    }
    switch error {
    case .noBufferSpace where slot.value[from: side].mode == .entering:
      armReceive(side, slot)
    case .noBufferSpace:
      counters.starvations &+= 1
      starved.append(token(Operation.receive(side), slot))
    case .cancelled:
      receiveWasCancelled(side, slot)
    default:
      sideFailed(side, error, slot)
    }
  }

  @inline(__always)
  private mutating func received(
    _ count: Int, in buffer: BufferIndex, _ side: SideName, _ slot: SlotPointer
  ) {
    // What came after the session lost interest has no place to go.
    guard slot.value[side].leaving == .no, slot.value.session[side].reading == .open else {
      kernel.giveBack(buffer)
      settleClosing(slot)
      return
    }
    let target = side.other
    slot.value[side].lastActivity = kernel.now
    let isWaiting =
      slot.value[target].isBlocked || slot.value.inFlight.contains(.send(target))
      || slot.value.session.phase != .established || slot.value.inspection.looks(at: side)
    slot.value[from: side].append(buffer, count: count, isWaiting: isWaiting, in: &kernel)
    counters.bytesCopied &+= UInt64(truncatingIfNeeded: count)
    if slot.value[from: side].countTurn(count, turn: turnNumber, limits.splice) {
      beginSplicing(side, slot)
    }
    if slot.value.isReadingHeader {
      readHeader(slot)
      if slot.value.isInUse, slot.value.isReadingHeader { relievePool(side, slot) }
      return
    }
    if slot.value.inspection.looks(at: side) {
      inspect(slot)
      return
    }
    if isWaiting {
      relievePool(side, slot)
    } else {
      send(to: target, slot)
    }
  }

  /// A side sent its FIN.
  mutating func sideEnded(_ side: SideName, _ slot: SlotPointer) {
    if slot.value.isReadingHeader {
      headerEnded(.closed, slot)
      return
    }
    if slot.value.inspection.looks(at: side) {
      inspectionEnded(side, slot)
      return
    }
    let isEarly =
      side == .client && kernel.now < slot.value.acceptedAt + Limits.earlyLeave
    perform(slot.value.session.ended(side, holding: slot.value.held, isEarly: isEarly), slot)
    if slot.value.isInUse, slot.value[side].leaving == .no {
      // Whether it is gone altogether is watched when the session is still there a moment later.
      revisit(.hangUp(side), slot)
    }
  }

  /// A side was reset or cannot be written to.
  ///
  /// - Parameter error: what the kernel said; nil when it was only noticed.
  mutating func sideFailed(_ side: SideName, _ error: Errno?, _ slot: SlotPointer) {
    if slot.value[side].error == .none {
      slot.value[side].error = error.map { ConnectionError($0) } ?? .reset
    }
    if slot.value.isReadingHeader {
      headerEnded(.aborted, slot)
      return
    }
    perform(slot.value.session.failed(side, holding: slot.value.held), slot)
  }

  /// Notices when a side that is read no more is gone altogether.
  mutating func watchHangUp(_ side: SideName, _ slot: SlotPointer) {
    let operation = Operation.hangUp(side)
    guard !slot.value.inFlight.contains(operation), slot.value[side].leaving == .no,
      slot.value[side].socket != .none, slot.value.session.phase == .established
    else { return }
    start(operation, slot)
    kernel.poll(
      slot.value[side].socket, for: [], multishot: false, timeout: nil,
      token: token(operation, slot))
  }

  /// A side that had sent its FIN is gone.
  mutating func hangUpCompleted(_ completion: Completion, _ side: SideName, _ slot: SlotPointer) {
    guard slot.value[side].leaving == .no else {
      settleClosing(slot)
      return
    }
    guard completion.result > 0 else { return }
    let events = PollEvents(rawValue: UInt32(completion.result))
    if events.contains(.error) { sideFailed(side, nil, slot) }
  }

  // MARK: Sending

  /// Hands what a channel holds to the side it is for, unless that is busy.
  mutating func send(to side: SideName, _ slot: SlotPointer) {
    let operation = Operation.send(side)
    guard !slot.value.inFlight.contains(operation), !slot.value[side].isBlocked,
      slot.value[side].leaving == .no, slot.value.session.phase == .established,
      slot.value.session[side].writing != .shut, !slot.value.inspection.holds(for: side)
    else { return }
    let count = Int(slot.value[from: side.other].pieceCount)
    guard count > 0 else { return }
    for index in 0..<count {
      let piece = slot.value[from: side.other][index]
      unsafe pieces[index] = SendPiece(
        base: UnsafePointer(slot.value[from: side.other].memory(of: piece, in: kernel)),
        count: piece.count)
    }
    switch slot.value[side].nagle {
    case .off: break
    case .untouched: slot.value[side].nagle = .on
    case .on: turnNagleOff(side, slot)
    }
    start(operation, slot)
    slot.value[side].sendingBytes = Int32(
      truncatingIfNeeded: slot.value[from: side.other].bytes)
    unsafe kernel.send(
      on: slot.value[side].socket, pieces: UnsafeBufferPointer(start: pieces, count: count),
      token: token(operation, slot))
  }

  /// Lets small pieces leave at once: TCP_NODELAY, tcp(7). Nothing waits that has no other piece
  /// before it, so that this is left to the second send, which many a connection does not come to.
  @inline(never)
  mutating func turnNagleOff(_ side: SideName, _ slot: SlotPointer) {
    slot.value[side].nagle = .off
    kernel.set(.noDelay, on: slot.value[side].socket)
  }

  /// A send took some bytes, or none.
  mutating func sendCompleted(_ completion: Completion, _ side: SideName, _ slot: SlotPointer) {
    let source = side.other
    if completion.result > 0 {
      let count = Int(completion.result)
      slot.value[side].lastActivity = kernel.now
      slot.value[side].stalledSince = .origin
      slot.value[from: source].consume(count, in: &kernel)
    }
    guard slot.value[side].leaving == .no, !slot.value.dropsChannel(from: source) else {
      settleClosing(slot)
      return
    }
    if completion.result <= 0, let error = completion.error, error != .wouldBlock {
      sideFailed(side, error, slot)
      return
    }
    if completion.result < slot.value[side].sendingBytes {
      awaitWritable(side, slot)
      return
    }
    resume(source, slot)
  }

  /// Waits until a side takes bytes again. Asks in between whether the peer acknowledges anything:
  /// a big socket buffer that drains slowly is progress although no completion arrives.
  mutating func awaitWritable(_ side: SideName, _ slot: SlotPointer) {
    let operation = Operation.writable(side)
    guard !slot.value.inFlight.contains(operation) else { return }
    slot.value[side].isBlocked = true
    if slot.value[side].stalledSince == .origin { slot.value[side].stalledSince = kernel.now }
    slot.value[side].unacknowledgedBytes = Int32(
      truncatingIfNeeded: kernel.unacknowledgedBytes(on: slot.value[side].socket))
    relievePool(side.other, slot)
    pollWritable(side, slot)
  }

  private mutating func pollWritable(_ side: SideName, _ slot: SlotPointer) {
    let operation = Operation.writable(side)
    start(operation, slot)
    kernel.poll(
      slot.value[side].socket, for: .writable, multishot: false,
      timeout: progressInterval(side, slot), token: token(operation, slot))
  }

  /// A side takes bytes again, or did not for a while.
  mutating func writableCompleted(_ completion: Completion, _ side: SideName, _ slot: SlotPointer) {
    guard slot.value[side].leaving == .no else {
      settleClosing(slot)
      return
    }
    if completion.error == .cancelled {
      if hasProgressed(side, slot) || !isStalled(side, slot) {
        pollWritable(side, slot)
      } else {
        perform(slot.value.session.writingTimedOut(side, holding: slot.value.held), slot)
      }
      return
    }
    slot.value[side].isBlocked = false
    // While its bytes could not leave, the other side did not age.
    slot.value[side.other].lastActivity = kernel.now
    resume(side.other, slot)
  }

  // MARK: The pool

  /// Moves the bytes of a channel that waits for its reader, for a server or for the rest of a header
  /// out of the receive pool when that runs low.
  private mutating func relievePool(_ source: SideName, _ slot: SlotPointer) {
    guard kernel.buffersFree < limits.buffersScarce, slot.value[from: source].isLeasing,
      !slot.value.inFlight.contains(.send(source.other))
    else { return }
    slot.value[from: source].spill(in: &kernel)
    counters.spills &+= 1
  }

  /// Starts the receives again that found the pool empty, as soon as an eighth of it is back.
  mutating func feedStarved() {
    guard !starved.isEmpty, kernel.buffersFree >= max(1, kernel.buffersMax / 8) else { return }
    swap(&starved, &fed)
    for token in fed {
      if token.operation == Operation.checkReceive.rawValue {
        feed(check: Int(token.slot))
        continue
      }
      guard table.isCurrent(token.slot, generation: token.generation) else { continue }
      armReceive(
        token.operation == Operation.receiveClient.rawValue ? .client : .server,
        table[token.slot])
    }
    fed.removeAll(keepingCapacity: true)
  }

  /// Throws away what came from a side. While a request uses its memory or its pipe, both stay.
  mutating func drop(from source: SideName, _ slot: SlotPointer) {
    if slot.value.inFlight.contains(.send(source.other)) || isChainInFlight(from: source, slot) {
      slot.value.setDropsChannel(from: source)
    } else {
      slot.value[from: source].removeAll(in: &kernel)
      dropPipe(from: source, slot)
    }
  }
}
