import Basics

/// Networks by their prefixes: a tree that leaves out what does not branch, so that a search looks at
/// as many nodes as the longest chain of networks inside each other, at most one a bit.
struct NetworkTree: Sendable {
  private struct Node: Sendable {
    var bits: UInt128
    var length: Int
    /// The smallest place among equal networks; -1 for a mere branching.
    var index: Int
    var children: (Int32, Int32) = (-1, -1)
  }

  private var nodes: [Node] = []
  private var roots: (v4: Int32, v6: Int32) = (-1, -1)

  /// - Parameters:
  ///   - address: any address of the network.
  ///   - bits: the length of the prefix.
  ///   - index: what a search answers.
  mutating func add(_ address: IPAddress, bits: Int, _ index: Int) {
    let key = NetworkTree.key(address) & NetworkTree.mask(bits)
    let isV4 = address.family == .v4
    let root = isV4 ? roots.v4 : roots.v6
    let new = insert(key, bits, index, below: root)
    if isV4 { roots.v4 = new } else { roots.v6 = new }
  }

  /// The longest network that an address is in.
  ///
  /// - Parameter steps: counts the nodes that were looked at.
  func longest(of address: IPAddress, steps: inout Int) -> Int? {
    let key = NetworkTree.key(address)
    var best: Int?
    var place = address.family == .v4 ? roots.v4 : roots.v6
    while place >= 0 {
      steps += 1
      let node = nodes[Int(place)]
      guard (key ^ node.bits) & NetworkTree.mask(node.length) == 0 else { break }
      if node.index >= 0 { best = node.index }
      guard node.length < 128 else { break }
      place = NetworkTree.bit(key, node.length) ? node.children.1 : node.children.0
    }
    return best
  }

  /// Inserts and returns the new top of the part below `root`.
  private mutating func insert(
    _ key: UInt128, _ bits: Int, _ index: Int, below root: Int32
  ) -> Int32 {
    var parent: (place: Int32, isOne: Bool)?
    var place = root
    while place >= 0 {
      let node = nodes[Int(place)]
      let common = min((key ^ node.bits).leadingZeroBitCount, min(bits, node.length))
      if common == node.length {
        if bits == node.length {
          if node.index < 0 { nodes[Int(place)].index = index }
          return root
        }
        let isOne = NetworkTree.bit(key, node.length)
        parent = (place, isOne)
        place = isOne ? node.children.1 : node.children.0
        continue
      }
      // They part before this node ends: something goes in between.
      let leaf = make(key, bits, index)
      var middle = leaf
      if common < bits {
        middle = make(key & NetworkTree.mask(common), common, -1)
        link(middle, to: leaf, NetworkTree.bit(key, common))
      }
      link(middle, to: place, NetworkTree.bit(node.bits, common))
      guard let parent else { return middle }
      link(parent.place, to: middle, parent.isOne)
      return root
    }
    let leaf = make(key, bits, index)
    guard let parent else { return leaf }
    link(parent.place, to: leaf, parent.isOne)
    return root
  }

  private mutating func make(_ bits: UInt128, _ length: Int, _ index: Int) -> Int32 {
    nodes.append(Node(bits: bits, length: length, index: index))
    return Int32(nodes.count - 1)
  }

  private mutating func link(_ place: Int32, to child: Int32, _ isOne: Bool) {
    if isOne { nodes[Int(place)].children.1 = child } else { nodes[Int(place)].children.0 = child }
  }

  /// The address at the upper end of 128 bits.
  private static func key(_ address: IPAddress) -> UInt128 {
    address.family == .v4
      ? UInt128(address.v4Number) << 96 : UInt128(address.high) << 64 | UInt128(address.low)
  }

  private static func mask(_ bits: Int) -> UInt128 {
    bits == 0 ? 0 : UInt128.max << UInt128(128 - bits)
  }

  private static func bit(_ key: UInt128, _ index: Int) -> Bool {
    key >> UInt128(127 - index) & 1 == 1
  }
}
