/// Processors, threads and scheduling in `global`. HAProxy manual, section 3.1.
extension ConfigurationDraft {
  /// How many threads and thread groups `cpu-map` can name.
  private static let numbersMax = 64

  /// `cpu-map [auto:]<thread-group>[/<thread-set>] <cpu-set>[,...] [...]`
  mutating func readProcessorMap(_ statement: Statement) {
    let location = statement.location
    guard !statement[1].isEmpty, !statement[2].isEmpty else {
      diagnostics.alert(
        at: location,
        "cpu-map expects a thread group number  ('all', 'odd', 'even', a number from 1 to "
          + "\(ConfigurationDraft.numbersMax) or a range),  followed by a list of CPU ranges with "
          + "numbers from 0 to \(ConfigurationDraft.numbersMax - 1).")
      return
    }
    do throws(ProcessorProblem) {
      let isAutomatic = statement[1].hasPrefix("auto:")
      let parts = statement[1].dropFirst(isAutomatic ? 5 : 0).split(
        separator: "/", maxSplits: 1, omittingEmptySubsequences: false
      ).map(String.init)
      let groups = try numbers(parts[0])
      let threads =
        parts.count > 1 ? try numbers(parts[1]) : Set(1...ConfigurationDraft.numbersMax)
      let processors = try ProcessorSet(statement.arguments(from: 2))
      if isAutomatic, groups.count != processors.numbers.count,
        threads.count != processors.numbers.count
      {
        throw ProcessorProblem(
          "TGROUP/THREAD range and CPU sets must have the same size to be automatically bound")
      }
      // Numbers of groups that are not there are ignored, as HAProxy does it.
      guard groups.contains(1) else { return }
      var rest = processors.numbers.sorted()[...]
      for thread in threads.sorted() {
        if isAutomatic {
          global.processors.ofThread[thread] = rest.popFirst().map { ProcessorSet(Set([$0])) }
        } else {
          global.processors.ofThread[thread] = processors
        }
      }
    } catch {
      diagnostics.alert(at: location, "cpu-map : \(error.text)")
    }
  }

  /// `all`, `odd`, `even`, a number or a range, all from 1.
  private func numbers(_ text: String) throws(ProcessorProblem) -> Set<Int> {
    let most = ConfigurationDraft.numbersMax
    switch text {
    case "all": return Set(1...most)
    case "odd": return Set(stride(from: 1, through: most, by: 2))
    case "even": return Set(stride(from: 2, through: most, by: 2))
    default: break
    }
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count <= 2, !text.isEmpty,
      parts.allSatisfy({ $0.allSatisfy { $0.isASCII && $0.isNumber } })
    else { throw ProcessorProblem("'\(text)' is not a valid number/range.") }
    let low = Int(parts[0]) ?? 0
    let high = parts.count == 1 ? low : parts[1].isEmpty ? most : Int(parts[1]) ?? 0
    let (first, last) = (min(low, high), max(low, high))
    guard first >= 1, last <= most else {
      throw ProcessorProblem(
        "'\(text)' is not a valid number/range. It supports numbers from 1 to \(most).\n")
    }
    return Set(first...last)
  }

  /// `cpu-set { reset | drop-cpu <set> | only-cpu <set> } ...`
  mutating func readProcessorChoice(_ statement: Statement) {
    let location = statement.location
    let name = statement[0]
    let all =
      " (only 'reset', 'only-cpu', 'drop-cpu', 'only-node', 'drop-node', 'only-cluster', "
      + "'drop-cluster', 'only-core', 'drop-core', 'only-thread', 'drop-thread' supported)."
    guard !statement[1].isEmpty else {
      diagnostics.alert(
        at: location, "'\(name)' requires a directive and an optional value" + all)
      return
    }
    var index = 1
    while !statement[index].isEmpty {
      let directive = statement[index]
      index += 1
      switch directive {
      case "reset": global.processors.isReset = true
      case "drop-cpu", "only-cpu":
        guard !statement[index].isEmpty else {
          diagnostics.alert(at: location, "'\(name) \(directive)': missing CPU set\n.")
          return
        }
        do throws(ProcessorProblem) {
          let set = try ProcessorSet([statement[index]])
          if directive == "drop-cpu" {
            global.processors.dropped.formUnion(set.numbers)
          } else {
            global.processors.only =
              global.processors.only.map { $0.intersection(set.numbers) }
              ?? set.numbers
          }
        } catch {
          diagnostics.alert(at: location, "'\(name) \(directive)': \(error.text)\n.")
          return
        }
        index += 1
      case "drop-node", "only-node", "drop-cluster", "only-cluster", "drop-core", "only-core",
        "drop-thread", "only-thread":
        diagnostics.alert(at: location, notSupported("\(name) \(directive)"))
        return
      default:
        diagnostics.alert(
          at: location, "'\(name)' passed an unknown directive '\(directive)'" + all)
        return
      }
    }
  }

  /// `cpu-policy none`: the others choose by what kinds of processors there are.
  mutating func readProcessorPolicy(_ statement: Statement) {
    guard statement[1] == "none" else {
      let what = statement[1].isEmpty ? "cpu-policy" : "cpu-policy \(statement[1])"
      diagnostics.alert(at: statement.location, notSupported(what))
      return
    }
    _ = acceptsOnly(1, statement)
  }

  /// `thread-hard-limit <number>`
  mutating func readThreadLimit(_ statement: Statement) {
    let name = statement[0]
    guard acceptsOnly(1, statement) else { return }
    guard let limit = IntegerText.whole(statement[1]) else {
      diagnostics.alert(
        at: statement.location,
        "'\(name)' passed a missing or unparsable integer value in '\(statement[1])'")
      return
    }
    guard limit >= 1 else {
      diagnostics.alert(
        at: statement.location, "'\(name)' value must be at least 1 (was \(limit))")
      return
    }
    global.threadLimit = limit
  }

  /// `thread-group <group> [<thread-range>...]`: all threads are in the one group there is.
  mutating func readThreadGroup(_ statement: Statement) {
    let name = statement[0]
    let location = statement.location
    guard !hasOtherSections else {
      diagnostics.alert(
        at: location,
        "'\(name)' not allowed if a non-global section was previously defined. This parameter must "
          + "be declared in the first global section")
      return
    }
    guard let group = IntegerText.whole(statement[1]) else {
      diagnostics.alert(
        at: location,
        "'\(name)' passed a missing or unparsable integer value in '\(statement[1])'")
      return
    }
    guard (1...32).contains(group) else {
      diagnostics.alert(
        at: location, "'\(name)' thread-group number must be between 1 and 32 (was \(group))")
      return
    }
    guard group == 1 else {
      diagnostics.alert(at: location, notSupported("thread-group \(group)"))
      return
    }
    for text in statement.arguments(from: 2) {
      let ends = text.split(separator: "-", maxSplits: 1).map { IntegerText.whole(String($0)) }
      guard !ends.isEmpty, ends.allSatisfy({ (1...1024).contains($0 ?? 0) }) else {
        diagnostics.alert(
          at: location,
          "'\(name) \(group)' passed an unparsable or invalid thread number '\(text)' (valid range "
            + "is 1 to 1024)")
        return
      }
    }
  }

  /// `tune.renice.runtime` and `tune.renice.startup`: from -20 to 19.
  mutating func readNiceness(_ statement: Statement, _ keyword: GlobalKeyword) {
    guard acceptsOnly(1, statement) else { return }
    guard let value = IntegerText.whole(statement[1]), (-20...19).contains(value) else {
      diagnostics.alert(
        at: statement.location,
        "'\(statement[0])' only supports values between -20 and 19 inclusive (was given "
          + "\(statement[1]))")
      return
    }
    if keyword == .tuneNicenessRuntime { global.tune.niceness = value }
  }

  /// `setcap <name>[,<name>...]`
  mutating func readCapabilities(_ statement: Statement) {
    let known = GlobalConfiguration.capabilities
    let names =
      "Supported ones are: cap_net_raw, cap_net_admin, cap_net_bind_service and "
      + "cap_sys_admin."
    let name = statement[0]
    guard !statement[1].isEmpty else {
      diagnostics.alert(
        at: statement.location, "'\(name)' : missing capability name(s). \(names)")
      return
    }
    for word in statement[1].split(separator: ",").map(String.init) {
      guard let number = known[word] else {
        diagnostics.alert(
          at: statement.location, "'\(name)' : unsupported capability '\(word)'. \(names)")
        return
      }
      global.keptCapabilities |= 1 << number
    }
  }

  /// `localpeer <name>`: what `HAPROXY_LOCALPEER` stands for from here on.
  mutating func readLocalPeer(_ statement: Statement) {
    guard acceptsOnly(1, statement) else { return }
    guard !statement[1].isEmpty else {
      diagnostics.alert(
        at: statement.location, "'\(statement[0])' expects a name as an argument.\n")
      return
    }
    // The name of the variable is known to be good.
    try? environment.set("HAPROXY_LOCALPEER", to: statement[1])
  }

  /// `default-path { current | config | parent | origin <path> }`
  mutating func readDefaultPath(_ statement: Statement) {
    let location = statement.location
    let (name, mode) = (statement[0], statement[1])
    switch mode {
    case "current": defaultPath = .current
    case "config": defaultPath = .ofFile
    case "parent": defaultPath = .aboveFile
    case "origin":
      guard !statement[2].isEmpty else {
        diagnostics.alert(
          at: location, "'\(name) \(mode)' expects a directory as an argument.")
        return
      }
      defaultPath = .origin(statement[2])
    default:
      diagnostics.alert(
        at: location,
        "\(mode.isEmpty ? "missing" : "unsupported") default-path mode '\(mode)' for '\(name)', "
          + "supported modes include 'current', 'config', 'parent', and 'origin'.")
    }
  }
}

/// What is wrong with numbers of threads or processors.
struct ProcessorProblem: Error {
  let text: String
  init(_ text: String) { self.text = text }
}

extension ProcessorSet {
  /// Reads ranges such as `0-3,8`; an open one reaches to the last number there can be.
  init(_ words: [String]) throws(ProcessorProblem) {
    self.init(Set<Int>())
    let most = ProcessorSet.numberMax
    for word in words {
      for range in word.split(separator: ",", omittingEmptySubsequences: false) {
        guard let first = range.first, first.isASCII, first.isNumber else {
          throw ProcessorProblem("'\(range)' is not a CPU range.")
        }
        let ends = range.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let low = max(0, IntegerText.leading(String(ends[0])))
        let high =
          ends.count == 1
          ? low : ends[1].isEmpty ? most : max(0, IntegerText.leading(String(ends[1])))
        guard max(low, high) <= most else {
          throw ProcessorProblem("supports CPU numbers from 0 to \(most).")
        }
        numbers.formUnion(min(low, high)...max(low, high))
      }
    }
  }
}

/// Where files with a relative name are looked for. HAProxy manual, section 3.1, `default-path`.
enum DefaultPath: Hashable {
  /// Where the process was started.
  case current
  /// In the folder of the configuration file.
  case ofFile
  /// One above it.
  case aboveFile
  case origin(String)

  /// The name to open for a name in a configuration file.
  func resolve(_ name: String, in file: String) -> String {
    guard !name.hasPrefix("/") else { return name }
    let slash = file.lastIndex(of: "/")
    let folder = slash.map { String(file[..<$0]) }
    switch self {
    case .current: return name
    case .ofFile: return folder.map { "\($0)/\(name)" } ?? name
    case .aboveFile: return folder.map { "\($0)/../\(name)" } ?? "../\(name)"
    case .origin(let path): return "\(path)/\(name)"
    }
  }
}
