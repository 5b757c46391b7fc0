import Basics
import Glibc
import KernelIO
import Testing

extension KernelPromise {
  func pollOnce<K: Kernel & ~Copyable>(_ kernel: inout K) throws {
    let pair = TestSocket.connectedPair()
    defer { pair.close() }
    kernel.poll(
      pair.server, for: .writable, multishot: false, timeout: .seconds(5), token: token(1))
    let writable = try kernel.only(token(1))
    #expect(PollEvents(rawValue: UInt32(writable.result)) == .writable)
    #expect(!writable.isMore)

    kernel.poll(pair.server, for: .readable, multishot: false, timeout: nil, token: token(2))
    #expect(kernel.turns(for: .milliseconds(5)).isEmpty)
    TestSocket.write([1], to: pair.client)
    let readable = try kernel.only(token(2))
    #expect(PollEvents(rawValue: UInt32(readable.result)) == .readable)
    #expect(!readable.isMore)
    TestSocket.write([1], to: pair.client)
    #expect(kernel.turns(for: .milliseconds(20)).isEmpty)
  }

  func pollChanges<K: Kernel & ~Copyable>(_ kernel: inout K) throws {
    let pair = TestSocket.connectedPair()
    defer { pair.close() }
    kernel.poll(
      pair.server, for: [.readable, .readHangUp], multishot: true, timeout: .seconds(60),
      token: token(1))
    for _ in 0..<3 {
      #expect(kernel.turns(for: .milliseconds(5)).isEmpty)
      TestSocket.write([1], to: pair.client)
      let change = try kernel.only(token(1))
      #expect(PollEvents(rawValue: UInt32(change.result)) == .readable)
      #expect(change.isMore)
      #expect(TestSocket.read(from: pair.server) == [1])
    }
    shutdown(pair.client.rawValue, Int32(SHUT_WR))
    let end = try kernel.only(token(1))
    #expect(PollEvents(rawValue: UInt32(end.result)).isSuperset(of: [.readable, .readHangUp]))
    kernel.cancel(token(1))
    let last = kernel.turns { $0.last?.isMore == false }
    #expect(last.last?.error == .cancelled)
  }

  func pollTimeout<K: Kernel & ~Copyable>(_ kernel: inout K) throws {
    let pair = TestSocket.connectedPair()
    defer { pair.close() }
    for multishot in [false, true] {
      let start = SystemCall.now()
      kernel.poll(
        pair.server, for: .readable, multishot: multishot, timeout: .milliseconds(100),
        token: token(1))
      if multishot {
        TestSocket.write([1], to: pair.client)
        #expect(try kernel.only(token(1)).isMore)
      }
      let expired = try kernel.only(token(1))
      #expect(expired.error == .cancelled)
      #expect(!expired.isMore)
      #expect(elapsed(since: start) >= .milliseconds(100))
      #expect(elapsed(since: start) < .seconds(2))
    }
  }

  func pollHangUp<K: Kernel & ~Copyable>(_ kernel: inout K) throws {
    let pair = TestSocket.connectedPair()
    defer { SystemCall.close(pair.server) }
    kernel.poll(pair.server, for: [], multishot: false, timeout: nil, token: token(1))
    // Neither bytes nor their end are what it waits for.
    TestSocket.write([1], to: pair.client)
    shutdown(pair.client.rawValue, Int32(SHUT_WR))
    #expect(kernel.turns(for: .milliseconds(20)).isEmpty)
    SystemCall.resetOnClose(pair.client)
    SystemCall.close(pair.client)
    let hangUp = try kernel.only(token(1))
    #expect(PollEvents(rawValue: UInt32(hangUp.result)).contains(.hangUp))
    #expect(!hangUp.isMore)
  }

  /// A connection whose client has sent its FIN and reads nothing.
  private func halfClosedAndFull() -> TestSocket.Pair {
    let pair = TestSocket.connectedPair()
    shutdown(pair.client.rawValue, Int32(SHUT_WR))
    TestSocket.wait(on: pair.server, for: Int16(POLLIN))
    let block = [UInt8](repeating: 1, count: 1 << 18)
    while Glibc.send(pair.server.rawValue, block, block.count, Int32(MSG_NOSIGNAL)) > 0 {}
    return pair
  }

  func pollHalfClosed<K: Kernel & ~Copyable>(_ kernel: inout K) throws {
    for multishot in [false, true] {
      let pair = halfClosedAndFull()
      defer {
        kernel.close(pair.server)
        SystemCall.close(pair.client)
      }
      kernel.poll(
        pair.server, for: .writable, multishot: multishot, timeout: .seconds(60), token: token(1))
      // A kernel that answered with the peer's FIN would have its caller turn in circles.
      #expect(kernel.turns(for: .milliseconds(20)).isEmpty)
      while !TestSocket.read(from: pair.client).isEmpty {
        TestSocket.wait(on: pair.client, for: Int16(POLLIN))
        let events = kernel.oneTurn(until: .origin)
        if let event = events.first {
          #expect(events.count == 1)
          #expect(event.isMore == multishot)
          #expect(PollEvents(rawValue: UInt32(event.result)).contains(.writable))
          if multishot { kernel.cancel(token(1)) }
          break
        }
      }
      if multishot {
        #expect(kernel.turns { $0.last?.isMore == false }.last?.error == .cancelled)
      }
      // The request is over, and its token may be used again.
      kernel.poll(pair.server, for: [], multishot: false, timeout: nil, token: token(1))
      #expect(kernel.turns(for: .milliseconds(20)).isEmpty)
      kernel.cancel(token(1))
      #expect(try kernel.only(token(1)).error == .cancelled)
    }
  }

  func pollHalfClosedCancelled<K: Kernel & ~Copyable>(_ kernel: inout K) throws {
    let pair = halfClosedAndFull()
    defer { pair.close() }
    for events in [PollEvents.writable, []] {
      for isTurned in [false, true] {
        kernel.poll(
          pair.server, for: events, multishot: false, timeout: .seconds(60), token: token(1))
        if isTurned { #expect(kernel.turns(for: .milliseconds(5)).isEmpty) }
        kernel.cancel(token(1))
        let cancelled = try kernel.only(token(1))
        #expect(cancelled.error == .cancelled)
        #expect(!cancelled.isMore)
      }
      let start = SystemCall.now()
      kernel.poll(
        pair.server, for: events, multishot: false, timeout: .milliseconds(50), token: token(1))
      #expect(try kernel.only(token(1)).error == .cancelled)
      #expect(elapsed(since: start) >= .milliseconds(50))
    }
  }

  func timers<K: Kernel & ~Copyable>(_ kernel: inout K) throws {
    let start = SystemCall.now()
    let delays = [50, 10, 30, 0, 80].map { Duration.milliseconds($0) }
    for (index, delay) in delays.enumerated() {
      kernel.timer(at: start + delay, token: token(index))
    }
    // One that was due before the machine started.
    kernel.timer(at: .origin, token: token(delays.count))
    // Those that are due by the same turn come in any order.
    var fired: [Int] = []
    let limit = start + .seconds(5)
    while fired.count < delays.count + 1, SystemCall.now() < limit {
      for one in kernel.oneTurn(until: limit) {
        let index = Int(one.token.slot)
        #expect(one.error == .timerExpired)
        #expect(!one.isMore)
        if index < delays.count { #expect(kernel.now >= start + delays[index]) }
        fired.append(index)
      }
    }
    #expect(fired.sorted() == [0, 1, 2, 3, 4, 5])
  }

  func timerCancelled<K: Kernel & ~Copyable>(_ kernel: inout K) throws {
    kernel.timer(at: SystemCall.now() + .seconds(60), token: token(1))
    kernel.timer(at: .distantFuture, token: token(2))
    #expect(kernel.turns(for: .milliseconds(5)).isEmpty)
    for number in [1, 2] {
      kernel.cancel(token(number))
      let cancelled = try kernel.only(token(number))
      #expect(cancelled.error == .cancelled)
      #expect(!cancelled.isMore)
    }
  }

  func wakeFromThread<K: Kernel & ~Copyable>(_ kernel: inout K) throws {
    let start = SystemCall.now()
    for _ in 0..<100 {
      let thread = TestThread.run(waking: kernel.waker)
      let woken = kernel.turns { !$0.isEmpty }
      #expect(woken.map(\.token) == [.wake])
      thread.join()
    }
    #expect(kernel.turns(for: .milliseconds(20)).isEmpty)
    #expect(elapsed(since: start) < .seconds(5))
  }

  func wakeBeforeTurn<K: Kernel & ~Copyable>(_ kernel: inout K) throws {
    for _ in 0..<10 { kernel.waker.wake() }
    #expect(kernel.turns { !$0.isEmpty }.map(\.token) == [.wake])
    #expect(kernel.turns(for: .milliseconds(20)).isEmpty)
  }

  func turnDeadline<K: Kernel & ~Copyable>(_ kernel: inout K) throws {
    let start = SystemCall.now()
    kernel.idle(until: start + .milliseconds(50))
    #expect(elapsed(since: start) >= .milliseconds(50))
    #expect(elapsed(since: start) < .seconds(2))
    #expect(kernel.now >= start + .milliseconds(50))
    // Requests and a deadline in one turn: it still counts from now, and only once.
    let second = SystemCall.now()
    kernel.timer(at: second + .seconds(60), token: token(1))
    kernel.idle(until: second + .milliseconds(200))
    #expect(elapsed(since: second) >= .milliseconds(200))
    #expect(elapsed(since: second) < .milliseconds(390))
    // A deadline in the past looks once.
    #expect(kernel.turn(deadline: .origin) == 0)
    kernel.finishTurn(0)
  }

  func unknownTokens<K: Kernel & ~Copyable>(_ kernel: inout K) throws {
    for number in 0..<10 { kernel.cancel(token(number)) }
    #expect(kernel.turns(for: .milliseconds(20)).isEmpty)
    kernel.close(.none)
    #expect(kernel.turns(for: .milliseconds(20)).isEmpty)
  }

  func thousands<K: Kernel & ~Copyable>(_ kernel: inout K) throws {
    let pair = TestSocket.connectedPair()
    defer { pair.close() }
    // More requests than any queue of the kernel holds, linked timeouts among them.
    let count = 6000
    for number in 0..<count {
      switch number % 3 {
      case 0: kernel.timer(at: .origin, token: token(number))
      case 1:
        kernel.poll(
          pair.server, for: .writable, multishot: false, timeout: .seconds(60),
          token: token(number))
      default:
        kernel.poll(
          pair.server, for: .readable, multishot: false, timeout: .milliseconds(50),
          token: token(number))
      }
    }
    let delivered = kernel.turns { $0.count >= count }
    #expect(delivered.count == count)
    #expect(Set(delivered.map(\.token)).count == count)
    for one in delivered {
      switch one.token.slot % 3 {
      case 0: #expect(one.error == .timerExpired)
      case 1: #expect(one.result == Int32(PollEvents.writable.rawValue))
      default: #expect(one.error == .cancelled)
      }
    }
    #expect(kernel.turns(for: .milliseconds(20)).isEmpty)
  }
}
