internal import Basics
internal import ConfigurationLanguage
internal import Glibc
internal import KernelIO

/// Opens one listening unix socket. A path is never missing meanwhile: the new socket is bound
/// under another name and then renamed over the old one.
struct UnixListener {
  let configuration: ListenerConfiguration
  let endpoint: Endpoint
  let backlog: Int

  private var path: String { String(decoding: endpoint.name, as: UTF8.self) }
  private var isAbstract: Bool { endpoint.kind == .abstract }
  private var label: String { isAbstract ? "abns@\(path)" : path }

  /// Opens, binds, listens and puts the socket in its place.
  ///
  /// - Returns: the socket, owned by the caller.
  func open() throws(ListenerFailure) -> Int32 {
    let owner = try owner()
    var bound = endpoint
    let temporary = "\(path).\(getpid()).tmp"
    if !isAbstract {
      guard let endpoint = Endpoint(.unix, name: Array(temporary.utf8)) else {
        throw failure("name too long for UNIX socket (limit usually 97)")
      }
      bound = endpoint
      if unsafe unlink(temporary) != 0, errno != ENOENT {
        throw failure("error when trying to unlink previous UNIX socket (\(reason))")
      }
    }
    let descriptor = socket(
      AF_UNIX,
      Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw failure("cannot create receiving socket (\(reason))") }
    do throws(ListenerFailure) {
      let raw = RawSocketAddress(bound)
      if unsafe raw.withPointer({ pointer, length in unsafe bind(descriptor, pointer, length) })
        != 0
      {
        throw errno == EADDRINUSE
          ? failure("cannot bind UNIX socket (already in use)", .retryable)
          : failure("cannot bind UNIX socket (\(reason))")
      }
      // Before the rename, so that nobody is refused in between.
      if listen(descriptor, Int32(clamping: backlog)) != 0 {
        throw ListenerFailure(
          gravity: .fatal, phase: .starting,
          text: "cannot listen on UNIX socket (\(reason)) for [\(label)]")
      }
      if !isAbstract { try publish(temporary, owner: owner) }
      return descriptor
    } catch {
      if !isAbstract { _ = unsafe unlink(temporary) }
      close(descriptor)
      throw error
    }
  }

  private func publish(
    _ temporary: String, owner: (uid: UInt32?, gid: UInt32?)
  ) throws(ListenerFailure) {
    if owner.uid != nil || owner.gid != nil,
      unsafe chown(temporary, owner.uid ?? .max, owner.gid ?? .max) != 0
    {
      throw failure("cannot change UNIX socket ownership (\(reason))")
    }
    if let mode = configuration.permissions.mode, mode != 0, unsafe chmod(temporary, mode) != 0 {
      throw failure("cannot change UNIX socket ownership (\(reason))")
    }
    if unsafe rename(temporary, path) != 0 {
      throw failure("cannot switch final and temporary UNIX sockets (\(reason))")
    }
  }

  private func owner() throws(ListenerFailure) -> (uid: UInt32?, gid: UInt32?) {
    let permissions = configuration.permissions
    var uid = permissions.uid
    var gid = permissions.gid
    if let name = permissions.user {
      guard let found = Account.userID(named: name) else {
        throw failure("'user' : '\(name)' unknown user name")
      }
      uid = found
    }
    if let name = permissions.group {
      guard let found = Account.groupID(named: name) else {
        throw failure("'group' : '\(name)' unknown group name")
      }
      gid = found
    }
    return (uid, gid)
  }

  private var reason: String { Errno.current.sentence }

  private func failure(
    _ text: String, _ gravity: ListenerFailure.Gravity = .fatal
  ) -> ListenerFailure {
    ListenerFailure(gravity: gravity, text: "\(text) [\(label)]")
  }
}
