/// A set of processors of the machine.
public struct ProcessorSet: Hashable, Sendable {
  /// The highest number a processor can have here.
  public static let numberMax = 1023

  /// Their numbers, 0 to `numberMax`
  public var numbers: Set<Int>

  /// - Parameter numbers: the processors' numbers.
  public init(_ numbers: Set<Int>) { self.numbers = numbers }
}

/// Which processors the process and its threads run on. HAProxy manual, section 3.1, `cpu-set` and
/// `cpu-map`.
public struct ProcessorChoice: Hashable, Sendable {
  /// `cpu-set reset`: what the process was limited to when it was started does not count.
  public var isReset = false
  /// `cpu-set only-cpu`; nil for all.
  public var only: Set<Int>?
  /// `cpu-set drop-cpu`
  public var dropped: Set<Int> = []
  /// `cpu-map`: the processors of threads, by their number from 1.
  public var ofThread: [Int: ProcessorSet] = [:]

  public init() {}

  /// Whether `cpu-set` says anything.
  public var isRestricted: Bool { isReset || only != nil || !dropped.isEmpty }

  /// The processors that are left of those that could be used.
  public func remaining(of numbers: Set<Int>) -> Set<Int> {
    (only.map { numbers.intersection($0) } ?? numbers).subtracting(dropped)
  }
}
