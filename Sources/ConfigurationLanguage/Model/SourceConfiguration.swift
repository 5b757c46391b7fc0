public import Basics

/// `source`: where connections to servers come from. HAProxy manual, sections 4.2 and 5.2.
public struct SourceConfiguration: Hashable, Sendable {
  /// `usesrc`: an address that is not this machine's own.
  public enum Foreign: Hashable, Sendable {
    /// `client`: the client's address and port.
    case client
    /// `clientip`: the client's address.
    case clientAddress
    /// Always the same; port 0 for any.
    case fixed(SocketAddress)
  }

  /// The address to bind to, for checks and for clients without an address too; port 0 for any.
  public var address: SocketAddress
  /// Ports that are handed out one by one, in place of the one in `address`; nil for none.
  public var ports: ClosedRange<UInt16>?
  /// `usesrc`; nil without.
  public var foreign: Foreign?
  /// `interface`; nil without.
  public var interface: InterfaceName?

  /// Whether it can be carried out only with privileges.
  public var needsPrivileges: Bool { foreign != nil || interface != nil }

  /// - Parameters:
  ///   - address: the address to bind to; port 0 for any.
  ///   - ports: ports that are handed out one by one.
  public init(address: SocketAddress, ports: ClosedRange<UInt16>? = nil) {
    self.address = address
    self.ports = ports
  }
}
