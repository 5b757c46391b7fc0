import Glibc
import Synchronization

/// A thread that computes one value.
public final class PeerThread<Value: Sendable>: @unchecked Sendable {
  private let work: @Sendable () throws -> Value
  private var handle = pthread_t()
  private var outcome: Result<Value, any Error>?
  private var isJoined = false

  public init(_ work: @escaping @Sendable () throws -> Value) {
    self.work = work
    let box = Unmanaged.passRetained(self)
    let result = pthread_create(
      &handle, nil,
      { argument in
        let thread = Unmanaged<AnyObject>.fromOpaque(argument.unsafelyUnwrapped).takeRetainedValue()
        (thread as? any RunnablePeerThread)?.run()
        return nil
      }, box.toOpaque())
    precondition(result == 0, "no thread could be started")
  }

  /// Waits for the thread and hands over its value; call it once.
  @discardableResult
  public func join() throws -> Value {
    precondition(!isJoined, "a thread is joined once")
    isJoined = true
    pthread_join(handle, nil)
    guard let outcome else { throw PeerFailure("the thread left no outcome") }
    return try outcome.get()
  }

  fileprivate func execute() {
    outcome = Result { try work() }
  }
}

private protocol RunnablePeerThread {
  func run()
}

extension PeerThread: RunnablePeerThread {
  fileprivate func run() { execute() }
}

/// A number that several threads advance.
public final class Counter: Sendable {
  private let value: Atomic<UInt64>

  public init(_ start: UInt64 = 0) {
    value = Atomic(start)
  }

  /// Adds one, or more.
  ///
  /// - Returns: the value before.
  @discardableResult
  public func advance(by step: UInt64 = 1) -> UInt64 {
    value.wrappingAdd(step, ordering: .sequentiallyConsistent).oldValue
  }

  public var current: UInt64 { value.load(ordering: .sequentiallyConsistent) }
}
