/// One of the two connections of a session, as the session sees it.
public struct SessionSide: Equatable, Sendable {
  /// What can still come from this side.
  public enum Reading: UInt8, Sendable {
    /// Bytes may still come.
    case open
    /// It sent its FIN: nothing more will come.
    case ended
    /// This process reads no more from it: a reset, a timeout, or nobody to read for.
    case aborted
  }

  /// What can still go to this side.
  public enum Writing: UInt8, Sendable {
    /// Bytes may still go out.
    case open
    /// A FIN is due as soon as the last byte is out.
    case ending
    /// The FIN is out, or nothing can be sent any more.
    case shut
  }

  public internal(set) var reading = Reading.open
  public internal(set) var writing = Writing.open
  /// Whether its socket is closed, or was never there.
  public internal(set) var isClosed = false
  /// Whether shutting it means closing it at once, with a reset.
  var closesWithReset = false
  /// Whether what is held for it will never go out.
  var isBlockedForGood = false

  /// Whether one direction is over while the socket still is there: then the `-fin` timeout counts.
  public var isHalfClosed: Bool { reading != .open || writing == .shut }
}

/// The two connections of a session.
public enum SideName: UInt8, Sendable {
  case client = 0
  case server = 1

  /// The other one.
  @inlinable public var other: SideName { self == .client ? .server : .client }
}

/// Which directions hold bytes that have not been handed to the kernel yet.
public struct HeldBytes: OptionSet, Sendable {
  public var rawValue: UInt8
  @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }
  /// Bytes of the client that the server has not got.
  @inlinable public static var request: HeldBytes { HeldBytes(rawValue: 1) }
  /// Bytes of the server that the client has not got.
  @inlinable public static var response: HeldBytes { HeldBytes(rawValue: 2) }

  /// Whether bytes are held for a side.
  func isHolding(for side: SideName) -> Bool {
    contains(side == .server ? .request : .response)
  }
}

/// What the driver does next, in the order of the bits. The values behind an action (which server,
/// which timeout) are the session's and the configuration's.
public struct SessionActions: OptionSet, Sendable {
  public var rawValue: UInt32
  @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Leave the queue: nobody waits any more.
  @inlinable public static var leaveQueue: SessionActions { SessionActions(rawValue: 1 << 0) }
  /// End the connection attempt and close its socket.
  @inlinable public static var abandonConnect: SessionActions { SessionActions(rawValue: 1 << 1) }
  /// Give the place at the server back.
  @inlinable public static var leaveServer: SessionActions { SessionActions(rawValue: 1 << 2) }
  /// Throw away what the client sent and the server has not got.
  @inlinable public static var dropRequest: SessionActions { SessionActions(rawValue: 1 << 3) }
  /// Throw away what the server sent and the client has not got.
  @inlinable public static var dropResponse: SessionActions { SessionActions(rawValue: 1 << 4) }
  /// Stop receiving from the client.
  @inlinable public static var stopReadingClient: SessionActions {
    SessionActions(rawValue: 1 << 5)
  }
  /// Stop receiving from the server.
  @inlinable public static var stopReadingServer: SessionActions {
    SessionActions(rawValue: 1 << 6)
  }
  /// Send a FIN to the client.
  @inlinable public static var shutdownClient: SessionActions { SessionActions(rawValue: 1 << 7) }
  /// Send a FIN to the server.
  @inlinable public static var shutdownServer: SessionActions { SessionActions(rawValue: 1 << 8) }
  /// Close the client's socket in order.
  @inlinable public static var closeClient: SessionActions { SessionActions(rawValue: 1 << 9) }
  /// Close the client's socket with a reset.
  @inlinable public static var resetClient: SessionActions { SessionActions(rawValue: 1 << 10) }
  /// Close the server's socket in order.
  @inlinable public static var closeServer: SessionActions { SessionActions(rawValue: 1 << 11) }
  /// Close the server's socket with a reset.
  @inlinable public static var resetServer: SessionActions { SessionActions(rawValue: 1 << 12) }
  /// Ask the backend for a server.
  @inlinable public static var chooseServer: SessionActions { SessionActions(rawValue: 1 << 13) }
  /// Ask the backend for the same server once more, in place of `chooseServer`.
  @inlinable public static var connectAgain: SessionActions { SessionActions(rawValue: 1 << 14) }
  /// Connect to the server that was chosen.
  @inlinable public static var connect: SessionActions { SessionActions(rawValue: 1 << 15) }
  /// Wait for the turnaround delay: the lesser of a second and `timeout connect`.
  @inlinable public static var awaitTurnaround: SessionActions { SessionActions(rawValue: 1 << 16) }
  /// Start moving bytes both ways.
  @inlinable public static var establish: SessionActions { SessionActions(rawValue: 1 << 17) }
  /// Everything is over: log and free, once nothing is in flight.
  @inlinable public static var finish: SessionActions { SessionActions(rawValue: 1 << 18) }
}
