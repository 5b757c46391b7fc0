public import Basics
import CLiburing
import Glibc

extension Ring {
  /// Accepts connections on a listening socket. IORING_OP_ACCEPT
  public mutating func accept(on listener: Descriptor, multishot: Bool, token: Token) {
    reserve(1)
    let entry = unsafe queues.nextEntry()
    let flags = Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    if multishot {
      unsafe io_uring_prep_multishot_accept(entry, listener.rawValue, nil, nil, flags)
    } else {
      unsafe io_uring_prep_accept(entry, listener.rawValue, nil, nil, flags)
    }
    unsafe entry.pointee.user_data = token.rawValue
  }

  /// Connects a socket. IORING_OP_CONNECT, IORING_OP_LINK_TIMEOUT
  public mutating func connect(
    _ socket: Descriptor, to endpoint: borrowing Endpoint, timeout: Duration?, token: Token
  ) {
    reserve(2)
    let entry = unsafe queues.nextEntry()
    let (name, bytes) = unsafe arena.add(endpoint)
    unsafe io_uring_prep_connect(entry, socket.rawValue, name, bytes)
    unsafe entry.pointee.user_data = token.rawValue
    if let timeout { unsafe link(__kernel_timespec(timeout), flags: 0, to: entry) }
  }

  /// Receives into leased buffers of the pool. IORING_OP_RECV, IORING_OP_LINK_TIMEOUT
  public mutating func receive(
    on socket: Descriptor, bytesMax: Int, pollsFirst: Bool, timeout: Duration?, token: Token
  ) {
    invariant(bytesMax > 0, "a receive delivers at least a byte")
    var token = token
    if !countsBytes {
      var request = RenewalTable.Request(token: token, descriptor: socket, timeout: timeout)
      request.bytesLeft = bytesMax
      requests.add(request)
      token = token.helped
    }
    reserve(2)
    let entry = unsafe prepareReceive(on: socket, bytesMax: bytesMax, token: token)
    if pollsFirst {
      unsafe entry.pointee.ioprio |= UInt16(truncatingIfNeeded: IORING_RECVSEND_POLL_FIRST)
    }
    if let timeout { unsafe link(__kernel_timespec(timeout), flags: 0, to: entry) }
  }

  /// Sends what the socket takes at once. IORING_OP_SEND, IORING_OP_SENDMSG
  @unsafe public mutating func send(
    on socket: Descriptor, pieces: UnsafeBufferPointer<SendPiece>, token: Token
  ) {
    invariant(
      pieces.count > 0 && pieces.count <= sendPiecesMax, "a send has 1 to 16 pieces")
    reserve(1)
    let entry = unsafe queues.nextEntry()
    let flags = Int32(MSG_DONTWAIT | MSG_NOSIGNAL)
    if pieces.count == 1 {
      let piece = unsafe pieces[0]
      unsafe io_uring_prep_send(entry, socket.rawValue, piece.base, piece.count, flags)
    } else {
      let message = unsafe arena.add(pieces)
      unsafe io_uring_prep_sendmsg(
        entry, socket.rawValue, message, UInt32(truncatingIfNeeded: flags))
    }
    unsafe entry.pointee.user_data = token.rawValue
  }

  /// Waits for events of a descriptor. IORING_OP_POLL_ADD, IORING_OP_LINK_TIMEOUT
  public mutating func poll(
    _ descriptor: Descriptor, for events: PollEvents, multishot: Bool, timeout: Duration?,
    token: Token
  ) {
    var token = token
    if !events.contains(.readable) && !events.contains(.readHangUp) {
      // The peer's FIN would end it, asked for or not; see `settlePoll`.
      var request = RenewalTable.Request(token: token, descriptor: descriptor, timeout: timeout)
      request.events = events
      request.isMultishot = multishot
      requests.add(request)
      token = token.helped
    }
    reserve(2)
    let entry = unsafe preparePoll(
      of: descriptor, for: events, multishot: multishot, token: token)
    if let timeout { unsafe link(__kernel_timespec(timeout), flags: 0, to: entry) }
  }

  /// Completes at `deadline`. IORING_OP_TIMEOUT with IORING_TIMEOUT_ABS
  public mutating func timer(at deadline: Instant, token: Token) {
    reserve(1)
    let entry = unsafe queues.nextEntry()
    let time = unsafe arena.add(__kernel_timespec(nanoseconds: deadline.nanoseconds))
    unsafe io_uring_prep_timeout(entry, time, 0, IORING_TIMEOUT_ABS)
    unsafe entry.pointee.user_data = token.rawValue
  }

  /// Asks for a request to end. IORING_OP_ASYNC_CANCEL
  public mutating func cancel(_ token: Token) {
    var token = token
    if requests.count > 0, let place = requests.find(token) {
      requests[place].isCancelled = true
      token = token.helped
    }
    cancelEntry(of: token)
  }

  /// Closes a descriptor. IORING_OP_CLOSE
  public mutating func close(_ descriptor: Descriptor) {
    reserve(1)
    let entry = unsafe queues.nextEntry()
    unsafe io_uring_prep_close(entry, descriptor.rawValue)
    unsafe ignoreSuccess(of: entry)
  }

  /// Closes a connected TCP socket with a reset. setsockopt(2), IORING_OP_CLOSE
  public mutating func closeWithReset(_ socket: Descriptor) {
    SystemCall.resetOnClose(socket)
    close(socket)
  }

  /// Closes a socket without waiting for the turn. close(2)
  public mutating func closeAtOnce(_ socket: Descriptor, withReset: Bool) {
    if withReset { SystemCall.resetOnClose(socket) }
    SystemCall.close(socket)
  }
}

// MARK: - Entries

extension Ring {
  /// Makes room for entries that must reach the kernel in one submission, and for what they point
  /// to: a pair linked across two submissions would lose its timeout.
  @inline(__always)
  mutating func reserve(_ count: UInt32) {
    if _slowPath(!queues.hasRoom(for: count) || !arena.hasRoom) { submitEarly() }
  }

  /// Submits in the middle of a turn, until every entry is taken.
  @inline(never)
  private mutating func submitEarly() {
    pool.publish()
    while queues.pending > 0 {
      let status = queues.enter(waits: false, timeout: nil)
      // Some memory is missing in the kernel; it comes back when other requests end.
      if status <= 0 && status != -EINTR { Ring.pause(after: status) }
    }
    arena.reset()
  }

  /// Follows an entry with its timeout.
  ///
  /// - Returns: the timeout's entry.
  @inline(__always) @discardableResult
  mutating func link(
    _ time: __kernel_timespec, flags: UInt32, to entry: UnsafeMutablePointer<io_uring_sqe>
  ) -> UnsafeMutablePointer<io_uring_sqe> {
    unsafe entry.pointee.flags |= UInt8(truncatingIfNeeded: SLUICE_SQE_LINK)
    let timeout = unsafe queues.nextEntry()
    unsafe io_uring_prep_link_timeout(timeout, arena.add(time), flags)
    unsafe ignoreSuccess(of: timeout)
    return unsafe timeout
  }

  /// Keeps an entry's completion away: success is not posted at all, failure is swallowed.
  @inline(__always)
  private func ignoreSuccess(of entry: UnsafeMutablePointer<io_uring_sqe>) {
    unsafe entry.pointee.flags |= UInt8(truncatingIfNeeded: SLUICE_SQE_SKIP_SUCCESS)
    unsafe entry.pointee.user_data = Token.ignored.rawValue
  }

  /// Prepares a receive of one piece, or of many where the kernel counts.
  @inline(__always)
  private func prepareReceive(
    on socket: Descriptor, bytesMax: Int, token: Token
  ) -> UnsafeMutablePointer<io_uring_sqe> {
    let entry = unsafe queues.nextEntry()
    if countsBytes && bytesMax > pool.bufferBytes {
      // The kernel ends the receive once it has delivered the total or more, and the last piece
      // may be a whole buffer: with this total, it never delivers more than `bytesMax`.
      let total = min(bytesMax &- pool.bufferBytes &+ 1, 1 << 30)
      unsafe io_uring_prep_recv_multishot(entry, socket.rawValue, nil, 0, 0)
      unsafe sluice_sqe_set_total_length(entry, UInt32(truncatingIfNeeded: total))
    } else {
      unsafe io_uring_prep_recv(
        entry, socket.rawValue, nil, min(bytesMax, pool.bufferBytes), 0)
    }
    unsafe entry.pointee.flags |= UInt8(truncatingIfNeeded: SLUICE_SQE_BUFFER_SELECT)
    unsafe entry.pointee.buf_group = BufferPool.group
    unsafe entry.pointee.user_data = token.rawValue
    return unsafe entry
  }

  /// Prepares a poll.
  @inline(__always)
  private func preparePoll(
    of descriptor: Descriptor, for events: PollEvents, multishot: Bool, token: Token
  ) -> UnsafeMutablePointer<io_uring_sqe> {
    let entry = unsafe queues.nextEntry()
    if multishot {
      unsafe io_uring_prep_poll_multishot(entry, descriptor.rawValue, events.rawValue)
    } else {
      unsafe io_uring_prep_poll_add(entry, descriptor.rawValue, events.rawValue)
    }
    unsafe entry.pointee.user_data = token.rawValue
    return unsafe entry
  }

  /// Starts anew what is left of a request.
  mutating func restart(_ request: RenewalTable.Request) {
    reserve(2)
    let token = request.token.helped
    let entry =
      unsafe request.bytesLeft > 0
      ? prepareReceive(on: request.descriptor, bytesMax: request.bytesLeft, token: token)
      : preparePoll(
        of: request.descriptor, for: request.events,
        multishot: request.isMultishot || request.isPatient, token: token)
    if request.deadline != .distantFuture {
      unsafe link(
        __kernel_timespec(nanoseconds: request.deadline.nanoseconds), flags: IORING_TIMEOUT_ABS,
        to: entry)
    }
  }

  /// Asks the kernel to end the request that it knows by this token.
  mutating func cancelEntry(of token: Token) {
    reserve(1)
    let entry = unsafe queues.nextEntry()
    unsafe io_uring_prep_cancel64(entry, token.rawValue, 0)
    // ENOENT and EALREADY come back all the same: the request was just over, or is about to be.
    unsafe ignoreSuccess(of: entry)
  }

  /// Polls the eventfd that other threads write to.
  mutating func armWaker() {
    reserve(1)
    let entry = unsafe queues.nextEntry()
    unsafe io_uring_prep_poll_multishot(
      entry, waker.descriptor.rawValue, PollEvents.readable.rawValue)
    unsafe entry.pointee.user_data = Token.wake.rawValue
  }

  /// Lets a moment pass when the kernel could not take requests, so as not to spin; stops the
  /// program for what can only be its own mistake.
  ///
  /// - Parameter status: 0, or a negated error number.
  @inline(never)
  static func pause(after status: Int32) {
    switch -status {
    case 0, EAGAIN, EBUSY, ENOMEM:
      var moment = timespec(tv_sec: 0, tv_nsec: 1_000_000)
      _ = unsafe nanosleep(&moment, nil)
    case EEXIST: stop("a ring is used by the thread that made it")
    case EBADR: stop("the kernel had no memory to keep a completion: requests were lost")
    default: stop("io_uring_enter(2) accepts what the ring gives it")
    }
  }
}
