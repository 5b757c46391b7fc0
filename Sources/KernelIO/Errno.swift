import CLiburing
import Glibc

/// An error number of the kernel, as in `<errno.h>`.
public struct Errno: RawRepresentable, Error, Hashable, Sendable {
  /// The number, positive.
  public var rawValue: Int32
  /// - Parameter rawValue: the number, positive.
  @inlinable public init(rawValue: Int32) { self.rawValue = rawValue }

  /// The `errno` of this thread.
  public static var current: Errno { Errno(rawValue: errno) }

  /// EPERM
  public static let notPermitted = Errno(rawValue: EPERM)
  /// ENOENT
  public static let noEntry = Errno(rawValue: ENOENT)
  /// EINTR
  public static let interrupted = Errno(rawValue: EINTR)
  /// EBADF
  public static let badDescriptor = Errno(rawValue: EBADF)
  /// EAGAIN
  public static let wouldBlock = Errno(rawValue: EAGAIN)
  /// ENOMEM
  public static let outOfMemory = Errno(rawValue: ENOMEM)
  /// EACCES
  public static let accessDenied = Errno(rawValue: EACCES)
  /// EINVAL
  public static let invalidArgument = Errno(rawValue: EINVAL)
  /// ENFILE
  public static let systemDescriptorLimit = Errno(rawValue: ENFILE)
  /// EMFILE
  public static let processDescriptorLimit = Errno(rawValue: EMFILE)
  /// EPIPE
  public static let brokenPipe = Errno(rawValue: EPIPE)
  /// ENOSYS
  public static let notSupported = Errno(rawValue: ENOSYS)
  /// ETIME
  public static let timerExpired = Errno(rawValue: ETIME)
  /// EADDRINUSE
  public static let addressInUse = Errno(rawValue: EADDRINUSE)
  /// EADDRNOTAVAIL
  public static let addressNotAvailable = Errno(rawValue: EADDRNOTAVAIL)
  /// ENETUNREACH
  public static let networkUnreachable = Errno(rawValue: ENETUNREACH)
  /// ECONNABORTED
  public static let connectionAborted = Errno(rawValue: ECONNABORTED)
  /// ECONNRESET
  public static let connectionReset = Errno(rawValue: ECONNRESET)
  /// ENOBUFS
  public static let noBufferSpace = Errno(rawValue: ENOBUFS)
  /// ENOTCONN
  public static let notConnected = Errno(rawValue: ENOTCONN)
  /// ETIMEDOUT
  public static let timedOut = Errno(rawValue: ETIMEDOUT)
  /// ECONNREFUSED
  public static let connectionRefused = Errno(rawValue: ECONNREFUSED)
  /// EHOSTUNREACH
  public static let hostUnreachable = Errno(rawValue: EHOSTUNREACH)
  /// EINPROGRESS
  public static let inProgress = Errno(rawValue: EINPROGRESS)
  /// ECANCELED
  public static let cancelled = Errno(rawValue: ECANCELED)
  /// ERESTARTSYS, which the kernel keeps to itself but for requests of io_uring that were cancelled
  /// on one of its threads.
  public static let restartSystemCall = Errno(rawValue: 512)

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
