import Basics
import Benchmark
import Glibc
import KernelIO

/// Tokens, and the receive pool in use: 64 bytes arrive on a socket, a buffer is leased, read and
/// given back, on either engine.
func kernelSuite() -> BenchmarkSuite {
  BenchmarkSuite(name: "kernel") { suite in
    let numbers = unknownNumbers()
    suite.benchmark("1,000 tokens packed and unpacked") {
      var sum: UInt64 = 0
      for number in numbers {
        let token = Token(operation: UInt8(number & 63), slot: number, generation: ~number)
        let arrived = Token(rawValue: token.rawValue ^ UInt64(number & 1))
        sum ^= UInt64(arrived.operation) &+ UInt64(arrived.slot) &* UInt64(arrived.generation)
      }
      blackHole(sum)
    }
    suite.benchmark("1,000 leases of the pool, io_uring") { state in
      // Where io_uring is not permitted there is nothing to measure.
      guard var kernel = try? Ring() else { return }
      try lease(&kernel, &state)
    }
    suite.benchmark("1,000 leases of the pool, epoll") { state in
      var kernel = try Poller(options: PollerOptions(bufferBytes: 65_536, buffersMax: 256))
      try lease(&kernel, &state)
    }
  }
}

/// A thousand numbers that the compiler does not know.
@inline(never) private func unknownNumbers() -> [UInt32] {
  (0..<1000).map { _ in UInt32.random(in: 0..<1 << 20) }
}

private func lease<K: Kernel & ~Copyable>(_ kernel: inout K, _ state: inout BenchmarkState) throws {
  var pair: [Int32] = [-1, -1]
  let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
  precondition(socketpair(AF_UNIX, type, 0, &pair) == 0)
  let token = Token(operation: 1, slot: 1, generation: 1)
  kernel.receive(on: Descriptor(rawValue: pair[0]), bytesMax: 1 << 30, timeout: nil, token: token)
  let message = [UInt8](repeating: 7, count: 64)
  let started = kernel.turn(deadline: kernel.now)
  kernel.finishTurn(started)
  try state.measure {
    var received = 0
    while received < 1000 {
      precondition(write(pair[1], message, message.count) == message.count)
      let count = kernel.turn(deadline: nil)
      for index in 0..<count {
        let completion = kernel.completion(at: index)
        precondition(completion.result == 64 && completion.isMore)
        kernel.giveBack(completion.buffer)
        received += 1
      }
      kernel.finishTurn(count)
    }
  }
  kernel.cancel(token)
  var isOver = false
  while !isOver {
    let count = kernel.turn(deadline: nil)
    for index in 0..<count where !kernel.completion(at: index).isMore { isOver = true }
    kernel.finishTurn(count)
  }
  kernel.close(Descriptor(rawValue: pair[0]))
  _ = close(pair[1])
}
