/// `tune.*` in `global`. HAProxy manual, section 3.2, and Sluice's own.
extension ConfigurationDraft {
  mutating func readTune(_ statement: Statement, _ keyword: GlobalKeyword) {
    let name = keyword.rawValue
    guard acceptsOnly(1, statement) else { return }
    let text = statement[1]
    if isSetOnce(keyword), seenInGlobal.contains(keyword) {
      diagnostics.warning(
        at: statement.location, "'\(name)' already specified. Continuing.")
      return
    }
    if keyword == .tuneMaxChecksPerThread {
      let count = IntegerText.leading(text)
      global.tune.checksPerThreadMax = count > 0 ? count : nil
      return
    }
    guard !text.isEmpty || keyword == .tuneEngine else {
      let period = keyword == .tuneMaxaccept || keyword == .tuneBufsize ? "" : "."
      diagnostics.alert(
        at: statement.location, "'\(name)' expects an integer argument\(period)")
      return
    }
    switch keyword {
    case .tuneEngine: setEngine(statement)
    case .tuneBuffers: setBuffers(statement)
    case .tuneMaxaccept: setMaxaccept(statement)
    default: setSize(statement, keyword)
    }
  }

  private func isSetOnce(_ keyword: GlobalKeyword) -> Bool {
    switch keyword {
    case .tuneMaxaccept, .tuneReceiveClient, .tuneReceiveServer, .tuneSendClient, .tuneSendServer,
      .tuneNotSentClient, .tuneNotSentServer, .tuneSendBackend:
      true
    default: false
    }
  }

  private mutating func setEngine(_ statement: Statement) {
    guard let engine = EngineChoice(rawValue: statement[1]) else {
      diagnostics.alert(
        at: statement.location,
        "'tune.engine' expects 'auto', 'io_uring' or 'epoll', found '\(statement[1])'.")
      return
    }
    global.engine = engine
  }

  private mutating func setBuffers(_ statement: Statement) {
    let text = statement[1]
    guard let count = IntegerText.whole(text), (16...32768).contains(count),
      count & (count - 1) == 0
    else {
      diagnostics.alert(
        at: statement.location,
        "'tune.buffers' expects a power of two between 16 and 32768, found '\(text)'.")
      return
    }
    global.tune.buffers = count
  }

  /// `tune.splice { auto | ring } [ threshold <size> ] [ patience <number> ]`
  mutating func readSplice(_ statement: Statement) {
    guard acceptsOnly(5, statement) else { return }
    let location = statement.location
    guard let mode = SpliceTuning.Mode(rawValue: statement[1]) else {
      diagnostics.alert(
        at: location, "'tune.splice' expects 'auto' or 'ring', found '\(statement[1])'.")
      return
    }
    var splice = SpliceTuning()
    splice.mode = mode
    var index = 2
    while !statement[index].isEmpty {
      let (name, value) = (statement[index], statement[index + 1])
      switch name {
      case "threshold":
        guard let size = try? SizeText.parse(value), (1...1 << 30).contains(size) else {
          diagnostics.alert(
            at: location,
            "'tune.splice threshold' expects a size from 1 byte to 1g, found '\(value)'.")
          return
        }
        splice.threshold = Int(size)
      case "patience":
        guard let count = IntegerText.whole(value), (1...255).contains(count) else {
          diagnostics.alert(
            at: location,
            "'tune.splice patience' expects an integer from 1 to 255, found '\(value)'.")
          return
        }
        splice.patience = count
      default:
        diagnostics.alert(
          at: location, "'tune.splice' expects 'threshold' or 'patience', found '\(name)'.")
        return
      }
      index += 2
    }
    global.tune.splice = splice
    spliceLocation = location
  }

  /// `tune.stick-counters <number>`
  mutating func readStickCounters(_ statement: Statement) {
    guard acceptsOnly(1, statement) else { return }
    let text = statement[1]
    guard let count = text.isEmpty ? 0 : IntegerText.whole(text) else {
      diagnostics.alert(
        at: statement.location, "\(statement[0]): '\(text)' is an invalid number")
      return
    }
    guard (0...100).contains(count) else {
      diagnostics.alert(
        at: statement.location,
        "\(statement[0]): the number of stick-counters must be between 1 and 100 (was \(count))")
      return
    }
    global.tune.stickCounters = count
  }

  /// `tune.pt.zero-copy-forwarding { on | off }`. HAProxy manual, section 3.2
  mutating func readZeroCopy(_ statement: Statement) {
    guard acceptsOnly(1, statement) else { return }
    switch statement[1] {
    case "on": global.isSpliceDisabled = false
    case "off": global.isSpliceDisabled = true
    default:
      diagnostics.alert(
        at: statement.location,
        "'\(statement[0])' expects 'on' or 'off'.")
    }
  }

  private mutating func setMaxaccept(_ statement: Statement) {
    let count = IntegerText.leading(statement[1])
    guard count <= Int(Int32.max) else {
      diagnostics.alert(
        at: statement.location,
        "'tune.maxaccept' expects -1 or an integer from 0 to INT_MAX.")
      return
    }
    guard count != 0 else { return }
    seenInGlobal.insert(.tuneMaxaccept)
    // -1 means without limit.
    global.tune.maxaccept = count < 0 ? Int(Int32.max) : count
  }

  private mutating func setSize(_ statement: Statement, _ keyword: GlobalKeyword) {
    let name = keyword.rawValue
    let size: Int
    do {
      size = Int(try SizeText.parse(statement[1]))
    } catch {
      diagnostics.alert(
        at: statement.location, "unexpected '\(error.rest)' after size passed to '\(name)'")
      return
    }
    if size > 0 { seenInGlobal.insert(keyword) }
    let limit = size > 0 ? size : nil
    switch keyword {
    case .tuneBufsize: setBufsize(size, statement)
    case .tunePipesize: global.tune.pipesize = limit
    case .tuneReceiveClient: global.tune.receiveBufferClient = limit
    case .tuneReceiveServer: global.tune.receiveBufferServer = limit
    case .tuneSendClient: global.tune.sendBufferClient = limit
    case .tuneNotSentClient: global.tune.notSentClient = limit
    case .tuneNotSentServer: global.tune.notSentServer = limit
    case .tuneSendBackend: global.tune.sendBufferLog = limit
    default: global.tune.sendBufferServer = limit
    }
  }

  private mutating func setBufsize(_ size: Int, _ statement: Statement) {
    // HAProxy rounds up to two pointers and keeps room for them.
    let most = Int(Int32.max) - 16
    guard size <= most else {
      diagnostics.alert(
        at: statement.location, "'tune.bufsize' expects a size in bytes from 0 to \(most).")
      return
    }
    guard size > 0 else {
      diagnostics.alert(
        at: statement.location, "'tune.bufsize' expects a positive integer argument.")
      return
    }
    global.tune.bufsize = (size + 15) & ~15
  }
}
