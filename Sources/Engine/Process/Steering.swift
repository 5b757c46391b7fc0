internal import Basics
internal import CLiburing
internal import ConfigurationLanguage
internal import KernelIO

/// Points new connections to this process while another one still listens on the same addresses, so
/// that the other can empty its queues and leave without a connection being lost.
///
/// SO_REUSEPORT sockets of one address form a group, in which the kernel numbers them in the order
/// of listen(2) and spreads connections over all. docs/decisions/0003-reload-steering.md has the
/// facts.
struct Steering: ~Copyable {
  /// Our sockets of one address.
  private struct Group {
    var address: SocketAddress
    var interface: String?
    var descriptors: [Int32]
    var isSteered = false
  }

  private var groups: [Group] = []
  private let census: ListenerCensus

  /// - Parameters:
  ///   - sockets: every listening socket of this process.
  ///   - configuration: whose they are.
  init(_ sockets: [ListeningSocket], configuration: Configuration) {
    census = ListenerCensus()
    for socket in sockets where socket.worker != nil {
      let line = configuration.proxies[socket.proxy].listeners[socket.listener]
      guard case .endpoint(let endpoint) = line.address else { continue }
      let descriptor = socket.descriptor.rawValue
      if let index = groups.firstIndex(where: {
        $0.address == endpoint.address && $0.interface == line.interface
      }) {
        groups[index].descriptors.append(descriptor)
      } else {
        groups.append(
          Group(
            address: endpoint.address, interface: line.interface, descriptors: [descriptor]))
      }
    }
  }

  /// Steers every address on which somebody else listens too.
  mutating func begin() {
    for index in groups.indices {
      let group = groups[index]
      guard let total = census.count(of: group.address), total > group.descriptors.count else {
        continue
      }
      groups[index].isSteered = Steering.attach(group, others: total - group.descriptors.count)
    }
  }

  /// Gives the choice back to the kernel where the others are gone.
  ///
  /// - Parameter everywhere: whether they are known to be gone from everywhere.
  /// - Returns: whether nothing is steered any more.
  mutating func end(everywhere: Bool) -> Bool {
    var isOver = true
    for index in groups.indices where groups[index].isSteered {
      let group = groups[index]
      if !everywhere, let total = census.count(of: group.address), total > group.descriptors.count {
        isOver = false
        continue
      }
      _ = sluice_steer_detach(group.descriptors[0])
      groups[index].isSteered = false
    }
    return isOver
  }

  /// The best of three: by map, which also inherits what waits in a closing listener, but needs a
  /// capability; to one socket of ours, whose number stays right while the others close, if there
  /// are enough of ours to fill the gaps; or to all of ours as long as nobody has closed.
  private static func attach(_ group: Group, others: Int) -> Bool {
    let count = UInt32(group.descriptors.count)
    if unsafe sluice_steer_by_map(group.descriptors, count) == 0 { return true }
    // Sockets of another interface may be among those counted, and the numbers are unknown then.
    guard group.interface == nil else { return false }
    let first = UInt32(others)
    if count >= first { return sluice_steer_to_index(group.descriptors[0], first) == 0 }
    return sluice_steer_behind(group.descriptors[0], first, count) == 0
  }
}
