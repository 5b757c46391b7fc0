internal import CLiburing

/// What prctl(2) knows about this process.
enum Capability {
  /// Whether chroot(2) is not ruled out for ever.
  static var mayChroot: Bool { sluice_may_chroot() == 1 }

  /// prctl(PR_SET_KEEPCAPS, 1)
  static func keepAll() -> Bool { sluice_keep_capabilities() == 0 }

  /// capset(2)
  ///
  /// - Parameter mask: a bit for each capability to keep.
  static func limit(to mask: UInt32) -> Bool { sluice_limit_capabilities(mask) == 0 }

  /// Whether the process may bind to addresses and interfaces as it likes: CAP_NET_ADMIN or
  /// CAP_NET_RAW is in force. capget(2)
  static var administersNetwork: Bool { sluice_administers_network() == 1 }

  /// prctl(PR_SET_DUMPABLE, 1)
  static func makeDumpable() -> Bool { sluice_set_dumpable() == 0 }
}
