public import Basics
import CLiburing
import Glibc

// The start of requests: what can be answered at once is, the rest waits in the tables.
extension Poller {
  /// Accepts connections; see `Kernel.accept(on:multishot:token:)`. accept4(2).
  public mutating func accept(on listener: Descriptor, multishot: Bool, token: Token) {
    guard let index = start(.accept, on: listener, timeout: nil, token: token) else { return }
    requests[index].isMultishot = multishot
    descriptors[listener.rawValue].isListener = true
    runIfReady(listener.rawValue)
  }

  /// Connects a socket; see `Kernel.connect(_:to:timeout:token:)`. connect(2).
  ///
  /// A unix socket whose listener's backlog is full answers `wouldBlock`: nothing would tell when
  /// there is room.
  public mutating func connect(
    _ socket: Descriptor, to endpoint: borrowing Endpoint, timeout: Duration?, token: Token
  ) {
    let status = unsafe SocketName(endpoint).withPointer { name, bytes in
      unsafe Glibc.connect(socket.rawValue, name, bytes) < 0 ? errno : 0
    }
    guard status == EINPROGRESS || status == EINTR else { return complete(token, -status) }
    // Registered only now: an unconnected socket would report a hang-up.
    guard start(.connect, on: socket, timeout: timeout, token: token) != nil else { return }
    descriptors[socket.rawValue].ready &= ~Poller.connectReady
  }

  /// Receives into leased buffers; see `Kernel.receive(on:bytesMax:pollsFirst:timeout:token:)`.
  /// What was polled for is known, so that there is no first attempt to be saved. recv(2).
  public mutating func receive(
    on socket: Descriptor, bytesMax: Int, pollsFirst: Bool, timeout: Duration?, token: Token
  ) {
    invariant(bytesMax >= 1, "a receive is for at least one byte")
    guard let index = start(.receive, on: socket, timeout: timeout, token: token) else { return }
    requests[index].bytesLeft = bytesMax
    runIfReady(socket.rawValue)
  }

  /// Sends what the socket takes at once; see `Kernel.send(on:pieces:token:)`. sendmsg(2).
  @unsafe public mutating func send(
    on socket: Descriptor, pieces: UnsafeBufferPointer<SendPiece>, token: Token
  ) {
    invariant(
      pieces.count >= 1 && pieces.count <= sendPiecesMax, "a send has 1 to sendPiecesMax pieces")
    let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
    var sent: Int
    repeat {
      if pieces.count == 1 {
        sent = unsafe Glibc.send(socket.rawValue, pieces[0].base, pieces[0].count, flags)
      } else {
        sent = unsafe Poller.sendMessage(socket.rawValue, pieces, flags)
      }
    } while sent < 0 && errno == EINTR
    complete(token, sent < 0 ? -errno : Int32(clamping: sent))
  }

  @unsafe private static func sendMessage(
    _ socket: Int32, _ pieces: UnsafeBufferPointer<SendPiece>, _ flags: Int32
  ) -> Int {
    unsafe withUnsafeTemporaryAllocation(of: iovec.self, capacity: sendPiecesMax) { vectors in
      for index in 0..<pieces.count {
        unsafe vectors[index] = unsafe iovec(
          iov_base: UnsafeMutableRawPointer(mutating: pieces[index].base),
          iov_len: pieces[index].count)
      }
      var message = unsafe msghdr()
      unsafe message.msg_iov = vectors.baseAddress
      unsafe message.msg_iovlen = pieces.count
      return unsafe sendmsg(socket, &message, flags)
    }
  }

  /// Waits for events; see `Kernel.poll(_:for:multishot:timeout:token:)`.
  public mutating func poll(
    _ descriptor: Descriptor, for events: PollEvents, multishot: Bool, timeout: Duration?,
    token: Token
  ) {
    guard let index = start(.poll, on: descriptor, timeout: timeout, token: token) else { return }
    requests[index].events = events.rawValue
    requests[index].isMultishot = multishot
    let wanted = Poller.wanted(by: events.rawValue)
    let slot = descriptors[descriptor.rawValue]
    guard slot.ready & wanted != 0 else { return }
    // What epoll reported may have been used up by calls that were not made here, such as
    // splice(2), so ask.
    let current = slot.isAlwaysReady ? slot.ready : Poller.pollNow(descriptor, wanted)
    descriptors[descriptor.rawValue].ready &= ~wanted | current
    if current & wanted != 0 { answerPoll(index, current & wanted) }
  }

  /// No: chains are requests of io_uring.
  public static var splicesInChains: Bool { false }

  /// Not to be asked for.
  public mutating func spliceChain(
    from source: Descriptor, through pipe: Pipe, to target: Descriptor, bytesMax: Int,
    timeout: Duration?, tokens: (wait: Token, fill: Token, empty: Token)
  ) {
    stop("epoll has no chains")
  }

  /// Not to be asked for.
  public mutating func spliceRest(
    of pipe: Pipe, to target: Descriptor, bytesMax: Int, token: Token
  ) {
    stop("epoll has no chains")
  }

  /// Completes with `timerExpired` at `deadline`, never earlier.
  public mutating func timer(at deadline: Instant, token: Token) {
    let index = requests.add(.timer, token: token, descriptor: Descriptor.none.rawValue)
    deadlines.add(index, at: deadline, in: &requests)
  }

  /// Asks for the request of that token to end; see `Kernel.cancel(_:)`.
  public mutating func cancel(_ token: Token) {
    let index = requests.find(token)
    if index != .none { finish(index, -ECANCELED) }
  }

  /// Closes a descriptor on which nothing is in flight any more. close(2).
  public mutating func close(_ descriptor: Descriptor) {
    forget(descriptor)
    SystemCall.close(descriptor)
  }

  /// Closes a connected TCP socket with a reset: SO_LINGER {1, 0}, then close(2).
  public mutating func closeWithReset(_ socket: Descriptor) {
    forget(socket)
    SystemCall.resetOnClose(socket)
    SystemCall.close(socket)
  }

  /// Closes a socket. Nothing that is closed here waits.
  public mutating func closeAtOnce(_ socket: Descriptor, withReset: Bool) {
    if withReset { closeWithReset(socket) } else { close(socket) }
  }

  // MARK: Tables

  /// Adds a request to the tables and registers its descriptor if it is new.
  ///
  /// - Returns: nil when that failed; then the request has completed with the error.
  private mutating func start(
    _ kind: RequestKind, on descriptor: Descriptor, timeout: Duration?, token: Token
  ) -> RequestIndex? {
    let number = descriptor.rawValue
    guard number >= 0 else {
      complete(token, -EBADF)
      return nil
    }
    descriptors.reserve(number)
    if !descriptors[number].isRegistered, let error = register(number) {
      complete(token, -error.rawValue)
      return nil
    }
    let index = requests.add(kind, token: token, descriptor: number)
    descriptors.link(index, in: &requests)
    if let timeout {
      // From a fresh reading: `now` is older, and a deadline must never be early.
      deadlines.add(index, at: SystemCall.now() + timeout, in: &requests)
    }
    return index
  }

  private mutating func register(_ number: Int32) -> Errno? {
    let key = UInt64(descriptors[number].generation) << 32 | UInt64(UInt32(number))
    if let error = events.register(number, key: key) {
      // EPERM: files and folders are always ready, and epoll does not take them (epoll_ctl(2)).
      guard error == .notPermitted else { return error }
      descriptors[number].isAlwaysReady = true
      descriptors[number].ready = EPOLLIN.rawValue | EPOLLOUT.rawValue
    }
    descriptors[number].isRegistered = true
    return nil
  }

  /// Puts a descriptor that is thought to be readable into the run queue.
  private mutating func runIfReady(_ number: Int32) {
    if descriptors[number].ready & Poller.readReady != 0 { makeRunnable(number) }
  }

  /// Ends a use of a descriptor number: what epoll still says about it is stale from here on.
  private mutating func forget(_ descriptor: Descriptor) {
    let number = descriptor.rawValue
    guard number >= 0, Int(number) < descriptors.capacity else { return }
    let slot = descriptors[number]
    invariant(
      slot.firstRequest == .none, "a descriptor is closed when nothing is in flight on it")
    // A listener that another process holds too would stay registered after its close.
    if slot.isListener, slot.isRegistered, !slot.isAlwaysReady { events.unregister(number) }
    descriptors[number] = DescriptorSlot(
      ready: 0, generation: slot.generation &+ 1, firstRequest: .none, isRegistered: false,
      isAlwaysReady: false, isRunnable: slot.isRunnable, isListener: false)
  }
}
