import Basics

/// How a sample is compared with patterns: `-m`. HAProxy manual, section 7.1.2.
public enum PatternMatch: String, CaseIterable, Sendable {
  case found, bool, int, ip, bin, len, str, beg, sub, dir, dom, end, reg
  /// Only of maps: `reg` whose groups are put into the value.
  case regm

  /// What the sample is made into before.
  var input: SampleType {
    switch self {
    case .found, .bool, .int: .integer
    case .ip: .address
    case .bin: .binary
    case .len, .str, .beg, .sub, .dir, .dom, .end, .reg, .regm: .string
    }
  }

  /// The one that goes with a type by itself; nil when one has to be given.
  static func natural(of type: SampleType) -> PatternMatch? {
    switch type {
    case .bool: .bool
    case .integer: .int
    case .address, .ipv4, .ipv6: .ip
    case .string, .method: .str
    case .any, .same, .binary: nil
    }
  }
}

/// A set of patterns and the way to compare with them, indexed for searching: immutable once it is
/// complete.
///
/// Exact values are found by hashing, networks in a prefix tree, and beginnings, ends and parts of
/// text in a sorted list of patterns, so that the time depends on the sample and not on the number of
/// patterns. Only regular expressions, ranges of numbers and masks with holes are tried one by one.
struct PatternIndex: Sendable {
  let match: PatternMatch
  let ignoresCase: Bool
  /// Versions such as `3.1` are read as one number, as `req.ssl_ver` gives them.
  let isDotted: Bool
  /// How many patterns were added.
  private(set) var count = 0
  private var exact: [[UInt8]: Int] = [:]
  private var numbers: [Int64: Int] = [:]
  private var ranges: [(range: NumberRange, index: Int)] = []
  private var networks = NetworkTree()
  private var masks: [(address: IPAddress, mask: IPAddress, index: Int)] = []
  private var affixes = AffixList()
  private var expressions: [(RegularExpression, Int)] = []

  init(_ match: PatternMatch, ignoresCase: Bool = false, isDotted: Bool = false) {
    self.match = match
    self.ignoresCase = ignoresCase
    self.isDotted = isDotted
  }

  // MARK: Adding

  /// Adds one pattern; its index is its place.
  ///
  /// - Parameters:
  ///   - text: as it stands in the configuration or a file.
  ///   - resolve: finds host names; nil where they are not allowed.
  /// - Throws: what is wrong, in HAProxy's words.
  mutating func add(_ text: [UInt8], resolve: SampleReader.Resolver?) throws(SampleError) {
    let index = count
    switch match {
    case .found, .bool: break
    case .int, .len:
      let range = isDotted ? try NumberRange.dotted(text) : try NumberRange(text)
      if range.low == range.high, range.low != .min {
        if numbers[range.low] == nil { numbers[range.low] = index }
      } else {
        ranges.append((range, index))
      }
    case .ip: try add(network: text, index, resolve: resolve)
    case .bin:
      let bytes = try hexadecimal(text)
      if exact[bytes] == nil { exact[bytes] = index }
    case .str:
      let key = ignoresCase ? text.lowercased : text
      if exact[key] == nil { exact[key] = index }
    case .beg, .sub: affixes.add(ignoresCase ? text.lowercased : text, index)
    case .end: affixes.add(Array((ignoresCase ? text.lowercased : text).reversed()), index)
    case .dir, .dom:
      let word = ignoresCase ? text.lowercased : text
      let delimiters = match.delimiters
      // Without anything but delimiters it is no word and matches nothing.
      if let start = word.firstIndex(where: { !delimiters.contains($0) }),
        let last = word.lastIndex(where: { !delimiters.contains($0) })
      {
        affixes.add(Array(word[start...last]), index)
      }
    case .reg, .regm:
      expressions.append((try RegularExpression(text, ignoresCase: ignoresCase), index))
    }
    count += 1
  }

  private mutating func add(
    network text: [UInt8], _ index: Int, resolve: SampleReader.Resolver?
  ) throws(SampleError) {
    let failure = SampleError(
      "'\(String(decoding: text, as: UTF8.self))' is not a valid IPv4 or IPv6 address")
    let slash = text.lastIndex(of: UInt8(ascii: "/"))
    let name = slash.map { Array(text[..<$0]) } ?? text
    guard
      let address = IPAddress(utf8: name)
        ?? resolve?(String(decoding: name, as: UTF8.self))
    else { throw failure }
    let bits = address.family == .v4 ? 32 : 128
    guard let slash else {
      networks.add(address, bits: bits, index)
      return
    }
    let text = String(decoding: text[(slash + 1)...], as: UTF8.self)
    guard let mask = address.family == .v4 ? NetworkMask.v4(text) : NetworkMask.v6(text) else {
      throw failure
    }
    let length = mask.family == .v4 ? (~mask.v4Number).leadingZeroBitCount : mask.leadingOnes
    let full = mask.family == .v4 ? NetworkMask.v4(bits: length) : NetworkMask.v6(bits: length)
    if full == mask {
      networks.add(address, bits: length, index)
    } else {
      masks.append((address.masked(by: mask), mask, index))
    }
  }

  /// Makes searching possible: called once after the last pattern.
  mutating func complete() {
    affixes.complete(ignoresOrder: match == .beg)
  }

  // MARK: Searching

  /// The pattern that a sample matches, by its place; nil when there is none.
  func find(_ sample: SampleValue) -> Int? {
    var steps = 0
    return find(sample, steps: &steps)
  }

  /// - Parameter steps: counts the comparisons that were made.
  func find(_ sample: SampleValue, steps: inout Int) -> Int? {
    if match == .found { return 0 }
    guard let sample = sample.cast(to: match.input) else { return nil }
    switch match {
    case .found: return 0
    case .bool: return sample.number != 0 ? 0 : nil
    case .int: return find(number: sample.number ?? 0, steps: &steps)
    case .len: return find(number: Int64(sample.text.count), steps: &steps)
    case .ip: return sample.address.flatMap { find(address: $0, steps: &steps) }
    case .bin: return exact[sample.bytes]
    case .str:
      steps += 1
      return exact[ignoresCase ? sample.text.lowercased : sample.text]
    case .reg, .regm:
      let text = sample.text
      for (expression, index) in expressions {
        steps += 1
        if expression.matches(text) { return index }
      }
      return nil
    case .beg: return affixes.longest(of: folded(sample.text)[...], steps: &steps)
    case .end: return affixes.first(of: folded(sample.text).reversed()[...], steps: &steps)
    case .sub:
      let text = folded(sample.text)
      var best: Int?
      for start in 0...text.count {
        best = least(best, affixes.first(of: text[start...], steps: &steps))
      }
      return best
    case .dir, .dom: return findWord(in: folded(sample.text), steps: &steps)
    }
  }

  /// The groups of the expression that matches: for `regm`.
  func groups(in text: [UInt8], of index: Int) -> [Range<Int>?]? {
    expressions.first { $0.1 == index }?.0.groups(in: text, from: 0)
  }

  private func folded(_ text: [UInt8]) -> [UInt8] {
    ignoresCase ? text.lowercased : text
  }

  private func least(_ left: Int?, _ right: Int?) -> Int? {
    guard let left, let right else { return left ?? right }
    return min(left, right)
  }

  private func find(number: Int64, steps: inout Int) -> Int? {
    var best = numbers[number]
    steps += 1
    for (range, index) in ranges where range.contains(number) {
      best = least(best, index)
    }
    steps += ranges.count
    return best
  }

  private func find(address: IPAddress, steps: inout Int) -> Int? {
    if let index = networks.longest(of: address, steps: &steps) { return index }
    let v4 = address.asV4
    if address.family == .v4 {
      if let index = networks.longest(of: address.asV6, steps: &steps) { return index }
    } else if let v4, let index = networks.longest(of: v4, steps: &steps) {
      return index
    }
    for entry in masks {
      steps += 1
      if entry.address.family == .v4, let v4, v4.masked(by: entry.mask) == entry.address {
        return entry.index
      }
      if entry.address.family == .v6, address.asV6.masked(by: entry.mask) == entry.address {
        return entry.index
      }
    }
    return nil
  }

  /// Looks for patterns that stand between delimiters.
  private func findWord(in text: [UInt8], steps: inout Int) -> Int? {
    let delimiters = match.delimiters
    var best: Int?
    var mayBegin = true
    for start in 0...text.count {
      if start < text.count, delimiters.contains(text[start]) {
        mayBegin = true
        continue
      }
      guard mayBegin else { continue }
      mayBegin = false
      let found = affixes.first(of: text[start...], steps: &steps) { end in
        end == text.count || delimiters.contains(text[end])
      }
      best = least(best, found)
    }
    return best
  }
}

extension PatternMatch {
  /// What stands between words for `dir` and `dom`.
  fileprivate var delimiters: [UInt8] {
    self == .dir
      ? [UInt8(ascii: "/"), UInt8(ascii: "?")]
      : [UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "."), UInt8(ascii: ":")]
  }
}

extension [UInt8] {
  /// With its ASCII letters in lower case.
  var lowercased: [UInt8] {
    map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
  }

  /// With its ASCII letters in upper case.
  var uppercased: [UInt8] {
    map { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) ? $0 & 0xdf : $0 }
  }
}

extension IPAddress {
  /// How many ones an IPv6 mask begins with.
  fileprivate var leadingOnes: Int {
    high == .max ? 64 + (~low).leadingZeroBitCount : (~high).leadingZeroBitCount
  }
}
