public import Basics

/// A kernel over the operating system of this machine: `Ring` and `Poller`. Their calls that return
/// at once are the same; a simulated kernel has its own.
public protocol HostKernel: Kernel, ~Copyable {}

extension HostKernel where Self: ~Copyable {
  /// The date, read anew. clock_gettime(2)
  @inlinable public func wallTime() -> WallTime { SystemCall.wallTime() }

  /// A new non-blocking, close-on-exec stream socket. socket(2)
  @inlinable public mutating func makeSocket(
    for endpoint: borrowing Endpoint
  ) -> Result<Descriptor, Errno> {
    SystemCall.makeSocket(for: endpoint)
  }

  /// Sets an option of a socket. setsockopt(2)
  @inlinable @discardableResult
  public mutating func set(_ option: SocketOption, on socket: Descriptor) -> Errno? {
    SystemCall.set(option, on: socket)
  }

  /// Binds a socket to a local address before it connects. bind(2)
  @inlinable public mutating func bind(
    _ socket: Descriptor, to endpoint: borrowing Endpoint
  ) -> Errno? {
    SystemCall.bind(socket, to: endpoint)
  }

  /// Sends a FIN after everything sent so far. shutdown(2)
  @inlinable @discardableResult
  public mutating func shutdownWriting(_ socket: Descriptor) -> Errno? {
    SystemCall.shutdownWriting(socket)
  }

  /// Bytes sent that the peer has not acknowledged. SIOCOUTQ, tcp(7)
  @inlinable public func unacknowledgedBytes(on socket: Descriptor) -> Int {
    SystemCall.unacknowledgedBytes(on: socket)
  }

  /// How a TCP connection goes; nil for what is no TCP socket. TCP_INFO, tcp(7)
  @inlinable public func transmission(of socket: Descriptor) -> TransmissionFacts? {
    SystemCall.transmission(of: socket)
  }

  /// A new non-blocking, close-on-exec pipe. pipe2(2), F_SETPIPE_SZ
  @inlinable public mutating func makePipe(bytes: Int) -> Result<Pipe, Errno> {
    SystemCall.makePipe(bytes: bytes)
  }

  /// Closes both ends of a pipe. close(2)
  @inlinable public mutating func closePipe(_ pipe: Pipe) {
    SystemCall.close(pipe.reader)
    SystemCall.close(pipe.writer)
  }

  /// Moves bytes between a socket and a pipe. splice(2)
  @inlinable public mutating func splice(
    from source: Descriptor, to target: Descriptor, bytesMax: Int
  ) -> Result<Int, Errno> {
    SystemCall.splice(from: source, to: target, bytesMax: bytesMax)
  }

  /// The other side's address; nil for unix sockets. getpeername(2)
  @inlinable public func peerAddress(of socket: Descriptor) -> SocketAddress? {
    SystemCall.peerAddress(of: socket)
  }

  /// This side's address; nil for unix sockets. getsockname(2)
  @inlinable public func localAddress(of socket: Descriptor) -> SocketAddress? {
    SystemCall.localAddress(of: socket)
  }

  /// Sends one datagram, or writes a line to a stream, without waiting. sendto(2)
  @unsafe @inlinable public mutating func sendDatagram(
    on descriptor: Descriptor, to endpoint: Endpoint?, bytes: UnsafeBufferPointer<UInt8>
  ) -> Errno? {
    unsafe SystemCall.sendDatagram(on: descriptor, to: endpoint, bytes: bytes)
  }
}
