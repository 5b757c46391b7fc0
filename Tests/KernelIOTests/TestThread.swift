import Glibc
import KernelIO

/// A thread of its own, since the tests themselves may hold every thread of the test runner.
struct TestThread {
  private let thread: pthread_t

  /// Starts a thread that wakes a kernel once.
  static func run(waking waker: Waker) -> TestThread {
    let box = UnsafeMutablePointer<Waker>.allocate(capacity: 1)
    box.initialize(to: waker)
    var thread = pthread_t()
    let status = pthread_create(
      &thread, nil,
      { memory in
        guard let box = memory?.assumingMemoryBound(to: Waker.self) else { return nil }
        box.pointee.wake()
        box.deallocate()
        return nil
      }, box)
    guard status == 0 else { fatalError("no thread") }
    return TestThread(thread: thread)
  }

  func join() { pthread_join(thread, nil) }
}
