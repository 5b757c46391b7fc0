import KernelIO
import Sessions

/// The requests that a session, a listener, a check or a worker can have in flight: the operation
/// byte of a `Token`. For what belongs to a side of a session the lowest bit is the side.
enum Operation: UInt8 {
  case receiveClient = 0
  case receiveServer = 1
  case sendClient = 2
  case sendServer = 3
  /// Waits until a side takes bytes again.
  case writableClient = 4
  case writableServer = 5
  /// Waits for a side that sent its FIN to be gone altogether.
  case hangUpClient = 6
  case hangUpServer = 7
  case connect = 8
  /// Ends a wait: in a queue, or of rules that look at what a side sends.
  case queueTimer = 9
  case turnaroundTimer = 10
  /// Lets accepted bytes reach the server before it is reset.
  case lingerTimer = 11
  /// Splices from a side into a pipe, by the kernel (`tune.splice ring`).
  case fillClient = 12
  case fillServer = 13
  /// Splices from a pipe to a side, by the kernel.
  case emptyClient = 14
  case emptyServer = 15

  case accept = 16
  /// Ends the pause after an accept that failed for want of descriptors or memory.
  case acceptRetryTimer = 17

  case checkTimer = 24
  case checkConnect = 25
  case checkSend = 26
  case checkReceive = 27
  case checkWritable = 28

  /// Wakes the worker that looks after a backend's ramps and expiries.
  case backendTimer = 32
  /// Looks again at sides of sessions that have lived for a moment.
  case revisitTimer = 34
  /// Takes entries out of a stick table whose life is over.
  case tableTimer = 35
  /// Ends the last accepting of a process that is replaced.
  case drainTimer = 33

  /// The operation of a kind for a side.
  @inline(__always)
  static func receive(_ side: SideName) -> Operation {
    side == .client ? .receiveClient : .receiveServer
  }
  @inline(__always)
  static func send(_ side: SideName) -> Operation { side == .client ? .sendClient : .sendServer }
  @inline(__always)
  static func writable(_ side: SideName) -> Operation {
    side == .client ? .writableClient : .writableServer
  }
  @inline(__always)
  static func hangUp(_ side: SideName) -> Operation {
    side == .client ? .hangUpClient : .hangUpServer
  }
  @inline(__always)
  static func fill(_ side: SideName) -> Operation { side == .client ? .fillClient : .fillServer }
  @inline(__always)
  static func empty(_ side: SideName) -> Operation { side == .client ? .emptyClient : .emptyServer }
}

/// A set of the operations of a session.
struct OperationSet: OptionSet {
  var rawValue: UInt16
  @inline(__always) init(rawValue: UInt16) { self.rawValue = rawValue }
  @inline(__always) init(_ operation: Operation) { rawValue = 1 &<< UInt16(operation.rawValue) }

  @inline(__always) func contains(_ operation: Operation) -> Bool {
    rawValue & (1 &<< UInt16(operation.rawValue)) != 0
  }
  @inline(__always) mutating func insert(_ operation: Operation) {
    rawValue |= 1 &<< UInt16(operation.rawValue)
  }
  @inline(__always) mutating func remove(_ operation: Operation) {
    rawValue &= ~(1 &<< UInt16(operation.rawValue))
  }

  /// Everything that uses the socket of a side.
  @inline(__always)
  static func all(on side: SideName) -> OperationSet {
    // Bits 0, 2, 4, 6, 12, 14 are the client's, 1, 3, 5, 7, 13, 15 the server's; 8 is connect.
    OperationSet(rawValue: side == .client ? 0b0101_0000_0101_0101 : 0b1010_0001_1010_1010)
  }
}
