/// `balance first`: the server with the lowest id that has a free slot. O(full servers).
struct FirstAvailable: Balancer {
  /// All servers by id.
  private let order: [Int]

  init(farm: Farm) {
    order = farm.candidates.indices.sorted {
      (farm.candidates[$0].id, $0) < (farm.candidates[$1].id, $1)
    }
  }

  mutating func next(_ request: BalanceRequest, in farm: Farm) -> Int? {
    let isBackup: Bool
    switch farm.pool {
    case .active: isBackup = false
    case .single(let server): return server
    case .backup: isBackup = true
    case .none: return nil
    }
    var avoided: Int?
    for server in order {
      let candidate = farm.candidates[server]
      guard candidate.isUsable, candidate.isBackup == isBackup,
        !farm.isFull(server, now: request.now)
      else { continue }
      if server != request.avoided { return server }
      avoided = server
    }
    return avoided
  }

  mutating func standingChanged(of server: Int, from old: Farm.Standing, in farm: Farm) {}
}
