/// Words of an ACL that name a fetch and bring a way of matching of their own. HAProxy manual,
/// section 7.3.5.
let accessControlKeywords: [String: (fetch: String, match: PatternMatch, isDotted: Bool)] = [
  "payload": ("req.payload", .bin, false), "payload_lv": ("req.payload_lv", .bin, false),
  "req_rdp_cookie": ("req.rdp_cookie", .str, false),
  "req_rdp_cookie_cnt": ("req.rdp_cookie_cnt", .int, false),
  "req_ssl_sni": ("req.ssl_sni", .str, false), "req_ssl_ver": ("req.ssl_ver", .int, true),
  "req.ssl_ver": ("req.ssl_ver", .int, true),
  "ssl_fc_sni_end": ("ssl_fc_sni", .end, false), "ssl_fc_sni_reg": ("ssl_fc_sni", .reg, false),
]

extension SampleReader {
  // MARK: ACLs

  /// Reads `acl <name> <criterion> [flags] [operator] <pattern>...`: the words behind `acl`.
  ///
  /// - Parameter words: the name, empty for an anonymous one, and the rest.
  /// - Throws: what is wrong, in HAProxy's words.
  @discardableResult
  public func accessControlList(_ words: [[UInt8]]) throws(SampleError) -> AccessControlList {
    let expression = try accessControlExpression(Array(words.dropFirst()))
    let name = words.first.map { String(decoding: $0, as: UTF8.self) } ?? ""
    if words.count > 2, words[2].first == UInt8(ascii: "("), !words[1].contains(UInt8(ascii: "(")) {
      let (fetch, pattern) = (
        String(decoding: words[1], as: UTF8.self), String(decoding: words[2], as: UTF8.self)
      )
      warnings.append(
        "parsing acl '\(name)' :\n"
          + "  matching '\(fetch)' for pattern '\(pattern)' is likely a mistake and probably\n"
          + "  not what you want. Maybe you need to remove the extraneous space before '('.\n"
          + "  If you are really sure this is not an error, please insert '--' between the\n"
          + "  match and the pattern to make this warning message disappear.\n")
    }
    if name.isEmpty {
      let list = AccessControlList(name: "")
      list.expressions.append(expression)
      return list
    }
    if case .lists(let terms)? = expression.sample.arguments.first,
      let own = lists[name], terms.contains(where: { reaches(own, from: $0.list, depth: 0) })
    {
      throw SampleError("have a recursive loop")
    }
    return add(expression, to: name)
  }

  /// Whether an ACL is used by another one, directly or through others.
  private func reaches(
    _ target: AccessControlList, from list: AccessControlList, depth: Int
  ) -> Bool {
    if list === target { return true }
    guard depth < 32 else { return true }
    return list.expressions.contains { expression in
      guard case .lists(let terms)? = expression.sample.arguments.first else { return false }
      return terms.contains { reaches(target, from: $0.list, depth: depth + 1) }
    }
  }

  /// Reads one line of an ACL without its name.
  func accessControlExpression(
    _ words: [[UInt8]]
  ) throws(SampleError) -> AccessControlExpression {
    isInAccessList = true
    defer { isInAccessList = false }
    let first = words.first ?? []
    let keyword = String(decoding: first.prefix { isIdentifierByte($0) }, as: UTF8.self)
    let own = accessControlKeywords[keyword]
    var index = 0
    let sample: SampleExpression
    do {
      if let own {
        // Converters stand behind commas only: the next words are flags and patterns.
        let text = Array(own.fetch.utf8) + first.dropFirst(keyword.utf8.count)
        sample = try expression([text], &index)
      } else {
        sample = try expression(words, &index)
        index = max(index, 1)
      }
    } catch {
      if own != nil { throw SampleError("ACL keyword '\(keyword)' : \(error.message)") }
      let text = String(decoding: first, as: UTF8.self)
      throw SampleError("\(error.message) in ACL expression '\(text)'")
    }
    if own != nil { index = 1 }
    let usesOwn = own != nil && sample.calls.isEmpty
    var flags = Flags(
      match: usesOwn ? own?.match : PatternMatch.natural(of: sample.type),
      isDotted: usesOwn && own?.isDotted == true)
    let name = usesOwn ? keyword : sample.keyword
    if flags.match != nil, sample.type != .bool, index >= words.count {
      warnings.append(
        "parsing acl keyword '\(String(decoding: first, as: UTF8.self))' :\n"
          + "  no pattern to match against were provided, so this ACL will never match.\n"
          + "  If this is what you intended, please add '--' to get rid of this warning.\n"
          + "  If you intended to match only for existence, please use '-m found'.\n"
          + "  If you wanted to force an int to match as a bool, please use '-m bool'.\n")
    }
    try readFlags(words, &index, &flags, type: sample.type, keyword: name)
    guard let match = flags.match else { throw matchIsMissing(name) }
    var patterns = PatternIndex(
      match, ignoresCase: flags.ignoresCase, isDotted: flags.isDotted && match == .int)
    for file in flags.files {
      try addFile(
        file, to: &patterns, isMap: flags.isMap, resolvesNames: flags.resolvesNames)
    }
    try addPatterns(words[min(index, words.count)...], to: &patterns, flags)
    patterns.complete()
    return AccessControlExpression(keyword: name, sample: sample, patterns: patterns)
  }

  private struct Flags {
    var match: PatternMatch?
    var isDotted: Bool
    var ignoresCase = false
    var resolvesNames = true
    var isMap = false
    var files: [String] = []
    var hasForcedMatch = false
  }

  private func matchIsMissing(_ keyword: String) -> SampleError {
    SampleError(
      "matching method must be specified first (using '-m') when using a sample fetch of this type "
        + "('\(keyword)')")
  }

  private func readFlags(
    _ words: [[UInt8]], _ index: inout Int, _ flags: inout Flags, type: SampleType,
    keyword: String
  ) throws(SampleError) {
    let word = { (index: Int) in
      index < words.count ? String(decoding: words[index], as: UTF8.self) : ""
    }
    while word(index).hasPrefix("-") {
      let flag = word(index)
      index += 1
      switch flag {
      case "-i": flags.ignoresCase = true
      case "-n": flags.resolvesNames = false
      case "-M": flags.isMap = true
      case "--": return
      case "-u":
        guard Int(word(index)) != nil else {
          throw SampleError("the argument of -u must be an integer")
        }
        index += 1
      case "-f":
        guard flags.match != nil else { throw matchIsMissing(keyword) }
        flags.files.append(word(index))
        index += 1
      case "-m":
        if !flags.files.isEmpty {
          throw SampleError(
            "'-m' must only be specified before patterns and files in parsing ACL expression")
        }
        if flags.hasForcedMatch {
          throw SampleError(
            "only one explicit matching method can be defined with '-m' parameter. if migrating "
              + "from an old version, just keep the last one")
        }
        guard let match = PatternMatch(rawValue: word(index)) else {
          throw SampleError(
            "unknown matching method '\(word(index))' when parsing ACL expression")
        }
        guard match == .found || type.casts(to: match.input) else {
          throw SampleError(
            "matching method '\(word(index))' cannot be used with fetch keyword '\(keyword)'")
        }
        flags.match = match
        flags.isDotted = false
        flags.hasForcedMatch = true
        index += 1
      default:
        throw SampleError(
          "'\(flag)' is not a valid ACL option. Please use '--' before any pattern beginning with "
            + "a '-'")
      }
    }
  }

  /// Adds the patterns of a line; operators before numbers count for all that follow.
  private func addPatterns(
    _ words: ArraySlice<[UInt8]>, to patterns: inout PatternIndex, _ flags: Flags
  ) throws(SampleError) {
    var comparison = "eq"
    for word in words {
      if word.isEmpty { return }
      let text = String(decoding: word, as: UTF8.self)
      guard patterns.match == .int || patterns.match == .len else {
        try patterns.add(word, resolve: flags.resolvesNames ? resolve : nil)
        continue
      }
      if ["eq", "gt", "ge", "lt", "le"].contains(text) {
        comparison = text
        continue
      }
      let isRange = word.contains(UInt8(ascii: ":")) || word.contains(UInt8(ascii: "-"))
      if comparison == "eq" || isRange {
        try patterns.add(word, resolve: nil)
      } else {
        try patterns.add(try compared(text, comparison, patterns.isDotted), resolve: nil)
      }
    }
  }

  /// The range that an operator and a number stand for, as text.
  private func compared(
    _ text: String, _ comparison: String, _ isDotted: Bool
  ) throws(SampleError) -> [UInt8] {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard var number = Int64(parts[0]) else {
      throw SampleError("'\(text)' is neither a number nor a supported operator")
    }
    if isDotted {
      var minor: Int64 = 0
      if parts.count > 1 {
        guard let value = Int64(parts[1]) else {
          throw SampleError("'\(text)' is neither a number nor a supported operator")
        }
        minor = value
      }
      if minor >= 65536 { throw SampleError("'\(text)' contains too large a minor value") }
      if number >= 65536 { throw SampleError("'\(text)' contains too large a major value") }
      number = number << 16 | minor
    }
    if comparison == "gt" { number += 1 }
    if comparison == "lt" { number -= 1 }
    let value = isDotted ? "\(number >> 16).\(number & 0xffff)" : "\(number)"
    return Array((comparison.hasPrefix("g") ? "\(value):" : ":\(value)").utf8)
  }

  // MARK: Conditions

  /// Reads a condition from its `if` or `unless` on.
  ///
  /// - Throws: what is wrong, in HAProxy's words.
  public func condition(_ words: [[UInt8]]) throws(SampleError) -> AccessControlCondition {
    let policy = words.first.map { String(decoding: $0, as: UTF8.self) } ?? ""
    guard policy == "if" || policy == "unless" else {
      throw SampleError("conditions must start with either 'if' or 'unless'")
    }
    var suites: [[AccessControlTerm]] = []
    var isNewSuite = true
    var isNegated = false
    var index = 1
    while index < words.count, !words[index].isEmpty {
      let marks = words[index].prefix { $0 == UInt8(ascii: "!") }.count
      if marks % 2 == 1 { isNegated.toggle() }
      let word = String(decoding: words[index].dropFirst(marks), as: UTF8.self)
      index += 1
      if word.isEmpty { continue }
      if word.lowercased() == "or" || word == "||" {
        isNewSuite = true
        isNegated = false
        continue
      }
      let list: AccessControlList
      if word == "{" {
        let rest = words[index...].prefix { !$0.isEmpty }
        guard let end = rest.firstIndex(of: [UInt8(ascii: "}")]) else {
          throw SampleError("missing closing '}' in condition")
        }
        list = try accessControlList([[]] + words[index..<end])
        index = end + 1
      } else {
        list = try self.list(named: word)
      }
      if isNewSuite { suites.append([]) }
      isNewSuite = false
      suites[suites.count - 1].append(AccessControlTerm(list: list, isNegated: isNegated))
      isNegated = false
    }
    return AccessControlCondition(suites: suites, isInverted: policy == "unless")
  }

  /// The arguments of the fetch `acl`: names of ACLs, each possibly behind a `!`.
  func accessControlTerms(
    _ arguments: [SampleArgument]
  ) throws(SampleError) -> [AccessControlTerm] {
    var terms: [AccessControlTerm] = []
    for argument in arguments {
      var name = argument.text
      let isNegated = name.hasPrefix("!")
      if isNegated { name.removeFirst() }
      guard let list = try? list(named: name) else {
        throw SampleError("ACL '\(name)' not found")
      }
      terms.append(AccessControlTerm(list: list, isNegated: isNegated))
    }
    return terms
  }
}
