/// The nesting of `.if`, `.elif`, `.else` and `.endif`.
struct ConditionalBlocks {
  /// One `.if` up to its `.endif`.
  private enum Block {
    /// The lines count.
    case taken
    /// No branch was taken yet; an `.elif` or `.else` may be.
    case dropped
    /// A branch was taken before, or an outer block does not count: no further branch counts.
    case skipped
    /// The lines behind `.else`, which nothing but `.endif` may follow.
    case takenElse
    case droppedElse
  }

  /// What a branch depends on.
  enum Branch {
    /// Its condition has to be evaluated; then `decide`.
    case undecided
    /// It does not count, whatever its condition is.
    case ignored
  }

  /// The deepest nesting, exclusive.
  static let depthMax = 100

  private var blocks: [Block] = []

  /// How many blocks are open.
  var depth: Int { blocks.count }

  /// Whether lines do not count here.
  var isMasked: Bool {
    switch blocks.last {
    case .dropped, .skipped, .droppedElse: true
    case .taken, .takenElse, nil: false
    }
  }

  /// `.if`
  ///
  /// - Returns: nil when the nesting is too deep.
  mutating func open() -> Branch? {
    guard blocks.count + 1 < ConditionalBlocks.depthMax else { return nil }
    let isMasked = isMasked
    blocks.append(isMasked ? .skipped : .dropped)
    return isMasked ? .ignored : .undecided
  }

  /// What is wrong with a directive at its place.
  enum Misplacement: Error {
    /// There is no `.if`.
    case lone
    /// There was an `.else` already.
    case afterElse
  }

  /// `.elif`
  mutating func alternative() throws(Misplacement) -> Branch {
    switch blocks.last {
    case nil: throw .lone
    case .takenElse, .droppedElse: throw .afterElse
    case .taken, .skipped:
      blocks[depth - 1] = .skipped
      return .ignored
    case .dropped: return .undecided
    }
  }

  /// The condition of the last `.if` or `.elif` that was undecided.
  mutating func decide(_ isTrue: Bool) { blocks[depth - 1] = isTrue ? .taken : .dropped }

  /// `.else`
  mutating func otherwise() throws(Misplacement) {
    switch blocks.last {
    case nil: throw .lone
    case .takenElse, .droppedElse: throw .afterElse
    case .taken, .skipped: blocks[depth - 1] = .droppedElse
    case .dropped: blocks[depth - 1] = .takenElse
    }
  }

  /// `.endif`
  mutating func close() throws(Misplacement) {
    guard blocks.popLast() != nil else { throw .lone }
  }
}
