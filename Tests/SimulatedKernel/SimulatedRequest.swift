import Basics
import KernelIO

/// A request of the engine, from its start until `turn` hands out its last completion.
final class SimulatedRequest {
  enum Kind { case accept, connect, receive, send, poll, timer, fill, empty }

  let kind: Kind
  let token: Token
  /// -1 for timers.
  let descriptor: Int32
  var isMultishot = false
  var bytesLeft = 0
  var events: PollEvents = []
  var endpoint: Endpoint?
  var timeout: Duration?
  var deadline: Instant?
  /// send: what is to be sent, and what it was when the send was started.
  var pieces: [SendMemory] = []
  var checksum: UInt64 = 0
  /// The chain that the request is a link of.
  var chain: SimulatedChain?
  /// Whether the kernel has seen it: requests reach it with the next turn.
  var isSubmitted = false
  /// Whether its last completion exists, handed out or not.
  var isOver = false
  /// When its latest completion is handed out: the next one is not handed out before.
  var lastDue = Instant.origin

  init(_ kind: Kind, token: Token, descriptor: Int32) {
    self.kind = kind
    self.token = token
    self.descriptor = descriptor
  }
}

/// Linked requests: a wait, a splice into a pipe and a splice out of it; or the last alone.
final class SimulatedChain {
  let pipe: SimulatedPipe
  let bytesMax: Int
  var wait: SimulatedRequest?
  var fill: SimulatedRequest?
  var empty: SimulatedRequest?
  /// When the latest completion is handed out: those of a chain keep their order.
  var lastDue = Instant.origin

  init(pipe: SimulatedPipe, bytesMax: Int) {
    self.pipe = pipe
    self.bytesMax = bytesMax
  }
}

/// The memory of a piece of a send, which the engine must leave alone until the completion.
///
/// Safe, because it is read between start and completion only, when the engine keeps it alive.
@safe struct SendMemory {
  private let bytes: UnsafeBufferPointer<UInt8>

  init(_ piece: SendPiece) {
    unsafe bytes = UnsafeBufferPointer(start: piece.base, count: piece.count)
  }

  var count: Int { unsafe bytes.count }

  func copy(_ range: Range<Int>) -> [UInt8] { unsafe Array(bytes[range]) }

  func hash(into hash: inout UInt64) {
    for index in unsafe bytes.indices {
      hash = unsafe (hash ^ UInt64(bytes[index])) &* 0x100_0000_01b3
    }
  }
}
