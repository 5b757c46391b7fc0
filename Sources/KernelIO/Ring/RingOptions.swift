/// How a `Ring` is made: its sizes, and for tests the rungs of the ladder it must stand on.
public struct RingOptions: Sendable {
  /// How many buffers the receive pool has, 1 to 32,768.
  public var buffersMax = 256
  /// The size of a buffer of the receive pool in bytes: a multiple of 4096, up to 1 GiB.
  public var bufferBytes = 65_536
  /// How many requests fit into one submission, a power of two up to 32,768. More started between
  /// two turns only cost a further submission.
  public var submissionEntries: UInt32 = 2048
  /// How many completions the kernel can keep without allocating, a power of two up to 65,536.
  public var completionEntries: UInt32 = 16_384
  /// How many completions one turn delivers at most; the rest comes with the next one.
  public var completionsPerTurn = 4096

  /// The task work to insist on; nil for the best that the kernel offers.
  public var taskWork: RingFeatures.TaskWork?
  /// The way to receive to insist on; nil for the best that the kernel offers.
  public var receive: RingFeatures.Receive?
  /// The most threads the kernel may run for requests that wait on threads of their own, which are
  /// splices alone here; 0 for the kernel's own limit.
  public var kernelThreadsMax: UInt32 = 0
  /// Whether to register the ring's own descriptor.
  public var registersDescriptor = true

  /// The sizes for a worker.
  public init() {}
}

/// What a `Ring` found the kernel able to do: the rung of the ladder it stands on.
public struct RingFeatures: Hashable, Sendable {
  /// When the kernel finishes what a request has left to do.
  public enum TaskWork: UInt8, CaseIterable, Sendable {
    /// Inside the turn only. IORING_SETUP_DEFER_TASKRUN, Linux 6.1
    case deferred
    /// At any entry into the kernel. IORING_SETUP_COOP_TASKRUN, Linux 5.19
    case cooperative
    /// At once, interrupting the thread: a third dearer.
    case interrupting
  }

  /// How a receive goes on.
  public enum Receive: UInt8, CaseIterable, Sendable {
    /// By itself, up to a number of bytes that the kernel counts. Linux 6.17
    case multishot
    /// By a new request for every piece, which the ring starts.
    case oneshot
  }

  /// When requests are finished.
  public var taskWork: TaskWork
  /// How a receive goes on.
  public var receive: Receive
  /// Whether the kernel finds the ring without looking up its descriptor. Linux 5.18
  public var isDescriptorRegistered: Bool
}

extension RingFeatures: CustomStringConvertible {
  /// Such as `deferred task work, registered ring, multishot receive`.
  public var description: String {
    let ring = isDescriptorRegistered ? "registered ring" : "plain ring"
    return "\(taskWork) task work, \(ring), \(receive) receive"
  }
}
