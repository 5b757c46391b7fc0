import Basics
import KernelIO

// The turn: time goes on until there is something to hand out.
extension SimulatedWorld {
  /// One turn of the engine.
  ///
  /// - Returns: the completions; none when `deadline` came first, or when nothing will ever happen
  ///   again.
  func turn(deadline: Instant?) -> [Completion] {
    turns += 1
    // A turn takes time, so that whoever waits in a loop sees it pass.
    now = now + .nanoseconds(random.number(in: 500...20_000))
    submit()
    if chance(\.interruptedTurn) { return [] }
    while true {
      runDueEvents()
      let batch = takeDueCompletions()
      if !batch.isEmpty { return batch }
      let next = [events.earliest, completions.map(\.due).min()].compactMap { $0 }.min()
      guard let wake = [next, deadline].compactMap({ $0 }).min() else { return [] }
      now = max(now, wake)
      if let deadline, deadline <= now, next.map({ $0 > now }) ?? true { return [] }
    }
  }

  private func runDueEvents() {
    while let time = events.earliest, time <= now {
      switch events.removeFirst() {
      case .delivery(let socket): deliver(from: socket)
      case .reset(let socket): receiveReset(socket)
      case .connectAnswer(let request, let error): answer(request, error)
      case .chainStep(let request): runChainStep(request)
      case .deadline(let request): expire(request)
      case .arrival(let peer): arrive(peer)
      case .peer(let peer): peer.act(in: self)
      case .action(let action): action()
      }
    }
  }

  /// Takes what is due, mixed between requests but in order within each.
  private func takeDueCompletions() -> [Completion] {
    if isWakePending {
      isWakePending = false
      completions.append(
        PendingCompletion(
          completion: Completion(token: .wake, result: 0, isMore: true), request: nil, due: now))
    }
    var due = completions.filter { $0.due <= now }
    guard !due.isEmpty else { return [] }
    completions.removeAll { $0.due <= now }
    if chance(\.reorderedCompletions) { due = mixed(due) }
    for pending in due {
      guard let request = pending.request else { continue }
      verify(request)
      if !pending.completion.isMore { requests.removeAll { $0 === request } }
    }
    return due.map(\.completion).filter { $0.token != .ignored }
  }

  /// Deals the places out anew, then fills those of each request, or chain, in its order.
  private func mixed(_ due: [PendingCompletion]) -> [PendingCompletion] {
    var order = due.indices.map { $0 }
    order.shuffle(using: &random)
    var result = due
    var isPlaced = due.map { _ in false }
    for (place, source) in order.enumerated() where !isPlaced[place] {
      let group = due[source].group
      let places = order.indices.filter { due[order[$0]].group == group }
      let sources = due.indices.filter { due[$0].group == group }
      for (place, source) in zip(places, sources) {
        result[place] = due[source]
        isPlaced[place] = true
      }
    }
    return result
  }
}
