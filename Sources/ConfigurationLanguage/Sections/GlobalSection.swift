import Basics

/// The lines of `global`. HAProxy manual, section 3.
extension ConfigurationDraft {
  mutating func readGlobal(_ statement: Statement) {
    let name = statement[0]
    switch KeywordTable.global.meaning(of: name) {
    case .keyword(let keyword): readGlobal(statement, keyword)
    case .other(.ignored): break
    case .other(.notSupported):
      // Taking back what is never in force is no mistake.
      guard statement.modifier != .no else { return }
      let second = name == "stats" && !statement[1].isEmpty ? " \(statement[1])" : ""
      diagnostics.alert(at: statement.location, notSupported(name + second))
    case .unknown:
      let suggestion = KeywordTable.global.suggestion(for: name)
      diagnostics.alert(
        at: statement.location, "unknown keyword '\(name)' in 'global' section\(suggestion)")
    }
  }

  private mutating func readGlobal(_ statement: Statement, _ keyword: GlobalKeyword) {
    switch keyword {
    case .daemon, .quiet, .zeroWarning, .noepoll, .nosplice, .noreuseport, .noIOURing,
      .exposeDeprecated, .strictLimits, .insecureForkWanted, .tuneDisableZeroCopy,
      .preallocDescriptors, .noMemoryTrimming:
      readSwitch(statement, keyword)
    case .setDumpable: readDumpable(statement)
    case .externalCheck: readExternalCheckPermission(statement)
    case .setVariable, .setVariableFormat: readGlobalVariable(statement, keyword)
    case .numaCPUMapping:
      guard statement.modifier != .no else { return }
      diagnostics.alert(at: statement.location, notSupported("numa-cpu-mapping"))
    case .chroot, .pidfile, .node, .description, .logTag, .logSendHostname, .user, .group:
      readText(statement, keyword)
    case .uid, .gid: readIdentity(statement, keyword)
    case .log: readGlobalLog(statement)
    case .cpuMap: readProcessorMap(statement)
    case .cpuSet: readProcessorChoice(statement)
    case .cpuPolicy: readProcessorPolicy(statement)
    case .threadHardLimit: readThreadLimit(statement)
    case .threadGroup: readThreadGroup(statement)
    case .tuneNicenessRuntime, .tuneNicenessStartup: readNiceness(statement, keyword)
    case .setcap: readCapabilities(statement)
    case .localpeer: readLocalPeer(statement)
    case .defaultPath: readDefaultPath(statement)
    case .maxconn, .maxpipes, .ulimitN, .descriptorHardLimit, .spreadChecks, .maxconnrate,
      .maxsessrate:
      readLimit(statement, keyword)
    case .nbthread, .threadGroups: readThreads(statement, keyword)
    case .hardStopAfter, .grace, .maxSpreadChecks: readGlobalTime(statement, keyword)
    case .unixBind: readUnixBind(statement)
    case .setenv, .presetenv, .unsetenv, .resetenv: readEnvironment(statement, keyword)
    case .tuneSplice: readSplice(statement)
    case .tuneStickCounters: readStickCounters(statement)
    case .tunePassThroughZeroCopy: readZeroCopy(statement)
    case .tuneBuffers, .tuneBufsize, .tuneEngine, .tuneMaxChecksPerThread,
      .tuneMaxaccept, .tunePipesize,
      .tuneReceiveClient, .tuneReceiveServer, .tuneSendClient, .tuneSendServer,
      .tuneNotSentClient, .tuneNotSentServer, .tuneSendBackend:
      readTune(statement, keyword)
    case .nbproc:
      diagnostics.alert(
        at: statement.location,
        "nbproc is not supported any more since HAProxy 2.5. Threads will automatically be used on "
          + "multi-processor machines if available.")
    case .tuneChksize:
      diagnostics.alert(
        at: statement.location,
        "option 'tune.chksize' is not supported any more (tune.bufsize is used instead).")
    }
  }

  /// Says that a keyword came before; the first one counts, and the process may start.
  ///
  /// - Returns: whether it is the first one.
  mutating func isFirst(_ keyword: GlobalKeyword, _ statement: Statement) -> Bool {
    if seenInGlobal.insert(keyword).inserted { return true }
    switch keyword {
    case .spreadChecks:
      diagnostics.complaint(
        "config : parsing [\(statement.location)]: spread-checks already specified. Continuing.")
    default:
      diagnostics.complaint(
        at: statement.location, "'\(keyword.rawValue)' already specified. Continuing.")
    }
    return false
  }

  // MARK: Switches

  private mutating func readSwitch(_ statement: Statement, _ keyword: GlobalKeyword) {
    guard acceptsOnly(0, statement) else { return }
    switch keyword {
    case .daemon: global.isDaemon = true
    case .quiet: global.isQuiet = true
    case .preallocDescriptors: global.preallocatesDescriptors = true
    case .noMemoryTrimming: global.keepsMemory = true
    case .zeroWarning: global.isZeroWarning = true
    case .nosplice, .tuneDisableZeroCopy: global.isSpliceDisabled = true
    case .noreuseport: global.isReuseportDisabled = true
    case .noIOURing: global.engine = .epoll
    case .exposeDeprecated: allowsDeprecated = true
    case .insecureForkWanted: global.permitsFork = statement.modifier != .no
    case .strictLimits: global.isStrictLimits = statement.modifier != .no
    default:
      // Without epoll there would be nothing left where the kernel does not permit io_uring.
      diagnostics.warning(
        at: statement.location,
        "'noepoll' is ignored: epoll is what Sluice falls back to where io_uring is not permitted.")
    }
  }

  private mutating func readDumpable(_ statement: Statement) {
    guard acceptsOnly(1, statement) else { return }
    guard statement.modifier != .no else {
      global.isDumpable = false
      return
    }
    switch statement[1] {
    case "", "on": global.isDumpable = true
    case "off": global.isDumpable = false
    case "libs":
      diagnostics.alert(at: statement.location, notSupported("set-dumpable libs"))
    default:
      diagnostics.alert(
        at: statement.location,
        "'set-dumpable' only supports 'on' and 'off' as an argument, found '\(statement[1])'.")
    }
  }

  private mutating func readExternalCheckPermission(_ statement: Statement) {
    guard acceptsOnly(1, statement) else { return }
    switch statement[1] {
    case "": global.externalCheck = .fresh
    case "preserve-env": global.externalCheck = .preserved
    default:
      diagnostics.alert(
        at: statement.location,
        "'external-check' only supports 'preserve-env' as an argument, found '\(statement[1])'.")
    }
  }

  // MARK: Texts

  private mutating func readText(_ statement: Statement, _ keyword: GlobalKeyword) {
    switch keyword {
    case .description: readGlobalDescription(statement)
    case .logSendHostname:
      guard isFirst(keyword, statement) else { return }
      global.logSendHostname = statement[1]
    case .node: readNode(statement)
    case .logTag:
      guard acceptsOnly(1, statement) else { return }
      guard !statement[1].isEmpty else {
        diagnostics.alert(
          at: statement.location, "'log-tag' expects a tag for use in syslog.")
        return
      }
      global.logTag = statement[1]
    case .user, .group: readOwner(statement, keyword)
    default: readPath(statement, keyword)
    }
  }

  private mutating func readPath(_ statement: Statement, _ keyword: GlobalKeyword) {
    let name = keyword.rawValue
    guard acceptsOnly(1, statement) else { return }
    guard seenInGlobal.insert(keyword).inserted else {
      let verb = keyword == .chroot ? "is already" : "already"
      diagnostics.warning(
        at: statement.location, "'\(name)' \(verb) specified. Continuing.")
      return
    }
    guard !statement[1].isEmpty else {
      seenInGlobal.remove(keyword)
      let what = keyword == .chroot ? "a directory" : "a file name"
      diagnostics.alert(at: statement.location, "'\(name)' expects \(what) as an argument.")
      return
    }
    guard keyword == .chroot else {
      global.pidfile = statement[1]
      return
    }
    guard statement[1] != "auto" else {
      diagnostics.alert(at: statement.location, notSupported("chroot auto"))
      return
    }
    global.chroot = statement[1]
  }

  private mutating func readGlobalDescription(_ statement: Statement) {
    guard !statement[1].isEmpty else {
      diagnostics.alert(
        closeTo: statement.location, "'description' expects a string argument.")
      return
    }
    global.description = statement.arguments(from: 1).joined(separator: " ")
  }

  private mutating func readNode(_ statement: Statement) {
    guard acceptsOnly(1, statement) else { return }
    let name = statement[1]
    // A colon is the one character that names of proxies may have and this one may not.
    guard forbiddenCharacter(in: name) == nil, !name.contains(":") else {
      diagnostics.alert(
        closeTo: statement.location,
        "'node' requires valid node name - non-empty string with digits(0-9), letters(A-Z, a-z), "
          + "dot(.), hyphen(-) or underscode(_).")
      return
    }
    global.node = name
  }

  // MARK: Users

  private mutating func readOwner(_ statement: Statement, _ keyword: GlobalKeyword) {
    guard acceptsOnly(1, statement), isFirstOwner(statement, keyword) else { return }
    guard !statement[1].isEmpty else {
      diagnostics.alert(
        at: statement.location,
        "cannot find \(keyword == .user ? "user" : "group") id for '' (0:Success)")
      return
    }
    if keyword == .user { global.user = statement[1] } else { global.group = statement[1] }
  }

  private mutating func readIdentity(_ statement: Statement, _ keyword: GlobalKeyword) {
    guard acceptsOnly(1, statement), isFirstOwner(statement, keyword) else { return }
    let text = statement[1]
    guard !text.isEmpty else {
      diagnostics.alert(
        at: statement.location, "'\(keyword.rawValue)' expects an integer argument.")
      return
    }
    guard let number = UInt32(text) else {
      let other = keyword == .uid ? "user" : "group"
      diagnostics.warning(
        at: statement.location,
        " \(keyword.rawValue): string '\(text)' is not a number.\n   | You might want to use the "
          + "'\(other)' parameter to use a system \(other) name.")
      return
    }
    if keyword == .uid { global.uid = number } else { global.gid = number }
  }

  private mutating func isFirstOwner(_ statement: Statement, _ keyword: GlobalKeyword) -> Bool {
    let isUser = keyword == .user || keyword == .uid
    let isTaken =
      isUser
      ? global.user != nil || global.uid != nil : global.group != nil || global.gid != nil
    guard isTaken else { return true }
    let what: String =
      switch keyword {
      case .gid: "group/gid already"
      case .group: "gid/group was already"
      default: "user/uid already"
      }
    diagnostics.complaint(at: statement.location, "\(what) specified. Continuing.")
    return false
  }
}
