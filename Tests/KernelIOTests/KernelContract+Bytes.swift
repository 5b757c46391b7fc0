import Basics
import Glibc
import KernelIO
import Testing

extension KernelPromise {
  /// Receives until `bytesMax` bytes in all have come, starting again whenever a receive ends.
  private func receiveAll<K: Kernel & ~Copyable>(
    _ kernel: inout K, on socket: Descriptor, count: Int, bytesMax: Int
  ) -> [UInt8] {
    var bytes: [UInt8] = []
    kernel.receive(on: socket, bytesMax: bytesMax, timeout: .seconds(9), token: token(1))
    let deadline = SystemCall.now() + .seconds(5)
    while bytes.count < count, SystemCall.now() < deadline {
      let delivered = kernel.oneTurn(until: deadline)
      #expect(delivered.allSatisfy { $0.token == token(1) })
      bytes += kernel.take(delivered)
      if let last = delivered.last, !last.isMore {
        if last.result <= 0, last.error != .noBufferSpace { break }
        if bytes.count == count { return bytes }
        kernel.receive(on: socket, bytesMax: bytesMax, timeout: .seconds(9), token: token(1))
      }
    }
    kernel.cancel(token(1))
    #expect(kernel.turns { $0.last?.isMore == false }.count >= 1)
    return bytes
  }

  func receiveInOrder<K: Kernel & ~Copyable>(_ kernel: inout K) throws {
    for bytesMax in [1 << 30, 20_000, 5000] {
      let pair = TestSocket.connectedPair()
      defer {
        kernel.close(pair.server)
        SystemCall.close(pair.client)
      }
      let sent = pattern(100_000)
      TestSocket.write(sent, to: pair.client)
      let received = receiveAll(&kernel, on: pair.server, count: sent.count, bytesMax: bytesMax)
      #expect(received == sent)
      #expect(kernel.buffersFree == kernel.buffersMax)
    }
  }

  func receiveLimit<K: Kernel & ~Copyable>(_ kernel: inout K) throws {
    let pair = TestSocket.connectedPair()
    defer { pair.close() }
    let bytesMax = kernel.bufferBytes * 3 + 100
    let sent = pattern(kernel.bufferBytes * 6)
    TestSocket.write(sent, to: pair.client)
    kernel.receive(on: pair.server, bytesMax: bytesMax, timeout: nil, token: token(1))
    let delivered = kernel.turns { $0.last?.isMore == false }
    #expect(delivered.allSatisfy { $0.result > 0 })
    #expect(delivered.last?.isMore == false)
    var received = kernel.take(delivered)
    #expect(received.count <= bytesMax)
    #expect(received.count >= kernel.bufferBytes)
    #expect(kernel.turns(for: .milliseconds(20)).isEmpty)
    // What is beyond the limit stays in the socket.
    let rest = sent.count - received.count
    received += receiveAll(&kernel, on: pair.server, count: rest, bytesMax: 1 << 20)
    #expect(received == sent)
  }

  func receiveLittle<K: Kernel & ~Copyable>(_ kernel: inout K) throws {
    let pair = TestSocket.connectedPair()
    defer { pair.close() }
    TestSocket.write(pattern(1000), to: pair.client)
    kernel.receive(on: pair.server, bytesMax: 10, timeout: .seconds(5), token: token(1))
    let delivered = kernel.turns { $0.last?.isMore == false }
    #expect(kernel.take(delivered) == pattern(10))
  }

  /// Whether the bytes are there or not, and whether they are expected to be or not.
  func receiveAfterPoll<K: Kernel & ~Copyable>(_ kernel: inout K) throws {
    for (isThere, pollsFirst) in [(true, true), (false, true), (true, false), (false, false)] {
      let pair = TestSocket.connectedPair()
      defer {
        kernel.close(pair.server)
        SystemCall.close(pair.client)
      }
      if isThere { TestSocket.write(pattern(10), to: pair.client) }
      kernel.receive(
        on: pair.server, bytesMax: 1 << 20, pollsFirst: pollsFirst, timeout: .seconds(5),
        token: token(1))
      if !isThere {
        #expect(kernel.turns(for: .milliseconds(5)).isEmpty)
        TestSocket.write(pattern(10), to: pair.client)
      }
      #expect(kernel.take(kernel.turns { !$0.isEmpty }) == pattern(10))
      shutdown(pair.client.rawValue, Int32(SHUT_WR))
      let end = try kernel.only(token(1))
      #expect(end.result == 0 && !end.isMore)
    }
  }

  func receiveEnd<K: Kernel & ~Copyable>(_ kernel: inout K) throws {
    let pair = TestSocket.connectedPair()
    defer { pair.close() }
    kernel.receive(on: pair.server, bytesMax: 1 << 20, timeout: .seconds(5), token: token(1))
    #expect(kernel.turns(for: .milliseconds(5)).isEmpty)
    TestSocket.write(pattern(10), to: pair.client)
    shutdown(pair.client.rawValue, Int32(SHUT_WR))
    let delivered = kernel.turns { $0.last?.isMore == false }
    #expect(delivered.map(\.result) == [10, 0])
    #expect(delivered.map(\.isMore) == [true, false])
    #expect(delivered.last?.buffer == BufferIndex.none)
    #expect(kernel.take(delivered) == pattern(10))
    #expect(kernel.buffersFree == kernel.buffersMax)
  }

  func receiveReset<K: Kernel & ~Copyable>(_ kernel: inout K) throws {
    let pair = TestSocket.connectedPair()
    defer { SystemCall.close(pair.server) }
    kernel.receive(on: pair.server, bytesMax: 1 << 20, timeout: nil, token: token(1))
    SystemCall.resetOnClose(pair.client)
    SystemCall.close(pair.client)
    let reset = try kernel.only(token(1))
    #expect(reset.error == .connectionReset)
    #expect(!reset.isMore)
  }

  func receiveTimeout<K: Kernel & ~Copyable>(_ kernel: inout K) throws {
    let pair = TestSocket.connectedPair()
    defer { pair.close() }
    let start = SystemCall.now()
    kernel.receive(
      on: pair.server, bytesMax: 1 << 20, timeout: .milliseconds(150), token: token(1))
    // Bytes at 0, 50 and 100 ms do not push it back.
    var delivered: [Completion] = []
    for _ in 0..<3 {
      TestSocket.write(pattern(10), to: pair.client)
      delivered += kernel.turns(for: .milliseconds(50))
    }
    if delivered.last?.isMore != false { delivered += kernel.turns { $0.last?.isMore == false } }
    #expect(kernel.take(delivered).count == 30)
    #expect(delivered.last?.error == .cancelled)
    #expect(delivered.filter { !$0.isMore }.count == 1)
    #expect(elapsed(since: start) >= .milliseconds(150))
    #expect(elapsed(since: start) < .seconds(2))
  }

  func receiveCancelled<K: Kernel & ~Copyable>(_ kernel: inout K) throws {
    let pair = TestSocket.connectedPair()
    defer { pair.close() }
    for timeout in [nil, Duration.seconds(60)] {
      kernel.receive(on: pair.server, bytesMax: 1 << 20, timeout: timeout, token: token(1))
      #expect(kernel.turns(for: .milliseconds(5)).isEmpty)
      kernel.cancel(token(1))
      let cancelled = try kernel.only(token(1))
      #expect(cancelled.error == .cancelled)
      #expect(!cancelled.isMore)
    }
    // Nothing of the cancelled ones is left to take the bytes.
    TestSocket.write(pattern(10), to: pair.client)
    #expect(kernel.turns(for: .milliseconds(20)).isEmpty)
    #expect(TestSocket.read(from: pair.server) == pattern(10))
  }

  func receiveCancelledAmidData<K: Kernel & ~Copyable>(_ kernel: inout K) throws {
    let pair = TestSocket.connectedPair()
    defer { pair.close() }
    var sent = 0
    var received: [UInt8] = []
    for round in 0..<50 {
      kernel.receive(
        on: pair.server, bytesMax: 1 << 20, timeout: .seconds(60), token: token(round))
      TestSocket.write(pattern(100, from: sent), to: pair.client)
      sent += 100
      // The bytes and the cancellation race, and the request completes for the last time once.
      var delivered = round % 2 == 0 ? [] : kernel.turns { !$0.isEmpty }
      TestSocket.write(pattern(100, from: sent), to: pair.client)
      sent += 100
      kernel.cancel(token(round))
      if delivered.last?.isMore != false { delivered += kernel.turns { $0.last?.isMore == false } }
      #expect(delivered.filter { !$0.isMore }.count == 1)
      received += kernel.take(delivered)
      #expect(kernel.buffersFree == kernel.buffersMax)
    }
    // The last bytes may still wait for an acknowledgement of those before (RFC 896).
    while received.count < sent, TestSocket.wait(on: pair.server, for: Int16(POLLIN)) != 0 {
      received += TestSocket.read(from: pair.server)
    }
    #expect(received == pattern(sent))
  }

  func emptyPool<K: Kernel & ~Copyable>(_ kernel: inout K) throws {
    let pair = TestSocket.connectedPair()
    defer { pair.close() }
    let sent = pattern(kernel.bufferBytes * (kernel.buffersMax + 4))
    TestSocket.write(sent, to: pair.client)
    kernel.receive(on: pair.server, bytesMax: 1 << 20, timeout: nil, token: token(1))
    let delivered = kernel.turns { $0.last?.isMore == false }
    #expect(delivered.last?.error == .noBufferSpace)
    #expect(delivered.filter { $0.buffer != .none }.count == kernel.buffersMax)
    #expect(kernel.buffersFree == 0)
    // An empty pool answers at once, again and again.
    kernel.receive(on: pair.server, bytesMax: 1 << 20, timeout: .seconds(5), token: token(1))
    #expect(try kernel.only(token(1)).error == .noBufferSpace)
    var received = kernel.take(delivered)
    #expect(kernel.buffersFree == kernel.buffersMax)
    let rest = sent.count - received.count
    received += receiveAll(&kernel, on: pair.server, count: rest, bytesMax: 1 << 20)
    #expect(received == sent)
  }

  func countBuffers<K: Kernel & ~Copyable>(_ kernel: inout K) throws {
    #expect(kernel.buffersMax == 8)
    #expect(kernel.bufferBytes == 4096)
    #expect(kernel.buffersFree == 8)
    let pairs = (0..<5).map { _ in TestSocket.connectedPair() }
    defer { pairs.forEach { $0.close() } }
    for (index, pair) in pairs.enumerated() {
      kernel.receive(on: pair.server, bytesMax: 1, timeout: nil, token: token(index))
      TestSocket.write([1], to: pair.client)
    }
    let delivered = kernel.turns { $0.count == 5 }
    #expect(Set(delivered.map(\.buffer)).count == 5)
    #expect(kernel.buffersFree == 3)
    for (given, one) in delivered.enumerated() {
      kernel.giveBack(one.buffer)
      #expect(kernel.buffersFree == 4 + given)
    }
  }

  func sendShort<K: Kernel & ~Copyable>(_ kernel: inout K) throws {
    let pair = TestSocket.connectedPair()
    defer { pair.close() }
    let block = pattern(1 << 20)
    var sent: [UInt8] = []
    var result: Int32 = 1
    while result > 0, sent.count < 1 << 26 {
      let completion = try kernel.send(block, on: pair.client, token: token(1))
      #expect(!completion.isMore)
      result = completion.result
      sent += block.prefix(Int(max(result, 0)))
    }
    // It never waits: the last one found the socket full, and one before took less than given.
    #expect(Errno(rawValue: -result) == .wouldBlock)
    #expect(sent.count % block.count != 0)
    var received: [UInt8] = []
    while received.count < sent.count {
      let bytes = TestSocket.read(from: pair.server)
      if bytes.isEmpty { TestSocket.wait(on: pair.server, for: Int16(POLLIN)) }
      received += bytes
    }
    #expect(received == sent)
  }

  func sendPieces<K: Kernel & ~Copyable>(_ kernel: inout K) throws {
    let pair = TestSocket.connectedPair()
    defer { pair.close() }
    let bytes = pattern(1600)
    for count in [1, 2, sendPiecesMax] {
      bytes.withUnsafeBufferPointer { memory in
        guard let base = memory.baseAddress else { return }
        var pieces = (0..<count).map { SendPiece(base: base + $0 * 100, count: 100) }
        pieces.withUnsafeBufferPointer {
          kernel.send(on: pair.client, pieces: $0, token: token(1))
        }
        // The array was copied.
        pieces = []
      }
      #expect(try kernel.only(token(1)).result == Int32(count * 100))
      TestSocket.wait(on: pair.server, for: Int16(POLLIN))
      #expect(TestSocket.read(from: pair.server) == Array(bytes.prefix(count * 100)))
    }
  }

  func sendToNobody<K: Kernel & ~Copyable>(_ kernel: inout K) throws {
    let pair = TestSocket.connectedPair()
    defer { SystemCall.close(pair.client) }
    SystemCall.resetOnClose(pair.server)
    SystemCall.close(pair.server)
    TestSocket.wait(on: pair.client, for: Int16(POLLIN))
    let errors = [Errno.connectionReset, .brokenPipe]
    for _ in 0..<2 {
      // SIGPIPE would end this process.
      let sent = try kernel.send([1, 2, 3], on: pair.client, token: token(1))
      #expect(errors.contains(try #require(sent.error)))
    }
  }
}
