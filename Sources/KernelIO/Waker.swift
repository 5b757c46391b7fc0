import Glibc

/// Wakes a kernel's `turn` from another thread, through an eventfd(2). Any thread may call it, as
/// long as the kernel it belongs to lives.
public struct Waker: Sendable {
  /// The eventfd; `none` for a kernel that never sleeps.
  public let descriptor: Descriptor

  /// - Parameter descriptor: an eventfd that the kernel polls, or `none`.
  public init(descriptor: Descriptor) { self.descriptor = descriptor }

  /// Makes the kernel's current or next `turn` return with a completion of `Token.wake`.
  public func wake() {
    guard descriptor != .none else { return }
    var one: UInt64 = 1
    // EAGAIN means that the counter is full, so the kernel is awake already.
    _ = unsafe write(descriptor.rawValue, &one, 8)
  }
}
