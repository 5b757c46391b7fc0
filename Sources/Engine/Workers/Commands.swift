import Basics
import CLiburing
import Glibc
import KernelIO
import Synchronization

/// The thread that runs external checks: it starts commands, waits for all of them at once and ends
/// those that take too long, so that no worker ever waits for a process.
final class Commands: Sendable {
  private struct Running {
    let command: ExternalCommand
    let pid: pid_t
    /// Becomes readable when the process has ended; -1 where the kernel has no such thing.
    let descriptor: Int32
    let deadline: Instant
    var hasTimedOut = false
  }

  private struct Inbox {
    var commands: [ExternalCommand] = []
    var isStopping = false
  }

  /// How often to look where the kernel cannot tell that a process has ended.
  private static let lookInterval: Int32 = 50  // milliseconds

  private let inbox = Mutex(Inbox())
  private let wake: Int32
  private let thread = Mutex<Thread?>(nil)

  init() { wake = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK)) }

  /// Starts the thread.
  ///
  /// - Parameters:
  ///   - keepsStreams: whether commands have the standard streams of the process.
  ///   - ended: called on the thread when a command has ended.
  func start(
    keepsStreams: Bool, ended: @escaping @Sendable (ExternalCommand, ExternalCommand.Ending) -> Void
  ) {
    let result = Thread.start("sluice/commands") { [self] in
      serve(keepsStreams: keepsStreams, ended: ended)
    }
    if case .success(let started) = result { thread.withLock { $0 = started } }
  }

  /// Starts a command. Any thread; never waits.
  func run(_ command: ExternalCommand) {
    inbox.withLock { $0.commands.append(command) }
    rouse()
  }

  /// Ends the thread; commands that still run are told to end.
  func finish() {
    inbox.withLock { $0.isStopping = true }
    rouse()
    thread.withLock { thread in
      thread?.join()
      thread = nil
    }
  }

  private func rouse() {
    var one: UInt64 = 1
    _ = unsafe write(wake, &one, 8)
  }

  // MARK: On the thread

  private func serve(
    keepsStreams: Bool, ended: (ExternalCommand, ExternalCommand.Ending) -> Void
  ) {
    var running: [Running] = []
    while true {
      let (commands, isStopping) = inbox.withLock { inbox in
        defer { inbox.commands = [] }
        return (inbox.commands, inbox.isStopping)
      }
      if isStopping { break }
      for command in commands {
        switch command.start(keepsStreams: keepsStreams) {
        case .failure(let failure): ended(command, failure.ending)
        case .success(let pid):
          running.append(
            Running(
              command: command, pid: pid, descriptor: sluice_process_descriptor(pid),
              deadline: SystemCall.now() + command.timeout))
        }
      }
      look(at: &running, ended: ended)
      wait(for: running)
    }
    for process in running {
      kill(process.pid, SIGTERM)
      if process.descriptor >= 0 { close(process.descriptor) }
    }
  }

  /// Tells of those that have ended, and ends those whose time is over.
  private func look(
    at running: inout [Running], ended: (ExternalCommand, ExternalCommand.Ending) -> Void
  ) {
    let now = SystemCall.now()
    for index in running.indices.reversed() {
      let process = running[index]
      var status: Int32 = 0
      let result = unsafe waitpid(process.pid, &status, WNOHANG)
      if result == 0 {
        guard !process.hasTimedOut, process.deadline <= now else { continue }
        kill(process.pid, SIGTERM)
        running[index].hasTimedOut = true
        ended(process.command, .timedOut(processID: process.pid))
        continue
      }
      if process.descriptor >= 0 { close(process.descriptor) }
      running.remove(at: index)
      guard !process.hasTimedOut else { continue }
      let signal = status & 0x7f
      ended(
        process.command, result > 0 && signal == 0 ? .exited(status >> 8 & 0xff) : .signalled)
    }
  }

  /// Waits until a process has ended, a deadline passes, or there is more to do.
  private func wait(for running: [Running]) {
    var descriptors = [pollfd(fd: wake, events: Int16(POLLIN), revents: 0)]
    var timeout: Int32 = -1
    let now = SystemCall.now()
    for process in running {
      if process.descriptor >= 0 {
        descriptors.append(pollfd(fd: process.descriptor, events: Int16(POLLIN), revents: 0))
      } else {
        timeout = timeout < 0 ? Commands.lookInterval : min(timeout, Commands.lookInterval)
      }
      guard !process.hasTimedOut else { continue }
      let rest = max(process.deadline - now, .zero).wholeMilliseconds + 1
      timeout = timeout < 0 ? Int32(clamping: rest) : min(timeout, Int32(clamping: rest))
    }
    _ = unsafe poll(&descriptors, nfds_t(descriptors.count), timeout)
    var count: UInt64 = 0
    _ = unsafe read(wake, &count, 8)
  }
}
