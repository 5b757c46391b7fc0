internal import Administration
internal import Glibc

/// The limits the kernel sets for this process.
struct ResourceLimits {
  let programName: String
  /// `strict-limits`: whether a limit that cannot be had is fatal.
  let isStrict: Bool
  let console: Console

  /// Soft and hard limit of descriptors; getrlimit(RLIMIT_NOFILE).
  static var descriptors: (soft: Int, hard: Int) {
    let limit = get(RLIMIT_NOFILE)
    let soft = limit.rlim_cur == .max ? Int.max : Int(clamping: limit.rlim_cur)
    return (soft, limit.rlim_max == .max ? soft : Int(clamping: limit.rlim_max))
  }

  /// Whether the kernel would let this process have that many descriptors. Leaves the limit alone.
  static func isPermitted(_ count: Int) -> Bool {
    let before = get(RLIMIT_NOFILE)
    guard UInt64(count) > before.rlim_max else { return true }
    var wanted = rlimit(rlim_cur: rlim_t(count), rlim_max: rlim_t(count))
    let result = set(RLIMIT_NOFILE, &wanted)
    var old = before
    _ = set(RLIMIT_NOFILE, &old)
    return result
  }

  /// Raises the limit of descriptors to what was planned.
  ///
  /// - Returns: false when the process must not go on.
  func raiseDescriptors(_ limits: inout ProcessLimits) -> Bool {
    let before = ResourceLimits.get(RLIMIT_NOFILE)
    let wanted = rlim_t(limits.descriptorLimit)
    let isAboveHardLimit = limits.descriptorHardLimit.map { limits.descriptorLimit > $0 } ?? false
    if !isAboveHardLimit {
      guard wanted > before.rlim_cur else { return true }
      var new = rlimit(rlim_cur: wanted, rlim_max: max(wanted, before.rlim_max))
      if ResourceLimits.set(RLIMIT_NOFILE, &new) { return true }
    }
    let (soft, hard) = ResourceLimits.descriptors
    let text = limits.cannotRaise(programName: programName, soft: soft, hard: hard)
    if isStrict {
      console.alert(text)
      return false
    }
    let possible = min(hard, limits.descriptorHardLimit ?? hard)
    var new = rlimit(rlim_cur: rlim_t(possible), rlim_max: before.rlim_max)
    _ = ResourceLimits.set(RLIMIT_NOFILE, &new)
    console.warning(
      "[\(programName).main()] Cannot raise FD limit to \(limits.descriptorLimit), limit is "
        + "\(possible).")
    console.warning(text)
    limits.descriptorLimit = possible
    return true
  }

  /// `-m`
  ///
  /// - Returns: false when the process must not go on.
  func limitMemory(megabytes: Int) -> Bool {
    guard megabytes > 0 else { return true }
    let bytes = rlim_t(megabytes) * 1_048_576
    var limit = rlimit(rlim_cur: bytes, rlim_max: bytes)
    if ResourceLimits.set(RLIMIT_DATA, &limit) { return true }
    let text = "[\(programName).main()] Cannot fix MEM limit to \(megabytes) megs."
    isStrict ? console.alert(text) : console.warning(text)
    return !isStrict
  }

  /// Whether the limit is as high as planned, at the end.
  ///
  /// - Returns: false when the process must not go on.
  func checkDescriptors(_ limits: ProcessLimits) -> Bool {
    let soft = ResourceLimits.descriptors.soft
    guard soft < limits.socketsMax else { return true }
    console.alert(limits.tooLow(programName: programName, soft: soft))
    return !isStrict
  }

  /// `set-dumpable`: lifts what keeps the kernel from writing a core.
  ///
  /// - Parameter programPath: argv[0].
  /// - Returns: false when the process must not go on.
  func permitCore(programPath: String) -> Bool {
    for (resource, name) in [(RLIMIT_FSIZE, "maximum file size"), (RLIMIT_CORE, "core dump size")] {
      var limit = rlimit(rlim_cur: .max, rlim_max: .max)
      if ResourceLimits.set(resource, &limit) { continue }
      let text = "[\(programPath).main()] Failed to set the raise the \(name)."
      isStrict ? console.alert(text) : console.warning(text)
      if isStrict { return false }
    }
    if !Capability.makeDumpable() {
      console.warning(
        "[\(programPath).main()] Failed to set the dumpable flag, no core will be dumped.")
    }
    return true
  }

  /// `prealloc-fd`: has the kernel make its table of descriptors as large as it can get, all at once.
  /// dup2(2)
  static func touchDescriptors() {
    let last = Int32(clamping: descriptors.soft - 1)
    guard fcntl(last, F_GETFD) == -1, dup2(STDIN_FILENO, last) != -1 else { return }
    close(last)
  }

  private static func get(_ resource: __rlimit_resource) -> rlimit {
    var limit = rlimit()
    _ = unsafe getrlimit(__rlimit_resource_t(resource.rawValue), &limit)
    return limit
  }

  private static func set(_ resource: __rlimit_resource, _ limit: inout rlimit) -> Bool {
    unsafe setrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0
  }
}
