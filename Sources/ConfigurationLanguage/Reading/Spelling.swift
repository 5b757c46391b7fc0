/// The guess behind `did you mean 'bind' maybe ?`: HAProxy's comparison of words by the transitions
/// between their characters, so that the same suggestion comes out.
public enum Spelling {
  /// The candidate that looks most like a word.
  ///
  /// - Parameters:
  ///   - word: what was written.
  ///   - candidates: the known words; the first of equally close ones is taken.
  /// - Returns: the closest candidate, or nil when none is close enough.
  /// - Complexity: O(number of candidates).
  public static func closest(to word: String, in candidates: some Sequence<String>) -> String? {
    let fingerprint = Fingerprint(word)
    var best: (word: String, distance: Int)?
    for candidate in candidates {
      let distance = fingerprint.distance(to: Fingerprint(candidate))
      if distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    guard let best, best.distance <= 2 * word.utf8.count,
      best.distance <= 2 * best.word.utf8.count
    else { return nil }
    return best.word
  }

  /// `; did you mean 'bind' maybe ?` for the closest candidate; empty when there is none.
  public static func suggestion(for word: String, in candidates: some Sequence<String>) -> String {
    closest(to: word, in: candidates).map { "; did you mean '\($0)' maybe ?" } ?? ""
  }

  /// Which characters a word has, and how often one follows another.
  private struct Fingerprint {
    /// At `32 * from + to` the number of transitions, at `to` whether the character occurs.
    private var counts = [UInt8](repeating: 0, count: 1024)

    init(_ word: String) {
      var from = Fingerprint.edge
      for byte in word.utf8 {
        let to = Fingerprint.kind(of: byte)
        counts[to] = 1
        counts[32 * from + to] &+= 1
        from = to
      }
      counts[32 * from + Fingerprint.edge] &+= 1
    }

    func distance(to other: Fingerprint) -> Int {
      var sum = 0
      for index in counts.indices {
        sum += abs(Int(counts[index]) - Int(other.counts[index]))
      }
      return sum
    }

    /// Begin and end of a word and every character that is no letter and no digit.
    private static let edge = 28

    private static func kind(of byte: UInt8) -> Int {
      if byte.isDigit { return 27 }
      return byte.isLetter ? Int(byte.lowercased - UInt8(ascii: "a")) + 1 : edge
    }
  }
}
