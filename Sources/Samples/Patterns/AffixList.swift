/// Texts that others may begin with, sorted: a search narrows the part that is left with every byte,
/// so that it takes as many steps as there are bytes, each a binary search.
struct AffixList: Sendable {
  private var entries: [(text: [UInt8], index: Int)] = []
  /// The least index of all entries that are the same text.
  private var isComplete = false

  mutating func add(_ text: [UInt8], _ index: Int) { entries.append((text, index)) }

  /// Sorts, and keeps the first of equal texts.
  mutating func complete(ignoresOrder: Bool) {
    entries.sort {
      $0.text == $1.text ? $0.index < $1.index : $0.text.lexicographicallyPrecedes($1.text)
    }
    var kept: [(text: [UInt8], index: Int)] = []
    for entry in entries where kept.last?.text != entry.text { kept.append(entry) }
    entries = kept
    isComplete = true
  }

  /// The longest entry that a text begins with.
  func longest(of text: ArraySlice<UInt8>, steps: inout Int) -> Int? {
    var best: Int?
    walk(text, &steps) {
      best = $0; _ = $1
    }
    return best
  }

  /// The one that was added first, of those that a text begins with.
  ///
  /// - Parameter isEnd: whether an entry may end at an index of the text.
  func first(
    of text: ArraySlice<UInt8>, steps: inout Int, where isEnd: (Int) -> Bool = { _ in true }
  ) -> Int? {
    var best: Int?
    walk(text, &steps) { index, end in
      guard isEnd(end) else { return }
      best = min(best ?? index, index)
    }
    return best
  }

  private func walk(
    _ text: ArraySlice<UInt8>, _ steps: inout Int, _ visit: (_ index: Int, _ end: Int) -> Void
  ) {
    var low = 0
    var high = entries.count
    var depth = 0
    while low < high {
      // The shortest of those that agree so far comes first.
      if entries[low].text.count == depth {
        visit(entries[low].index, text.startIndex + depth)
        low += 1
      }
      guard depth < text.count, low < high else { return }
      let byte = text[text.startIndex + depth]
      low = bound(low, high, &steps) { $0[depth] < byte }
      high = bound(low, high, &steps) { $0[depth] <= byte }
      depth += 1
    }
  }

  /// The first entry from `low` on for which a condition, true for the first ones, is false.
  private func bound(
    _ low: Int, _ high: Int, _ steps: inout Int, _ isBefore: ([UInt8]) -> Bool
  ) -> Int {
    var (low, high) = (low, high)
    while low < high {
      steps += 1
      let middle = low + (high - low) / 2
      if isBefore(entries[middle].text) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
