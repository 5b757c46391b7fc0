internal import Glibc

/// Names of the system's user and group databases. Only while the process has a single thread.
enum Account {
  /// getpwnam(3)
  static func userID(named name: String) -> UInt32? {
    guard let entry = unsafe getpwnam(name) else { return nil }
    return unsafe entry.pointee.pw_uid
  }

  /// getgrnam(3)
  static func groupID(named name: String) -> UInt32? {
    guard let entry = unsafe getgrnam(name) else { return nil }
    return unsafe entry.pointee.gr_gid
  }
}
