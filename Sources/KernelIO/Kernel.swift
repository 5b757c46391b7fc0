public import Basics

/// What the engine asks of an operating system: requests that complete later, and calls that
/// return at once.
///
/// There are two in production, `Ring` (io_uring) and `Poller` (epoll), and a simulated one in the
/// tests. All three keep the same promises:
///
/// - A request is started by a call that cannot fail; whatever goes wrong arrives as its
///   completion. Requests started between two `turn`s may reach the kernel together.
/// - Every request completes for the last time exactly once (`Completion.isMore` false), also when
///   it is cancelled. Until then its descriptor must not be closed and its memory must stay.
/// - Completions of one request arrive in order. Between requests there is no order.
/// - A multishot request may end early, without an error, when more completions pile up than the
///   kernel has room for; whoever wants more starts it again.
/// - A request that takes a `timeout` ends with `Errno.cancelled` when the timeout expires, counted
///   from the moment it was started, whatever it delivered meanwhile. The same error answers
///   `cancel`; the caller knows what it cancelled.
/// - Sockets are non-blocking and are used by one kernel value and one thread only.
///
/// A kernel belongs to the thread that calls `turn`, except for `Waker.wake()`.
public protocol Kernel: ~Copyable {
  // MARK: Requests

  /// Accepts connections on a listening socket. The accepted sockets are non-blocking and
  /// close-on-exec. accept4(2), IORING_OP_ACCEPT.
  ///
  /// - Parameters:
  ///   - listener: a listening socket.
  ///   - multishot: whether to go on after the first one. A multishot accept ends by itself only
  ///     with an error, such as `processDescriptorLimit`.
  ///   - token: names the request.
  mutating func accept(on listener: Descriptor, multishot: Bool, token: Token)

  /// Connects a socket. connect(2), IORING_OP_CONNECT.
  ///
  /// - Parameters:
  ///   - socket: an unconnected stream socket.
  ///   - endpoint: where to.
  ///   - timeout: how long the handshake may take; nil for as long as the kernel tries. After it
  ///     expired the socket is good for nothing but `close`.
  ///   - token: names the request.
  mutating func connect(
    _ socket: Descriptor, to endpoint: borrowing Endpoint, timeout: Duration?, token: Token)

  /// Receives into leased buffers of the pool, again and again, until `bytesMax` bytes have been
  /// delivered, the stream ends, an error occurs, no buffer is at hand (`noBufferSpace`: nothing is
  /// lost, start it again while `buffersFree` is positive), it is cancelled, or the timeout expires.
  ///
  /// Every completion with a positive result carries a lease; the last one may carry bytes too
  /// (`isMore` false). After a last completion with bytes, the receive has merely reached its
  /// limit, or came so close to it that a whole buffer might exceed it: it may end with bytes
  /// before `bytesMax`, never beyond. recv(2), IORING_OP_RECV with IORING_RECV_MULTISHOT and IOSQE_BUFFER_SELECT.
  ///
  /// - Parameters:
  ///   - socket: a connected stream socket.
  ///   - bytesMax: the most that is delivered in all completions together, at least 1.
  ///   - pollsFirst: whether nothing is expected to be there yet, so that a first attempt would be
  ///     in vain. It decides what a receive costs, nothing else. IORING_RECVSEND_POLL_FIRST
  ///   - timeout: nil for none.
  ///   - token: names the request.
  mutating func receive(
    on socket: Descriptor, bytesMax: Int, pollsFirst: Bool, timeout: Duration?, token: Token)

  /// Sends what the socket takes at once; never waits (MSG_DONTWAIT, MSG_NOSIGNAL). Completes
  /// with the bytes taken, or with `wouldBlock`. send(2), IORING_OP_SEND.
  ///
  /// - Parameters:
  ///   - socket: a connected stream socket.
  ///   - pieces: 1 to `sendPiecesMax` pieces, sent in order. The array is copied; the memory it
  ///     points to stays untouched until the completion.
  ///   - token: names the request. At most one send is in flight per socket.
  @unsafe mutating func send(
    on socket: Descriptor, pieces: UnsafeBufferPointer<SendPiece>, token: Token)

  /// Waits until one of `events`, an error or a hang-up is true, once. The completion may tell more
  /// than was asked for. poll(2), IORING_OP_POLL_ADD.
  ///
  /// - Parameters:
  ///   - descriptor: any descriptor that can be polled.
  ///   - events: what to wait for; empty waits for errors and hang-ups only.
  ///   - multishot: whether to go on after the first event; then a completion comes for every
  ///     change (edge-triggered).
  ///   - timeout: nil for none.
  ///   - token: names the request.
  mutating func poll(
    _ descriptor: Descriptor, for events: PollEvents, multishot: Bool, timeout: Duration?,
    token: Token)

  /// Whether this kernel can splice in chains: `spliceChain` and `spliceRest`.
  static var splicesInChains: Bool { get }

  /// Waits until a socket can be read, then splices what it has into a pipe, then splices what is in
  /// the pipe to another socket: three linked requests, of which each begins when the one before
  /// it is over. IORING_OP_POLL_ADD, IORING_OP_LINK_TIMEOUT and twice IORING_OP_SPLICE, io_uring(7)
  ///
  /// Each completes once, in this order. When the wait ends without an event, the two splices end
  /// with `cancelled`. A first splice that moved nothing does not keep the second one from
  /// beginning. Only kernels with `splicesInChains` may be asked.
  ///
  /// - Parameters:
  ///   - source: the connected stream socket to read.
  ///   - pipe: holds the bytes in between; nobody else may use it meanwhile.
  ///   - target: the connected stream socket to write.
  ///   - bytesMax: the most that is moved, at least 1.
  ///   - timeout: for the wait; nil for none.
  ///   - tokens: name the wait, the splice into the pipe and the splice out of it. Cancelling the
  ///     wait ends all three, unless the splices have begun.
  mutating func spliceChain(
    from source: Descriptor, through pipe: Pipe, to target: Descriptor, bytesMax: Int,
    timeout: Duration?, tokens: (wait: Token, fill: Token, empty: Token))

  /// Splices what is in a pipe to a socket: the rest of a chain whose target took only a part. Never
  /// waits. IORING_OP_SPLICE
  ///
  /// - Parameters:
  ///   - pipe: with bytes in it.
  ///   - target: the connected stream socket to write.
  ///   - bytesMax: the most that is moved, at least 1.
  ///   - token: names the request.
  mutating func spliceRest(of pipe: Pipe, to target: Descriptor, bytesMax: Int, token: Token)

  /// Completes with `timerExpired` at `deadline`, never earlier. IORING_OP_TIMEOUT.
  mutating func timer(at deadline: Instant, token: Token)

  /// Asks for the request of that token to end. It still completes for the last time, with
  /// `cancelled` or with whatever it did before. Unknown tokens are ignored.
  mutating func cancel(_ token: Token)

  /// Closes a descriptor on which nothing is in flight any more. Has no completion.
  ///
  /// A descriptor that a request was ever started on is closed here, by `closeWithReset` or by
  /// `closeAtOnce`, because a kernel may remember it by its number.
  mutating func close(_ descriptor: Descriptor)

  /// Closes a connected TCP socket with a reset: SO_LINGER {1, 0}, then close.
  mutating func closeWithReset(_ socket: Descriptor)

  /// Closes a socket like the two above, but before it returns: the port that it was bound to is free
  /// for another then. For sockets whose port is lent to one at a time.
  mutating func closeAtOnce(_ socket: Descriptor, withReset: Bool)

  // MARK: The turn

  /// Submits every request started since the last turn and waits until at least one completion is
  /// there.
  ///
  /// - Parameter deadline: when to return even without a completion; nil to wait for one.
  /// - Returns: how many completions can be read with `completion(at:)`, 0 only after `deadline`
  ///   or a signal.
  mutating func turn(deadline: Instant?) -> Int

  /// One of the completions of this turn.
  ///
  /// - Parameter index: 0 up to the number that `turn` returned.
  func completion(at index: Int) -> Completion

  /// Ends the turn: its completions are gone.
  ///
  /// - Parameter count: what `turn` returned.
  mutating func finishTurn(_ count: Int)

  // MARK: The receive pool

  /// The size of a buffer of the receive pool in bytes.
  var bufferBytes: Int { get }
  /// How many buffers the pool has.
  var buffersMax: Int { get }
  /// How many buffers are not leased.
  var buffersFree: Int { get }
  /// The memory of a leased buffer: `bufferBytes` bytes, the lease holder's own until given back.
  @unsafe func memory(of buffer: BufferIndex) -> UnsafeMutablePointer<UInt8>
  /// Ends a lease.
  mutating func giveBack(_ buffer: BufferIndex)

  // MARK: Calls

  /// The monotonic clock, read once a turn (and at the kernel's start): CLOCK_MONOTONIC.
  var now: Instant { get }
  /// The date, read anew: CLOCK_REALTIME.
  func wallTime() -> WallTime
  /// Wakes this kernel's `turn` from another thread.
  var waker: Waker { get }

  /// A new non-blocking, close-on-exec stream socket. socket(2).
  ///
  /// - Parameter endpoint: decides the family.
  mutating func makeSocket(for endpoint: borrowing Endpoint) -> Result<Descriptor, Errno>
  /// Sets an option of a socket. setsockopt(2).
  ///
  /// - Returns: nil when it worked.
  @discardableResult
  mutating func set(_ option: SocketOption, on socket: Descriptor) -> Errno?
  /// Binds a socket to a local address before it connects. bind(2).
  mutating func bind(_ socket: Descriptor, to endpoint: borrowing Endpoint) -> Errno?
  /// Sends a FIN after everything sent so far: shutdown(2) with SHUT_WR.
  @discardableResult
  mutating func shutdownWriting(_ socket: Descriptor) -> Errno?
  /// Bytes sent that the peer has not acknowledged. SIOCOUTQ, tcp(7).
  func unacknowledgedBytes(on socket: Descriptor) -> Int
  /// How a TCP connection goes; nil for what is no TCP socket. TCP_INFO, tcp(7)
  func transmission(of socket: Descriptor) -> TransmissionFacts?
  /// A new non-blocking, close-on-exec pipe. pipe2(2), F_SETPIPE_SZ
  ///
  /// - Parameter bytes: what it should hold; it may hold less, which its `capacity` tells.
  /// - Returns: the pipe, which the caller closes with `closePipe`, or `processDescriptorLimit`,
  ///   `systemDescriptorLimit`.
  mutating func makePipe(bytes: Int) -> Result<Pipe, Errno>
  /// Closes both ends of a pipe; what is in it is gone. close(2)
  mutating func closePipe(_ pipe: Pipe)
  /// Moves bytes from a socket into a pipe, or from a pipe into a socket, without copying them and
  /// without waiting. splice(2) with SPLICE_F_NONBLOCK and SPLICE_F_MOVE
  ///
  /// - Parameters:
  ///   - source: a connected stream socket, or the reader of a pipe.
  ///   - target: the writer of a pipe, or a connected stream socket.
  ///   - bytesMax: the most that is moved, at least 1.
  /// - Returns: how many bytes moved; 0 at the end of the stream of a socket; `wouldBlock` when the
  ///   source has nothing or the target takes nothing at the moment.
  mutating func splice(from source: Descriptor, to target: Descriptor, bytesMax: Int) -> Result<
    Int, Errno
  >
  /// The other side's address; nil for unix sockets and when the connection is gone.
  func peerAddress(of socket: Descriptor) -> SocketAddress?
  /// This side's address; nil for unix sockets and when the connection is gone.
  func localAddress(of socket: Descriptor) -> SocketAddress?
  /// Sends one datagram, or writes a line to a stream, without waiting.
  ///
  /// - Returns: nil when the kernel took all of it.
  @unsafe mutating func sendDatagram(
    on descriptor: Descriptor, to endpoint: Endpoint?, bytes: UnsafeBufferPointer<UInt8>
  ) -> Errno?
}

extension Kernel where Self: ~Copyable {
  /// Receives what may be there already; see `receive(on:bytesMax:pollsFirst:timeout:token:)`.
  @inlinable public mutating func receive(
    on socket: Descriptor, bytesMax: Int, timeout: Duration?, token: Token
  ) {
    receive(on: socket, bytesMax: bytesMax, pollsFirst: false, timeout: timeout, token: token)
  }
}

/// The most pieces one send takes.
public let sendPiecesMax = 16

/// An open file descriptor of this process. A trivial value: whoever opened it closes it.
public struct Descriptor: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
  /// The number; -1 for none.
  public var rawValue: Int32
  /// - Parameter rawValue: the number.
  @inlinable public init(rawValue: Int32) { self.rawValue = rawValue }
  /// No descriptor.
  @inlinable public static var none: Descriptor { Descriptor(rawValue: -1) }
}

/// An option that the data path sets on a socket it uses.
public enum SocketOption: Sendable {
  /// TCP_NODELAY
  case noDelay
  /// SO_KEEPALIVE
  case keepAlive
  /// TCP_QUICKACK. Off before a connect(2), the handshake's last acknowledgement waits for the first
  /// bytes, a FIN or a reset, for 200 ms at most; on, what waits is sent at once. tcp(7)
  case quickAcknowledge(Bool)
  /// SO_SNDBUF, in bytes
  case sendBuffer(bytes: Int)
  /// TCP_NOTSENT_LOWAT, in bytes
  case notSentLowWater(bytes: Int)
  /// SO_RCVBUF, in bytes
  case receiveBuffer(bytes: Int)
  /// IP_TRANSPARENT or IPV6_TRANSPARENT
  case transparent(IPAddress.Family)
  /// SO_MARK; needs CAP_NET_ADMIN
  case mark(UInt32)
  /// IP_TOS or IPV6_TCLASS
  case typeOfService(IPAddress.Family, UInt8)
  /// IP_TTL or IPV6_UNICAST_HOPS
  case timeToLive(IPAddress.Family, UInt8)
  /// IP_FREEBIND
  case freeBind
  /// SO_BINDTODEVICE; needs CAP_NET_RAW when the socket is bound to another device already.
  case device(InterfaceName)
  /// TCP_USER_TIMEOUT: how long sent bytes may stay unacknowledged.
  case userTimeout(milliseconds: UInt32)
  /// TCP_KEEPCNT: how many probes may go unanswered.
  case keepAliveCount(UInt32)
  /// TCP_KEEPIDLE: how long a connection is silent before the first probe.
  case keepAliveIdle(seconds: UInt32)
  /// TCP_KEEPINTVL: the time between two probes.
  case keepAliveInterval(seconds: UInt32)
  /// TCP_REPAIR: closing sends nothing any more. Needs CAP_NET_ADMIN.
  case repair
}
