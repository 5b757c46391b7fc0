/// Why there is no ring. None of these is a reason to stop: the epoll kernel does the same work.
public enum RingError: Error, Hashable, Sendable {
  /// io_uring_setup(2) said no: `notPermitted`, `notSupported` or `outOfMemory`.
  case setup(Errno)
  /// The kernel is too old; what it lacks, in the kernel's words.
  case lacks(String)
  /// No memory for the queues or the receive pool.
  case memory(Errno)
  /// The receive pool could not be registered.
  case bufferRing(Errno)
  /// No descriptor to be woken through.
  case eventDescriptor(Errno)

  /// The error number behind it; `notSupported` for a kernel that is too old.
  public var errno: Errno {
    switch self {
    case .setup(let errno), .memory(let errno), .bufferRing(let errno),
      .eventDescriptor(let errno):
      errno
    case .lacks: .notSupported
    }
  }
}

extension RingError: CustomStringConvertible {
  /// A clause for the start-up line, such as `io_uring is not permitted (EPERM: …)`.
  public var description: String {
    switch self {
    case .setup(.notPermitted):
      "io_uring is not permitted (EPERM: kernel.io_uring_disabled or a seccomp profile)"
    case .setup(.notSupported):
      "io_uring is not available (ENOSYS: not in this kernel, or hidden by a seccomp profile)"
    case .setup(.outOfMemory):
      "io_uring got no memory (ENOMEM: see the limits of locked and of control group memory)"
    case .setup(let errno): "io_uring_setup failed (\(errno.name): \(errno.sentence))"
    case .lacks(let what): "io_uring of this kernel is too old (it lacks \(what))"
    case .memory(let errno): "no memory for io_uring (\(errno.name): \(errno.sentence))"
    case .bufferRing(let errno):
      "io_uring took no receive buffers (\(errno.name): \(errno.sentence))"
    case .eventDescriptor(let errno): "no eventfd (\(errno.name): \(errno.sentence))"
    }
  }
}
