internal import CLiburing
internal import ConfigurationLanguage
internal import Glibc

/// What the system says about itself and about this process.
enum Machine {
  /// `Linux 6.1.0 #1 SMP x86_64`; uname(2)
  static var system: String {
    var name = utsname()
    guard unsafe uname(&name) == 0 else { return "unknown" }
    return [
      text(of: name.sysname), text(of: name.release), text(of: name.version),
      text(of: name.machine),
    ].joined(separator: " ")
  }

  /// gethostname(2)
  static var hostName: String {
    var name = utsname()
    return unsafe uname(&name) == 0 ? text(of: name.nodename) : "localhost"
  }

  /// The path the kernel started; getauxval(3) with AT_EXECFN.
  static var executable: String? {
    guard let path = unsafe sluice_executable() else { return nil }
    return unsafe String(cString: path)
  }

  /// How many CPUs this process may use, at least 1; sched_getaffinity(2)
  static var cpuCount: Int { Int(sluice_cpu_count()) }

  /// The processors that this thread may run on; sched_getaffinity(2)
  static var processors: Set<Int> {
    var allowed = [UInt8](repeating: 0, count: ProcessorSet.numberMax + 1)
    guard unsafe sluice_get_affinity(&allowed, Int32(allowed.count)) == 0 else { return [] }
    return Set(allowed.indices.filter { allowed[$0] != 0 })
  }

  /// Lets this thread, and those that it starts, run on some processors only; sched_setaffinity(2)
  ///
  /// - Returns: whether the kernel did it.
  @discardableResult
  static func run(on processors: Set<Int>) -> Bool {
    var allowed = [UInt8](repeating: 0, count: ProcessorSet.numberMax + 1)
    for number in processors where allowed.indices.contains(number) { allowed[number] = 1 }
    return unsafe sluice_set_affinity(allowed, Int32(allowed.count)) == 0
  }

  /// Fills memory when it is allocated and freed; mallopt(3)
  static func poisonMemory(_ byte: UInt8) { sluice_poison_memory(Int32(byte)) }

  /// Gives free memory back to the kernel; malloc_trim(3)
  static func trimMemory() { sluice_trim_memory() }

  /// Name and value of every variable; the first of equal names counts. environ(7)
  static var environment: [String: String] {
    var variables: [String: String] = [:]
    guard var entry = unsafe sluice_environment() else { return variables }
    while let text = unsafe entry.pointee {
      let bytes = unsafe Array(UnsafeRawBufferPointer(start: text, count: strlen(text)))
      if let equals = bytes.firstIndex(of: UInt8(ascii: "=")) {
        let name = String(decoding: bytes[..<equals], as: UTF8.self)
        if variables[name] == nil {
          variables[name] = String(decoding: bytes[(equals + 1)...], as: UTF8.self)
        }
      }
      unsafe entry += 1
    }
    return variables
  }

  /// Replaces the environment. Only while the process has a single thread.
  static func setEnvironment(_ variables: [String: String]) {
    clearenv()
    for (name, value) in variables { _ = unsafe setenv(name, value, 1) }
    tzset()
  }

  /// The text in one of uname's arrays.
  private static func text<Field>(of field: Field) -> String {
    unsafe withUnsafeBytes(of: field) { bytes in
      unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}
