import Basics
import Glibc
import KernelIO
import Testing

// Pipes, and what is spliced through them.
extension KernelPromise {
  /// What goes into a pipe from a socket comes out of it at another, and the end is told.
  func spliceThroughPipe<K: Kernel & ~Copyable>(_ kernel: inout K) throws {
    let (source, target) = (TestSocket.connectedPair(), TestSocket.connectedPair())
    defer {
      source.close()
      target.close()
    }
    let pipe = try kernel.makePipe(bytes: 65_536).get()
    #expect(pipe.capacity >= 65_536)
    let (into, outOf) = (source.server, target.client)
    #expect(
      kernel.splice(from: into, to: pipe.writer, bytesMax: 100) == .failure(.wouldBlock))
    TestSocket.write(Array("through a pipe".utf8), to: source.client)
    TestSocket.wait(on: into, for: Int16(POLLIN))
    #expect(kernel.splice(from: into, to: pipe.writer, bytesMax: 7) == .success(7))
    #expect(kernel.splice(from: into, to: pipe.writer, bytesMax: 100) == .success(7))
    #expect(kernel.splice(from: pipe.reader, to: outOf, bytesMax: 14) == .success(14))
    #expect(
      kernel.splice(from: pipe.reader, to: outOf, bytesMax: 1) == .failure(.wouldBlock))
    #expect(TestSocket.readSoon(from: target.server) == Array("through a pipe".utf8))
    shutdown(source.client.rawValue, Int32(SHUT_WR))
    TestSocket.wait(on: into, for: 0x2000)
    #expect(kernel.splice(from: into, to: pipe.writer, bytesMax: 100) == .success(0))
    kernel.closePipe(pipe)
  }

  /// A pool hands out no more pipes than it may have, and the one given back first again.
  func poolOfPipes<K: Kernel & ~Copyable>(_ kernel: inout K) throws {
    var pool = PipePool(pipesMax: 2, pipeBytes: 65_536, pipeBytesMin: 4096)
    let first = pool.take(from: &kernel)
    let second = pool.take(from: &kernel)
    #expect(first != .none && second != .none && first != second)
    var hasFree = pool.hasFree
    #expect(!hasFree)
    let third = pool.take(from: &kernel)
    #expect(third == .none)
    pool.giveBack(first, in: &kernel)
    let again = pool.take(from: &kernel)
    #expect(again == first)
    pool.discard(second, in: &kernel)
    hasFree = pool.hasFree
    #expect(hasFree)
    let anew = pool.take(from: &kernel)
    #expect(anew == second)
    pool.giveBack(first, in: &kernel)
    pool.giveBack(second, in: &kernel)
    pool.closeFree(in: &kernel)
    let counts = (pool.freeCount, pool.usedCount)
    #expect(counts == (0, 0))
  }
}

/// What only the ring does.
@Suite(.serialized) struct RingChainTests {
  private static let tokens = (wait: token(1), fill: token(2), empty: token(3))

  /// One chain from a fresh pair to another; what its three requests said, in order.
  private func chain(
    _ rung: RingRung, timeout: Duration?, _ act: (inout Ring, TestSocket.Pair) -> Void
  ) throws -> (completions: [Completion], arrived: [UInt8]) {
    var ring = try Ring(options: rung.options)
    let (source, target) = (TestSocket.connectedPair(), TestSocket.connectedPair())
    defer {
      source.close()
      target.close()
    }
    let pipe = try ring.makePipe(bytes: 65_536).get()
    ring.spliceChain(
      from: source.server, through: pipe, to: target.client, bytesMax: 65_536, timeout: timeout,
      tokens: RingChainTests.tokens)
    act(&ring, source)
    var completions: [Completion] = []
    let end = SystemCall.now() + .seconds(5)
    while completions.count < 3, SystemCall.now() < end {
      completions += ring.oneTurn(until: end)
    }
    let hasMoved = completions.last.map { $0.result > 0 } ?? false
    let arrived = hasMoved ? TestSocket.readSoon(from: target.server) : []
    ring.closePipe(pipe)
    return (completions, arrived)
  }

  @Test(arguments: [RingRung.best, .cooperative, .interrupting, .tinyQueues])
  func aChainCarriesWhatArrives(_ rung: RingRung) throws {
    let (completions, arrived) = try chain(rung, timeout: .seconds(5)) { _, source in
      TestSocket.write(Array("in a chain".utf8), to: source.client)
    }
    #expect(completions.map(\.token) == [token(1), token(2), token(3)])
    #expect(completions.map(\.isMore) == [false, false, false])
    #expect(completions.dropFirst().map(\.result) == [10, 10])
    #expect(arrived == Array("in a chain".utf8))
  }

  @Test func aChainWithoutTimeoutCarriesToo() throws {
    let (_, arrived) = try chain(.best, timeout: nil) { _, source in
      TestSocket.write(Array("on and on".utf8), to: source.client)
    }
    #expect(arrived == Array("on and on".utf8))
  }

  @Test func aChainTellsTheEndOfTheStream() throws {
    let (completions, _) = try chain(.best, timeout: .seconds(5)) { _, source in
      shutdown(source.client.rawValue, Int32(SHUT_WR))
    }
    #expect(completions.map(\.token) == [token(1), token(2), token(3)])
    #expect(completions[1].result == 0)
    #expect(completions[2].error == .wouldBlock)
  }

  @Test func aChainEndsWithItsTimeout() throws {
    let start = SystemCall.now()
    let (completions, _) = try chain(.best, timeout: .milliseconds(60)) { _, _ in }
    #expect(SystemCall.now() - start >= .milliseconds(60))
    #expect(Set(completions.map(\.token)) == [token(1), token(2), token(3)])
    #expect(completions.allSatisfy { $0.error == .cancelled })
  }

  @Test func cancellingTheWaitEndsAChain() throws {
    let (completions, _) = try chain(.best, timeout: .seconds(5)) { ring, _ in
      _ = ring.oneTurn(until: SystemCall.now() + .milliseconds(5))
      ring.cancel(token(1))
    }
    #expect(completions.count == 3)
    #expect(completions.allSatisfy { $0.error == .cancelled })
  }
}
