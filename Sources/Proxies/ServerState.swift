/// Whether a server works, as checks have found. HAProxy's `srv_op_state`.
public enum OperationalState: UInt8, Sendable {
  /// It is down.
  case stopped
  /// It is up and warming up (`slowstart`).
  case starting
  /// It is up.
  case running
  /// It is up but wants no new sessions.
  case stopping
}

/// What administrators and the configuration say about a server. HAProxy's `srv_admin_state`.
public struct AdministrativeState: OptionSet, Hashable, Sendable {
  /// The reasons as bits, as HAProxy numbers them.
  public var rawValue: UInt8
  /// - Parameter rawValue: the reasons as bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }
  /// Put into maintenance.
  public static let forcedMaintenance = AdministrativeState(rawValue: 0x01)
  /// In maintenance because the tracked server is.
  public static let inheritedMaintenance = AdministrativeState(rawValue: 0x02)
  /// `disabled` in the configuration; it stays in mind after maintenance has ended.
  public static let configuredMaintenance = AdministrativeState(rawValue: 0x04)
  /// Put into drain state.
  public static let forcedDrain = AdministrativeState(rawValue: 0x08)
  /// In drain state because the tracked server is.
  public static let inheritedDrain = AdministrativeState(rawValue: 0x10)
  /// In maintenance because its name does not resolve.
  public static let resolutionMaintenance = AdministrativeState(rawValue: 0x20)

  static let maintenance: AdministrativeState = [
    .forcedMaintenance, .inheritedMaintenance, .resolutionMaintenance,
  ]
  static let drain: AdministrativeState = [.forcedDrain, .inheritedDrain]

  /// Whether it is in maintenance, for whatever reason.
  public var isMaintenance: Bool { !isDisjoint(with: .maintenance) }
  /// Whether it is in drain state, for whatever reason.
  public var isDrain: Bool { !isDisjoint(with: .drain) }
}

/// What a tracked server has become, for those that track it.
public enum TrackedChange: Hashable, Sendable {
  case stopped
  case running
  case stopping
  case maintenance
  /// It has left maintenance, and now is like this.
  case endOfMaintenance(OperationalState)
  case drain(Bool)
}
