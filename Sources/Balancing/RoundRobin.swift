/// `balance roundrobin`: every server in turn, as often as its weight says, spread as evenly as
/// possible. O(log n).
///
/// Time is cut into windows as long as the sum of the weights. A server's next turn is a position
/// within the window; the one with the earliest position that has come is chosen. A server that
/// has used up its turns in a window waits for the next one, heavy servers first. The positions,
/// their rounding and the order of equals are those of HAProxy, so that the sequences are too.
struct RoundRobin: Balancer {
  private var active: Wheel
  private var backup: Wheel

  init(farm: Farm) {
    active = Wheel(farm: farm, isBackup: false)
    backup = Wheel(farm: farm, isBackup: true)
  }

  mutating func next(_ request: BalanceRequest, in farm: Farm) -> Int? {
    switch farm.pool {
    case .active: active.next(request, in: farm)
    case .single(let server): server
    case .backup: backup.next(request, in: farm)
    case .none: nil
    }
  }

  mutating func standingChanged(of server: Int, from old: Farm.Standing, in farm: Farm) {
    if farm.candidates[server].isBackup {
      backup.standingChanged(of: server, from: old, in: farm)
    } else {
      active.standingChanged(of: server, from: old, in: farm)
    }
  }
}

/// The order of either all active servers or all backups.
private struct Wheel: Sendable {
  private struct Turn: Sendable {
    /// The position of the next turn; 0 before the first one.
    var position: Int32 = 0
    /// What rounding has left out so far, below the server's weight.
    var remainder: Int32 = 0
  }

  private let isBackup: Bool
  /// Servers whose next turn lies in this window.
  private var current: ServerHeap
  /// Servers that have not had a turn in this window, heavy ones first.
  private var initial: ServerHeap
  /// Servers that have used up this window, heavy ones first.
  private var following: ServerHeap
  private var turns: [Turn]
  private var position: Int32
  /// The length of the window; the sum of the weights when it began.
  private var length: Int32
  /// Numbers the insertions, so that equal servers keep their order.
  private var insertions: UInt64 = 0
  /// Servers that were met but not taken during one choice; kept to save allocations.
  private var extracted: [Int] = []

  init(farm: Farm, isBackup: Bool) {
    let count = farm.candidates.count
    self.isBackup = isBackup
    current = ServerHeap(capacity: count)
    initial = ServerHeap(capacity: count)
    following = ServerHeap(capacity: count)
    turns = Array(repeating: Turn(), count: count)
    extracted.reserveCapacity(count)
    length = Int32(clamping: isBackup ? farm.backupWeight : farm.activeWeight)
    position = length
    for (index, candidate) in farm.candidates.enumerated()
    where candidate.isBackup == isBackup && candidate.isUsable {
      queueByWeight(index, in: farm)
    }
  }

  private func totalWeight(_ farm: Farm) -> Int32 {
    Int32(clamping: isBackup ? farm.backupWeight : farm.activeWeight)
  }

  mutating func next(_ request: BalanceRequest, in farm: Farm) -> Int? {
    let total = totalWeight(farm)
    var hasSwitched = false
    var avoided: Int?
    var chosen: Int?
    extracted.removeAll(keepingCapacity: true)
    while true {
      if length == 0 {
        length = total
        position = total
      }
      guard let server = first() else {
        if hasSwitched {
          chosen = avoided
          break
        }
        hasSwitched = true
        swap(&initial, &following)
        length = total
        position = total
        continue
      }
      advance(server, total: total, in: farm)
      remove(server)
      position &+= 1
      if !farm.isFull(server, now: request.now) {
        if server != request.avoided || avoided != nil {
          chosen = server
          break
        }
        avoided = server
      }
      extracted.append(server)
    }
    if let chosen { queue(chosen, in: farm) }
    for server in extracted.reversed() where server != chosen {
      // After a switch its place is lost and only its weight counts.
      if hasSwitched { queueByWeight(server, in: farm) } else { queue(server, in: farm) }
    }
    return chosen
  }

  /// The server whose turn has come, else one that had none yet, else the next one in the future.
  private mutating func first() -> Int? {
    if let server = current.first, turns[server].position <= position { return server }
    if let server = initial.first {
      turns[server] = Turn()
      return server
    }
    return current.first
  }

  private mutating func advance(_ server: Int, total: Int32, in farm: Farm) {
    let weight = Int32(clamping: farm.candidates[server].effectiveWeight)
    guard weight > 0 else { return }
    if turns[server].position == 0 { turns[server].position = position }
    turns[server].position &+= total / weight
    turns[server].remainder &+= total % weight
    if turns[server].remainder >= weight {
      turns[server].remainder -= weight
      turns[server].position &+= 1
    }
  }

  private mutating func remove(_ server: Int) {
    current.remove(server)
    initial.remove(server)
    following.remove(server)
  }

  /// Puts a server at its position, or among the following when that lies beyond the window.
  private mutating func queue(_ server: Int, in farm: Farm) {
    guard farm.candidates[server].isUsable else { return }
    let turn = turns[server]
    if turn.position >= 2 &* length || turn.position >= length &+ totalWeight(farm) {
      turns[server].position &-= length
      insertions += 1
      following.insert(server, key: weightKey(server, in: farm), order: insertions)
      return
    }
    let weight = farm.candidates[server].effectiveWeight
    let slack = (Farm.effectiveWeightMax + Int(turn.remainder) - weight) / 16
    insertions += 1
    current.insert(
      server, key: UInt64(clamping: 256 * Int(turn.position) + slack), order: insertions)
  }

  private mutating func queueByWeight(_ server: Int, in farm: Farm) {
    insertions += 1
    initial.insert(server, key: weightKey(server, in: farm), order: insertions)
  }

  private func weightKey(_ server: Int, in farm: Farm) -> UInt64 {
    UInt64(Farm.effectiveWeightMax - farm.candidates[server].effectiveWeight)
  }

  mutating func standingChanged(of server: Int, from old: Farm.Standing, in farm: Farm) {
    let candidate = farm.candidates[server]
    if old.isUsable, initial.contains(server) { turns[server] = Turn() }
    remove(server)
    guard candidate.isUsable else { return }
    // Unsigned as in HAProxy: behind the end of the window this is far in the future, which `queue`
    // turns into the following window.
    let distance =
      UInt32(bitPattern: totalWeight(farm) &+ length &- position)
      / UInt32(candidate.effectiveWeight)
    turns[server].position = position &+ Int32(bitPattern: distance)
    queue(server, in: farm)
  }
}
