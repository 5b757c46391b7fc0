internal import ConfigurationLanguage
internal import Glibc
internal import KernelIO

/// Giving up what the process no longer needs once everything is open: the file system, then the
/// groups, then the user.
struct Privileges {
  /// argv[0], as HAProxy's messages have it.
  let programPath: String
  let chroot: String?
  let uid: UInt32?
  let gid: UInt32?
  /// `setcap`: a bit for each capability to keep.
  let keptCapabilities: UInt32
  /// Whether `source` has a `usesrc` or an `interface`.
  let needsNetworkAdministration: Bool
  let console: Console

  /// Looks the names of the configuration up, while the databases are still in reach.
  ///
  /// - Returns: nil, after an alert, when a name is unknown.
  init?(_ configuration: Configuration, programPath: String, console: Console) {
    let global = configuration.global
    needsNetworkAdministration = configuration.proxies.contains { proxy in
      !proxy.isDisabled && proxy.servers.contains { $0.source?.needsPrivileges == true }
    }
    self.programPath = programPath
    self.console = console
    chroot = global.chroot
    keptCapabilities = global.keptCapabilities
    if let name = global.user {
      guard let found = Account.userID(named: name) else {
        console.alert("config : cannot find user id for '\(name)' (0:Success)")
        return nil
      }
      uid = found
    } else {
      uid = global.uid
    }
    if let name = global.group {
      guard let found = Account.groupID(named: name) else {
        console.alert("config : cannot find group id for '\(name)' (0:Success)")
        return nil
      }
      gid = found
    } else {
      gid = global.gid
    }
  }

  /// Warns about root without `chroot`, or changes the root.
  ///
  /// - Returns: false when it could not be changed.
  func enterChroot() -> Bool {
    guard let chroot else {
      if geteuid() == 0, Capability.mayChroot { console.warning(rootWithoutChroot) }
      return true
    }
    if chroot == "auto" { return enterEmptyFolder() }
    let result = chroot == "/" ? 0 : unsafe Glibc.chroot(chroot)
    if result == 0, unsafe chdir("/") == 0 { return true }
    console.alert("[\(programPath).main()] Cannot chroot(\(chroot)).")
    return false
  }

  /// `chroot auto`: a folder that is removed while it is entered.
  private func enterEmptyFolder() -> Bool {
    var template = Array("/tmp/sluice.XXXXXX".utf8CString)
    guard unsafe mkdtemp(&template) != nil else {
      console.alert("[\(programPath).main()] Cannot create(/tmp/sluice.XXXXXX) for chroot auto.")
      return false
    }
    let name = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    let isInside = unsafe chdir(name) == 0
    _ = unsafe rmdir(name)
    if isInside, unsafe Glibc.chroot(".") == 0, unsafe chdir("/") == 0 { return true }
    console.alert("[\(programPath).main()] Cannot chroot(\(name)).")
    return false
  }

  /// Changes group, then user.
  ///
  /// - Returns: false when it was refused.
  func changeIdentity() -> Bool {
    if let gid, gid > 0 {
      if getgroups(0, nil) > 0, setgroups(0, nil) != 0 {
        console.warning(
          "[\(programPath).main()] Failed to drop supplementary groups. Using 'gid'/'group' "
            + "without 'uid'/'user' is generally useless.")
      }
      if setgid(gid) != 0 {
        console.alert("[\(programPath).main()] Cannot set gid \(gid).")
        return false
      }
    }
    if let uid, uid > 0, !changeUser(to: uid) { return false }
    if needsNetworkAdministration, getuid() != 0, !Capability.administersNetwork {
      if let uid, uid > 0 {
        console.alert(
          "[\(programPath).main()] Some configuration options require full privileges, so "
            + "global.uid cannot be changed.")
        return false
      }
      console.warning(
        "[\(programPath).main()] Some options which require full privileges might not work well.")
    }
    if uid == nil, geteuid() == 0 { console.warning(rootWithoutUser) }
    return true
  }

  /// Changes the user; what `setcap` names outlasts that, where root gives it up.
  private func changeUser(to uid: UInt32) -> Bool {
    let isKeeping = keptCapabilities != 0 && geteuid() == 0
    if isKeeping, !Capability.keepAll() {
      console.alert(
        "Failed to preserve capabilities using prctl(): \(KernelIO.Errno.current.sentence)")
      return false
    }
    guard setuid(uid) == 0 else {
      console.alert("[\(programPath).main()] Cannot set uid \(uid).")
      return false
    }
    guard !isKeeping || Capability.limit(to: keptCapabilities) else {
      console.alert(
        "Failed to set the final capabilities using capset(): "
          + "\(KernelIO.Errno.current.sentence)")
      return false
    }
    return true
  }

  private var rootWithoutChroot: String {
    """
    [\(programPath).main()] HAProxy was started as root without any 'chroot' directive. A chroot \
    limits filesystem access of an intruder to a single, preferably empty, directory. It is \
    strongly recommended to enable this feature whenever possible (it's always possible when \
    starting as root), via 'chroot auto' in the global section. If you think you have good reasons \
    for running outside a chroot, explicitly configure 'chroot /' to silence this warning.
    """
  }

  private var rootWithoutUser: String {
    """
    [\(programPath).main()] HAProxy was started as the root user and does not make use of 'user' \
    nor 'uid' global options to drop the privileges. This is generally considered as a bad \
    practice security-wise. If running as root is intentional, please make it explicit using \
    'uid 0' or 'user root', and also please consider using the 'chroot' directive to isolate the \
    process into a totally empty and read-only directory if possible.
    """
  }
}
