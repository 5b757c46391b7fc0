import Basics

/// Limits, threads, times and the environment in `global`. HAProxy manual, section 3.
extension ConfigurationDraft {
  mutating func readLimit(_ statement: Statement, _ keyword: GlobalKeyword) {
    let name = keyword.rawValue
    guard acceptsOnly(1, statement), isFirst(keyword, statement) else { return }
    let text = statement[1]
    guard !text.isEmpty else {
      seenInGlobal.remove(keyword)
      if keyword == .spreadChecks {
        diagnostics.alert(
          closeTo: statement.location, "'\(name)' expects an integer argument (0..50).")
      } else {
        diagnostics.alert(at: statement.location, "'\(name)' expects an integer argument.")
      }
      return
    }
    if keyword == .maxconn, IntegerText.whole(text) == nil {
      diagnostics.alert(
        at: statement.location,
        "cannot parse 'maxconn' value '\(text)', an integer is expected.")
      return
    }
    let value = min(IntegerText.leading(text), Int(Int32.max))
    if keyword == .spreadChecks {
      guard (0...50).contains(value) else {
        diagnostics.alert(
          closeTo: statement.location,
          "'spread-checks' needs a positive value in range 0..50.")
        return
      }
      global.spreadChecks = value
    }
    // HAProxy cannot tell 0 from nothing, so another line may follow it.
    if value == 0 { seenInGlobal.remove(keyword) }
    let limit = value > 0 ? value : nil
    switch keyword {
    case .maxconn: global.maxconn = limit
    case .maxpipes: global.maxpipes = limit
    case .ulimitN: global.ulimitN = limit
    case .descriptorHardLimit: global.descriptorHardLimit = limit
    case .maxconnrate: global.connectionRateMax = max(0, value)
    case .maxsessrate: global.sessionRateMax = max(0, value)
    default: break
    }
  }

  /// The most threads HAProxy can have, and the most groups of them.
  private static let threadsMax = 1024
  private static let threadGroupsMax = 32

  mutating func readThreads(_ statement: Statement, _ keyword: GlobalKeyword) {
    let name = keyword.rawValue
    let location = statement.location
    guard acceptsOnly(1, statement) else { return }
    guard !hasOtherSections else {
      diagnostics.alert(
        at: location,
        "'\(name)' not allowed if a non-global section was previously defined. This parameter must "
          + "be declared in the first global section")
      return
    }
    let text = statement[1]
    guard !text.isEmpty, let value = IntegerText.whole(text) else {
      diagnostics.alert(
        at: location, "'\(name)' passed a missing or unparsable integer value in '\(text)'")
      return
    }
    let most =
      keyword == .nbthread
      ? ConfigurationDraft.threadsMax : ConfigurationDraft.threadGroupsMax
    guard (1...most).contains(value) else {
      diagnostics.alert(
        at: location, "'\(name)' value must be between 1 and \(most) (was \(value))")
      return
    }
    if !seenInGlobal.insert(keyword).inserted {
      diagnostics.diagnostic(
        "config : parsing [\(location)] : '\(name)' is already defined and will be overridden.")
    }
    if keyword == .nbthread {
      global.nbthread = value
    } else if value > 1 {
      diagnostics.alert(at: location, notSupported("thread-groups \(value)"))
    }
  }

  mutating func readGlobalTime(_ statement: Statement, _ keyword: GlobalKeyword) {
    let name = keyword.rawValue
    let text = statement[1]
    let location = statement.location
    let isSpread = keyword == .maxSpreadChecks
    if isSpread, !acceptsOnly(1, statement) { return }
    guard !text.isEmpty else {
      if isSpread {
        diagnostics.alert(
          closeTo: location, "'\(name)' expects an integer argument (0..50).")
      } else {
        diagnostics.alert(at: location, "'\(name)' expects <time> as argument.")
      }
      return
    }
    let value: Duration
    do {
      value = try TimeText.parse(text, unit: .milliseconds, &diagnostics)
    } catch {
      let problem = timeProblem(error, text, name, isSpread: isSpread)
      if isSpread {
        diagnostics.alert(closeTo: location, problem)
      } else {
        diagnostics.alert(at: location, problem)
      }
      return
    }
    let time = value == .zero ? nil : value
    switch keyword {
    case .hardStopAfter: global.hardStopAfter = time
    case .grace: global.grace = time
    default: global.maxSpreadChecks = time
    }
  }

  private func timeProblem(
    _ problem: TimeText.Problem, _ text: String, _ name: String, isSpread: Bool
  ) -> String {
    switch problem {
    case .overflow where isSpread:
      "timer overflow in argument <\(text)> to <\(name)>, maximum value is 2147483647 ms (~24.8 "
        + "days)."
    case .overflow:
      "timer overflow in argument '\(text)' to '\(name)' (maximum value is 2147483647 ms or ~24.8 "
        + "days)"
    case .underflow where isSpread:
      "timer underflow in argument <\(text)> to <\(name)>, minimum non-null value is 1 ms."
    case .underflow:
      "timer underflow in argument '\(text)' to '\(name)' (minimum non-null value is 1 ms)"
    case .unexpected(let character) where isSpread:
      "unsupported character '\(character)' in '\(name)' (wants an integer delay)."
    case .unexpected(let character):
      "unexpected character '\(character)' in argument to <\(name)>."
    }
  }

  mutating func readUnixBind(_ statement: Statement) {
    var index = 1
    while !statement[index].isEmpty {
      let word = statement[index]
      let argument = statement[index + 1]
      switch word {
      case "prefix":
        guard global.unixBindPrefix.isEmpty else {
          diagnostics.complaint(
            at: statement.location, "unix-bind 'prefix' already specified. Continuing.")
          break
        }
        guard !argument.isEmpty else {
          diagnostics.alert(
            at: statement.location, "unix_bind 'prefix' expects a path as an argument.")
          return
        }
        global.unixBindPrefix = argument
      case "mode": global.unixBind.mode = UInt32(argument, radix: 8) ?? 0
      case "uid", "gid", "user", "group": global.unixBind.set(word, argument)
      default:
        diagnostics.alert(
          at: statement.location,
          "'unix-bind' only supports the 'prefix', 'mode', 'uid', 'gid', 'user' and 'group' "
            + "options.")
        return
      }
      index += 2
    }
  }

  // MARK: Environment

  mutating func readEnvironment(_ statement: Statement, _ keyword: GlobalKeyword) {
    do throws(StatementProblem) {
      switch keyword {
      case .setenv, .presetenv: try setVariable(statement, keyword)
      case .unsetenv: try unsetVariables(statement)
      default: environment.reset(keeping: statement.arguments(from: 1))
      }
    } catch {
      diagnostics.alert(at: statement.location, error.text)
    }
  }

  private struct StatementProblem: Error { let text: String }

  private mutating func setVariable(
    _ statement: Statement, _ keyword: GlobalKeyword
  ) throws(StatementProblem) {
    let word = keyword.rawValue
    if let problem = statement.unexpectedArgument(after: 2) {
      throw StatementProblem(text: problem)
    }
    let name = statement[1]
    guard !name.isEmpty else {
      throw StatementProblem(text: "'\(word)' expects environment variable name.\n.")
    }
    guard !statement[2].isEmpty else {
      throw StatementProblem(
        text: "'\(word)' expects environment variable value for '\(name)'.\n.")
    }
    do {
      if keyword == .setenv {
        try environment.set(name, to: statement[2])
      } else {
        try environment.preset(name, to: statement[2])
      }
    } catch {
      throw StatementProblem(text: "'\(word)' failed on variable '\(name)' : \(error.reason).")
    }
  }

  private mutating func unsetVariables(_ statement: Statement) throws(StatementProblem) {
    let names = statement.arguments(from: 1)
    guard !names.isEmpty else {
      throw StatementProblem(text: "'unsetenv' expects at least one variable name.")
    }
    for name in names {
      do {
        try environment.unset(name)
      } catch {
        throw StatementProblem(text: "'unsetenv' failed on variable '\(name)' : \(error.reason).")
      }
    }
  }
}
