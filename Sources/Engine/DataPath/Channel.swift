import Basics
import KernelIO

/// A run of received bytes in one buffer: from `start` up to `end`. Eight bytes, because a session
/// has twenty of them.
struct ChannelPiece {
  /// Where each begins: 24 bits of `start`, 24 of `end`, 16 of the buffer's number.
  private var bits: UInt64

  private static let positionMask: UInt64 = 1 << 24 - 1

  /// - Parameters:
  ///   - buffer: a lease of the kernel's pool, below 32768, or `spill`.
  ///   - start: 0 up to `end`.
  ///   - end: below `positionsMax`.
  @inline(__always)
  init(buffer: BufferIndex = .none, start: Int = 0, end: Int = 0) {
    let number = UInt64(UInt16(truncatingIfNeeded: buffer.rawValue))
    bits =
      UInt64(truncatingIfNeeded: start) | UInt64(truncatingIfNeeded: end) &<< 24 | number &<< 48
  }

  /// The piece lies in the channel's own memory.
  static let spill = BufferIndex(rawValue: -2)
  /// How far a piece can reach into a buffer.
  static let positionsMax = 1 << 24

  @inline(__always) var buffer: BufferIndex {
    BufferIndex(rawValue: Int32(Int16(truncatingIfNeeded: bits &>> 48)))
  }

  @inline(__always) var start: Int {
    get { Int(truncatingIfNeeded: bits & ChannelPiece.positionMask) }
    set { self = ChannelPiece(buffer: buffer, start: newValue, end: end) }
  }

  @inline(__always) var end: Int {
    get { Int(truncatingIfNeeded: bits &>> 24 & ChannelPiece.positionMask) }
    set { self = ChannelPiece(buffer: buffer, start: start, end: newValue) }
  }

  @inline(__always) var count: Int { end &- start }
}

/// How a channel's bytes travel. `SessionSplicing` has the table of the transitions.
enum ChannelMode: UInt8 {
  /// From the socket into leased buffers, and from there into the other socket.
  case copying
  /// Still copying: the receive in flight was asked to end, then a pipe takes over.
  case entering
  /// From the socket through a pipe into the other socket.
  case splicing
  /// The pipe is empty and the poll in flight was asked to end, then receives take over.
  case leaving
}

/// One direction of a session: the bytes that one side sent and the other has not taken yet.
///
/// Holds at most `Limits.channelBytesMax` bytes in at most `capacity` leased buffers;
/// what arrives behind bytes that wait is copied into the room behind them where it fits, so that a
/// sender of single bytes cannot lease the pool empty. When the pool runs low, the bytes of a
/// channel whose reader is stalled move into memory of its own (`spill`) and the leases go back.
@safe struct Channel {
  /// The pieces in order; `count` of them from `first` on, around the end.
  private var pieces = InlineArray<10, ChannelPiece>(repeating: ChannelPiece())
  private var first: UInt8 = 0
  private(set) var pieceCount: UInt8 = 0
  private var bytesHeld: UInt32 = 0
  private var bytesInPipe: UInt32 = 0
  /// Bytes received since the session began.
  private(set) var bytesReceived: UInt64 = 0
  /// The channel's own memory; nil unless the bytes were spilled.
  private var spilled: UnsafeMutablePointer<UInt8>?

  /// How the bytes travel.
  var mode = ChannelMode.copying
  /// Whether the source may have bytes, as far as its poll and the splices since tell.
  var isSourceReady = false
  /// Whether the direction may be spliced at all.
  var maySplice = false
  /// Whether the channel is in the worker's run queue.
  var isRunnable = false
  /// Arrivals one after another that speak for the other mode: turns that brought much while copying,
  /// wake-ups that brought little while splicing.
  var contraryArrivals: UInt8 = 0
  /// Bytes received in the turn of that number.
  private var turnBytes: UInt32 = 0
  private var turnNumber: UInt32 = 0
  /// The pipe held; none while no byte is in it.
  var pipe = PipeIndex.none
  /// What the chain in flight has found besides bytes; `SessionChains`.
  var chain = ChainFindings()
  /// Two pieces behind the first hold more than a buffer together, so that nine pieces behind it hold
  /// more than the four buffers of bytes that a channel may hold.
  static let capacity = 10

  /// The bytes of all pieces; those in the pipe come on top.
  @inline(__always) private(set) var bytes: Int {
    get { Int(bytesHeld) }
    set { bytesHeld = UInt32(truncatingIfNeeded: newValue) }
  }

  /// The bytes in the pipe, behind those of the pieces.
  @inline(__always) private(set) var pipeBytes: Int {
    get { Int(bytesInPipe) }
    set { bytesInPipe = UInt32(truncatingIfNeeded: newValue) }
  }

  @inline(__always) var isEmpty: Bool { bytes == 0 && pipeBytes == 0 }
  var isFull: Bool { Int(pieceCount) == Channel.capacity }

  @inline(__always)
  private func place(_ index: Int) -> Int {
    let sum = Int(first) &+ index
    return sum >= Channel.capacity ? sum &- Channel.capacity : sum
  }

  /// One of the pieces, 0 for the oldest.
  @inline(__always)
  subscript(_ index: Int) -> ChannelPiece { pieces[place(index)] }

  /// The memory of the bytes of a piece.
  @inline(__always)
  func memory<K: Kernel & ~Copyable>(
    of piece: ChannelPiece, in kernel: borrowing K
  ) -> UnsafeMutablePointer<UInt8> {
    if piece.buffer == ChannelPiece.spill, let spilled = unsafe spilled {
      return unsafe spilled + piece.start
    }
    return unsafe kernel.memory(of: piece.buffer) + piece.start
  }

  /// Takes a lease with `count` received bytes at its beginning.
  ///
  /// - Parameter isWaiting: whether bytes before these wait for the reader: then small pieces are
  ///   put together.
  mutating func append<K: Kernel & ~Copyable>(
    _ buffer: BufferIndex, count: Int, isWaiting: Bool, in kernel: inout K
  ) {
    bytes &+= count
    bytesReceived &+= UInt64(count)
    if isWaiting, pieceCount > 0 {
      let last = place(Int(pieceCount) &- 1)
      let piece = pieces[last]
      if piece.buffer != ChannelPiece.spill, piece.end &+ count <= kernel.bufferBytes {
        unsafe (kernel.memory(of: piece.buffer) + piece.end).update(
          from: kernel.memory(of: buffer), count: count)
        pieces[last].end = piece.end &+ count
        kernel.giveBack(buffer)
        return
      }
    }
    invariant(Int(pieceCount) < Channel.capacity, "a channel leases no more buffers than its limit")
    pieces[place(Int(pieceCount))] = ChannelPiece(buffer: buffer, end: count)
    pieceCount &+= 1
  }

  /// Counts an arrival; one that speaks for the present mode starts the count again.
  @inline(__always)
  mutating func countArrival(isContrary: Bool) {
    contraryArrivals = isContrary ? min(contraryArrivals, .max &- 1) &+ 1 : 0
  }

  /// Counts bytes that a turn received.
  ///
  /// - Returns: whether so much has come, at once or turn after turn, that a pipe is worth its while.
  @inline(__always)
  mutating func countTurn(_ count: Int, turn: UInt32, _ limits: SpliceLimits) -> Bool {
    if turnNumber != turn {
      countArrival(isContrary: Int(turnBytes) >= limits.smallBytes)
      turnNumber = turn
      turnBytes = 0
    }
    turnBytes &+= UInt32(truncatingIfNeeded: count)
    return Int(turnBytes) >= limits.threshold || Int(contraryArrivals) >= limits.patience
  }

  /// Notes bytes that were spliced from the source into the pipe.
  @inline(__always)
  mutating func enterPipe(_ count: Int) {
    pipeBytes &+= count
    bytesReceived &+= UInt64(count)
  }

  /// Notes bytes that were spliced from the pipe into the target.
  @inline(__always)
  mutating func leavePipe(_ count: Int) {
    invariant(count <= pipeBytes, "no more bytes leave a pipe than entered it")
    pipeBytes &-= count
  }

  /// Forgets the bytes of the pipe, which is discarded or given back.
  mutating func forgetPipe() {
    pipe = .none
    pipeBytes = 0
  }

  /// Drops bytes from the front that were sent, and gives back what became empty.
  mutating func consume<K: Kernel & ~Copyable>(_ count: Int, in kernel: inout K) {
    invariant(count <= bytes, "no more bytes leave a channel than entered it")
    bytes &-= count
    var rest = count
    while rest > 0 {
      let head = Int(first)
      let held = pieces[head].count
      if rest < held {
        pieces[head].start &+= rest
        return
      }
      rest &-= held
      removeFirst(in: &kernel)
    }
  }

  /// Takes a PROXY header away, which counts as nothing received.
  mutating func consumeHeader<K: Kernel & ~Copyable>(_ count: Int, in kernel: inout K) {
    bytesReceived &-= UInt64(count)
    consume(count, in: &kernel)
  }

  /// Gives everything back; the bytes are gone.
  mutating func removeAll<K: Kernel & ~Copyable>(in kernel: inout K) {
    while pieceCount > 0 { removeFirst(in: &kernel) }
    bytes = 0
  }

  private mutating func removeFirst<K: Kernel & ~Copyable>(in kernel: inout K) {
    let buffer = pieces[Int(first)].buffer
    pieces[Int(first)] = ChannelPiece()
    first = Int(first) &+ 1 == Channel.capacity ? 0 : first &+ 1
    pieceCount &-= 1
    if buffer == ChannelPiece.spill {
      unsafe spilled?.deallocate()
      unsafe spilled = nil
    } else {
      kernel.giveBack(buffer)
    }
  }

  /// Appends the bytes to an array, without taking them.
  func copy<K: Kernel & ~Copyable>(to bytes: inout [UInt8], in kernel: borrowing K) {
    for index in 0..<Int(pieceCount) {
      let piece = self[index]
      unsafe bytes.append(
        contentsOf: UnsafeBufferPointer(start: memory(of: piece, in: kernel), count: piece.count))
    }
  }

  /// Moves all bytes into memory of the channel's own, behind `prefix`, and gives the leases back.
  ///
  /// Nothing of the channel may be in a send that has not completed.
  mutating func spill<K: Kernel & ~Copyable>(prefix: [UInt8] = [], in kernel: inout K) {
    let total = bytes + prefix.count
    guard total > 0 else { return }
    invariant(total < ChannelPiece.positionsMax, "a channel holds less than a piece can reach")
    if prefix.isEmpty, pieceCount == 1, self[0].buffer == ChannelPiece.spill { return }
    let block = UnsafeMutablePointer<UInt8>.allocate(capacity: total)
    for index in prefix.indices { unsafe block[index] = prefix[index] }
    var filled = prefix.count
    for index in 0..<Int(pieceCount) {
      let piece = self[index]
      unsafe (block + filled).update(from: memory(of: piece, in: kernel), count: piece.count)
      filled += piece.count
    }
    removeAll(in: &kernel)
    unsafe spilled = unsafe block
    pieces[Int(first)] = ChannelPiece(buffer: ChannelPiece.spill, end: total)
    pieceCount = 1
    bytes = total
  }

  /// Whether any of the bytes lie in leased buffers.
  var isLeasing: Bool {
    pieceCount > 1 || (pieceCount == 1 && self[0].buffer != ChannelPiece.spill)
  }

  func checkInvariants() {
    var sum = 0
    for index in 0..<Int(pieceCount) { sum += self[index].count }
    invariant(sum == bytes, "a channel's bytes are those of its pieces")
    invariant(pipe != .none || pipeBytes == 0, "spliced bytes are in a pipe")
    invariant(
      mode == .splicing || pipeBytes == 0, "bytes are in a pipe only while the channel splices")
  }
}
