import Basics

/// The words of a `server` or `default-server` line. HAProxy manual, section 5.2.
struct ServerLine {
  /// What came of one word.
  enum Outcome {
    case accepted
    /// It is accepted, with a warning.
    case warning(String)
    /// An alert that does not keep the process from starting.
    case complaint(String)
    /// An error; the rest of the line is not read.
    case wrong(String)
  }

  struct Problem: Error {
    let text: String
  }

  let statement: Statement
  var server: ServerDraft
  /// The word that is read next.
  var index: Int
  /// The servers of the proxy so far, for their ids.
  var used: [ServerDraft] = []

  init(statement: Statement, server: ServerDraft, index: Int) {
    self.statement = statement
    self.server = server
    self.index = index
  }

  var word: String { statement[index] }
  var argument: String { statement[index + 1] }

  /// Applies the word at `index` and steps over it and its argument.
  mutating func apply(_ keyword: ServerKeyword) -> Outcome {
    if let outcome = applyFlag(keyword) {
      index += 1
      return outcome
    }
    let outcome = applyValue(keyword)
    index += 2
    return outcome
  }

  /// Applies a word that stands for itself.
  ///
  /// - Returns: nil when the keyword takes a value.
  mutating func applyFlag(_ keyword: ServerKeyword) -> Outcome? {
    switch keyword {
    case .backup: server.settings.isBackup = true
    case .noBackup: server.settings.isBackup = false
    case .disabled: server.settings.isDisabled = true
    case .enabled: server.settings.isDisabled = false
    case .agentCheck: server.isAgentChecked = true
    case .noAgentCheck: server.isAgentChecked = false
    case .check: server.isChecked = true
    case .noCheck: server.isChecked = false
    case .checkSendProxy: server.checkSendsProxy = true
    case .noCheckSendProxy: server.checkSendsProxy = false
    case .sendProxy: server.sendsProxyV1 = true
    case .noSendProxy: server.sendsProxyV1 = false
    case .sendProxyV2: server.sendsProxyV2 = true
    case .noSendProxyV2: server.sendsProxyV2 = false
    case .nonStick: server.settings.isSticky = false
    case .stick: server.settings.isSticky = true
    case .usesrc: return .wrong("'usesrc' only allowed after a 'source' statement.")
    case .initialState, .proxyOptions, .proxyValue: return nil
    case .addr, .agentAddress, .agentInter, .agentPort, .agentSend, .cookie, .downinter,
      .errorLimit, .fall, .fastinter, .hashKey, .id, .initAddr, .inter, .maxconn, .maxqueue,
      .minconn, .observe, .onError, .onMarkedDown, .onMarkedUp, .port, .redir, .rise, .slowstart,
      .source, .track, .userTimeout, .weight:
      return nil
    }
    return .accepted
  }

  private mutating func applyValue(_ keyword: ServerKeyword) -> Outcome {
    switch keyword {
    case .inter, .fastinter, .downinter, .agentInter: return setInterval(keyword)
    case .agentAddress, .agentPort, .agentSend: return setAgent(keyword)
    case .slowstart: return setSlowstart()
    case .errorLimit, .fall, .rise: return setCount(keyword)
    case .maxconn, .maxqueue, .minconn: return setLimit(keyword)
    case .hashKey: return setHashKey()
    case .initialState: return setInitialState()
    case .proxyOptions: return setProxyOptions()
    case .id: return setID()
    case .port: return setPort()
    case .weight: return setWeight()
    case .observe: return setObserve()
    case .onError: return setOnError()
    case .onMarkedDown, .onMarkedUp: return setOnMarked(keyword)
    case .cookie, .redir, .track: return setText(keyword)
    case .userTimeout:
      switch ConfigurationDraft.userTimeout(argument) {
      case .success(let milliseconds):
        server.settings.userTimeoutMilliseconds = milliseconds == 0 ? nil : milliseconds
        return .accepted
      case .failure(let problem): return .wrong(problem.text)
      }
    default:
      invariant(false, "flags and addresses are applied elsewhere")
      return .accepted
    }
  }

  // MARK: Times

  private mutating func setInterval(_ keyword: ServerKeyword) -> Outcome {
    let name = keyword.rawValue
    guard !argument.isEmpty else { return .wrong("'\(name)' expects a delay as argument.") }
    let reading: TimeText.Reading
    do {
      reading = try TimeText.read(argument, unit: .milliseconds)
    } catch .unexpected(let character) {
      // HAProxy names agent-inter here, whichever of the three it is.
      return .wrong(
        "unexpected character '\(character)' in 'agent-inter' argument of server "
          + "\(server.settings.name).")
    } catch {
      return .wrong("timer " + rangeProblem(error))
    }
    guard reading.count > 0 else {
      return .wrong(
        "invalid value 0 for argument '\(name)' of server \(server.settings.name).")
    }
    switch keyword {
    case .inter: server.check.inter = reading.duration
    case .agentInter: server.agentInter = reading.duration
    case .fastinter: server.check.fastinter = reading.duration
    default: server.check.downinter = reading.duration
    }
    guard isSuspiciouslySmall(argument) else { return .accepted }
    return .warning(
      "'\(name) \(reading.count)' in server '\(server.settings.name)' is suspiciously small for a "
        + "value in milliseconds. Please use an explicit unit ('\(reading.count)ms') if that was "
        + "the intent")
  }

  private mutating func setSlowstart() -> Outcome {
    do {
      let reading = try TimeText.read(argument, unit: .milliseconds)
      // HAProxy keeps whole seconds.
      let seconds = (Int64(reading.count) + 999) / 1000
      server.settings.slowstart = seconds == 0 ? nil : .seconds(seconds)
      return .accepted
    } catch .unexpected(let character) {
      return .wrong(
        "unexpected character '\(character)' in 'slowstart' argument of server "
          + "\(server.settings.name).")
    } catch {
      return .wrong(rangeProblem(error))
    }
  }

  private func rangeProblem(_ problem: TimeText.Problem) -> String {
    let what =
      problem == .overflow
      ? ("overflow", "maximum value is 2147483647 ms (~24.8 days)")
      : ("underflow", "minimum non-null value is 1 ms")
    return "\(what.0) in argument <\(argument)> to <\(word)> of server \(server.settings.name), "
      + "\(what.1)."
  }

  // MARK: Numbers

  private mutating func setCount(_ keyword: ServerKeyword) -> Outcome {
    let name = keyword.rawValue
    guard !argument.isEmpty else { return .wrong("'\(name)' expects an integer argument.") }
    let value = min(IntegerText.leading(argument), Int(Int32.max))
    guard value > 0 else {
      let subject = keyword == .errorLimit ? name : "'\(name)'"
      return .wrong("\(subject) has to be > 0.")
    }
    switch keyword {
    case .errorLimit: server.settings.errorLimit = value
    case .fall: server.check.fall = value
    default: server.check.rise = value
    }
    return .accepted
  }

  /// A missing or wrong number is 0, that is, no limit: HAProxy says nothing about it.
  private mutating func setLimit(_ keyword: ServerKeyword) -> Outcome {
    let value = max(0, min(IntegerText.leading(argument), Int(Int32.max)))
    switch keyword {
    case .maxconn: server.settings.maxconn = value
    case .maxqueue: server.settings.maxqueue = value
    default: server.settings.minconn = value
    }
    return .accepted
  }

  private mutating func setID() -> Outcome {
    guard !argument.isEmpty else { return .wrong("'id' : expects an integer argument") }
    let id = IntegerText.leading(argument)
    guard (1...Int(UInt32.max)).contains(id) else {
      return .wrong("'id' : custom id has to be between 1 and 4294967295.")
    }
    if let other = used.first(where: { $0.hasForcedID && $0.settings.id == id }) {
      return .wrong(
        "'id' : custom id \(id) already used at \(other.settings.location) ('server "
          + "\(other.settings.name)')")
    }
    server.settings.id = id
    server.hasForcedID = true
    return .accepted
  }

  private mutating func setPort() -> Outcome {
    guard !argument.isEmpty else { return .wrong("'port' expects a port number as argument.") }
    let port = UInt16(truncatingIfNeeded: IntegerText.leading(argument))
    server.check.port = port == 0 ? nil : port
    return .accepted
  }

  private mutating func setAgent(_ keyword: ServerKeyword) -> Outcome {
    let name = keyword.rawValue
    guard !argument.isEmpty else {
      let what: String =
        switch keyword {
        case .agentAddress: "an address"
        case .agentPort: "a port number"
        default: "a string"
        }
      return .wrong("'\(name)' expects \(what) as argument.")
    }
    switch keyword {
    case .agentPort:
      server.agentPort = UInt16(truncatingIfNeeded: IntegerText.leading(argument))
    case .agentSend: server.agentSend = statement.bytes(index + 1)
    default:
      guard let address = IPAddress(argument) else {
        return .wrong(
          "parsing agent-addr failed. Check if '\(argument)' is correct address.")
      }
      server.agentAddress = address
    }
    return .accepted
  }

  private mutating func setWeight() -> Outcome {
    let weight = IntegerText.leading(argument)
    guard (0...256).contains(weight) else {
      return .wrong(
        "weight of server \(server.settings.name) is not within 0 and 256 "
          + "(\(Int32(truncatingIfNeeded: weight))).")
    }
    server.settings.weight = weight
    return .accepted
  }

  // MARK: Words

  private mutating func setObserve() -> Outcome {
    switch argument {
    case "": return .wrong("'observe' expects <mode> as argument.")
    case "none": server.settings.observesLayer4 = false
    case "layer4": server.settings.observesLayer4 = true
    case "layer7": return .complaint("'layer7' can only be used in http proxies.")
    default:
      return .wrong(
        "'observe' expects one of 'none', 'layer4', 'layer7' but got '\(argument)'")
    }
    return .accepted
  }

  private mutating func setHashKey() -> Outcome {
    guard let key = ServerHashKey(rawValue: argument) else {
      return .wrong("'hash-key' has to be 'id', 'id32', 'guid', 'addr', or 'addr-port'")
    }
    server.settings.hashKey = key
    return .accepted
  }

  private mutating func setInitialState() -> Outcome {
    guard let state = ServerConfiguration.InitialState(rawValue: argument) else {
      return .wrong(
        "'init-state' expects one of 'none', 'fully-up', 'up', 'down', or 'fully-down' but got "
          + "'\(argument)'")
    }
    server.settings.initialState = state
    return .accepted
  }

  private mutating func setProxyOptions() -> Outcome {
    for option in argument.split(separator: ",", omittingEmptySubsequences: false) {
      switch option {
      case "crc32c": server.settings.proxyHeader.hasChecksum = true
      case "unique-id": server.settings.proxyHeader.hasUniqueID = true
      case "ssl", "cert-cn", "cert-key", "cert-sig", "ssl-cipher", "authority":
        return .wrong(String(notSupported("proxy-v2-options \(option)").dropLast()))
      // HAProxy's words for an option that it does not know either.
      default: return .wrong("'\(option)' : proxy v2 option not implemented")
      }
    }
    return .accepted
  }

  private mutating func setOnError() -> Outcome {
    switch argument {
    case "fastinter": server.settings.onError = .fastInter
    case "fail-check": server.settings.onError = .failCheck
    case "sudden-death": server.settings.onError = .suddenDeath
    case "mark-down": server.settings.onError = .markDown
    default:
      return .wrong(
        "'on-error' expects one of 'fastinter', 'fail-check', 'sudden-death' or 'mark-down' but "
          + "got '\(argument)'")
    }
    return .accepted
  }

  private mutating func setOnMarked(_ keyword: ServerKeyword) -> Outcome {
    let action = keyword == .onMarkedDown ? "shutdown-sessions" : "shutdown-backup-sessions"
    guard argument == action else {
      return .wrong("'\(keyword.rawValue)' expects '\(action)' but got '\(argument)'")
    }
    if keyword == .onMarkedDown {
      server.settings.shutsDownSessionsWhenDown = true
    } else {
      server.settings.shutsDownBackupSessionsWhenUp = true
    }
    return .accepted
  }

  private mutating func setText(_ keyword: ServerKeyword) -> Outcome {
    guard !argument.isEmpty else {
      let what: String =
        switch keyword {
        case .track: "[<proxy>/]<server>"
        case .redir: "<prefix>"
        default: "<value>"
        }
      return .wrong("'\(keyword.rawValue)' expects \(what) as argument.")
    }
    switch keyword {
    case .track: server.track = argument
    case .redir: server.hasRedirection = true
    default: server.hasCookie = true
    }
    return .accepted
  }

  /// The type in `set-proxy-v2-tlv-fmt(<type>)`, decimal, hexadecimal or octal; 0 without one.
  static func valueType(_ word: String) -> Result<UInt8, Problem> {
    guard let start = word.firstIndex(of: "(") else { return .success(0) }
    var digits = word[word.index(after: start)...]
    let end = digits.firstIndex(of: ")")
    if let end { digits = digits[..<end] }
    let radix = digits.lowercased().hasPrefix("0x") ? 16 : digits.hasPrefix("0") ? 8 : 10
    let plain = radix == 16 ? digits.dropFirst(2) : digits
    guard let first = plain.first, first.isHexDigit, let number = UInt(plain, radix: radix) else {
      return .failure(Problem(text: "'\(word)' : could not convert TLV ID"))
    }
    guard end != nil else {
      return .failure(Problem(text: "'\(word)' : expects set-proxy-v2-tlv(<TLV ID>)"))
    }
    guard let type = UInt8(exactly: number) else {
      return .failure(Problem(text: "'\(word)' : the maximum allowed TLV ID is 255"))
    }
    return .success(type)
  }

  /// `init-addr`: methods separated by commas.
  func initAddress() -> Result<InitAddress, Problem> {
    var methods: [InitAddress.Method] = []
    for text in AddressText.list(argument) {
      let method: InitAddress.Method
      switch text {
      case "last": method = .last
      case "libc": method = .libc
      case "none": method = .none
      default:
        guard let ip = IPAddress(text) else {
          return .failure(
            Problem(
              text: "'init-addr' : unknown init-addr method '\(text)', supported methods are "
                + "'libc', 'last', 'none'."))
        }
        let hasAddress = methods.contains { if case .ip = $0 { true } else { false } }
        guard !hasAddress else {
          return .failure(
            Problem(
              text: "'init-addr' : initial address already specified, cannot add '\(text)'."))
        }
        method = .ip(ip)
      }
      guard methods.count < 4 else {
        return .failure(
          Problem(text: "'init-addr' : too many init-addr methods when trying to add '\(text)'"))
      }
      methods.append(method)
    }
    var result = InitAddress()
    result.methods = methods
    return .success(result)
  }
}
