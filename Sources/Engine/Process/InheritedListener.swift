internal import Glibc
internal import KernelIO

/// Adopts `fd@N`: a socket that the parent process opened, and may have put into the listening
/// state already.
struct InheritedListener {
  let descriptor: Int32
  let backlog: Int
  /// Whether another `bind` line has the same descriptor: then this one gets a duplicate.
  let isTaken: Bool

  /// Checks the descriptor and listens.
  ///
  /// - Returns: the socket, owned by the caller.
  func open() throws(ListenerFailure) -> Int32 {
    guard fcntl(descriptor, F_GETFD) >= 0 else {
      throw failure("cannot use file descriptor '\(descriptor)' : \(Errno.current.sentence).")
    }
    guard option(SO_TYPE) == Int32(SOCK_STREAM.rawValue),
      [AF_INET, AF_INET6, AF_UNIX].contains(option(SO_DOMAIN) ?? -1)
    else { throw failure("socket on file descriptor '\(descriptor)' is of the wrong type.") }
    let own = isTaken ? fcntl(descriptor, F_DUPFD_CLOEXEC, 3) : descriptor
    guard own >= 0 else {
      throw failure("cannot dup() receiving socket (\(Errno.current.sentence)) [fd \(descriptor)]")
    }
    let flags = fcntl(own, F_GETFL)
    if flags < 0 || fcntl(own, F_SETFL, flags | O_NONBLOCK) < 0 {
      throw failure("cannot make socket non-blocking [fd \(own)]")
    }
    _ = fcntl(own, F_SETFD, FD_CLOEXEC)
    if option(SO_ACCEPTCONN) != 1, listen(own, Int32(clamping: backlog)) != 0 {
      throw ListenerFailure(
        gravity: .fatal, phase: .starting,
        text: "cannot listen to socket: (\(Errno.current.sentence)) [fd \(own)]")
    }
    return own
  }

  /// `tcpv4`, `tcpv6` or `unix_stream`: what the alert names.
  var protocolName: String {
    switch option(SO_DOMAIN) {
    case AF_INET6: "tcpv6"
    case AF_UNIX: "unix_stream"
    default: "tcpv4"
    }
  }

  private func option(_ name: Int32) -> Int32? {
    var value: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    let result = unsafe getsockopt(descriptor, SOL_SOCKET, name, &value, &length)
    return result == 0 ? value : nil
  }

  private func failure(_ text: String) -> ListenerFailure {
    ListenerFailure(gravity: .fatal, text: text)
  }
}
