import CLiburing
import Glibc

/// An error number of the kernel, as in `<errno.h>`.
public struct Errno: RawRepresentable, Error, Hashable, Sendable {
  /// The number, positive.
  public var rawValue: Int32
  @inlinable public init(rawValue: Int32) { self.rawValue = rawValue }

  /// The `errno` of this thread.
  public static var current: Errno { Errno(rawValue: errno) }

  public static let notPermitted = Errno(rawValue: EPERM)
  public static let noEntry = Errno(rawValue: ENOENT)
  public static let interrupted = Errno(rawValue: EINTR)
  public static let badDescriptor = Errno(rawValue: EBADF)
  public static let wouldBlock = Errno(rawValue: EAGAIN)
  public static let outOfMemory = Errno(rawValue: ENOMEM)
  public static let accessDenied = Errno(rawValue: EACCES)
  public static let invalidArgument = Errno(rawValue: EINVAL)
  public static let systemDescriptorLimit = Errno(rawValue: ENFILE)
  public static let processDescriptorLimit = Errno(rawValue: EMFILE)
  public static let brokenPipe = Errno(rawValue: EPIPE)
  public static let notSupported = Errno(rawValue: ENOSYS)
  public static let timerExpired = Errno(rawValue: ETIME)
  public static let addressInUse = Errno(rawValue: EADDRINUSE)
  public static let addressNotAvailable = Errno(rawValue: EADDRNOTAVAIL)
  public static let networkUnreachable = Errno(rawValue: ENETUNREACH)
  public static let connectionAborted = Errno(rawValue: ECONNABORTED)
  public static let connectionReset = Errno(rawValue: ECONNRESET)
  public static let noBufferSpace = Errno(rawValue: ENOBUFS)
  public static let notConnected = Errno(rawValue: ENOTCONN)
  public static let timedOut = Errno(rawValue: ETIMEDOUT)
  public static let connectionRefused = Errno(rawValue: ECONNREFUSED)
  public static let hostUnreachable = Errno(rawValue: EHOSTUNREACH)
  public static let inProgress = Errno(rawValue: EINPROGRESS)
  public static let cancelled = Errno(rawValue: ECANCELED)

  /// The kernel's sentence for the error, as `strerror(3)` gives it in the C locale.
  public var sentence: String {
    guard let text = unsafe sluice_errno_sentence(rawValue) else {
      return "Unknown error \(rawValue)"
    }
    return unsafe String(cString: text)
  }

  /// The name of the constant, such as `ECONNREFUSED`.
  public var name: String {
    guard let text = unsafe sluice_errno_name(rawValue) else { return "\(rawValue)" }
    return unsafe String(cString: text)
  }
}
