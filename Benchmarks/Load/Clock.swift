import Glibc

/// Clocks, in nanoseconds.
enum Clock {
  /// CLOCK_MONOTONIC.
  @inline(__always) static func now() -> UInt64 { read(CLOCK_MONOTONIC) }

  /// The processor time of this process.
  static func own() -> UInt64 { read(CLOCK_PROCESS_CPUTIME_ID) }

  /// The processor time of another process, all its threads and those that the kernel runs for it
  /// included; nil when it is gone. clock_getcpuclockid(3)
  static func processor(of process: Int32) -> UInt64? {
    var clock = clockid_t()
    guard clock_getcpuclockid(process, &clock) == 0 else { return nil }
    var time = timespec()
    guard clock_gettime(clock, &time) == 0 else { return nil }
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  @inline(__always) private static func read(_ clock: clockid_t) -> UInt64 {
    var time = timespec()
    _ = clock_gettime(clock, &time)
    return UInt64(bitPattern: Int64(time.tv_sec)) &* 1_000_000_000
      &+ UInt64(bitPattern: Int64(time.tv_nsec))
  }
}
