import Basics
import KernelIO
import Proxies
import Synchronization

/// What one thread tells a worker. Trivial values only.
enum Message: Sendable {
  /// A connection accepted by another worker, to be served here.
  case accepted(Descriptor, frontend: Int32, listener: Int32)
  /// The wait of a session is over: it has a place at a server.
  case granted(
    slot: UInt32, generation: UInt32, backend: Int32, server: Int32, places: QueuePlaces)
  /// The wait of a session is over without a place: it asks again.
  case reassign(slot: UInt32, generation: UInt32, previous: Int32, places: QueuePlaces)
  /// Check a server earlier than planned.
  case hurryCheck(check: Int32, notAfter: Instant)
  /// The command that checks a server has ended.
  case commandEnded(check: Int32, ExternalCommand.Ending)
  /// End the sessions on a server.
  case endSessions(backend: Int32, server: Int32, cause: TerminationState.Cause)
  /// A place became free in a frontend or the process.
  case placeFreed
  /// Accept no more: after emptying the accept queues, or at once.
  case stopListening(drain: Bool)
  /// Take the listeners out of service, to come back.
  case pauseListening
  /// Accept again.
  case resumeListening
  /// End every session.
  case stopSessions
  /// Leave a report.
  case report
  /// Leave the turn loop.
  case stop
}

/// The only way into a worker from another thread.
final class Mailbox: Sendable {
  private let messages = Mutex<[Message]>([])
  /// Whether there may be messages: lets the worker look without taking the lock.
  private let isFilled = Atomic<Bool>(false)
  private let waker = Mutex<Waker?>(nil)

  /// Says how the worker is woken. Called once by the worker before its first turn.
  func attach(_ waker: Waker) { self.waker.withLock { $0 = waker } }

  /// Says that the worker has ended and is woken no more: its waker's descriptor is about to be closed,
  /// and the number may soon be somebody's socket.
  func detach() { waker.withLock { $0 = nil } }

  /// Leaves a message and wakes the worker. Any thread.
  func post(_ message: Message) {
    messages.withLock { $0.append(message) }
    if !isFilled.exchange(true, ordering: .acquiringAndReleasing) {
      // Under the lock: see `detach`.
      waker.withLock { $0?.wake() }
    }
  }

  /// Whether `takeAll` would return something. The worker only.
  var hasMessages: Bool { isFilled.load(ordering: .acquiring) }

  /// Takes every message, oldest first. The worker only.
  ///
  /// - Parameter emptied: the array the worker used last time, to be filled anew: the two swap.
  func takeAll(into emptied: inout [Message]) {
    emptied.removeAll(keepingCapacity: true)
    _ = isFilled.exchange(false, ordering: .acquiringAndReleasing)
    messages.withLock { swap(&$0, &emptied) }
  }
}
