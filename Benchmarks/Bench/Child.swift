import CLinux
import Glibc

/// Where a child runs.
struct Place {
  /// One bit a core.
  var cores: UInt64
  /// A named network namespace (ip-netns(8)); nil for the harness's own.
  var namespace: String?

  /// Calls with this thread in the place, for what it starts to inherit, and goes back.
  func visit<Value>(_ body: () throws -> Value) throws -> Value {
    let home = linux_cores()
    if cores != 0 {
      guard linux_pin(cores) == 0 else { throw BenchFailure.call("sched_setaffinity") }
    }
    defer { _ = linux_pin(home) }
    guard let namespace else { return try body() }
    let own = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)
    let other = open("/run/netns/\(namespace)", O_RDONLY | O_CLOEXEC)
    defer {
      _ = linux_enter_network(own)
      _ = close(own)
      _ = close(other)
    }
    guard own >= 0, other >= 0, linux_enter_network(other) == 0 else {
      throw BenchFailure.call("entering network namespace \(namespace)")
    }
    return try body()
  }
}

/// A process that the harness started; killed at the latest when the value goes.
final class Child {
  let pid: pid_t
  private let input: Int32
  private let output: Int32
  private var buffered: [UInt8] = []
  private var ending: Int32?

  /// Starts a program.
  ///
  /// - Parameter log: a file for what it says; nil to read its standard output line by line.
  init(_ words: [String], at place: Place, log: String? = nil) throws {
    var (toChild, fromChild) = ([Int32](repeating: -1, count: 2), [Int32](repeating: -1, count: 2))
    guard pipe(&toChild) == 0, pipe(&fromChild) == 0 else { throw BenchFailure.call("pipe") }
    for descriptor in toChild + fromChild { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, toChild[0], 0)
    if let log {
      let flags = O_WRONLY | O_CREAT | O_APPEND
      posix_spawn_file_actions_addopen(&actions, 1, log, flags, 0o644)
      posix_spawn_file_actions_adddup2(&actions, 1, 2)
    } else {
      posix_spawn_file_actions_adddup2(&actions, fromChild[1], 1)
    }
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
    defer { for argument in arguments { free(argument) } }
    arguments.append(nil)
    var pid = pid_t()
    let result = try place.visit {
      posix_spawn(&pid, words[0], &actions, nil, arguments, environ)
    }
    _ = close(toChild[0])
    _ = close(fromChild[1])
    input = toChild[1]
    output = fromChild[0]
    self.pid = pid
    guard result == 0 else {
      ending = 127
      throw BenchFailure("\(words[0]): \(String(cString: strerror(result)))")
    }
  }

  deinit {
    if ending == nil {
      kill(pid, SIGKILL)
      waitpid(pid, nil, 0)
    }
    _ = close(input)
    _ = close(output)
  }

  // MARK: Talking

  func write(_ line: String) throws {
    let bytes = Array((line + "\n").utf8)
    guard Glibc.write(input, bytes, bytes.count) == bytes.count else {
      throw BenchFailure.call("write to process \(pid)")
    }
  }

  /// The next line of its standard output.
  func readLine(withinMilliseconds limit: Int) throws -> String {
    let deadline = Moment.now + UInt64(limit) * 1_000_000
    while true {
      if let end = buffered.firstIndex(of: UInt8(ascii: "\n")) {
        let line = String(decoding: buffered[..<end], as: UTF8.self)
        buffered.removeSubrange(...end)
        return line
      }
      let now = Moment.now
      guard now < deadline else { throw BenchFailure("process \(pid) said nothing in time") }
      var poll = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
      guard Glibc.poll(&poll, 1, Int32((deadline - now) / 1_000_000 + 1)) > 0 else { continue }
      let piece = [UInt8](unsafeUninitializedCapacity: 8192) { buffer, count in
        count = max(0, read(output, buffer.baseAddress, buffer.count))
      }
      if piece.isEmpty { throw BenchFailure("process \(pid) ended without an answer") }
      buffered += piece
    }
  }

  // MARK: Ending

  /// The wait status when it has ended.
  var status: Int32? {
    if ending != nil { return ending }
    var word: Int32 = 0
    if waitpid(pid, &word, WNOHANG) == pid { ending = word }
    return ending
  }

  /// Waits; nil when it still runs after the time.
  func wait(milliseconds: Int) -> Int32? {
    let deadline = Moment.now + UInt64(milliseconds) * 1_000_000
    while status == nil && Moment.now < deadline { Moment.rest(milliseconds: 2) }
    return status
  }

  /// Ends it with a signal, at last with one that cannot be ignored.
  func stop(_ signal: Int32 = SIGTERM) {
    if status != nil { return }
    kill(pid, signal)
    if wait(milliseconds: 3000) == nil {
      kill(pid, SIGKILL)
      _ = wait(milliseconds: 10_000)
    }
  }

  /// Runs a program to its end.
  ///
  /// - Returns: whether it succeeded, and all it said.
  static func run(
    _ words: [String], in scratch: Scratch, milliseconds: Int = 20_000
  ) throws -> (succeeded: Bool, text: String) {
    let log = "\(scratch.path)/run.log"
    _ = unlink(log)
    let child = try Child(words, at: Place(cores: 0), log: log)
    let status = child.wait(milliseconds: milliseconds)
    child.stop(SIGKILL)
    return (status == 0, Files.read(log) ?? "")
  }
}

/// The monotonic clock.
enum Moment {
  static var now: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  static func rest(milliseconds: Int) { usleep(UInt32(milliseconds) * 1000) }
}
