import Basics

/// The two ends of a pipe that bytes are spliced through. A trivial value: whoever made the pipe
/// closes both ends. pipe(2)
public struct Pipe: Hashable, Sendable, BitwiseCopyable {
  /// The end that bytes leave by.
  public var reader: Descriptor
  /// The end that bytes enter by.
  public var writer: Descriptor
  /// How many bytes it holds, as F_GETPIPE_SZ tells: a page for each of its places. A place holds
  /// one fragment of the source's bytes, so that many small fragments fill a pipe with fewer bytes.
  public var capacity: Int

  /// - Parameters:
  ///   - reader: the end that bytes leave by.
  ///   - writer: the end that bytes enter by.
  ///   - capacity: how many bytes it holds.
  @inlinable public init(reader: Descriptor, writer: Descriptor, capacity: Int) {
    self.reader = reader
    self.writer = writer
    self.capacity = capacity
  }
}

/// The number of a pipe of a `PipePool`.
public struct PipeIndex: Hashable, Sendable, BitwiseCopyable {
  /// 0 to the pool's size less one; -1 for none.
  public var rawValue: Int32
  /// - Parameter rawValue: the number.
  @inlinable public init(rawValue: Int32) { self.rawValue = rawValue }
  /// No pipe.
  @inlinable public static var none: PipeIndex { PipeIndex(rawValue: -1) }
}

/// The pipes of one worker: made when they are first wanted, at most `pipesMax`, and used last in,
/// first out. A pipe is held only while bytes are in it.
///
/// The kernel may refuse a pipe, or make it small: above 16,384 pages of pipes a user without
/// CAP_SYS_RESOURCE gets two places only (pipe(7), `pipe-user-pages-soft`). Such a pipe is not worth
/// having. It is closed again, and the pool asks for no new one until one of its own comes back.
@safe public struct PipePool: ~Copyable {
  /// The most pipes that are kept while nobody holds them.
  public static let freeMax = 64
  /// The most pipes at a time.
  public let pipesMax: Int
  /// What is asked for, in bytes.
  public let pipeBytes: Int
  /// The least that is taken, in bytes.
  public let pipeBytesMin: Int
  /// How many pipes are held by somebody.
  public private(set) var usedCount = 0
  /// How often the kernel refused a pipe or made it too small.
  public private(set) var refusals: UInt64 = 0

  private let pipes: UnsafeMutablePointer<Pipe>
  /// Places without a pipe, then pipes that nobody holds: two stacks that grow towards each other.
  private let free: UnsafeMutablePointer<Int32>
  /// How many pipes nobody holds.
  public private(set) var freeCount = 0
  private var madeCount = 0
  /// Places whose pipe was closed, at the end of `free`.
  private var emptyCount = 0
  /// Whether the last pipe that was asked for was refused, and none has come back since.
  private var isRefused = false

  /// - Parameters:
  ///   - pipesMax: the most pipes at a time; 0 for none at all.
  ///   - pipeBytes: what is asked for, in bytes.
  ///   - pipeBytesMin: the least that is taken, in bytes.
  public init(pipesMax: Int, pipeBytes: Int, pipeBytesMin: Int) {
    invariant(pipesMax >= 0 && pipesMax <= 1 << 20, "a pool has up to a million pipes")
    self.pipesMax = pipesMax
    self.pipeBytes = pipeBytes
    self.pipeBytesMin = min(pipeBytesMin, pipeBytes)
    unsafe pipes = .allocate(capacity: max(1, pipesMax))
    unsafe free = .allocate(capacity: max(1, pipesMax))
  }

  deinit {
    unsafe pipes.deallocate()
    unsafe free.deallocate()
  }

  /// Whether a pipe can be had, or at least asked for.
  @inline(__always)
  public var hasFree: Bool {
    freeCount > 0 || (!isRefused && usedCount + freeCount < pipesMax)
  }

  /// A pipe.
  @inline(__always)
  public subscript(index: PipeIndex) -> Pipe { unsafe pipes[Int(index.rawValue)] }

  /// Takes an empty pipe. It is given back with `giveBack`, or with `discard` when bytes are in it.
  ///
  /// - Returns: `.none` when there is none to be had.
  @inline(__always)
  public mutating func take<K: Kernel & ~Copyable>(from kernel: inout K) -> PipeIndex {
    guard freeCount == 0 else {
      freeCount &-= 1
      usedCount &+= 1
      return PipeIndex(rawValue: unsafe free[freeCount])
    }
    return hasFree ? make(in: &kernel) : .none
  }

  @inline(never)
  private mutating func make<K: Kernel & ~Copyable>(in kernel: inout K) -> PipeIndex {
    guard case .success(let pipe) = kernel.makePipe(bytes: pipeBytes) else {
      refusals &+= 1
      isRefused = true
      return .none
    }
    guard pipe.capacity >= pipeBytesMin else {
      kernel.closePipe(pipe)
      refusals &+= 1
      isRefused = true
      return .none
    }
    let place: Int32
    if emptyCount > 0 {
      place = unsafe free[pipesMax - emptyCount]
      emptyCount &-= 1
    } else {
      place = Int32(truncatingIfNeeded: madeCount)
      madeCount &+= 1
    }
    unsafe (pipes + Int(place)).initialize(to: pipe)
    usedCount &+= 1
    return PipeIndex(rawValue: place)
  }

  /// Gives an empty pipe back. It is kept for the next taker, unless there are enough.
  @inline(__always)
  public mutating func giveBack<K: Kernel & ~Copyable>(_ index: PipeIndex, in kernel: inout K) {
    invariant(usedCount > 0, "a pipe is given back once")
    guard freeCount < PipePool.freeMax else {
      discard(index, in: &kernel)
      return
    }
    unsafe free[freeCount] = index.rawValue
    freeCount &+= 1
    usedCount &-= 1
    isRefused = false
  }

  /// Closes a pipe; bytes in it are gone.
  public mutating func discard<K: Kernel & ~Copyable>(_ index: PipeIndex, in kernel: inout K) {
    invariant(usedCount > 0, "a pipe is discarded once")
    kernel.closePipe(self[index])
    usedCount &-= 1
    emptyCount &+= 1
    unsafe free[pipesMax - emptyCount] = index.rawValue
    isRefused = false
  }

  /// Closes the pipes that nobody holds.
  public mutating func closeFree<K: Kernel & ~Copyable>(in kernel: inout K) {
    while freeCount > 0 {
      freeCount &-= 1
      let place = unsafe free[freeCount]
      kernel.closePipe(unsafe pipes[Int(place)])
      emptyCount &+= 1
      unsafe free[pipesMax - emptyCount] = place
    }
  }
}
