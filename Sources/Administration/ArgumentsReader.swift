/// Reads a command line as HAProxy does: only the first letters of a flag count, a value is always
/// the next word, and the first flag that ends the program decides.
public struct ArgumentsReader {
  private var arguments: Arguments
  private var words: ArraySlice<String>
  /// Set when a flag decided how the program ends.
  private var outcome: ArgumentsOutcome?

  private init(programPath: String, words: ArraySlice<String>) {
    arguments = Arguments(programPath: programPath)
    self.words = words
  }

  /// - Parameter commandLine: argv, the program's name first.
  /// - Returns: what the command line asks for.
  public static func read(_ commandLine: [String]) -> ArgumentsOutcome {
    var reader = ArgumentsReader(
      programPath: commandLine.first ?? "sluice", words: commandLine.dropFirst())
    while reader.outcome == nil, let word = reader.words.popFirst() {
      guard word.utf8.first == UInt8(ascii: "-") else { return .usage(alerts: []) }
      reader.handle(flag: Array(word.utf8.dropFirst()))
    }
    return reader.outcome ?? .run(reader.arguments)
  }

  private mutating func handle(flag: [UInt8]) {
    let second = flag.count > 1 ? flag[1] : 0
    switch (flag.first ?? 0, second) {
    case (UInt8(ascii: "v"), _): outcome = .version(versionKind(flag))
    case (UInt8(ascii: "d"), _): handleDebug(second, rest: flag.dropFirst(2))
    case (UInt8(ascii: "V"), _): arguments.modes.insert(.verbose)
    case (UInt8(ascii: "c"), UInt8(ascii: "c")):
      arguments.condition = words.popFirst().map { .text($0) } ?? .missing
    case (UInt8(ascii: "4"), _): break  // Restricts the `resolvers` sections only.
    case (UInt8(ascii: "c"), _): arguments.modes.insert(.check)
    case (UInt8(ascii: "D"), _): arguments.modes.insert(.daemon)
    case (UInt8(ascii: "q"), _): arguments.modes.insert(.quiet)
    case (UInt8(ascii: "W"), _), (UInt8(ascii: "x"), _), (UInt8(ascii: "S"), _):
      handleUnsupported(flag)
    case (UInt8(ascii: "s"), UInt8(ascii: "f")): handleOldProcesses("sf", .finish)
    case (UInt8(ascii: "s"), UInt8(ascii: "t")): handleOldProcesses("st", .terminate)
    case (UInt8(ascii: "-"), 0):
      arguments.configurationFiles += words
      words = []
    default: handleValue(of: flag.first ?? 0)
    }
  }

  private func versionKind(_ flag: [UInt8]) -> VersionText.Kind {
    switch String(decoding: flag, as: UTF8.self) {
    case "vq": .plain
    case "vqs": .plainShort
    case "vqb": .plainBranch
    default: flag.count > 1 && flag[1] == UInt8(ascii: "v") ? .build : .short
    }
  }

  /// `-d…`: a letter that means nothing makes it plain `-d`.
  private mutating func handleDebug(_ letter: UInt8, rest: ArraySlice<UInt8>) {
    switch letter {
    case UInt8(ascii: "b"): arguments.modes.insert(.foreground)
    case UInt8(ascii: "D"): arguments.modes.insert(.diagnostic)
    case UInt8(ascii: "W"): arguments.modes.insert(.zeroWarning)
    case UInt8(ascii: "M"): handlePoison(rest)
    case UInt8(ascii: "r"): arguments.isResolutionFailureIgnored = true
    case UInt8(ascii: "e"): arguments.isEpollDisabled = true
    case UInt8(ascii: "p"): break  // There is no poll() to disable.
    case UInt8(ascii: "S"): arguments.isSpliceDisabled = true
    case UInt8(ascii: "R"): arguments.isReuseportDisabled = true
    case UInt8(ascii: "V"): arguments.isServerVerifyDisabled = true
    case UInt8(ascii: "K"): arguments.keywordClasses = String(decoding: rest, as: UTF8.self)
    case UInt8(ascii: "I"): break  // Forks are never forbidden.
    case UInt8(ascii: "G"), UInt8(ascii: "c"), UInt8(ascii: "F"), UInt8(ascii: "Z"),
      UInt8(ascii: "C"), UInt8(ascii: "L"), UInt8(ascii: "A"),
      UInt8(ascii: "t"), UInt8(ascii: "T"):
      handleUnsupported([UInt8(ascii: "d"), letter])
    default: arguments.modes.insert(.debug)
    }
  }

  private mutating func handlePoison(_ text: ArraySlice<UInt8>) {
    if text.isEmpty {
      arguments.poisonByte = 0x50
      return
    }
    let string = String(decoding: text, as: UTF8.self)
    let number =
      string.hasPrefix("0x") || string.hasPrefix("0X")
      ? Int(string.dropFirst(2), radix: 16) : Int(string)
    guard let number else {
      outcome = .failure(alerts: ["-dM: '\(string)' is known but not supported by this version."])
      return
    }
    arguments.poisonByte = UInt8(truncatingIfNeeded: number)
  }

  private mutating func handleUnsupported(_ flag: [UInt8]) {
    outcome = .failure(alerts: [
      "'-\(String(decoding: flag, as: UTF8.self))' is known but not supported yet by this version."
    ])
  }

  private mutating func handleOldProcesses(
    _ flag: String, _ signal: Arguments.OldProcessSignal
  ) {
    arguments.oldProcessSignal = signal
    while let word = words.first, word.utf8.first != UInt8(ascii: "-") {
      words.removeFirst()
      // As strtol(3) with base 10: leading blanks, digits, then only blanks may follow. Lists such
      // as the output of pidof in quotes are errors.
      let trimmed = word.utf8.drop { $0 == UInt8(ascii: " ") || (9...13).contains($0) }
      let digits = trimmed.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      let rest = trimmed.dropFirst(digits.count)
        .drop { $0 == UInt8(ascii: " ") || (9...13).contains($0) }
      if !rest.isEmpty {
        let text = String(decoding: rest, as: UTF8.self)
        outcome = .failure(alerts: [
          "-\(flag) option: some bytes unconsumed in PID list {\(text)}"
        ])
        return
      }
      guard let number = Int32(String(decoding: digits, as: UTF8.self)), number > 0 else {
        outcome = .usage(alerts: [])
        return
      }
      arguments.oldProcesses.append(number)
    }
  }

  private mutating func handleValue(of letter: UInt8) {
    guard let value = words.popFirst() else {
      outcome = .usage(alerts: [])
      return
    }
    switch letter {
    case UInt8(ascii: "C"): arguments.directory = value
    case UInt8(ascii: "n"): arguments.maxconn = leadingInteger(value)
    case UInt8(ascii: "m"): arguments.memoryMegabytes = leadingInteger(value)
    case UInt8(ascii: "N"): arguments.proxyMaxconn = leadingInteger(value)
    case UInt8(ascii: "L"): arguments.localPeer = value
    case UInt8(ascii: "f"): arguments.configurationFiles.append(value)
    case UInt8(ascii: "p"): arguments.pidfile = value
    default: outcome = .usage(alerts: [])
    }
  }

  /// As atol(3): whatever number the text begins with, else 0.
  private func leadingInteger(_ text: String) -> Int {
    let bytes = text.utf8.drop { $0 == UInt8(ascii: " ") || (9...13).contains($0) }
    let isNegative = bytes.first == UInt8(ascii: "-")
    let unsigned =
      isNegative || bytes.first == UInt8(ascii: "+") ? bytes.dropFirst() : bytes
    let digits = unsigned.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    let number = Int(String(decoding: digits, as: UTF8.self)) ?? (digits.isEmpty ? 0 : .max)
    return isNegative ? -number : number
  }
}
