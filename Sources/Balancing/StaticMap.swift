/// A table with one entry for each unit of weight, in which every server stands as often as its
/// weight says, spread evenly: what `static-rr` and map-based hashing look up.
///
/// The order of the servers in the configuration decides between equals, so the first entry is
/// always the first server.
struct StaticMap: Sendable {
  /// Indexes into `Farm.candidates`.
  private(set) var entries: [Int] = []
  private var scores: [Int]

  init(farm: Farm) {
    scores = Array(repeating: 0, count: farm.candidates.count)
    rebuild(farm)
  }

  /// Makes the table anew. O(servers × total weight), for changes of state only.
  mutating func rebuild(_ farm: Farm) {
    entries.removeAll(keepingCapacity: true)
    guard farm.usedCount > 0 else { return }
    let total = farm.totalWeight
    let isBackup = farm.activeCount == 0
    for index in scores.indices { scores[index] = 0 }
    for _ in 0..<total {
      var best = -1
      var bestLevel = 0
      for (index, candidate) in farm.candidates.enumerated()
      where candidate.isBackup == isBackup && candidate.isUsable {
        guard total > 1 else {
          best = index
          break
        }
        scores[index] += candidate.effectiveWeight
        let level = (scores[index] + total) / total
        if best < 0 || level > bestLevel {
          best = index
          bestLevel = level
        }
      }
      scores[best] -= total
      entries.append(best)
    }
  }
}
