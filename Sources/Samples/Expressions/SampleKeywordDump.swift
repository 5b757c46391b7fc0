/// The words of expressions that are carried out, in the form of HAProxy's `-dK`. HAProxy management
/// guide, section 3.
public enum SampleKeywordDump {
  /// The columns of the table of fetches: what HAProxy calls a place, and the place; nil for the
  /// places of HTTP and of the runtime API, which this program does not have.
  private static let columns: [(name: String, place: SamplePlaces?)] = [
    ("frontend tcp-request connection rule", .connection),
    ("frontend tcp-request session rule", .session),
    ("frontend tcp-request content rule", .frontendRequest),
    ("frontend http-request header rule", nil),
    ("frontend http-request body rule", nil),
    ("frontend use-backend rule", .switching),
    ("backend tcp-request content rule", .backendRequest),
    ("backend http-request header rule", nil),
    ("backend http-request body rule", nil),
    ("backend use-server, balance or stick-match rule", .server),
    ("server source selection", .serverConnection),
    ("backend tcp-response content rule", .backendResponse),
    ("backend http-response header rule", nil),
    ("backend http-response body rule", nil),
    ("backend stick-store rule", .store),
    ("frontend tcp-response content rule", .frontendResponse),
    ("frontend http-response header rule", nil),
    ("frontend http-response body rule", nil),
    ("logs", .log),
    ("backend tcp-check rule", .check),
    ("configuration parser", .configuration),
    ("CLI parser", nil),
  ]

  /// Fetches with the places where they can be used, under a heading that names the places.
  ///
  /// - Returns: lines without their ends.
  public static func fetchLines() -> [String] {
    let names = SampleFetch.listedNames + SampleFetch.synonyms.keys
    return heading
      + Set(names).sorted(by: precedes).compactMap { name in
        guard let description = SampleFetch.description(of: name) else { return nil }
        let places = description.places
        let marks = columns.map { column in
          column.place.map { !places.isDisjoint(with: $0) } == true ? "Y" : "."
        }
        return "[ \(marks.joined(separator: " ")) ] \(name)"
          + arguments(description.arguments, minimum: description.argumentsMin)
          + ": \(description.type.dumpedName)"
      }
  }

  /// Converters, each with what it makes and of what it makes it.
  ///
  /// - Returns: lines without their ends.
  public static func converterLines() -> [String] {
    let names =
      SampleConverter.listedNames.filter { !$0.hasPrefix("map") } + PatternMap.Kind.names
    return Set(names).sorted(by: precedes).compactMap { name in
      guard let (_, description) = SampleConverter.named(name) else { return nil }
      return name + arguments(description.arguments, minimum: description.argumentsMin)
        + ": \(description.output.dumpedName) => \(description.input.dumpedName)"
    }
  }

  /// Words of ACLs that stand for a fetch and a way of matching.
  ///
  /// - Returns: lines without their ends.
  public static func accessControlLines() -> [String] {
    accessControlKeywords.keys.sorted(by: precedes).compactMap { name in
      guard let own = accessControlKeywords[name] else { return nil }
      return "\(name) = \(own.fetch) -m \(own.match.rawValue)"
    }
  }

  /// The places, each with a line that leads down to its column.
  private static let heading: [String] = {
    let count = columns.count
    return (0...count + 1).map { row in
      var line = "#" + String(repeating: " ", count: count + 1 - row)
      line += String(repeating: row <= count ? "/ " : " |", count: min(row, count))
      if row < count { line += "_." + String(repeating: "-", count: count - row) }
      return line + " " + (row < count ? columns[row].name : "")
    }
  }()

  /// `(a,b[,c])`, or nothing.
  private static func arguments(_ kinds: [SampleArgument.Kind], minimum: Int) -> String {
    guard !kinds.isEmpty else { return "" }
    var text = "("
    for (index, kind) in kinds.enumerated() {
      if index == minimum { text += "[" }
      if index > 0 { text += "," }
      text += kind.name
    }
    return text + (kinds.count > minimum ? "])" : ")")
  }

  /// By bytes, as HAProxy sorts.
  private static func precedes(_ left: String, _ right: String) -> Bool {
    left.utf8.lexicographicallyPrecedes(right.utf8)
  }
}

extension SampleType {
  /// What HAProxy calls it in `-dK`.
  fileprivate var dumpedName: String {
    switch self {
    case .any: "any"
    case .same: "same"
    case .bool: "bool"
    case .integer: "sint"
    case .address: "addr"
    case .ipv4: "ipv4"
    case .ipv6: "ipv6"
    case .string: "str"
    case .binary: "bin"
    case .method: "meth"
    }
  }
}

extension PatternMap.Kind {
  /// The whole family: `map`, `map_<match>` and `map_<match>_<output>`.
  fileprivate static var names: [String] {
    let matches = PatternMatch.allCases.map { "map_\($0.rawValue)" }
    let outputs = matches.flatMap { match in ["str", "int", "ip", "key"].map { "\(match)_\($0)" } }
    return (["map"] + matches + outputs).filter { PatternMap.Kind($0) != nil }
  }
}
