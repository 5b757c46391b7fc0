/// The families of fetches and converters about stick tables: `sc_conn_rate`, `sc0_conn_rate`,
/// `src_conn_rate` and `table_conn_rate` ask the same question about different entries. HAProxy manual,
/// sections 7.3.1 to 7.3.3.
struct TableMember {
  /// Whose entry is asked about.
  enum Family {
    /// `sc_*`, and with a number `sc0_*` to `sc2_*`: that of a stick counter.
    case counter(Int?)
    /// `src_*`: that of the client's address.
    case source
    /// `table_*` and `in_table`: that of what is converted.
    case converter
  }

  let family: Family
  let question: TableQuestion
  /// Whether the first argument is the place in an array.
  let takesElement: Bool

  /// The fetch of a name; nil when it is none of them.
  init?(fetch name: String) {
    guard let (family, end) = TableMember.fetchFamilies.first(where: { name.hasPrefix($1) }) else {
      return nil
    }
    self.init(String(name.dropFirst(end.utf8.count)), family)
  }

  /// The converter of a name; nil when it is none of them.
  init?(converter name: String) {
    if name == "in_table" {
      self.init(.converter, .presence)
      return
    }
    guard name.hasPrefix("table_") else { return nil }
    self.init(String(name.dropFirst("table_".utf8.count)), .converter)
  }

  private static let fetchFamilies: [(Family, String)] = [
    (.counter(nil), "sc_"), (.counter(0), "sc0_"), (.counter(1), "sc1_"), (.counter(2), "sc2_"),
    (.source, "src_"),
  ]

  private init(_ family: Family, _ question: TableQuestion, takesElement: Bool = false) {
    self.family = family
    self.question = question
    self.takesElement = takesElement
  }

  /// What can be read of every entry, by the names of what is stored.
  private static let readable: [String: StickTableDataType] = {
    let others: Set<StickTableDataType> = [
      .serverID, .serverKey, .gpt, .gpt0, .gpc, .gpc0, .gpc1, .bytesInCount, .bytesOutCount,
    ]
    return Dictionary(
      uniqueKeysWithValues: StickTableDataType.allCases.filter { !others.contains($0) }
        .map { ($0.name, $0) })
  }()

  private init?(_ name: String, _ family: Family) {
    if let type = TableMember.readable[name] {
      self.init(
        family, type.storage == .rate ? .rate(type, 0) : .value(type, 0),
        takesElement: type.isArray)
    } else {
      switch (name, family) {
      case ("kbytes_in", _): self.init(family, .kilobytes(.bytesInCount))
      case ("kbytes_out", _): self.init(family, .kilobytes(.bytesOutCount))
      case ("tracked", .counter): self.init(family, .presence)
      case ("key", .counter): self.init(family, .key)
      case ("trackers", .counter), ("trackers", .converter): self.init(family, .trackers)
      case ("updt_conn_cnt", .source): self.init(family, .countConnection)
      case ("expire", .converter): self.init(family, .remainingLife)
      case ("idle", .converter): self.init(family, .idleTime)
      case ("server_id", .converter): self.init(family, .value(.serverID, 0))
      default: self.init(generalPurpose: name, family)
      }
    }
    // Arrays have no form with the number of the counter in the name.
    if takesElement, case .counter(.some) = family { return nil }
  }

  /// `inc_gpc0`, `clr_gpc0`, `get_gpc0`; converters say `gpc0` for the last one.
  private init?(generalPurpose name: String, _ family: Family) {
    var verb = ""
    var rest = name
    for prefix in ["inc_", "clr_", "get_"] where name.hasPrefix(prefix) {
      verb = prefix
      rest = String(name.dropFirst(prefix.utf8.count))
    }
    let isConverter = if case .converter = family { true } else { false }
    guard verb != (isConverter ? "get_" : ""), let type = StickTableDataType(name: rest) else {
      return nil
    }
    switch type {
    case .gpc, .gpc0, .gpc1: break
    case .gpt where verb != "inc_" && verb != "clr_": break
    case .gpt0 where verb != "inc_" && verb != "clr_": break
    default: return nil
    }
    let question: TableQuestion =
      switch verb {
      case "inc_": .increment(type, 0)
      case "clr_": .clear(type, 0)
      default: .value(type, 0)
      }
    self.init(family, question, takesElement: type.isArray)
  }

  // MARK: Names

  /// Every name without those that have the number of a counter in them.
  static let fetchNames: [String] = ["sc_", "src_"].flatMap { prefix in
    suffixes.map { prefix + $0 }.filter { TableMember(fetch: $0) != nil }
  }

  /// Every converter.
  static let converterNames =
    ["in_table"] + suffixes.map { "table_" + $0 }.filter { TableMember(converter: $0) != nil }

  private static let suffixes: [String] = {
    let counters = ["gpc", "gpc0", "gpc1", "gpt", "gpt0"]
    return readable.keys
      + [
        "kbytes_in", "kbytes_out", "tracked", "key", "trackers", "updt_conn_cnt", "expire", "idle",
        "server_id",
      ] + counters + ["get_", "inc_", "clr_"].flatMap { verb in counters.map { verb + $0 } }
  }()

  // MARK: Arguments

  /// What is known of the fetch before it is used.
  var fetchDescription: FetchDescription {
    var arguments: [SampleArgument.Kind] = takesElement ? [.integer] : []
    var minimum = arguments.count
    var origin = SampleOrigin.internalState
    switch family {
    case .counter(let number):
      if number == nil {
        arguments.append(.integer)
        minimum += 1
      }
      if question != .key { arguments.append(.table) }
      if case .kilobytes = question { origin = .clientAddress }
    case .source, .converter:
      arguments.append(.table)
      minimum += 1
      origin = .clientAddress
    }
    return FetchDescription(
      type: question.type, origins: [origin], argumentsMin: minimum, arguments: arguments)
  }

  /// What is known of the converter before it is used.
  var converterDescription: ConverterDescription {
    var arguments: [SampleArgument.Kind] = takesElement ? [.integer, .table] : [.table]
    let minimum = arguments.count
    if question == .remainingLife || question == .idleTime { arguments.append(.integer) }
    return ConverterDescription(
      input: .any, output: question.type, argumentsMin: minimum, arguments: arguments)
  }

  /// Puts the arguments together.
  func call(_ arguments: [SampleArgument]) -> TableCall {
    var rest = arguments[...]
    var question = question
    if takesElement, let element = rest.popFirst() {
      question = question.of(element: Int(clamping: element.integer))
    }
    var call = TableCall(question: question)
    switch family {
    case .counter(let number):
      // A counter that cannot exist tracks nothing.
      let given = number.map { Int64($0) } ?? rest.popFirst()?.integer ?? 0
      call.counter = given < 0 ? Int.max : Int(clamping: given)
    case .source:
      switch question {
      case .increment, .clear, .countConnection: call.adds = true
      default: break
      }
    case .converter: if case .increment = question { call.adds = true }
    }
    if case .reference(let table)? = rest.popFirst() { call.table = table }
    if let absent = rest.popFirst() { call.absent = absent.integer }
    return call
  }
}
