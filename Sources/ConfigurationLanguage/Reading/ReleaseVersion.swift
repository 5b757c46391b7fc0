/// A version of HAProxy as version predicates compare them: `2.4-dev18-f6818d-20`.
struct ReleaseVersion: Comparable {
  /// a.b.c.d, then 1 for dev, 2 for rc and pre, 3 for a release, then the number behind that word,
  /// then the number of commits since.
  private var numbers: [UInt32] = [0, 0, 0, 0, 3, 0, 0]

  /// - Parameter text: the version.
  /// - Returns: nil when it is none.
  init?(_ text: String) {
    var rest = Array(text.utf8)[...]
    guard !rest.isEmpty else { return nil }
    var separator = UInt8(ascii: ".")
    var position = 0
    while separator == UInt8(ascii: ".") {
      guard position < 4 else { return nil }
      numbers[position] = ReleaseVersion.takeNumber(&rest)
      guard let next = rest.popFirst() else { return }
      separator = next
      position += 1
    }
    guard separator == UInt8(ascii: "-") else { return nil }
    for (word, rank) in [("dev", 1), ("rc", 2), ("pre", 2)] where rest.starts(with: word.utf8) {
      numbers[4] = UInt32(rank)
      rest = rest.dropFirst(word.utf8.count)
      numbers[5] = ReleaseVersion.takeNumber(&rest)
      guard let next = rest.popFirst() else { return }
      guard next == UInt8(ascii: "-") else { return nil }
      break
    }
    if let dash = rest.lastIndex(of: UInt8(ascii: "-")) {
      rest = rest[(dash + 1)...]
      guard !rest.isEmpty else { return nil }
    }
    // What is not a number, such as a commit's hash, counts as none.
    let commits = ReleaseVersion.takeNumber(&rest)
    if rest.isEmpty { numbers[6] = commits }
  }

  static func < (left: ReleaseVersion, right: ReleaseVersion) -> Bool {
    left.numbers.lexicographicallyPrecedes(right.numbers)
  }

  private static func takeNumber(_ rest: inout ArraySlice<UInt8>) -> UInt32 {
    let (value, end) = IntegerText.scan(rest)
    rest = rest[end...]
    return UInt32(truncatingIfNeeded: value)
  }
}
