import Basics
import CLiburing
import Glibc

/// A thread of the program, started from library code: a closure literal in the main file would
/// belong to the main actor.
final class Thread: @unchecked Sendable {
  private var handle = pthread_t()
  private let name: String
  private let body: @Sendable () -> Void

  private init(_ name: String, _ body: @escaping @Sendable () -> Void) {
    self.name = name
    self.body = body
  }

  /// Starts a thread.
  ///
  /// - Parameters:
  ///   - name: at most 15 bytes, for `ps` and debuggers; the thread takes it before it does anything.
  ///     pthread_setname_np(3).
  ///   - body: what it does.
  /// - Returns: the thread, or the error number of pthread_create(3).
  static func start(
    _ name: String, _ body: @escaping @Sendable () -> Void
  ) -> Result<Thread, ThreadFailure> {
    let thread = Thread(name, body)
    let argument = unsafe Unmanaged.passRetained(thread).toOpaque()
    let error = unsafe pthread_create(&thread.handle, nil, Thread.enter, argument)
    guard error == 0 else {
      unsafe Unmanaged<Thread>.fromOpaque(argument).release()
      return .failure(ThreadFailure(number: error))
    }
    return .success(thread)
  }

  /// What pthread_create(3) calls: names the retained thread, runs its body and gives it
  /// back.
  private static let enter: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? =
    { argument in
      guard let argument = unsafe argument else { return nil }
      let thread = unsafe Unmanaged<Thread>.fromOpaque(argument).takeRetainedValue()
      unsafe sluice_name_thread(pthread_self(), thread.name)
      thread.body()
      return nil
    }

  /// Waits until the thread has ended. Once.
  func join() { _ = pthread_join(handle, nil) }
}

/// Why a thread could not be started.
struct ThreadFailure: Error {
  /// The error number.
  let number: Int32
}
