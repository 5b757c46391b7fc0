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
  public static var notPermitted: Errno { Errno(rawValue: EPERM) }
  /// ENOENT
  public static var noEntry: Errno { Errno(rawValue: ENOENT) }
  /// EINTR
  public static var interrupted: Errno { Errno(rawValue: EINTR) }
  /// EBADF
  public static var badDescriptor: Errno { Errno(rawValue: EBADF) }
  /// EAGAIN
  public static var wouldBlock: Errno { Errno(rawValue: EAGAIN) }
  /// ENOMEM
  public static var outOfMemory: Errno { Errno(rawValue: ENOMEM) }
  /// EACCES
  public static var accessDenied: Errno { Errno(rawValue: EACCES) }
  /// EINVAL
  public static var invalidArgument: Errno { Errno(rawValue: EINVAL) }
  /// ENFILE
  public static var systemDescriptorLimit: Errno { Errno(rawValue: ENFILE) }
  /// EMFILE
  public static var processDescriptorLimit: Errno { Errno(rawValue: EMFILE) }
  /// EPIPE
  public static var brokenPipe: Errno { Errno(rawValue: EPIPE) }
  /// ENOSYS
  public static var notSupported: Errno { Errno(rawValue: ENOSYS) }
  /// ETIME
  public static var timerExpired: Errno { Errno(rawValue: ETIME) }
  /// EADDRINUSE
  public static var addressInUse: Errno { Errno(rawValue: EADDRINUSE) }
  /// EADDRNOTAVAIL
  public static var addressNotAvailable: Errno { Errno(rawValue: EADDRNOTAVAIL) }
  /// ENETUNREACH
  public static var networkUnreachable: Errno { Errno(rawValue: ENETUNREACH) }
  /// ECONNABORTED
  public static var connectionAborted: Errno { Errno(rawValue: ECONNABORTED) }
  /// ECONNRESET
  public static var connectionReset: Errno { Errno(rawValue: ECONNRESET) }
  /// ENOBUFS
  public static var noBufferSpace: Errno { Errno(rawValue: ENOBUFS) }
  /// ENOTCONN
  public static var notConnected: Errno { Errno(rawValue: ENOTCONN) }
  /// ETIMEDOUT
  public static var timedOut: Errno { Errno(rawValue: ETIMEDOUT) }
  /// ECONNREFUSED
  public static var connectionRefused: Errno { Errno(rawValue: ECONNREFUSED) }
  /// EHOSTUNREACH
  public static var hostUnreachable: Errno { Errno(rawValue: EHOSTUNREACH) }
  /// EINPROGRESS
  public static var inProgress: Errno { Errno(rawValue: EINPROGRESS) }
  /// ECANCELED
  public static var cancelled: Errno { Errno(rawValue: ECANCELED) }
  /// ERESTARTSYS, which the kernel keeps to itself but for requests of io_uring that were cancelled
  /// on one of its threads.
  public static var restartSystemCall: Errno { Errno(rawValue: 512) }

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
