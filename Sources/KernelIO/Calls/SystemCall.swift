public import Basics
import CLiburing
import Glibc

/// The system calls that return at once, for both kernels and for whoever prepares sockets at boot.
///
/// Each is one call; an error is returned, never thrown, since all of them are expected.
public enum SystemCall {
  // MARK: Clocks

  /// The monotonic clock. clock_gettime(2), CLOCK_MONOTONIC
  public static func now() -> Instant {
    var time = timespec()
    _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Instant(
      nanoseconds: UInt64(truncatingIfNeeded: time.tv_sec) &* 1_000_000_000
        &+ UInt64(truncatingIfNeeded: time.tv_nsec))
  }

  /// The date. clock_gettime(2), CLOCK_REALTIME
  public static func wallTime() -> WallTime {
    var time = timespec()
    _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
    return WallTime(microseconds: Int64(time.tv_sec) &* 1_000_000 &+ Int64(time.tv_nsec) / 1000)
  }

  // MARK: Sockets

  /// A new non-blocking, close-on-exec stream socket. socket(2)
  ///
  /// - Parameter endpoint: decides the family.
  public static func makeSocket(for endpoint: borrowing Endpoint) -> Result<Descriptor, Errno> {
    makeSocket(for: endpoint, type: Int32(SOCK_STREAM.rawValue))
  }

  /// A new non-blocking, close-on-exec datagram socket. socket(2)
  ///
  /// - Parameter endpoint: decides the family.
  public static func makeDatagramSocket(
    for endpoint: borrowing Endpoint
  ) -> Result<Descriptor, Errno> {
    makeSocket(for: endpoint, type: Int32(SOCK_DGRAM.rawValue))
  }

  private static func makeSocket(
    for endpoint: borrowing Endpoint, type: Int32
  ) -> Result<Descriptor, Errno> {
    let flags = Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    let number = socket(family(of: endpoint), type | flags, 0)
    return number < 0 ? .failure(.current) : .success(Descriptor(rawValue: number))
  }

  private static func family(of endpoint: borrowing Endpoint) -> Int32 {
    switch endpoint.kind {
    case .internet:
      switch endpoint.address.ip.family {
      case .v4: AF_INET
      case .v6: AF_INET6
      }
    case .unix, .abstract: AF_UNIX
    }
  }

  /// The next connection of a listening socket, non-blocking and close-on-exec. accept4(2)
  ///
  /// - Parameter listener: a non-blocking listening socket.
  /// - Returns: `wouldBlock` when there is none.
  public static func accept(on listener: Descriptor) -> Result<Descriptor, Errno> {
    let number = sluice_accept(listener.rawValue)
    return number < 0 ? .failure(.current) : .success(Descriptor(rawValue: number))
  }

  /// Closes a descriptor at once. close(2)
  public static func close(_ descriptor: Descriptor) {
    // Linux frees the number whatever close(2) says; trying again could close somebody else's.
    _ = Glibc.close(descriptor.rawValue)
  }

  /// Makes the coming close of a TCP socket send a reset instead of a FIN. SO_LINGER {1, 0}
  public static func resetOnClose(_ socket: Descriptor) {
    var value = linger(l_onoff: 1, l_linger: 0)
    // A socket that is not connected any more has nobody to send the reset to: no error worth
    // telling.
    _ = unsafe setsockopt(
      socket.rawValue, SOL_SOCKET, SO_LINGER, &value, socklen_t(MemoryLayout<linger>.size))
  }

  /// Sets an option. setsockopt(2)
  ///
  /// - Returns: nil when it worked.
  @discardableResult
  public static func set(_ option: SocketOption, on socket: Descriptor) -> Errno? {
    switch option {
    case .noDelay: set(Int32(IPPROTO_TCP), TCP_NODELAY, to: 1, on: socket)
    case .keepAlive: set(SOL_SOCKET, SO_KEEPALIVE, to: 1, on: socket)
    case .quickAcknowledge(let isOn):
      set(Int32(IPPROTO_TCP), TCP_QUICKACK, to: isOn ? 1 : 0, on: socket)
    case .sendBuffer(let bytes): set(SOL_SOCKET, SO_SNDBUF, to: Int32(clamping: bytes), on: socket)
    case .notSentLowWater(let bytes):
      set(Int32(IPPROTO_TCP), sluice_tcp_notsent_lowat, to: Int32(clamping: bytes), on: socket)
    case .receiveBuffer(let bytes):
      set(SOL_SOCKET, SO_RCVBUF, to: Int32(clamping: bytes), on: socket)
    case .transparent(.v4): set(Int32(IPPROTO_IP), IP_TRANSPARENT, to: 1, on: socket)
    case .transparent(.v6):
      set(Int32(IPPROTO_IPV6), sluice_ipv6_transparent, to: 1, on: socket)
    case .mark(let mark): set(SOL_SOCKET, SO_MARK, to: Int32(bitPattern: mark), on: socket)
    case .typeOfService(.v4, let value):
      set(Int32(IPPROTO_IP), IP_TOS, to: Int32(value), on: socket)
    case .typeOfService(.v6, let value):
      set(Int32(IPPROTO_IPV6), IPV6_TCLASS, to: Int32(value), on: socket)
    case .timeToLive(.v4, let value):
      set(Int32(IPPROTO_IP), IP_TTL, to: Int32(value), on: socket)
    case .timeToLive(.v6, let value):
      set(Int32(IPPROTO_IPV6), IPV6_UNICAST_HOPS, to: Int32(value), on: socket)
    case .freeBind: set(Int32(IPPROTO_IP), IP_FREEBIND, to: 1, on: socket)
    case .device(let name): bind(socket, toDevice: name)
    case .userTimeout(let milliseconds):
      set(
        Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, to: Int32(bitPattern: milliseconds), on: socket)
    case .keepAliveCount(let count):
      set(Int32(IPPROTO_TCP), TCP_KEEPCNT, to: Int32(bitPattern: count), on: socket)
    case .keepAliveIdle(let seconds):
      set(Int32(IPPROTO_TCP), TCP_KEEPIDLE, to: Int32(bitPattern: seconds), on: socket)
    case .keepAliveInterval(let seconds):
      set(Int32(IPPROTO_TCP), TCP_KEEPINTVL, to: Int32(bitPattern: seconds), on: socket)
    case .repair: set(Int32(IPPROTO_TCP), TCP_REPAIR, to: 1, on: socket)
    }
  }

  /// SO_BINDTODEVICE, socket(7)
  private static func bind(_ socket: Descriptor, toDevice name: InterfaceName) -> Errno? {
    var bytes = InlineArray<16, UInt8>(repeating: 0)
    for place in 0..<InterfaceName.bytesMax { bytes[place] = name[place] }
    let status = unsafe withUnsafeBytes(of: &bytes) { bytes in
      unsafe setsockopt(
        socket.rawValue, SOL_SOCKET, SO_BINDTODEVICE, bytes.baseAddress, socklen_t(bytes.count))
    }
    return status < 0 ? .current : nil
  }

  /// Sets an option whose value is a C `int`. setsockopt(2)
  private static func set(
    _ level: Int32, _ name: Int32, to value: Int32, on socket: Descriptor
  ) -> Errno? {
    var value = value
    let status = unsafe setsockopt(
      socket.rawValue, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
    return status < 0 ? .current : nil
  }

  /// Binds a stream socket to a local address before it connects. bind(2)
  ///
  /// Without a port, the choice of one is left to connect(2), which then may use a port several
  /// times towards different servers (IP_BIND_ADDRESS_NO_PORT, ip(7)).
  public static func bind(_ socket: Descriptor, to endpoint: borrowing Endpoint) -> Errno? {
    if endpoint.kind == .internet {
      // Neither changes whether the address can be bound, so an old kernel's refusal is no error.
      _ = set(SOL_SOCKET, SO_REUSEADDR, to: 1, on: socket)
      if endpoint.address.port == 0 {
        _ = set(Int32(IPPROTO_IP), sluice_ip_bind_address_no_port, to: 1, on: socket)
      }
    }
    let status = unsafe SocketName(endpoint).withPointer { name, bytes in
      unsafe Glibc.bind(socket.rawValue, name, bytes)
    }
    return status < 0 ? .current : nil
  }

  /// Sends a FIN after everything sent so far. shutdown(2), SHUT_WR
  @discardableResult
  public static func shutdownWriting(_ socket: Descriptor) -> Errno? {
    shutdown(socket.rawValue, Int32(SHUT_WR)) < 0 ? .current : nil
  }

  /// Bytes sent that the peer has not acknowledged; 0 when the socket cannot say, or when the
  /// connection is gone and nobody will. SIOCOUTQ, tcp(7)
  public static func unacknowledgedBytes(on socket: Descriptor) -> Int {
    var count: Int32 = 0
    let status = unsafe ioctl(socket.rawValue, sluice_siocoutq, &count)
    guard status == 0, count > 0 else { return 0 }
    // A reset does not clear the count.
    var name = SocketName()
    let isGone = unsafe name.fill { unsafe getpeername(socket.rawValue, $0, $1) } < 0
    return isGone && errno == ENOTCONN ? 0 : Int(count)
  }

  /// How a TCP connection goes; nil for what is no TCP socket. TCP_INFO, tcp(7)
  public static func transmission(of socket: Descriptor) -> TransmissionFacts? {
    var values = InlineArray<8, UInt32>(repeating: 0)
    var span = values.mutableSpan
    let status = unsafe span.withUnsafeMutableBufferPointer { buffer in
      unsafe sluice_tcp_info(socket.rawValue, buffer.baseAddress)
    }
    guard status == 0 else { return nil }
    var facts = TransmissionFacts()
    facts.roundTripMicroseconds = values[0]
    facts.roundTripVarianceMicroseconds = values[1]
    facts.unacknowledged = values[2]
    facts.selectivelyAcknowledged = values[3]
    facts.lost = values[4]
    facts.retransmitted = values[5]
    facts.forwardAcknowledged = values[6]
    facts.reordering = values[7]
    return facts
  }

  /// The other side's internet address, also of a connection that has been reset meanwhile; nil for
  /// unix sockets and without one. getpeername(2), SO_PEERNAME
  public static func peerAddress(of socket: Descriptor) -> SocketAddress? {
    var name = SocketName()
    var status = unsafe name.fill { unsafe getpeername(socket.rawValue, $0, $1) }
    guard status < 0, errno == ENOTCONN else { return status < 0 ? nil : name.address }
    // SO_PEERNAME refuses more room than the name takes, so the longer one is tried first.
    for size in [MemoryLayout<sockaddr_in6>.size, MemoryLayout<sockaddr_in>.size] {
      name = SocketName()
      status = unsafe name.fill { memory, count in
        unsafe count.pointee = socklen_t(size)
        return unsafe getsockopt(socket.rawValue, SOL_SOCKET, SO_PEERNAME, memory, count)
      }
      if status == 0 { return name.address }
    }
    return nil
  }

  /// This side's internet address; nil for unix sockets and without one. getsockname(2)
  public static func localAddress(of socket: Descriptor) -> SocketAddress? {
    var name = SocketName()
    let status = unsafe name.fill { unsafe getsockname(socket.rawValue, $0, $1) }
    return status < 0 ? nil : name.address
  }

  // MARK: Pipes

  /// A new non-blocking, close-on-exec pipe. pipe2(2), F_SETPIPE_SZ
  ///
  /// - Parameter bytes: what it should hold. Where the user's share of pipe memory does not allow
  ///   it, a quarter is tried, and then the pipe stays as the kernel made it (pipe(7)).
  /// - Returns: the pipe and what it really holds.
  public static func makePipe(bytes: Int) -> Result<Pipe, Errno> {
    var reader: Int32 = -1
    var writer: Int32 = -1
    guard unsafe sluice_make_pipe(&reader, &writer) == 0 else { return .failure(.current) }
    var capacity = sluice_set_pipe_size(writer, Int32(clamping: bytes))
    if capacity < 0 { capacity = sluice_set_pipe_size(writer, Int32(clamping: bytes / 4)) }
    if capacity < 0 { capacity = sluice_pipe_size(writer) }
    return .success(
      Pipe(
        reader: Descriptor(rawValue: reader), writer: Descriptor(rawValue: writer),
        capacity: Int(max(0, capacity))))
  }

  /// Moves bytes between a socket and a pipe without waiting. splice(2)
  ///
  /// SIGPIPE must be ignored by the process: splice(2) has no flag for it.
  ///
  /// - Parameters:
  ///   - source: a stream socket or the reader of a pipe.
  ///   - target: the writer of a pipe or a stream socket.
  ///   - bytesMax: the most that is moved, at least 1.
  public static func splice(
    from source: Descriptor, to target: Descriptor, bytesMax: Int
  ) -> Result<Int, Errno> {
    while true {
      let moved = sluice_splice(source.rawValue, target.rawValue, UInt(bytesMax))
      if moved >= 0 { return .success(moved) }
      if errno != EINTR { return .failure(.current) }
    }
  }

  /// Whether an address is one of this machine's: whether a socket could be bound to it. bind(2)
  public static func isLocal(_ ip: IPAddress) -> Bool {
    let endpoint = Endpoint(SocketAddress(ip: ip, port: 0))
    guard case .success(let socket) = makeDatagramSocket(for: endpoint) else { return false }
    defer { close(socket) }
    return unsafe SocketName(endpoint).withPointer { name, bytes in
      unsafe Glibc.bind(socket.rawValue, name, bytes) == 0
    }
  }

  // MARK: Lines and datagrams

  /// Sends one datagram, or writes a line to a stream, without waiting. sendto(2), send(2), write(2)
  ///
  /// What is no socket (standard output, a file) is written only when poll(2) says that it takes
  /// something, since its flags are shared with other processes and stay as they are. SIGPIPE must
  /// be ignored by the process: write(2) has no flag for it.
  ///
  /// - Parameters:
  ///   - descriptor: a socket, or anything that can be written.
  ///   - endpoint: where to; nil for a connected socket or a descriptor that is none.
  ///   - bytes: the datagram or line.
  /// - Returns: nil when the kernel took all of it; `wouldBlock` also when it took a part.
  @unsafe public static func sendDatagram(
    on descriptor: Descriptor, to endpoint: Endpoint?, bytes: UnsafeBufferPointer<UInt8>
  ) -> Errno? {
    let flags = Int32(MSG_DONTWAIT | MSG_NOSIGNAL)
    let number = descriptor.rawValue
    var count: Int
    if let endpoint {
      count = unsafe SocketName(endpoint).withPointer { name, size in
        unsafe sendto(number, bytes.baseAddress, bytes.count, flags, name, size)
      }
    } else {
      count = unsafe Glibc.send(number, bytes.baseAddress, bytes.count, flags)
      if count < 0, errno == ENOTSOCK {
        var waiting = pollfd(fd: number, events: Int16(POLLOUT), revents: 0)
        guard unsafe Glibc.poll(&waiting, 1, 0) > 0 else { return .wouldBlock }
        count = unsafe write(number, bytes.baseAddress, bytes.count)
      }
    }
    if count < 0 { return .current }
    return count < bytes.count ? .wouldBlock : nil
  }

  // MARK: Waking

  /// A new eventfd for a `Waker`, non-blocking and close-on-exec. eventfd(2)
  static func makeEventDescriptor() -> Result<Descriptor, Errno> {
    let number = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
    return number < 0 ? .failure(.current) : .success(Descriptor(rawValue: number))
  }

  /// Takes back every `Waker.wake()` so far. read(2)
  static func drainEvents(of descriptor: Descriptor) {
    var count: UInt64 = 0
    // EAGAIN means that there was none.
    _ = unsafe read(descriptor.rawValue, &count, 8)
  }
}
