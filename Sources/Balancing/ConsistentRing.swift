/// A ring of 2^32 places on which every server has as many points as its effective weight. A hash
/// belongs to the nearest point, so that a server that leaves moves nobody but its own clients.
struct ConsistentRing: Sendable {
  private struct Point: Sendable {
    var key: UInt32
    var server: UInt32
    /// The point's number among those of its server: a lighter server has only its first ones.
    var number: UInt32
  }

  private let isBackup: Bool
  /// Every point at full weight, by key. Sorted once; a change of state only picks from it.
  private let all: [Point]
  private var points: [Point] = []

  init(farm: Farm, isBackup: Bool) {
    self.isBackup = isBackup
    var all: [Point] = []
    for (index, candidate) in farm.candidates.enumerated() where candidate.isBackup == isBackup {
      let seed = UInt32(truncatingIfNeeded: candidate.id) &* UInt32(Farm.effectiveWeightMax)
      for number in 0..<UInt32(candidate.weight * farm.scale) {
        let key = ConsistentRing.scatter(seed &+ number)
        all.append(Point(key: key, server: UInt32(index), number: number))
      }
    }
    all.sort { ($0.key, $0.server, $0.number) < ($1.key, $1.server, $1.number) }
    self.all = all
    points.reserveCapacity(all.count)
    rebuild(farm)
  }

  /// Picks the points of the usable servers. O(points), for changes of state only.
  mutating func rebuild(_ farm: Farm) {
    points.removeAll(keepingCapacity: true)
    for point in all {
      let candidate = farm.candidates[Int(point.server)]
      if candidate.isUsable, point.number < UInt32(candidate.effectiveWeight) {
        points.append(point)
      }
    }
  }

  /// The server of the point nearest to a hash; the next one clockwise that is not to be avoided.
  ///
  /// - Returns: nil when the ring is empty. The avoided server when there is no other.
  func server(forHash hash: UInt32, avoiding avoided: Int?) -> Int? {
    guard !points.isEmpty else { return nil }
    var low = 0
    var high = points.count
    while low < high {
      let middle = (low + high) / 2
      if points[middle].key < hash { low = middle + 1 } else { high = middle }
    }
    let next = low == points.count ? 0 : low
    let previous = next == 0 ? points.count - 1 : next - 1
    let isPreviousNearer = hash &- points[previous].key <= points[next].key &- hash
    var place = isPreviousNearer ? previous : next
    for _ in 0..<points.count where Int(points[place].server) == avoided {
      place = place + 1 == points.count ? 0 : place + 1
    }
    return Int(points[place].server)
  }

  /// Spreads neighbouring numbers over all 32 bits (Bob Jenkins' full-avalanche integer hash, then
  /// a large odd factor).
  static func scatter(_ number: UInt32) -> UInt32 {
    var hash = number
    hash = (hash &+ 0x7ed5_5d16) &+ (hash &<< 12)
    hash = (hash ^ 0xc761_c23c) ^ (hash &>> 19)
    hash = (hash &+ 0x1656_67b1) &+ (hash &<< 5)
    hash = (hash &+ 0xd3a2_646c) ^ (hash &<< 9)
    hash = (hash &+ 0xfd70_46c5) &+ (hash &<< 3)
    hash = (hash ^ 0xb55a_4f09) ^ (hash &>> 16)
    return hash &* 3_221_225_473
  }
}
