/// The guess behind `did you mean 'bind' maybe ?`: HAProxy's comparison of words by the transitions
/// between their characters, so that the same suggestion comes out.
public enum Spelling {
  /// The candidate that looks most like a word.
  ///
  /// - Parameters:
  ///   - word: what was written.
  ///   - candidates: the known words; the first of equally close ones is taken.
  /// - Returns: the closest candidate, or nil when none is close enough.
  /// - Complexity: O(characters of the word and of all candidates).
  public static func closest(to word: String, in candidates: some Sequence<String>) -> String? {
    var fingerprint = Fingerprint(word)
    var best: (word: String, distance: Int)?
    for candidate in candidates {
      let distance = fingerprint.distance(to: candidate)
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
    /// At `32 * from + to` the number of transitions, at `to` whether the character occurs; less
    /// those of the candidate that is being looked at.
    private var counts = [Int](repeating: 0, count: 1024)
    /// The sum of all counts' magnitudes.
    private var distance = 0

    init(_ word: String) {
      Fingerprint.forEachPlace(of: word) { place in
        // HAProxy counts in bytes.
        counts[place] = (counts[place] + 1) & 0xff
      }
      distance = counts.reduce(0, +)
    }

    /// Only the places of the candidate change, and change back.
    mutating func distance(to candidate: String) -> Int {
      Fingerprint.forEachPlace(of: candidate) { place in
        distance += counts[place] > 0 ? -1 : 1
        counts[place] -= 1
      }
      let found = distance
      Fingerprint.forEachPlace(of: candidate) { place in
        counts[place] += 1
        distance += counts[place] > 0 ? 1 : -1
      }
      return found
    }

    /// Calls with the place of every transition, and once with that of every character.
    private static func forEachPlace(of word: String, _ body: (Int) -> Void) {
      var seen: UInt32 = 0
      var from = edge
      for byte in word.utf8 {
        let to = kind(of: byte)
        if seen & (1 << UInt32(to)) == 0 { body(to) }
        seen |= 1 << UInt32(to)
        body(32 * from + to)
        from = to
      }
      body(32 * from + edge)
    }

    /// Begin and end of a word and every character that is no letter and no digit.
    private static let edge = 28

    private static func kind(of byte: UInt8) -> Int {
      if byte.isDigit { return 27 }
      return byte.isLetter ? Int(byte.lowercased - UInt8(ascii: "a")) + 1 : edge
    }
  }
}
